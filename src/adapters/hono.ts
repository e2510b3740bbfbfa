// Hono: `app.use(nitro({ entities: [Todo] }))`.
import { splitUrl } from "../actions/index.ts"
import { type NitroApp, withApp } from "../app/index.ts"
import { createGate, type NitroOptions } from "./fetch.ts"

/** The part of Hono's context that the adapter needs. Structural, so that no type of Hono's is required. */
interface HonoContext {
  readonly req: { readonly raw: Request }
  get res(): Response
  set res(response: Response | undefined)
}

export type HonoMiddleware = (context: HonoContext, next: () => Promise<void>) => Promise<Response | undefined>

/**
 * Middleware for Hono 4. Register it before your own routes: it answers the paths of the entities and passes the rest
 * on, with the context that `live` and `call` need.
 */
export function nitro(options: NitroOptions): HonoMiddleware & NitroApp {
  const gate = createGate(options)
  return withApp<HonoMiddleware>(async (context, next) => {
    const request = context.req.raw
    const { path, search } = splitUrl(request.url)
    const own = gate.own(request, path, search)
    if (own !== undefined) return own
    const page = gate.page(request, path, search)
    await page.run(next)
    if (page.isStream) {
      const stream = await page.finish(context.res)
      // Hono copies the headers of the answer it replaces; those of a page do not fit a stream.
      context.res = undefined
      context.res = stream
    } else for (const cookie of page.cookies) context.res.headers.append("set-cookie", cookie)
    return undefined
  }, gate.app)
}
