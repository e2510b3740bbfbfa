// html`...`: the static text is read once per call site, then each render is one loop over the values.
import { attribute, attributes, attributeValue } from "./attribute.ts"
import type { AttributeName } from "./attribute-name.ts"
import { htmlError } from "./call-site.ts"
import { describe, isPlain, renderChild } from "./child.ts"
import { classText } from "./class-list.ts"
import { escapeHtml } from "./escape.ts"
import { scriptJson } from "./literal.ts"
import { appendParts, Finished, type Markup, PART_CHARACTERS, type Part, Parts, Raw } from "./markup.ts"
import {
  ADDRESS,
  ATTRIBUTE,
  GROUP,
  type Hole,
  JSON_VALUE,
  PIECE,
  PLAIN_ATTRIBUTE,
  type Plan,
  planTemplate,
  SKIP,
  STRUCTURED_PIECE,
  TEXT,
  VERBATIM,
} from "./plan.ts"
import { styleValue } from "./style.ts"

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

/**
 * Markup from a template. What a value means depends on where it stands:
 *
 * - in text: a child; strings are escaped
 * - `id=${x}` or `id=`\${x}``: the whole attribute; `null`, `undefined` and `false` drop it, `true` prints the bare name
 * - `class=`a \${x}``: a part of the value
 * - `<div ${{ id, class: x }}>`: any number of attributes
 * - in `<script>`: data, printed as JSON
 *
 * @throws NITRO_HTML_CONTEXT at the first render when a value stands where it cannot be made safe.
 */
export function html(strings: TemplateStringsArray, ...values: readonly unknown[]): Markup {
  return run(strings === lastStrings ? (lastPlan as Plan) : planOf(strings, false), values)
}

/**
 * What the compile pass turns JSX and calls of tag functions into. Its static text is printed as JSX prints it: characters
 * beyond ASCII stay as they are.
 */
export function compiledHtml(strings: TemplateStringsArray, ...values: readonly unknown[]): Markup {
  return run(strings === lastStrings ? (lastPlan as Plan) : planOf(strings, true), values)
}

function run(plan: Plan, values: readonly unknown[]): Markup {
  const statics = plan.statics
  const kinds = plan.kinds
  let text = statics[0] as string
  let parts: Part[] | undefined
  for (let i = 0; i < kinds.length; i++) {
    const value = values[i]
    const kind = kinds[i]
    if (kind === TEXT) {
      if (typeof value === "string") text += escapeHtml(value)
      else if (value instanceof Finished) text += value.text
      else if (typeof value === "number") text += value
      else {
        const rendered = renderChild(value)
        if (typeof rendered === "string") text += rendered
        else {
          parts ??= []
          text = appendParts(parts, text, rendered)
        }
      }
      if (text.length > PART_CHARACTERS) {
        parts ??= []
        parts.push(text)
        text = ""
      }
    } else if (typeof value === "string" && kind === PIECE) text += escapeHtml(value)
    else if (typeof value === "number" && (kind === PIECE || kind === STRUCTURED_PIECE)) text += value
    else if (typeof value === "string" && (kind === PLAIN_ATTRIBUTE || (kind === ADDRESS && isPath(value)))) {
      text += `${(plan.holes[i] as Hole).lead}${escapeHtml(value)}"`
    } else if (kind === VERBATIM) {
      const list: Part[] = parts ?? []
      text = appendVerbatim(list, text, value)
      if (list.length > 0) parts = list
    } else text += printHole(plan.holes[i] as Hole, kind as number, values, i)
    text += statics[i + 1]
  }
  if (parts === undefined) return text.length > 2 * PART_CHARACTERS ? new Parts([text]) : new Finished(text)
  parts.push(text)
  return new Parts(parts)
}

/** Addresses that start with "/" are most of them, and run no script. */
const isPath = (address: string): boolean => address.charCodeAt(0) === 47

/** The text of a hole that is not in plain text. */
function printHole(hole: Hole, kind: number, values: readonly unknown[], at: number): string {
  const value = values[at]
  switch (kind) {
    case PLAIN_ATTRIBUTE:
    case ADDRESS:
    case ATTRIBUTE:
      return hole.name === undefined ? spread(value, hole.tag) : attribute(hole.name, value, hole.tag)
    case PIECE:
    case STRUCTURED_PIECE:
      return escapeHtml(piece((hole.name as AttributeName).kind, value))
    case GROUP:
      return printGroup(hole, hole.name as AttributeName, values, at)
    case SKIP:
      return ""
    case JSON_VALUE:
      return value instanceof Raw ? value.text : scriptJson(value)
    default:
      return trustedCode(value, hole.tag)
  }
}

/** `<div ${value}>`: an object of attributes, or nothing. */
function spread(value: unknown, tag: string): string {
  if (value === null || value === undefined || value === false || value === "") return ""
  if (typeof value === "object" && isPlain(value)) return attributes(value, tag)
  throw htmlError("NITRO_HTML_CONTEXT", `<${tag} \${...}> takes an object of attributes, and was given ${describe(value)}.`, {
    fix: `Write \`<div \${{ id, class: name }}>\`, or name the attribute: \`<div id=\${id}>\`.`,
  })
}

/** A value of several pieces, `href=`\${base}?q=\${q}``: put together first, so that it is checked as a whole. */
function printGroup(hole: Hole, name: AttributeName, values: readonly unknown[], at: number): string {
  let whole = hole.pieces[0] as string
  let text = whole
  for (let i = 1; i < hole.pieces.length; i++) {
    const value = piece("plain", values[at + i - 1])
    whole += value + (hole.pieces[i] as string)
    text += escapeHtml(value) + (hole.pieces[i] as string)
  }
  return attributeValue(name, whole, hole.tag) === undefined ? "" : `${hole.lead}${text}"`
}

const plainPiece: AttributeName = { name: "value", kind: "plain", lead: "", bare: "", takesAnyText: true, isAddress: false }

/** The text of one value among others in a quoted value; nothing for `null`, `undefined` and booleans. */
function piece(kind: string, value: unknown): string {
  if (typeof value === "string" && kind !== "style") return value
  if (value === null || value === undefined || typeof value === "boolean") return ""
  if (kind === "class") return classText(value)
  if (kind === "style") return styleValue(value)
  const text = attributeValue(plainPiece, value, "")
  return typeof text === "string" ? text : ""
}

function trustedCode(value: unknown, tag: string): string {
  if (value instanceof Raw) return value.text
  if (value === null || value === undefined || value === false) return ""
  throw htmlError("NITRO_HTML_CONTEXT", `A value inside <${tag}> is code, and escaping cannot make ${describe(value)} safe there.`, {
    fix: "Use the `style` attribute or a class for values, or raw(`...`) for CSS you wrote yourself.",
  })
}

/** The first value in a `<textarea>` or `<pre>`: the parser drops one line break there. */
function appendVerbatim(parts: Part[], before: string, value: unknown): string {
  const rendered = renderChild(value)
  const content = typeof rendered === "string" ? [rendered] : rendered
  const first = content[0]
  const lost = first !== undefined && (typeof first !== "string" || first.startsWith("\n"))
  return appendParts(parts, lost ? `${before}\n` : before, content)
}
