// A `Response` that an action returns: as it is for programs and forms, and as what the page's script understands.
import {
  executeScript,
  js,
  value as literalOf,
  patchElements,
  patchSignals,
  type SseText,
  sseHeaders,
} from "../../datastar/index.ts"
import { html, raw } from "../../html/index.ts"
import { NitroError } from "../../shared/errors.ts"
import type { ClientRequest } from "../input/client-request.ts"
import "../contract/errors.ts"
import { alertSignal } from "../contract/form-keys.ts"
import { mediaTypeOf } from "../contract/media-type.ts"
import { makeResponse } from "./response.ts"

export function isResponse(value: unknown): value is Response {
  // The tag recognises those of another fetch implementation, a polyfill say.
  return value instanceof Response || Object.prototype.toString.call(value) === "[object Response]"
}

const scriptTypes =
  /^(?:text\/html|text\/event-stream|application\/json|(?:text|application)\/javascript)$/

/** @throws NITRO_UNSENDABLE for a Response that was read already, or that the page's script could not show. */
export function assertRelayable(
  response: Response,
  name: string,
  { client, request }: Pick<ClientRequest, "client" | "request">,
): void {
  if (response.bodyUsed || response.body?.locked) {
    throw refuse(name, "whose body was read already", "Return response.clone(), or read the clone.")
  }
  if (response.type === "error" || response.status < 200)
    throw refuse(name, "of a failed fetch", "Respond with another status.")
  const location = locationOf(response)
  if (location !== undefined && targetOf(location, request) === undefined) {
    throw refuse(
      name,
      `that redirects to ${JSON.stringify(location)}`,
      "Redirect to a path, or to an http(s) URL.",
    )
  }
  if (client !== "datastar" || location !== undefined || isBodyless(response)) return
  const type = typeOf(response)
  if (
    response.ok
      ? scriptTypes.test(type)
      : type === "text/plain" || type === "text/html" || type === ""
  )
    return
  const what = `of status ${response.status} and type ${type || "(none)"} to the script of a page, which cannot show it`
  throw refuse(
    name,
    what,
    response.ok
      ? "Link to it (<a href={call(…).href}>), so that the browser opens it."
      : 'Throw new Refusal("…", { status }) instead.',
  )
}

/** `events` go ahead of the response: that a form succeeded. `assertRelayable` has passed. */
export async function relayed(
  response: Response,
  { client, request }: Pick<ClientRequest, "client" | "request">,
  events: string,
): Promise<Response> {
  if (client !== "datastar") return response
  const location = locationOf(response)
  if (location !== undefined)
    // `assertAnswerable` has refused what leads nowhere.
    return sse(response, events + goTo(targetOf(location, request) as string))
  if (isBodyless(response))
    return events === "" ? empty(response) : sse(response, response.ok ? events : "")
  const type = typeOf(response)
  if (!response.ok) {
    const text = await response.text()
    if (type === "text/html") return sse(response, String(patchElements(raw(text))))
    return sse(
      response,
      String(
        patchSignals({
          [alertSignal]: text === "" ? `The response was ${response.status}.` : text,
        }),
      ),
    )
  }
  if (events !== "") return behind(response, type, events)
  // Options of the patch in headers, and streams, are for the script itself to read.
  if (type !== "text/html" || hasPatchOptions(response.headers)) return withStatus(response, 200)
  return sse(response, String(patchElements(raw(await response.text()))))
}

/** The effect of the response on the page, as events behind others. */
async function behind(response: Response, type: string, events: string): Promise<Response> {
  if (type === "text/event-stream") {
    const ahead = new TransformStream<Uint8Array, Uint8Array>({
      start: controller => controller.enqueue(new TextEncoder().encode(events)),
    })
    const headers = new Headers(response.headers)
    headers.delete("content-length")
    return makeResponse(response.body?.pipeThrough(ahead) ?? events, { headers })
  }
  const text = await response.text()
  if (type === "text/html")
    return sse(response, events + withOptions(patchElements(raw(text)), response.headers))
  if (type === "application/json") {
    // Anything but an object is no signals, and the script says so.
    if (!/^\s*\{/.test(text)) return makeResponse(text, { headers: response.headers })
    return sse(response, events + withOptions(patchSignals(text), response.headers))
  }
  return sse(response, events + String(executeScript(text)))
}

/** The names of options as events have them, by that of their header. */
const patchOptions = {
  "datastar-selector": "selector",
  "datastar-mode": "mode",
  "datastar-namespace": "namespace",
  "datastar-use-view-transition": "useViewTransition",
  "datastar-view-transition-selector": "viewTransitionSelector",
  "datastar-only-if-missing": "onlyIfMissing",
} as const

/** The event with the options that the headers of its response hold, each on a line, as no value of a header has a line break. */
function withOptions(event: SseText, headers: Headers): string {
  const lines = Object.entries(patchOptions).flatMap(([header, name]) => {
    const value = headers.get(header)
    return value === null ? [] : `data: ${name} ${value}\n`
  })
  return String(event).replace("\n", () => `\n${lines.join("")}`)
}

/** Works under a policy that allows no inline script, which an expression is not. */
function goTo(location: string): string {
  // From a timer, so that browsers keep the current page in their history.
  const go = js(
    `el.remove(); setTimeout(() => { window.location.href = ${literalOf(location).source} })`,
  )
  return String(
    patchElements(html`<i hidden data-init="${go}"></i>`, { selector: "body", mode: "append" }),
  )
}

const aboutTheBody = [
  "content-type",
  "content-length",
  "content-encoding",
  "content-disposition",
  "location",
  "etag",
  "last-modified",
]

function sse(response: Response, events: string): Response {
  if (events === "") return empty(response)
  const headers = otherHeaders(response)
  for (const [name, value] of Object.entries(sseHeaders)) headers.set(name, value)
  return makeResponse(events, { headers })
}

function empty(response: Response): Response {
  return makeResponse(null, { status: 204, headers: otherHeaders(response) })
}

/** Cookies and headers that concern the response, and not its body. */
function otherHeaders(response: Response): Headers {
  const headers = new Headers(response.headers)
  for (const name of aboutTheBody) headers.delete(name)
  return headers
}

function withStatus(response: Response, status: number): Response {
  return response.status === status
    ? response
    : makeResponse(response.body, { status, headers: response.headers })
}

function locationOf({ status, headers }: Response): string | undefined {
  return status >= 300 && status < 400 ? (headers.get("location") ?? undefined) : undefined
}

/** The address as the page's script opens it: a relative one is relative to the action and not to the page. */
function targetOf(location: string, { url }: Request): string | undefined {
  if (!URL.canParse(location, url)) return undefined
  const target = new URL(location, url)
  if (target.protocol !== "http:" && target.protocol !== "https:") return undefined
  // Behind a proxy this server does not know the scheme and host of its pages.
  return target.origin === new URL(url).origin
    ? target.pathname + target.search + target.hash
    : target.href
}

function isBodyless({ status, body }: Response): boolean {
  return body === null || status === 204 || status === 205 || status === 304
}

function hasPatchOptions(headers: Headers): boolean {
  return [...headers.keys()].some(name => name.startsWith("datastar-"))
}

function typeOf(response: Response): string {
  return mediaTypeOf(response.headers.get("content-type"))
}

function refuse(name: string, what: string, fix: string): NitroError {
  return new NitroError("NITRO_UNSENDABLE", `${name} returned a Response ${what}. ${fix}`, { fix })
}
