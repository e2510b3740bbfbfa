// The contract between entities and what stores them. A repository keeps rows, so a store stays small.
import type { MaybePromise } from "../../shared/types.ts"
import type { EntityDefinition, EntityId, FieldType } from "./definition.ts"
import type { Predicate } from "./predicate.ts"

/**
 * One stored entity: encoded values in the order of `definition.fields`; index 0 is the id, and the key to get it by. The
 * entity module keeps the rows it is given and compares against them with `===` (bytes by content); it never changes one,
 * given or received.
 */
export type Row = unknown[]

/**
 * How a store keeps one field type. A field type without a codec is stored as the value itself. `null` never reaches a codec.
 * These are methods, so that a codec may name the types it is for: `encode: (value: boolean) => (value ? 1 : 0)`.
 */
export interface Codec {
  /** Of numbers: a stored number that the field can hold is the value itself. Spares most calls of `decode`. */
  readonly keepsNumbers?: boolean
  /** Stored value to domain value: `1` to `true`. */
  decode(stored: unknown): unknown
  /** Domain value to stored value: `true` to `1`. Must give the same stored value for equal domain values. */
  encode(value: unknown): unknown
  /** Whether a stored value is the encoded one in another spelling. Called only when the two are not `===`. Default: never equal. */
  isSame?(stored: unknown, encoded: unknown): boolean
  /**
   * Present where several stored values can decode to one. A page or batch then continues after the stored value, as a
   * `StoredValue` in the predicate; a cursor carries its text. `fromText` gives undefined for text that is none.
   */
  readonly exact?: {
    toText(stored: unknown): string
    fromText(text: string): unknown
  }
}
export type Encoding = { readonly [T in FieldType]?: Codec }

export interface Order {
  readonly field: string
  readonly direction: "asc" | "desc"
}

/** The plan of a read. Nulls come last ascending and first descending; ties break by the fields of `definition.key` ascending. */
export interface QueryPlan {
  readonly where?: Predicate
  readonly orderBy: readonly Order[]
  /** At most this many rows. */
  readonly limit?: number
  /** Rows to pass over first; works without `limit`. */
  readonly offset?: number
  /** Of a class with `softDelete`: deleted rows too, or only those. The entity module turns it into a condition; no store sees it. */
  readonly deleted?: "with" | "only"
  /** The rows read stay locked until the transaction ends; rows that others hold are waited for, or skipped. Only where `capabilities.forUpdate`. */
  readonly lock?: "wait" | "skip"
  /** Relations that the entity module loads along: `"category"`, `"category.parent"`. Nothing to a repository. */
  readonly with?: readonly string[]
}

/** One output computed over a group of rows. Nulls do not count; without `field`, `count` counts rows. */
export interface Aggregate {
  readonly call: "count" | "sum" | "avg" | "min" | "max"
  readonly field?: string
  readonly as: string
}

/**
 * Some fields of rows, or groups of rows. Without `groups` it orders as a query does; of groups, `orderBy` and `having`
 * name the outputs and ties break by the fields in order. Without `fields` everything is one group.
 */
export interface SelectPlan extends QueryPlan {
  readonly fields: readonly string[]
  /** One output row for each combination of `fields`: without `aggregates` that is `select distinct`. */
  readonly groups: boolean
  readonly aggregates: readonly Aggregate[]
  readonly having?: Predicate
}

/** Pairs of rows of two entity classes of one store. Conditions and orders name fields as `joinDefinition` does. */
export interface JoinPlan extends QueryPlan {
  readonly right: EntityDefinition
  /**
   * Makes it a left join: a row of the left side for which no pair matches this condition is a pair alone, with
   * nulls for the other side. `where` applies to the pairs after that.
   */
  readonly outer?: Predicate
}

export type Write =
  /** An id of null is one that the store fills in (`FieldDefinition.generated`), in this row too. */
  | { readonly op: "insert"; readonly row: Row; readonly ttlSeconds?: number | undefined }
  /** `columns` are indexes into the row; `values` their new encoded values. `version` must still be stored, else nothing is written. */
  | {
      readonly op: "update"
      readonly id: EntityId
      readonly columns: readonly number[]
      readonly values: readonly unknown[]
      readonly version?: number | undefined
      /** Must hold for the stored row too, else nothing is written. */
      readonly where?: Predicate | undefined
      readonly ttlSeconds?: number | undefined
    }
  | {
      readonly op: "delete"
      readonly id: EntityId
      readonly version?: number | undefined
      readonly where?: Predicate | undefined
    }

/** Adds to a number in one step of the store; null stays null. Throws `NITRO_VALUE_UNSUPPORTED` beyond the range of a row. */
export interface ColumnIncrement {
  readonly column: number
  /** Encoded; may be negative. */
  readonly by: unknown
}

/** The abilities of a store, as data: the entity module checks them and never finds out by failing. */
export interface Capabilities {
  /** `write` of several is all or nothing, and `Store.begin` exists. */
  readonly transactions: boolean
  /** Transactions run as if one after the other, at every isolation level: no other changes the rows that one has read. */
  readonly serialTransactions: boolean
  /** Honours `lock` of a plan. */
  readonly forUpdate: boolean
  /** Survives the end of the process. */
  readonly durable: boolean
  /** Honours `ttlSeconds`. */
  readonly ttl: boolean
  /** Refuses a second row with the same unique values (`NITRO_DUPLICATE`). */
  readonly unique: boolean
  /** Fills in ids that are `generated`: a number higher than any that a row of the class ever had, or a UUID. */
  readonly generatedIds: boolean
  /** Keeps references and their on-delete rules itself, between the entities that are bound to it. Else the entity module does. */
  readonly foreignKeys: boolean
  /** Follows conditions on related rows (`some`) between the entities that are bound to it. Else the entity module looks them up. */
  readonly relations: boolean
  /** Knows conditions on values inside of JSON fields (`json`). Without it they are refused. */
  readonly jsonPaths: boolean
  /** Publishes each change of its rows to its log itself, `Store.changes`. Default: no, the process that writes publishes them. */
  readonly announces?: boolean | undefined
  /**
   * `"indexed"`: rows are read by an index alone. A condition needs a part on the first field of an index, of a unique set or of the
   * key, or on a reference; the entity module refuses others. Default: `"full"`.
   */
  readonly scan?: "full" | "indexed" | undefined
}

/** Stores the rows of one entity class. */
export interface Repository {
  /** The row with this value at index 0. */
  get(id: EntityId): MaybePromise<Row | undefined>
  find(plan: QueryPlan): MaybePromise<Row[]>
  count(plan: QueryPlan): MaybePromise<number>
  /** Writes in order and returns how many rows each write touched (0 or 1). Throws `NITRO_DUPLICATE` on a taken id or unique value. */
  write(writes: readonly Write[]): MaybePromise<number[]>
  /** Deletes the matching rows and returns how many there were. */
  deleteWhere(where: Predicate | undefined): MaybePromise<number>
  // The following methods are replaced by reading rows if a store leaves them out.
  /** Writes the same values to all matching rows, adds the increments, and returns how many matched. */
  updateWhere?(
    where: Predicate | undefined,
    columns: readonly number[],
    values: readonly unknown[],
    increments?: readonly ColumnIncrement[],
  ): MaybePromise<number>
  /** The fields as in a row, then the aggregates: `count`, `avg` and sums as numbers (of bigints as in a row), `min` and `max` as in a row. A sum of nothing is 0, the others null. */
  select?(plan: SelectPlan): MaybePromise<Row[]>
  /** Each pair as one row, the left one's values first; `right` is bound to the same store. Ties break by both keys. */
  join?(plan: JoinPlan, right: Repository): MaybePromise<Row[]>
  /**
   * The rows that `find` gives, each followed by the row of `target` (of the same store) whose key, one field, is in `field`; nulls
   * where there is none.
   */
  findWithTarget?(plan: QueryPlan, field: string, target: Repository): MaybePromise<Row[]>
  /**
   * Whether the store itself refuses a value of this field that points to nothing, and carries out the field's on-delete rule. Only
   * called if `capabilities.foreignKeys`; default: yes.
   */
  enforces?(field: string): MaybePromise<boolean>
  /** The rows of a statement in the store's own language: `text` around the `values`, one more than those. */
  raw?(text: readonly string[], values: readonly unknown[]): MaybePromise<Row[]>
}

/** How transactions may see each other's work; SQLite and memory run one at a time, which is the strictest. */
export type Isolation = "read committed" | "repeatable read" | "serializable"

export interface TransactionOptions {
  /** For the errors of those who wait for its end: `unit of work "Todo.toggle"`. Default: none. */
  readonly holder?: string
  /** Default: the store's own. A transaction inside of another has the other's. */
  readonly isolation?: Isolation
}

/**
 * A transaction, or a savepoint in one, that is open until one of `commit` and `rollback` is called. Calls of the store that are
 * made in it join it; others wait, or do not see it.
 */
export interface OpenTransaction {
  /** 1, and one more for each transaction around it: of a savepoint 2 or more. */
  readonly depth: number
  /** Runs `operation`, and what it starts, inside of the transaction. */
  run<T>(operation: () => T): T
  /** Throws when nothing was kept. */
  commit(): MaybePromise<void>
  /** Its later work is refused from then on, with `NITRO_UNIT_ENDED`. */
  rollback(): MaybePromise<void>
}

/** A place that keeps many entity classes: a database, this process's memory. `sqlite("shop.db")` and `memory()` return one. */
export interface Store {
  /** For messages: `sqlite(shop.db)`. Never holds a password. */
  readonly name: string
  readonly capabilities: Capabilities
  readonly encoding: Encoding
  /** Called once per entity class, synchronously, when the class is first used. Opens lazily. */
  bind(definition: EntityDefinition): Repository
  /**
   * Opens a transaction, or a savepoint inside of the one that this async context is in. Without a promise where none is needed: a
   * unit of work then costs little more than what is done in it. Present where `capabilities.transactions`.
   */
  begin?(options?: TransactionOptions): MaybePromise<OpenTransaction>
  /**
   * Of a store that keeps separate rows for each partition: the part of `currentPartition()`, a complete store with
   * `partition`. Entities are bound to it. Throws outside of a partition.
   */
  partitioned?(): Store
  /** Of such a part: whose it is. Changes of its rows carry it. */
  readonly partition?: string
  /** Of a store that `announces`: the log that it publishes to, for `nitro({ changes })`. */
  readonly changes?: object | undefined
  /** `"always"`: every write of its entities is a unit of work, with or without `unitOfWork` around it. */
  readonly unit?: "always" | undefined
  close(): MaybePromise<void>
}
