// A unit of work: what is written inside is committed together, and published only then.

import { AsyncVariable } from "../../shared/async-variable.ts"
import { beforeDeadline, defaultDeadlineMs, rolledBack } from "../../shared/deadline.ts"
import { NitroError } from "../../shared/errors.ts"
import { started } from "../../shared/maybe.ts"
import { provideOpenUnit } from "../../shared/open-unit.ts"
import { optionNames, refuseUnknownOptions } from "../../shared/options.ts"
import { transactions } from "../../shared/trace.ts"
import type { MaybePromise } from "../../shared/types.ts"
import { queryError } from "../contract/errors.ts"
import type { Isolation, Store } from "../contract/repository.ts"
import { runCallback } from "./commit-callbacks.ts"
import { openUnits, Unit } from "./unit.ts"

const units = new AsyncVariable<Unit>()

export interface UnitOfWorkOptions {
  /** Default: the store's own. A unit inside of another has the other's. */
  readonly isolation?: Isolation
  /**
   * Milliseconds until the unit is rolled back and rejects with `NITRO_DEADLINE`; its later work is refused then.
   * `Infinity`: never. Default: 30000, and for a unit inside of another the deadline of that one.
   */
  readonly deadlineMs?: number
  /** Names the unit in errors: its own, and those of calls that wait for it. Default: the name of the function. */
  readonly name?: string
}

const unitOptions = optionNames<UnitOfWorkOptions>({
  isolation: true,
  deadlineMs: true,
  name: true,
})

/**
 * Runs `fn`; what it reads and writes in stores with transactions is all or nothing, each store for itself. When it
 * throws, or is not done by the deadline, everything is rolled back, entities in memory too, and no change is published.
 * Nested calls are savepoints: one that throws and is caught takes back its own writes only. Stores without transactions
 * keep what was written, and publish it. Inside, one id of one class is one instance.
 *
 * After the commit, listeners of changes run first, then the callbacks of `afterCommit`. It resolves when these are done,
 * but after one turn of the event loop at the latest.
 */
export function unitOfWork<T>(
  fn: () => MaybePromise<T>,
  options: UnitOfWorkOptions = {},
): Promise<T> {
  const outer = currentUnit()
  const name = options.name ?? (fn.name || "anonymous")
  if (!transactions.isWatched) return runUnit(outer, name, fn, options)
  const run = (): Promise<T> => runUnit(outer, name, fn, options)
  // The trace gives back what `run` does.
  return transactions.run({ name, isNested: outer !== undefined }, run) as Promise<T>
}

async function runUnit<T>(
  outer: Unit | undefined,
  name: string,
  fn: () => MaybePromise<T>,
  options: UnitOfWorkOptions,
): Promise<T> {
  refuseUnknownOptions("unitOfWork(fn, { … })", options, unitOptions)
  const deadlineMs = deadlineOf(options, outer)
  const unit = new Unit(outer, { name, isolation: options.isolation })
  let result: T
  try {
    // `started` makes a promise of a query, else leaves it.
    const running = units.run(unit, () => started(fn()) as MaybePromise<T>)
    const done = async (): Promise<T> => {
      const value = await running
      await unit.nestedEnded()
      if (unit.hasChecks) await units.run(unit, () => unit.verify())
      return value
    }
    result = await (deadlineMs === undefined
      ? done()
      : beforeDeadline(done(), deadlineMs, `The unit of work "${unit.name}"`))
  } catch (error) {
    await rolledBack(unit.rollback(error), error)
    throw error
  }
  await unit.commit()
  return result
}

/** For work of the library's own, which takes as long as the data is large. */
export function atomically<T>(
  fn: () => MaybePromise<T>,
  options: UnitOfWorkOptions = {},
): Promise<T> {
  return unitOfWork(fn, { deadlineMs: Number.POSITIVE_INFINITY, ...options })
}

function deadlineOf(
  { deadlineMs }: UnitOfWorkOptions,
  outer: Unit | undefined,
): number | undefined {
  if (deadlineMs === undefined) return outer === undefined ? defaultDeadlineMs : undefined
  if (!(deadlineMs > 0))
    throw queryError(
      `deadlineMs must be above 0, not ${String(deadlineMs)}.`,
      "Leave it out, or give Infinity.",
    )
  return deadlineMs === Number.POSITIVE_INFINITY ? undefined : deadlineMs
}

/** Runs `callback` after the outermost unit of work has committed, and not at all when it rolls back. Without a unit: now. */
export function afterCommit(callback: () => unknown): void {
  const unit = currentUnit()
  if (unit) unit.afterCommit(callback)
  else void runCallback(callback)
}

/**
 * Runs `callback` in the outermost unit of work of this context when its function is done, before it commits: what it writes is stored
 * with everything else or not at all, and what it throws takes everything back. It runs once, without scopes, after the callbacks that
 * were added before it, and not at all when the unit that adds it rolls back. Throws `NITRO_NO_UNIT` outside of a unit: what must be
 * stored together needs one.
 *
 * ```ts
 * afterSave() {
 *   beforeCommit(() => Entry.create({ text: `${this.id} was saved` }))
 * }
 * ```
 */
export function beforeCommit(callback: () => unknown): void {
  const unit = currentUnit()
  if (unit === undefined) {
    throw new NitroError("NITRO_NO_UNIT", "beforeCommit() was called outside of a unit of work.", {
      fix: "Run what belongs together in unitOfWork(async () => { … }). An action is one.",
    })
  }
  unit.beforeCommit(callback)
}

/**
 * The unit of work of this async context. Throws `NITRO_UNIT_ENDED` in work left running by one that was rolled back.
 * Without any open unit in the process the context is not read: that costs as much as decoding a row.
 */
export function currentUnit(): Unit | undefined {
  return openUnits.count === 0 ? undefined : units.get()?.current
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
  unit.consequences.wrote(store)
  return unit.run(store, operation)
}

/**
 * How work that writes to the store by other means runs inside of this context's unit of work, which joins the store for it;
 * undefined outside of a unit.
 */
export function runInUnit(
  store: Store,
): (<T>(operation: () => MaybePromise<T>) => MaybePromise<T>) | undefined {
  return currentUnit() === undefined ? undefined : operation => writeTo(store, operation)
}

/**
 * To be awaited before something is computed from an entity that is then written: joining its store may renew entities that
 * were loaded ahead. Undefined where nothing is to be waited for.
 */
export function joinFirst(store: Store): Promise<unknown> | undefined {
  const unit = currentUnit()
  if (unit === undefined || !unit.mustJoin(store)) return undefined
  const joined = unit.join(store)
  return joined instanceof Promise ? joined : undefined
}

provideOpenUnit(currentUnit)
