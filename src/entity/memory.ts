// The store that every process has: this process's memory. Same semantics as a database, gone with the process.
import { NitroError } from "../shared/errors.ts"
import type { MaybePromise } from "../shared/types.ts"
import type { EntityDefinition, EntityId } from "./definition.ts"
import { SnapshotFile } from "./memory-file.ts"
import { Scopes } from "./memory-scope.ts"
import { MemoryTable } from "./memory-table.ts"
import type { Predicate } from "./predicate.ts"
import type { Capabilities, Encoding, QueryPlan, Repository, Row, Store, Write } from "./repository.ts"

export interface MemoryOptions {
  /** Rows expire so many seconds after they were last written, unless a save says otherwise. Default: never. */
  readonly ttlSeconds?: number
  /**
   * Keeps a snapshot in this JSON file, for prototypes: read at the start, written (whole or not at all) within 50 ms of a
   * change and when the process exits. One process at a time. Throws `NITRO_SNAPSHOT`.
   */
  readonly file?: string
}

// Encoded values are primitives (bytes are copied), so a copied row shares nothing with the entity it came from.
const encoding: Encoding = {
  // Databases have one zero.
  number: { encode: (value: number) => value + 0, decode: (value: number) => value },
  integer: { encode: (value: number) => value + 0, decode: (value: number) => value },
  date: { encode: (date: Date) => date.getTime(), decode: (ms: number) => new Date(ms) },
  json: { encode: encodeJson, decode: (text: string) => JSON.parse(text) as unknown },
  bytes: { encode: (bytes: Uint8Array) => Uint8Array.from(bytes), decode: (bytes: Uint8Array) => Uint8Array.from(bytes) },
}

function encodeJson(value: unknown): string {
  try {
    const text: string | undefined = JSON.stringify(value)
    if (text !== undefined) return text
  } catch (cause) {
    throw new NitroError("NITRO_VALUE_UNSUPPORTED", `A value cannot be written as JSON: ${(cause as Error).message}.`, { cause })
  }
  throw new NitroError("NITRO_VALUE_UNSUPPORTED", `JSON has no word for a ${typeof value}.`)
}

/** A store in this process's memory, for prototypes, tests and what may be forgotten: with transactions, unique fields and expiry. */
export function memory(options: MemoryOptions = {}): Store {
  return new MemoryStore(options)
}

class MemoryStore implements Store {
  readonly name = "memory()"
  readonly capabilities: Capabilities = { transactions: true, serialTransactions: true, durable: false, ttl: true, unique: true }
  readonly encoding = encoding
  readonly #ttlSeconds: number | undefined
  readonly #file: SnapshotFile | undefined
  readonly #scopes = new Scopes()
  // By definition and not by name: two classes of one name are two tables.
  readonly #tables = new Map<EntityDefinition, MemoryTable>()

  constructor({ ttlSeconds, file }: MemoryOptions) {
    this.#ttlSeconds = ttlSeconds
    this.#file = file === undefined ? undefined : new SnapshotFile(file, () => this.#scopes.idle)
  }

  bind(definition: EntityDefinition): Repository {
    let table = this.#tables.get(definition)
    if (table === undefined) {
      table = new MemoryTable(definition, this.#ttlSeconds)
      table.load(this.#file?.attach(definition, table) ?? [])
      this.#tables.set(definition, table)
    }
    return new MemoryRepository(table, this.#scopes, this.#file)
  }

  transaction<T>(fn: () => Promise<T>): Promise<T> {
    return this.#scopes.transaction(fn)
  }

  /** Forgets everything; a file keeps it. */
  close(): void {
    this.#file?.flush()
    for (const table of this.#tables.values()) table.clear()
  }
}

class MemoryRepository implements Repository {
  readonly #table: MemoryTable
  readonly #scopes: Scopes
  readonly #keepUndo: (undo: () => void) => void

  constructor(table: MemoryTable, scopes: Scopes, file: SnapshotFile | undefined) {
    this.#table = table
    this.#scopes = scopes
    // Called for each change.
    this.#keepUndo = file
      ? undo => {
          file.touch()
          scopes.keepUndo(undo)
        }
      : undo => scopes.keepUndo(undo)
  }

  get(id: EntityId): MaybePromise<Row | undefined> {
    return this.#scopes.run(() => this.#table.get(id))
  }

  find(plan: QueryPlan): MaybePromise<Row[]> {
    return this.#scopes.run(() => this.#table.find(plan))
  }

  count(plan: QueryPlan): MaybePromise<number> {
    return this.#scopes.run(() => this.#table.count(plan))
  }

  write(writes: readonly Write[]): MaybePromise<number[]> {
    return this.#scopes.run(() => this.#table.write(writes, this.#keepUndo))
  }

  deleteWhere(where: Predicate | undefined): MaybePromise<number> {
    return this.#scopes.run(() => this.#table.deleteWhere(where, this.#keepUndo))
  }
}
