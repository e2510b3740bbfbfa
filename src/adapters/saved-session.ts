// Saves the session that a route changes, for hosts whose routes write to node's `ServerResponse` themselves.
import type { ServerResponse } from "node:http"
import { NitroError } from "../shared/errors.ts"
import { reportError } from "../shared/report.ts"
import type { PageRequest } from "./page-request.ts"

interface Waiting {
  readonly page: PageRequest
  readonly end: ServerResponse["end"]
}

const waiting = new WeakMap<ServerResponse, Waiting>()

/** From the first change on, the response has the cookie, and its end waits until the session is saved. */
export function saveBeforeEnd(res: ServerResponse, page: PageRequest): void {
  page.onSessionChange(() => {
    const isCookieLost = page.addSessionCookie() && res.headersSent
    if (isCookieLost || res.writableEnded) {
      page.dropSession()
      throw new NitroError(
        "NITRO_SESSION_SENT",
        "The session was changed after the response had begun, so the change cannot be saved.",
      )
    }
    if (!waiting.has(res)) {
      waiting.set(res, { page, end: res.end })
      Object.assign(res, { end: endOnceSaved })
    }
    if (!res.headersSent) setSessionCookie(res, page)
  })
}

/** Puts the cookie of the session among those that are set. */
export function setSessionCookie(res: ServerResponse, page: PageRequest): void {
  const set = [res.getHeader("set-cookie") ?? []].flat().map(String)
  const cookies = page.withSessionCookie(set)
  if (cookies.length > 0) res.setHeader("set-cookie", [...cookies])
}

function endOnceSaved(this: ServerResponse, ...content: Parameters<ServerResponse["end"]>) {
  const response = waiting.get(this)
  if (response === undefined) return this
  const { page, end } = response
  waiting.delete(this)
  Object.assign(this, { end })
  const saving = page.saveSession(this.statusCode)
  if (saving === undefined) return end.apply(this, content)
  saving.then(
    () => end.apply(this, content),
    error => {
      reportError(error, "saving a session", "adapters")
      fail(this)
    },
  )
  return this
}

/** The client must not take for done what is not saved. */
function fail(res: ServerResponse): void {
  if (res.headersSent) {
    res.destroy()
    return
  }
  for (const name of res.getHeaderNames()) res.removeHeader(name)
  res.statusCode = 500
  res.end()
}
