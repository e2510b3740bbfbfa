// Sends a `Response` over node's `ServerResponse`, beside the headers and cookies that the host has set on it.
import { ServerResponse } from "node:http"
import { PassThrough, type Readable } from "node:stream"
import { pipeline } from "node:stream/promises"
import { isObject } from "../shared/guards.ts"
import { addHostHeaders } from "./host-headers.ts"
import { isStream, StreamBody } from "./node-stream.ts"
import { loadSrvx, srvx } from "./srvx.ts"

/** The parts of a fast response, without the cost of a web `Response`. */
interface NodeParts {
  readonly status: number
  readonly statusText: string
  /** Names and values in turn. */
  readonly headers: readonly string[]
  readonly body: unknown
}

/** Resolves once the whole body is handed to the connection; of the stream of a live page, once it has begun. */
export async function sendResponse(res: ServerResponse, response: Response): Promise<void> {
  if (!isTouched(res) && !isStream(response))
    return (srvx() ?? (await loadSrvx())).sendNodeResponse(res, response)
  if (!isTouched(res)) {
    const { status, headers, body } = partsOf(response)
    res.writeHead(status, [...headers])
    return sendBody(res, body)
  }
  const { status, statusText, headers, body } = joinedParts(response, nodeHeaders(res))
  // One by one: middleware that waits for the headers (session, compression) reads them by their names, not from `writeHead`.
  setHeaders(headers, (name, value) => res.setHeader(name, value))
  res.statusCode = status
  // RFC 9112, 4: node refuses any other character.
  if (/^[\t\x20-\x7e\x80-\xff]+$/.test(statusText)) res.statusMessage = statusText
  await sendBody(res, body)
}

/** Whether a middleware has set a header, waits for them, or looks at what is written. */
function isTouched(res: ServerResponse): boolean {
  // Names of properties say nothing: a held response is left with methods like those of its prototype.
  const { writeHead, write, end, flushHeaders } = ServerResponse.prototype
  return (
    res.writeHead !== writeHead ||
    res.write !== write ||
    res.end !== end ||
    res.flushHeaders !== flushHeaders ||
    res.getHeaderNames().length > 0
  )
}

/** As plain as it can be: middleware that replaces `write` and `end` knows their text and bytes, and not every argument. */
async function sendBody(res: ServerResponse, body: unknown): Promise<void> {
  if (res.destroyed) return drop(body)
  if (res.req.method === "HEAD" || body === null || body === undefined) {
    drop(body)
    res.end()
  } else if (body instanceof StreamBody) body.pipe(res)
  // The body of a response is a stream of bytes.
  else if (body instanceof ReadableStream) await sendStream(res, body as ReadableStream<Uint8Array>)
  else if (isReadable(body)) await pipeline(body, res).catch(() => {})
  else
    res.end(
      body instanceof Uint8Array && !Buffer.isBuffer(body)
        ? Buffer.from(body.buffer, body.byteOffset, body.byteLength)
        : body,
    )
}

const isReadable = (body: unknown): body is Readable =>
  isObject(body) && typeof body["pipe"] === "function"

function drop(body: unknown): void {
  if (body instanceof ReadableStream) body.cancel().catch(() => {})
  else if (body instanceof StreamBody || isReadable(body)) body.destroy()
}

/** No faster than the connection takes it. Ready parts are sent at once, also through a middleware that gathers them to compress. */
async function sendStream(res: ServerResponse, body: ReadableStream<Uint8Array>): Promise<void> {
  const reader = body.getReader()
  const closed = new Promise<void>(resolve => res.once("close", () => resolve()))
  const leave = (): void => void reader.cancel().catch(() => {})
  res.once("close", leave)
  res.on("error", leave)
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done || res.destroyed) break
      const isRoomLeft = res.write(value)
      // The middleware `compression` adds it.
      ;(res as { flush?(): void }).flush?.()
      if (!isRoomLeft)
        await Promise.race([closed, new Promise<void>(resolve => res.once("drain", resolve))])
    }
    res.end()
  } catch {
    // A part of it is sent: only the end of the connection says that the rest is missing.
    res.destroy()
  } finally {
    res.off("close", leave)
    res.off("error", leave)
  }
}

/** Parts of a response for a host that sends it, with the headers and cookies that the host has set. */
export function joinedParts(
  response: Response,
  host: Iterable<readonly [name: string, value: string]>,
): Omit<NodeParts, "headers"> & { readonly headers: Headers } {
  const { headers, ...parts } = partsOf(response)
  const joined = new Headers()
  for (let i = 0; i < headers.length; i += 2) joined.append(headers[i] ?? "", headers[i + 1] ?? "")
  addHostHeaders(joined, host)
  return { ...parts, headers: joined }
}

/** Calls `set` once for each name: with all cookies as a list. */
export function setHeaders(
  headers: Headers,
  set: (name: string, value: string | string[]) => unknown,
): void {
  for (const [name, value] of headers) if (name !== "set-cookie") set(name, value)
  const cookies = headers.getSetCookie()
  if (cookies.length > 0) set("set-cookie", cookies)
}

function partsOf(response: Response): NodeParts {
  // Responses of srvx have it.
  const fast = (response as { _toNodeResponse?(): NodeParts })._toNodeResponse?.()
  if (fast !== undefined) return fast
  const headers = [...response.headers].flat()
  return { status: response.status, statusText: response.statusText, headers, body: response.body }
}

/** Headers that are set on `res` but not sent, one entry a value. */
export function* nodeHeaders(res: ServerResponse): Generator<[string, string]> {
  for (const [name, value] of Object.entries(res.getHeaders())) {
    for (const each of Array.isArray(value) ? value : [value])
      if (each !== undefined) yield [name, String(each)]
  }
}

/** A body for hosts that send it themselves: a live stream as a stream of node's, bytes as a `Buffer`, undefined for none. */
export function hostBody(body: unknown): unknown {
  if (body instanceof StreamBody) return body.pipe(new PassThrough())
  if (body instanceof Uint8Array) return Buffer.from(body.buffer, body.byteOffset, body.byteLength)
  return body ?? undefined
}
