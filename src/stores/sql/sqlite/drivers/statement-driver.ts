// The driver for libraries with better-sqlite3's interface: better-sqlite3 itself and libsql.
import type { Row } from "../../../../entity/store.ts"
import { BoundedCache } from "../../compile/bounded-cache.ts"
import { type SqlResult, statementCacheSize } from "../../contract/driver.ts"
import type { SqlValue } from "../../contract/parameters.ts"
import { CheckedDriver } from "./checked-driver.ts"

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

export class StatementDriver extends CheckedDriver {
  override readonly name: string
  readonly #database: StatementDatabase
  readonly #owned: boolean
  readonly #statements: BoundedCache<string, PreparedStatement> = new BoundedCache<
    string,
    PreparedStatement
  >(statementCacheSize)

  /** `owned`: `close()` closes the database too. */
  constructor(name: string, database: StatementDatabase, owned = true) {
    super()
    this.name = name
    this.#database = database
    this.#owned = owned
  }

  override get inTransaction(): boolean {
    return this.#database.inTransaction
  }

  protected override rowsOf(sql: string, parameters: readonly SqlValue[]): Row[] {
    // Rows are arrays, since `#statement` requests them.
    return this.#statement(sql).all(parameters) as Row[]
  }

  protected override rowOf(sql: string, parameters: readonly SqlValue[]): Row | undefined {
    // `statement` sets rows as lists.
    return this.#statement(sql).get(parameters) as Row | undefined
  }

  protected override touch(sql: string, parameters: readonly SqlValue[]): number {
    return this.#statement(sql).run(parameters).changes
  }

  protected override resultOf(sql: string, parameters: readonly SqlValue[]): SqlResult {
    const statement = this.#statement(sql)
    if (!statement.reader)
      return { columns: [], rows: [], rowCount: statement.run(parameters).changes }
    // As above.
    const rows = statement.all(parameters) as Row[]
    return { columns: statement.columns().map(({ name }) => name), rows, rowCount: rows.length }
  }

  protected override execute(sql: string): void {
    this.#database.exec(sql)
  }

  override close(): void {
    this.#statements.clear()
    if (this.#owned) this.#database.close()
  }

  #statement(sql: string): PreparedStatement {
    const cached = this.#statements.get(sql)
    if (cached !== undefined) return cached
    const statement = this.#database.prepare(sql)
    if (statement.reader) statement.raw(true)
    this.#statements.set(sql, statement)
    return statement
  }
}
