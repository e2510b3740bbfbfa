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

/** The `Set-Cookie` values of the option. @throws NITRO_COOKIE for one that no response can hold */
export function cookiesOf(cookies: CookieOptions["cookies"] = []): readonly string[] {
  if (!Array.isArray(cookies)) return Object.entries(cookies).map(cookieOf)
  // `Array.isArray` does not narrow a readonly list.
  const values = cookies as readonly string[]
  for (const cookie of values)
    if (!isHeaderValue(cookie))
      throw new NitroError("NITRO_COOKIE", `${JSON.stringify(cookie)} is no cookie.`, {
        fix: "Write a Set-Cookie value without control characters, or cookies: { name: value }, which encodes it.",
      })
  return values
}

/** RFC 9110, 5.5. `Headers` takes other control characters too, and node then fails to send the response. */
export const isHeaderValue = (text: unknown): boolean =>
  typeof text === "string" && /^[\t\x20-\x7e\x80-\xff]*$/.test(text)

function cookieOf([name, value]: readonly [string, string | undefined]): string {
  if (!/^[\w!#$%&'*.^`|~+-]+$/.test(name)) {
    throw new NitroError("NITRO_COOKIE", `${JSON.stringify(name)} is not a name of a cookie.`, {
      fix: "Use letters, digits, - and _.",
    })
  }
  const secure = currentRequest()?.request.url.startsWith("https:") ? "; Secure" : ""
  const expiry = value === undefined ? "; Max-Age=0" : ""
  return `${name}=${encodeURIComponent(value ?? "")}; Path=/; HttpOnly; SameSite=Lax${secure}${expiry}`
}
