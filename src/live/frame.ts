// A frame: events that are written as one piece. All streams that send the same hold one frame, encoded once.

/** A longer frame is written in pieces, so that a slow reader shows that it goes on. */
export const pieceBytes: number = 16 * 1024

/**
 * What a stream writes to its sink: whole server-sent events, or a piece of a long one. Streams that send the same write the same frame,
 * so a sink that wraps or compresses the bytes can do so once for all of them: keep the result in a `WeakMap` by frame.
 */
export class Frame {
  /** UTF-8. Do not change them. */
  readonly bytes: Uint8Array
  /** Whether every page that shows the view gets it. False for what one page alone gets. */
  readonly isShared: boolean
  #pieces: readonly Frame[] | undefined

  constructor(bytes: Uint8Array, isShared: boolean) {
    this.bytes = bytes
    this.isShared = isShared
  }

  static of(text: string, isShared: boolean): Frame {
    return new Frame(Buffer.from(text), isShared)
  }

  /** The frame in the pieces that it is written in: itself where it is short. */
  get pieces(): readonly Frame[] {
    this.#pieces ??= this.#cut()
    return this.#pieces
  }

  #cut(): readonly Frame[] {
    const { bytes } = this
    if (bytes.byteLength <= pieceBytes) return [this]
    const pieces: Frame[] = []
    for (let at = 0; at < bytes.byteLength; at += pieceBytes)
      pieces.push(new Frame(bytes.subarray(at, at + pieceBytes), this.isShared))
    return pieces
  }
}
