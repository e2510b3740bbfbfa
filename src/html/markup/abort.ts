// Ends a wait when its signal aborts.
import { reportError } from "../../shared/report.ts"
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

/** Lets a generator clean up, without waiting for it: it may be in the middle of something. An error of its clean-up is reported. */
export function endIterator(iterator: AsyncIterator<unknown>): void {
  const failed = (error: unknown): void =>
    reportError(error, "the end of a generator in a page", "html")
  try {
    iterator.return?.().then(undefined, failed)
  } catch (error) {
    failed(error)
  }
}

/** Ends the work behind the suspended ones of these parts. */
export function abandon(parts: readonly Part[], reason: unknown): void {
  for (const part of parts) if (part instanceof Suspended) part.abort.abort(reason)
}
