// Ties an emission to an abort signal of its emitter.
import type { Emission } from "../context/emission.ts"

/** Aborts the emission along with the signal. */
export function onAbort(
  signal: AbortSignal,
  emission: Emission,
): { readonly promise: Promise<never>; clear(): void } {
  let reject: (reason: unknown) => void = () => {}
  const promise = new Promise<never>((_, no) => {
    reject = no
  })
  promise.catch(() => {})
  const listener = () => {
    emission.stop()
    emission.abort(signal.reason)
    reject(signal.reason)
  }
  signal.addEventListener("abort", listener, { once: true })
  return { promise, clear: () => signal.removeEventListener("abort", listener) }
}
