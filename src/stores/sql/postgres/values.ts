// How values travel to and from Postgres as text: dates, lists, JSON and bytes.
import type { FieldType } from "../../../entity/store.ts"

/** Turns the text of one value into its stored form, which is what a row holds. */
export type Parser = (text: string) => unknown

// https://www.postgresql.org/docs/current/catalog-pg-type.html; the numbers never change.
const parsers: ReadonlyMap<number, Parser> = new Map<number, Parser>([
  [16, text => text === "t"],
  [17, parseBytes],
  // Whole numbers of fields; fields of 64 bits are read as text.
  [20, parseInteger],
  [21, Number],
  [23, Number],
  [26, Number],
  [700, Number],
  [701, Number],
  [1700, parseDecimal],
  [1184, parseTimestamp],
])
const keepText: Parser = text => text

/** The parser for a Postgres type, by its number; text where none is known. */
export function parserOf(oid: number): Parser {
  return parsers.get(oid) ?? keepText
}

/** Milliseconds since 1970 of the first and the last instant that a `Date` can be. They stand for the infinities. */
export const firstInstant: number = -8.64e15
export const lastInstant: number = 8.64e15
/** The first instant that Postgres knows: 4714-11-24 BC. */
export const firstTimestamp: number = -210_866_803_200_000

const zero = 48
const colon = 58

// A decimal of so few digits is the only one with its nearest number.
const exactDigits = 15

/** A number, or the text of one that a number would round: beyond 2^53, too many digits. */
function parseInteger(text: string): number | string {
  const value = Number(text)
  return text.length <= exactDigits || Number.isSafeInteger(value) ? value : text
}

function parseDecimal(text: string): number | string {
  const value = Number(text)
  if (text.length <= exactDigits || !Number.isFinite(value)) return value
  const digits = significantDigits(text)
  return digits.length <= exactDigits || digits === significantDigits(String(value)) ? value : text
}

function significantDigits(text: string): string {
  const digits = text.replace(/e.*$/i, "").replace(/^-/, "")
  return digits.replace(".", "").replace(/^0+|0+$/g, "")
}

/**
 * Milliseconds since 1970 of Postgres' ISO text, `2026-11-21 06:00:00.123+00`; the text itself of an instant between two of them
 * or beyond the range of `Date`. `infinity` is the last instant of `Date`, `-infinity` the first, so that comparing and
 * writing back keep them.
 */
export function parseTimestamp(text: string): number | string {
  // The usual form by position: ten times as fast as a regular expression and `Date.parse`.
  if (text.charCodeAt(4) !== 45 || text.charCodeAt(13) !== colon || text.endsWith("BC"))
    return parseRareTimestamp(text)
  let at = 19
  let ms = 0
  if (text.charCodeAt(at) === 46) {
    at += 1
    for (let scale = 100; at < text.length; at++, scale /= 10) {
      const digit = text.charCodeAt(at) - zero
      if (digit < 0 || digit > 9) break
      if (scale >= 1) ms += digit * scale
      else if (digit > 0) return text
    }
  }
  const year = two(text, 0) * 100 + two(text, 2)
  // Date.UTC takes the years 0 to 99 for 1900 to 1999.
  if (year < 100 || Number.isNaN(ms)) return parseRareTimestamp(text)
  const utc = Date.UTC(
    year,
    two(text, 5) - 1,
    two(text, 8),
    two(text, 11),
    two(text, 14),
    two(text, 17),
    ms,
  )
  return utc - offsetMs(text, at)
}

function two(text: string, at: number): number {
  return (text.charCodeAt(at) - zero) * 10 + text.charCodeAt(at + 1) - zero
}

/** `+00`, `-03`, `+05:30`, `-00:14:44` */
function offsetMs(text: string, at: number): number {
  const sign = text.charCodeAt(at) === 45 ? -1 : 1
  const seconds = text.charCodeAt(at + 6) === colon ? two(text, at + 7) : 0
  const minutes = text.charCodeAt(at + 3) === colon ? two(text, at + 4) : 0
  return sign * (two(text, at + 1) * 3600 + minutes * 60 + seconds) * 1000
}

const timestampForm =
  /^(\d{4,})-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d)(?:\.(\d+))?([+-]\d\d(?::\d\d){0,2})( BC)?$/

function parseRareTimestamp(text: string): number | string {
  if (text === "infinity") return lastInstant
  if (text === "-infinity") return firstInstant
  const ms = millisecondsOf(text)
  const isExact = !/\.\d{3}\d*[1-9]/.test(text) && ms > firstInstant && ms < lastInstant
  return isExact ? ms : text
}

/** Whether it is Postgres' text of an instant. */
export function isTimestamp(text: string): boolean {
  return timestampForm.test(text)
}

/** Milliseconds since 1970 of Postgres' text of a finite instant, which may be beyond the range of `Date`. Further digits are cut off. */
export function millisecondsOf(text: string): number {
  const match = timestampForm.exec(text)
  if (match === null)
    throw new TypeError(
      `The date ${JSON.stringify(text)} cannot be read; the connection's DateStyle must be ISO.`,
    )
  const [, year, month, day, hours, minutes, seconds, fraction = "", offset = "", bc] = match
  const date = new Date(0)
  // 1 BC is the year 0.
  date.setUTCFullYear(
    bc === undefined ? Number(year) : 1 - Number(year),
    Number(month) - 1,
    Number(day),
  )
  date.setUTCHours(
    Number(hours),
    Number(minutes),
    Number(seconds),
    Number(fraction.slice(0, 3).padEnd(3, "0")),
  )
  return date.getTime() - offsetMs(offset, 0)
}

// Rows that are written together mostly have the same times.
let lastMs = Number.NaN
let lastText = ""

/** The text that Postgres reads as this instant. */
export function timestampText(ms: number): string {
  if (ms === lastMs) return lastText
  lastText = writeTimestamp(ms)
  lastMs = ms
  return lastText
}

function writeTimestamp(ms: number): string {
  if (ms === lastInstant) return "infinity"
  if (ms === firstInstant) return "-infinity"
  const date = new Date(ms)
  const year = date.getUTCFullYear()
  const iso = date.toISOString()
  if (year >= 1 && year <= 9999) return iso
  const rest = iso.slice(iso.indexOf("-", 1))
  const digits = String(year < 1 ? 1 - year : year).padStart(4, "0")
  return `${digits}${rest.replace("T", " ").replace("Z", "+00")}${year < 1 ? " BC" : ""}`
}

/**
 * Whether JSON as Postgres writes it is the text that `JSON.stringify` gave: Postgres puts blanks between the parts and writes
 * numbers its own way. Texts as they came cost nothing to read; they are brought into one form where an entity is saved.
 */
export function isSameJson(stored: string, encoded: string): boolean {
  return JSON.stringify(JSON.parse(stored)) === encoded
}

function parseBytes(text: string): Uint8Array {
  if (!text.startsWith("\\x"))
    throw new TypeError("Bytes cannot be read; the connection's bytea_output must be hex.")
  return Buffer.from(text.slice(2), "hex")
}

export function bytesText(bytes: Uint8Array): string {
  return `\\x${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("hex")}`
}

/** A list as one parameter, in the form of Postgres' array literals. The values are as they are bound; null is possible. */
export function arrayText(type: FieldType, values: readonly unknown[]): string {
  const all = plainArrayText(type, values)
  if (all !== undefined) return all
  const parts = new Array<string>(values.length)
  const element = elementText[type] ?? quoteElement
  for (let index = 0; index < values.length; index++) {
    const value = values[index]
    parts[index] = value === null ? "NULL" : element(value)
  }
  return `{${parts.join(",")}}`
}

/** All values at once, where none is null and none needs an escape: a thousand short texts cost more than one long one. */
function plainArrayText(type: FieldType, values: readonly unknown[]): string | undefined {
  if (values.length === 0 || values.includes(null)) return undefined
  if (elementText[type] === String) return `{${values.join(",")}}`
  // JSON has quotes.
  if (elementText[type] !== undefined || type === "json") return undefined
  return needsEscape.test(values.join("")) ? undefined : `{"${values.join('","')}"}`
}

const elementText: { readonly [T in FieldType]?: (value: unknown) => string } = {
  integer: String,
  number: String,
  bigint: String,
  boolean: value => (value === true ? "t" : "f"),
  bytes: value => (value instanceof Uint8Array ? `"\\${bytesText(value)}"` : quoteElement(value)),
}

const needsEscape = /["\\]/
const escapes = /["\\]/g

function quoteElement(value: unknown): string {
  const text = String(value)
  return needsEscape.test(text) ? `"${text.replace(escapes, "\\$&")}"` : `"${text}"`
}
