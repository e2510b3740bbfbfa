// Datastar's actions as expressions: requests to the server, and the ones that work on many signals.
import { escapeHtml } from "../html/internal.ts"
import { Expression as Brand } from "../shared/expression.ts"
import { datastarError } from "./errors.ts"
import { EffectNode, ExpressionNode, TemplateNode, typed } from "./expression.ts"
import type { Effect, Expression, Operand } from "./expression-types.ts"
import {
  isHarmless,
  literal,
  objectKey,
  partSource,
  receiverSource,
  regexLiteral,
} from "./literal.ts"

/** Selects signals by a regular expression over their paths (`user.name`). */
export interface SignalFilter {
  readonly include?: RegExp
  /** Datastar's default for requests: signals with a name that starts with `_`. */
  readonly exclude?: RegExp
}

type QueryValue = Operand<string | number | boolean | null | undefined> | Date

/** Options of a request to the server. Left out, Datastar's defaults hold. */
export interface BackendOptions {
  /** Added to the URL, encoded. null and undefined are left out, a list repeats its name. Expressions are encoded in the page. */
  readonly query?: Readonly<Record<string, QueryValue | readonly QueryValue[]>>
  /** `json` sends signals, `form` the fields of the closest form (or of `selector`). Default json. */
  readonly contentType?: "json" | "form"
  /** CSS selector of the form to send. */
  readonly selector?: Operand<string>
  readonly headers?: Readonly<Record<string, Operand<string>>>
  readonly filterSignals?: SignalFilter
  /** Sent instead of the signals. May hold expressions. */
  readonly payload?: unknown
  /** Keeps the stream open while the tab is hidden. Default false for get, true for the others. */
  readonly openWhenHidden?: boolean
  /** `auto` cancels the element's running request, `cleanup` also when the element goes away, or an AbortController of the page. Default auto. */
  readonly requestCancellation?: "auto" | "cleanup" | "disabled" | Brand
  /** When to connect again: `auto` on network errors, `error` also on 4xx and 5xx, `always` also after a clean end. Default auto. */
  readonly retry?: "auto" | "error" | "always" | "never"
  /** Milliseconds before the first retry. Default 1000. */
  readonly retryInterval?: number
  /** Factor between two waits. Default 2. */
  readonly retryScaler?: number
  /** Longest wait in milliseconds. Default 30000. */
  readonly retryMaxWait?: number
  /** Default 10; Infinity never gives up. */
  readonly retryMaxCount?: number
}

export type Url = Operand<string>

/** `@get(url)`: signals travel in the query parameter `datastar`. */
export function get(url: Url, options?: BackendOptions): Effect {
  return request("get", url, options)
}

/** `@post(url)`: signals travel as the JSON body. */
export function post(url: Url, options?: BackendOptions): Effect {
  return request("post", url, options)
}

/** `@put(url)` */
export function put(url: Url, options?: BackendOptions): Effect {
  return request("put", url, options)
}

/** `@patch(url)` */
export function patch(url: Url, options?: BackendOptions): Effect {
  return request("patch", url, options)
}

/** `@delete(url)`: signals travel in the query parameter `datastar`. */
export function del(url: Url, options?: BackendOptions): Effect {
  return request("delete", url, options)
}

function request(action: string, url: Url, options?: BackendOptions): Effect {
  if (url === "")
    throw datastarError("NITRO_DATASTAR_ATTRIBUTE", `@${action} needs a URL.`, {
      fix: 'Pass a path such as "/todos".',
    })
  // Buttons of a list: there are many, and most have no options.
  if (options === undefined && typeof url === "string" && isHarmless(url)) {
    return new EffectNode(
      `@${action}('${url}')`,
      "primary",
      `@${action}(&#39;${escapeHtml(url)}&#39;)`,
    )
  }
  const { query, filterSignals, ...rest } = options ?? {}
  const entries = Object.entries(rest)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${objectKey(name)}: ${literal(value, name)}`)
  if (filterSignals !== undefined) entries.unshift(`filterSignals: ${filterSource(filterSignals)}`)
  const target = query === undefined ? literal(url, "The URL") : urlSource(url, query)
  return new EffectNode(
    `@${action}(${target}${entries.length === 0 ? "" : `, {${entries.join(", ")}}`})`,
    "primary",
  )
}

function urlSource(url: Url, query: NonNullable<BackendOptions["query"]>): string {
  const [path, hash] = typeof url === "string" ? splitHash(url) : [url, ""]
  const parts: unknown[] = [path]
  let separator = typeof path === "string" && path.includes("?") ? "&" : "?"
  for (const [name, values] of Object.entries(query)) {
    for (const value of Array.isArray(values) ? values : [values]) {
      if (value === null || value === undefined) continue
      const key = `${separator}${encode(name)}=`
      if (value instanceof Brand)
        parts.push(key, new ExpressionNode(`encodeURIComponent(${partSource(value)})`, "primary"))
      else parts.push(key + encode(value instanceof Date ? value.toISOString() : String(value)))
      separator = "&"
    }
  }
  parts.push(hash)
  return parts.some(part => part instanceof Brand)
    ? new TemplateNode(parts.filter(part => part !== "")).source
    : literal(parts.join(""))
}

function splitHash(url: string): [path: string, hash: string] {
  const at = url.indexOf("#")
  return at === -1 ? [url, ""] : [url.slice(0, at), url.slice(at)]
}

/** As an HTML form encodes it: a space is `+`. */
function encode(text: string): string {
  return new URLSearchParams([["", text]]).toString().slice(1)
}

function filterSource(filter: SignalFilter): string {
  const entries = Object.entries(filter).filter(([, pattern]) => pattern !== undefined)
  return `{${entries.map(([name, pattern]) => `${objectKey(name)}: ${regexLiteral(pattern)}`).join(", ")}}`
}

/** `@peek(() => expression)`: reads without subscribing to changes. */
export function peek<T>(expression: Brand<T>): Expression<T> {
  return typed(new ExpressionNode(`@peek(() => ${receiverSource(expression)})`, "primary"))
}

/** `@setAll(value, filter)`: sets every signal that the filter includes; all of them without a filter. */
export function setAll(value: unknown, filter?: SignalFilter): Effect {
  return new EffectNode(
    `@setAll(${literal(value)}${filter === undefined ? "" : `, ${filterSource(filter)}`})`,
    "primary",
  )
}

/** `@toggleAll(filter)`: turns every boolean signal around that the filter includes. */
export function toggleAll(filter?: SignalFilter): Effect {
  return new EffectNode(
    `@toggleAll(${filter === undefined ? "" : filterSource(filter)})`,
    "primary",
  )
}
