// The body of a request that middleware has read before nitro: `req.body`, `req.rawBody`, and the files of multer.
import type { IncomingMessage } from "node:http"
import { type HostBody, setHostBody } from "../actions/internal.ts"
import { NitroError } from "../shared/errors.ts"

/** The properties that body parsers set on a request: Express's own, body-parser, multer, and compatible ones. */
export interface ParsedRequest {
  readonly body?: unknown
  /** The bytes, as platforms for functions keep them. */
  readonly rawBody?: unknown
  readonly file?: unknown
  readonly files?: unknown
}

/** Costs nothing where the body is still to be read, as it almost always is. `parsed` holds the parsed body: Koa puts it on another object. */
export function takeBody(
  req: IncomingMessage,
  request: Request,
  parsed: ParsedRequest = req as ParsedRequest, // all of its members are unknown
): void {
  if (req.method === "GET" || !(req.readableDidRead || req.readableEnded)) return
  // The client has left in the middle: reading says so.
  if (req.readableAborted || req.errored) return
  setHostBody(request, () => bodyOf(req, parsed))
}

/** For a request to the host's own routes: a parser may stand between nitro and the route, and is looked for when the body is needed. */
export function takeLateBody(
  req: IncomingMessage,
  request: Request,
  parsed: ParsedRequest = req as ParsedRequest, // all of its members are unknown
): void {
  if (req.method === "GET" || req.method === "HEAD" || req.readableDidRead) return
  setHostBody(request, () => (req.readableDidRead ? bodyOf(req, parsed) : { kind: "unread" }))
}

function bodyOf(req: IncomingMessage, { body, rawBody, file, files }: ParsedRequest): HostBody {
  if (isSent(body)) return { kind: "sent", content: contentOf(body) }
  if (body !== undefined) return { kind: "parsed", value: body, files: filesOf(file, files) }
  if (isSent(rawBody)) return { kind: "sent", content: contentOf(rawBody) }
  if (!req.readableDidRead) return { kind: "sent", content: "" }
  return {
    kind: "lost",
    fix: "Let what reads the body keep it, request.body = …, or put it behind nitro: app.use(nitro({ … })) first.",
  }
}

const isSent = (value: unknown): value is string | Uint8Array =>
  typeof value === "string" || value instanceof Uint8Array
const contentOf = (value: string | Uint8Array): string | Uint8Array<ArrayBuffer> =>
  typeof value === "string" ? value : new Uint8Array(value)

/** As multer and express-fileupload write it. */
interface ParsedFile {
  readonly fieldname?: string
  /** multer's; `data` and `name` are those of express-fileupload. */
  readonly buffer?: unknown
  readonly data?: unknown
  readonly originalname?: string
  readonly name?: string
  readonly mimetype?: string
}

/** multer's `file` and `files`, a list or lists by field, and objects by field as express-fileupload makes them. */
function* filesOf(file: unknown, files: unknown): Generator<[string, File]> {
  if (isObject(file)) yield fileOf(undefined, file)
  // Both libraries list files.
  if (Array.isArray(files)) for (const each of files) yield fileOf(undefined, each as ParsedFile)
  else if (isObject(files)) {
    for (const [field, value] of Object.entries(files)) {
      // The same.
      for (const each of [value].flat()) yield fileOf(field, each as ParsedFile)
    }
  }
}

const isObject = (value: unknown): value is object => typeof value === "object" && value !== null

function fileOf(field: string | undefined, file: ParsedFile): [string, File] {
  const name = field ?? file.fieldname ?? ""
  const content = file.buffer ?? file.data
  if (content instanceof Uint8Array) {
    const type = file.mimetype ?? "application/octet-stream"
    return [
      name,
      new File([new Uint8Array(content)], file.originalname ?? file.name ?? "", { type }),
    ]
  }
  throw new NitroError(
    "NITRO_BODY_LOST",
    `Middleware has stored the file of the field "${name}" elsewhere than in memory.`,
    {
      fix: "Keep files in memory, multer({ storage: multer.memoryStorage() }), or put the middleware behind nitro.",
    },
  )
}
