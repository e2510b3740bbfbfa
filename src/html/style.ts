// `style` values: a CSS text, or an object whose values can never become a second declaration.
import { htmlError } from "./call-site.ts"
import { describe, isPlain } from "./child.ts"
import { runsScript } from "./url.ts"

/** CSS text, or an object of properties (camelCase, kebab-case or `--custom`). Numbers get no unit. */
export type StyleValue = string | { readonly [property: string]: string | number | false | null | undefined }

const properties = new Map<string, string>()
const maxProperties = 1024

function propertyName(written: string): string {
  const cached = properties.get(written)
  if (cached !== undefined) return cached
  const name = written.startsWith("--") ? written : written.replace(/[A-Z]/g, letter => `-${letter.toLowerCase()}`).replace(/^ms-/, "-ms-")
  if (!/^(?:--[\w-]+|-?[a-z][a-z-]*)$/.test(name)) {
    throw htmlError("NITRO_HTML_ATTRIBUTE", `${JSON.stringify(written.slice(0, 60))} is not a CSS property.`)
  }
  if (properties.size < maxProperties) properties.set(written, name)
  return name
}

/** `"color:red;width:4px"`; a value that is more than one value is left out. */
export function styleText(value: unknown): string {
  if (typeof value === "string") return value
  if (typeof value !== "object" || value === null || !isPlain(value)) {
    throw htmlError("NITRO_HTML_ATTRIBUTE", `The attribute style cannot be ${describe(value)}.`, {
      fix: "Use CSS text or an object of properties. What the browser decides is `data-style:property={expression}`.",
    })
  }
  let text = ""
  for (const written of Object.keys(value)) {
    const cssValue = styleValue((value as Record<string, unknown>)[written])
    if (cssValue !== "") text += `${text === "" ? "" : ";"}${propertyName(written)}:${cssValue}`
  }
  return text
}

const harmless = /^[\w#.,%+ -]*$/

/** One CSS value as text; `""` for one that is absent or would end its declaration, open a comment or run script. */
export function styleValue(value: unknown): string {
  if (typeof value === "number") return String(value)
  if (value === null || value === undefined || typeof value === "boolean") return ""
  if (typeof value !== "string") throw htmlError("NITRO_HTML_ATTRIBUTE", `A CSS value cannot be ${describe(value)}.`)
  return harmless.test(value) || isOneValue(value) ? value : ""
}

/** Strings and brackets are balanced, nothing outside of them ends the declaration, and no address runs script. */
function isOneValue(value: string): boolean {
  // Escapes and comments can hide anything, and bare line breaks end a string: none is needed in a value.
  if (/[\\{}<>\n\r\f]|\/\*|\*\//.test(value)) return false
  if (/expression\s*\(|-moz-binding/i.test(value)) return false
  for (const [, url = ""] of value.matchAll(/url\(\s*["']?([^"')]*)/gi)) if (runsScript(url, "img")) return false
  let quote = ""
  let open = ""
  // An address without quotes may hold a semicolon; nothing in it can close its bracket.
  for (const character of value.replace(/url\([^"'()\s]*\)/gi, "")) {
    if (quote !== "") {
      if (character === quote) quote = ""
    } else if (character === '"' || character === "'") quote = character
    else if (character === "(" || character === "[") open += character
    else if (character === ")" || character === "]") {
      if (open.at(-1) !== (character === ")" ? "(" : "[")) return false
      open = open.slice(0, -1)
    } else if (character === ";" || (character === "!" && open !== "")) return false
  }
  return quote === "" && open === ""
}
