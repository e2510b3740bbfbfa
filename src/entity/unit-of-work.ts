// A unit of work: what is written inside is committed together, and announced only then.
import { AsyncLocalStorage } from "node:async_hooks"
import { provideOpenUnit } from "../shared/open-unit.ts"
import type { MaybePromise } from "../shared/types.ts"
import { runCallback } from "./commit-callbacks.ts"
import type { Store, TransactionOptions } from "./repository.ts"
import { openUnits, Unit } from "./unit.ts"

const units = new AsyncLocalStorage<Unit>()

export interface UnitOfWorkOptions extends TransactionOptions {}

/**
 * Runs `fn`; what it reads and writes in stores with transactions is all or nothing, each store for itself. When it
 * throws, everything is rolled back, entities in memory too, and no change is announced. Nested calls are savepoints:
 * one that throws and is caught takes back its own writes only. Stores without transactions keep what was written, and
 * announce it. Inside, one id of one class is one instance.
 *
 * After the commit, listeners of changes run first, then the callbacks of `afterCommit`. It resolves when these are done,
 * but after one turn of the event loop at the latest.
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

/** The unit of work of this async context. Without any open unit in the process the context is not asked: that costs as much as decoding a row. */
export function currentUnit(): Unit | undefined {
  return openUnits.count === 0 ? undefined : units.getStore()?.current
}

/** Runs an operation on a store, inside of the unit's transaction where there is one. */
export function onStore<T>(store: Store, operation: () => MaybePromise<T>): MaybePromise<T> {
  const unit = currentUnit()
  return unit === undefined ? operation() : unit.run(store, operation)
}

/** The same for an operation that writes: what the unit reads after it may have to be read again. */
export function writeTo<T>(store: Store, operation: () => MaybePromise<T>): MaybePromise<T> {
  const unit = currentUnit()
  if (unit === undefined) return operation()
  unit.wrote(store)
  return unit.run(store, operation)
}

provideOpenUnit(currentUnit)
