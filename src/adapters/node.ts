// node:http and everything of its shape (connect, Express-like routers): `createServer(nitro({ entities: [Todo] }, next))`.
import type { IncomingMessage, ServerResponse } from "node:http"
import { NodeRequest, sendNodeResponse } from "srvx/node"
import { splitUrl } from "../actions/index.ts"
import { type NitroApp, withApp } from "../app/index.ts"
import { reportError } from "../shared/report.ts"
import { createGate, type Gate, type NitroOptions, type PageRequest } from "./fetch.ts"

export type NodeHandler = (req: IncomingMessage, res: ServerResponse) => unknown
export type NodeMiddleware = (req: IncomingMessage, res: ServerResponse, next?: (error?: unknown) => unknown) => void

/**
 * A request listener for `createServer`, or a middleware `(req, res, next)`. Paths that are not ours go to `next`: the
 * one the router passes, else the handler given here, else 404.
 */
export function nitro(options: NitroOptions, handler?: NodeHandler): NodeMiddleware & NitroApp {
  const gate = createGate(options)
  return withApp<NodeMiddleware>((req, res, next) => {
    answer(gate, req, res, next ?? (handler && (() => handler(req, res)))).catch(error => {
      reportError(error, `${req.method} ${req.url}`)
      if (!res.headersSent) res.writeHead(500, { "content-type": "text/plain" })
      res.end()
    })
  }, gate.app)
}

async function answer(gate: Gate, req: IncomingMessage, res: ServerResponse, next?: () => unknown): Promise<void> {
  const request = new NodeRequest({ req, res })
  const { path, search } = splitUrl(request.url)
  const own = gate.own(request, path, search)
  if (own !== undefined) return sendNodeResponse(res, await own)
  if (!next) return sendNodeResponse(res, new Response("Not found", { status: 404 }))
  const page = gate.page(request, path, search)
  if (page.isStream) return answerStream(res, page, next)
  for (const cookie of page.cookies) res.appendHeader("set-cookie", cookie)
  await page.run(next)
}

/** The page's handler writes to `res` as always; what it writes is held back, since the stream is the answer. */
async function answerStream(res: ServerResponse, page: PageRequest, next: () => unknown): Promise<void> {
  const { writeHead, write, end } = res
  const status = await new Promise<number>((resolve, reject) => {
    res.once("close", () => resolve(499))
    res.writeHead = ((code: number) => {
      res.statusCode = code
      return res
    }) as typeof res.writeHead
    res.write = (() => true) as typeof res.write
    res.end = (() => {
      resolve(res.statusCode)
      return res
    }) as typeof res.end
    // `next` of a router returns before the page is rendered, so its promise says only that it failed.
    Promise.resolve(page.run(next)).catch(reject)
  }).finally(() => Object.assign(res, { writeHead, write, end }))
  for (const name of res.getHeaderNames()) res.removeHeader(name)
  const response = await page.finish(new Response(status === 200 ? "" : null, { status: status < 200 || status === 499 ? 500 : status }))
  if (res.destroyed) await response.body?.cancel()
  else await sendNodeResponse(res, response)
}
