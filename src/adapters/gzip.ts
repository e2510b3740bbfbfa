// Gzip for streams that share their frames: each frame is compressed once, to blocks that are valid in every open stream.
import { constants, crc32, deflateRawSync } from "node:zlib"
import type { Frame } from "../live/index.ts"
import { chunkOf } from "./chunk.ts"

/** Below this many bytes a separate block saves too little for its cost. */
const minBytes = 256
/** A stored block holds no more (RFC 1951, 3.2.4). */
const maxStoredBytes = 0xffff

/** A frame as blocks of raw deflate that depend on nothing before them and end at a byte. */
export interface Deflated {
  readonly bytes: Uint8Array
  readonly chunk: Buffer
  /** Of the frame itself. */
  readonly crc: number
  readonly length: number
  /** By this a checksum is moved on over the frame, see `GzipSum`. */
  readonly shift: number
}

/** Content for one page is stored and not compressed: that would cost more than to send it. */
export function deflate({ bytes, isShared }: Frame): Deflated {
  const { byteLength: length } = bytes
  const isStored = length <= maxStoredBytes && (!isShared || length < minBytes)
  const blocks = isStored
    ? Buffer.concat([storedHead(length), bytes])
    : deflateRawSync(bytes, { finishFlush: constants.Z_FULL_FLUSH })
  return {
    bytes: blocks,
    chunk: chunkOf(blocks),
    crc: crc32(bytes),
    length,
    shift: shiftOf(length),
  }
}

function storedHead(length: number): Buffer {
  const head = Buffer.alloc(5)
  head.writeUInt16LE(length, 1)
  head.writeUInt16LE(length ^ 0xffff, 3)
  return head
}

/** RFC 1952: no name, no time, of an unknown system. */
export const gzipHead: Uint8Array = Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff)

/** The checksum and the length of everything that one stream has sent. */
export class GzipSum {
  #crc = 0
  #length = 0

  add({ crc, length, shift }: Deflated): void {
    this.#crc = (multiply(shift, this.#crc) ^ crc) >>> 0
    this.#length = (this.#length + length) >>> 0
  }

  /** The empty last block and the trailer. */
  get end(): Uint8Array {
    const end = Buffer.alloc(10)
    end[0] = 3
    end.writeUInt32LE(this.#crc, 2)
    end.writeUInt32LE(this.#length, 6)
    return end
  }
}

// Polynomials over GF(2) modulo that of CRC-32, the lowest power in the highest bit, as zlib's crc32_combine has them:
// the checksum of A + B is that of A times x^(8 |B|), plus that of B.
const polynomial = 0xedb88320

function multiply(a: number, b: number): number {
  let product = 0
  let term = b
  for (let bit = 0x80000000; bit !== 0; bit >>>= 1) {
    if ((a & bit) !== 0) product ^= term
    term = (term & 1) === 0 ? term >>> 1 : (term >>> 1) ^ polynomial
  }
  return product >>> 0
}

/** x^(8 length). */
function shiftOf(length: number): number {
  let power = 0x00800000
  let shift = 0x80000000
  for (let rest = length; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) shift = multiply(power, shift)
    power = multiply(power, power)
  }
  return shift
}
