// `class` values: a string, a list, or a map of name to "is it on", nested as you like.
import { Expression } from "../../shared/expression.ts"
import { htmlError } from "../markup/call-site.ts"
import { describe, isPlain } from "../markup/child.ts"

/** `"a b"`, `["a", cond && "b"]`, `{ a: cond }`, or lists of them. */
export type ClassValue =
  | string
  | number
  | false
  | true
  | null
  | undefined
  | readonly ClassValue[]
  | { readonly [name: string]: unknown }

const maxDepth = 100

/** The names that are on, parted by spaces; `""` when none is. */
export function classText(value: unknown, depth = 0): string {
  if (typeof value === "string") return value
  if (value === null || value === undefined || typeof value === "boolean") return ""
  if (typeof value === "number") return String(value)
  let text = ""
  if (Array.isArray(value)) {
    if (depth > maxDepth)
      throw htmlError(
        "NITRO_HTML_ATTRIBUTE",
        `A class is a list in lists, more than ${maxDepth} deep.`,
      )
    for (const member of value) {
      const names = classText(member, depth + 1)
      if (names !== "") text += text === "" ? names : ` ${names}`
    }
    return text
  }
  if (typeof value === "object" && isPlain(value)) {
    for (const name of Object.keys(value)) {
      const on = value[name]
      if (on instanceof Expression) throw refuseExpression(name)
      if (on) text += text === "" ? name : ` ${name}`
    }
    return text
  }
  throw htmlError("NITRO_HTML_ATTRIBUTE", `The attribute class cannot be ${describe(value)}.`, {
    fix: "Use a string, a list, or an object of name to boolean. For a class that depends on signals write `data-class:name={expression}`.",
  })
}

const refuseExpression = (name: string): Error =>
  htmlError(
    "NITRO_HTML_ATTRIBUTE",
    `The class ${name} was given an expression, which only the browser can decide.`,
    {
      fix: `Write \`data-class={{ ${name}: expression }}\`.`,
    },
  )
