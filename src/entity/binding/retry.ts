// Runs work again after failures that pass: a conflict between transactions, a lock held too long, an entity that others saved first.
import { setTimeout as sleep } from "node:timers/promises"
import { NitroError } from "../../shared/errors.ts"
import type { MaybePromise } from "../../shared/types.ts"
import { queryError } from "../contract/errors.ts"
import { currentUnit } from "./unit-of-work.ts"

export interface RetryOptions {
  /** How often to run at most. Default 5. */
  readonly attempts?: number
  /** Wait before the second run; doubles each time, with a random part so that rivals do not meet again. Default 10. */
  readonly delayMs?: number
  /** Codes of the errors after which to run again. Default: transaction conflicts, a busy store, and an entity that others saved first. */
  readonly codes?: readonly string[]
}

// A stale entity is read again by the next run. Stores that let one transaction run at a time never see one; others do.
const passing: readonly string[] = [
  "NITRO_TRANSACTION_CONFLICT",
  "NITRO_STORE_BUSY",
  "NITRO_STALE_ENTITY",
]
const longestDelayMs = 2000

/**
 * Runs `fn` until it does not fail for a passing reason, and throws its last error. `fn` must be a whole unit of work:
 * everything in it is done again. Inside of a unit of work it runs once, because only the outermost can be repeated.
 *
 * ```ts
 * await retry(() => unitOfWork(() => transfer(from, to), { isolation: "serializable" }), { attempts: 3 })
 * ```
 */
export async function retry<T>(
  fn: () => MaybePromise<T>,
  { attempts = 5, delayMs = 10, codes = passing }: RetryOptions = {},
): Promise<T> {
  if (!Number.isSafeInteger(attempts) || attempts < 1)
    throw queryError(`retry needs a number of attempts of 1 or more, not ${attempts}.`)
  const most = currentUnit() === undefined ? attempts : 1
  for (let attempt = 1; ; attempt++) {
    try {
      return await fn()
    } catch (error) {
      if (attempt >= most || !(error instanceof NitroError) || !codes.includes(error.code))
        throw error
    }
    await sleep(Math.min(delayMs * 2 ** (attempt - 1), longestDelayMs) * (0.5 + Math.random() / 2))
  }
}
