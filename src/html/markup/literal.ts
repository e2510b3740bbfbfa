// Values as code: JavaScript literals for Datastar attributes, JSON for `<script>`.
import { Expression } from "../../shared/expression.ts"
import { isObject } from "../../shared/guards.ts"
import { htmlError } from "./call-site.ts"
import { describe, isPlain } from "./child.ts"
import { Markup } from "./markup.ts"

/**
 * A value as a JavaScript literal for a Datastar attribute. Datastar rewrites `$name` and `@action(` even inside string
 * literals, so both characters are written as escapes. An `Expression` inside stands for what it evaluates to.
 */
export function expressionLiteral(value: unknown): string {
  return literal(value, 0)
}

const maxDepth = 64

function literal(value: unknown, depth: number): string {
  if (value instanceof Expression) return value.source
  if (depth > maxDepth)
    throw htmlError(
      "NITRO_HTML_EXPRESSION",
      `Signals are nested deeper than ${maxDepth} levels, or hold a cycle.`,
    )
  if (typeof value === "string") return stringLiteral(value)
  if (value === null || value === undefined || typeof value === "boolean") return String(value)
  if (typeof value === "number") return Number.isFinite(value) ? String(value) : "null"
  if (Array.isArray(value)) return `[${value.map(member => literal(member, depth + 1)).join(", ")}]`
  if (isObject(value) && typeof value["toJSON"] === "function")
    return literal(value["toJSON"](""), depth + 1)
  if (typeof value === "object" && isPlain(value)) return objectLiteral(value, depth)
  throw htmlError("NITRO_HTML_EXPRESSION", `A signal cannot be ${describe(value)}.`, {
    fix: "Signals hold JSON: text, numbers, booleans, null, lists and plain objects.",
  })
}

function objectLiteral(value: Record<string, unknown>, depth: number): string {
  const members: string[] = []
  for (const key of Object.keys(value)) {
    // In a literal this key would set the prototype instead of a member.
    if (key === "__proto__" || value[key] === undefined) continue
    members.push(`${literalKey(key)}: ${literal(value[key], depth + 1)}`)
  }
  return `{${members.join(", ")}}`
}

/** A key in an object literal. */
export const literalKey = (key: string): string =>
  key === "__proto__" ? '["__proto__"]' : /^[A-Za-z_]\w*$/.test(key) ? key : stringLiteral(key)

// Besides what Datastar rewrites: `;` and quotes, by which it parts statements, halves of surrogate pairs, which UTF-8
// cannot hold, and whatever the HTML parser would change.
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are among what must not stand in a literal
const unsafeInLiteral = /[\\"'`$@;<>&\u0000-\u001f\u007f-\u009f\u2028\u2029\ufeff\ud800-\udfff]/g

const stringLiteral = (text: string): string =>
  `"${text.replace(unsafeInLiteral, character => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`)}"`

const escapeLineSeparators = (json: string): string =>
  json.replaceAll("\u2028", "\\u2028").replaceAll("\u2029", "\\u2029")

function jsonOf(value: unknown): string | undefined {
  try {
    return JSON.stringify(value)
  } catch (cause) {
    // `JSON.stringify` throws these for cycles, bigints and values nested too deeply; a `toJSON` may throw anything.
    if (!(cause instanceof TypeError || cause instanceof RangeError)) throw cause
    throw htmlError(
      "NITRO_HTML_CONTEXT",
      `A value in <script> is printed as JSON, and this one has none: ${cause.message}`,
      { cause },
    )
  }
}

/** A value as JSON that can stand in `<script>`, also in an SVG, where entities are decoded: no `<`, `>` or `&` is left. */
export function scriptJson(value: unknown): string {
  if (value instanceof Markup) {
    throw htmlError(
      "NITRO_HTML_CONTEXT",
      "Markup cannot stand in <script>: it is no code and no data.",
      {
        fix: "Use raw(`...`) for code you wrote yourself, or a plain value for data.",
      },
    )
  }
  const json = typeof value === "function" || typeof value === "symbol" ? undefined : jsonOf(value)
  if (json === undefined) {
    if (value === undefined) return "null"
    throw htmlError(
      "NITRO_HTML_CONTEXT",
      `A value in <script> is printed as JSON, and ${describe(value)} has none.`,
    )
  }
  return escapeLineSeparators(json)
    .replaceAll("<", "\\u003c")
    .replaceAll(">", "\\u003e")
    .replaceAll("&", "\\u0026")
}
