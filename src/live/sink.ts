// Where a stream writes: what is behind it may be a web stream or a response of Node.

export interface Sink {
  /** Takes bytes, in order. False: it holds more than it should, and `onDrain` is called once the reader has caught up. */
  write(bytes: Uint8Array): boolean
  /** Bytes that were written and that the reader has not taken. */
  readonly queuedBytes: number
  /** Sets what is called when everything written was taken; the stream calls it once. */
  onDrain(listener: () => void): void
  /** Ends the answer. Called at most once. */
  close(): void
}

/** Above this many bytes that its reader has not taken a sink asks for no more. */
export const maxQueuedBytes: number = 64 * 1024

/** A body for a `Response` that is written through a sink. `attach` is called at once, `onCancel` when the reader leaves. */
export function sinkBody(
  attach: (sink: Sink) => void,
  onCancel: () => void,
): ReadableStream<Uint8Array> {
  let drained = (): void => undefined
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        attach({
          write(bytes) {
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
      cancel: onCancel,
    },
    { highWaterMark: 0, size: bytes => bytes?.byteLength ?? 0 },
  )
}
