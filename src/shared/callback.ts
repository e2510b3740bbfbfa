// Calls functions of the application and catches their errors, thrown now or later.
import { NitroError, registerErrors } from "./errors.ts"
import { reportError } from "./report.ts"
import type { MaybePromise } from "./types.ts"

registerErrors({
  NITRO_ASYNC_CALLBACK: {
    status: 500,
    when: "A function of the application returned a promise where its result is needed at once: `when` and `stopWhen` of events, `partition`, `afterLoad`. A promise counts as true, so a rule would let everything through.",
    fix: "Make the function synchronous: no `async`, and no call whose result is a promise.",
  },
})

/**
 * Calls a function whose result does not matter. `failed` gets what it throws or rejects with. The promise, where there is
 * one, resolves when the function is done and never rejects.
 */
export function notify(
  callback: () => unknown,
  failed: (error: unknown) => void,
): MaybePromise<void> {
  return notifyOf(undefined, callback, failed)
}

/** The same with `subject` for both functions: what is called with each row of many makes no closures. */
export function notifyOf<T>(
  subject: T,
  callback: (subject: T) => unknown,
  failed: (error: unknown, subject: T) => void,
): MaybePromise<void> {
  try {
    const result = callback(subject)
    if (isThenable(result))
      return Promise.resolve(result).then(ignore, error => failed(error, subject))
  } catch (error) {
    failed(error, subject)
  }
}

/** Returns the result of a callback that must be synchronous. Throws `NITRO_ASYNC_CALLBACK` for a promise, whose failure is reported. */
export function syncResult<T>(result: T, callback: string): T {
  if (!abandon(result, callback)) return result
  throw new NitroError(
    "NITRO_ASYNC_CALLBACK",
    `${callback} returned a promise, but its result is needed at once.`,
  )
}

/** Whether `value` is a promise, which will not be awaited. Its failure is reported, since it would end the process. */
export function abandon(value: unknown, callback: string): boolean {
  if (!isThenable(value)) return false
  Promise.resolve(value).catch((error: unknown) => reportError(error, callback, "callbacks"))
  return true
}

/** Whether `await` would wait for it. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    (typeof value === "object" || typeof value === "function") &&
    value !== null &&
    "then" in value &&
    typeof value.then === "function"
  )
}

function ignore(): void {}
