// Types and defaults in one spelling, so that those of a database can be compared with those of a definition.

import { isObject } from "../../../shared/guards.ts"
import type { MigrationDialect } from "./dialect.ts"
import type { ColumnModel } from "./model.ts"

export function canonicalType(type: string, dialect: MigrationDialect): string {
  return dialect.canonicalType(type.trim().toLowerCase().replace(/\s+/g, " "))
}

/**
 * A default in a form that is equal where the values are: `'a'::text` and `'a'`, `(1)` and `1`, `1.0` and `1`, JSON of
 * other spacing. The case and the quotes inside of text count; an expression is compared by its text.
 */
export function canonicalDefault(
  column: Pick<ColumnModel, "type" | "default">,
  dialect: MigrationDialect,
): string {
  if (column.default === undefined) return "none"
  const type = canonicalType(column.type, dialect)
  const text = withoutCasts(withoutParentheses(column.default.trim()))
  if (/^null$/i.test(text)) return "none"
  const literal = /^'([^']*(?:''[^']*)*)'$/.exec(text)?.[1]?.replaceAll("''", "'")
  if (literal !== undefined) return canonicalText(literal, type)
  if (/^(true|false)$/i.test(text))
    return dialect.hasBooleans
      ? `boolean ${text.toLowerCase()}`
      : `number ${/^t/i.test(text) ? 1 : 0}`
  const number = canonicalNumber(text)
  if (number !== undefined) return type === "boolean" ? `boolean ${text !== "0"}` : number
  if (/^x'[0-9a-f]*'$/i.test(text)) return `bytes ${text.slice(2, -1).toLowerCase()}`
  return `expression ${outsideOfQuotes(text, part => part.toLowerCase().replace(/\s+/g, " "))}`
}

function canonicalText(text: string, type: string): string {
  if (type === "jsonb" || type === "json") {
    try {
      return `json ${JSON.stringify(sorted(JSON.parse(text)))}`
    } catch {
      return `text ${text}`
    }
  }
  if (type === "boolean") return `boolean ${/^(t|true|1|yes|on)$/i.test(text)}`
  if (type === "timestamp with time zone") return canonicalTime(text) ?? `text ${text}`
  if (type === "bytea" && /^\\x[0-9a-f]*$/i.test(text))
    return `bytes ${text.slice(2).toLowerCase()}`
  if (/^(smallint|integer|bigint|real|double precision|numeric)/.test(type))
    return canonicalNumber(text) ?? `text ${text}`
  return `text ${text}`
}

/** ISO text and Postgres' own, `1970-01-02 01:00:00+01` in the time zone of its session, are one moment. */
function canonicalTime(text: string): string | undefined {
  const parts =
    /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?)(?:(Z)|([+-]\d\d)(?::?(\d\d))?)$/i.exec(
      text,
    )
  if (parts === null) return undefined
  const [, day, time, isUtc, hours, minutes = "00"] = parts
  const date = new Date(`${day}T${time}${isUtc ? "Z" : `${hours}:${minutes}`}`)
  return Number.isNaN(date.getTime()) ? undefined : `time ${date.toISOString()}`
}

function canonicalNumber(text: string): string | undefined {
  const compact = text.replace(/^([+-])\s+/, "$1")
  if (/^[+-]?\d+$/.test(compact)) return `number ${BigInt(compact.replace(/^\+/, ""))}`
  if (/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(compact) || /^[+-]?infinity$/i.test(compact)) {
    const value = Number(compact.replace(/infinity/i, "Infinity"))
    // -0 is 0 to a comparison, and to `default -0`.
    return `number ${value === 0 ? 0 : value}`
  }
  return undefined
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (!isObject(value)) return value
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map(key => [key, sorted(value[key])]),
  )
}

function withoutParentheses(text: string): string {
  if (!text.startsWith("(") || !text.endsWith(")")) return text
  let depth = 0
  let isOne = true
  const skeleton = text.replaceAll(/'[^']*(?:''[^']*)*'|"[^"]*(?:""[^"]*)*"/g, quoted =>
    "_".repeat(quoted.length),
  )
  for (let at = 0; at < skeleton.length; at++) {
    if (skeleton[at] === "(") depth++
    if (skeleton[at] === ")") depth--
    if (depth === 0 && at < skeleton.length - 1) isOne = false
  }
  return isOne ? withoutParentheses(text.slice(1, -1).trim()) : text
}

/** Postgres says the type of every literal: `'a'::text`, `'{}'::jsonb`, `'-1'::integer`, `(-1)::bigint`. */
function withoutCasts(text: string): string {
  const match =
    /^('[^']*(?:''[^']*)*'|null|\(?[+-]?[\d.]+(?:e[+-]?\d+)?\)?)(?:::[a-z_"][\w ."]*(?:\(\d+(?:,\d+)?\)(?: with(?:out)? time zone)?)?(?:\[\])*)+$/i.exec(
      text,
    )
  return match?.[1] === undefined ? text : withoutParentheses(match[1])
}

function outsideOfQuotes(text: string, change: (part: string) => string): string {
  return text
    .split(/('[^']*(?:''[^']*)*'|"[^"]*(?:""[^"]*)*")/)
    .map((part, index) => (index % 2 === 0 ? change(part) : part))
    .join("")
}
