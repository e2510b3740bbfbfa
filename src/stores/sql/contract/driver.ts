// The contract of a driver: a connection that runs SQL text with positional parameters and gives arrays back.
import type { Row } from "../../../entity/store.ts"
import type { MaybePromise } from "../../../shared/types.ts"

/**
 * One connection. Rows are arrays in the order of the select list. Statements are prepared once and kept by their text,
 * in a bounded cache: the largest single factor in the speed of a small query. Every parameter passes `checkParameters`.
 */
export interface Driver {
  /** `node:sqlite`, `libsql`, ... for messages. */
  readonly name: string
  all(sql: string, parameters: readonly unknown[]): MaybePromise<Row[]>
  /** The first row. */
  get(sql: string, parameters: readonly unknown[]): MaybePromise<Row | undefined>
  /** Runs a statement that returns no rows; gives the number of rows it touched. */
  run(sql: string, parameters: readonly unknown[]): MaybePromise<number>
  /** Runs any statement, with the names of what it returns. For SQL that is not ours. */
  query(sql: string, parameters: readonly unknown[]): MaybePromise<SqlResult>
  /** Runs SQL without parameters, uncached: schema changes, `begin`, pragmas. */
  exec(sql: string): MaybePromise<void>
  close(): MaybePromise<void>
}

export interface SqlResult {
  /** Names of the columns, in the order of each row. Empty where nothing is returned. */
  readonly columns: readonly string[]
  readonly rows: readonly Row[]
  /** How many rows were returned or touched. */
  readonly rowCount: number
}

/** A driver whose calls are done when they return. */
export interface SyncDriver extends Driver {
  all(sql: string, parameters: readonly unknown[]): Row[]
  get(sql: string, parameters: readonly unknown[]): Row | undefined
  run(sql: string, parameters: readonly unknown[]): number
  query(sql: string, parameters: readonly unknown[]): SqlResult
  exec(sql: string): void
  close(): void
  /** Whether a transaction is open: the database may end one after an error. */
  readonly inTransaction: boolean
}

/** How many prepared statements a connection keeps, at least. */
export const statementCacheSize: number = 256
