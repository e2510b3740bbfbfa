// postgres (porsager): a pool of connections that prepares statements automatically. Values pass it as text both ways.

import { setTimeout as sleep } from "node:timers/promises"
import type { Row } from "../../../../entity/store.ts"
import { queries, traceQuery } from "../../../../shared/trace.ts"
import { StatementNames } from "../../compile/statement-names.ts"
import { type SqlResult, statementCacheSize } from "../../contract/driver.ts"
import type { PoolDriver, ReservedConnection } from "../../contract/pool-driver.ts"
import { requirePeer } from "../../contract/require-peer.ts"
import { checkPostgresParameters, isLost } from "../dialect.ts"
import { bytesText, parserOf } from "../values.ts"

/** The part of a postgres `sql` that is used. */
export interface PostgresJs {
  readonly options: {
    readonly max?: number | undefined
    readonly fetch_types?: boolean | undefined
  }
  unsafe(text: string, parameters?: unknown[], options?: object): PostgresJsQuery
  typed(value: unknown, type: number): unknown
  reserve(): Promise<ReservedPostgresJs>
  end(options?: { timeout?: number }): Promise<void>
}

interface ReservedPostgresJs {
  unsafe(text: string, parameters?: unknown[], options?: object): PostgresJsQuery
  release(): void
}

interface PostgresJsQuery {
  /** Resolves to a `PostgresJsResult`. The library's own types describe rows, which depend on the app's types. */
  raw(): PromiseLike<unknown>
  cancel(): unknown
}

interface PostgresJsResult extends ArrayLike<(Buffer | null)[]> {
  readonly count: number | null
  readonly command: string
  readonly columns?: readonly { readonly name: string; readonly type: number }[]
}

/** One connection inside of the library, which reports when it closes. */
interface RawConnection {
  onclose?: ((error: unknown) => void) | null
}

export interface PostgresJsOptions {
  readonly max: number
  readonly connect_timeout: number
}

/** Throws what loading the package throws when it is missing. */
export function loadPostgresJs(): (url: string, options: PostgresJsOptions) => PostgresJs {
  // The part of the package that is used.
  const loaded = requirePeer("postgres") as { readonly default?: unknown }
  // It exports one function.
  const connect = (loaded.default ?? loaded) as (url: string, options: object) => PostgresJs
  // An idle connection would keep a script from ending. `fetch_types` must stay on: without it a `reserve()` that opens a
  // connection never resolves.
  return (url, options) => connect(url, { ...options, idle_timeout: 10, onnotice: () => undefined })
}

export function isPostgresJs(value: unknown): value is PostgresJs {
  return typeof value === "function" && "unsafe" in value && "reserve" in value && "typed" in value
}

// The number of the type `unknown`: the server then finds out the type itself, as it does for parameters without one, and
// the library has no serializer for it. The app's own serializers would write JSON text and dates a second time.
const unknownType = 705

const resultsOf = (query: PostgresJsQuery): PromiseLike<PostgresJsResult> =>
  // `raw` gives the cells as bytes, which its type leaves open.
  query.raw() as PromiseLike<PostgresJsResult>

function toRows(result: PostgresJsResult): Row[] {
  const parsers = (result.columns ?? []).map(column => parserOf(column.type))
  return Array.from(result, cells =>
    cells.map((cell, index) => (cell === null ? null : parsers[index]?.(cell.toString()))),
  )
}

const closeTimeoutSeconds = 2
const cancelPatienceMs = 1_000

const firstRow = (result: PostgresJsResult): Row | undefined => toRows(result)[0]
const countOf = (result: PostgresJsResult): number => result.count ?? 0
const nothing = (): void => undefined
const resultOf = (result: PostgresJsResult): SqlResult => ({
  columns: (result.columns ?? []).map(({ name }) => name),
  rows: toRows(result),
  rowCount: countOf(result),
})

/** The common part of a pool and a reserved connection. */
abstract class PostgresJsStatements {
  readonly name: string = "postgres"
  readonly #typed: PostgresJs["typed"]
  readonly #names: StatementNames | undefined

  constructor(typed: PostgresJs["typed"], names: StatementNames | undefined) {
    this.#typed = typed
    this.#names = names
  }

  all(sql: string, parameters: readonly unknown[]): Promise<Row[]> {
    return this.#run(sql, parameters, toRows)
  }

  get(sql: string, parameters: readonly unknown[]): Promise<Row | undefined> {
    return this.#run(sql, parameters, firstRow)
  }

  run(sql: string, parameters: readonly unknown[]): Promise<number> {
    return this.#run(sql, parameters, countOf)
  }

  query(sql: string, parameters: readonly unknown[]): Promise<SqlResult> {
    return this.#run(sql, parameters, resultOf)
  }

  exec(sql: string): Promise<void> {
    return this.#traced(sql, [], { simple: true }, nothing)
  }

  #run<T>(
    sql: string,
    parameters: readonly unknown[],
    pick: (result: PostgresJsResult) => T,
  ): Promise<T> {
    checkPostgresParameters(parameters)
    const texts = parameters.map(value =>
      value === null
        ? null
        : this.#typed(value instanceof Uint8Array ? bytesText(value) : String(value), unknownType),
    )
    return this.#traced(
      sql,
      texts,
      { prepare: this.#names?.nameOf(sql) !== undefined, simple: false },
      pick,
    )
  }

  async #traced<T>(
    sql: string,
    parameters: unknown[],
    options: object,
    pick: (result: PostgresJsResult) => T,
  ): Promise<T> {
    if (!queries.isWatched) return this.send(sql, parameters, options, pick)
    let rows = 0
    const counting = (result: PostgresJsResult): T => {
      rows = countOf(result)
      return pick(result)
    }
    const run = (): Promise<T> => this.send(sql, parameters, options, counting)
    return await traceQuery(this.name, sql, run, () => rows)
  }

  protected abstract send<T>(
    sql: string,
    parameters: unknown[],
    options: object,
    pick: (result: PostgresJsResult) => T,
  ): Promise<T>
}

export class PostgresJsPoolDriver extends PostgresJsStatements implements PoolDriver {
  readonly maxConnections: number
  /** Opens another pool; undefined where it is the app's. */
  readonly #open: (() => PostgresJs) | undefined
  readonly #names: StatementNames | undefined
  #sql: PostgresJs
  #running = 0
  #onIdle: (() => void) | undefined

  /** `source`: the app's own pool, which stays open, or a function that opens one of ours. */
  constructor(source: PostgresJs | { readonly open: () => PostgresJs }, prepare: boolean) {
    const open = "open" in source ? source.open : undefined
    const sql = "open" in source ? source.open() : source
    const names = prepare ? new StatementNames(statementCacheSize * 4) : undefined
    super(sql.typed, names)
    this.#names = names
    this.#sql = sql
    this.#open = open
    this.maxConnections = sql.options.max ?? 10
  }

  protected override async send<T>(
    sql: string,
    parameters: unknown[],
    options: object,
    pick: (result: PostgresJsResult) => T,
  ): Promise<T> {
    const pool = this.#sql
    this.#running += 1
    try {
      return pick(await resultsOf(pool.unsafe(sql, parameters, options)))
    } catch (error) {
      if (isLost(error)) this.#replace(pool)
      throw error
    } finally {
      this.#running -= 1
      if (this.#running === 0) this.#onIdle?.()
    }
  }

  async reserve(): Promise<ReservedConnection> {
    const pool = this.#sql
    return new PostgresJsConnection(await pool.reserve(), pool.typed, this.#names, () =>
      this.#replace(pool),
    )
  }

  /**
   * A connection that closes while a statement waits to be written never writes again (as of 3.4.9), and its next
   * user waits forever. It cannot be identified, so all are released; statements running on them go on to their end.
   */
  #replace(pool: PostgresJs): void {
    if (this.#open === undefined || pool !== this.#sql) return
    this.#sql = this.#open()
    pool.end().then(nothing, nothing)
  }

  async close(): Promise<void> {
    if (this.#running > 0) {
      await new Promise<void>(resolve => {
        this.#onIdle = resolve
      })
    }
    // Without a timeout it waits forever for a connection that once failed to open. With none at all it destroys one that is
    // just reading the types of lists, and the failure of that query is caught nowhere.
    if (this.#open !== undefined) await this.#sql.end({ timeout: closeTimeoutSeconds })
  }
}

class PostgresJsConnection extends PostgresJsStatements implements ReservedConnection {
  lost = false
  readonly #sql: ReservedPostgresJs
  #connection: RawConnection | undefined

  readonly #onLost: () => void
  /** In the order of their beginning: the first one runs. */
  readonly #running = new Set<PostgresJsQuery>()

  constructor(
    sql: ReservedPostgresJs,
    typed: PostgresJs["typed"],
    names: StatementNames | undefined,
    onLost: () => void,
  ) {
    super(typed, names)
    this.#sql = sql
    this.#onLost = onLost
  }

  get isBusy(): boolean {
    return this.#running.size > 0
  }

  async cancel(): Promise<void> {
    const [query] = this.#running
    const sent = Promise.resolve(query?.cancel()).then(nothing, nothing)
    await Promise.race([sent, sleep(cancelPatienceMs, undefined, { ref: false })])
  }

  async command(sql: string): Promise<string> {
    return this.send(sql, [], { simple: true }, result => result.command)
  }

  protected override async send<T>(
    sql: string,
    parameters: unknown[],
    options: object,
    pick: (result: PostgresJsResult) => T,
  ): Promise<T> {
    // A statement on a closed connection would throw an error that cannot be caught.
    if (this.lost)
      throw Object.assign(new Error("the connection was closed"), { code: "CONNECTION_CLOSED" })
    const onexecute = (connection: RawConnection): boolean => {
      this.#watch(connection)
      return true
    }
    const query = this.#sql.unsafe(
      sql,
      parameters,
      this.#connection ? options : { ...options, onexecute },
    )
    this.#running.add(query)
    try {
      return pick(await resultsOf(query))
    } catch (error) {
      if (isLost(error)) this.#lose()
      throw error
    } finally {
      this.#running.delete(query)
    }
  }

  #lose(): void {
    this.lost = true
    this.#onLost()
  }

  #watch(connection: RawConnection): void {
    this.#connection = connection
    const lose = (): void => this.#lose()
    connection.onclose = lose
  }

  release(discard: boolean): void {
    if (this.#connection) this.#connection.onclose = null
    // A connection that is gone, or goes now, ends up among the pool's closed ones.
    if (this.lost) return
    if (discard)
      void this.#sql
        .unsafe("select pg_terminate_backend(pg_backend_pid())")
        .raw()
        .then(nothing, nothing)
    else this.#sql.release()
  }

  close(): void {
    this.release(true)
  }
}
