// `formatCell` and `formatDisplay`: values as people read them, the same on every machine.

import { type Child, Markup } from "../html/index.ts"
import { ownProps } from "../shared/own-props.ts"
import { Badge } from "./badge.ts"

/** The meaning of a value, if it does not follow from the value: a Date is a `datetime`, a number is printed as it is. */
export type FormatType = "text" | "number" | "currency" | "percent" | "date" | "datetime" | "time"

export interface FormatOptions {
  readonly type?: FormatType | undefined
  /** BCP 47. Default `"en-US"`. Dates in cells are `2024-01-15 03:04` unless it is given. */
  readonly locale?: string | undefined
  /** IANA name. Default `"UTC"`. */
  readonly timeZone?: string | undefined
  /** ISO 4217, for the type `currency`. Default `"USD"`. */
  readonly currency?: string | undefined
  /** The words for true and false. Default "Yes" and "No". */
  readonly words?: readonly [yes: string, no: string] | undefined
}

/** A value for a table: short, dates sortable by eye, booleans as a badge, `-` for nothing. Text is escaped where it is shown. */
export function formatCell(value: unknown, options: FormatOptions = {}): Child {
  return format(value, options, options.locale === undefined ? isoDate : dateIn("medium"))
}

/** A value for a sentence or a card: `January 15, 2024`, `January 15, 2024 at 03:04`, `$1,234.50`. */
export function formatDisplay(value: unknown, options: FormatOptions = {}): Child {
  return format(value, options, dateIn("long"))
}

type DateFormat = (date: Date, type: FormatType, options: FormatOptions) => string

function format(value: unknown, choices: FormatOptions, dateText: DateFormat): Child {
  const options = ownProps(choices)
  if (
    value === null ||
    value === undefined ||
    value === "" ||
    (value instanceof Date && Number.isNaN(value.getTime()))
  )
    return "-"
  if (value instanceof Markup) return value
  const { type = value instanceof Date ? "datetime" : "text", words = ["Yes", "No"] } = options
  if (typeof value === "boolean")
    return value ? Badge(words[0]) : Badge(words[1], { variant: "secondary" })
  if (type === "date" || type === "datetime" || type === "time") {
    const date = dateOf(value)
    return date === undefined ? String(value) : dateText(date, type, options)
  }
  if (
    type !== "text" &&
    (typeof value === "number" || typeof value === "bigint" || isNumeric(value))
  ) {
    // It takes bigints and text of digits too, which its type lacks.
    return numberFormat(type, options).format(value as number)
  }
  return plainText(value)
}

/** A decimal as text keeps all its digits: `Intl` formats it exactly. */
const isNumeric = (value: unknown): boolean =>
  typeof value === "string" && /^-?\d+(\.\d+)?$/.test(value)

function plainText(value: unknown): string {
  if (Array.isArray(value)) return value.map(plainText).join(", ")
  if (value instanceof Date) return isoDate(value, "datetime", {})
  return typeof value === "object" && value !== null ? JSON.stringify(value) : String(value)
}

/** Only ISO 8601 text is a date, so that ordinary text never turns into one. */
function dateOf(value: unknown): Date | undefined {
  if (typeof value === "string" && !/^\d{4}-\d\d-\d\d(T|$)/.test(value)) return undefined
  if (!(value instanceof Date || typeof value === "string" || typeof value === "number"))
    return undefined
  const date = new Date(value)
  return Number.isNaN(date.getTime()) ? undefined : date
}

const isoDate: DateFormat = (date, type, options) => {
  const text =
    options.timeZone === undefined || options.timeZone === "UTC"
      ? date.toISOString()
      : isoIn(date, options)
  if (type === "date") return text.slice(0, 10)
  return type === "time" ? text.slice(11, 16) : `${text.slice(0, 10)} ${text.slice(11, 16)}`
}

/** Swedish writes dates as ISO 8601 does. */
const isoIn = (date: Date, { timeZone }: FormatOptions): string =>
  dateFormat({ timeZone, locale: "sv-SE" }, { dateStyle: "short", timeStyle: "short" }).format(date)

function dateIn(dateStyle: "medium" | "long"): DateFormat {
  return (date, type, options) => {
    const time = { timeStyle: "short", hourCycle: "h23" } as const
    if (type === "time") return dateFormat(options, time).format(date)
    return dateFormat(options, type === "date" ? { dateStyle } : { dateStyle, ...time }).format(
      date,
    )
  }
}

const formats = new Map<string, Intl.DateTimeFormat | Intl.NumberFormat>()
/** Locales and time zones may come from users: the cache must not grow with them. */
const maxFormats = 200

function cached<F extends Intl.DateTimeFormat | Intl.NumberFormat>(key: string, make: () => F): F {
  const existing = formats.get(key)
  // A key begins with the kind of its format.
  if (existing !== undefined) return existing as F
  const format = make()
  if (formats.size >= maxFormats) formats.clear()
  formats.set(key, format)
  return format
}

function dateFormat(
  { locale = "en-US", timeZone = "UTC" }: FormatOptions,
  style: Intl.DateTimeFormatOptions,
): Intl.DateTimeFormat {
  const key = `${locale} ${timeZone} ${style.dateStyle} ${style.timeStyle}`
  return cached(key, () => new Intl.DateTimeFormat(locale, ownProps({ ...style, timeZone })))
}

function numberFormat(
  type: FormatType,
  { locale = "en-US", currency = "USD" }: FormatOptions,
): Intl.NumberFormat {
  const style = type === "currency" || type === "percent" ? type : "decimal"
  const options: Intl.NumberFormatOptions =
    style === "currency" ? { style, currency } : { style, maximumFractionDigits: 20 }
  return cached(
    `${locale} ${style} ${currency}`,
    () => new Intl.NumberFormat(locale, ownProps(options)),
  )
}
