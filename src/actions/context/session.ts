// The cookie of a session: a random id that this app signed. It names the partition of a browser, and its data.
import { randomBytes } from "node:crypto"
import type { AppState } from "./app-state.ts"
import { cookieValues } from "./cookies.ts"

export interface BrowserSession {
  /** The partition of partitioned stores. */
  readonly partition: string
  /** `Set-Cookie` value for a browser that has none yet. */
  readonly cookie: string | undefined
  /** Undefined where the app names the partition. */
  readonly id: string | undefined
}

// Two apps of one origin, each with its own secret, do not replace each other's.
const cookieName = ({ basePath }: AppState): string =>
  `nitro-session${basePath.replace(/\W/g, "-")}`
const purpose = "session"

/** `user`: the partition that the app names; the two kinds of names never meet. */
export function sessionOf(
  request: Request,
  user: string | undefined,
  app: AppState,
): BrowserSession {
  if (user !== undefined && user !== "")
    return { partition: `user:${user}`, cookie: undefined, id: undefined }
  const present = browserOf(request, app)
  if (present !== undefined)
    return { partition: `session:${present}`, cookie: undefined, id: present }
  const id = newBrowserId()
  const cookie = sessionCookie(app, id, request.url.startsWith("https:"))
  return { partition: `session:${id}`, cookie, id }
}

/** 192 random bits. */
export const newBrowserId = (): string => randomBytes(24).toString("base64url")

/** The `Set-Cookie` value that gives a browser the id. @throws NITRO_SECRET */
export function sessionCookie(app: AppState, id: string, isSecure: boolean): string {
  const value = `${id}.${app.secret.sign(purpose, id)}`
  return `${cookieName(app)}=${value}; Path=/; HttpOnly; SameSite=Lax${isSecure ? "; Secure" : ""}`
}

/** The `Set-Cookie` value that takes the id from a browser. */
export const endedCookie = (app: AppState): string =>
  `${cookieName(app)}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax`

/** Whether a `Set-Cookie` value is that of a session of the app. */
export const isSessionCookie = (cookie: string, app: AppState): boolean =>
  cookie.startsWith(`${cookieName(app)}=`)

/** The id of the browser session, from a cookie that this app signed; undefined for a browser without one. */
export function browserOf(request: Request, app: AppState): string | undefined {
  return browserIn(request, app)?.id
}

/** The same, and whether an older key of the app has signed it. */
export function browserIn(
  request: Request,
  app: AppState,
): { readonly id: string; readonly isByOldKey: boolean } | undefined {
  for (const value of cookieValues(request.headers.get("cookie"), cookieName(app))) {
    const id = value.slice(0, 32)
    const signature = value.slice(33)
    if (value[32] === "." && app.secret.canSign && app.secret.verify(purpose, id, signature))
      return { id, isByOldKey: app.secret.sign(purpose, id) !== signature }
  }
  return undefined
}
