// How often pages were sent to themselves lately, so that none is without end.

/** A page that has other views at each rendering would be loaded for ever; from then on it gets patches for what it has. */
const maxRenewals = 3
const periodMs = 60_000
/** Pages of which it is known when they were renewed. */
const maxPages = 1000

export class Renewals {
  readonly #pages = new Map<string, { readonly since: number; count: number }>()

  /** Counts one more, unless the page has had enough. `page` is short: addresses are as long as clients like. */
  take(page: string, now: number): boolean {
    const latest = this.#pages.get(page)
    const entry =
      latest === undefined || now - latest.since > periodMs ? { since: now, count: 0 } : latest
    if (entry.count >= maxRenewals) return false
    entry.count++
    this.#pages.delete(page)
    this.#pages.set(page, entry)
    // The map is not empty.
    if (this.#pages.size > maxPages) this.#pages.delete(this.#pages.keys().next().value as string)
    return true
  }
}
