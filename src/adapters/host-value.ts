// The value that a host's own route returns, as a `Response`: a text, bytes, a stream of node or of the web, a `Response`. Of data the status alone.
import { Readable } from "node:stream"

/** `status` counts for values that have none themselves. */
export function responseOf(status: number, value: unknown): Response {
  if (value instanceof Response) return value
  const init = { status: status >= 200 && status <= 599 ? status : 500 }
  if (value === undefined || value === null || isBodyless(init.status)) {
    discard(value)
    return new Response(null, init)
  }
  // Node's types have web streams beside the global ones.
  if (value instanceof Readable) return new Response(Readable.toWeb(value) as ReadableStream, init)
  if (isBody(value)) return new Response(value, init)
  // Data is no page, and its text is not needed: some cannot be one.
  return new Response(null, init)
}

const isBodyless = (status: number): boolean => status === 204 || status === 205 || status === 304

function isBody(value: unknown): value is string | Blob | ReadableStream | Uint8Array<ArrayBuffer> {
  return (
    typeof value === "string" ||
    value instanceof Uint8Array ||
    value instanceof ReadableStream ||
    value instanceof Blob
  )
}

/** A stream that is not sent has to end, or it holds what it reads from. */
function discard(value: unknown): void {
  if (value instanceof Readable) value.destroy()
  else if (value instanceof ReadableStream) value.cancel().catch(() => undefined)
}
