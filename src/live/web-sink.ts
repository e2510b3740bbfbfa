// A sink for hosts that speak fetch: the body of a `Response`.
import { maxQueuedBytes } from "./sink.ts"
import type { OpenedStream } from "./stream-host.ts"

/** A body that is written through a sink, which is attached at once. */
export function sinkBody(stream: OpenedStream): ReadableStream<Uint8Array> {
  let drained = (): void => undefined
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        stream.attach({
          write({ bytes }) {
            controller.enqueue(bytes)
            return this.queuedBytes <= maxQueuedBytes
          },
          get queuedBytes() {
            return -(controller.desiredSize ?? 0)
          },
          onDrain(listener) {
            drained = listener
          },
          close: () => controller.close(),
        })
      },
      // Without a high-water mark it is called only when a reader waits and nothing is queued.
      pull: () => drained(),
      cancel: () => stream.end(),
    },
    { highWaterMark: 0, size: bytes => bytes?.byteLength ?? 0 },
  )
}
