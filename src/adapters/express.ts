// Express 5 and 4: `app.use(nitro({ entities: [Todo] }))`.
import type { NitroApp } from "../app/index.ts"
import type { NitroOptions } from "./nitro-options.ts"
import { nitro as forNode, type NodeMiddleware } from "./node.ts"

/** Middleware as `app.use` and `router.use` of Express take it. Structural, so that no type of Express's is required. */
export type ExpressMiddleware = NodeMiddleware

/**
 * Middleware for Express 5 and 4. Register it before your own routes: it handles the paths of the entities and passes the rest on,
 * with the context that `live` and `call` need. Mounted by `app.use("/shop", nitro({ … }))` it takes the mount path as its base path.
 * Errors that your routes throw go to Express's error handlers, with `error.status`.
 */
export function nitro(options: NitroOptions): ExpressMiddleware & NitroApp {
  return forNode(options)
}
