// A request to the host's own routes: the context that they run in, and the completion of their response.
import { isSessionCookie, shownError } from "../actions/internal.ts"
import type { Stream } from "../live/internal.ts"
import { reportError } from "../shared/report.ts"
import { withRequestId } from "../shared/request-id.ts"
import type { MaybePromise } from "../shared/types.ts"
import { errorResponse } from "./host-errors.ts"
import type { OpenContext } from "./open-context.ts"
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
  readonly context: OpenContext
  readonly inContext: InContext
}

/**
 * What `receive` of a gate gives for a request that is not the app's. A host whose routes return responses calls `respond`. Any other
 * adds the `cookies` and the id to its response and calls `run`, or `stream` where the request `isStream`.
 */
export class PageRequest {
  /** `Set-Cookie` values to add to the response of the host. */
  cookies: readonly string[]
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

  /**
   * Saves the session that the route has changed, and adds its cookie to `cookies`: for a response of that status, before it is sent. A
   * response from 500 on leaves the session as it was.
   */
  saveSession(status: number): Promise<void> | undefined {
    const session = this.#settings.context.usedSession
    if (session === undefined) return undefined
    if (status >= 500) session.discard()
    const saving = session.save()
    this.addSessionCookie()
    return saving
  }

  /** Adds the cookie that the session needs by now to `cookies`, in the place of a former one. False where it needs none. */
  addSessionCookie(): boolean {
    const { context } = this.#settings
    const cookie = context.usedSession?.takeCookie()
    if (cookie === undefined) return false
    const others = this.cookies.filter(other => !isSessionCookie(other, context.app))
    this.cookies = [...others, cookie]
    return true
  }

  /** The cookies that are set on a response, with that of the session in the place of a former one. */
  withSessionCookie(set: readonly string[]): readonly string[] {
    const { app } = this.#settings.context
    const ours = this.cookies.filter(cookie => isSessionCookie(cookie, app))
    if (ours.length === 0) return set
    return [...set.filter(cookie => !isSessionCookie(cookie, app)), ...ours]
  }

  /** The session stays as it was. */
  dropSession(): void {
    this.#settings.context.usedSession?.discard()
  }

  /** A session that was read lives on, though the host does not say when its response ends. */
  keepSession(): void {
    this.#settings.context.usedSession
      ?.keep()
      ?.catch(error => reportError(error, "keeping a session", "adapters"))
  }

  /** Called after each change of the session, for a host whose routes send their responses themselves. */
  onSessionChange(listener: () => void): void {
    this.#settings.context.sessionListener = listener
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
    const { live, requestId } = this.#settings
    const saving = live.stream === undefined ? this.saveSession(response.status) : undefined
    if (saving !== undefined) await saving
    return live.stream === undefined
      ? withOurHeaders(response, requestId, this.cookies)
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
