// Cookies that a redirect or an outcome sets: by name, or as whole `Set-Cookie` values.
import { NitroError } from "../../shared/errors.ts"
import { currentRequest } from "../context/request-context.ts"
import "../contract/errors.ts"

export interface CookieOptions {
  /**
   * Cookies to set: whole `Set-Cookie` values, or values by name. By name a cookie gets `Path=/; HttpOnly; SameSite=Lax`, and
   * `Secure` over https; `undefined` deletes it.
   */
  readonly cookies?: readonly string[] | Readonly<Record<string, string | undefined>>
}

/** The `Set-Cookie` values of the option. */
export function cookiesOf(cookies: CookieOptions["cookies"] = []): readonly string[] {
  return Array.isArray(cookies)
    ? (cookies as readonly string[])
    : Object.entries(cookies).map(cookieOf)
}

function cookieOf([name, value]: readonly [string, string | undefined]): string {
  if (!/^[\w!#$%&'*.^`|~+-]+$/.test(name)) {
    throw new NitroError(
      "NITRO_REDIRECT_URL",
      `${JSON.stringify(name)} is not a name of a cookie.`,
      {
        fix: "Use letters, digits, - and _.",
      },
    )
  }
  const secure = currentRequest()?.request.url.startsWith("https:") ? "; Secure" : ""
  const expiry = value === undefined ? "; Max-Age=0" : ""
  return `${name}=${encodeURIComponent(value ?? "")}; Path=/; HttpOnly; SameSite=Lax${secure}${expiry}`
}
