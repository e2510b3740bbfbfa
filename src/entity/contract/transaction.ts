// One function in one transaction of one store, made of the store's `begin`.
import { inTime, rolledBack } from "../../shared/deadline.ts"
import { NitroError } from "../../shared/errors.ts"
import type { MaybePromise } from "../../shared/types.ts"
import type { Store, TransactionOptions } from "./repository.ts"

export interface InTransactionOptions extends TransactionOptions {
  /**
   * Milliseconds until it is rolled back and rejects with `NITRO_DEADLINE`; its later work is refused then. `Infinity`:
   * never. Default: 30000, and for a transaction inside of another the deadline of that one.
   */
  readonly deadlineMs?: number
}

/**
 * Runs `fn` in a transaction of `store`: committed when it resolves, rolled back when it rejects. Its writes to other stores
 * is no part of it, and entities in memory stay as they are; `unitOfWork` looks after both.
 */
export async function inTransaction<T>(
  store: Store,
  fn: () => MaybePromise<T>,
  options: InTransactionOptions = {},
): Promise<T> {
  if (store.begin === undefined) {
    throw new NitroError("NITRO_TRANSACTION", `${store.name} has no transactions.`, {
      fix: "Check `store.capabilities.transactions` first, or use another store.",
    })
  }
  const begun = store.begin(options)
  const transaction = begun instanceof Promise ? await begun : begun
  let result: T
  try {
    const running = transaction.run(async () => await fn())
    result = await inTime(running, transaction.depth, options)
  } catch (error) {
    const end = async (): Promise<void> => transaction.rollback()
    await rolledBack(end(), error)
    throw error
  }
  await transaction.commit()
  return result
}
