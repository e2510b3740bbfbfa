// html`...`: the static text is read once per call site, then each render is one loop over the values.
import { Expression } from "../../shared/expression.ts"
import { isObject } from "../../shared/guards.ts"
import { attribute, attributes, attributeValue } from "../attributes/attribute.ts"
import { type AttributeName, attributeName } from "../attributes/attribute-name.ts"
import { classText } from "../attributes/class-list.ts"
import { refuseTwice } from "../attributes/dead-attribute.ts"
import {
  inputAttributes,
  isPassword,
  secretAttributes,
  typeOf,
} from "../attributes/secret-input.ts"
import { isHarmless, styleValue } from "../attributes/style.ts"
import { textOfValue } from "../elements/element.ts"
import { inPlace } from "../elements/in-place.ts"
import { htmlError } from "../markup/call-site.ts"
import { describe, ignoreRejections, isPlain, renderChild } from "../markup/child.ts"
import { escapeHtml } from "../markup/escape.ts"
import { scriptJson } from "../markup/literal.ts"
import {
  appendParts,
  Finished,
  type Markup,
  PART_CHARACTERS,
  type Part,
  Parts,
  Raw,
} from "../markup/markup.ts"
import {
  ADDRESS,
  ATTRIBUTE,
  BESIDE,
  EXPRESSION,
  GROUP,
  type Hole,
  isWholeAttribute,
  JSON_VALUE,
  PIECE,
  PLAIN_ATTRIBUTE,
  SKIP,
  STYLE_PIECE,
  TEXT,
  TEXTAREA,
  VERBATIM,
} from "./hole.ts"
import type { Plan } from "./plan.ts"
import { planTemplate } from "./read-template.ts"

const plans = new WeakMap<TemplateStringsArray, Plan>()
// A template that is rendered per row comes many times in a row: one comparison instead of a lookup.
let lastStrings: TemplateStringsArray | undefined
let lastPlan: Plan | undefined

function planOf(strings: TemplateStringsArray, asWritten: boolean): Plan {
  let plan = plans.get(strings)
  if (plan === undefined) {
    plan = planTemplate(strings, asWritten)
    plans.set(strings, plan)
  }
  lastStrings = strings
  lastPlan = plan
  return plan
}

type TemplateTag = (strings: TemplateStringsArray, ...values: readonly unknown[]) => Markup

// One loop for both tags, restricted to the features of nearly all templates. `values` is not passed on, so that V8 can read it
// from the stack and need not make an array of it; `continueInParts` gets a copy.
const templateTag =
  (asWritten: boolean): TemplateTag =>
  (strings, ...values) => {
    const plan = strings === lastStrings && lastPlan ? lastPlan : planOf(strings, asWritten)
    const kinds = plan.kinds
    // A value in quotes leaves its closing quote to the static text that follows: every piece less is one copy less.
    let statics = plan.statics
    let leads = plan.leads
    let text = ""
    try {
      for (let i = 0; i < kinds.length; i++) {
        const value = values[i]
        // In range.
        const kind = kinds[i] as number
        let rendered: string | readonly Part[] | undefined
        if (kind === TEXT) {
          text += statics[i]
          statics = plan.statics
          leads = plan.leads
          if (typeof value === "string") rendered = escapeHtml(value)
          else if (value instanceof Finished) rendered = value.text
          else rendered = typeof value === "number" ? String(value) : renderChild(value)
        } else {
          rendered = quickText(kind, value)
          const isQuick = rendered !== undefined
          text += isQuick ? leads[i] : statics[i]
          const isOpen = isQuick && isWholeAttribute(kind)
          statics = isOpen ? plan.closing : plan.statics
          leads = isOpen ? plan.closingLeads : plan.leads
          // There is a hole for each value.
          if (!isQuick && kind < GROUP) rendered = printHole(plan.holes[i] as Hole, kind, value)
        }
        if (typeof rendered === "string" && text.length + rendered.length <= PART_CHARACTERS)
          text += rendered
        else {
          const all: unknown[] = []
          for (let at = 0; at < kinds.length; at++) all.push(values[at])
          return continueInParts(plan, statics, i, text, rendered, all)
        }
      }
    } catch (error) {
      for (let at = 0; at < kinds.length; at++) ignoreRejections(values[at])
      throw error
    }
    text += statics[kinds.length]
    return text.length > 2 * PART_CHARACTERS ? new Parts([text]) : new Finished(text)
  }

/**
 * Markup from a template. The position of a value decides its meaning:
 *
 * - in text: a child; strings are escaped
 * - `id=${x}` or `id=`\${x}``: the whole attribute; `null`, `undefined` and `false` drop it, `true` prints the bare name
 * - `class=`a \${x}``: a part of the value
 * - `<div ${{ id, class: x }}>`: any number of attributes
 * - in `<script>`: data, printed as JSON
 *
 * @throws NITRO_HTML_CONTEXT at the first render when a value stands where it cannot be made safe.
 */
export const html: TemplateTag = templateTag(false)

/**
 * What the compile pass turns JSX and calls of tag functions into. Its static text is printed as JSX prints it: characters
 * beyond ASCII stay as they are.
 */
export const compiledHtml: TemplateTag = templateTag(true)

/**
 * The same for a template that is big, waits for something, or holds what the loop above does not know. `text` is what
 * stands before the hole `at`, `rendered` its text or parts if they are known; `statics` is what follows it.
 */
function continueInParts(
  plan: Plan,
  statics: readonly string[],
  at: number,
  before: string,
  rendered: string | readonly Part[] | undefined,
  values: readonly unknown[],
): Markup {
  const parts: Part[] = []
  let text = before
  let cached = rendered
  let following = statics
  // The text of a `<textarea>` whose open tag has not ended yet.
  let value: { readonly at: Hole["valueAt"]; readonly text: string } | undefined
  // Whether nothing stands yet behind the open tag of a `<textarea>` or `<pre>`.
  let isEmpty = false
  for (let i = at; i < values.length; i++) {
    // There is a hole for each value.
    const hole = plan.holes[i] as Hole
    const child = cached ?? (hole.kind === TEXT ? renderChild(values[i]) : undefined)
    cached = undefined
    if (typeof child === "string") text += child
    else if (child !== undefined)
      text = appendParts(parts, text, hole.isInPlace ? inPlace(child) : child)
    else if (hole.kind === VERBATIM) {
      const content = hole.isInPlace ? inPlace(renderParts(values[i])) : renderParts(values[i])
      // Only an open tag, or another such value, stands before it.
      isEmpty ||= plan.statics[i] !== ""
      const first = content.find(part => part !== "")
      text = appendParts(parts, isEmpty && isLineBreakLost(first) ? `${text}\n` : text, content)
      isEmpty &&= first === undefined
    } else if (hole.kind === TEXTAREA) {
      const { value: printed, ...others } =
        hole.name === undefined ? spreadOf(values[i], hole) : { value: values[i] }
      text += attributes(others, hole.tag)
      value = { at: hole.valueAt, text: textOfValue(printed) ?? value?.text ?? "" }
    } else if (hole.kind === BESIDE) text += spreadBeside(hole, i, values)
    else if (hole.kind === GROUP && hole.name !== undefined)
      text += printGroup(hole, hole.name, values.slice(i))
    else text += printHole(hole, hole.kind, values[i])
    if (text.length > PART_CHARACTERS) {
      parts.push(text)
      text = ""
    }
    text +=
      value?.at?.[0] === i + 1
        ? withValue(following[i + 1] ?? "", plan.statics[i + 1] ?? "", value)
        : following[i + 1]
    following = plan.statics
  }
  if (parts.length === 0) return new Finished(text)
  if (text !== "") parts.push(text)
  return new Parts(parts)
}

/** The escaped text of a value that needs no closer look; undefined for the others. */
function quickText(kind: number, value: unknown): string | undefined {
  if (typeof value === "string") {
    // Addresses that start with "/" are most of them, and run no script.
    if (kind <= PIECE || (kind === ADDRESS && value.charCodeAt(0) === 47)) return escapeHtml(value)
    return kind === STYLE_PIECE && isHarmless(value) ? value : undefined
  }
  if (typeof value === "number") return kind <= STYLE_PIECE ? String(value) : undefined
  return kind === EXPRESSION && value instanceof Expression
    ? Expression.attributeText(value, escapeHtml)
    : undefined
}

/** The text of a hole that is not in plain text. */
function printHole(hole: Hole, kind: number, value: unknown): string {
  switch (kind) {
    case PLAIN_ATTRIBUTE:
    case ADDRESS:
    case EXPRESSION:
    case ATTRIBUTE:
      return hole.name === undefined ? spread(value, hole) : attribute(hole.name, value, hole.tag)
    case PIECE:
    case STYLE_PIECE:
      return escapeHtml(piece(hole.name?.kind ?? "plain", value, hole.pieces.length > 0))
    case SKIP:
      return ""
    case JSON_VALUE:
      return value instanceof Raw ? value.text : scriptJson(value)
    default:
      return trustedCode(value, hole.tag)
  }
}

/** `<div ${value}>`: an object of attributes, or nothing. */
const spread = (value: unknown, hole: Hole): string =>
  attributes(spreadOf(value, hole), hole.tag, hole.mayRefresh)

/** The same where other values of the tag say whether it is a password, or have attributes of its names. */
function spreadBeside(hole: Hole, at: number, values: readonly unknown[]): string {
  const { tag, passwordBy, behind = [] } = hole
  const deciding = typeof passwordBy === "object" ? passwordBy : []
  const isSecret = deciding.some(other => {
    const value = values[other]
    return isPassword(other !== at && isObject(value) ? typeOf(value) : String(value))
  })
  const others = new Set(hole.others)
  for (const index of behind) {
    for (const [key, one] of Object.entries(attributesOf(values[index], tag)))
      if (isThere(one)) others.add(attributeName(key).name.toLowerCase())
  }
  return spread(values[at], { ...hole, others, ...(isSecret && { passwordBy: true }) })
}

const isThere = (value: unknown): boolean =>
  value !== null && value !== undefined && value !== false

/** The attributes of an object on an `<input>`, which may be a password. */
function inputOf(value: unknown, { tag, passwordBy }: Hole): Readonly<Record<string, unknown>> {
  const attributes = attributesOf(value, tag)
  if (tag !== "input") return attributes
  return passwordBy === true ? secretAttributes(attributes) : inputAttributes(attributes)
}

/** The attributes of an object that the tag does not have besides. */
function spreadOf(value: unknown, hole: Hole): Readonly<Record<string, unknown>> {
  const { tag, others } = hole
  const all = inputOf(value, hole)
  if (others === undefined || others.size === 0) return all
  const isTwice = (key: string, one: unknown): boolean =>
    isThere(one) && others.has(attributeName(key).name.toLowerCase())
  const twice = Object.entries(all).filter(([key, one]) => isTwice(key, one))
  const [first] = twice
  if (first === undefined) return all
  refuseTwice(tag, attributeName(first[0]).name)
  return Object.fromEntries(Object.entries(all).filter(([key, one]) => !isTwice(key, one)))
}

/** The static text `piece`, with the text of a `<textarea>` where its open tag ends, unless it has some already. */
function withValue(
  piece: string,
  unclosed: string,
  { at, text }: { readonly at: Hole["valueAt"]; readonly text: string },
): string {
  // It may begin with the quote that ends an attribute.
  const end = (at?.[1] ?? 0) + piece.length - unclosed.length
  if (text === "" || !/^<\/textarea/i.test(piece.slice(end))) return piece
  return `${piece.slice(0, end)}${text.startsWith("\n") ? "\n" : ""}${escapeHtml(text)}${piece.slice(end)}`
}

function attributesOf(value: unknown, tag: string): Readonly<Record<string, unknown>> {
  if (value === null || value === undefined || value === false || value === "") return {}
  if (typeof value === "object" && isPlain(value)) return value
  throw htmlError(
    "NITRO_HTML_CONTEXT",
    `<${tag} \${...}> takes an object of attributes, and was given ${describe(value)}.`,
    {
      fix: `Write \`<div \${{ id, class: name }}>\`, or name the attribute: \`<div id=\${id}>\`.`,
    },
  )
}

/** A value of several pieces, `href=`\${base}?q=\${q}``: put together first, so that it is checked as a whole. */
function printGroup(hole: Hole, name: AttributeName, values: readonly unknown[]): string {
  const [first = "", ...pieces] = hole.pieces
  let whole = first
  let text = first
  for (const [i, after] of pieces.entries()) {
    const value = piece("plain", values[i])
    whole += value + after
    text += escapeHtml(value) + after
  }
  return attributeValue(name, whole, hole.tag) === undefined ? "" : `${hole.lead}${text}"`
}

const plainPiece: AttributeName = {
  name: "value",
  kind: "plain",
  lead: "",
  bare: "",
  takesAnyText: true,
  isAddress: false,
}

/** The text of one value among others in a quoted value; nothing for `null`, `undefined` and booleans. */
function piece(kind: string, value: unknown, isCustom = false): string {
  if (typeof value === "string" && kind !== "style") return value
  if (value === null || value === undefined || typeof value === "boolean") return ""
  if (kind === "class") return classText(value)
  if (kind === "style") return styleValue(value, isCustom)
  const text = attributeValue(plainPiece, value, "")
  return typeof text === "string" ? text : ""
}

function trustedCode(value: unknown, tag: string): string {
  if (value instanceof Raw) return value.text
  if (value === null || value === undefined || value === false) return ""
  throw htmlError(
    "NITRO_HTML_CONTEXT",
    `A value inside <${tag}> is code, and escaping cannot make ${describe(value)} safe there.`,
    {
      fix: "Use the `style` attribute or a class for values, or raw(`...`) for CSS you wrote yourself.",
    },
  )
}

function renderParts(value: unknown): readonly Part[] {
  const rendered = renderChild(value)
  return typeof rendered === "string" ? [rendered] : rendered
}

/** The parser drops a line break right after the open tag of a `<textarea>` or `<pre>`. Later parts are not known here yet. */
function isLineBreakLost(first: Part | undefined): boolean {
  return first !== undefined && (typeof first !== "string" || first.startsWith("\n"))
}
