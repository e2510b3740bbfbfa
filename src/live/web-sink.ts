// A sink for hosts that speak fetch: the body of a `Response`.
import { maxQueuedBytes, type Sink } from "./sink.ts"

/** A body that is written through a sink. `attach` is called with the first read, `onCancel` when the reader leaves. */
export function sinkBody(
  attach: (sink: Sink) => void,
  onCancel: () => void,
): ReadableStream<Uint8Array> {
  let drained = (): void => undefined
  let isAttached = false
  return new ReadableStream<Uint8Array>(
    {
      // Without a high-water mark it is called only when a reader waits and nothing is queued.
      pull(controller) {
        if (isAttached) return drained()
        isAttached = true
        attach({
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
      cancel: onCancel,
    },
    { highWaterMark: 0, size: bytes => bytes?.byteLength ?? 0 },
  )
}
