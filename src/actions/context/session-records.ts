// The sessions of an app by a hash of their ids: in this process's memory, or as rows of a store.
import { AsyncLocalStorage } from "node:async_hooks"
import { z } from "zod"
import {
  Entity,
  type EntityClass,
  type Store,
  unitOfWork,
  withoutScopes,
} from "../../entity/index.ts"
import { NitroError } from "../../shared/errors.ts"
import type { MaybePromise } from "../../shared/types.ts"
import "../contract/errors.ts"
import { addsRow, Sweeper } from "./shared-rows.ts"

/** The values of a session, each as JSON text. */
export type SessionTexts = Readonly<Record<string, string>>

export interface SessionRecord {
  readonly texts: SessionTexts
  /** Unix times in milliseconds. */
  readonly createdAt: number
  readonly expiresAt: number
}

export interface SessionSave {
  readonly key: string
  /** The key before its id was rotated. */
  readonly former: string | undefined
  /** Whether there was a record when the request began: one that is gone since has ended. */
  readonly wasStored: boolean
  readonly change: (record: SessionRecord | undefined) => SessionRecord
}

export interface SessionRecords {
  find(key: string): MaybePromise<SessionRecord | undefined>
  save(save: SessionSave): MaybePromise<void>
  remove(key: string): MaybePromise<void>
}

const maxMemoryBytes = 64 * 1024 * 1024

/** Keeps the 64 MiB of sessions that were used last, until the process ends. */
export class MemorySessions implements SessionRecords {
  // In the order of use.
  readonly #records = new Map<string, SessionRecord>()
  #bytes = 0

  get bytes(): number {
    return this.#bytes
  }

  find(key: string): SessionRecord | undefined {
    const record = this.#records.get(key)
    if (record === undefined || record.expiresAt > Date.now()) return record
    this.remove(key)
    return undefined
  }

  save({ key, former, wasStored, change }: SessionSave): void {
    const before = this.find(former ?? key)
    if (former !== undefined) this.remove(former)
    else if (before === undefined && wasStored) return
    this.remove(key)
    const record = change(before)
    this.#records.set(key, record)
    this.#bytes += bytesOf(record)
    const now = Date.now()
    for (const [oldest, { expiresAt }] of this.#records) {
      if (this.#bytes <= maxMemoryBytes && expiresAt > now) break
      this.remove(oldest)
    }
  }

  remove(key: string): void {
    const record = this.#records.get(key)
    if (record === undefined) return
    this.#records.delete(key)
    this.#bytes -= bytesOf(record)
  }
}

/** In memory: two bytes a character at most, and the overhead of an entry. */
function bytesOf({ texts }: SessionRecord): number {
  let characters = 0
  for (const [name, text] of Object.entries(texts)) characters += name.length + text.length + 50
  return 2 * characters + 400
}

class SessionRow extends Entity(
  "StoredSession",
  {
    /** SHA-256 of the id: a copy of the database opens no session. */
    id: z.string(),
    data: z.string(),
    createdAt: z.number(),
    expiresAt: z.number(),
    revision: z.int(),
  },
  { table: "nitro_sessions", index: ["expiresAt"] },
) {}

/**
 * The rows of `nitro({ sessionStore })`, in the table `nitro_sessions`. List it among the entities of your migrations:
 * `createMigrator({ store, entities: [Todo, StoredSession], … })`.
 */
export const StoredSession: EntityClass = SessionRow

const sweepMs = 60_000
/** Attempts to save while other requests of the session save theirs. */
const maxAttempts = 50

// Before any request: in none of its units of work, scopes and stores.
const neutral: <T>(run: () => T) => T = AsyncLocalStorage.snapshot()

/** Keeps sessions in a store, where they survive the process and are seen by all of them. */
export class StoredSessions implements SessionRecords {
  readonly #rows: typeof SessionRow
  readonly #sweeper: Sweeper

  constructor(store: Store) {
    const rows = class extends SessionRow {
      static store = store
    }
    this.#rows = rows
    this.#sweeper = new Sweeper(sweepMs, now => rows.deleteWhere(row => row.expiresAt.lt(now)))
  }

  find(key: string): Promise<SessionRecord | undefined> {
    return apart(async () => recordOf(await this.#rows.get(key)))
  }

  save(save: SessionSave): Promise<void> {
    return apart(async () => {
      await this.#sweeper.run()
      for (let attempt = 0; attempt < maxAttempts; attempt++) if (await this.#try(save)) return
      throw new NitroError("NITRO_SESSION_BUSY", "Too many requests write one session at once.")
    })
  }

  remove(key: string): Promise<void> {
    return apart(async () => {
      await this.#rows.deleteWhere({ id: key })
    })
  }

  /** False where another request was faster: a row counts only while it is as it was read. */
  async #try({ key, former, wasStored, change }: SessionSave): Promise<boolean> {
    const row = await this.#rows.get(former ?? key)
    const before = recordOf(row)
    if (former !== undefined) {
      await unitOfWork(async () => {
        await this.#rows.deleteWhere({ id: former })
        await this.#rows.create({ id: key, revision: 0, ...columnsOf(change(before)) })
      })
      return true
    }
    if (before === undefined && wasStored) return true
    const columns = columnsOf(change(before))
    if (row !== undefined) {
      const { id, revision } = row
      const count = await this.#rows.updateWhere(
        { id, revision },
        { ...columns, revision: revision + 1 },
      )
      return count === 1
    }
    return addsRow(() => this.#rows.create({ id: key, revision: 0, ...columns }))
  }
}

const apart = <T>(run: () => Promise<T>): Promise<T> => neutral(() => withoutScopes(run))

function recordOf(row: SessionRow | undefined): SessionRecord | undefined {
  if (row === undefined || row.expiresAt <= Date.now()) return undefined
  const { data, createdAt, expiresAt } = row
  // `columnsOf` wrote it.
  return { texts: JSON.parse(data) as SessionTexts, createdAt, expiresAt }
}

const columnsOf = ({ texts, createdAt, expiresAt }: SessionRecord) => ({
  data: JSON.stringify(texts),
  createdAt,
  expiresAt,
})
