// Text of forms, queries and JSON as the type that a schema wants. Strict: what is not exactly of the type stays text.
import type { z } from "zod"

const yes = new Set(["true", "on", "1", "yes"])
const no = new Set(["false", "off", "0", "no"])

/**
 * Converts `value` to the type that `schema` takes; `fromText`: it comes from a form or a query. A value that cannot be
 * converted stays as it is, for the schema to refuse with its own message.
 */
export function coerce(schema: z.ZodType, value: unknown, fromText: boolean): unknown {
  const { type, nullable, element, values } = baseType(schema)
  if (type === "array" && fromText) {
    const all = Array.isArray(value) ? value : [value]
    // A form cannot send a list without members, so its fields may begin with an empty one.
    const list = all[0] === "" ? all.slice(1) : all
    return element ? list.map(item => coerce(element, item, true)) : list
  }
  // A checkbox that is not checked sends nothing, so a field with "false" goes before it: the last one counts.
  if (type === "boolean" && fromText && Array.isArray(value))
    return coerce(schema, value.at(-1), true)
  if (typeof value !== "string") return value
  if (type === "date") return value === "" ? emptyValue(nullable) : (dateFrom(value) ?? value)
  if (type === "bigint") return value === "" ? emptyValue(nullable) : (bigintFrom(value) ?? value)
  if (!fromText) return value
  switch (type) {
    case "number":
      return value.trim() === "" ? emptyValue(nullable) : (numberFrom(value) ?? value)
    case "boolean": {
      const text = value.trim().toLowerCase()
      return yes.has(text)
        ? true
        : no.has(text)
          ? false
          : text === ""
            ? emptyValue(nullable)
            : value
    }
    case "string":
      return value
    case "literal":
      // Of a number or a boolean: `z.literal(1)`.
      return (
        values?.find(one => typeof one !== "string" && String(one) === value) ??
        (value === "" && nullable ? null : value)
      )
    default:
      return value === "" && nullable ? null : value
  }
}

function emptyValue(nullable: boolean): null | undefined {
  return nullable ? null : undefined
}

/** Decimal, as `<input type="number">` sends it (HTML, valid floating-point number): no hexadecimal, no Infinity. */
function numberFrom(text: string): number | undefined {
  if (!/^\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?\s*$/i.test(text)) return undefined
  const number = Number(text)
  return Number.isFinite(number) ? number : undefined
}

/** More digits than any column holds: a conversion takes time with their square. */
const maxDigits = 1000

function bigintFrom(text: string): bigint | undefined {
  const digits = text.trim()
  return digits.length <= maxDigits && /^[+-]?\d+$/.test(digits) ? BigInt(digits) : undefined
}

const isoDate =
  /^([+-]\d{6}|\d{4})-(\d\d)(?:-(\d\d)(T\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)?)?)?$/

/** ISO 8601 as JSON and the inputs of HTML write it. A time without a zone is UTC, wherever the server stands. */
function dateFrom(text: string): Date | undefined {
  const [match, year, month, day, time, zone] = isoDate.exec(text.trim()) ?? []
  if (match === undefined) return undefined
  // Date rolls over from the 30th of February to March.
  if (day !== undefined && Number(day) > daysOf(Number(year), Number(month))) return undefined
  const date = new Date(time !== undefined && zone === undefined ? `${match}Z` : match)
  return Number.isNaN(date.getTime()) ? undefined : date
}

function daysOf(year: number, month: number): number {
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
  return month === 2
    ? leap
      ? 29
      : 28
    : month === 4 || month === 6 || month === 9 || month === 11
      ? 30
      : 31
}

interface SchemaDef {
  readonly type: string
  readonly innerType?: z.ZodType
  readonly in?: z.ZodType
  readonly element?: z.ZodType
  readonly values?: readonly unknown[]
  /** Of text: `uuid`, `email`. */
  readonly format?: string
}

interface BaseType extends Pick<SchemaDef, "type" | "values" | "element" | "format"> {
  readonly nullable: boolean
}

/** The schema inside of its wrappers. */
export function baseType(schema: z.ZodType): BaseType {
  let nullable = false
  let current = schema
  for (;;) {
    // Definitions of zod are a union of all kinds: each part is there or not.
    const {
      type,
      innerType,
      in: input,
      element,
      values,
      format,
    } = current._zod.def as unknown as SchemaDef
    if (type === "nullable") nullable = true
    const inner = innerType ?? (type === "pipe" ? input : undefined)
    if (!inner)
      return {
        type,
        nullable,
        ...(element && { element }),
        ...(values && { values }),
        ...(format !== undefined && { format }),
      }
    current = inner
  }
}
