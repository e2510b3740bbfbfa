// Where a stream writes: a response of Node, a web stream, a socket.
import type { Frame } from "./frame.ts"

export interface Sink {
  /** Takes a frame, in order. False: it holds more than it should, and `onDrain` is called once the reader has caught up. */
  write(frame: Frame): boolean
  /** Bytes that were written and that the reader has not taken. */
  readonly queuedBytes: number
  /** Sets what is called when everything written was taken; the stream calls it once. */
  onDrain(listener: () => void): void
  /** Ends the response. Called at most once. */
  close(): void
}

/** Above this many bytes that its reader has not taken a sink requests no more. */
export const maxQueuedBytes: number = 64 * 1024
