// The core of every adapter: a fetch handler for our own routes that passes the rest on, in the context of its request.
import { FastResponse } from "srvx"
import {
  addPageAlert,
  answerWith,
  clearFlash,
  createDispatcher,
  type DispatcherOptions,
  type Flash,
  type RequestContext,
  readFlash,
  type Session,
  sessionOf,
  splitUrl,
  withRequest,
} from "../actions/index.ts"
import { currentPartition, hasPartitionedStores, withPartition } from "../entity/index.ts"
import { type LiveSession, prepareLive, startLive } from "../live/index.ts"
import type { MaybePromise } from "../shared/types.ts"
import { answerAsset } from "./assets.ts"

answerWith(FastResponse as unknown as typeof Response)

export interface NitroOptions extends DispatcherOptions {
  /** Folders of files that the app serves: `assets({ directory: "public" })` of `nitro-ts/assets`. */
  readonly assets?: AssetFolder | readonly AssetFolder[] | undefined
  /**
   * Whose rows partitioned stores show to a request: the id of the user who is logged in, say. Default, and where it gives
   * undefined: the browser session, by a cookie that is set once such a store exists. A partition that is there already, by
   * `withScope` around the handler, stays.
   */
  readonly partition?: (request: Request) => string | undefined
}

/** The part of a folder of assets that answers; all of it is in `nitro-ts/assets`. */
interface AssetFolder {
  readonly path: string
  answer(request: Request, path: string): Promise<Response>
}

/** Answers a request by itself, or by `next` when the path is not one of ours. Without `next` the rest is 404. */
export type NitroHandler = (request: Request, next?: () => MaybePromise<Response>) => Promise<Response>

/**
 * Makes a fetch handler of entities: their CRUD routes and actions, the browser client under `/_nitro/`, and the
 * streams of live pages. Every adapter is a translation of this function.
 *
 * ```ts
 * const handle = nitro({ entities: [Todo] })
 * const response = await handle(new Request("http://localhost/todos"))
 * ```
 */
export function nitro(options: NitroOptions): NitroHandler {
  const app = createApp(options)
  return async (request, next) => {
    const { path, search } = splitUrl(request.url)
    const own = app.own(request, path, search)
    if (own !== undefined) return own
    if (!next) return new Response("Not found", { status: 404 })
    const page = app.page(request, path, search)
    return page.finish(await page.run(next))
  }
}

/** A request of the host's own routes: the context it runs in, and what becomes of the answer. */
export interface PageRequest {
  /** The stream that the page's script asked for; its answer replaces the one that the host's route gave. */
  readonly session: LiveSession | undefined
  run<T>(answer: () => T): T
  finish(response: Response): Promise<Response>
  /** `Set-Cookie` values to add to the answer of the host. */
  readonly cookies: readonly string[]
}

export interface App {
  /** The answer to a path of ours: an asset, a CRUD route, an action. */
  own(request: Request, path: string, search: string): MaybePromise<Response> | undefined
  page(request: Request, path: string, search: string): PageRequest
}

/** What adapters are made of; applications use `nitro`. */
export function createApp(options: NitroOptions): App {
  const basePath = (options.basePath ?? "").replace(/\/+$/, "")
  const folders = options.assets === undefined ? [] : [options.assets].flat()
  const dispatcher = createDispatcher({ ...options, basePath })
  startLive()
  addPageAlert()
  return {
    own(request, path, search) {
      if (path.startsWith("/_nitro/")) return answerAsset(request, path, search)
      for (const folder of folders) if (path.startsWith(`${folder.path}/`)) return folder.answer(request, path)
      const context = contextOf(request, path, search, basePath, undefined)
      const user = sessionFor(request, options.partition)
      const answer = (): MaybePromise<Response> | undefined => dispatcher.dispatch(request, path, search)
      if (user === undefined) return withRequest(context, answer)
      const dispatched = withRequest(context, () => withPartition(user.partition, answer))
      return user.cookie === undefined || dispatched === undefined ? dispatched : withCookies(dispatched, [user.cookie])
    },
    page(request, path, search) {
      // A stream renders for every page that shares it, so it must not see what one browser posted.
      const flash = search.includes("_nitro=") ? undefined : readFlash(request.headers.get("cookie"))
      const context = contextOf(request, path, search, basePath, flash)
      const session = prepareLive(context)
      const user = sessionFor(request, options.partition)
      const cookies = [...(context.flash ? [clearFlash] : []), ...(user?.cookie === undefined ? [] : [user.cookie])]
      return {
        session,
        cookies,
        // What a host's handler gives is no query, so it stays what it is.
        run: answer => withRequest(context, user === undefined ? answer : ((() => withPartition(user.partition, answer)) as typeof answer)),
        finish: response => finish(response, session, cookies),
      }
    },
  }
}

function contextOf(request: Request, path: string, search: string, basePath: string, flash: Flash | undefined): RequestContext {
  return { request, path, search, basePath, flash, extras: new Map() }
}

/** Nothing where no store asks for it, or who runs this said already whose request it is. */
function sessionFor(request: Request, partition: NitroOptions["partition"]): Session | undefined {
  if (!hasPartitionedStores() || currentPartition() !== undefined) return undefined
  return sessionOf(request, partition?.(request))
}

async function withCookies(answer: MaybePromise<Response>, cookies: readonly string[]): Promise<Response> {
  const response = await answer
  const headers = new Headers(response.headers)
  for (const cookie of cookies) headers.append("set-cookie", cookie)
  return new Response(response.body, { status: response.status, headers })
}

async function finish(response: Response, session: LiveSession | undefined, cookies: readonly string[]): Promise<Response> {
  if (!session) return cookies.length === 0 ? response : withCookies(response, cookies)
  if (response.status === 200) {
    // Read to the end: a component that waits for something may register its live views late.
    await response.text()
    if (session.size > 0) return session.answer()
  } else {
    await response.body?.cancel()
  }
  session.close()
  // 204 tells the page not to come back; a server that fails now may be well in a moment.
  return new Response(null, { status: response.status >= 500 ? 503 : 204 })
}
