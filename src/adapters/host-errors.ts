// Errors that a route of the host throws: `Todo.require(id)` of an unknown id is a 404, as in an action.

import { currentRequest } from "../actions/index.ts"
import { shownError } from "../actions/internal.ts"
import { isDatastarRequest, patchSignals, sseHeaders } from "../datastar/index.ts"
import { NitroError } from "../shared/errors.ts"
import { reportError } from "../shared/report.ts"

const nosniff = { "x-content-type-options": "nosniff", "cache-control": "no-store" }

/** The response to an error that is written for clients; undefined for any other, which is the host's to report. */
export function errorResponse(error: unknown, request: Request | undefined): Response | undefined {
  const { isReported, ...visible } = shownError(error)
  if (isReported) return undefined
  const { code, message, status, issues, details } = visible
  if (request && isDatastarRequest(request) && !request.url.includes("_nitro=")) {
    return new Response(String(patchSignals({ _alert: message })), { headers: sseHeaders })
  }
  const body = { ...details, code, message, status, ...(issues.length > 0 ? { issues } : {}) }
  if (wantsJson(request)) return Response.json({ error: body }, { status, headers: nosniff })
  return new Response(message, {
    status,
    headers: { "content-type": "text/plain; charset=utf-8", ...nosniff },
  })
}

/** Programs say so; browsers that open a page accept HTML. */
function wantsJson(request: Request | undefined): boolean {
  const accept = request?.headers.get("accept") ?? ""
  return accept.includes("application/json") && !accept.includes("text/html")
}

/** Hono calls `getResponse` of an error that reaches it, and Elysia `toResponse`. */
export function registerErrorResponses(): void {
  for (const name of ["getResponse", "toResponse"])
    Object.defineProperty(NitroError.prototype, name, { configurable: true, value: responseOf })
}

function responseOf(this: NitroError): Response {
  const response = errorResponse(this, currentRequest()?.request)
  if (response !== undefined) return response
  // An error with a response is not printed by the host.
  reportError(this, "a route of the host", "adapters")
  return new Response("Something went wrong. The error was logged.", {
    status: 500,
    headers: { "content-type": "text/plain; charset=utf-8" },
  })
}
