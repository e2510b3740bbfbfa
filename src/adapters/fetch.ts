// The core of every adapter: a fetch handler for our own routes that passes the rest on, in the context of its request.
import { FastResponse } from "srvx"
import { currentRequest, type Flash, type RequestContext, type User } from "../actions/index.ts"
import {
  addPageAlert,
  allowPageKey,
  answerWith,
  createDispatcher,
  type DispatcherOptions,
  flashes,
  type Session,
  sessionOf,
  splitUrl,
  withRequest,
} from "../actions/internal.ts"
import { App, type AppOptions, type NitroApp, warnAtStart, withApp } from "../app/index.ts"
import { withPartition } from "../entity/index.ts"
import { hasPartitionedStores } from "../entity/internal.ts"
import { currentPartition } from "../entity/store.ts"
import { assetsBelow } from "../html/internal.ts"
import {
  answerStream,
  asksForStream,
  asksOnce,
  busyAnswer,
  type LiveRequest,
  liveApp,
  prepareLive,
  renewal,
  startLive,
} from "../live/internal.ts"
import { answerNow, isThenable } from "../shared/callback.ts"
import { beforeDeadline, defaultDeadlineMs } from "../shared/deadline.ts"
import { optionNames, refuseUnknownOptions } from "../shared/options.ts"
import { reportError } from "../shared/report.ts"
import type { MaybePromise } from "../shared/types.ts"
import { answerAsset } from "./assets.ts"
import { answerOfError } from "./host-errors.ts"

answerWith(FastResponse as unknown as typeof Response)

export interface NitroOptions extends DispatcherOptions, AppOptions {
  /** Folders of files that the app serves: `assets({ directory: "public" })` of `nitro-ts/assets`. */
  readonly assets?: AssetFolder | readonly AssetFolder[] | undefined
  /**
   * Whose rows partitioned stores show to a request: the id of the user who is logged in, say. Default, and where it gives
   * undefined: the browser session, by a cookie that is set once such a store exists. A partition that is there already, by
   * `withScope` around the handler, stays.
   */
  readonly partition?: (request: Request) => string | undefined
  /** Who makes a request: `context().user`, the second argument of an action, and `allow`. May be async; undefined for a visitor. */
  readonly user?: (request: Request) => MaybePromise<User | undefined>
}

const nitroOptions = optionNames<NitroOptions>({
  entities: true,
  routes: true,
  basePath: true,
  deadlineMs: true,
  idempotency: true,
  trustedOrigins: true,
  maxBodyBytes: true,
  maxFields: true,
  secret: true,
  assets: true,
  partition: true,
  user: true,
})

/** The part of a folder of assets that answers; all of it is in `nitro-ts/assets`. */
interface AssetFolder {
  readonly path: string
  answer(request: Request, path: string): Promise<Response>
}

/** Answers a request by itself, or by `next` when the path is not one of ours. Without `next` the rest is 404. */
export type NitroHandler = (
  request: Request,
  next?: () => MaybePromise<Response>,
) => Promise<Response>

/**
 * Makes a fetch handler of entities: their actions, the CRUD routes of exposed ones, the browser client under `/_nitro/`, and the
 * streams of live pages. Every adapter is a translation of this function.
 *
 * ```ts
 * const handle = nitro({ entities: [expose(Todo)] })
 * const response = await handle(new Request("http://localhost/todos"))
 * ```
 */
export function nitro(options: NitroOptions): NitroHandler & NitroApp {
  const gate = createGate(options)
  return withApp<NitroHandler>(async (request, next) => {
    const { pending } = gate.app
    if (pending !== undefined) await pending
    const { path, search } = splitUrl(request.url)
    const own = gate.own(request, path, search)
    if (own !== undefined) return own
    // Hosts that mount a handler pass their environment there.
    if (typeof next !== "function") return new Response("Not found", { status: 404 })
    const page = gate.page(request, path, search)
    let response: Response
    try {
      response = await page.run(next)
    } catch (error) {
      response = answerOfError(error, request) ?? failedStream(error, page.isStream)
    }
    return page.finish(response)
  }, gate.app)
}

/** A page's script takes the status of a stream for what it is to do; any other error is the host's. */
function failedStream(error: unknown, isStream: boolean): Response {
  if (!isStream) throw error
  reportError(error, "a page's stream")
  return new Response(null, { status: 500 })
}

/** A request of the host's own routes: the context it runs in, and what becomes of the answer. */
export interface PageRequest {
  /** The page's script asked for its stream, whose answer replaces the one that the host's route gave. */
  readonly isStream: boolean
  run<T>(answer: () => T): MaybePromise<Awaited<T>> | T
  finish(response: Response): Promise<Response>
  /** `Set-Cookie` values to add to the answer of the host. */
  readonly cookies: readonly string[]
}

/** What decides who answers a request: the app, or the host's own routes. */
export interface Gate {
  readonly app: App
  /** The answer to a path of ours: an asset, a CRUD route, an action. `path` is the whole one, base path included. */
  own(request: Request, path: string, search: string): MaybePromise<Response> | undefined
  page(request: Request, path: string, search: string): PageRequest
}

/** What adapters are made of; applications use `nitro`. */
export function createGate(options: NitroOptions): Gate {
  refuseUnknownOptions("nitro({ … })", options, nitroOptions)
  const folders = options.assets === undefined ? [] : [options.assets].flat()
  const dispatcher = createDispatcher(options)
  const { deadlineMs = defaultDeadlineMs } = options
  const app = new App(options, dispatcher.routes.routes, dispatcher.exposures)
  startLive()
  assetsBelow(() => currentRequest()?.basePath ?? "")
  addPageAlert()
  // Better now than at the first visitor: sessions are known by a signed cookie.
  if (hasPartitionedStores() && options.partition === undefined) app.secret.sign("start", "")
  // The stores may be configured below this call.
  setImmediate(() => warnAtStart(app.exposures))
  /** Runs `answer` with the user of the request, and waits for the user only where it has to. */
  function inContext<T>(
    context: OpenContext,
    partition: string | undefined,
    answer: () => T,
  ): MaybePromise<Awaited<T>> | T {
    const run =
      partition === undefined ? answer : ((() => withPartition(partition, answer)) as () => T)
    const user = options.user?.(context.request)
    if (isThenable(user))
      return beforeDeadline(Promise.resolve(user), deadlineMs, "nitro({ user })").then(known =>
        withRequest(by(context, known), run),
      ) as Promise<Awaited<T>>
    return withRequest(by(context, user), run)
  }
  return {
    app,
    own(request, path, search) {
      const { basePath } = app
      const isWithin =
        basePath === "" || (path.startsWith(basePath) && path[basePath.length] === "/")
      const inner = basePath === "" ? path : path.slice(basePath.length)
      if (isWithin && inner.startsWith("/_nitro/")) return answerAsset(request, inner, search)
      // Also outside, for addresses that were made before any request told the base path.
      const asked = isWithin ? inner : path
      for (const folder of folders)
        if (asked.startsWith(`${folder.path}/`)) return folder.answer(request, asked)
      const places = isWithin ? dispatcher.routes.find(inner) : undefined
      if (places === undefined) {
        // Before the page's route does any work.
        return asksForStream(search) && (app.isClosed || app.part(liveApp).isFull)
          ? busyAnswer()
          : undefined
      }
      const session = sessionFor(app, request, options.partition)
      const context = contextOf(app, request, path, search, undefined)
      const dispatched = inContext(context, session?.partition, () =>
        dispatcher.dispatch(request, places, search),
      )
      return session?.cookie === undefined ? dispatched : withCookies(dispatched, [session.cookie])
    },
    page(request, path, search) {
      // A stream renders for every page that shares it, so it must not see what one browser posted.
      const flash = search.includes("_nitro=")
        ? undefined
        : app.part(flashes).read(request.headers.get("cookie"))
      const context = contextOf(app, request, path, search, flash)
      const visitor = sessionFor(app, request, options.partition)
      const cookies = [
        ...(flash ? [app.part(flashes).clear] : []),
        ...(visitor?.cookie === undefined ? [] : [visitor.cookie]),
      ]
      const live = prepareLive(context)
      if (live.stream === undefined) allowPageKey(context)
      return {
        isStream: live.stream !== undefined,
        cookies,
        run: answer => releasing(live, () => inContext(context, visitor?.partition, answer)),
        finish: response => finish(response, live, asksOnce(search), cookies),
      }
    },
  }
}

/** A context whose user is not known yet. */
type OpenContext = Omit<RequestContext, "user"> & { user: User | undefined }

/** Not a copy, which would be the dearest part of it. */
function by(context: OpenContext, user: User | undefined): RequestContext {
  context.user = user
  return context
}

function contextOf(
  app: App,
  request: Request,
  path: string,
  search: string,
  flash: Flash | undefined,
): OpenContext {
  return {
    app,
    request,
    path,
    search,
    basePath: app.basePath,
    flash,
    extras: new Map(),
    user: undefined,
  }
}

/** Nothing where no store asks for it, or who runs this said already whose request it is. */
function sessionFor(
  app: App,
  request: Request,
  partition: NitroOptions["partition"],
): Session | undefined {
  if (!hasPartitionedStores() || currentPartition() !== undefined) return undefined
  return sessionOf(request, answerNow(partition?.(request), "nitro({ partition })"), app)
}

async function withCookies(
  answer: MaybePromise<Response>,
  cookies: readonly string[],
): Promise<Response> {
  const response = await answer
  const headers = new Headers(response.headers)
  for (const cookie of cookies) headers.append("set-cookie", cookie)
  return new Response(response.body, { status: response.status, headers })
}

/** Runs a page's route: when it fails, nothing will ask for the views that it had shown. */
function releasing<T>({ stream }: LiveRequest, run: () => T): T {
  if (stream === undefined) return run()
  const failed = (error: unknown): never => {
    stream.end()
    throw error
  }
  try {
    const result = run()
    // A promise of the same, for it only fails once more.
    return isThenable(result) ? (result.then(undefined, failed) as T) : result
  } catch (error) {
    return failed(error)
  }
}

async function finish(
  response: Response,
  live: LiveRequest,
  once: boolean,
  cookies: readonly string[],
): Promise<Response> {
  const { stream } = live
  if (!stream) return cookies.length === 0 ? response : withCookies(response, cookies)
  return releasing(live, async () => {
    if (response.status === 200) {
      // Read to the end: a component that waits for something may register its live views late.
      await response.text()
      const elsewhere = renewal(live, live.app.part(liveApp))
      if (elsewhere !== undefined) return withCookies(elsewhere, cookies)
      if (stream.size > 0 || stream.state === "ended")
        return withCookies(answerStream(live, stream, once), cookies)
    } else {
      await response.body?.cancel()
    }
    stream.end()
    // 204 tells the page not to come back; a server that fails now may be well in a moment.
    return response.status >= 500 ? busyAnswer() : new Response(null, { status: 204 })
  })
}
