// One connection for a run of migrations: statements in turn, and transactions that only one process is in at a time.
import { setTimeout as sleep } from "node:timers/promises"
import type { Row } from "../../../entity/index.ts"
import { NitroError } from "../../../shared/errors.ts"
import type { MaybePromise } from "../../../shared/types.ts"
import { accessOf } from "../access.ts"
import type { Dialect } from "../dialect.ts"
import type { Driver } from "../driver.ts"
import "./errors.ts"
import type { DialectName } from "./model.ts"

/** What migrations need of a database. Rows are arrays in the order of the select list. */
export interface Executor {
  readonly dialect: DialectName
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

export interface SessionOptions {
  readonly lockTimeoutMs: number
}

/** Holds one connection of the store for as long as `work` runs. Throws `NITRO_CAPABILITY` for a store without SQL. */
export function withSession<T>(
  store: { readonly name: string },
  options: SessionOptions,
  work: (executor: Executor) => Promise<T>,
): Promise<T> {
  const { dialect, exclusive } = accessOf(store)
  return exclusive(driver => work(createExecutor(driver, dialect, store.name, options)))
}

function createExecutor(driver: Driver, dialect: Dialect, store: string, options: SessionOptions): Executor {
  const raw = {
    all: async (sql: string, parameters: readonly unknown[] = []) => driver.all(sql, parameters),
    exec: async (sql: string) => driver.exec(sql),
  }
  const patiently = (work: () => Promise<void>): Promise<void> => waitForLock(work, dialect, store, options.lockTimeoutMs)
  const named = async <T>(work: () => MaybePromise<T>): Promise<T> => {
    try {
      return await work()
    } catch (error) {
      throw isLocked(error, dialect) ? locked(store, options.lockTimeoutMs, error) : error
    }
  }
  const transaction = dialect.name === "sqlite" ? sqliteTransaction : postgresTransaction
  return {
    dialect: dialect.name,
    all: (sql, parameters = []) => named(() => driver.all(sql, parameters)),
    run: (sql, parameters = []) => named(() => driver.run(sql, parameters)),
    exec: sql => named(() => driver.exec(sql)),
    transaction: fn => transaction(raw, fn, patiently, options),
  }
}

type Statements = Pick<Executor, "all" | "exec">
type Patiently = (work: () => Promise<void>) => Promise<void>

/**
 * Dropping a table deletes its rows, and with foreign keys on that would cascade into other tables. SQLite ignores the
 * switch inside of a transaction, so it is set around it.
 */
async function sqliteTransaction<T>(database: Statements, fn: () => Promise<T>, patiently: Patiently): Promise<T> {
  const [[before] = [0]] = await database.all("pragma foreign_keys")
  await database.exec("pragma foreign_keys = off")
  try {
    await patiently(() => database.exec("begin immediate"))
    try {
      const result = await fn()
      await patiently(() => database.exec("commit"))
      return result
    } catch (error) {
      // An error such as a full disk has ended it already.
      await database.exec("rollback").catch(() => undefined)
      throw error
    }
  } finally {
    await database.exec(`pragma legacy_alter_table = off; pragma foreign_keys = ${before === 1 ? "on" : "off"}`)
  }
}

// Any number that nobody else is likely to lock; the schema is mixed in, so that tenants migrate side by side.
const lockClass = 0x6e_69_74_72

async function postgresTransaction<T>(
  database: Statements,
  fn: () => Promise<T>,
  patiently: Patiently,
  options: SessionOptions,
): Promise<T> {
  const attempt = async (): Promise<void> => {
    await database.exec("begin")
    try {
      // Also bounds the wait for tables: a waiting `alter table` holds up everybody who comes after it.
      await database.exec(`set local lock_timeout = ${Math.max(1, Math.round(options.lockTimeoutMs))}`)
      await database.all(`select pg_advisory_xact_lock(${lockClass}, hashtext(current_schema()))`)
      // `alter table` refuses tables on which a deferred check waits.
      await database.exec("set constraints all immediate")
    } catch (error) {
      await database.exec("rollback").catch(() => undefined)
      throw error
    }
  }
  await patiently(attempt)
  try {
    const result = await fn()
    await database.exec("commit")
    return result
  } catch (error) {
    await database.exec("rollback").catch(() => undefined)
    throw error
  }
}

async function waitForLock(work: () => Promise<void>, dialect: Dialect, store: string, timeoutMs: number): Promise<void> {
  const giveUpAt = performance.now() + timeoutMs
  for (;;) {
    try {
      return await work()
    } catch (error) {
      if (!isLocked(error, dialect)) throw error
      if (performance.now() >= giveUpAt) throw locked(store, timeoutMs, error)
    }
    await sleep(25)
  }
}

/** Whether another connection is in the way. */
function isLocked(error: unknown, dialect: Dialect): boolean {
  return dialect.classify(error).kind === "busy"
}

function locked(store: string, timeoutMs: number, cause: unknown): NitroError {
  return new NitroError("NITRO_MIGRATION_LOCKED", `${store} was locked by another process for ${timeoutMs} ms.`, { cause })
}
