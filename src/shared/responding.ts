// The rendering of a response: inside of it, a page that needs an app and has none is an error instead of silently dead.
import { AsyncVariable } from "./async-variable.ts"

const responding = new AsyncVariable<true>()
let missing: (() => Error) | undefined

/**
 * Reports that markup needs an app and there is none. If the markup is rendered for a response, now or later in the same
 * synchronous run, that response fails with `error`; in a test or a job the markup renders normally.
 */
export function needsApp(error: () => Error): void {
  if (responding.get() === true) throw error()
  if (missing !== undefined) return
  missing = error
  // Markup that is rendered together is built in one run of a handler.
  queueMicrotask(() => {
    missing = undefined
  })
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
