// A stream of events as a response.
import { SseText, sseText } from "./sse-text.ts"

/**
 * Headers of an event stream. `no-transform` and `x-accel-buffering` keep compressing middleware and proxies from
 * holding events back. There is no `connection` header: it is HTTP/1.1's default and forbidden in HTTP/2.
 */
export const sseHeaders: Readonly<Record<string, string>> = Object.freeze({
  "content-type": "text/event-stream",
  "cache-control": "no-cache, no-transform",
  "x-accel-buffering": "no",
})

/** Events to send: what one call returned, a list, or events as they come. */
export type EventSource = SseText | Iterable<SseText> | AsyncIterable<SseText>

/**
 * A response that sends the events as they come. When the page goes away, the generator is ended (its `finally` runs)
 * as soon as it is not in the middle of an `await`; give long waits the request's `signal`.
 */
export function sseResponse(events: EventSource, init: ResponseInit = {}): Response {
  const headers = new Headers(init.headers)
  for (const [name, value] of Object.entries(sseHeaders)) headers.set(name, value)
  return new Response(eventStream(events), { ...init, headers })
}

/** The events as a stream of bytes. Nothing runs before the first read. */
export function eventStream(events: EventSource): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder()
  let iterator: Iterator<SseText> | AsyncIterator<SseText> | undefined
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        iterator ??= iterate(events)
        const next = await iterator.next()
        if (next.done === true) controller.close()
        else controller.enqueue(encoder.encode(sseText(next.value)))
      },
      async cancel() {
        iterator ??= iterate(events)
        await iterator.return?.()
      },
    },
    { highWaterMark: 0 },
  )
}

function iterate(events: EventSource): Iterator<SseText> | AsyncIterator<SseText> {
  if (events instanceof SseText) return [events][Symbol.iterator]()
  // The characters of a string are a list too, of which none is an event.
  if (typeof events === "string") sseText(events)
  return Symbol.asyncIterator in events ? events[Symbol.asyncIterator]() : events[Symbol.iterator]()
}
