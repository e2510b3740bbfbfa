// Datastar's server-sent events as text, ready to be written to a stream.
import { Markup, raw, script } from "../html/index.ts"
import { isObject } from "../shared/guards.ts"
import { datastarError } from "./errors.ts"
import { assertJson, quote } from "./literal.ts"
import { assertSignalPath, SignalGroup } from "./signal.ts"
import { SseText } from "./sse-text.ts"
import { js } from "./trusted.ts"

/** Options of every event. */
export interface EventOptions {
  /** Comes back as the `last-event-id` header when the page connects again. One line. */
  readonly eventId?: string | number
  /** Milliseconds that the page waits before it connects again. 1000 is the default and is not sent. */
  readonly retryDuration?: number
}

export type PatchMode =
  | "outer"
  | "inner"
  | "replace"
  | "prepend"
  | "append"
  | "before"
  | "after"
  | "remove"
export type PatchNamespace = "html" | "svg" | "mathml"

export interface PatchElementsOptions extends EventOptions {
  /** CSS selector of the target. Default: the element of the same id. One line; never text of a user. */
  readonly selector?: string
  /** Default `outer`: morphs the element. */
  readonly mode?: PatchMode
  /** Default `html`. */
  readonly namespace?: PatchNamespace
  readonly useViewTransition?: boolean
  /** CSS selector of the element whose view transition is used. */
  readonly viewTransitionSelector?: string
}

export interface PatchSignalsOptions extends EventOptions {
  /** Leaves signals alone that the page already has. Default false. */
  readonly onlyIfMissing?: boolean
}

export interface ExecuteScriptOptions extends EventOptions {
  /** Removes the script element after it ran. Default true. */
  readonly autoRemove?: boolean
  /** Attributes of the script element, judged like those of any other element. */
  readonly attributes?: Readonly<Record<string, string | number | boolean>>
}

const modes: ReadonlySet<string> = new Set<PatchMode>([
  "outer",
  "inner",
  "replace",
  "prepend",
  "append",
  "before",
  "after",
  "remove",
])
const namespaces: ReadonlySet<string> = new Set<PatchNamespace>(["html", "svg", "mathml"])
const lineBreak = /\r\n|\r|\n/
const unsafeInField = /[\r\n\0]/

/**
 * Patches elements into the page: by id, or where `selector` and `mode` say. Takes markup: the result of html``, a tag
 * function or JSX; `raw(text)` for text that you trust. @throws NITRO_SSE_TEXT for a plain string.
 */
export function patchElements(elements: Markup, options?: PatchElementsOptions): SseText {
  return new SseText(elementsEvent(elements, options))
}

function elementsEvent(elements: Markup, options?: PatchElementsOptions): string {
  const text = markupText(elements)
  if (options === undefined) return withData("event: datastar-patch-elements\n", "elements", text)
  const { mode = "outer", selector } = options
  if (mode === "remove" && !selector) {
    throw datastarError(
      "NITRO_SSE_FIELD",
      "A patch with mode `remove` has no selector, so nothing says what to remove.",
      {
        fix: 'Use `removeElements("#id")`.',
      },
    )
  }
  let event = `event: datastar-patch-elements\n${eventFields(options)}`
  if (selector) event += `data: selector ${field("selector", selector)}\n`
  if (mode !== "outer") event += `data: mode ${oneOf("mode", mode, modes)}\n`
  const { namespace = "html" } = options
  if (namespace !== "html")
    event += `data: namespace ${oneOf("namespace", namespace, namespaces)}\n`
  if (options.useViewTransition === true) event += "data: useViewTransition true\n"
  if (options.viewTransitionSelector) {
    event += `data: viewTransitionSelector ${field("viewTransitionSelector", options.viewTransitionSelector)}\n`
  }
  // Removing needs no markup; an empty `inner` patch does: it empties its target.
  return text === "" && mode === "remove" ? `${event}\n` : withData(event, "elements", text)
}

/** Removes every element that the selector matches. */
export function removeElements(
  selector: string,
  options?: Omit<PatchElementsOptions, "selector" | "mode">,
): SseText {
  return patchElements(raw(""), { ...options, selector, mode: "remove" })
}

/**
 * Merges into the page's signals (RFC 7386: null removes). Takes plain data, what `signals(...)` returned, or the JSON text
 * of an object. Throws NITRO_EXPRESSION_VALUE for what JSON would drop: undefined, functions, NaN, and for text that is
 * not JSON.
 */
export function patchSignals(signals: object | string, options?: PatchSignalsOptions): SseText {
  let event = "event: datastar-patch-signals\n"
  if (options !== undefined) {
    event += eventFields(options)
    if (options.onlyIfMissing === true) event += "data: onlyIfMissing true\n"
  }
  if (typeof signals === "string") return new SseText(withData(event, "signals", jsonText(signals)))
  const values = signals instanceof SignalGroup ? SignalGroup.values(signals) : signals
  assertJson(values, "signals")
  // JSON text never holds a line break.
  return new SseText(`${event}data: signals ${JSON.stringify(values)}\n\n`)
}

/** The official client evaluates signals that do not parse as JSON, so text that is not JSON would run as code. */
function jsonText(text: string): string {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw datastarError("NITRO_EXPRESSION_VALUE", "The text for `patchSignals` is not JSON.", {
      cause,
      fix: "Pass an object.",
    })
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return text
  throw datastarError(
    "NITRO_EXPRESSION_VALUE",
    "The text for `patchSignals` is JSON, but not an object.",
    { fix: "Pass an object." },
  )
}

/** Removes signals by their paths: `user.name`. */
export function removeSignals(paths: string | readonly string[], options?: EventOptions): SseText {
  const patch: Record<string, unknown> = {}
  for (const path of typeof paths === "string" ? [paths] : paths) {
    assertSignalPath(path)
    let target = patch
    const dot = path.lastIndexOf(".")
    for (const name of dot < 0 ? [] : path.slice(0, dot).split(".")) {
      const inner = target[name]
      const next: Record<string, unknown> = isObject(inner) ? inner : {}
      target[name] = next
      target = next
    }
    target[path.slice(dot + 1)] = null
  }
  return patchSignals(patch, options)
}

/** Runs JavaScript in the page. The source is trusted: build it from your own text and `JSON.stringify`, or not at all. */
export function executeScript(source: string, options: ExecuteScriptOptions = {}): SseText {
  const { autoRemove = true, attributes = {}, ...rest } = options
  // Neither of the two may stand in the text of a script element; both mean the same in a string and in a regular expression.
  const text = source.replace(/<\/(?=script)/gi, "<\\/").replace(/<!--/g, "<\\!--")
  const element = script(
    { ...attributes, ...(autoRemove && { "data-effect": removeItself }) },
    raw(text),
  )
  return patchElements(element, { ...rest, mode: "append", selector: "body" })
}

const removeItself = js("el.remove()")

/**
 * Sends the page to another URL, from a stream of events: a path, or an http(s) URL. An action returns `redirect` of `nitro-ts`
 * instead, which works without a script too. @throws NITRO_REDIRECT_URL for any other scheme.
 */
export function redirectPatch(url: string | URL, options?: EventOptions): SseText {
  const target = String(url)
  if (!isWebUrl(target))
    throw datastarError("NITRO_REDIRECT_URL", `A redirect to \`${target}\` is refused.`)
  // From a timer, so that browsers keep the current page in their history.
  return executeScript(`setTimeout(() => { window.location.href = ${quote(target)} })`, options)
}

/** Writes plain values to the browser's console. */
export function consoleLog(value: unknown, options?: EventOptions): SseText {
  assertJson(value, "The value")
  return executeScript(`console.log(JSON.parse(${quote(JSON.stringify(value))}))`, options)
}

/** A line that pages ignore: keeps a connection alive, and shows that it is. */
export function comment(text = ""): SseText {
  const lines = text.split(lineBreak).map(line => `: ${line}\n`)
  return new SseText(`${lines.join("")}\n`)
}

function eventFields(options: EventOptions): string {
  let fields = ""
  const { eventId, retryDuration } = options
  if (eventId !== undefined && eventId !== "")
    fields += `id: ${field("eventId", String(eventId))}\n`
  if (retryDuration !== undefined && retryDuration !== 1000) {
    if (!Number.isSafeInteger(retryDuration) || retryDuration < 0) {
      throw datastarError(
        "NITRO_SSE_FIELD",
        `retryDuration is ${retryDuration}, not a whole number of milliseconds.`,
      )
    }
    fields += `retry: ${retryDuration}\n`
  }
  return fields
}

/** Ends an event with one `data:` line per line of the text. A bare CR ends a line too: markup with one would start a field. */
function withData(event: string, name: string, text: string): string {
  const prefix = `data: ${name} `
  // Nearly all markup has only LF, and a plain search is faster than a regular expression.
  const lines = text.includes("\r")
    ? text.split(lineBreak).join(`\n${prefix}`)
    : text.includes("\n")
      ? text.replaceAll("\n", `\n${prefix}`)
      : text
  // `+` on a long string only links its pieces, and copying them together later costs more than doing it now.
  return lines.length < 4096
    ? `${event}${prefix}${lines}\n\n`
    : [event, prefix, lines, "\n\n"].join("")
}

function field(name: string, text: string): string {
  if (!unsafeInField.test(text)) return text
  throw datastarError(
    "NITRO_SSE_FIELD",
    `${name} holds a line break or a NUL, which would end the field: ${JSON.stringify(text)}`,
  )
}

function oneOf(name: string, text: string, allowed: ReadonlySet<string>): string {
  if (allowed.has(text)) return text
  throw datastarError("NITRO_SSE_FIELD", `${name} is ${JSON.stringify(text)}.`, {
    fix: `Use one of ${[...allowed].join(", ")}.`,
  })
}

function markupText(markup: unknown): string {
  if (markup instanceof Markup) return markup.toString()
  const what = typeof markup === "string" ? "a plain string" : "something else"
  throw datastarError("NITRO_SSE_TEXT", `patchElements takes markup, and was given ${what}.`, {
    fix: "Pass what html``, a tag function or JSX returned, or `raw(text)` for text that you trust. Await a promise first, and make a list one fragment.",
  })
}

export function isWebUrl(text: string): boolean {
  try {
    return /^https?:$/.test(new URL(text, "http://localhost").protocol)
  } catch {
    return false
  }
}
