// A frame: events that are written as one piece. All streams that send the same hold one frame, encoded once.
import { chunkOf } from "./chunk.ts"
import { type Deflated, deflate } from "./gzip.ts"

/** A longer frame is written in pieces, so that a slow reader shows that it goes on. */
export const pieceBytes: number = 16 * 1024

/** What a stream writes to its sink. */
export interface Frame {
  /** Whole server-sent events, or a piece of a long one, as UTF-8. Do not change them: other streams send the same. */
  readonly bytes: Uint8Array
}

export class SharedFrame implements Frame {
  readonly bytes: Uint8Array
  /** The same for every page that asks, so that it may be compressed. */
  readonly isShared: boolean
  #chunk: Buffer | undefined
  #deflated: Deflated | undefined
  #pieces: readonly SharedFrame[] | undefined

  constructor(bytes: Uint8Array, isShared: boolean) {
    this.bytes = bytes
    this.isShared = isShared
  }

  static of(text: string, isShared: boolean): SharedFrame {
    return new SharedFrame(Buffer.from(text), isShared)
  }

  /** One chunk of HTTP/1.1. */
  get chunk(): Buffer {
    this.#chunk ??= chunkOf(this.bytes)
    return this.#chunk
  }

  get deflated(): Deflated {
    this.#deflated ??= deflate(this.bytes, this.isShared)
    return this.#deflated
  }

  /** The frame in the pieces that it is written in: itself where it is short. */
  get pieces(): readonly SharedFrame[] {
    this.#pieces ??= this.#cut()
    return this.#pieces
  }

  #cut(): readonly SharedFrame[] {
    const { bytes } = this
    if (bytes.byteLength <= pieceBytes) return [this]
    const pieces: SharedFrame[] = []
    for (let at = 0; at < bytes.byteLength; at += pieceBytes)
      pieces.push(new SharedFrame(bytes.subarray(at, at + pieceBytes), this.isShared))
    return pieces
  }
}
