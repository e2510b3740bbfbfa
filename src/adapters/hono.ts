// Hono: `app.use(nitro({ entities: [Todo] }))`.

import { setClientAddress, splitUrl } from "../actions/internal.ts"
import type { NitroApp } from "../app/index.ts"
import { withApp } from "../app/internal.ts"
import { isObject } from "../shared/guards.ts"
import { createGate } from "./gate.ts"
import { type BodyCache, takeBody, takeLateBody } from "./hono-body.ts"
import { registerErrorResponses } from "./host-errors.ts"
import { addHostHeaders, withHostHeaders } from "./host-headers.ts"
import { type HonoRoute, honoMountOf } from "./mount.ts"
import type { NitroOptions } from "./nitro-options.ts"
import { PageRequest } from "./page-request.ts"
import { withOurHeaders } from "./page-response.ts"

/** The part of Hono's context that the adapter needs. Structural, so that no type of Hono's is required. */
interface HonoContext {
  readonly env: unknown
  readonly req: {
    readonly raw: Request
    readonly routeIndex: number
    readonly matchedRoutes: readonly HonoRoute[]
    readonly bodyCache: BodyCache
  }
  readonly var: object
  get res(): Response
  set res(response: Response | undefined)
  header: (...args: [name: string, value?: string, options?: { append?: boolean }]) => void
  newResponse(body: null, status: 200): Response
}

export type HonoMiddleware = (
  context: HonoContext,
  next: () => Promise<void>,
) => Promise<Response | undefined>

/**
 * Middleware for Hono 4. Register it before your own routes: it serves the paths of the entities and passes the rest
 * on, with the context that `live` and `call` need. Headers and cookies that `c.header` and `setCookie` set are on its responses.
 */
export function nitro(options: NitroOptions): HonoMiddleware & NitroApp {
  const gate = createGate(options)
  registerErrorResponses()
  const isLimited = gate.app.routes.some(({ rateLimit }) => rateLimit !== undefined)
  return withApp<HonoMiddleware>(async (context, next) => {
    const request = context.req.raw
    if (isLimited) setClientAddress(request, addressIn(context.env))
    takeBody(context.req)
    const { path, search } = splitUrl(request.url)
    const mount = honoMountOf(context.req.matchedRoutes[context.req.routeIndex], path)
    const hostId = hostIdOf(context)
    const received = gate.receive({ request, path, search, mount, hostId, hasPages: true })
    const page = received instanceof Promise ? await received : received
    if (!(page instanceof PageRequest)) {
      const response = request.method === "GET" ? withTag(page) : page
      if (isFirst(context)) return response
      replace(context, response, preparedHeaders(context))
      return undefined
    }
    takeLateBody(context.req)
    const isPrepared = watchHeaders(context)
    // A stream is not the response of the page's route, so it takes over only headers that were set before.
    const before = page.isStream ? preparedHeaders(context) : undefined
    await page.run(next)
    const response = context.res
    const saving = page.isStream ? undefined : page.saveSession(response.status)
    if (saving !== undefined) await saving
    if (before === undefined && page.cookies.length === 0 && !isPrepared()) {
      const named = withOurHeaders(response, page.requestId, [])
      if (named !== response) context.res = named
      return undefined
    }
    // Prepared headers are lost with a plain Response, as `respond` returns one, unless they are added here.
    context.res = undefined
    const prepared = preparedHeaders(context)
    if (before !== undefined) addHostHeaders(prepared, before)
    const finished = await page.finish(response)
    replace(context, page.isStream ? withTag(finished) : finished, prepared)
    return undefined
  }, gate.app)
}

/** As Hono's middleware `requestId()` names it, where that ran before. */
function hostIdOf(context: HonoContext): unknown {
  const { var: variables } = context
  return isFirst(context) || !isObject(variables) ? undefined : variables["requestId"]
}

/** Of the connection, as `@hono/node-server` hands it on. */
function addressIn(env: unknown): string | undefined {
  // The environment of other servers has no such member.
  const { incoming } = (env ?? {}) as {
    readonly incoming?: { readonly socket?: { readonly remoteAddress?: string } }
  }
  return incoming?.socket?.remoteAddress
}

/** No middleware ran before, which could have prepared headers. */
const isFirst = ({ req }: HonoContext): boolean => req.routeIndex === 0

/** Whether headers may be prepared: always behind other middleware, else once `c.header` was called. Reading them costs a Response. */
function watchHeaders(context: HonoContext): () => boolean {
  let isPrepared = !isFirst(context)
  if (!isPrepared) {
    const { header } = context
    // V8 makes a function that is written behind `object.property =` in its old space, with all that it holds: a request too long.
    const watched: typeof header = (...args) => {
      isPrepared = true
      header(...args)
    }
    context.header = watched
  }
  return () => isPrepared
}

/** The headers that `c.header` and `setCookie` have set for a later response. */
function preparedHeaders(context: HonoContext): Headers {
  return context.newResponse(null, 200).headers
}

/** Hono would put the headers of the former response over ours, and its cookies in place of ours. */
function replace(context: HonoContext, response: Response, host: Headers): void {
  const merged = withHostHeaders(response, host)
  context.res = undefined
  context.res = merged
}

const started = Date.now().toString(36)
let streams = 0

/** Hono's `etag()` reads a response without one to its end, which a stream may not have. No two streams are the same. */
function withTag(response: Response): Response {
  if (!response.headers.get("content-type")?.startsWith("text/event-stream")) return response
  streams += 1
  const tag = `W/"${started}-${streams}"`
  try {
    response.headers.set("etag", tag)
    return response
  } catch {
    // The headers of a Response that `fetch` gave cannot be changed.
    const headers = new Headers(response.headers)
    headers.set("etag", tag)
    return new Response(response.body, { status: response.status, headers })
  }
}
