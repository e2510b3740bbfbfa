// A stream of events as a response.
import { reportError } from "../shared/report.ts"
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
 * as soon as it is not in the middle of an `await`; give long waits the request's `signal`. An error of the generator is
 * published on the diagnostics channel `nitro:error` and breaks the connection, so that the page connects again.
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
  let hasLeft = false
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          iterator ??= iterate(events)
          const next = await iterator.next()
          // The page went away in the middle of the generator's work.
          if (hasLeft) return
          if (next.done === true) return controller.close()
          controller.enqueue(encoder.encode(sseText(next.value)))
        } catch (error) {
          reportError(error, "an event stream", "datastar")
          // A value that is no event leaves the generator waiting.
          await end(iterator)
          throw error
        }
      },
      async cancel() {
        hasLeft = true
        await end(iterator ?? iterate(events))
      },
    },
    { highWaterMark: 0 },
  )
}

/** Its `finally` runs; an error there has no caller left. */
async function end(
  iterator: Iterator<SseText> | AsyncIterator<SseText> | undefined,
): Promise<void> {
  try {
    await iterator?.return?.()
  } catch (error) {
    reportError(error, "the end of an event stream", "datastar")
  }
}

function iterate(events: EventSource): Iterator<SseText> | AsyncIterator<SseText> {
  if (events instanceof SseText) return [events][Symbol.iterator]()
  // The characters of a string are a list too, of which none is an event.
  if (typeof events === "string") sseText(events)
  return Symbol.asyncIterator in events ? events[Symbol.asyncIterator]() : events[Symbol.iterator]()
}
