// Frames as node sends them, made once for all streams that send the same.
import type { Frame } from "../live/index.ts"
import { chunkOf } from "./chunk.ts"
import { type Deflated, deflate } from "./gzip.ts"

/** A function of frames that computes once for each. */
function once<T>(encode: (frame: Frame) => T): (frame: Frame) => T {
  const encoded = new WeakMap<Frame, T>()
  return frame => {
    let value = encoded.get(frame)
    if (value === undefined) {
      value = encode(frame)
      encoded.set(frame, value)
    }
    return value
  }
}

export const chunkOfFrame: (frame: Frame) => Buffer = once(({ bytes }) => chunkOf(bytes))
export const deflatedFrame: (frame: Frame) => Deflated = once(deflate)
