// Places in logs under numbers of this process, so that views compare numbers and pages are sent places.
import type { Cursor as LogCursor } from "../events/index.ts"

/** Numbers whose places are kept. A page that is further behind gets a snapshot when it comes back. */
export const maxPositions: number = 16_384

const cursors: LogCursor[] = []
const numbers: number[] = []
let last = 0

/** The next number, which stands for this place from now on. */
export function numberOf(cursor: LogCursor): number {
  last += 1
  numbers[last % maxPositions] = last
  cursors[last % maxPositions] = cursor
  return last
}

/** Undefined when the number is too old, or none. */
export function placeOf(number: number): LogCursor | undefined {
  return numbers[number % maxPositions] === number ? cursors[number % maxPositions] : undefined
}
