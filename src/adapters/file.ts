// A file as the response to a GET or HEAD: caching, revalidation, ranges, and the encoding that the reader takes.
import { accepts, namesTag } from "../shared/header-lists.ts"
import type { MaybePromise } from "../shared/types.ts"
import { type ByteRange, rangeOf } from "./range.ts"

export interface ServedFile {
  /** Content-Type, with charset where it is text. */
  readonly type: string
  /** Of the content: the ETag. */
  readonly hash: string
  /** The address names the content, so the response holds for good. */
  readonly isImmutable: boolean
  /** The content in other encodings, by their name in HTTP; the first one that the reader takes is sent. */
  readonly encodings: Readonly<Record<string, () => MaybePromise<Uint8Array<ArrayBuffer>>>>
  /** The content, or the part of it: a stream has to begin and to end there. */
  readonly load: (
    range?: ByteRange,
  ) => MaybePromise<string | Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array>>
  /** Bytes of what `load` gives, where it is a stream. */
  readonly size?: number
}

const yearSeconds = 31_536_000

export const notFound = (): Response => new Response("Not found", { status: 404 })

export async function fileResponse(request: Request, file: ServedFile): Promise<Response> {
  if (request.method !== "GET" && request.method !== "HEAD") {
    return new Response("Method not allowed", { status: 405, headers: { allow: "GET, HEAD" } })
  }
  const plainTag = `"${file.hash}"`
  const { headers: wants } = request
  const isPart =
    request.method === "GET" &&
    wants.has("range") &&
    [null, plainTag].includes(wants.get("if-range"))
  // A part is one of the content as it is: its bytes are counted before any encoding.
  const encoding = isPart
    ? undefined
    : Object.keys(file.encodings).find(name => accepts(wants.get("accept-encoding"), name))
  // Two encodings are two representations: each has a separate tag.
  const etag = encoding === undefined ? plainTag : `"${file.hash}-${encoding}"`
  const headers = new Headers({
    "content-type": file.type,
    "cache-control": file.isImmutable ? `public, max-age=${yearSeconds}, immutable` : "no-cache",
    etag,
    "x-content-type-options": "nosniff",
    "accept-ranges": "bytes",
  })
  if (Object.keys(file.encodings).length > 0) headers.set("vary", "accept-encoding")
  if (namesTag(wants.get("if-none-match"), etag))
    return new Response(null, { status: 304, headers })
  if (isPart) return partResponse(file, wants.get("range"), headers)
  if (encoding !== undefined) headers.set("content-encoding", encoding)
  else if (file.size !== undefined) headers.set("content-length", String(file.size))
  if (request.method === "HEAD") return new Response(null, { headers })
  return new Response(await (encoding === undefined ? file.load() : file.encodings[encoding]?.()), {
    headers,
  })
}

async function partResponse(
  file: ServedFile,
  header: string | null,
  headers: Headers,
): Promise<Response> {
  // Without a size it is in memory: no stream, and the whole has a length.
  const whole =
    file.size === undefined
      ? bytesOf((await file.load()) as string | Uint8Array<ArrayBuffer>)
      : undefined
  // One of them is there.
  const size = whole?.length ?? (file.size as number)
  const range = rangeOf(header, size)
  if (range === null) {
    headers.set("content-range", `bytes */${size}`)
    headers.delete("content-type")
    return new Response(null, { status: 416, headers })
  }
  const { start, end } = range ?? { start: 0, end: size - 1 }
  const content = whole ?? (await file.load(range))
  headers.set("content-length", String(end - start + 1))
  if (range !== undefined) headers.set("content-range", `bytes ${start}-${end}/${size}`)
  const body =
    content instanceof ReadableStream ? content : bytesOf(content).subarray(start, end + 1)
  return new Response(body, { status: range === undefined ? 200 : 206, headers })
}

const bytesOf = (content: string | Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> =>
  typeof content === "string" ? new TextEncoder().encode(content) : content
