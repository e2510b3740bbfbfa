// `respond(<Page/>)`: HTML as a web Response, in parts where it is big and streamed where it waits for something.
import { chunks, type Markup, stream } from "../html/index.ts"

/** Status and headers as in `new Response`; the content type is `text/html; charset=utf-8` unless given. */
export function respond(page: Markup, init: ResponseInit = {}): Response {
  const headers = new Headers(init.headers)
  if (!headers.has("content-type")) headers.set("content-type", "text/html; charset=utf-8")
  const finished = chunks(page)
  const body = finished?.length === 1 ? (finished[0] as string) : streamed(page)
  return new Response(body, { ...init, headers })
}

function streamed(page: Markup): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder()
  const abort = new AbortController()
  const iterator = stream(page, { signal: abort.signal })[Symbol.asyncIterator]()
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await iterator.next()
      if (done) controller.close()
      else controller.enqueue(encoder.encode(value))
    },
    cancel() {
      abort.abort()
    },
  })
}
