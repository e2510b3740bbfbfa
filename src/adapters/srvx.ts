// srvx, which turns requests of node:http into web requests and sends web responses: loaded by the first host that needs it.
import type { IncomingMessage, ServerResponse } from "node:http"
import { respondBy } from "../actions/internal.ts"
import { streamBy } from "../live/internal.ts"
import { nodeStreams } from "./node-stream.ts"

interface Srvx {
  readonly NodeRequest: new (exchange: { req: IncomingMessage; res: ServerResponse }) => Request
  readonly sendNodeResponse: (res: ServerResponse, response: Response) => Promise<void>
}

let loaded: Srvx | undefined

/** The loaded srvx; undefined before. */
export function srvx(): Srvx | undefined {
  return loaded
}

/** Loads it once. Every request that srvx makes gets a response of srvx's own class from then on. */
export async function loadSrvx(): Promise<Srvx> {
  if (loaded !== undefined) return loaded
  const { FastResponse, NodeRequest, patchGlobalRequest, sendNodeResponse } = await import(
    "srvx/node"
  )
  // Else `new Request(request, …)`, as middleware makes one of another, would not know the requests of srvx.
  patchGlobalRequest()
  // Made as a Response is, with all of its members.
  respondBy(NodeRequest.prototype, FastResponse as unknown as typeof Response)
  streamBy(NodeRequest.prototype, nodeStreams(FastResponse))
  loaded = { NodeRequest, sendNodeResponse }
  return loaded
}
