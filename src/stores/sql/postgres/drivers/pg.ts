// pg (node-postgres): a pool of connections, named prepared statements, rows as arrays.

import type { Row } from "../../../../entity/store.ts"
import { isObject } from "../../../../shared/guards.ts"
import { queries, traceQuery } from "../../../../shared/trace.ts"
import { StatementNames } from "../../compile/statement-names.ts"
import { type SqlResult, statementCacheSize } from "../../contract/driver.ts"
import type { PoolDriver, ReservedConnection } from "../../contract/pool-driver.ts"
import { requirePeer } from "../../contract/require-peer.ts"
import { checkPostgresParameters, isLost } from "../dialect.ts"
import { parserOf } from "../values.ts"
import { Execution } from "./pg-execution.ts"
import { cancelStatement } from "./postgres-cancel.ts"

/** The part of a pg `Pool` that is used. */
export interface PgPool {
  readonly options: { readonly max?: number | undefined }
  connect(
    callback: (
      error: Error | undefined,
      client: PgClient | undefined,
      release: (discard?: boolean | Error) => void,
    ) => void,
  ): void
  end(): Promise<void>
  on(event: "error", listener: (error: Error) => void): unknown
}

export interface PgClient {
  /** Left out by pg-native. */
  readonly connection?: unknown
  readonly host?: string
  readonly port?: number
  readonly processID?: number | null
  readonly secretKey?: unknown
  /** Takes no queries of other classes than its own. Not in older versions. */
  readonly pipeline?: boolean
  query(config: PgQuery | Execution, callback?: PgCallback): unknown
  on(event: "error" | "end", listener: (error: Error) => void): unknown
  removeListener(event: "error" | "end", listener: (error: Error) => void): unknown
}

interface PgQuery {
  readonly text: string
  readonly name?: string | undefined
  readonly values?: readonly unknown[]
  readonly rowMode?: "array"
  readonly types?: { getTypeParser(oid: number): (text: string) => unknown }
}

interface PgResult {
  readonly rows: Row[]
  readonly rowCount: number | null
  readonly command: string
  readonly fields: readonly { readonly name: string }[]
}

/** The result is absent with an error. SQL of several statements, which only `exec` runs, has a list of results, which it ignores. */
type PgCallback = (error: Error | null, result?: PgResult) => void

export interface PgPoolOptions {
  readonly connectionString: string
  readonly max: number
  /** How long to wait for a connection, free or new. */
  readonly connectionTimeoutMillis: number
}

/** Throws what loading the package throws when it is missing. */
export function loadPg(): (options: PgPoolOptions) => PgPool {
  // The part of the package that is used.
  const { Pool } = requirePeer("pg") as { readonly Pool: new (options: object) => PgPool }
  return options => {
    // A script ends when its work is done, as with SQLite, even if the store was not closed.
    const pool = new Pool({ ...options, allowExitOnIdle: true })
    // Losing an idle connection has no effect; without a listener it would end the process.
    pool.on("error", () => undefined)
    return pool
  }
}

export function isPgPool(value: object): value is PgPool {
  return "connect" in value && "end" in value && "totalCount" in value && "options" in value
}

const types = { getTypeParser: parserOf }

/** A statement to run. Without `values` it is SQL as it stands. */
interface Statement {
  readonly text: string
  readonly name: string | undefined
  readonly values: readonly unknown[] | undefined
}

/** Whether the client lists its prepared statements: pg-native has no such connection, and old versions have no list. */
const isConnection = (connection: unknown): boolean =>
  isObject(connection) && connection["parsedStatements"] !== undefined

function send(client: PgClient, { text, name, values }: Statement, callback: PgCallback): void {
  if (values === undefined) client.query({ text }, callback)
  else if (client.pipeline === true || !isConnection(client.connection))
    client.query({ text, name, values, rowMode: "array", types }, callback)
  else client.query(new Execution(text, name ?? "", values, callback))
}

class PgStatements {
  readonly #names: StatementNames | undefined

  constructor(prepare: boolean) {
    this.#names = prepare ? new StatementNames(statementCacheSize * 4) : undefined
  }

  statement(text: string, values: readonly unknown[]): Statement {
    checkPostgresParameters(values)
    return { text, name: this.#names?.nameOf(text), values }
  }
}

const plain = (text: string): Statement => ({ text, name: undefined, values: undefined })
const rowsOf = (result: PgResult): Row[] => result.rows
const firstRowOf = (result: PgResult): Row | undefined => result.rows[0]
const countOf = (result: PgResult): number => result.rowCount ?? 0
const resultOf = (result: PgResult): SqlResult => ({
  columns: result.fields.map(({ name }) => name),
  rows: result.rows,
  rowCount: countOf(result),
})

/** Runs a statement between its messages, with the rows that the database counted. */
async function traced<T>(
  driver: string,
  { text }: Statement,
  pick: (result: PgResult) => T,
  send: (pick: (result: PgResult) => T) => Promise<T>,
): Promise<T> {
  let rows = 0
  const counting = (result: PgResult): T => {
    rows = countOf(result)
    return pick(result)
  }
  return await traceQuery(
    driver,
    text,
    () => send(counting),
    () => rows,
  )
}

/** Whether the statement was prepared for a table that has another form by now. */
function isOutdatedPlan(error: unknown): boolean {
  return (
    isObject(error) && error["code"] === "0A000" && error["routine"] === "RevalidateCachedQuery"
  )
}

/** The common part of a pool and a reserved client. */
abstract class PgRunner {
  readonly name: string = "pg"
  protected readonly statements: PgStatements

  constructor(statements: PgStatements) {
    this.statements = statements
  }

  protected abstract send<T>(statement: Statement, pick: (result: PgResult) => T): Promise<T>

  all(sql: string, parameters: readonly unknown[]): Promise<Row[]> {
    return this.perform(this.statements.statement(sql, parameters), rowsOf)
  }

  get(sql: string, parameters: readonly unknown[]): Promise<Row | undefined> {
    return this.perform(this.statements.statement(sql, parameters), firstRowOf)
  }

  run(sql: string, parameters: readonly unknown[]): Promise<number> {
    return this.perform(this.statements.statement(sql, parameters), countOf)
  }

  query(sql: string, parameters: readonly unknown[]): Promise<SqlResult> {
    return this.perform(this.statements.statement(sql, parameters), resultOf)
  }

  exec(sql: string): Promise<void> {
    return this.perform(plain(sql), () => undefined)
  }

  protected perform<T>(statement: Statement, pick: (result: PgResult) => T): Promise<T> {
    return queries.isWatched
      ? traced(this.name, statement, pick, counting => this.send(statement, counting))
      : this.send(statement, pick)
  }
}

export class PgPoolDriver extends PgRunner implements PoolDriver {
  readonly maxConnections: number
  readonly #pool: PgPool
  readonly #owned: boolean

  /** `owned`: `close()` ends the pool too. */
  constructor(pool: PgPool, prepare: boolean, owned: boolean) {
    super(new PgStatements(prepare))
    this.#pool = pool
    this.#owned = owned
    this.maxConnections = pool.options.max ?? 10
  }

  // With `pool.query` every refused statement would cost its connection: pg drops a client after any error.
  protected override send<T>(statement: Statement, pick: (result: PgResult) => T): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#pool.connect((failure, client, release) => {
        if (client === undefined) return reject(failure)
        let isDone = false
        const finish = (error: Error | null, result?: PgResult): void => {
          if (isDone) return
          isDone = true
          client.removeListener("error", finish)
          const isOutdated = error !== null && isOutdatedPlan(error)
          release(error !== null && (isOutdated || isLost(error)))
          if (error === null && result !== undefined) resolve(pick(result))
          else if (isOutdated && statement.name !== undefined)
            resolve(this.send({ ...statement, name: undefined }, pick))
          else reject(error)
        }
        client.on("error", finish)
        send(client, statement, finish)
      })
    })
  }

  reserve(): Promise<ReservedConnection> {
    return new Promise((resolve, reject) => {
      this.#pool.connect((failure, client, release) => {
        if (client === undefined) reject(failure)
        else resolve(new PgConnection(client, release, this.statements))
      })
    })
  }

  async close(): Promise<void> {
    if (this.#owned) await this.#pool.end()
  }
}

class PgConnection extends PgRunner implements ReservedConnection {
  lost = false
  readonly #client: PgClient
  readonly #release: (discard?: boolean) => void
  isBusy = false
  #isOutdated = false
  readonly #waiting: (() => void)[] = []
  readonly #lose: () => void

  constructor(client: PgClient, release: (discard?: boolean) => void, statements: PgStatements) {
    super(statements)
    this.#client = client
    this.#release = release
    // Without a listener an error of an idle connection would end the process.
    const lose = (): void => {
      this.lost = true
    }
    this.#lose = lose
    client.on("error", lose)
    client.on("end", lose)
  }

  command(sql: string): Promise<string> {
    return this.perform(plain(sql), result => result.command)
  }

  // pg has an internal queue, which it is about to remove.
  protected override send<T>(statement: Statement, pick: (result: PgResult) => T): Promise<T> {
    return new Promise((resolve, reject) => {
      const start = (): void => {
        this.isBusy = true
        send(this.#client, statement, (error, result) => {
          this.isBusy = false
          if (error === null && result !== undefined) resolve(pick(result))
          else {
            this.lost ||= isLost(error)
            this.#isOutdated ||= isOutdatedPlan(error)
            reject(error)
          }
          this.#waiting.shift()?.()
        })
      }
      if (this.isBusy) this.#waiting.push(start)
      else start()
    })
  }

  async cancel(): Promise<void> {
    const { host, port, processID, secretKey } = this.#client
    // One by pg-native does not know its process.
    if (port === undefined || typeof processID !== "number" || typeof secretKey !== "number") return
    await cancelStatement({ host, port, processID, secretKey })
  }

  release(discard: boolean): void {
    this.#client.removeListener("error", this.#lose)
    this.#client.removeListener("end", this.#lose)
    this.#release(discard || this.lost || this.#isOutdated)
  }

  close(): void {
    this.release(true)
  }
}
