// Koa 3 and 2: `app.use(nitro({ entities: [Todo] }))`.
import type { IncomingMessage, ServerResponse } from "node:http"
import { splitUrl } from "../actions/internal.ts"
import type { NitroApp } from "../app/index.ts"
import { withApp } from "../app/internal.ts"
import { isObject } from "../shared/guards.ts"
import { createGate } from "./gate.ts"
import { bodyHeaders } from "./host-headers.ts"
import { responseOf } from "./host-value.ts"
import { type Mount, mountBelow } from "./mount.ts"
import type { NitroOptions } from "./nitro-options.ts"
import { type ParsedRequest, takeBody, takeLateBody } from "./node-body.ts"
import { hostBody, joinedParts, nodeHeaders, setHeaders } from "./node-response.ts"
import { PageRequest } from "./page-request.ts"
import { requestIdHeader } from "./page-response.ts"
import { setSessionCookie } from "./saved-session.ts"
import { loadSrvx, srvx } from "./srvx.ts"

/** The part of Koa's context that the adapter needs. Structural, so that no type of Koa's is required. */
interface KoaContext {
  readonly req: IncomingMessage
  readonly res: ServerResponse
  /** Body parsers of Koa leave their result on it. */
  readonly request: ParsedRequest
  readonly originalUrl: string
  readonly url: string
  status: number
  body: unknown
  set(name: string, value: string | string[]): void
  append(name: string, value: string | string[]): void
  remove(name: string): void
}

export type KoaMiddleware = (context: KoaContext, next: () => Promise<unknown>) => Promise<void>

/**
 * Middleware for Koa 3 and 2. Register it before your own routes: it handles the paths of the entities and passes the rest on, with
 * the context that `live` and `call` need. Responses are set on `ctx`, so that middleware in front can compress or change them. Errors
 * that your routes throw go on to Koa, with `error.status`.
 */
export function nitro(options: NitroOptions): KoaMiddleware & NitroApp {
  const gate = createGate(options)
  const loading = loadSrvx()
  // The first request gets the error.
  loading.catch(() => undefined)
  return withApp<KoaMiddleware>(async (context, next) => {
    const { NodeRequest } = srvx() ?? (await loading)
    const request = asSent(context, new NodeRequest(context))
    takeBody(context.req, request, context.request)
    const { path, search } = splitUrl(request.url)
    const page = await gate.receive({
      request,
      path,
      search,
      mount: mountOf(context),
      hostId: context.res.getHeader(requestIdHeader),
      hasPages: true,
    })
    if (!(page instanceof PageRequest)) return send(context, page)
    takeLateBody(context.req, request, context.request)
    if (page.isStream) return send(context, await streamOf(context, page, next))
    if (!context.res.hasHeader(requestIdHeader)) context.set(requestIdHeader, page.requestId)
    if (page.cookies.length > 0) context.append("set-cookie", [...page.cookies])
    try {
      await page.run(next)
      await page.saveSession(context.status)
      setSessionCookie(context.res, page)
    } catch (error) {
      keepHeader(error, requestIdHeader, context.res.getHeader(requestIdHeader))
      throw error
    }
  }, gate.app)
}

/** When Koa sends an error it removes the headers that are set, and sets those of the error itself. */
function keepHeader(error: unknown, name: string, value: unknown): void {
  if (!(error instanceof Error)) return
  const headers = "headers" in error ? error.headers : undefined
  // One that is frozen stays as it is.
  Reflect.set(error, "headers", { ...(isObject(headers) ? headers : {}), [name]: value })
}

function mountOf({ originalUrl, url }: KoaContext): Mount | undefined {
  const path = mountBelow(originalUrl, url)
  return path === "" ? undefined : { path, isSure: true }
}

/** The request with the address that the client sent: a mount of Koa changes `req.url`. */
function asSent({ req, originalUrl }: KoaContext, request: Request): Request {
  const { url } = req
  req.url = originalUrl
  // srvx reads it once, at this moment.
  void request.url
  if (url === undefined) delete req.url
  else req.url = url
  return request
}

function send(context: KoaContext, response: Response): void {
  const { status, headers, body } = joinedParts(response, nodeHeaders(context.res))
  // The body first: Koa sets a type for it, and a status where there is none.
  context.body = hostBody(body) ?? null
  context.status = status
  if (!headers.has("content-type")) context.remove("content-type")
  setHeaders(headers, (name, value) => context.set(name, value))
}

/** The stream of a page's live views, in place of the body that its route sets. */
async function streamOf(
  context: KoaContext,
  page: PageRequest,
  next: () => Promise<unknown>,
): Promise<Response> {
  const response = await page.respond(async () => {
    await next()
    return responseOf(context.status, context.body)
  })
  for (const name of bodyHeaders) context.remove(name)
  return response
}
