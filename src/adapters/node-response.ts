// Sends a `Response` over node's `ServerResponse`, beside the headers and cookies that the host has set on it.
import type { ServerResponse } from "node:http"
import { sendNodeResponse } from "srvx/node"
import { addHostHeaders } from "./host-headers.ts"

/** What srvx sends: the status, the headers and the body of a response, without the cost of a web `Response`. */
interface NodeAnswer {
  readonly status: number
  readonly statusText: string
  readonly headers: string[]
  readonly body: unknown
}

/** Resolves once the whole body is handed to the connection. */
export async function sendResponse(res: ServerResponse, response: Response): Promise<void> {
  if (!isTouched(res)) return sendNodeResponse(res, response)
  const { status, statusText, headers, body } = answerOf(response)
  const merged = new Headers()
  for (let i = 0; i < headers.length; i += 2) merged.append(headers[i] as string, headers[i + 1] as string)
  addHostHeaders(merged, hostHeaders(res))
  // One by one: middleware that waits for the headers (session, compression) reads them by their names, not from `writeHead`.
  for (const [name, value] of merged) if (name !== "set-cookie") res.setHeader(name, value)
  const cookies = merged.getSetCookie()
  if (cookies.length > 0) res.setHeader("set-cookie", cookies)
  const bodyOnly: NodeAnswer = { status, statusText, headers: [], body }
  return sendNodeResponse(res, { _toNodeResponse: () => bodyOnly } as unknown as Response)
}

/** Whether a middleware has set a header, or waits for them. */
function isTouched(res: ServerResponse): boolean {
  return Object.hasOwn(res, "writeHead") || res.getHeaderNames().length > 0
}

function answerOf(response: Response): NodeAnswer {
  const fast = (response as { _toNodeResponse?(): NodeAnswer })._toNodeResponse?.()
  if (fast !== undefined) return fast
  const headers = [...response.headers].flat()
  return { status: response.status, statusText: response.statusText, headers, body: response.body }
}

function* hostHeaders(res: ServerResponse): Generator<[string, string]> {
  for (const [name, value] of Object.entries(res.getHeaders())) {
    for (const each of Array.isArray(value) ? value : [value]) if (each !== undefined) yield [name, String(each)]
  }
}
