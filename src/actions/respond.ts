// `respond(<Page/>)`: HTML as a web Response, whole by default, streamed on request.
import { AsyncResource } from "node:async_hooks"
import { chunks, type Markup, settle, stream } from "../html/index.ts"
import { AnswerResponse } from "./response.ts"

export interface RespondOptions extends ResponseInit {
  /**
   * Sends what is ready while async children still run; the content of a `Suspense` follows at the end of the page, or
   * with `"in-order"` in its place. Default false: the page is sent when it is whole, so that an error in it becomes an
   * error status instead of half a page.
   */
  readonly stream?: boolean | "in-order"
}

/** Status and headers as in `new Response`; the content type is `text/html; charset=utf-8` unless given. */
export async function respond(page: Markup, options: RespondOptions = {}): Promise<Response> {
  const { stream: streamed = false, ...init } = options
  const headers = new Headers(init.headers)
  if (!headers.has("content-type")) headers.set("content-type", "text/html; charset=utf-8")
  return new AnswerResponse(streamed ? bytesAsTheyCome(page, streamed === "in-order") : await wholeBody(page), { ...init, headers })
}

async function wholeBody(page: Markup): Promise<string | Uint8Array<ArrayBuffer>> {
  const parts = chunks(page) ?? (chunks(await settle(page)) as readonly string[])
  if (parts.length === 1) return parts[0] as string
  // Parts are not joined to one string, since V8 makes strings above 128 KB costly. They are written into one buffer of just
  // the size: a larger one would cost more in fresh memory than the count.
  const body = Buffer.allocUnsafe(parts.reduce((bytes, part) => bytes + Buffer.byteLength(part), 0))
  let offset = 0
  for (const part of parts) offset += body.write(part, offset)
  return body as Uint8Array<ArrayBuffer>
}

function bytesAsTheyCome(page: Markup, inOrder: boolean): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder()
  const abort = new AbortController()
  const iterator = stream(page, { signal: abort.signal, inOrder })
  // Generators in the page run when the reader asks for more, and then belong to this request all the same.
  const next = AsyncResource.bind(() => iterator.next())
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await next()
      if (done) controller.close()
      else controller.enqueue(encoder.encode(value))
    },
    async cancel(reason) {
      abort.abort(reason)
      await iterator.return().catch(() => {})
    },
  })
}
