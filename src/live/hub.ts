// The hub: flushes the streams of an app, some at a time so that other requests run between, and keeps their shared state.
import { reportError } from "../shared/report.ts"
import { Batch } from "./batch.ts"
import { cursorText } from "./cursor.ts"
import { Frame } from "./frame.ts"

/** Streams that are written to before the event loop goes on to something else. */
export const sliceSize: number = 250

export interface Flushed {
  flush(): void
  end(): void
}

export class Hub {
  #waiting: Flushed[] = []
  #isRunning = false
  #moving = Batch.empty(true)
  #plain = Batch.empty(false)
  #cursor = { settled: -1, layout: "", text: "" }
  #id = { text: "", frame: Frame.of("", true) }
  #joined: { parts: readonly Frame[]; frame: Frame | undefined } = {
    parts: [],
    frame: undefined,
  }

  /** Flushes `stream` at the end of the turn. */
  schedule(stream: Flushed): void {
    this.#waiting.push(stream)
    if (this.#isRunning) return
    this.#isRunning = true
    setImmediate(() => this.#runSlice())
  }

  #runSlice(): void {
    // Later frames start anew, so that nothing that was sent is kept.
    this.#moving = Batch.empty(true)
    this.#plain = Batch.empty(false)
    const slice = this.#waiting.splice(0, sliceSize)
    for (const stream of slice) {
      try {
        stream.flush()
      } catch (error) {
        reportError(error, "a live stream", "live")
        stream.end()
      }
    }
    this.#isRunning = this.#waiting.length > 0
    if (this.#isRunning) setImmediate(() => this.#runSlice())
  }

  /** A batch without patches. */
  empty(moves: boolean): Batch {
    return moves ? this.#moving : this.#plain
  }

  /** As `cursorText`: pages with the same views, which come one after the other, get one string. */
  cursor(settled: number, layout: string): string {
    const last = this.#cursor
    if (last.settled === settled && last.layout === layout) return last.text
    const text = cursorText(settled, layout)
    this.#cursor = { settled, layout, text }
    return text
  }

  idFrame(text: string): Frame {
    if (this.#id.text !== text) this.#id = { text, frame: Frame.of(text, true) }
    return this.#id.frame
  }

  /** Several short frames as one: the same again where the last one was made of the same. */
  join(parts: readonly Frame[]): Frame {
    const last = this.#joined
    const isSame =
      parts.length === last.parts.length && parts.every((part, at) => part === last.parts[at])
    if (isSame && last.frame !== undefined) return last.frame
    const frame = new Frame(
      Buffer.concat(parts.map(({ bytes }) => bytes)),
      parts.every(({ isShared }) => isShared),
    )
    this.#joined = { parts, frame }
    return frame
  }
}
