// node:http and everything of its shape (connect, Express-like routers): `createServer(nitro({ entities: [Todo] }, next))`.
import type { IncomingMessage, ServerResponse } from "node:http"
import { shownError } from "../actions/internal.ts"
import type { NitroApp } from "../app/index.ts"
import { withApp } from "../app/internal.ts"
import { reportError } from "../shared/report.ts"
import { errorResponse } from "./host-errors.ts"
import type { NitroOptions } from "./nitro-options.ts"
import { createNodeHost } from "./node-host.ts"
import { sendResponse } from "./node-response.ts"

export type NodeHandler = (req: IncomingMessage, res: ServerResponse) => unknown
export type NodeMiddleware = (
  req: IncomingMessage,
  res: ServerResponse,
  next?: (error?: unknown) => unknown,
) => void

/**
 * A request listener for `createServer`, or a middleware `(req, res, next)`. Paths that are not ours go to `next`: the
 * one the router passes, else the handler given here, else 404.
 */
export function nitro(options: NitroOptions, handler?: NodeHandler): NodeMiddleware & NitroApp {
  const host = createNodeHost(options)
  /** Errors of the handler; those of a router's routes go to the router, which takes `error.status`. */
  async function fail(req: IncomingMessage, res: ServerResponse, error: unknown): Promise<void> {
    const response = errorResponse(error, await host.requestOf(req, res))
    if (response === undefined) reportError(error, `${req.method} ${req.url}`, "adapters")
    if (res.headersSent) res.end()
    else await sendResponse(res, response ?? failure(error))
  }
  return withApp<NodeMiddleware>((req, res, next) => {
    host
      .respond({ req, res, next: next ?? (handler && (() => handler(req, res))) })
      .catch(error => fail(req, res, error))
  }, host.app)
}

function failure(error: unknown): Response {
  const { status, retryAfterSeconds } = shownError(error)
  return new Response(null, {
    status,
    headers: retryAfterSeconds === undefined ? {} : { "retry-after": String(retryAfterSeconds) },
  })
}
