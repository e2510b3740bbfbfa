// A store's part in a unit of work: its transaction, opened by the unit and ended by it.
import { reportError } from "../../shared/report.ts"
import type { MaybePromise } from "../../shared/types.ts"
import type { OpenTransaction, Store, TransactionOptions } from "../contract/repository.ts"

/** Whether a rollback takes back what was written to the store. */
export function hasTransactions(store: Store): boolean {
  return store.begin !== undefined
}

/** A transaction of the store, inside of the outer unit's. Of a store without transactions: one that takes nothing back. */
export function beginOn(
  store: Store,
  outer: OpenTransaction | undefined,
  options: TransactionOptions | undefined,
): MaybePromise<OpenTransaction> {
  const { begin } = store
  if (begin === undefined) {
    const run = outer === undefined ? direct : outer.run
    return { depth: (outer?.depth ?? 0) + 1, run, commit: ignore, rollback: ignore }
  }
  return outer === undefined
    ? begin.call(store, options)
    : outer.run(() => begin.call(store, options))
}

function direct<T>(operation: () => T): T {
  return operation()
}

function ignore(): void {}

/** Rolls all of them back. `cause` is what the caller of the unit gets; any other failure is reported. */
export async function rollbackAll(
  transactions: readonly OpenTransaction[],
  cause: unknown,
): Promise<void> {
  const results = await Promise.allSettled(
    transactions.map(async transaction => transaction.rollback()),
  )
  for (const { reason } of results.filter(result => result.status === "rejected")) {
    if (reason !== cause) reportError(reason, "rolling back a unit of work", "entity")
  }
}
