// node:sqlite: part of Node, nothing to install.
import type { Row } from "../../../../entity/store.ts"
import { BoundedCache } from "../../compile/bounded-cache.ts"
import { type SqlResult, type SyncDriver, statementCacheSize } from "../../contract/driver.ts"
import type { SqlValue } from "../../contract/parameters.ts"
import { CheckedDriver } from "./checked-driver.ts"

/** The part of a node:sqlite `DatabaseSync` that is used. */
export interface NodeDatabase {
  readonly isTransaction: boolean
  prepare(sql: string): NodeStatement
  exec(sql: string): void
  close(): void
}

interface NodeStatement {
  setReturnArrays(on: boolean): void
  columns(): readonly { readonly name: string }[]
  all(...parameters: readonly SqlValue[]): unknown[]
  get(...parameters: readonly SqlValue[]): unknown
  run(...parameters: readonly SqlValue[]): { readonly changes: number | bigint }
}

interface NodeSqlite {
  readonly DatabaseSync: new (file: string) => NodeDatabase
  readonly StatementSync: { readonly prototype: object }
}

/** Undefined where this Node has no node:sqlite, or one that cannot give rows as arrays (before 22.16). */
export function findNodeSqlite(): NodeSqlite | undefined {
  // Newer than the types: the next line looks for what it needs.
  const module = process.getBuiltinModule("node:sqlite") as NodeSqlite | undefined
  return module !== undefined && "setReturnArrays" in module.StatementSync.prototype
    ? module
    : undefined
}

export function loadNodeSqlite(): (file: string) => SyncDriver {
  const module = findNodeSqlite()
  if (module === undefined)
    throw new Error(
      `Node ${process.versions.node} has no node:sqlite that gives rows as arrays; 22.16 is the first.`,
    )
  return file => new NodeSqliteDriver(new module.DatabaseSync(file))
}

export class NodeSqliteDriver extends CheckedDriver {
  override readonly name: string = "node:sqlite"
  readonly #database: NodeDatabase
  readonly #owned: boolean
  readonly #statements: BoundedCache<string, NodeStatement> = new BoundedCache<
    string,
    NodeStatement
  >(statementCacheSize)

  /** `owned`: `close()` closes the database too. */
  constructor(database: NodeDatabase, owned = true) {
    super()
    this.#database = database
    this.#owned = owned
  }

  override get inTransaction(): boolean {
    return this.#database.isTransaction
  }

  protected override rowsOf(sql: string, parameters: readonly SqlValue[]): Row[] {
    // Rows are arrays, since `#statement` requests them.
    return this.#statement(sql).all(...parameters) as Row[]
  }

  protected override rowOf(sql: string, parameters: readonly SqlValue[]): Row | undefined {
    // `statement` sets rows as lists.
    return this.#statement(sql).get(...parameters) as Row | undefined
  }

  protected override touch(sql: string, parameters: readonly SqlValue[]): number {
    return Number(this.#statement(sql).run(...parameters).changes)
  }

  protected override resultOf(sql: string, parameters: readonly SqlValue[]): SqlResult {
    const statement = this.#statement(sql)
    const columns = statement.columns().map(({ name }) => name)
    if (columns.length === 0)
      return { columns, rows: [], rowCount: Number(statement.run(...parameters).changes) }
    // As above.
    const rows = statement.all(...parameters) as Row[]
    return { columns, rows, rowCount: rows.length }
  }

  protected override execute(sql: string): void {
    this.#database.exec(sql)
  }

  override close(): void {
    this.#statements.clear()
    if (this.#owned) this.#database.close()
  }

  #statement(sql: string): NodeStatement {
    const cached = this.#statements.get(sql)
    if (cached !== undefined) return cached
    const statement = this.#database.prepare(sql)
    statement.setReturnArrays(true)
    this.#statements.set(sql, statement)
    return statement
  }
}
