// Refuses state-changing requests that a browser sends from another site. No token, so pages stay cacheable.
import { NitroError } from "../../shared/errors.ts"
import "../contract/errors.ts"

/**
 * Every browser in use sends `Sec-Fetch-Site`; older ones send `Origin` with a POST. A request with neither does not
 * come from a browser page and carries no ambient cookies worth stealing.
 * Source: Fetch Metadata Request Headers, W3C; the same rule as Go's http.CrossOriginProtection.
 */
export function assertSameSite(request: Request, trustedOrigins: readonly string[] = []): void {
  const headers = request.headers
  const site = headers.get("sec-fetch-site")
  if (site === "same-origin" || site === "none") return
  const origin = headers.get("origin")
  if (origin !== null && trustedOrigins.includes(origin)) return
  if (site === null) {
    if (origin === null) return
    const host = headers.get("host")
    const scheme = origin.indexOf("://")
    if (scheme > 0 && origin.slice(scheme + 3) === host) return
  }
  throw new NitroError(
    "NITRO_CROSS_SITE",
    `A request from ${origin ?? "another site"} was refused: it would change data here.`,
  )
}
