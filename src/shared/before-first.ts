// The part of a text before a separator.

/** `address` of "address.city"; the whole text where there is no separator. */
export function beforeFirst(text: string, separator: string): string {
  const at = text.indexOf(separator)
  return at < 0 ? text : text.slice(0, at)
}
