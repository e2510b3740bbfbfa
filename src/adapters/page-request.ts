// A request to the host's own routes: the context that they run in, and the completion of their response.
import { shownError } from "../actions/internal.ts"
import type { Stream } from "../live/internal.ts"
import { reportError } from "../shared/report.ts"
import { withRequestId } from "../shared/request-id.ts"
import type { MaybePromise } from "../shared/types.ts"
import { errorResponse } from "./host-errors.ts"
import {
  type PageOutcome,
  releasing,
  type StreamSettings,
  streamAfter,
  withOurHeaders,
} from "./page-response.ts"

/** Runs a function in the context of the request, as the user and the plugins complete it. */
export type InContext = <T>(fn: () => T) => MaybePromise<Awaited<T>> | T

interface PageSettings extends StreamSettings {
  readonly request: Request
  readonly inContext: InContext
}

/**
 * What `receive` of a gate gives for a request that is not the app's. A host whose routes return responses calls `respond`. Any other
 * adds the `cookies` and the id to its response and calls `run`, or `stream` where the request `isStream`.
 */
export class PageRequest {
  /** `Set-Cookie` values to add to the response of the host. */
  readonly cookies: readonly string[]
  /** For the header `X-Request-Id` of the response; `respond`, `stream` and `finish` set it. */
  readonly requestId: string
  readonly #settings: PageSettings

  constructor(settings: PageSettings) {
    this.cookies = settings.cookies
    this.requestId = settings.requestId
    this.#settings = settings
  }

  /** The page's script requests its stream, which replaces the response of the host's route. */
  get isStream(): boolean {
    return this.#settings.live.stream !== undefined
  }

  /** Runs the host's route. */
  run<T>(route: () => T): MaybePromise<Awaited<T>> | T {
    const { live, requestId, inContext } = this.#settings
    return withRequestId(requestId, () => releasing(live, () => inContext(route), requestId))
  }

  /** The response to a request whose route returns responses, and may throw errors that are written for clients. */
  async respond(route: () => MaybePromise<Response>): Promise<Response> {
    const { stream } = this.#settings.live
    if (stream !== undefined) return this.#streamed(stream, () => this.run(route))
    let response: Response
    try {
      response = await this.run(route)
    } catch (error) {
      const responseToError = errorResponse(error, this.#settings.request)
      if (responseToError === undefined) throw error
      response = responseToError
    }
    return this.finish(response)
  }

  /** The response to a stream, by the status of the host's route: it has to run the route with `run`. */
  async stream(statusOf: () => MaybePromise<number>): Promise<Response> {
    // A host calls it where the request `isStream`.
    return this.#streamed(this.#settings.live.stream as Stream, async () =>
      ofStatus(await statusOf()),
    )
  }

  /** The response of the route, or the stream in its place, with the cookies and the id. */
  async finish(response: Response): Promise<Response> {
    const { live, requestId, cookies } = this.#settings
    return live.stream === undefined
      ? withOurHeaders(response, requestId, cookies)
      : streamAfter(response, live.stream, this.#settings)
  }

  /** A page's script takes the status for what it is to do next, so an error is one too. */
  async #streamed(stream: Stream, route: () => MaybePromise<PageOutcome>): Promise<Response> {
    let outcome: PageOutcome
    try {
      outcome = await route()
    } catch (error) {
      const { status, isReported } = shownError(error)
      if (isReported) reportError(error, "a page's stream", "adapters")
      outcome = ofStatus(status)
    }
    return streamAfter(outcome, stream, this.#settings)
  }
}

/** Status of a page that the client left before it was rendered. */
export const clientLeft = 499

/** Without the cost of a `Response` that is not sent. */
function ofStatus(status: number): PageOutcome {
  return {
    status: status < 200 || status === clientLeft ? 500 : status,
    body: null,
    text: () => Promise.resolve(""),
  }
}
