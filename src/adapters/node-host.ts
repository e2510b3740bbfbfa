// The common part of all hosts on node:http: an `IncomingMessage` as a web request, and the app's response over `ServerResponse`.

import type { IncomingMessage, ServerResponse } from "node:http"
import { splitUrl } from "../actions/internal.ts"
import type { App } from "../app/internal.ts"
import { beforeFirst } from "../shared/before-first.ts"
import { createGate } from "./gate.ts"
import { statusOf } from "./held-response.ts"
import { type NodeMount, nodeMountOf } from "./mount.ts"
import type { NitroOptions } from "./nitro-options.ts"
import { takeBody, takeLateBody } from "./node-body.ts"
import { sendResponse } from "./node-response.ts"
import { PageRequest } from "./page-request.ts"
import { requestIdHeader } from "./page-response.ts"
import { saveBeforeEnd } from "./saved-session.ts"
import { loadSrvx, srvx } from "./srvx.ts"

/** One request of a node host, and how the host runs its own route for it. */
export interface NodeExchange {
  readonly req: IncomingMessage
  readonly res: ServerResponse
  /** Runs the host's own route. Without it, other paths than the app's are 404. */
  readonly next: (() => unknown) | undefined
  /** Where the host has mounted the app. Default: what Express and connect leave on `req`. */
  readonly mount?: NodeMount | undefined
  /**
   * For a host whose routes do not write to `res` themselves: runs the route, and resolves with the status of its response.
   * Default: the route's writes to `res` are held back.
   */
  readonly statusOf?: (run: () => unknown) => Promise<number>
}

export interface NodeHost {
  readonly app: App
  /** Resolves with true once the app's response is sent, and with false when the host's own route was called. */
  respond(exchange: NodeExchange): Promise<boolean>
  /** The web request of an exchange, for responses outside of `respond`. */
  requestOf(req: IncomingMessage, res: ServerResponse): Promise<Request>
}

/** The common core of adapters for node hosts. */
export function createNodeHost(options: NitroOptions): NodeHost {
  const gate = createGate(options)
  const loading = loadSrvx()
  // The error reaches the caller that awaits it.
  loading.catch(() => {})

  async function respond({ req, res, next, ...host }: NodeExchange): Promise<boolean> {
    const { NodeRequest } = srvx() ?? (await loading)
    const request = new NodeRequest({ req, res })
    takeBody(req, request)
    const hostId = res.getHeader(requestIdHeader)
    const mount = host.mount ?? nodeMountOf(req)
    const { path, search } = splitUrl(fullUrl(request, req, mount))
    const received = await gate.receive({
      request,
      path,
      search,
      mount: mount && { path: mount.path, isSure: true },
      inner: mount && innerPath(req),
      hostId,
      hasPages: next !== undefined,
    })
    if (!(received instanceof PageRequest)) {
      await sendResponse(res, received)
      return true
    }
    takeLateBody(req, request)
    const run = (): unknown => received.run(() => next?.())
    if (!received.isStream) {
      if (hostId === undefined) res.setHeader(requestIdHeader, received.requestId)
      for (const cookie of received.cookies) res.appendHeader("set-cookie", cookie)
      saveBeforeEnd(res, received)
      await run()
      received.keepSession()
      return false
    }
    const status = host.statusOf ?? (route => statusOf(res, route))
    const response = await received.stream(() => status(run))
    if (res.destroyed) await response.body?.cancel()
    else await sendResponse(res, response)
    return true
  }

  return {
    app: gate.app,
    respond: respond,
    async requestOf(req, res) {
      const { NodeRequest } = srvx() ?? (await loading)
      return new NodeRequest({ req, res })
    },
  }
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

const innerPath = ({ url = "/" }: IncomingMessage): string => beforeFirst(url, "?")
