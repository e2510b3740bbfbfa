// The content of a backend action: signals as JSON, or a form as the browser would send it.
import { ClientError } from "../errors.ts"
import { markSent } from "../patch/forms.ts"
import { untracked } from "../reactive.ts"
import { filtered, type SignalFilter } from "../store.ts"

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE"

/** Options of `@get` and its siblings; names and defaults are Datastar's. */
export interface FetchOptions {
  readonly contentType?: "json" | "form"
  /** The form to send; default: the closest one. */
  readonly selector?: string
  readonly headers?: Readonly<Record<string, string>>
  /** Default: every signal without a name that starts with an underscore. */
  readonly filterSignals?: SignalFilter
  /** Sent instead of the signals. */
  readonly payload?: unknown
  /** Default: false for `@get`, true for the others. */
  readonly openWhenHidden?: boolean
  readonly requestCancellation?: "auto" | "cleanup" | "disabled" | AbortController
  /** After what to try again. `auto`: network errors; `error`: error statuses too; `always`: also a clean end. */
  readonly retry?: "auto" | "error" | "always" | "never"
  /** Milliseconds before the first retry; default 1000. */
  readonly retryInterval?: number
  readonly retryScaler?: number
  /** Milliseconds; default 30000. */
  readonly retryMaxWait?: number
  readonly retryMaxCount?: number
  /** Milliseconds of silence after which a stream counts as dead; default 45000 with `retry: 'always'`, else never. */
  readonly idleTimeout?: number
}

export interface OutgoingRequest {
  readonly url: string
  readonly init: RequestInit & { readonly headers: Record<string, string> }
}

const hasBody = (method: Method): boolean => method !== "GET" && method !== "DELETE"

/** Where a request comes from. */
export interface Source {
  readonly el: Element
  readonly evt: Event | undefined
  /** With `contentType: 'form'`: the form that is sent, and the button that does it. */
  readonly form?: HTMLFormElement
  readonly submitter?: Submitter | undefined
}

/** Undefined if the form is not valid; the browser then shows why. */
export function sourceOf(
  { el, evt }: Pick<Source, "el" | "evt">,
  { contentType = "json", selector }: FetchOptions,
): Source | undefined {
  if (contentType === "json") return { el, evt }
  if (contentType !== "form")
    throw new ClientError(
      "FETCH",
      `contentType is 'json' or 'form', not ${JSON.stringify(contentType)}`,
    )
  const form = selector ? document.querySelector(selector) : formOf(el)
  if (!(form instanceof HTMLFormElement))
    throw new ClientError(
      "FORM",
      selector
        ? `no form matches ${selector}`
        : "contentType 'form' needs a form around the element, or a selector",
    )
  const submitter = findSubmitter(form, el, evt)
  const { reportValidity } = HTMLFormElement.prototype
  if (!form.hasAttribute("novalidate") && !submitter?.formNoValidate && !reportValidity.call(form))
    return undefined
  // A button in a form would submit it natively as well.
  if (evt?.type === "click" && submitter) evt.preventDefault()
  return { el, evt, form, submitter }
}

export function buildRequest(
  method: Method,
  address: string,
  options: FetchOptions,
  { el, evt, form, submitter }: Source,
): OutgoingRequest {
  const url = new URL(address, document.baseURI)
  const headers: Record<string, string> = {
    Accept: "text/event-stream, text/html, application/json",
    "Datastar-Request": "true",
  }
  // Another server would have to allow these headers, and may know neither.
  if (url.origin === location.origin) {
    headers["nitro-client"] = "1"
    // Repeated unchanged if a response was lost: a server that has handled the request does not run it again.
    if (method !== "GET")
      headers["Idempotency-Key"] = crypto.getRandomValues(new Uint32Array(4)).join("-")
  }
  const init: OutgoingRequest["init"] = { method, headers }
  if (form) addForm(method, form, submitter, url, init)
  else {
    const { payload } = options
    const body = JSON.stringify(
      payload === undefined
        ? untracked(() => filtered({ exclude: /(^|\.)_/, ...options.filterSignals }))
        : payload,
    )
    if (hasBody(method)) {
      headers["Content-Type"] = "application/json"
      init.body = body
    } else url.searchParams.set("datastar", body)
  }
  markSent(el, form, evt instanceof SubmitEvent || submitter !== undefined)
  Object.assign(headers, options.headers)
  return { url: url.href, init }
}

/** A form's own properties are never trusted: a control named `form` or `enctype` hides them. */
function formOf(el: Element): Element | null {
  return el.closest("form") ?? ("form" in el && el.form instanceof Element ? el.form : null)
}

type Submitter = HTMLButtonElement | HTMLInputElement

function findSubmitter(
  form: HTMLFormElement,
  el: Element,
  evt: Event | undefined,
): Submitter | undefined {
  if (evt instanceof SubmitEvent && evt.target === form)
    // Only buttons and inputs submit a form.
    return (evt.submitter as Submitter | null) ?? undefined
  const submits =
    (el instanceof HTMLButtonElement || el instanceof HTMLInputElement) &&
    /^(?:submit|image)$/.test(el.type)
  return submits && el.form === form ? el : undefined
}

function addForm(
  method: Method,
  form: HTMLFormElement,
  submitter: Submitter | undefined,
  url: URL,
  init: OutgoingRequest["init"],
): void {
  const data = new FormData(form, submitter)
  if (!hasBody(method)) {
    for (const [name, value] of data)
      url.searchParams.append(name, value instanceof File ? value.name : value)
    return
  }
  const isMultipart =
    form.getAttribute("enctype") === "multipart/form-data" ||
    [...data.values()].some(value => value instanceof File && value.name)
  // fetch writes the Content-Type of both, with the boundary of the first.
  init.body = isMultipart
    ? data
    : new URLSearchParams(
        [...data].map(([name, value]) => [name, value instanceof File ? value.name : value]),
      )
}
