// A connection as migrations use it.
import type { Row } from "../../../entity/store.ts"

/** The database as migrations use it. Rows are arrays in the order of the select list. */
export interface Executor {
  /** The name of the dialect. */
  readonly dialect: string
  all(sql: string, parameters?: readonly unknown[]): Promise<Row[]>
  /** Gives the number of rows that it touched. */
  run(sql: string, parameters?: readonly unknown[]): Promise<number>
  /** Without parameters. */
  exec(sql: string): Promise<void>
  /**
   * Runs `fn` in a transaction that excludes other migrators. On SQLite foreign keys are off inside and checked at the
   * end. Throws `NITRO_MIGRATION_LOCKED`.
   */
  transaction<T>(fn: () => Promise<T>): Promise<T>
}
