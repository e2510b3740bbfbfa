// A time-out for one handler.
import { NitroError } from "../../shared/errors.ts"
import "../types/errors.ts"
import type { Emission } from "../context/emission.ts"
import { TimedContext } from "../context/timed-context.ts"
import type { Subscription } from "../patterns/subscription.ts"

/** Fails what it races, and aborts the signal in the handler's own context. */
export class TimeLimit {
  readonly context: TimedContext
  readonly #ms: number
  readonly #controller = new AbortController()
  readonly #emission: Emission
  readonly #onAbort = (): void => this.#controller.abort(this.#emission.signal.reason)
  readonly #onTime: () => void
  #timer: NodeJS.Timeout
  #reject: ((error: NitroError) => void) | undefined

  constructor(ms: number, subscription: Subscription, emission: Emission) {
    this.#ms = ms
    this.#emission = emission
    this.context = new TimedContext(emission, this.#controller.signal)
    if (emission.signal.aborted) this.#onAbort()
    else emission.signal.addEventListener("abort", this.#onAbort, { once: true })
    const onTime = (): void => {
      const { name } = subscription
      const error = new NitroError(
        "NITRO_EVENT_TIMEOUT",
        `The handler "${name}" of "${emission.event}" did not settle within ${ms} ms.`,
        {
          details: { event: emission.event, handler: name, timeoutMs: ms },
        },
      )
      this.#reject?.(error)
      this.#controller.abort(error)
    }
    // Written at once behind `this.#onTime =`, it would be made in V8's old space.
    this.#onTime = onTime
    this.#timer = setTimeout(this.#onTime, ms)
  }

  // Not Promise.race: a stream would leave a reaction on one long-lived promise with every value.
  race<T>(promise: PromiseLike<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#reject = reject
      promise.then(resolve, reject)
    })
  }

  /** While a generator waits to be read, its time does not run. */
  pause(): void {
    clearTimeout(this.#timer)
  }

  restart(): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(this.#onTime, this.#ms)
  }

  clear(): void {
    clearTimeout(this.#timer)
    this.#emission.signal.removeEventListener("abort", this.#onAbort)
  }
}
