// A unit of work: what is written inside is committed together, and announced only then.
import { AsyncLocalStorage, AsyncResource } from "node:async_hooks"
import { reportError } from "../shared/report.ts"
import type { MaybePromise } from "../shared/types.ts"
import type { OpenTransaction, Repository, Store, TransactionOptions } from "./repository.ts"

const units = new AsyncLocalStorage<Unit>()
// Asking the async context costs as much as decoding a row: while no unit is open anywhere, nobody asks.
let openUnits = 0

class Unit {
  readonly #parent: Unit | undefined
  readonly #options: UnitOfWorkOptions | undefined
  readonly #joined = new Map<Store, MaybePromise<OpenTransaction>>()
  /** In order: announcements and callbacks that wait for the commit. */
  readonly #afterCommit: (() => unknown)[] = []
  /** Put entities in memory back to what is stored, last first. */
  readonly #onRollback: (() => void)[] = []
  /** The instances read or stored in the outermost unit, by the id in their row. */
  readonly #identities: Map<Repository, Map<unknown, object>>
  #open = true

  constructor(parent: Unit | undefined, options: UnitOfWorkOptions | undefined) {
    this.#parent = parent
    this.#options = options
    this.#identities = parent === undefined ? new Map() : parent.#identities
    openUnits++
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

  /** The instances of one class on one store. */
  identities(repository: Repository): Map<unknown, object> {
    let known = this.#identities.get(repository)
    if (known === undefined) {
      known = new Map()
      this.#identities.set(repository, known)
    }
    return known
  }

  run<T>(store: Store, operation: () => MaybePromise<T>): MaybePromise<T> {
    const joined = this.join(store)
    return joined instanceof Promise ? joined.then(transaction => transaction.run(operation)) : joined.run(operation)
  }

  join(store: Store): MaybePromise<OpenTransaction> {
    const known = this.#joined.get(store)
    if (known !== undefined) return known
    const outer = this.#parent?.current?.join(store)
    const options = this.#options
    const begun = outer instanceof Promise ? outer.then(opened => begin(store, opened, options)) : begin(store, outer, options)
    this.#joined.set(store, begun)
    if (begun instanceof Promise) begun.catch(ignore)
    return begun
  }

  async commit(): Promise<void> {
    this.#close()
    const joined: OpenTransaction[] = []
    let failed: { readonly reason: unknown } | undefined
    for (const begun of this.#joined.values()) {
      try {
        joined.push(begun instanceof Promise ? await begun : begun)
      } catch (reason) {
        failed ??= { reason }
      }
    }
    if (failed) {
      // A store that could not begin wrote nothing: even if the function went on, this is not all of it.
      await rollbackAll(joined, failed.reason)
      this.#undo()
      throw failed.reason
    }
    for (const [index, transaction] of joined.entries()) {
      try {
        const committed = transaction.commit()
        if (committed instanceof Promise) await committed
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
    for (const callback of this.#afterCommit) {
      const called = runCallback(callback)
      if (called instanceof Promise) await called
    }
  }

  async rollback(cause: unknown): Promise<void> {
    this.#close()
    const begun = await Promise.allSettled(this.#joined.values())
    const joined = begun.flatMap(result => (result.status === "fulfilled" ? [result.value] : []))
    await rollbackAll(joined, cause)
    this.#undo()
  }

  #close(): void {
    this.#open = false
    openUnits--
  }

  #undo(): void {
    for (const callback of this.#onRollback.reverse()) callback()
  }
}

function ignore(): void {}

/** A transaction of the store, inside of the outer unit's. Without transactions: nothing that could be taken back. */
function begin(store: Store, outer: OpenTransaction | undefined, options: UnitOfWorkOptions | undefined): MaybePromise<OpenTransaction> {
  const around = outer ?? direct
  if (store.begin) return around.run(() => (store.begin as NonNullable<Store["begin"]>)(options))
  return store.transaction ? drive(store, around, options) : { run: operation => around.run(operation), commit: ignore, rollback: ignore }
}

const direct: OpenTransaction = { run: operation => operation(), commit: ignore, rollback: ignore }

// `Store.transaction` wants a function that runs inside of it, but which stores a unit touches shows only while it
// runs. So the transaction's function does nothing but wait for the unit's end, and everything that belongs to it runs
// in the async context captured there.
function drive(store: Store, around: OpenTransaction, options: UnitOfWorkOptions | undefined): Promise<OpenTransaction> {
  return new Promise((resolve, reject) => {
    let ended: Promise<void>
    const begun = (): Promise<void> =>
      new Promise<void>((commit, rollback) => {
        const context = new AsyncResource("NitroTransaction")
        const cancelled = new Error("rolled back")
        resolve({
          run: operation => context.runInAsyncScope(operation),
          commit: () => {
            commit()
            return ended
          },
          rollback: () => {
            rollback(cancelled)
            return ended.catch((error: unknown) => {
              if (error !== cancelled) throw error
            })
          },
        })
      })
    ended = around.run(() => (store.transaction as NonNullable<Store["transaction"]>)(begun, options))
    ended.catch(reject)
  })
}

async function rollbackAll(joined: readonly OpenTransaction[], cause: unknown): Promise<void> {
  const results = await Promise.allSettled(joined.map(async transaction => transaction.rollback()))
  // The caller gets the cause of the rollback; a store that fails to roll back is told of besides.
  for (const { reason } of results.filter(result => result.status === "rejected")) {
    if (reason !== cause) reportError(reason, "rolling back a unit of work")
  }
}

function runCallback(callback: () => unknown): MaybePromise<void> {
  const failed = (error: unknown): void => reportError(error, "a callback after the commit of a unit of work")
  try {
    const result = callback()
    if (result instanceof Promise) return result.then(ignore, failed)
  } catch (error) {
    failed(error)
  }
}

export interface UnitOfWorkOptions extends TransactionOptions {}

/**
 * Runs `fn`; what it reads and writes in stores with transactions is all or nothing, each store for itself. When it
 * throws, everything is rolled back, entities in memory too, and nobody hears of a change. Nested calls are savepoints:
 * one that throws and is caught takes back its own writes only. Stores without transactions keep what was written.
 * Inside, one id of one class is one instance.
 */
export async function unitOfWork<T>(fn: () => MaybePromise<T>, options?: UnitOfWorkOptions): Promise<T> {
  const unit = new Unit(currentUnit(), options)
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
  return openUnits === 0 ? undefined : units.getStore()?.current
}

/** Runs an operation on a store, inside of the unit's transaction where there is one. */
export function onStore<T>(store: Store, operation: () => MaybePromise<T>): MaybePromise<T> {
  const unit = currentUnit()
  return unit === undefined ? operation() : unit.run(store, operation)
}
