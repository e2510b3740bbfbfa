// Decides whether the app or one of the host's own routes responds to a request, and in which context.

import type { User } from "../actions/index.ts"
import {
  allowPageKey,
  type BrowserSession,
  createDispatcher,
  flashes,
  type Route,
  sessionOf,
  withRequest,
} from "../actions/internal.ts"
import { App, warnAtStart } from "../app/internal.ts"
import { withPartition } from "../entity/index.ts"
import { hasPartitionedStores } from "../entity/internal.ts"
import { currentPartition } from "../entity/store.ts"
import {
  busyResponse,
  liveApp,
  mayRequestStream,
  prepareLive,
  requestsOnce,
} from "../live/internal.ts"
import { isThenable, syncResult } from "../shared/callback.ts"
import { beforeDeadline, defaultDeadlineMs } from "../shared/deadline.ts"
import { NitroError } from "../shared/errors.ts"
import { after } from "../shared/maybe.ts"
import { refuseUnknownOptions } from "../shared/options.ts"
import { requestIdFrom, withRequestId } from "../shared/request-id.ts"
import { type RequestMessage, requests } from "../shared/trace.ts"
import type { MaybePromise } from "../shared/types.ts"
import { assetPaths, sendAsset } from "./assets.ts"
import { notFound } from "./file.ts"
import { errorResponse } from "./host-errors.ts"
import type { Mount } from "./mount.ts"
import { type NitroOptions, nitroOptions } from "./nitro-options.ts"
import { OpenContext } from "./open-context.ts"
import { PageRequest } from "./page-request.ts"
import { requestIdHeader, withOurHeaders } from "./page-response.ts"
import { joined } from "./plugin-run.ts"

/** A request as a host hands it to the app. */
export interface Incoming {
  readonly request: Request
  /** As the browser requested it, base path included, without the query. */
  readonly path: string
  /** With its question mark, or the empty string. */
  readonly search: string
  /** Where the host has mounted the app, if it reveals that. */
  readonly mount?: Mount | undefined
  /** The path below the mount, where the host may have rewritten it: the app looks up its routes by that. */
  readonly inner?: string | undefined
  /** The id of the request, where the host has one. Anything but a text counts as none. */
  readonly hostId?: unknown
  /** Whether the host has routes for other paths than the app's; else those are 404. */
  readonly hasPages: boolean
}

/** Decides whether the app or one of the host's own routes responds to a request. */
export interface Gate {
  readonly app: App
  /** The app's own response; for any other request the context for the host's route. @throws NITRO_BASE_PATH for a wrong mount. */
  receive(incoming: Incoming): MaybePromise<Response | PageRequest>
}

/** The common core of adapters; applications use `nitro`. */
export function createGate(options: NitroOptions): Gate {
  refuseUnknownOptions("nitro({ … })", options, nitroOptions)
  const folders = options.assets === undefined ? [] : [options.assets].flat()
  const { deadlineMs = defaultDeadlineMs } = options
  const app = new App(options)
  const plugins = joined(app.pluginParts, deadlineMs)
  const dispatcher = createDispatcher({
    ...options,
    routes: [...(options.routes ?? []), ...plugins.routes],
    middleware: [...(options.middleware ?? []), ...plugins.middleware],
  })
  assertNoAssets(dispatcher.routes.routes)
  app.open(dispatcher.routes.routes, dispatcher.exposures)
  // Better now than at the first visitor: sessions are known by a signed cookie.
  if (hasPartitionedStores() && options.partition === undefined) app.secret.sign("start", "")
  // The stores may be configured below this call.
  const counts = {
    isShared: options.changes !== undefined,
    hasStore: app.limits.store !== undefined,
  }
  setImmediate(() => warnAtStart(app.exposures, counts))
  const loadsSessions = app.sessionStore !== undefined
  /** Runs `fn` with the user of the request, and waits for the user only where it has to. */
  function inContext<T>(
    context: OpenContext,
    partition: string | undefined,
    fn: () => T,
  ): MaybePromise<Awaited<T>> | T {
    const inPlugins = plugins.inContext === undefined ? fn : plugins.inContext(context, fn)
    // It returns a promise where T is one, else the value.
    const run =
      partition === undefined ? inPlugins : ((() => withPartition(partition, inPlugins)) as () => T)
    const session = loadsSessions ? context.session.load() : undefined
    if (session !== undefined)
      // `then` awaits the result, whatever it is.
      return session.then(() => asUser(context, run)) as Promise<Awaited<T>>
    return asUser(context, run)
  }
  function asUser<T>(context: OpenContext, run: () => T): MaybePromise<Awaited<T>> | T {
    const by = (resolved: User | undefined): T => {
      context.user = resolved
      return withRequest(context, run)
    }
    const { user: find } = options
    // It may read the session.
    const user = find && withRequest(context, () => find(context.request))
    if (isThenable(user))
      // `then` awaits the result, whatever it is.
      return beforeDeadline(Promise.resolve(user), deadlineMs, "nitro({ user })").then(resolved =>
        by(resolved),
      ) as Promise<Awaited<T>>
    return by(user)
  }
  /** The response to a path of the app: an asset, a CRUD route, an action. */
  function respond(
    { request, search, hostId }: Incoming,
    path: string,
  ): MaybePromise<Response> | undefined {
    const { basePath } = app
    const isWithin = basePath === "" || (path.startsWith(basePath) && path[basePath.length] === "/")
    const inner = basePath === "" ? path : path.slice(basePath.length)
    const asset = isWithin ? sendAsset(request, inner, search) : undefined
    if (asset !== undefined) return asset
    // Also outside, for addresses that were made before any request showed the base path.
    const assetPath = isWithin ? inner : path
    for (const folder of folders) {
      const file = assetPath.startsWith(`${folder.path}/`)
        ? folder.respond(request, assetPath)
        : undefined
      if (file !== undefined) return file
    }
    const places = isWithin ? dispatcher.routes.find(inner) : undefined
    if (places === undefined) {
      // No page of the host: a script that is not there must not be a page that it has for all other paths.
      if (isWithin && inner.startsWith("/_nitro/")) return notFound()
      // Before the page's route does any work.
      return mayRequestStream(search) && (app.isClosed || app.part(liveApp).isFull)
        ? busyResponse()
        : undefined
    }
    const visitor = sessionFor(app, request, options.partition)
    const requestId = idOf(request, hostId)
    const context = new OpenContext(
      app,
      request,
      requestId,
      path,
      search,
      undefined,
      options.locale,
    )
    const dispatch = () => dispatcher.dispatch(request, places, search)
    const run = plugins.around === undefined ? dispatch : plugins.around(context, dispatch)
    const inOrder = () => inContext(context, visitor?.partition, run)
    const respondSafely = () => (plugins.mayFail ? respondToErrors(request, inOrder) : inOrder())
    if (visitor?.cookie !== undefined) context.session.adopt(visitor.id ?? "")
    const respondFully = (response: Response): Response => {
      const cookie = context.usedSession?.takeCookie() ?? visitor?.cookie
      return withOurHeaders(response, requestId, cookie === undefined ? [] : [cookie])
    }
    return withRequestId(requestId, () =>
      after(
        requests.isWatched
          ? requests.run({ method: request.method, path }, respondSafely, takeStatus)
          : respondSafely(),
        (response): MaybePromise<Response> => {
          const saving = context.usedSession?.save()
          return saving === undefined
            ? respondFully(response)
            : saving.then(() => respondFully(response))
        },
      ),
    )
  }

  function page({ request, path, search, hostId }: Incoming): PageRequest {
    // A stream renders for every page that shares it, so it must not see what one browser posted.
    const flash = search.includes("_nitro=")
      ? undefined
      : app.part(flashes).read(request.headers.get("cookie"))
    const requestId = idOf(request, hostId)
    const context = new OpenContext(app, request, requestId, path, search, flash, options.locale)
    const visitor = sessionFor(app, request, options.partition)
    if (visitor?.cookie !== undefined) context.session.adopt(visitor.id ?? "")
    const cookies = [
      ...(flash ? [app.part(flashes).clear] : []),
      ...(visitor?.cookie === undefined ? [] : [visitor.cookie]),
    ]
    const live = prepareLive(context)
    context.isStream = live.stream !== undefined
    if (live.stream === undefined) allowPageKey(context)
    return new PageRequest({
      request,
      requestId,
      live,
      once: requestsOnce(search),
      context,
      cookies,
      inContext: fn => inContext(context, visitor?.partition, fn),
    })
  }

  function receive(incoming: Incoming): MaybePromise<Response | PageRequest> {
    const { pending } = app
    if (pending !== undefined) return pending.then(() => receiveNow(incoming))
    return receiveNow(incoming)
  }

  function receiveNow(incoming: Incoming): MaybePromise<Response | PageRequest> {
    const { path, mount, inner, hasPages } = incoming
    const base = mount === undefined ? "" : app.mountAt(mount.path, mount.isSure)
    const response = respond(incoming, inner === undefined ? path : base + inner)
    return response ?? (hasPages ? page(incoming) : notFound())
  }

  return { app, receive }
}

function idOf(request: Request, hostId: unknown): string {
  return requestIdFrom(typeof hostId === "string" ? hostId : request.headers.get(requestIdHeader))
}

/** @throws NITRO_ROUTE_COLLISION for a route at the address of a file of ours. */
function assertNoAssets(routes: readonly Route[]): void {
  const paths = new Set(assetPaths())
  for (const { method, name, pattern } of routes)
    if (method === "GET" && paths.has(pattern))
      throw new NitroError(
        "NITRO_ROUTE_COLLISION",
        `The file ${pattern.slice(1)} of nitro and ${name} both handle GET ${pattern}.`,
        { fix: "Give the route another path." },
      )
}

function takeStatus({ status }: Response, message: RequestMessage): void {
  message.status = status
}

/** Errors of a plugin get the same response as those of a route. */
async function respondToErrors(
  request: Request,
  run: () => MaybePromise<Response>,
): Promise<Response> {
  try {
    return await run()
  } catch (error) {
    const response = errorResponse(error, request)
    if (response === undefined) throw error
    return response
  }
}

/** Nothing if no store needs it, or a partition is already set. */
function sessionFor(
  app: App,
  request: Request,
  partition: NitroOptions["partition"],
): BrowserSession | undefined {
  if (!hasPartitionedStores() || currentPartition() !== undefined) return undefined
  return sessionOf(request, syncResult(partition?.(request), "nitro({ partition })"), app)
}
