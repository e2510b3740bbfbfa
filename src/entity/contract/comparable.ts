// Comparison of values in memory, and their order: the same as in every store.

/** The form in which values are compared: dates as milliseconds, bytes by content, absent as null. */
export type Comparable = string | number | bigint | boolean | null

/** The comparable form of a domain value or a stored row value. */
export function toComparable(value: unknown): Comparable {
  switch (typeof value) {
    case "string":
    case "number":
    case "bigint":
    case "boolean":
      return value
    case "object":
      if (value instanceof Date) return value.getTime()
      // One character per byte: equal content is an equal string, and strings order as their bytes do.
      if (value instanceof Uint8Array)
        return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("latin1")
      return null
    default:
      return null
  }
}

/** Negative, zero or positive; text by code point, so that every store sorts alike. Not for null. */
export function compareValues(a: Comparable, b: Comparable): number {
  if (a === b) return 0
  if (typeof a === "string" && typeof b === "string") return compareText(a, b)
  // Of one type, neither is null: the field says so.
  return (a ?? 0) < (b ?? 0) ? -1 : 1
}

function compareText(a: string, b: string): number {
  const length = Math.min(a.length, b.length)
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i)
    const y = b.charCodeAt(i)
    if (x === y) continue
    // JavaScript compares UTF-16 units, where surrogates (U+10000 and above) come before U+E000 to U+FFFF.
    const xHigh = x >= 0xd800 && x <= 0xdfff
    const yHigh = y >= 0xd800 && y <= 0xdfff
    return xHigh === yHigh ? x - y : xHigh ? 1 : -1
  }
  return a.length - b.length
}
