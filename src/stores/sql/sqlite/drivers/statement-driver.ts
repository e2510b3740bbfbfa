// The driver for libraries with better-sqlite3's interface: better-sqlite3 itself and libsql.
import type { Row } from "../../../../entity/store.ts"
import { queries, traceQuery } from "../../../../shared/trace.ts"
import { BoundedCache } from "../../compile/bounded-cache.ts"
import { type SqlResult, type SyncDriver, statementCacheSize } from "../../contract/driver.ts"
import { checkParameters } from "../../contract/parameters.ts"

/** The part of a better-sqlite3 `Database` that is used. */
export interface StatementDatabase {
  readonly inTransaction: boolean
  prepare(sql: string): PreparedStatement
  exec(sql: string): unknown
  close(): unknown
}

interface PreparedStatement {
  readonly reader: boolean
  raw(on: boolean): unknown
  columns(): readonly { readonly name: string }[]
  all(parameters: readonly unknown[]): unknown[]
  get(parameters: readonly unknown[]): unknown
  run(parameters: readonly unknown[]): { readonly changes: number }
}

export class StatementDriver implements SyncDriver {
  readonly name: string
  readonly #database: StatementDatabase
  readonly #owned: boolean
  readonly #statements: BoundedCache<string, PreparedStatement> = new BoundedCache<
    string,
    PreparedStatement
  >(statementCacheSize)

  /** `owned`: `close()` closes the database too. */
  constructor(name: string, database: StatementDatabase, owned = true) {
    this.name = name
    this.#database = database
    this.#owned = owned
  }

  get inTransaction(): boolean {
    return this.#database.inTransaction
  }

  all(sql: string, parameters: readonly unknown[]): Row[] {
    checkParameters(parameters)
    const all = (): Row[] => this.#statement(sql).all(parameters) as Row[]
    return queries.isWatched
      ? (traceQuery(this.name, sql, all, rows => rows.length) as Row[])
      : all()
  }

  get(sql: string, parameters: readonly unknown[]): Row | undefined {
    checkParameters(parameters)
    const get = (): Row | undefined => this.#statement(sql).get(parameters) as Row | undefined
    return queries.isWatched
      ? (traceQuery(this.name, sql, get, row => (row === undefined ? 0 : 1)) as Row | undefined)
      : get()
  }

  run(sql: string, parameters: readonly unknown[]): number {
    checkParameters(parameters)
    const run = (): number => this.#statement(sql).run(parameters).changes
    return queries.isWatched ? (traceQuery(this.name, sql, run, touched) as number) : run()
  }

  query(sql: string, parameters: readonly unknown[]): SqlResult {
    return queries.isWatched
      ? (traceQuery(this.name, sql, () => this.#query(sql, parameters), countOf) as SqlResult)
      : this.#query(sql, parameters)
  }

  #query(sql: string, parameters: readonly unknown[]): SqlResult {
    checkParameters(parameters)
    const statement = this.#statement(sql)
    if (!statement.reader)
      return { columns: [], rows: [], rowCount: statement.run(parameters).changes }
    const rows = statement.all(parameters) as Row[]
    return { columns: statement.columns().map(({ name }) => name), rows, rowCount: rows.length }
  }

  exec(sql: string): void {
    const exec = (): void => void this.#database.exec(sql)
    if (queries.isWatched) void traceQuery(this.name, sql, exec, () => 0)
    else exec()
  }

  close(): void {
    this.#statements.clear()
    if (this.#owned) this.#database.close()
  }

  #statement(sql: string): PreparedStatement {
    const known = this.#statements.get(sql)
    if (known !== undefined) return known
    const statement = this.#database.prepare(sql)
    if (statement.reader) statement.raw(true)
    this.#statements.set(sql, statement)
    return statement
  }
}

const touched = (count: number): number => count
const countOf = (result: SqlResult): number => result.rowCount
