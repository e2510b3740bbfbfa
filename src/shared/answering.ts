// Whether markup is rendered as the answer to a request: there, what needs an app and has none is an error and not silence.
import { AsyncVariable } from "./async-variable.ts"

const answering = new AsyncVariable<true>()
let missing: (() => Error) | undefined

/**
 * Called by what works in a request of an app only, when there is none. Where the markup is rendered for an answer, now or later in
 * the same synchronous run, that answer fails with `error`; in a test or a job it is markup like any other.
 */
export function needsApp(error: () => Error): void {
  if (answering.get() === true) throw error()
  if (missing !== undefined) return
  missing = error
  // What is rendered together is built in one run of a handler.
  queueMicrotask(() => {
    missing = undefined
  })
}

/** Called where an answer begins. @throws what `needsApp` was given */
export function assertApp(): void {
  if (missing === undefined) return
  const error = missing()
  missing = undefined
  throw error
}

/** Runs `render`, and what it starts, as the rendering of an answer. */
export function asAnswer<T>(render: () => T): T {
  return answering.run(true, render)
}
