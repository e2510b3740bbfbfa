// Trying again what failed for no reason of its own: a lock held by others, a copy that was out of date.
import { NitroError } from "../shared/errors.ts"

export interface RetryOptions {
  /** How often it is tried in all, the first time included. */
  readonly attempts: number
  /** Which errors are worth it; default: a store that is busy, a transaction in conflict, an outdated copy of an entity. */
  readonly when?: (error: unknown) => boolean
  /** Longest pause before the second attempt in milliseconds; doubles with each further one. Default 10. */
  readonly delayMs?: number
}

const maxDelayMs = 2_000

const passing: ReadonlySet<string> = new Set(["NITRO_STORE_BUSY", "NITRO_TRANSACTION_CONFLICT", "NITRO_STALE_ENTITY"])

function isPassing(error: unknown): boolean {
  return error instanceof NitroError && passing.has(error.code)
}

/** Calls `run` with the number of the attempt, from 1 on, until it succeeds, its error is not worth it, or `signal` aborts. */
export async function withRetries<T>(
  retry: RetryOptions,
  signal: AbortSignal | undefined,
  run: (attempt: number) => Promise<T>,
): Promise<T> {
  const { attempts, when = isPassing, delayMs = 10 } = retry
  for (let attempt = 1; ; attempt++) {
    try {
      return await run(attempt)
    } catch (error) {
      if (attempt >= attempts || !when(error)) throw error
      // Random, or those who met would meet again.
      await pause(Math.random() * Math.min(delayMs * 2 ** (attempt - 1), maxDelayMs))
      signal?.throwIfAborted()
    }
  }
}

function pause(ms: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, ms))
}
