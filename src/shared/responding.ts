// The rendering of a response: inside of it, a page that needs an app and has none is an error instead of silently dead.
import { AsyncVariable } from "./async-variable.ts"

const responding = new AsyncVariable<true>()
/** The first thing in the markup that is rendered ahead of its response which needed an app. */
interface Need {
  error: (() => Error) | undefined
}

const ahead = new AsyncVariable<Need>()
let missing: (() => Error) | undefined
/** The same of the synchronous run before, while the promises of that run are handled. */
let missingBefore: (() => Error) | undefined

/**
 * Reports that markup needs an app and there is none. If the markup is rendered for a response, now, later in the same
 * synchronous run, or ahead of it (`Ahead`), that response fails with `error`; in a test or a job the markup renders normally.
 */
export function needsApp(error: () => Error): void {
  if (isNoticed(error) || missing !== undefined) return
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
  return error && (() => void isNoticed(error))
}

/** False where it is not known yet whether a response is rendered. Throws in a response. */
function isNoticed(error: () => Error): boolean {
  if (responding.get() === true) refuse(error)
  const need = ahead.get()
  if (need === undefined) return false
  need.error ??= error
  return true
}

const refusals = new WeakSet<object>()

function refuse(error: () => Error): never {
  const refusal = error()
  refusals.add(refusal)
  throw refusal
}

/** Whether `error` is one passed to `needsApp`: the response fails with it, not the part of the page that threw it. */
export const isRefusal = (error: unknown): boolean =>
  typeof error === "object" && error !== null && refusals.has(error)

/**
 * Content that is rendered before the response that it may become a part of, such as that of a `Suspense`. It keeps what needed an
 * app in it until the response begins.
 */
export class Ahead {
  readonly #need: Need = { error: undefined }

  /** Runs `render`, and the work it starts, as part of the content. */
  run<T>(render: () => T): T {
    return ahead.run(this.#need, render)
  }

  /** Where the content is ready at once: what it needs is a need of the markup around it. */
  passOn(): void {
    const { error } = this.#need
    if (error !== undefined) needsApp(error)
  }

  /** The same as for an async component. */
  lateNeed(): (() => void) | undefined {
    const { error } = this.#need
    return error && (() => void isNoticed(error))
  }
}

/** Called where a response begins. @throws the error passed to `needsApp` */
export function assertApp(): void {
  if (missing === undefined) return
  const error = missing
  missing = undefined
  refuse(error)
}

/** Runs `render`, and the work it starts, as the rendering of a response. */
export function inResponse<T>(render: () => T): T {
  return responding.run(true, render)
}
