// The hub: flushes the streams of an app, some at a time so that other requests run between, and keeps their shared state.
import { reportError } from "../shared/report.ts"
import { Batch } from "./batch.ts"
import { cursorText } from "./cursor.ts"
import { Frame } from "./frame.ts"
import { Slices } from "./slices.ts"

export interface Flushed {
  flush(): void
  end(): void
}

export class Hub {
  readonly #flushes = new Slices<Flushed>(flush, () => this.#startFrames())
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
    this.#flushes.add(stream)
  }

  /** Later frames start anew, so that nothing that was sent is kept. */
  #startFrames(): void {
    this.#moving = Batch.empty(true)
    this.#plain = Batch.empty(false)
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

function flush(stream: Flushed): void {
  try {
    stream.flush()
  } catch (error) {
    reportError(error, "a live stream", "live")
    stream.end()
  }
}
