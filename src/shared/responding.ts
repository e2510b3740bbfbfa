// The rendering of a response: inside of it, a page that needs an app and has none is an error instead of silently dead.
import { AsyncVariable } from "./async-variable.ts"

const responding = new AsyncVariable<true>()
let missing: (() => Error) | undefined
/** The same of the synchronous run before, while the promises of that run are handled. */
let missingBefore: (() => Error) | undefined

/**
 * Reports that markup needs an app and there is none. If the markup is rendered for a response, now or later in the same
 * synchronous run, that response fails with `error`; in a test or a job the markup renders normally.
 */
export function needsApp(error: () => Error): void {
  assertNotResponding(error)
  if (missing !== undefined) return
  missing = error
  // Markup that is rendered together is built in one run of a handler.
  queueMicrotask(() => {
    missingBefore = missing
    missing = undefined
    queueMicrotask(() => {
      missingBefore = undefined
    })
  })
}

/**
 * For the value of an async component, first thing once its promise has resolved: returns a function that throws in a response, if
 * the last run of the component needed an app. The component itself runs as a part of whatever has called it.
 */
export function lateNeed(): (() => void) | undefined {
  const error = missingBefore
  return error && (() => assertNotResponding(error))
}

function assertNotResponding(error: () => Error): void {
  if (responding.get() === true) throw error()
}

/** Called where a response begins. @throws the error passed to `needsApp` */
export function assertApp(): void {
  if (missing === undefined) return
  const error = missing()
  missing = undefined
  throw error
}

/** Runs `render`, and the work it starts, as the rendering of a response. */
export function inResponse<T>(render: () => T): T {
  return responding.run(true, render)
}
