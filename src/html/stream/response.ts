// A page as the response to a request: a web Response, or written to the response object of node:http, Express and the like.
import { AsyncResource } from "node:async_hooks"
import { ownProps } from "../../shared/own-props.ts"
import { reportError } from "../../shared/report.ts"
import { assertApp, inResponse } from "../../shared/responding.ts"
import { type RenderMessage, renders } from "../../shared/trace.ts"
import { Departure, type Interrupt } from "../markup/abort.ts"
import type { Markup } from "../markup/markup.ts"
import { chunks, settle } from "../markup/render.ts"
import { bodyBytes } from "./body-bytes.ts"
import { type StreamOptions, stream } from "./stream.ts"

export interface ResponseOptions {
  readonly status?: number | undefined
  /** The content type is `text/html; charset=utf-8` unless it is given here. */
  readonly headers?: ResponseInit["headers"] | undefined
  /**
   * Sends what is ready while async children still run; the content of a `Suspense` follows at the end of the page, or
   * with `"in-order"` in its place. Default false: the page is sent when it is whole, so that an error in it becomes an
   * error status instead of half a page. An error in a page that is partly sent is published on the diagnostics channel
   * `nitro:error`, and breaks the connection.
   */
  readonly stream?: boolean | "in-order" | undefined
}

const htmlType = "text/html; charset=utf-8"

/** The page as a Response. `ResponseClass` is the server's own one where it is faster. */
export async function toResponse(
  page: Markup,
  options: ResponseOptions & ResponseInit,
  ResponseClass: typeof Response = Response,
): Promise<Response> {
  assertApp()
  const { stream: streamed = false, ...init } = ownProps(options)
  const headers = withType(init.headers)
  const body = streamed ? bytesAsTheyCome(page, streamed === "in-order") : await wholeBody(page)
  return new ResponseClass(body, { ...init, headers })
}

function withType(headers: ResponseInit["headers"]): NonNullable<ResponseInit["headers"]> {
  // A plain object is enough for the response, and costs less than Headers, which it would copy.
  if (headers === undefined) return { "content-type": htmlType }
  const all = new Headers(headers)
  if (!all.has("content-type")) all.set("content-type", htmlType)
  return all
}

async function wholeBody(page: Markup): Promise<string | Uint8Array<ArrayBuffer>> {
  const parts = await wholeParts(page)
  const [first] = parts
  if (first !== undefined && parts.length === 1) return first
  return bodyBytes(parts)
}

async function wholeParts(page: Markup): Promise<readonly string[]> {
  return readyParts(page) ?? (await settledParts(page))
}

/** Undefined when something in it is still pending. */
function readyParts(page: Markup): readonly string[] | undefined {
  const parts = chunks(page)
  if (parts !== undefined && renders.isWatched)
    void renders.run({ isStreamed: false }, () => parts, countBytes)
  return parts
}

async function settledParts(page: Markup, signal?: Interrupt): Promise<readonly string[]> {
  const run = async () => chunks(await inResponse(() => settle(page, { signal }))) ?? []
  return renders.isWatched ? renders.run({ isStreamed: false }, run, countBytes) : run()
}

function countBytes(parts: readonly string[], message: RenderMessage): void {
  message.bytes = parts.reduce((bytes, part) => bytes + Buffer.byteLength(part), 0)
}

type PartsIterator = AsyncGenerator<string, void, void>

function streamedParts(page: Markup, options: StreamOptions): PartsIterator {
  const parts = stream(page, options)
  return renders.isWatched ? tracedParts(parts) : parts
}

async function* tracedParts(parts: PartsIterator): PartsIterator {
  let bytes = 0
  const message: RenderMessage = { isStreamed: true }
  const end = renders.begin(message)
  try {
    for await (const part of parts) {
      bytes += Buffer.byteLength(part)
      yield part
    }
  } catch (error) {
    message.error = error
    throw error
  } finally {
    message.bytes = bytes
    end()
  }
}

function bytesAsTheyCome(page: Markup, inOrder: boolean): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder()
  const abort = new AbortController()
  const iterator = streamedParts(page, { signal: abort.signal, inOrder })
  // Generators in the page run when the reader pulls more, and belong to this request then, too.
  const next = AsyncResource.bind(() => inResponse(() => iterator.next()))
  return new ReadableStream({
    async pull(controller) {
      try {
        const { done, value } = await next()
        if (done) controller.close()
        else controller.enqueue(encoder.encode(value))
      } catch (error) {
        if (!abort.signal.aborted) reportError(error, "a page that is streamed", "html")
        throw error
      }
    },
    async cancel(reason) {
      abort.abort(reason)
      await iterator.return().catch(() => {})
    },
  })
}

/** The part of node's `ServerResponse` that a response needs. */
export interface NodeResponse {
  statusCode: number
  readonly headersSent: boolean
  readonly writableEnded: boolean
  readonly destroyed: boolean
  setHeader(name: string, value: string | number | readonly string[]): unknown
  appendHeader(name: string, value: readonly string[]): unknown
  hasHeader(name: string): boolean
  write(text: string, encoding?: "utf8" | "latin1"): boolean
  end(): unknown
  end(text: string, encoding: "utf8" | "latin1"): unknown
  destroy(): unknown
  cork(): void
  /** Of middleware that gathers what is written, to compress it. */
  flush?(): unknown
  on(event: "close", listener: () => void): unknown
  once(event: "close" | "drain", listener: () => void): unknown
  off(event: "close" | "drain", listener: () => void): unknown
}

export function isNodeResponse(value: unknown): value is NodeResponse {
  return (
    typeof value === "object" &&
    value !== null &&
    "setHeader" in value &&
    "writableEnded" in value &&
    !(value instanceof Response)
  )
}

/**
 * Writes the page, no faster than the connection takes it; the work behind it ends when the reader leaves. Rejects with an
 * error of the page as long as nothing of it is sent; later ones are reported, and break the connection.
 */
export async function writeTo(
  response: NodeResponse,
  page: Markup,
  options: ResponseOptions,
): Promise<void> {
  assertApp()
  const { status, headers, stream: streamed = false } = ownProps(options)
  const begin = (): void => {
    if (status !== undefined) response.statusCode = status
    if (headers !== undefined) setHeaders(response, new Headers(headers))
    if (!response.hasHeader("content-type")) response.setHeader("content-type", htmlType)
  }
  if (streamed) return writeStream(response, page, streamed === "in-order", begin)
  const whole = readyParts(page) ?? (await partsUnlessLeft(response, page))
  if (whole === undefined || response.destroyed) return
  begin()
  sendWhole(response, whole)
}

const leftError = (): Error => new Error("The reader left before the page was sent.")

/** Undefined when the reader has left meanwhile. */
async function partsUnlessLeft(
  response: NodeResponse,
  page: Markup,
): Promise<readonly string[] | undefined> {
  const departure = new Departure()
  const leave = (): void => departure.abort(leftError())
  response.on("close", leave)
  try {
    return await settledParts(page, departure)
  } catch (error) {
    if (departure.aborted) return undefined
    throw error
  } finally {
    response.off("close", leave)
  }
}

async function writeStream(
  response: NodeResponse,
  page: Markup,
  inOrder: boolean,
  begin: () => void,
): Promise<void> {
  const abort = new AbortController()
  const leave = (): void => abort.abort(leftError())
  response.on("close", leave)
  try {
    if (response.destroyed) return
    begin()
    const iterator = streamedParts(page, { signal: abort.signal, inOrder })
    for await (const part of { [Symbol.asyncIterator]: () => asResponseParts(iterator) }) {
      const isRoomLeft = response.write(part)
      response.flush?.()
      if (!isRoomLeft) await drained(response)
    }
    response.end()
  } catch (error) {
    if (abort.signal.aborted) return
    if (!response.headersSent) throw error
    reportError(error, "a page that is streamed", "html")
    response.destroy()
  } finally {
    response.off("close", leave)
  }
}

/** The same parts, each rendered as part of a response. */
function asResponseParts(iterator: AsyncGenerator<string>): AsyncIterator<string> {
  return { next: () => inResponse(() => iterator.next()), return: () => iterator.return(undefined) }
}

function setHeaders(response: NodeResponse, headers: Headers): void {
  for (const [name, value] of headers) if (name !== "set-cookie") response.setHeader(name, value)
  // The host may have set other cookies.
  if (headers.getSetCookie().length > 0) response.appendHeader("set-cookie", headers.getSetCookie())
}

function sendWhole(response: NodeResponse, parts: readonly string[]): void {
  let bytes = 0
  let characters = 0
  for (const part of parts) {
    bytes += Buffer.byteLength(part)
    characters += part.length
  }
  response.setHeader("content-length", bytes)
  // A byte per character means ASCII, which is the same in latin1: node copies that, and makes no room for longer characters.
  const encoding = bytes === characters ? "latin1" : "utf8"
  // The end takes the cork off, so that all parts leave in one write.
  response.cork()
  for (const part of parts.slice(0, -1)) response.write(part, encoding)
  response.end(parts.at(-1) ?? "", encoding)
}

function drained(response: NodeResponse): Promise<void> {
  return new Promise(resolve => {
    const done = (): void => {
      response.off("drain", done)
      response.off("close", done)
      resolve()
    }
    response.once("drain", done)
    response.once("close", done)
  })
}
