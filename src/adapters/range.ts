// The part of a file that a request selects (RFC 9110, section 14).

/** The first and the last byte, both included. */
export interface ByteRange {
  readonly start: number
  readonly end: number
}

/**
 * The part that `header` selects; undefined for the whole, which is also sent for invalid ranges and for several
 * at once; null when nothing of it is in the file.
 */
export function rangeOf(header: string | null, size: number): ByteRange | undefined | null {
  const match = /^bytes=[ \t]*(?:(\d+)-(\d*)|-(\d+))[ \t]*$/i.exec(header ?? "")
  if (match === null) return undefined
  const [, first, last = "", suffix] = match
  if (suffix !== undefined) {
    // The last bytes, as many as there are.
    return Number(suffix) === 0 || size === 0
      ? null
      : { start: Math.max(0, size - Number(suffix)), end: size - 1 }
  }
  const start = Number(first)
  const end = last === "" ? size - 1 : Math.min(Number(last), size - 1)
  if (last !== "" && Number(last) < start) return undefined
  return start >= size ? null : { start, end }
}
