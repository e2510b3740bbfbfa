// Time-ordered UUIDs (RFC 9562, version 7), strictly increasing within a process.
import { randomFillSync } from "node:crypto"

const hex = Array.from({ length: 256 }, (_, byte) => (byte + 256).toString(16).slice(1))
const pool = new Uint8Array(16 * 512)
let poolPosition = pool.length

// RFC 9562, 6.2, method 1: behind the milliseconds come 32 counter bits that start at random below 2^31, so that the ids
// of one millisecond keep their order and a burst has room; the other 42 bits are random in every id.
let lastMs = 0
let counter = 0
let timeText = ""

/** A new lower-case UUID of version 7. Sorts after every id that this process made before, also when the clock steps back. */
export function uuidv7(): string {
  if (poolPosition > pool.length - 10) {
    randomFillSync(pool)
    poolPosition = 0
  }
  const at = poolPosition
  poolPosition += 10
  const now = Date.now()
  if (now > lastMs) {
    setTime(now)
    counter =
      (byteAt(at) & 0x7f) * 0x1000000 +
      (byteAt(at + 1) << 16) +
      (byteAt(at + 2) << 8) +
      byteAt(at + 3)
  } else if (++counter > 0xffffffff) {
    setTime(lastMs + 1)
    counter = 0
  }
  return (
    // counter: 12 bits after the version, 14 after the variant, 6 in the next byte
    `${timeText}${hex[0x70 | (counter >>> 28)]}${hex[(counter >>> 20) & 0xff]}-` +
    `${hex[0x80 | ((counter >>> 14) & 0x3f)]}${hex[(counter >>> 6) & 0xff]}-` +
    `${hex[((counter & 0x3f) << 2) | (byteAt(at + 4) & 3)]}` +
    `${hex[byteAt(at + 5)]}${hex[byteAt(at + 6)]}${hex[byteAt(at + 7)]}${hex[byteAt(at + 8)]}${hex[byteAt(at + 9)]}`
  )
}

function setTime(ms: number): void {
  lastMs = ms
  const text = ms.toString(16).padStart(12, "0")
  timeText = `${text.slice(0, 8)}-${text.slice(8)}-`
}

function byteAt(index: number): number {
  return pool[index] ?? 0
}
