// Plain values as JavaScript source that no value can break out of, before and after Datastar has rewritten it.
import { Expression } from "../shared/expression.ts"
import { datastarError } from "./errors.ts"
import { type Form, FormedExpression } from "./formed.ts"

// Datastar turns `$word` into a signal and `@word(` into an action call even inside string literals, splits statements
// at `;` by a regular expression, and treats U+1F595 as an escape marker: none of these may stand in a literal as they are.
// Lone surrogates do not survive UTF-8, control characters do not survive the HTML parser.
const always = String.raw`\\$@;\u0060\u0000-\u001f\u007f-\u009f\u2028\u2029\ufeff\ud800-\udfff\u{1f595}`
const markup = "<(?=[/!]|script)"
const unsafeInQuotes = new RegExp(`[${always}']|${markup}`, "giu")
const unsafeInTemplate = new RegExp(String.raw`\$\{|[${always}'"]|${markup}`, "giu")

/** Most text has nothing to escape, and this finds out sooner. Holds no character that either pattern above has. */
const harmless = /^[\w .,:!?/=#+*()[\]{}&%~|^-]*$/

/** Whether a text stands between quotes as it is. */
export const isHarmless = (text: string): boolean => harmless.test(text)

const shortEscapes: Readonly<Record<string, string>> = {
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
  "\\": "\\\\",
}

function unicodeEscape(text: string): string {
  let escaped = ""
  for (let i = 0; i < text.length; i++)
    escaped += `\\u${text.charCodeAt(i).toString(16).padStart(4, "0")}`
  return escaped
}

/** A string as a single-quoted JavaScript literal: `it's` becomes `'it\'s'`. */
export function quote(text: string): string {
  if (harmless.test(text)) return `'${text}'`
  return `'${text.replace(unsafeInQuotes, char => (char === "'" ? "\\'" : (shortEscapes[char] ?? unicodeEscape(char))))}'`
}

/** A string as text between the backticks of a template literal. */
export function templateText(text: string): string {
  if (harmless.test(text)) return text
  // Quotes are escaped too: Datastar 1.0.1 takes them for the start of a string and leaves the signals behind them alone.
  return text.replace(unsafeInTemplate, char =>
    char === "${" ? "\\${" : char === "`" ? "\\`" : (shortEscapes[char] ?? unicodeEscape(char)),
  )
}

/** A regular expression as a literal. Its source keeps its meaning, but holds nothing that Datastar would rewrite. */
export function regexLiteral(pattern: RegExp): string {
  let inClass = false
  const source = pattern.source.replace(/\\?[\s\S]/gu, (token, offset: number, whole: string) => {
    const char = token.slice(-1)
    if (token === "[") inClass = true
    if (token === "]") inClass = false
    if (token === "$" && !inClass) {
      // An end anchor. It only needs help in front of what would make it a signal.
      return /^[\w[{'"`]/.test(whole.slice(offset + 1)) ? "(?:$)" : "$"
    }
    return /[$@;'"`]/.test(char) ? unicodeEscape(char) : token
  })
  return `/${source}/${pattern.flags}`
}

const identifier = /^[A-Za-z_][A-Za-z0-9_]*$/

/** An object key in an object literal. `__proto__` is computed, because a plain key would set the prototype. */
export function objectKey(key: string): string {
  if (key === "__proto__") return "['__proto__']"
  return identifier.test(key) ? key : quote(key)
}

function refuse(path: string, what: string, fix?: string): never {
  throw datastarError(
    "NITRO_EXPRESSION_VALUE",
    `${path} is ${what}, which has no JSON form.`,
    fix === undefined ? {} : { fix },
  )
}

export function isPlainObject(value: object): value is Record<string, unknown> {
  const prototype: unknown = Object.getPrototypeOf(value)
  // The second test accepts plain objects of another realm.
  return prototype === null || Object.getPrototypeOf(prototype) === null
}

function toJsonForm(value: object, path: string): unknown {
  if (value instanceof Date && Number.isNaN(value.getTime()))
    refuse(path, "an invalid Date", "Check the date before it gets here.")
  if ("toJSON" in value && typeof value.toJSON === "function") return value.toJSON("")
  if (Array.isArray(value) || isPlainObject(value)) return value
  return refuse(
    path,
    `an instance of ${value.constructor?.name ?? "another class"}`,
    "Pass a plain object, an array, or a class with a toJSON method.",
  )
}

const maxDepth = 100

function assertTree(value: object, path: string, ancestors: readonly object[]): void {
  if (ancestors.includes(value))
    refuse(path, "a part of itself (a cycle)", "Pass a tree: ids instead of back references.")
  if (ancestors.length >= maxDepth)
    refuse(`${path.slice(0, 60)}...`, `nested more than ${maxDepth} deep`, "Pass a flatter value.")
}

function refusePrimitive(value: unknown, path: string): never {
  if (value === undefined) refuse(path, "undefined", "Pass null for absent, or leave the key out.")
  if (typeof value === "bigint") {
    refuse(
      path,
      "a bigint",
      "Pass String(value) to keep every digit, or Number(value) to calculate in the page.",
    )
  }
  return refuse(path, typeof value === "symbol" ? "a symbol" : "a function")
}

/**
 * A JSON-like value as JavaScript source. Expressions inside are printed as they are, Dates as ISO strings, objects
 * with `toJSON` by it. Throws NITRO_EXPRESSION_VALUE for anything that JSON would drop or change. `path` is for messages.
 */
export function literal(
  value: unknown,
  path = "The value",
  ancestors: readonly object[] = [],
): string {
  if (typeof value === "string") return quote(value)
  if (typeof value === "number") return Object.is(value, -0) ? "-0" : String(value)
  if (typeof value === "boolean" || value === null) return String(value)
  if (typeof value !== "object") refusePrimitive(value, path)
  if (value instanceof Expression) return partSource(value)
  assertTree(value, path, ancestors)
  const plain = toJsonForm(value, path)
  const inside = [...ancestors, value]
  if (plain !== value) return literal(plain, path, inside)
  if (Array.isArray(value)) {
    return `[${Array.from(value, (item, index) => literal(item, `${path}[${index}]`, inside)).join(",")}]`
  }
  return `{${Object.entries(value)
    .map(([key, item]) => `${objectKey(key)}: ${literal(item, `${path}.${key}`, inside)}`)
    .join(", ")}}`
}

/**
 * The source of an expression. Types do not hold what comes from JSON: an object that only has a `source` is data.
 * @throws NITRO_EXPRESSION_VALUE for anything but an `Expression`.
 */
export function sourceOf(expression: unknown): string {
  assertExpression(expression)
  return Expression.sourceOf(expression)
}

function assertExpression(expression: unknown): asserts expression is Expression {
  if (expression instanceof Expression) return
  throw datastarError(
    "NITRO_EXPRESSION_VALUE",
    `An expression was expected, and ${describe(expression)} was given.`,
    {
      fix: 'Pass a signal, an action or another expression of `nitro-ts/datastar`, or `js("...")` for source that you wrote.',
    },
  )
}

function describe(value: unknown): string {
  if (value === null || value === undefined) return String(value)
  return typeof value === "string"
    ? "a string"
    : typeof value === "object"
      ? "an object"
      : `a ${typeof value}`
}

/** The form of an expression that becomes a part of another one. */
function formOf(expression: Expression): Form {
  const form = FormedExpression.form(expression)
  if (form === "statement") {
    throw datastarError(
      "NITRO_EXPRESSION_STATEMENT",
      `The statement \`${sourceOf(expression)}\` cannot be a part of an expression.`,
    )
  }
  return form
}

/** Source of an expression where a comma would end it: an argument, an array item, a branch. */
export function partSource(expression: unknown): string {
  assertExpression(expression)
  const source = sourceOf(expression)
  return formOf(expression) === "raw" ? `(${source})` : source
}

/** Source of a value or expression beside an operator. */
export function operandSource(value: unknown): string {
  if (!(value instanceof Expression)) return literal(value, "The operand")
  const form = formOf(value)
  return form === "primary" || form === "operand" ? sourceOf(value) : `(${sourceOf(value)})`
}

/** Source of an expression in front of `.member` or `[index]`. */
export function receiverSource(expression: Expression): string {
  const source = sourceOf(expression)
  return formOf(expression) === "primary" ? source : `(${source})`
}

/** Plain data, ready for `JSON.stringify`, or NITRO_EXPRESSION_VALUE naming the path of what JSON cannot hold. */
export function assertJson(value: unknown, path: string, ancestors: readonly object[] = []): void {
  if (typeof value === "string" || typeof value === "boolean" || value === null) return
  if (typeof value === "number") {
    if (!Number.isFinite(value))
      refuse(path, String(value), "Pass null, or a number that is finite.")
    return
  }
  if (typeof value !== "object") refusePrimitive(value, path)
  if (value instanceof Expression)
    refuse(path, "an expression", "Send data in a patch; expressions belong into attributes.")
  assertTree(value, path, ancestors)
  const plain = toJsonForm(value, path)
  const inside = [...ancestors, value]
  if (plain !== value) assertJson(plain, path, inside)
  else if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) assertJson(item, `${path}[${index}]`, inside)
  } else {
    for (const [key, item] of Object.entries(value)) assertJson(item, `${path}.${key}`, inside)
  }
}
