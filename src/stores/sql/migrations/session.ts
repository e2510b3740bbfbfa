// One connection for a run of migrations: statements in turn, and transactions that only one process is in at a time.
import { setTimeout as sleep } from "node:timers/promises"
import type { Row } from "../../../entity/index.ts"
import { NitroError } from "../../../shared/errors.ts"
import type { MaybePromise } from "../../../shared/types.ts"
import { accessOf } from "../contract/access.ts"
import type { Dialect } from "../contract/dialect.ts"
import type { Driver } from "../contract/driver.ts"
import "./errors.ts"
import type { DialectName } from "../contract/dialect.ts"

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
  /** How long a transaction waits for other migrators, and on Postgres for tables in use. Default 10000. */
  readonly lockTimeoutMs?: number | undefined
}

const defaultLockTimeoutMs = 10_000

/** Holds one connection of the store for as long as `work` runs. Throws `NITRO_CAPABILITY` for a store without SQL. */
export async function withSession<T>(
  store: { readonly name: string },
  options: SessionOptions,
  work: (executor: Executor) => Promise<T>,
): Promise<T> {
  const { dialect, exclusive } = accessOf(store)
  // A connection is thrown away when `exclusive` fails. Here one is clean after most failures: they were rolled back.
  const outcome = await exclusive<{ readonly value: T } | { readonly error: unknown }>(
    async driver => {
      const executor = createExecutor(driver, dialect, store.name, options)
      try {
        return { value: await work(executor) }
      } catch (error) {
        if (executor.isDirty()) throw error
        return { error }
      }
    },
  ).catch((error: unknown) => {
    // Opening a file can find it locked too.
    throw isLocked(error, dialect)
      ? locked(store.name, options.lockTimeoutMs ?? defaultLockTimeoutMs, error)
      : error
  })
  if ("error" in outcome) throw outcome.error
  return outcome.value
}

function createExecutor(
  driver: Driver,
  dialect: Dialect,
  store: string,
  options: SessionOptions,
): Executor & { isDirty(): boolean } {
  const { lockTimeoutMs = defaultLockTimeoutMs } = options
  const transaction: Transaction = {
    all: async sql => driver.all(sql, []),
    exec: async sql => driver.exec(sql),
    patiently: work => waitForLock(work, dialect, store, lockTimeoutMs),
    lockTimeoutMs,
    isDirty: false,
  }
  const named = async <T>(work: () => MaybePromise<T>): Promise<T> => {
    try {
      return await work()
    } catch (error) {
      throw isLocked(error, dialect) ? locked(store, lockTimeoutMs, error) : error
    }
  }
  const inTransaction = dialect.name === "sqlite" ? sqliteTransaction : postgresTransaction
  return {
    dialect: dialect.name,
    all: (sql, parameters = []) => named(() => driver.all(sql, parameters)),
    run: (sql, parameters = []) => named(() => driver.run(sql, parameters)),
    exec: sql => named(() => driver.exec(sql)),
    transaction: fn => inTransaction(transaction, fn),
    isDirty: () => transaction.isDirty,
  }
}

interface Transaction {
  all(sql: string): Promise<Row[]>
  exec(sql: string): Promise<void>
  /** Runs it again while it fails for a lock. */
  patiently(work: () => Promise<void>): Promise<void>
  readonly lockTimeoutMs: number
  /** Set when the connection could not be brought back to what it was. */
  isDirty: boolean
}

/**
 * Dropping a table deletes its rows, and with foreign keys on that would cascade into other tables. SQLite ignores the
 * switch inside of a transaction, so it is set around it.
 */
async function sqliteTransaction<T>(database: Transaction, fn: () => Promise<T>): Promise<T> {
  const [[before] = [0]] = await database.all("pragma foreign_keys")
  await database.exec("pragma foreign_keys = off")
  try {
    await database.patiently(() => database.exec("begin immediate"))
    return await committed(database, fn)
  } finally {
    await database.exec(
      `pragma legacy_alter_table = off; pragma foreign_keys = ${before === 1 ? "on" : "off"}`,
    )
  }
}

// Any number that nobody else is likely to lock; the schema is mixed in, so that tenants migrate side by side.
const lockClass = 0x6e_69_74_72

async function postgresTransaction<T>(database: Transaction, fn: () => Promise<T>): Promise<T> {
  await database.patiently(async () => {
    await database.exec("begin")
    try {
      // Also bounds the wait for tables: a waiting `alter table` holds up everybody who comes after it.
      await database.exec(
        `set local lock_timeout = ${Math.max(1, Math.round(database.lockTimeoutMs))}`,
      )
      await database.all(`select pg_advisory_xact_lock(${lockClass}, hashtext(current_schema()))`)
      // `alter table` refuses tables on which a deferred check waits.
      await database.exec("set constraints all immediate")
    } catch (error) {
      await rollBack(database)
      throw error
    }
  })
  return committed(database, fn)
}

async function committed<T>(database: Transaction, fn: () => Promise<T>): Promise<T> {
  try {
    const result = await fn()
    await database.patiently(() => database.exec("commit"))
    return result
  } catch (error) {
    await rollBack(database)
    throw error
  }
}

async function rollBack(database: Transaction): Promise<void> {
  try {
    await database.exec("rollback")
  } catch {
    // An error such as a full disk has ended it already, or the connection is gone; the first error says more.
    database.isDirty = true
  }
}

async function waitForLock(
  work: () => Promise<void>,
  dialect: Dialect,
  store: string,
  timeoutMs: number,
): Promise<void> {
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
  return new NitroError(
    "NITRO_MIGRATION_LOCKED",
    `${store} was locked by another process for ${timeoutMs} ms.`,
    { cause },
  )
}
