// The context of one request, for code that it is not passed to.
import { pageApp } from "../../html/internal.ts"
import { AsyncVariable, runBoth } from "../../shared/async-variable.ts"
import { NitroError } from "../../shared/errors.ts"
import type { AppState } from "./app-state.ts"
import "../contract/errors.ts"
import type { User } from "../contract/user.ts"
import type { Flash } from "./flash.ts"
import type { Session } from "./visitor-session.ts"

/** The signals that a page sent with its request, by name. Untrusted: validate before use. */
export type PageSignals = Readonly<Record<string, unknown>>

export interface RequestContext {
  /** The app of the request. */
  readonly app: AppState
  /** The user that `nitro({ user })` returned for the request; undefined without it, and for visitors. */
  readonly user: User | undefined
  readonly request: Request
  /** Of this request in logs, traces and events: a valid `X-Request-Id` that came with it, else a new UUID. The response has it too. */
  readonly requestId: string
  /** Language that the client prefers, `"de-AT"`: by `nitro({ locale })`, else by `Accept-Language`, else `"en"`. */
  readonly locale: string
  /** Path without the query: `/products`. */
  readonly path: string
  /** Query with its question mark, or the empty string. */
  readonly search: string
  /** Prefix of every route of the app, without a slash at the end: `""` or `"/app"`. */
  readonly basePath: string
  /** The flash of a form post without JavaScript, for the page that follows it. */
  readonly flash: Flash | undefined
  /**
   * The signals that the page sent with its request, by name; `{}` from other clients, and in the stream of a page. Parsed when first
   * read, within the limits of the app. Untrusted: validate before use. Keys `__proto__` and `constructor` are dropped. Rejects with
   * NITRO_BAD_REQUEST, NITRO_TOO_COMPLEX or NITRO_BODY_TOO_LARGE.
   */
  readonly signals: Promise<PageSignals>
  /** The data of this visitor, saved with the response. Without any the visitor gets no cookie. */
  readonly session: Session
  /** Data of other modules about this request, each under its own symbol. */
  readonly extras: Map<symbol, unknown>
}

const storage = new AsyncVariable<RequestContext>()

/** The context of the current request, or undefined outside of one. */
export function currentRequest(): RequestContext | undefined {
  return storage.get()
}

/**
 * The context of the current request: `context().user`, `context().request`. @throws NITRO_NO_REQUEST outside of one;
 * `currentRequest()` returns undefined there.
 */
export function context(): RequestContext {
  const current = storage.get()
  if (current === undefined)
    throw new NitroError("NITRO_NO_REQUEST", "context() was called outside of a request.")
  return current
}

export function withRequest<T>(context: RequestContext, fn: () => T): T {
  return runBoth([storage, context], [pageApp, context.app], fn)
}

/** Splits a request URL without the cost of a URL object. */
export function splitUrl(url: string): { path: string; search: string } {
  const start = url.indexOf("/", url.indexOf("://") + 3)
  if (start < 0) return { path: "/", search: "" }
  const hash = url.indexOf("#", start)
  const end = hash < 0 ? url.length : hash
  const query = url.indexOf("?", start)
  if (query < 0 || query > end) return { path: url.slice(start, end), search: "" }
  return { path: url.slice(start, query), search: url.slice(query, end) }
}
