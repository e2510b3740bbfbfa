// The context of a request as the gate makes it: open, because the user comes later and plugins complete it.
import type { AppState, Flash, PageSignals, RequestContext, User } from "../actions/index.ts"
import { localeOf, ReceivedInput, VisitorSession } from "../actions/internal.ts"
import { syncResult } from "../shared/callback.ts"
import type { NitroOptions } from "./nitro-options.ts"

/** A class: an object literal that computes a member is slow to make and to read. Members that few requests read are created late. */
export class OpenContext extends ReceivedInput implements RequestContext {
  readonly app: AppState
  readonly request: Request
  readonly requestId: string
  readonly path: string
  readonly search: string
  readonly basePath: string
  readonly flash: Flash | undefined
  user: User | undefined = undefined
  readonly #choose: NitroOptions["locale"]
  /** The request is for the stream of a page. */
  isStream = false
  /** Called after each change of the session. */
  sessionListener: (() => void) | undefined = undefined
  #session: VisitorSession | undefined
  #locale: string | undefined
  #extras: Map<symbol, unknown> | undefined

  constructor(
    app: AppState,
    request: Request,
    requestId: string,
    path: string,
    search: string,
    flash: Flash | undefined,
    choose: NitroOptions["locale"],
  ) {
    super()
    this.app = app
    this.request = request
    this.requestId = requestId
    this.path = path
    this.search = search
    this.basePath = app.basePath
    this.flash = flash
    this.#choose = choose
  }

  get locale(): string {
    this.#locale ??=
      syncResult(this.#choose?.(this.request), "nitro({ locale })") ?? localeOf(this.request)
    return this.#locale
  }

  get signals(): Promise<PageSignals> {
    return this.readSignals(this.request, this.search, this.app.limits)
  }

  get session(): VisitorSession {
    this.#session ??= new VisitorSession(
      this.app,
      this.request,
      this.isStream ? "read-only" : "open",
      this.sessionListener,
    )
    return this.#session
  }

  /** The session, if anything has read it. */
  get usedSession(): VisitorSession | undefined {
    return this.#session
  }

  get extras(): Map<symbol, unknown> {
    this.#extras ??= new Map()
    return this.#extras
  }
}
