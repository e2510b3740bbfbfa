// Rate limits that several processes share: one row for each caller and action, in a store of the app.
import { createHash } from "node:crypto"
import { z } from "zod"
import { Entity, type EntityClass, type Store, withoutScopes } from "../../entity/index.ts"
import { addsRow, Sweeper } from "../context/shared-rows.ts"
import type { RateLimit } from "../contract/action-options.ts"

class LimitRow extends Entity(
  "RateLimitCount",
  {
    id: z.string(),
    /** Unix time in milliseconds, with fractions: when the bucket is full again, which is all that there is to know of it. */
    fullAt: z.number(),
  },
  { table: "nitro_limits", index: ["fullAt"] },
) {}

/**
 * The rows of `rateLimit` where `nitro({ limits: { store } })` keeps them, in the table `nitro_limits`. List it among the entities of your
 * migrations: `createMigrator({ store, entities: [Todo, RateLimitCount], … })`.
 */
export const RateLimitCount: EntityClass = LimitRow

const sweepMs = 60_000
/** Attempts to take a token while others take theirs from the same bucket. */
const maxAttempts = 50

export class StoredBuckets {
  readonly #rows: typeof LimitRow
  readonly #sweeper: Sweeper

  constructor(store: Store) {
    const rows = class extends LimitRow {
      static store = store
    }
    this.#rows = rows
    this.#sweeper = new Sweeper(sweepMs, now => rows.deleteWhere(row => row.fullAt.lt(now)))
  }

  /** Takes a token, and returns the seconds to wait where there is none. Outside of any unit of work, whose rollback would give it back. */
  take(key: string, { limit, perSeconds }: RateLimit): Promise<number | undefined> {
    // As long as it is, a key is no more than an identity.
    const id = createHash("sha256").update(key).digest("base64url")
    const perToken = (perSeconds * 1000) / limit
    return withoutScopes(async () => {
      await this.#sweeper.run()
      for (let attempt = 0; attempt < maxAttempts; attempt++) {
        const now = Date.now()
        const row = await this.#rows.get(id)
        const fullAt = Math.max(row?.fullAt ?? 0, now) + perToken
        const missingMs = fullAt - now - perSeconds * 1000
        // Sums of fractions: a thousandth of a token is none.
        if (missingMs > perToken / 1000) return Math.ceil(missingMs / 1000)
        if (await this.#put(id, row?.fullAt, fullAt)) return undefined
      }
      // So many others of this caller were faster, that the bucket is as good as empty.
      return 1
    })
  }

  /** False where another one was faster: a row counts only while it is as it was read. */
  async #put(id: string, before: number | undefined, fullAt: number): Promise<boolean> {
    if (before !== undefined)
      return (await this.#rows.updateWhere({ id, fullAt: before }, { fullAt })) === 1
    return addsRow(() => this.#rows.create({ id, fullAt }))
  }
}
