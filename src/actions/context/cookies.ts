// Reading cookies: all values of a name, since a browser may send several, and only one of them may be ours.

/** The values of the cookies named `name`, in the order in which the browser sent them. RFC 6265, 5.4. */
export function cookieValues(header: string | null, name: string): string[] {
  // Most requests have none of ours.
  if (header === null || !header.includes(`${name}=`)) return []
  return header
    .split(";")
    .map(pair => pair.trim())
    .filter(pair => pair.startsWith(`${name}=`) && pair.length > name.length + 1)
    .map(pair => pair.slice(name.length + 1))
}
