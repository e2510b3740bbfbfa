// The body of a request that a middleware of Hono has read before nitro: `c.req.json()`, `text()`, `parseBody()` and their like keep it.
import { type HostBody, setHostBody } from "../actions/internal.ts"

/** The bodies that Hono has read, by the name of the method; `parseBody` fills `formData`. */
export interface BodyCache {
  readonly text?: unknown
  readonly json?: unknown
  readonly arrayBuffer?: unknown
  readonly blob?: unknown
  readonly formData?: unknown
}

export function takeBody({
  raw,
  bodyCache,
}: {
  readonly raw: Request
  readonly bodyCache?: BodyCache
}): void {
  if (raw.method === "GET" || !raw.bodyUsed) return
  setHostBody(raw, () => bodyOf(bodyCache ?? {}))
}

/** For a request to a route of Hono: it may read the body before it is needed here. */
export function takeLateBody({
  raw,
  bodyCache,
}: {
  readonly raw: Request
  readonly bodyCache?: BodyCache
}): void {
  if (raw.method === "GET" || raw.method === "HEAD" || raw.bodyUsed) return
  setHostBody(raw, () => (raw.bodyUsed ? bodyOf(bodyCache ?? {}) : { kind: "unread" }))
}

async function bodyOf(cache: BodyCache): Promise<HostBody> {
  // Each as a promise, which fails where the body is not what it was taken for.
  const [bytes, blob, text, form, value] = await Promise.all([
    cache.arrayBuffer,
    cache.blob,
    cache.text,
    cache.formData,
    cache.json,
  ])
  // The bytes first: a text has lost those of files.
  if (bytes instanceof ArrayBuffer) return { kind: "sent", content: new Uint8Array(bytes) }
  if (blob instanceof Blob)
    return { kind: "sent", content: new Uint8Array(await blob.arrayBuffer()) }
  if (form instanceof FormData) return { kind: "form", entries: form }
  if (typeof text === "string") return { kind: "sent", content: text }
  if (value !== undefined) return { kind: "parsed", value }
  return {
    kind: "lost",
    fix: "Read it by c.req.json(), c.req.text() or c.req.parseBody(), which keep it, and not by c.req.raw.",
  }
}
