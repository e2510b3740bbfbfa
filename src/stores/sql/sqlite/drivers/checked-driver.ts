// The common part of the SQLite drivers: checks parameters and traces statements.
import type { Row } from "../../../../entity/store.ts"
import { queries, traceQuery } from "../../../../shared/trace.ts"
import type { SqlResult, SyncDriver } from "../../contract/driver.ts"
import { checkParameters, type SqlValue } from "../../contract/parameters.ts"

export abstract class CheckedDriver implements SyncDriver {
  abstract readonly name: string
  abstract readonly inTransaction: boolean
  abstract close(): void

  protected abstract rowsOf(sql: string, parameters: readonly SqlValue[]): Row[]
  protected abstract rowOf(sql: string, parameters: readonly SqlValue[]): Row | undefined
  protected abstract touch(sql: string, parameters: readonly SqlValue[]): number
  protected abstract resultOf(sql: string, parameters: readonly SqlValue[]): SqlResult
  protected abstract execute(sql: string): void

  all(sql: string, parameters: readonly unknown[]): Row[] {
    checkParameters(parameters)
    if (!queries.isWatched) return this.rowsOf(sql, parameters)
    return this.#traced(
      sql,
      () => this.rowsOf(sql, parameters),
      rows => rows.length,
    )
  }

  get(sql: string, parameters: readonly unknown[]): Row | undefined {
    checkParameters(parameters)
    if (!queries.isWatched) return this.rowOf(sql, parameters)
    return this.#traced(
      sql,
      () => this.rowOf(sql, parameters),
      row => (row === undefined ? 0 : 1),
    )
  }

  run(sql: string, parameters: readonly unknown[]): number {
    checkParameters(parameters)
    if (!queries.isWatched) return this.touch(sql, parameters)
    return this.#traced(
      sql,
      () => this.touch(sql, parameters),
      count => count,
    )
  }

  query(sql: string, parameters: readonly unknown[]): SqlResult {
    checkParameters(parameters)
    if (!queries.isWatched) return this.resultOf(sql, parameters)
    return this.#traced(
      sql,
      () => this.resultOf(sql, parameters),
      ({ rowCount }) => rowCount,
    )
  }

  exec(sql: string): void {
    if (!queries.isWatched) this.execute(sql)
    else
      this.#traced(
        sql,
        () => this.execute(sql),
        () => 0,
      )
  }

  #traced<T>(sql: string, run: () => T, rowsOf: (result: T) => number): T {
    // The work returns no promise, so the trace returns none.
    return traceQuery<T>(this.name, sql, run, rowsOf) as T
  }
}
