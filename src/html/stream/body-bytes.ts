// The bytes of a whole page. V8 encodes text with a few characters beyond ASCII half as fast as text without any, so these
// are put in afterwards.
import buffer from "node:buffer"

// In a text that V8 keeps in one byte for each character this matches nothing, which takes no time to find out.
const beyondLatin1 = /[\u0100-\uffff]/
/** Where they are nearer to each other on average, encoding all at once is faster. */
const minDistance = 64
const beyondAscii = 0x80_80_80_80 | 0

// Kept, since fresh memory of this size costs more than what is done with it. Nothing waits while it is in use.
let scratch: Buffer = Buffer.allocUnsafeSlow(64 * 1024)
const maxScratchBytes = 1024 * 1024

/** `parts` as UTF-8, in one buffer: joined to one string, above 128 KB, they would cost more. */
export function bodyBytes(parts: readonly string[]): Uint8Array<ArrayBuffer> {
  let characters = 0
  for (const part of parts) {
    if (beyondLatin1.test(part)) return utf8Bytes(parts)
    characters += part.length
  }
  if (characters > maxScratchBytes) return utf8Bytes(parts)
  while (scratch.length < characters) scratch = Buffer.allocUnsafeSlow(2 * scratch.length)
  let offset = 0
  for (const part of parts) offset += scratch.write(part, offset, "latin1")
  const latin1 = scratch.subarray(0, characters)
  const places = isAscii(latin1) ? [] : placesBeyondAscii(latin1)
  if (places.length * minDistance > characters) return utf8Bytes(parts)
  // A buffer that Node allocates is never shared memory.
  return widened(latin1, places) as Uint8Array<ArrayBuffer>
}

/** Of just the size: a larger buffer would cost more in fresh memory than the count. */
function utf8Bytes(parts: readonly string[]): Uint8Array<ArrayBuffer> {
  const body = Buffer.allocUnsafe(parts.reduce((bytes, part) => bytes + Buffer.byteLength(part), 0))
  let offset = 0
  for (const part of parts) offset += body.write(part, offset)
  // As above.
  return body as Uint8Array<ArrayBuffer>
}

// Not every runtime has it.
const isAscii = (bytes: Uint8Array): boolean => buffer.isAscii?.(bytes) ?? false

/** UTF-8 from Latin-1: each byte above 127, at one of `places`, becomes two. */
function widened(latin1: Buffer, places: readonly number[]): Buffer {
  const bytes = Buffer.allocUnsafe(latin1.length + places.length)
  bytes.set(latin1)
  // From the end, so that nothing is moved onto what is still needed.
  let end = latin1.length
  for (let left = places.length; left > 0; left--) {
    // In range.
    const place = places[left - 1] as number
    bytes.copyWithin(place + 1 + left, place + 1, end)
    // As above.
    const code = latin1[place] as number
    bytes[place + left - 1] = 0xc0 | (code >> 6)
    bytes[place + left] = 0x80 | (code & 0x3f)
    end = place
  }
  return bytes
}

/** Looks at sixteen bytes at a time. Their buffer begins at a multiple of eight. */
function placesBeyondAscii(latin1: Buffer): readonly number[] {
  const places: number[] = []
  const words = new Int32Array(latin1.buffer, latin1.byteOffset, latin1.length >> 2)
  const add = (from: number, to: number): void => {
    for (let place = from; place < to; place++)
      // In range.
      if ((latin1[place] as number) > 127) places.push(place)
  }
  let word = 0
  for (; word + 4 <= words.length; word += 4) {
    // In range.
    const four =
      (words[word] as number) |
      (words[word + 1] as number) |
      (words[word + 2] as number) |
      (words[word + 3] as number)
    if ((four & beyondAscii) !== 0) add(word * 4, word * 4 + 16)
  }
  add(word * 4, latin1.length)
  return places
}
