// The store that every process has: this process's memory. Same semantics as a database, gone with the process.
import type { MaybePromise } from "../shared/types.ts"
import type { EntityDefinition } from "./definition.ts"
import { Scopes } from "./memory-scope.ts"
import { MemoryTable } from "./memory-table.ts"
import type { Predicate } from "./predicate.ts"
import type { Capabilities, Encoding, QueryPlan, Repository, Row, Store, Write } from "./repository.ts"

export interface MemoryOptions {
  /** Rows expire so many seconds after they were last written, unless a save says otherwise. Default: never. */
  readonly ttlSeconds?: number
}

// Encoded values are primitives (bytes are copied), so a copied row shares nothing with the entity it came from.
const encoding: Encoding = {
  date: { encode: (date: Date) => date.getTime(), decode: (ms: number) => new Date(ms) },
  json: { encode: (value: unknown) => JSON.stringify(value) ?? null, decode: (text: string) => JSON.parse(text) as unknown },
  bytes: { encode: (bytes: Uint8Array) => Uint8Array.from(bytes), decode: (bytes: Uint8Array) => Uint8Array.from(bytes) },
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
  readonly #scopes = new Scopes()
  // By definition and not by name: two classes of one name are two tables.
  readonly #tables = new Map<EntityDefinition, MemoryTable>()

  constructor({ ttlSeconds }: MemoryOptions) {
    this.#ttlSeconds = ttlSeconds
  }

  bind(definition: EntityDefinition): Repository {
    let table = this.#tables.get(definition)
    if (table === undefined) {
      table = new MemoryTable(definition, this.#ttlSeconds)
      this.#tables.set(definition, table)
    }
    return new MemoryRepository(table, this.#scopes)
  }

  transaction<T>(fn: () => Promise<T>): Promise<T> {
    return this.#scopes.transaction(fn)
  }

  /** Forgets everything. */
  close(): void {
    for (const table of this.#tables.values()) table.clear()
  }
}

class MemoryRepository implements Repository {
  readonly #table: MemoryTable
  readonly #scopes: Scopes
  readonly #keepUndo: (undo: () => void) => void

  constructor(table: MemoryTable, scopes: Scopes) {
    this.#table = table
    this.#scopes = scopes
    this.#keepUndo = undo => scopes.keepUndo(undo)
  }

  get(id: string): MaybePromise<Row | undefined> {
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
