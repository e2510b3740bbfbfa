// The contract between entities and what stores them. A repository keeps rows, so a store stays small.
import type { MaybePromise } from "../shared/types.ts"
import type { EntityDefinition, FieldType } from "./definition.ts"
import type { Predicate } from "./predicate.ts"

/**
 * One stored entity: encoded values in the order of `definition.fields`; index 0 is the id. The entity module keeps the
 * rows it is given and compares against them with `===` (bytes by content); it never changes one, given or received.
 */
export type Row = unknown[]

/** How a store keeps one field type. A field type without a codec is stored as the value itself. `null` never reaches a codec. */
export interface Codec {
  /** Stored value to domain value: `1` to `true`. */
  readonly decode: (stored: never) => unknown
  /** Domain value to stored value: `true` to `1`. Must give the same stored value for equal domain values. */
  readonly encode: (value: never) => unknown
}
export type Encoding = { readonly [T in FieldType]?: Codec }

export interface Order {
  readonly field: string
  readonly direction: "asc" | "desc"
}

/** What to read. Nulls come last ascending and first descending; ties break by id ascending. */
export interface QueryPlan {
  readonly where?: Predicate
  readonly orderBy: readonly Order[]
  /** At most this many rows. */
  readonly limit?: number
  /** Rows to pass over first; works without `limit`. */
  readonly offset?: number
}

export type Write =
  | { readonly op: "insert"; readonly row: Row; readonly ttlSeconds?: number }
  /** `columns` are indexes into the row; `values` their new encoded values. `version` must still be stored, else nothing is written. */
  | {
      readonly op: "update"
      readonly id: string
      readonly columns: readonly number[]
      readonly values: readonly unknown[]
      readonly version?: number
      readonly ttlSeconds?: number
    }
  | { readonly op: "delete"; readonly id: string; readonly version?: number }

/** What a store can do, as data: the entity module asks here and never finds out by failing. */
export interface Capabilities {
  /** `write` of several is all or nothing, and `Store.transaction` exists. */
  readonly transactions: boolean
  /** Survives the end of the process. */
  readonly durable: boolean
  /** Honours `ttlSeconds`. */
  readonly ttl: boolean
  /** Refuses a second row with the same unique values (`NITRO_DUPLICATE`). */
  readonly unique: boolean
}

/** Stores the rows of one entity class. */
export interface Repository {
  get(id: string): MaybePromise<Row | undefined>
  find(plan: QueryPlan): MaybePromise<Row[]>
  count(plan: QueryPlan): MaybePromise<number>
  /** Writes in order and returns how many rows each write touched (0 or 1). Throws `NITRO_DUPLICATE` on a taken id or unique value. */
  write(writes: readonly Write[]): MaybePromise<number[]>
  /** Deletes the matching rows and returns how many there were. */
  deleteWhere(where: Predicate | undefined): MaybePromise<number>
}

/** A place that keeps many entity classes: a database, this process's memory. `sqlite("shop.db")` and `memory()` return one. */
export interface Store {
  /** For messages: `sqlite(shop.db)`. Never holds a password. */
  readonly name: string
  readonly capabilities: Capabilities
  readonly encoding: Encoding
  /** Called once per entity class, synchronously, when the class is first used. Opens lazily. */
  bind(definition: EntityDefinition): Repository
  /** Runs `fn` in a transaction of this store; writes of the same async context join it, others wait. Nested calls are savepoints. */
  transaction?<T>(fn: () => Promise<T>): Promise<T>
  close(): MaybePromise<void>
}
