// node:http and everything of its shape (connect, Express-like routers): `createServer(nitro({ entities: [Todo] }, next))`.
import type { IncomingMessage, ServerResponse } from "node:http"
import { NodeRequest } from "srvx/node"
import { shownError, splitUrl } from "../actions/internal.ts"
import type { NitroApp } from "../app/index.ts"
import { withApp } from "../app/internal.ts"
import { reportError } from "../shared/report.ts"
import { createGate, type Gate, type PageRequest } from "./gate.ts"
import { clientLeft, statusOf } from "./held-response.ts"
import { answerOfError } from "./host-errors.ts"
import { type NodeMount, nodeMountOf } from "./mount.ts"
import type { NitroOptions } from "./nitro-options.ts"
import { takeBody } from "./node-body.ts"
import { sendResponse } from "./node-response.ts"
import { requestIdHeader } from "./page-answer.ts"
import { loadSrvx } from "./srvx.ts"

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
  const gate = createGate(options)
  void loadSrvx()
  return withApp<NodeMiddleware>((req, res, next) => {
    answer(gate, req, res, next ?? (handler && (() => handler(req, res)))).catch(error =>
      fail(req, res, error),
    )
  }, gate.app)
}

/** Errors of the handler; those of a router's routes go to the router, which takes `error.status`. */
async function fail(req: IncomingMessage, res: ServerResponse, error: unknown): Promise<void> {
  const response = answerOfError(error, new NodeRequest({ req, res }))
  if (response === undefined) reportError(error, `${req.method} ${req.url}`, "adapters")
  if (res.headersSent) res.end()
  else await sendResponse(res, response ?? failure(error))
}

function failure(error: unknown): Response {
  const { status, retryAfterSeconds } = shownError(error)
  return new Response(null, {
    status,
    headers: retryAfterSeconds === undefined ? {} : { "retry-after": String(retryAfterSeconds) },
  })
}

async function answer(
  gate: Gate,
  req: IncomingMessage,
  res: ServerResponse,
  next?: () => unknown,
): Promise<void> {
  const { pending } = gate.app
  if (pending !== undefined) await pending
  const request = new NodeRequest({ req, res })
  takeBody(req, request)
  const mount = nodeMountOf(req)
  const base = mount === undefined ? "" : gate.app.mountAt(mount.path)
  const { path, search } = splitUrl(fullUrl(request, req, mount))
  // A host may have rewritten the address: what it made of it decides whose it is.
  const hostId = res.getHeader(requestIdHeader)
  const ownPath = mount === undefined ? path : base + innerPath(req)
  const own = gate.own(request, ownPath, search, hostId)
  if (own !== undefined) return sendResponse(res, await own)
  if (!next) return sendResponse(res, new Response("Not found", { status: 404 }))
  const page = gate.page(request, path, search, hostId)
  if (page.isStream) return answerStream(res, page, next)
  if (hostId === undefined) res.setHeader(requestIdHeader, page.requestId)
  for (const cookie of page.cookies) res.appendHeader("set-cookie", cookie)
  await page.run(next)
}

/** The address as the client sent it, which the request then has too; a router has stripped the mount path from `req.url`. */
function fullUrl(request: Request, req: IncomingMessage, mount: NodeMount | undefined): string {
  const { url } = req
  if (mount === undefined || mount.url === url) return request.url
  // srvx reads it once, at this moment.
  req.url = mount.url
  try {
    return request.url
  } finally {
    if (url === undefined) delete req.url
    else req.url = url
  }
}

const innerPath = ({ url = "/" }: IncomingMessage): string => url.split("?", 1)[0] as string

/** The page's handler writes to `res` as always; what it writes is held back, since the stream is the answer. */
async function answerStream(
  res: ServerResponse,
  page: PageRequest,
  next: () => unknown,
): Promise<void> {
  let status: number
  try {
    status = await statusOf(res, () => page.run(next))
  } catch (error) {
    const shown = shownError(error)
    if (shown.isReported) reportError(error, "a page's stream", "adapters")
    status = shown.status
  }
  const response = await page.finish(
    new Response(status === 200 ? "" : null, {
      status: status < 200 || status === clientLeft ? 500 : status,
    }),
  )
  if (res.destroyed) await response.body?.cancel()
  else await sendResponse(res, response)
}
