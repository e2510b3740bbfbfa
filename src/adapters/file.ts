// A file as the answer to a GET or HEAD: caching, revalidation, and the encoding that the reader takes.
import type { MaybePromise } from "../shared/types.ts"

export interface ServedFile {
  /** Content-Type, with charset where it is text. */
  readonly type: string
  /** Of the content: the ETag. */
  readonly hash: string
  /** The address names the content, so the answer holds for good. */
  readonly isImmutable: boolean
  /** The content in other encodings, by their name in HTTP; the first one that the reader takes is sent. */
  readonly encodings: Readonly<Record<string, () => MaybePromise<Uint8Array<ArrayBuffer>>>>
  readonly load: () => MaybePromise<string | Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array>>
  /** Bytes of what `load` gives, where it is a stream. */
  readonly size?: number
}

const yearSeconds = 31_536_000

export const notFound = (): Response => new Response("Not found", { status: 404 })

export async function answerFile(request: Request, file: ServedFile): Promise<Response> {
  if (request.method !== "GET" && request.method !== "HEAD") {
    return new Response("Method not allowed", { status: 405, headers: { allow: "GET, HEAD" } })
  }
  const encoding = Object.keys(file.encodings).find(name => accepts(request.headers.get("accept-encoding"), name))
  // Two encodings are two representations: each has a tag of its own.
  const etag = encoding === undefined ? `"${file.hash}"` : `"${file.hash}-${encoding}"`
  const headers = new Headers({
    "content-type": file.type,
    "cache-control": file.isImmutable ? `public, max-age=${yearSeconds}, immutable` : "no-cache",
    etag,
    "x-content-type-options": "nosniff",
  })
  if (Object.keys(file.encodings).length > 0) headers.set("vary", "accept-encoding")
  if (matches(request.headers.get("if-none-match"), etag)) return new Response(null, { status: 304, headers })
  if (encoding !== undefined) headers.set("content-encoding", encoding)
  else if (file.size !== undefined) headers.set("content-length", String(file.size))
  if (request.method === "HEAD") return new Response(null, { headers })
  return new Response(await (encoding === undefined ? file.load() : file.encodings[encoding]?.()), { headers })
}

/** Whether an Accept-Encoding header names the encoding, and not with `q=0`. */
function accepts(header: string | null, encoding: string): boolean {
  for (const entry of header?.split(",") ?? []) {
    const [name = "", ...parameters] = entry.split(";").map(part => part.trim().toLowerCase())
    if (name === encoding) return !parameters.some(parameter => /^q=0(?:\.0*)?$/.test(parameter))
  }
  return false
}

const matches = (header: string | null, etag: string): boolean =>
  header?.split(",").some(tag => tag.trim() === "*" || tag.trim().replace(/^W\//, "") === etag) ?? false
