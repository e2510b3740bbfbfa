// A store's part in a unit of work: its transaction, opened by the unit and ended by it.
import { AsyncResource } from "node:async_hooks"
import { reportError } from "../../shared/report.ts"
import type { MaybePromise } from "../../shared/types.ts"
import type { OpenTransaction, Store, TransactionOptions } from "../contract/repository.ts"

/** Whether a rollback takes back what was written to the store. */
export function hasTransactions(store: Store): boolean {
  return store.begin !== undefined || store.transaction !== undefined
}

/** A transaction of the store, inside of the outer unit's. Of a store without transactions: one that takes nothing back. */
export function beginOn(
  store: Store,
  outer: OpenTransaction | undefined,
  options: TransactionOptions | undefined,
): MaybePromise<OpenTransaction> {
  const around = outer ?? direct
  if (store.begin) return around.run(() => (store.begin as NonNullable<Store["begin"]>)(options))
  return store.transaction
    ? drive(store, around, options)
    : { run: operation => around.run(operation), commit: ignore, rollback: ignore }
}

const direct: OpenTransaction = { run: operation => operation(), commit: ignore, rollback: ignore }

function ignore(): void {}

// `Store.transaction` wants a function that runs inside of it, but which stores a unit touches shows only while it
// runs. So the transaction's function does nothing but wait for the unit's end, and everything that belongs to it runs
// in the async context captured there.
function drive(
  store: Store,
  around: OpenTransaction,
  options: TransactionOptions | undefined,
): Promise<OpenTransaction> {
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
    ended = around.run(() =>
      (store.transaction as NonNullable<Store["transaction"]>)(begun, {
        ...options,
        deadlineMs: Number.POSITIVE_INFINITY,
      }),
    )
    ended.catch(reject)
  })
}

/** Rolls all of them back. `cause` is what the caller of the unit gets; any other failure is reported. */
export async function rollbackAll(
  transactions: readonly OpenTransaction[],
  cause: unknown,
): Promise<void> {
  const results = await Promise.allSettled(
    transactions.map(async transaction => transaction.rollback()),
  )
  for (const { reason } of results.filter(result => result.status === "rejected")) {
    if (reason !== cause) reportError(reason, "rolling back a unit of work")
  }
}
