// Datastar's server-sent events as text, ready to be written to a stream.
import { datastarError } from "./errors.ts"
import { assertJson, quote } from "./literal.ts"
import { assertSignalPath, SignalGroup } from "./signal.ts"

/** What every event may carry. */
export interface EventOptions {
  /** Comes back as the `last-event-id` header when the page connects again. One line. */
  readonly eventId?: string | number
  /** Milliseconds that the page waits before it connects again. 1000 is the default and is not sent. */
  readonly retryDuration?: number
}

export type PatchMode = "outer" | "inner" | "replace" | "prepend" | "append" | "before" | "after" | "remove"
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
  /** Attributes of the script element. Values are escaped. */
  readonly attributes?: Readonly<Record<string, string | number | boolean>>
}

/** Finished markup: a string, or an object that prints as one, such as what html`` returns. */
export type Markup = string | { toString(): string }

const modes: ReadonlySet<string> = new Set<PatchMode>(["outer", "inner", "replace", "prepend", "append", "before", "after", "remove"])
const namespaces: ReadonlySet<string> = new Set<PatchNamespace>(["html", "svg", "mathml"])
const lineBreak = /\r\n|\r|\n/
const unsafeInField = /[\r\n\0]/

/** Patches elements into the page: by id, or where `selector` and `mode` say. */
export function patchElements(elements: Markup, options?: PatchElementsOptions): string {
  const text = typeof elements === "string" ? elements : markupText(elements)
  if (options === undefined) return withData("event: datastar-patch-elements\n", "elements", text)
  const { mode = "outer", selector } = options
  if (mode === "remove" && !selector) {
    throw datastarError("NITRO_SSE_FIELD", "A patch with mode `remove` has no selector, so nothing says what to remove.", {
      fix: 'Use `removeElements("#id")`.',
    })
  }
  let event = `event: datastar-patch-elements\n${eventFields(options)}`
  if (selector) event += `data: selector ${field("selector", selector)}\n`
  if (mode !== "outer") event += `data: mode ${oneOf("mode", mode, modes)}\n`
  const { namespace = "html" } = options
  if (namespace !== "html") event += `data: namespace ${oneOf("namespace", namespace, namespaces)}\n`
  if (options.useViewTransition === true) event += "data: useViewTransition true\n"
  if (options.viewTransitionSelector) {
    event += `data: viewTransitionSelector ${field("viewTransitionSelector", options.viewTransitionSelector)}\n`
  }
  // Removing needs no markup; an empty `inner` patch does: it empties its target.
  return text === "" && mode === "remove" ? `${event}\n` : withData(event, "elements", text)
}

/** Removes every element that the selector matches. */
export function removeElements(selector: string, options?: Omit<PatchElementsOptions, "selector" | "mode">): string {
  return patchElements("", { ...options, selector, mode: "remove" })
}

/**
 * Merges into the page's signals (RFC 7386: null removes). Takes plain data, what `signals(...)` returned, or JSON text.
 * Throws NITRO_EXPRESSION_VALUE for what JSON would drop: undefined, functions, NaN.
 */
export function patchSignals(signals: object | string, options?: PatchSignalsOptions): string {
  let event = "event: datastar-patch-signals\n"
  if (options !== undefined) {
    event += eventFields(options)
    if (options.onlyIfMissing === true) event += "data: onlyIfMissing true\n"
  }
  if (typeof signals === "string") return withData(event, "signals", signals)
  const values = signals instanceof SignalGroup ? SignalGroup.values(signals) : signals
  assertJson(values, "signals")
  // JSON text never holds a line break.
  return `${event}data: signals ${JSON.stringify(values)}\n\n`
}

/** Removes signals by their paths: `user.name`. */
export function removeSignals(paths: string | readonly string[], options?: EventOptions): string {
  const patch: Record<string, unknown> = {}
  for (const path of typeof paths === "string" ? [paths] : paths) {
    assertSignalPath(path)
    const names = path.split(".")
    const last = names.pop() as string
    let target = patch
    for (const name of names) {
      target[name] ??= {}
      target = target[name] as Record<string, unknown>
    }
    target[last] = null
  }
  return patchSignals(patch, options)
}

/** Runs JavaScript in the page. The source is trusted: build it from your own text and `JSON.stringify`, or not at all. */
export function executeScript(source: string, options: ExecuteScriptOptions = {}): string {
  const { autoRemove = true, attributes = {}, ...rest } = options
  let tag = "<script"
  for (const [name, value] of Object.entries(attributes)) {
    if (!/^[a-zA-Z][\w:.-]*$/.test(name)) throw datastarError("NITRO_SSE_FIELD", `\`${name}\` is not an attribute name.`)
    if (value === false) continue
    tag += value === true ? ` ${name}` : ` ${name}="${attributeText(String(value))}"`
  }
  if (autoRemove) tag += ' data-effect="el.remove()"'
  // Neither of the two may stand in the text of a script element; both mean the same in a string and in a regular expression.
  const text = source.replace(/<\/(?=script)/gi, "<\\/").replace(/<!--/g, "<\\!--")
  return patchElements(`${tag}>${text}</script>`, { ...rest, mode: "append", selector: "body" })
}

/** Sends the page to another URL: a path, or an http(s) URL. Throws NITRO_REDIRECT_URL for any other scheme. */
export function redirect(url: string | URL, options?: EventOptions): string {
  const target = String(url)
  if (!isWebUrl(target)) throw datastarError("NITRO_REDIRECT_URL", `A redirect to \`${target}\` is refused.`)
  // From a timer, so that browsers keep the current page in their history.
  return executeScript(`setTimeout(() => { window.location.href = ${quote(target)} })`, options)
}

/** Writes plain values to the browser's console. */
export function consoleLog(value: unknown, options?: EventOptions): string {
  assertJson(value, "The value")
  return executeScript(`console.log(JSON.parse(${quote(JSON.stringify(value))}))`, options)
}

/** A line that pages ignore: keeps a connection alive, and shows that it is. */
export function comment(text = ""): string {
  return `${text
    .split(lineBreak)
    .map(line => `: ${line}\n`)
    .join("")}\n`
}

function eventFields(options: EventOptions): string {
  let fields = ""
  const { eventId, retryDuration } = options
  if (eventId !== undefined && eventId !== "") fields += `id: ${field("eventId", String(eventId))}\n`
  if (retryDuration !== undefined && retryDuration !== 1000) {
    if (!Number.isSafeInteger(retryDuration) || retryDuration < 0) {
      throw datastarError("NITRO_SSE_FIELD", `retryDuration is ${retryDuration}, not a whole number of milliseconds.`)
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
  return lines.length < 4096 ? `${event}${prefix}${lines}\n\n` : [event, prefix, lines, "\n\n"].join("")
}

function field(name: string, text: string): string {
  if (!unsafeInField.test(text)) return text
  throw datastarError("NITRO_SSE_FIELD", `${name} holds a line break or a NUL, which would end the field: ${JSON.stringify(text)}`)
}

function oneOf(name: string, text: string, allowed: ReadonlySet<string>): string {
  if (allowed.has(text)) return text
  throw datastarError("NITRO_SSE_FIELD", `${name} is ${JSON.stringify(text)}.`, { fix: `Use one of ${[...allowed].join(", ")}.` })
}

function markupText(markup: object | null | undefined): string {
  // An array prints with commas and a plain object as [object Object]: neither is markup.
  if (markup === null || markup === undefined || Array.isArray(markup) || markup.toString === Object.prototype.toString) {
    throw datastarError("NITRO_SSE_FIELD", "patchElements got something that is not markup.", {
      fix: "Pass a string or what html`` or JSX returned. Await a promise first, and make a list one fragment.",
    })
  }
  return markup.toString()
}

function attributeText(text: string): string {
  return text.replace(/[&"<>]/g, char => `&#${char.charCodeAt(0)};`)
}

function isWebUrl(text: string): boolean {
  try {
    return /^https?:$/.test(new URL(text, "http://localhost").protocol)
  } catch {
    return false
  }
}
