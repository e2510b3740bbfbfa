// One connection for a run of migrations: statements in turn, and transactions that only one process is in at a time.
import { setTimeout as sleep } from "node:timers/promises"
import { NitroError } from "../../../shared/errors.ts"
import type { MaybePromise } from "../../../shared/types.ts"
import { accessOf } from "../contract/access.ts"
import type { Dialect } from "../contract/dialect.ts"
import type { Driver } from "../contract/driver.ts"
import { dialectNamed } from "./dialects.ts"
import "./errors.ts"
import type { Executor } from "./executor.ts"
import type { Transaction } from "./transaction.ts"

export interface ConnectionOptions {
  /** How long a transaction waits for other migrators, and on Postgres for tables in use. Default 10000. */
  readonly lockTimeoutMs?: number | undefined
}

const defaultLockTimeoutMs = 10_000

/** Holds one connection of the store for as long as `work` runs. Throws `NITRO_CAPABILITY` for a store without SQL. */
export async function withSession<T>(
  store: { readonly name: string },
  options: ConnectionOptions,
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
  options: ConnectionOptions,
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
  const migrations = dialectNamed(dialect.name)
  return {
    dialect: dialect.name,
    all: (sql, parameters = []) => named(() => driver.all(sql, parameters)),
    run: (sql, parameters = []) => named(() => driver.run(sql, parameters)),
    exec: sql => named(() => driver.exec(sql)),
    transaction: fn => migrations.transaction(transaction, fn),
    isDirty: () => transaction.isDirty,
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
