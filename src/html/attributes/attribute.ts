// Attribute values: from what the application gives to the text that is printed, or to nothing.
import { type AddressKind, addressRunsScript } from "../../shared/attribute-rules.ts"
import { Expression } from "../../shared/expression.ts"
import { htmlError } from "../markup/call-site.ts"
import { describe, isPlain } from "../markup/child.ts"
import { escapeHtml } from "../markup/escape.ts"
import { expressionLiteral, literalKey } from "../markup/literal.ts"
import { Finished, Markup } from "../markup/markup.ts"
import type { AttributeName } from "./attribute-name.ts"
import { attributeName, isAttributePlugin, judgeTarget } from "./attribute-name.ts"
import { classText } from "./class-list.ts"
import { assertAlive } from "./dead-attribute.ts"
import { contentName } from "./meta-content.ts"
import { refuseStyle, styleAttribute } from "./style.ts"

/** One attribute with its leading space, ready to print; `""` when the value says that there is none. */
export function attribute(name: AttributeName, value: unknown, tag: string): string {
  if (
    (name.kind === "data" || name.kind === "aria") &&
    typeof value === "object" &&
    value !== null &&
    !(value instanceof URL)
  ) {
    return expand(name, value, tag)
  }
  if (name.kind === "style" && typeof value === "object" && value !== null)
    return styleAttribute(name.lead, value)
  const text = attributeValue(name, value, tag)
  if (text === undefined) return ""
  return text === true ? name.bare : `${name.lead}${escapeHtml(text)}"`
}

/** The attributes of an object, in its order, as they stand in an open tag. It `mayRefresh` by what else the tag has. */
export function attributes(
  values: Readonly<Record<string, unknown>>,
  tag: string,
  mayRefresh = false,
): string {
  let text = ""
  const printed = new Set<string>()
  for (const key of Object.keys(values)) {
    const name = attributeName(key)
    if (name.kind === "ignored") continue
    assertAlive(tag, name.name)
    const next = attribute(
      name.kind === "refresh" && !mayRefresh ? contentName(name, values) : name,
      values[key],
      tag,
    )
    if (next === "") continue
    const lower = name.name.toLowerCase()
    if (!printed.has(lower)) text += next
    else if (name.kind === "class") return attributes(withOneClass(values), tag, mayRefresh)
    printed.add(lower)
  }
  return text
}

/** The same attributes with all spellings of `class` joined in the first one. Of other names a browser takes the first. */
export function withOneClass(
  values: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const all: Record<string, unknown> = {}
  let first: string | undefined
  for (const key of Object.keys(values)) {
    const value = values[key]
    if (attributeName(key).kind !== "class") all[key] = value
    else if (first === undefined) {
      first = key
      all[key] = value
    } else all[first] = [all[first], value]
  }
  return all
}

/** The text of a value before escaping, `true` for an attribute without a value, undefined for no attribute. */
export function attributeValue(
  name: AttributeName,
  value: unknown,
  tag: string,
): string | true | undefined {
  if (value === null || value === undefined) return undefined
  switch (name.kind) {
    case "plain":
      return scalar(name, value)
    case "url":
    case "urlList":
    case "sourceSet":
    case "refresh":
      return harmless(name.kind, scalar(name, value), tag)
    case "data":
      // `data` as text is the address of an <object>.
      return harmless("url", scalar(name, value), tag)
    case "class":
      return typeof value === "string" ? value : classText(value) || undefined
    case "style":
      if (typeof value === "string") return value
      if (value === false) return undefined
      throw refuseStyle(value)
    case "boolean":
      return typeof value === "number" || typeof value === "bigint"
        ? Boolean(value) || undefined
        : scalar(name, value)
    case "word":
      return value === true ? "true" : scalar(name, value)
    case "enumerated":
      return typeof value === "boolean" ? String(value) : scalar(name, value)
    case "yesNo":
      return typeof value === "boolean" ? (value ? "yes" : "no") : scalar(name, value)
    case "document":
      return documentText(name, value)
    case "expression":
      return value === false ? undefined : expressionSource(name, value)
    case "signals":
      return value === false ? undefined : signalsSource(name, value)
    case "members":
      return value === false ? undefined : membersSource(name, value)
    case "signalName":
      return signalName(name, value)
    case "flag":
      return typeof value === "boolean" ? value || undefined : expressionSource(name, value)
    case "ignored":
      return undefined
    case "aria":
      return scalar(name, value)
  }
}

function scalar(name: AttributeName, value: unknown): string | true | undefined {
  if (typeof value === "string") return value
  if (typeof value === "number" || typeof value === "bigint") return String(value)
  if (typeof value === "boolean") return value || undefined
  if (value instanceof Finished) return value.text
  if (value instanceof URL) return value.href
  throw refuseValue(name, value)
}

const harmless = (
  kind: AddressKind,
  text: string | true | undefined,
  tag: string,
): string | true | undefined =>
  typeof text === "string" && addressRunsScript(kind, text, tag) ? undefined : text

/** `srcdoc` is a nested document: text in it is escaped once for that document and once for the attribute. */
function documentText(name: AttributeName, value: unknown): string | undefined {
  if (value instanceof Finished) return value.text
  const text = scalar(name, value)
  return typeof text === "string" ? escapeHtml(text) : undefined
}

function expressionSource(name: AttributeName, value: unknown): string | true {
  if (value instanceof Expression) return value.source
  if (value === true && name.name.toLowerCase() === "data-json-signals") return true
  throw refuseExpression(name, value)
}

function signalsSource(name: AttributeName, value: unknown): string {
  if (value instanceof Expression) return value.source
  if (
    typeof value === "number" ||
    (typeof value === "object" && value !== null && (Array.isArray(value) || isPlain(value)))
  ) {
    return expressionLiteral(value)
  }
  throw refuseExpression(name, value)
}

/** `data-class={{ done: s.done }}`: only the page decides these, so that each member is an expression. Data is refused. */
function membersSource(name: AttributeName, value: unknown): string | undefined {
  if (value instanceof Expression) return value.source
  if (typeof value !== "object" || value === null || !isPlain(value))
    throw refuseExpression(name, value)
  const members: string[] = []
  for (const key of Object.keys(value)) {
    const member = value[key]
    if (member === null || member === undefined || member === false) continue
    if (!(member instanceof Expression)) throw refuseMember(name, key, member)
    if (isAttributePlugin(name.name)) judgeTarget(key)
    members.push(`${literalKey(key)}: ${member.source}`)
  }
  return members.length === 0 ? undefined : `{${members.join(", ")}}`
}

const validSignalName = /^[A-Za-z_]\w*(?:[.-]\w+)*$/

/** `data-bind="name"` names a signal: `name`, `$name`, or the signal itself. */
function signalName(name: AttributeName, value: unknown): string | true | undefined {
  if (typeof value === "boolean") return value || undefined
  const text = value instanceof Expression ? value.source : value
  if (typeof text !== "string") throw refuseExpression(name, value)
  const signal = text.startsWith("$") ? text.slice(1) : text
  if (validSignalName.test(signal)) return signal
  throw htmlError(
    "NITRO_HTML_EXPRESSION",
    `The attribute ${name.name} takes the name of one signal, not ${JSON.stringify(text.slice(0, 60))}.`,
    {
      fix: `Give a signal: \`${name.name}={s.name}\` or \`${name.name}="name"\`.`,
    },
  )
}

function expand(parent: AttributeName, value: object, tag: string): string {
  if (!isPlain(value)) throw refuseValue(parent, value)
  let text = ""
  for (const key of Object.keys(value)) {
    const name =
      parent.kind === "aria"
        ? key.toLowerCase()
        : key.replace(/[A-Z]/g, letter => `-${letter.toLowerCase()}`)
    text += attribute(attributeName(`${parent.name}-${name.replaceAll("_", "-")}`), value[key], tag)
  }
  return text
}

function refuseExpression(name: AttributeName, value: unknown): Error {
  const was = typeof value === "string" ? "text" : describe(value)
  return htmlError(
    "NITRO_HTML_EXPRESSION",
    `The browser evaluates the attribute ${name.name} as code, and was given ${was}.`,
    {
      fix: `Write \`${name.name}={ds\`...\`}\` or use signals and actions from \`nitro-ts/datastar\`; they encode the values inside.`,
    },
  )
}

function refuseMember(name: AttributeName, key: string, value: unknown): Error {
  const was = typeof value === "string" ? "text" : describe(value)
  return htmlError(
    "NITRO_HTML_EXPRESSION",
    `The members of ${name.name} are expressions, and ${JSON.stringify(key.slice(0, 60))} is ${was}.`,
    {
      fix: "Give a signal, or `value(...)` of `nitro-ts/datastar` for a constant. Write constant parts as a plain attribute, class or style.",
    },
  )
}

function refuseValue(name: AttributeName, value: unknown): Error {
  if (value instanceof Expression) {
    return htmlError(
      "NITRO_HTML_ATTRIBUTE",
      `The attribute ${name.name} is plain text; the browser would not evaluate the expression.`,
      {
        fix: `Write \`data-attr:${name.name}={expression}\`.`,
      },
    )
  }
  if (value instanceof Markup || value instanceof Promise) {
    return htmlError(
      "NITRO_HTML_PENDING",
      `The attribute ${name.name} was given ${value instanceof Markup ? "pending markup" : "a promise"}.`,
      {
        fix: "Await the value first.",
      },
    )
  }
  return htmlError(
    "NITRO_HTML_ATTRIBUTE",
    `The attribute ${name.name} cannot be ${describe(value)}.`,
  )
}
