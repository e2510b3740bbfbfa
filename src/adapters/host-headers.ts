// Headers that the host has set before or beside a response of the app: they are added to it, and the app's win where both name one.

/** Describe the body of a page, and not the stream that is sent in its place. */
export const bodyHeaders = [
  "content-type",
  "content-length",
  "content-encoding",
  "content-disposition",
  "etag",
  "last-modified",
] as const

/** Describe a body that is not sent, or a connection that the server decides about. */
const notOurs: ReadonlySet<string> = new Set([...bodyHeaders, "transfer-encoding", "connection"])

/** The response with what it lacks of the host's headers: itself where its headers may be changed. */
export function withHostHeaders(response: Response, host: Headers): Response {
  if (host.keys().next().done) return response
  try {
    addHostHeaders(response.headers, host)
    return response
  } catch {
    // The headers of a Response that `fetch` gave cannot be changed.
    const headers = new Headers(response.headers)
    addHostHeaders(headers, host)
    return new Response(response.body, {
      status: response.status,
      statusText: response.statusText,
      headers,
    })
  }
}

/** Adds what `ours` lacks. Cookies of both are sent, and `Vary` lists the names of both. */
export function addHostHeaders(
  ours: Headers,
  host: Iterable<readonly [name: string, value: string]>,
): void {
  const names = new Set(ours.keys())
  for (const [name, value] of host) {
    const key = name.toLowerCase()
    if (key === "set-cookie") {
      if (!ours.getSetCookie().includes(value)) ours.append(key, value)
    } else if (key === "vary") addVary(ours, value)
    else if (!names.has(key) && !notOurs.has(key)) ours.append(key, value)
  }
}

function addVary(headers: Headers, value: string): void {
  const current = new Set((headers.get("vary") ?? "").toLowerCase().split(/\s*,\s*/))
  const missing = value
    .split(/\s*,\s*/)
    .filter(name => name !== "" && !current.has(name.toLowerCase()))
  if (missing.length > 0) headers.append("vary", missing.join(", "))
}
