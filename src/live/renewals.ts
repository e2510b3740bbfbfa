// A page that has other views by now, as after a deploy or a login: its script is sent to the page itself, and takes that on.
import { hasSameElements } from "./cursor.ts"
import type { LiveApp } from "./live-app.ts"
import type { LiveRequest } from "./live-request.ts"

/** A page that has other views at each rendering would be loaded for ever; from then on it gets patches for what it has. */
const maxRenewals = 3
const periodMs = 60_000
/** Pages of which it is known when they were renewed. */
const maxPages = 1000

/** How often pages were renewed lately. */
export class Renewals {
  readonly #pages = new Map<string, { readonly since: number; count: number }>()

  /** Counts one more, unless the page has had enough. */
  take(page: string, now: number): boolean {
    const known = this.#pages.get(page)
    const entry = known === undefined || now - known.since > periodMs ? { since: now, count: 0 } : known
    if (entry.count >= maxRenewals) return false
    entry.count++
    this.#pages.delete(page)
    this.#pages.set(page, entry)
    if (this.#pages.size > maxPages) this.#pages.delete(this.#pages.keys().next().value as string)
    return true
  }
}

/**
 * The way to the page, where the page lacks an element that a view of it fills; undefined where the stream is the answer. Our client takes
 * the whole page on, by a morph.
 */
export function renewal(request: LiveRequest, { renewals }: LiveApp): Response | undefined {
  const { stream, address, layout } = request
  if (stream?.page === undefined || !stream.isOfClient || hasSameElements(stream.page.layout, layout)) return undefined
  if (!renewals.take(`${request.asker} ${address}`, Date.now())) return undefined
  stream.end()
  return new Response(null, { status: 303, headers: { location: address, "cache-control": "no-store" } })
}
