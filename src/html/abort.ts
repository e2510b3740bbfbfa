// Waiting no longer than somebody is interested.
import { type Part, Suspended } from "./markup.ts"

/** The same promise; rejects with the signal's reason once that aborts. */
export function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason)
    if (signal.aborted) return abort()
    signal.addEventListener("abort", abort, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort))
  })
}

/** Ends the work behind the suspended ones of these parts. */
export function abandon(parts: readonly Part[], reason: unknown): void {
  for (const part of parts) if (part instanceof Suspended) part.abort.abort(reason)
}
