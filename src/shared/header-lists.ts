// Headers that are lists: what a client accepts, and which entity tags it names. Source: RFC 9110.

/** Whether `Accept` or `Accept-Encoding` names `name`, in lower case, and does not refuse it by `q=0`. */
export function accepts(header: string | null, name: string): boolean {
  for (const entry of header?.split(",") ?? []) {
    const [each = "", ...parameters] = entry.split(";").map(part => part.trim().toLowerCase())
    if (each === name) return !parameters.some(parameter => /^q=0(?:\.0*)?$/.test(parameter))
  }
  return false
}

/** Whether `If-Match` or `If-None-Match` names a strong tag, or any: proxies that compress mark it as weak, and it stands for the same state. */
export function namesTag(header: string | null, tag: string): boolean {
  if (header === null) return false
  if (header.trim() === "*") return true
  return header.split(",").some(each => each.trim().replace(/^W\//, "") === tag)
}
