// `redirect("/orders")`: the response of an action or a route that sends its client to another page.
import { isWebUrl } from "../../datastar/sse.ts"
import { NitroError } from "../../shared/errors.ts"
import { optionNames, refuseUnknownOptions } from "../../shared/options.ts"
import { type CookieOptions, cookiesOf } from "./cookies.ts"
import { makeResponse } from "./response.ts"

export interface RedirectOptions extends CookieOptions {
  /** HTTP status; default 303, after which every client uses GET. */
  readonly status?: 301 | 302 | 303 | 307 | 308
}

const redirectOptions = optionNames<RedirectOptions>({ cookies: true, status: true })
const statuses: readonly unknown[] = [301, 302, 303, 307, 308]

/**
 * Returns a redirect. An action may return it to every client: a form follows it, the page's script goes there, a program
 * gets the status and the `Location` header.
 *
 * ```ts
 * @action() async pay() { …; return redirect(`/orders/${this.id}`, { cookies: { basket: undefined } }) }
 * ```
 *
 * `to` is a path of this site that begins with `/`, or a `URL` for any other. Text that could lead to another site throws
 * `NITRO_REDIRECT_URL`, so input is safe to pass as text.
 */
export function redirect(to: string | URL, options: RedirectOptions = {}): Response {
  refuseUnknownOptions("redirect(path, { … })", options, redirectOptions)
  const { cookies, status = 303 } = options
  if (!statuses.includes(status)) {
    throw new NitroError("NITRO_REDIRECT_URL", `${String(status)} is not a status of a redirect.`, {
      fix: "Use 301, 302, 303, 307 or 308.",
    })
  }
  const headers = new Headers({ location: locationOf(to), "cache-control": "no-store" })
  for (const value of cookiesOf(cookies)) headers.append("set-cookie", value)
  return makeResponse(null, { status, headers })
}

const anyHost = "http://host.invalid"

function locationOf(to: string | URL): string {
  if (to instanceof URL) {
    if (isWebUrl(to.href)) return to.href
    throw new NitroError(
      "NITRO_REDIRECT_URL",
      `A redirect to \`${to.href}\` is refused: it is not http or https.`,
    )
  }
  // Browsers read `//host` and `/\host`, also with tabs and line breaks in between, as the address of another site.
  const url =
    typeof to === "string" && to.startsWith("/") && URL.canParse(to, anyHost)
      ? new URL(to, anyHost)
      : undefined
  if (url?.origin === anyHost) return url.pathname + url.search + url.hash
  throw new NitroError(
    "NITRO_REDIRECT_URL",
    `A redirect to ${JSON.stringify(to)} is refused: it is not a path of this site.`,
    {
      fix: 'Begin a path with one slash. For another site pass a URL: redirect(new URL("https://example.org/")).',
    },
  )
}
