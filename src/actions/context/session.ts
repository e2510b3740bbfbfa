// The session of a request, for stores that keep rows for each session: the partition that the app names, else a signed cookie.
import { randomBytes } from "node:crypto"
import type { AppState } from "./app-state.ts"
import { cookieValues } from "./cookies.ts"

export interface Session {
  /** The partition of partitioned stores. */
  readonly partition: string
  /** `Set-Cookie` value for a browser that has none yet. */
  readonly cookie: string | undefined
}

// Two apps of one origin, each with its own secret, do not replace each other's.
const cookieName = ({ basePath }: AppState): string =>
  `nitro-session${basePath.replace(/\W/g, "-")}`
const purpose = "session"

/** `user`: the partition that the app names; the two kinds of names never meet. */
export function sessionOf(request: Request, user: string | undefined, app: AppState): Session {
  if (user !== undefined && user !== "") return { partition: `user:${user}`, cookie: undefined }
  const present = browserOf(request, app)
  if (present !== undefined) return { partition: `session:${present}`, cookie: undefined }
  // 192 random bits.
  const id = randomBytes(24).toString("base64url")
  const secure = request.url.startsWith("https:") ? "; Secure" : ""
  const value = `${id}.${app.secret.sign(purpose, id)}`
  return {
    partition: `session:${id}`,
    cookie: `${cookieName(app)}=${value}; Path=/; HttpOnly; SameSite=Lax${secure}`,
  }
}

/** The id of the browser session, from a cookie that this app signed; undefined for a browser without one. */
export function browserOf(request: Request, app: AppState): string | undefined {
  for (const value of cookieValues(request.headers.get("cookie"), cookieName(app))) {
    const id = value.slice(0, 32)
    if (value[32] === "." && app.secret.canSign && app.secret.verify(purpose, id, value.slice(33)))
      return id
  }
  return undefined
}
