// Keeps responses to requests with an idempotency key: in this process's memory, or in the app's own database.
import { z } from "zod"
import {
  Entity,
  type EntityClass,
  isNitroError,
  type Store,
  withoutScopes,
} from "../../entity/index.ts"

export interface KeptAnswer {
  readonly id: string
  readonly fingerprint: string
  /** The response as text; null while the request is pending. */
  readonly answer: string | null
  /** Unix time in milliseconds. */
  readonly expiresAt: number
}

export interface AnswerStore {
  /** The store whose transactions cover it; undefined for memory. */
  readonly store: Store | undefined
  find(id: string): Promise<KeptAnswer | undefined>
  /** False when there is one already. Within a unit of work: throws then, since its transaction may be lost. */
  add(kept: KeptAnswer): Promise<boolean>
  change(kept: KeptAnswer): Promise<void>
  remove(id: string): Promise<void>
}

const maxMemoryBytes = 16 * 1024 * 1024

/** Keeps the newest 16 MiB of responses until the process ends. */
export class MemoryAnswers implements AnswerStore {
  readonly store = undefined
  readonly #kept = new Map<string, KeptAnswer>()
  #bytes = 0

  get bytes(): number {
    return this.#bytes
  }

  async find(id: string): Promise<KeptAnswer | undefined> {
    const kept = this.#kept.get(id)
    if (kept === undefined || kept.expiresAt > Date.now()) return kept
    this.#drop(kept)
    return undefined
  }

  async add(kept: KeptAnswer): Promise<boolean> {
    if ((await this.find(kept.id)) !== undefined) return false
    this.#put(kept)
    return true
  }

  async change(kept: KeptAnswer): Promise<void> {
    const before = this.#kept.get(kept.id)
    if (before !== undefined) this.#drop(before)
    this.#put(kept)
  }

  async remove(id: string): Promise<void> {
    const kept = this.#kept.get(id)
    if (kept !== undefined) this.#drop(kept)
  }

  #put(kept: KeptAnswer): void {
    this.#kept.set(kept.id, kept)
    this.#bytes += bytesOf(kept)
    const now = Date.now()
    for (const oldest of this.#kept.values()) {
      if (this.#bytes <= maxMemoryBytes && oldest.expiresAt > now) break
      this.#drop(oldest)
    }
  }

  #drop(kept: KeptAnswer): void {
    this.#kept.delete(kept.id)
    this.#bytes -= bytesOf(kept)
  }
}

const bytesOf = ({ answer }: KeptAnswer): number => 2 * (answer?.length ?? 0) + 400

class AnswerRow extends Entity(
  "IdempotentAnswer",
  {
    id: z.string(),
    fingerprint: z.string(),
    answer: z.string().nullable().default(null),
    expiresAt: z.number(),
  },
  { table: "nitro_answers", index: ["expiresAt"] },
) {}

/**
 * The rows of kept responses, in the table `nitro_answers`. List it among the entities of your migrations:
 * `createMigrator({ store, entities: [Todo, IdempotentAnswer], … })`.
 */
export const IdempotentAnswer: EntityClass = AnswerRow

const sweepMs = 10 * 60 * 1000

/** Keeps responses in a database, where they survive the process and are seen by all of them. They are outside of all scopes. */
export class StoredAnswers implements AnswerStore {
  readonly store: Store
  readonly #rows: typeof AnswerRow
  #sweptAt = Date.now()

  constructor(store: Store) {
    this.store = store
    this.#rows = class extends AnswerRow {
      static store = store
    }
  }

  find(id: string): Promise<KeptAnswer | undefined> {
    return withoutScopes(async () => {
      const kept = await this.#rows.get(id)
      if (kept === undefined || kept.expiresAt > Date.now()) return kept
      await kept.delete()
      return undefined
    })
  }

  add(kept: KeptAnswer): Promise<boolean> {
    return withoutScopes(async () => {
      try {
        await this.#rows.create(kept)
      } catch (error) {
        if (!isNitroError(error, "NITRO_DUPLICATE")) throw error
        return false
      }
      return true
    })
  }

  change({ id, ...values }: KeptAnswer): Promise<void> {
    return withoutScopes(async () => {
      await this.#rows.updateWhere({ id }, values)
      if (Date.now() - this.#sweptAt < sweepMs) return
      this.#sweptAt = Date.now()
      await this.#rows.deleteWhere(row => row.expiresAt.lt(Date.now()))
    })
  }

  remove(id: string): Promise<void> {
    return withoutScopes(async () => {
      await this.#rows.deleteWhere({ id })
    })
  }
}
