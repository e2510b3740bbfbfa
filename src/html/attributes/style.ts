// `style` values: a CSS text, or an object whose values can never become a second declaration.
import { runsScript } from "../../shared/attribute-rules.ts"
import { htmlError } from "../markup/call-site.ts"
import { describe, isPlain } from "../markup/child.ts"
import { escapeHtml } from "../markup/escape.ts"
import { flatText } from "../markup/flat-text.ts"

/** CSS text, or an object of properties (camelCase, kebab-case or `--custom`). Numbers get no unit. */
export type StyleValue =
  | string
  | { readonly [property: string]: string | number | false | null | undefined }

interface Property {
  /** `color:` */
  readonly first: string
  /** `;color:` */
  readonly next: string
}

const isOwn = Object.prototype.hasOwnProperty

const properties = new Map<string, Property>()
export const maxProperties: number = 1024

/** The text of a property in front of its value. @throws NITRO_HTML_ATTRIBUTE for a name that is none */
export function property(written: string): Property {
  const cached = properties.get(written)
  if (cached !== undefined) return cached
  const name = written.startsWith("--")
    ? written
    : written.replace(/[A-Z]/g, letter => `-${letter.toLowerCase()}`).replace(/^ms-/, "-ms-")
  if (!/^(?:--[\w-]+|-?[a-z][a-z-]*)$/.test(name)) {
    throw htmlError(
      "NITRO_HTML_ATTRIBUTE",
      `${JSON.stringify(written.slice(0, 60))} is not a CSS property.`,
    )
  }
  const prefixes = { first: flatText(`${name}:`), next: flatText(`;${name}:`) }
  if (properties.size < maxProperties) properties.set(written, prefixes)
  return prefixes
}

/**
 * An attribute from an object of properties: `lead`, `color:red;width:4px`, a quote; `""` when nothing is left of it. A
 * value that is more than one value is left out.
 */
export function styleAttribute(lead: string, values: object): string {
  if (!isPlain(values)) throw refuseStyle(values)
  let text = lead
  let isFirst = true
  // With the check for own keys this is as safe as Object.keys, and needs no list.
  for (const written in values) {
    if (!isOwn.call(values, written)) continue
    const value = values[written]
    // Safe values need no escaping either.
    const css =
      typeof value === "string" && harmless.test(value)
        ? value
        : escapeHtml(styleValue(value, written.startsWith("--")))
    if (css === "") continue
    const { first, next } = property(written)
    text += isFirst ? first : next
    text += css
    isFirst = false
  }
  return isFirst ? "" : `${text}"`
}

/** The error for a `style` that is neither text nor an object of properties. */
export const refuseStyle = (value: unknown): Error =>
  htmlError("NITRO_HTML_ATTRIBUTE", `The attribute style cannot be ${describe(value)}.`, {
    fix: "Use CSS text or an object of properties. For a property that depends on signals write `data-style:property={expression}`.",
  })

const harmless = /^[\w#.,%+ -]*$/

/** Whether a text can neither end its declaration nor its attribute. */
export const isHarmless = (value: string): boolean => harmless.test(value)

/**
 * One CSS value as text; `""` for one that is absent or would end its declaration, open a comment or run script. Braces
 * belong into strings, and into custom properties, which may hold any balanced text.
 */
export function styleValue(value: unknown, isCustom = false): string {
  if (typeof value === "number") return String(value)
  if (value === null || value === undefined || typeof value === "boolean") return ""
  if (typeof value !== "string")
    throw htmlError("NITRO_HTML_ATTRIBUTE", `A CSS value cannot be ${describe(value)}.`)
  return harmless.test(value) || isOneValue(value, isCustom) ? value : ""
}

const closing: Readonly<Record<string, string>> = { ")": "(", "]": "[", "}": "{" }

/** Strings and brackets are balanced, nothing outside of them ends the declaration, and no address runs script. */
function isOneValue(value: string, isCustom: boolean): boolean {
  // Escapes and comments can hide anything, and bare line breaks end a string: none is needed in a value. A star in front
  // could make a comment of a slash that stands before the value.
  if (/[\\\n\r\f]|\/\*|\*\/|^\*/.test(value)) return false
  if (/expression\s*\(|-moz-binding/i.test(value)) return false
  for (const [, url = ""] of value.matchAll(/url\(\s*["']?([^"')]*)/gi))
    if (runsScript(url, "img")) return false
  let quote = ""
  let open = ""
  // An address without quotes may hold a semicolon; nothing in it can close its bracket.
  for (const character of value.replace(/url\([^"'()\s]*\)/gi, "")) {
    if (quote !== "") {
      if (character === quote) quote = ""
    } else if (character === '"' || character === "'") quote = character
    else if (character === "<" || character === ">") return false
    else if (character === "{" && !isCustom) return false
    else if (character === "(" || character === "[" || character === "{") open += character
    else if (closing[character] !== undefined) {
      if (open.at(-1) !== closing[character]) return false
      open = open.slice(0, -1)
    } else if ((character === ";" && !open.includes("{")) || (character === "!" && open !== ""))
      return false
  }
  return quote === "" && open === ""
}
