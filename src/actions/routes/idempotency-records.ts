// Keeps responses to requests with an idempotency key: in this process's memory, or in the app's own database.

import { z } from "zod"
import { Entity, type EntityClass, type Store, withoutScopes } from "../../entity/index.ts"
import { addsRow, Sweeper } from "../context/shared-rows.ts"

export interface IdempotencyRecord {
  readonly id: string
  readonly fingerprint: string
  /** The response as text; null while the request is pending. */
  readonly answer: string | null
  /** Unix time in milliseconds. */
  readonly expiresAt: number
}

export interface IdempotencyRecords {
  /** The store whose transactions cover it; undefined for memory. */
  readonly store: Store | undefined
  find(id: string): Promise<IdempotencyRecord | undefined>
  /** False when there is one already. Within a unit of work: throws then, since its transaction may be lost. */
  add(record: IdempotencyRecord): Promise<boolean>
  update(record: IdempotencyRecord): Promise<void>
  remove(id: string): Promise<void>
}

const maxMemoryBytes = 16 * 1024 * 1024

/** Keeps the newest 16 MiB of responses until the process ends. */
export class MemoryRecords implements IdempotencyRecords {
  readonly store = undefined
  readonly #records = new Map<string, IdempotencyRecord>()
  #bytes = 0

  get bytes(): number {
    return this.#bytes
  }

  async find(id: string): Promise<IdempotencyRecord | undefined> {
    const record = this.#records.get(id)
    if (record === undefined || record.expiresAt > Date.now()) return record
    this.#drop(record)
    return undefined
  }

  async add(record: IdempotencyRecord): Promise<boolean> {
    if ((await this.find(record.id)) !== undefined) return false
    this.#put(record)
    return true
  }

  async update(record: IdempotencyRecord): Promise<void> {
    const before = this.#records.get(record.id)
    if (before !== undefined) this.#drop(before)
    this.#put(record)
  }

  async remove(id: string): Promise<void> {
    const record = this.#records.get(id)
    if (record !== undefined) this.#drop(record)
  }

  #put(record: IdempotencyRecord): void {
    this.#records.set(record.id, record)
    this.#bytes += bytesOf(record)
    const now = Date.now()
    for (const oldest of this.#records.values()) {
      if (this.#bytes <= maxMemoryBytes && oldest.expiresAt > now) break
      this.#drop(oldest)
    }
  }

  #drop(record: IdempotencyRecord): void {
    this.#records.delete(record.id)
    this.#bytes -= bytesOf(record)
  }
}

const bytesOf = ({ answer }: IdempotencyRecord): number => 2 * (answer?.length ?? 0) + 400

class RecordRow extends Entity(
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
export const IdempotentAnswer: EntityClass = RecordRow

const sweepMs = 10 * 60 * 1000

/** Keeps responses in a database, where they survive the process and are seen by all of them. They are outside of all scopes. */
export class StoredRecords implements IdempotencyRecords {
  readonly store: Store
  readonly #rows: typeof RecordRow
  readonly #sweeper: Sweeper

  constructor(store: Store) {
    const rows = class extends RecordRow {
      static store = store
    }
    this.store = store
    this.#rows = rows
    this.#sweeper = new Sweeper(sweepMs, now => rows.deleteWhere(row => row.expiresAt.lt(now)))
  }

  find(id: string): Promise<IdempotencyRecord | undefined> {
    return withoutScopes(async () => {
      const record = await this.#rows.get(id)
      if (record === undefined || record.expiresAt > Date.now()) return record
      await record.delete()
      return undefined
    })
  }

  add(record: IdempotencyRecord): Promise<boolean> {
    return withoutScopes(() => addsRow(() => this.#rows.create(record)))
  }

  update({ id, ...values }: IdempotencyRecord): Promise<void> {
    return withoutScopes(async () => {
      await this.#rows.updateWhere({ id }, values)
      await this.#sweeper.run()
    })
  }

  remove(id: string): Promise<void> {
    return withoutScopes(async () => {
      await this.#rows.deleteWhere({ id })
    })
  }
}
