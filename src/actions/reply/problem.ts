// Errors as problem details, for programs that accept `application/problem+json`. Source: RFC 9457.
import { accepts } from "../../shared/header-lists.ts"
import { currentRequest } from "../context/request-context.ts"
import type { ShownError } from "./outside.ts"
import { makeResponse } from "./response.ts"

const problemType = "application/problem+json"

/** By status, as RFC 9110 names them. */
const titles: Readonly<Record<number, string>> = {
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  409: "Conflict",
  410: "Gone",
  412: "Precondition Failed",
  413: "Content Too Large",
  415: "Unsupported Media Type",
  422: "Unprocessable Content",
  429: "Too Many Requests",
  500: "Internal Server Error",
  503: "Service Unavailable",
  504: "Gateway Timeout",
}

export const wantsProblem = (request: Request): boolean =>
  accepts(request.headers.get("accept"), problemType)

/** `type` is `about:blank`: what the status does not say stands in `code`. */
export function problemResponse(
  { status, code, message, isReported }: ShownError,
  more: Readonly<Record<string, unknown>>,
  headers: Readonly<Record<string, string>>,
): Response {
  const title = titles[status] ?? "Error"
  // The log has it too, as has the header of every response.
  const requestId = isReported ? currentRequest()?.requestId : undefined
  const problem = { ...more, type: "about:blank", title, status, detail: message, code, requestId }
  return makeResponse(JSON.stringify(problem), {
    status,
    headers: { ...headers, "content-type": problemType },
  })
}
