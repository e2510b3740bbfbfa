// The latest patterns that came and went in one registry, so that a name looks at these alone and not at all patterns again.
import type { SubscriptionUpdate } from "./resolved.ts"

const capacity = 256

export class PatternLog {
  /** Counts changes. */
  version = 0
  /** Change n stands at n modulo the capacity. */
  readonly #ring: SubscriptionUpdate[] = []

  add(change: SubscriptionUpdate): void {
    this.#ring[this.version % capacity] = change
    this.version++
  }

  /** The changes after the first `version`; undefined where some are no longer kept. */
  since(version: number): readonly SubscriptionUpdate[] | undefined {
    if (this.version - version > capacity) return undefined
    const changes: SubscriptionUpdate[] = []
    for (let at = version; at < this.version; at++)
      // The ring holds the latest `capacity` versions.
      changes.push(this.#ring[at % capacity] as SubscriptionUpdate)
    return changes
  }
}
