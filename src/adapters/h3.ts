// h3 2: `app.use(nitro({ entities: [Todo] }))`.
import { splitUrl } from "../actions/internal.ts"
import type { NitroApp } from "../app/index.ts"
import { withApp } from "../app/internal.ts"
import { createGate } from "./gate.ts"
import { errorResponse } from "./host-errors.ts"
import { bodyHeaders } from "./host-headers.ts"
import { responseOf } from "./host-value.ts"
import { type Mount, mountBelow } from "./mount.ts"
import type { NitroOptions } from "./nitro-options.ts"
import { PageRequest } from "./page-request.ts"
import { requestIdHeader } from "./page-response.ts"

/** The part of h3's event that the adapter needs. Structural, so that no type of h3's is required. */
interface H3Event {
  readonly req: Request & {
    readonly runtime?: { readonly node?: { readonly req: { readonly url?: string | undefined } } }
  }
  /** Without the path at which the app is mounted. */
  readonly url: { readonly pathname: string }
  /** `errHeaders` are those of responses from 400 on. */
  readonly res: { status?: number; readonly headers: Headers; readonly errHeaders: Headers }
}

export type H3Middleware = (event: H3Event, next: () => unknown) => Promise<unknown>

/**
 * Middleware for h3 2. Register it before your own routes: it handles the paths of the entities and passes the rest on, with the
 * context that `live` and `call` need. Headers and cookies that your routes and middleware set on `event.res` join its responses.
 */
export function nitro(options: NitroOptions): H3Middleware & NitroApp {
  const gate = createGate(options)
  return withApp<H3Middleware>(async (event, next) => {
    const { req: request, res } = event
    const sent = sentUrl(request)
    const { path, search } = splitUrl(sent)
    const page = await gate.receive({
      request,
      path,
      search,
      mount: path === event.url.pathname ? undefined : mountIn(sent, event.url.pathname),
      hostId: res.headers.get(requestIdHeader) ?? undefined,
      hasPages: true,
    })
    if (!(page instanceof PageRequest)) return page
    if (page.isStream) return streamOf(event, page, next)
    for (const headers of [res.headers, res.errHeaders]) {
      if (!headers.has(requestIdHeader)) headers.set(requestIdHeader, page.requestId)
      for (const cookie of page.cookies) headers.append("set-cookie", cookie)
    }
    try {
      const value = await page.run(next)
      await page.saveSession(statusIn(value) ?? res.status ?? 200)
      for (const headers of [res.headers, res.errHeaders]) {
        const cookies = page.withSessionCookie(headers.getSetCookie())
        headers.delete("set-cookie")
        for (const cookie of cookies) headers.append("set-cookie", cookie)
      }
      return value
    } catch (error) {
      const response = errorResponse(error, request)
      if (response === undefined) throw error
      return response
    }
  }, gate.app)
}

/** The address as the client sent it: on node, a mount of h3 strips its path from `request.url`. */
function sentUrl(request: H3Event["req"]): string {
  const url = request.runtime?.node?.req.url
  if (url === undefined) return request.url
  return url.startsWith("/") ? `http://localhost${url}` : url
}

/** h3 resolves the dots of an address, and escapes: where `/x/../notes` is `/notes`, nothing is mounted at `/x/..`. */
function mountIn(sent: string, inner: string): Mount | undefined {
  const path = URL.canParse(sent) ? mountBelow(new URL(sent).pathname, inner) : ""
  return path === "" ? undefined : { path, isSure: true }
}

/** The stream of a page's live views, in place of what its route returns. */
async function streamOf(
  { res }: H3Event,
  page: PageRequest,
  next: () => unknown,
): Promise<Response> {
  const response = await page.respond(async () => {
    const value = await next()
    return responseOf(statusIn(value) ?? res.status ?? 200, value)
  })
  for (const name of bodyHeaders) res.headers.delete(name)
  delete res.status
  return response
}

/** Of an `HTTPResponse`, as h3 calls a body with a status and headers. */
function statusIn(value: unknown): number | undefined {
  // By a symbol h3 says that it has no route.
  if (typeof value === "symbol") return 404
  if (typeof value !== "object" || value === null || !("status" in value)) return undefined
  return typeof value.status === "number" ? value.status : undefined
}
