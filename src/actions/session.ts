// Whose request it is, for stores that keep rows for each session: who asks by the app's own knowledge, else a cookie.
import { randomBytes } from "node:crypto"

export interface Session {
  /** The partition of partitioned stores. */
  readonly partition: string
  /** `Set-Cookie` value for a browser that has none yet. */
  readonly cookie: string | undefined
}

const cookieName = "nitro-session"
const pattern = new RegExp(`(?:^|;\\s*)${cookieName}=([\\w-]{32})(?:;|$)`)

/** `known`: who the app says it is; the two kinds of names never meet. */
export function sessionOf(request: Request, known: string | undefined): Session {
  if (known !== undefined && known !== "") return { partition: `user:${known}`, cookie: undefined }
  const given = pattern.exec(request.headers.get("cookie") ?? "")?.[1]
  if (given !== undefined) return { partition: `session:${given}`, cookie: undefined }
  // 192 random bits: nobody guesses another's.
  const id = randomBytes(24).toString("base64url")
  const secure = request.url.startsWith("https:") ? "; Secure" : ""
  return { partition: `session:${id}`, cookie: `${cookieName}=${id}; Path=/; HttpOnly; SameSite=Lax${secure}` }
}
