// `outcome(value, { status, headers, cookies })`: what an action returns, with more to say to its client.
import { NitroError } from "../../shared/errors.ts"
import { optionNames, refuseUnknownOptions } from "../../shared/options.ts"
import "../contract/errors.ts"
import { isSuccess } from "../contract/action-options.ts"
import type { Outcome } from "../contract/route.ts"
import { type CookieOptions, cookiesOf, isHeaderValue } from "./cookies.ts"
import { isResponse } from "./returned-response.ts"

export interface OutcomeOptions extends CookieOptions {
  /** HTTP status of a JSON response, 200 to 299. A form is redirected and the page's script gets patches, whatever it is. */
  readonly status?: number
  /** Headers for every client. Those of the body, such as `Content-Type`, belong to nitro. */
  readonly headers?: Readonly<Record<string, string>>
}

/** The result of `outcome`. Code that calls the method itself finds it in `value`. */
export class ActionOutcome<T = unknown> {
  readonly value: T
  readonly status: number | undefined
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly cookies: readonly string[]

  constructor(value: T, { status, headers = {}, cookies }: OutcomeOptions) {
    this.value = value
    this.status = status
    this.headers = Object.entries(headers)
    this.cookies = cookiesOf(cookies)
  }
}

const optionsOfOutcome = optionNames<OutcomeOptions>({ status: true, headers: true, cookies: true })
const ofTheBody =
  /^(?:content-(?:type|length|encoding|range|disposition)|transfer-encoding|connection|location|etag)$/i

/**
 * Returns `value` to every kind of client, with a status, headers and cookies.
 *
 * ```ts
 * return outcome(this, { status: 201, headers: { "x-total": "3" }, cookies: { seen: "1" } })
 * ```
 */
export function outcome<T>(value: T, options: OutcomeOptions): ActionOutcome<T> {
  refuseUnknownOptions("outcome(value, { … })", options, optionsOfOutcome)
  const { status, headers = {} } = options
  if (status !== undefined && isResponse(value))
    throw refused("A Response has its own status.", "Set it there: new Response(…, { status }).")
  if (status !== undefined && !isSuccess(status))
    throw refused(
      `The status ${String(status)} is not one of success.`,
      "Throw new Refusal(message, { status }), return redirect(path), or return a Response.",
    )
  for (const [name, text] of Object.entries(headers)) {
    if (name.toLowerCase() === "set-cookie")
      throw refused("A cookie is no header here.", "Write outcome(value, { cookies: { … } }).")
    if (ofTheBody.test(name))
      throw refused(
        `The header ${name} belongs to the body that nitro writes.`,
        "Return a Response of your own.",
      )
    if (!/^[\w!#$%&'*.^`|~+-]+$/.test(name) || !isHeaderValue(text))
      throw refused(
        `${JSON.stringify(name)}: ${JSON.stringify(text)} is no header.`,
        "Use a token as its name, and a text without control characters, such as line breaks, as its value.",
      )
  }
  return new ActionOutcome(value, options)
}

/** The outcome of a route whose `run` may have returned one of `outcome`. */
export function unwrapped(returned: Outcome): Outcome {
  const { value } = returned
  if (!(value instanceof ActionOutcome)) return returned
  const { status = returned.status, headers, cookies } = value
  return {
    value: value.value,
    ...(status === undefined ? {} : { status }),
    headers: [...headers, ...cookies.map(each => ["set-cookie", each] as const)],
  }
}

/** The response with the headers of an outcome: itself where its headers may be changed. */
export function withHeaders(response: Response, headers: Outcome["headers"] = []): Response {
  if (headers.length === 0) return response
  let target = response
  try {
    // Throws for the headers of a response of `fetch`, which cannot be changed.
    target.headers.delete("x-nitro-none")
  } catch {
    const { body, status, statusText } = response
    target = new Response(body, { status, statusText, headers: new Headers(response.headers) })
  }
  for (const [name, value] of headers)
    if (name === "set-cookie") target.headers.append(name, value)
    else target.headers.set(name, value)
  return target
}

function refused(message: string, fix: string): NitroError {
  return new NitroError("NITRO_OUTCOME", `${message} ${fix}`, { fix })
}
