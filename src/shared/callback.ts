// Calls to functions of the application: whatever they throw, now or later, is caught here.
import type { MaybePromise } from "./types.ts"

/**
 * Calls a function whose result does not matter. `failed` gets what it throws or rejects with. The promise, where there is
 * one, resolves when the function is done and never rejects.
 */
export function notify(callback: () => unknown, failed: (error: unknown) => void): MaybePromise<void> {
  try {
    const result = callback()
    if (isThenable(result)) return Promise.resolve(result).then(ignore, failed)
  } catch (error) {
    failed(error)
  }
}

/** Whether `await` would wait for it. */
function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    (typeof value === "object" || typeof value === "function") && value !== null && typeof (value as { then?: unknown }).then === "function"
  )
}

function ignore(): void {}
