// A unit of work: what is written inside is committed together, and announced only then.
import { AsyncLocalStorage } from "node:async_hooks"
import { reportError } from "../shared/report.ts"
import type { MaybePromise } from "../shared/types.ts"
import type { Store } from "./repository.ts"

/** Runs something in the async context of a store's transaction. */
type Run = <T>(operation: () => T) => T

interface Joined {
  readonly run: Run
  commit(): Promise<void>
  rollback(cause: unknown): Promise<void>
}

const direct: Run = operation => operation()
const units = new AsyncLocalStorage<Unit>()

class Unit {
  readonly #parent: Unit | undefined
  readonly #joined = new Map<Store, Promise<Joined>>()
  /** In order: announcements and callbacks that wait for the commit. */
  readonly #afterCommit: (() => unknown)[] = []
  /** Put entities in memory back to what is stored, last first. */
  readonly #onRollback: (() => void)[] = []
  #open = true

  constructor(parent: Unit | undefined) {
    this.#parent = parent
  }

  /** The nearest unit that has not ended: a promise left running may outlive its unit. */
  get current(): Unit | undefined {
    return this.#open ? this : this.#parent?.current
  }

  afterCommit(callback: () => unknown): void {
    this.#afterCommit.push(callback)
  }

  onRollback(callback: () => void): void {
    this.#onRollback.push(callback)
  }

  async run<T>(store: Store, operation: () => MaybePromise<T>): Promise<T> {
    const joined = await this.join(store)
    return joined.run(operation)
  }

  join(store: Store): Promise<Joined> {
    let joined = this.#joined.get(store)
    if (joined === undefined) {
      joined = this.#begin(store)
      this.#joined.set(store, joined)
    }
    return joined
  }

  // `Store.transaction` wants a function that runs inside of it, but which stores a unit touches shows only while it
  // runs. So the transaction's function does nothing but wait for the unit's end, and everything that belongs to it runs
  // in the async context captured there.
  async #begin(store: Store): Promise<Joined> {
    const outer = this.#parent?.current ? (await this.#parent.current.join(store)).run : direct
    if (!store.transaction) return { run: outer, commit: async () => {}, rollback: async () => {} }
    return new Promise((resolve, reject) => {
      let ended: Promise<void>
      const begun = (): Promise<void> =>
        new Promise<void>((commit, rollback) => {
          resolve({
            run: AsyncLocalStorage.snapshot() as Run,
            commit: () => {
              commit()
              return ended
            },
            rollback: cause => {
              rollback(cause)
              return ended.catch(error => {
                if (error !== cause) throw error
              })
            },
          })
        })
      ended = outer(() => (store.transaction as NonNullable<Store["transaction"]>)(begun))
      ended.catch(reject)
    })
  }

  async commit(): Promise<void> {
    this.#open = false
    const begun = await Promise.allSettled(this.#joined.values())
    const failed = begun.find(result => result.status === "rejected")
    const joined = begun.flatMap(result => (result.status === "fulfilled" ? [result.value] : []))
    if (failed) {
      // A store that could not begin wrote nothing: even if the function went on, this is not all of it.
      await rollbackAll(joined, failed.reason)
      this.#undo()
      throw failed.reason
    }
    for (const [index, transaction] of joined.entries()) {
      try {
        await transaction.commit()
      } catch (error) {
        await rollbackAll(joined.slice(index + 1), error)
        this.#undo()
        throw error
      }
    }
    const parent = this.#parent?.current
    if (parent) {
      parent.#afterCommit.push(...this.#afterCommit)
      parent.#onRollback.push(...this.#onRollback)
      return
    }
    for (const callback of this.#afterCommit) await runCallback(callback)
  }

  async rollback(cause: unknown): Promise<void> {
    this.#open = false
    const begun = await Promise.allSettled(this.#joined.values())
    const joined = begun.flatMap(result => (result.status === "fulfilled" ? [result.value] : []))
    await rollbackAll(joined, cause)
    this.#undo()
  }

  #undo(): void {
    for (const callback of this.#onRollback.reverse()) callback()
  }
}

async function rollbackAll(joined: readonly Joined[], cause: unknown): Promise<void> {
  const results = await Promise.allSettled(joined.map(transaction => transaction.rollback(cause)))
  // The caller gets the cause of the rollback; a store that fails to roll back is told of besides.
  for (const result of results) if (result.status === "rejected") reportError(result.reason, "rolling back a unit of work")
}

async function runCallback(callback: () => unknown): Promise<void> {
  try {
    await callback()
  } catch (error) {
    reportError(error, "a callback after the commit of a unit of work")
  }
}

/**
 * Runs `fn`; what it reads and writes in stores with transactions is all or nothing, each store for itself. When it
 * throws, everything is rolled back, entities in memory too, and nobody hears of a change. Nested calls are savepoints:
 * one that throws and is caught takes back its own writes only. Stores without transactions keep what was written.
 */
export async function unitOfWork<T>(fn: () => MaybePromise<T>): Promise<T> {
  const unit = new Unit(units.getStore()?.current)
  let result: T
  try {
    result = await units.run(unit, fn)
  } catch (error) {
    await unit.rollback(error)
    throw error
  }
  await unit.commit()
  return result
}

/** Runs `callback` after the outermost unit of work has committed, and not at all when it rolls back. Without a unit: now. */
export function afterCommit(callback: () => unknown): void {
  const unit = currentUnit()
  if (unit) unit.afterCommit(callback)
  else void runCallback(callback)
}

/** The unit of work of this async context. */
export function currentUnit(): Unit | undefined {
  return units.getStore()?.current
}

/** Runs an operation on a store, inside of the unit's transaction where there is one. */
export function onStore<T>(store: Store, operation: () => MaybePromise<T>): MaybePromise<T> {
  const unit = currentUnit()
  return unit === undefined ? operation() : unit.run(store, operation)
}
