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
  splitUrl,
  withRequest,
} from "../actions/index.ts"
import { type LiveSession, prepareLive, startLive } from "../live/index.ts"
import type { MaybePromise } from "../shared/types.ts"
import { answerAsset } from "./assets.ts"

answerWith(FastResponse as unknown as typeof Response)

export interface NitroOptions extends DispatcherOptions {
  /** Folders of files that the app serves: `assets({ directory: "public" })` of `nitro-ts/assets`. */
  readonly assets?: AssetFolder | readonly AssetFolder[] | undefined
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
  /** `Set-Cookie` value to add to the answer of the host. */
  readonly cookie: string | undefined
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
      return withRequest(context, () => dispatcher.dispatch(request, path, search))
    },
    page(request, path, search) {
      // A stream renders for every page that shares it, so it must not see what one browser posted.
      const flash = search.includes("_nitro=") ? undefined : readFlash(request.headers.get("cookie"))
      const context = contextOf(request, path, search, basePath, flash)
      const session = prepareLive(context)
      const cookie = context.flash ? clearFlash : undefined
      return {
        session,
        cookie,
        run: answer => withRequest(context, answer),
        finish: response => finish(response, session, cookie),
      }
    },
  }
}

function contextOf(request: Request, path: string, search: string, basePath: string, flash: Flash | undefined): RequestContext {
  return { request, path, search, basePath, flash, extras: new Map() }
}

async function finish(response: Response, session: LiveSession | undefined, cookie: string | undefined): Promise<Response> {
  if (!session) {
    if (cookie === undefined) return response
    const headers = new Headers(response.headers)
    headers.append("set-cookie", cookie)
    return new Response(response.body, { status: response.status, headers })
  }
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
