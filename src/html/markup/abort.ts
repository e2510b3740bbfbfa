// Ends a wait when its signal aborts.
import { reportError } from "../../shared/report.ts"
import { type Part, Suspended } from "./markup.ts"

/** The part of an `AbortSignal` that rendering needs. */
export interface Interrupt {
  readonly aborted: boolean
  readonly reason: unknown
  addEventListener(type: "abort", listener: () => void): void
  removeEventListener(type: "abort", listener: () => void): void
}

/** An interrupt for one response: an `AbortController` would cost more than rendering a small page. */
export class Departure implements Interrupt {
  aborted = false
  reason: unknown
  readonly #listeners = new Set<() => void>()

  addEventListener(_type: "abort", listener: () => void): void {
    this.#listeners.add(listener)
  }

  removeEventListener(_type: "abort", listener: () => void): void {
    this.#listeners.delete(listener)
  }

  abort(reason: unknown): void {
    if (this.aborted) return
    this.aborted = true
    this.reason = reason
    for (const listener of [...this.#listeners]) listener()
    this.#listeners.clear()
  }
}

/** The same promise; rejects with the reason of the interrupt once that comes. */
export function unlessAborted<T>(promise: Promise<T>, signal: Interrupt | undefined): Promise<T> {
  if (signal === undefined) return promise
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason)
    if (signal.aborted) return abort()
    signal.addEventListener("abort", abort)
    promise.then(
      value => {
        signal.removeEventListener("abort", abort)
        resolve(value)
      },
      error => {
        signal.removeEventListener("abort", abort)
        reject(error)
      },
    )
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
