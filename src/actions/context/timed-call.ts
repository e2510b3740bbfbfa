// One call of a route: who calls, and a signal that aborts with the client and at the deadline.
import { NitroError } from "../../shared/errors.ts"
import type { ActionCall } from "../contract/action.ts"
import "../contract/errors.ts"
import type { RequestBody } from "../contract/request-body.ts"
import type { User } from "../contract/user.ts"
import { currentRequest } from "./request-context.ts"

/** Makes the signal when it is looked at: most actions do not. */
export class TimedCall implements ActionCall {
  readonly user: User | undefined
  readonly request: Request
  #controller: AbortController | undefined
  #reason: unknown
  readonly #body: RequestBody | undefined

  constructor(request: Request, body?: RequestBody) {
    this.user = currentRequest()?.user
    this.request = request
    this.#body = body
  }

  get body(): RequestBody {
    if (this.#body !== undefined) return this.#body
    throw new NitroError(
      "NITRO_NO_BODY",
      "The body of this request was read as input. It is no stream.",
    )
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController()
      const { signal } = this.request
      if (this.#reason !== undefined) this.#controller.abort(this.#reason)
      else if (signal.aborted) this.#controller.abort(signal.reason)
      else
        signal.addEventListener("abort", () => this.#controller?.abort(signal.reason), {
          once: true,
        })
    }
    return this.#controller.signal
  }

  abort(reason: unknown): void {
    this.#reason = reason
    this.#controller?.abort(reason)
  }
}
