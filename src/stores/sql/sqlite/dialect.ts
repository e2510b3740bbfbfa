// SQLite's differences: its encodings, its spelling, its errors.
import type { Encoding, FieldType } from "../../../entity/store.ts"
import { NitroError } from "../../../shared/errors.ts"
import { isObject } from "../../../shared/guards.ts"
import { messageOf } from "../../../shared/thrown.ts"
import type { Ddl, Dialect, Failure } from "../contract/dialect.ts"
import { describe, isBindable, isStorableBigInt, wholeNumber } from "../contract/parameters.ts"
import { plainLiteral, quoteText } from "../table/ddl.ts"
import { sqliteJson } from "./json.ts"

/**
 * - Booleans are 0 and 1.
 * - Dates are whole milliseconds since 1970 (UTC): they sort right from the first to the last date that JavaScript knows
 *   (ISO text does not, before year 0 and after 9999), take 6 bytes instead of 24, and decode 3 times as fast.
 * - Bigints are 64-bit integers, carried as text both ways: the drivers round or refuse integers beyond 2^53 otherwise.
 * - Numbers are kept by SQLite itself: Infinity comes back, -0 comes back as 0 (which is equal), NaN is refused.
 */
export const sqliteEncoding: Encoding & Required<Pick<Encoding, "bigint" | "bytes" | "json">> = {
  integer: { encode: (value: number) => value, decode: wholeNumber, keepsNumbers: true },
  number: { encode: (value: number) => value, decode: decodeNumber, keepsNumbers: true },
  boolean: { encode: (value: boolean) => (value ? 1 : 0), decode: decodeBoolean },
  date: { encode: encodeDate, decode: decodeDate },
  bigint: { encode: encodeBigInt, decode: (stored: string) => BigInt(stored) },
  bytes: {
    encode: (value: Uint8Array) => new Uint8Array(value),
    decode: (stored: Uint8Array) => new Uint8Array(stored),
  },
  json: { encode: encodeJson, decode: (stored: string): unknown => JSON.parse(stored) },
}

// SQLite columns keep values of any type, and other programs write them.
function decodeNumber(stored: unknown): number {
  if (typeof stored === "number") return stored
  throw new TypeError(`${kindOf(stored)} is not a number`)
}

function decodeBoolean(stored: unknown): boolean {
  if (stored === 1 || stored === 0) return stored === 1
  throw new TypeError(`${kindOf(stored)} is neither 0 nor 1`)
}

function decodeDate(stored: unknown): Date {
  if (
    typeof stored === "number" &&
    Number.isInteger(stored) &&
    stored <= 8.64e15 &&
    stored >= -8.64e15
  )
    return new Date(stored)
  throw new TypeError(`${kindOf(stored)} is not a number of whole milliseconds since 1970`)
}

function kindOf(stored: unknown): string {
  return typeof stored === "string"
    ? "text"
    : stored instanceof Uint8Array
      ? "bytes"
      : String(stored)
}

function encodeDate(value: Date): number {
  const time = value.getTime()
  if (Number.isNaN(time))
    throw new NitroError("NITRO_VALUE_UNSUPPORTED", "A database cannot keep an invalid date.")
  return time
}

function encodeBigInt(value: bigint): string {
  if (isStorableBigInt(value)) return String(value)
  throw new NitroError("NITRO_VALUE_UNSUPPORTED", `A database cannot keep ${describe(value)}.`)
}

export function encodeJson(value: unknown): string {
  let text: string | undefined
  try {
    text = JSON.stringify(value)
  } catch (cause) {
    throw new NitroError(
      "NITRO_VALUE_UNSUPPORTED",
      `A value cannot be written as JSON: ${messageOf(cause)}.`,
      { cause },
    )
  }
  if (text === undefined)
    throw new NitroError("NITRO_VALUE_UNSUPPORTED", `JSON has no word for a ${typeof value}.`)
  return text
}

/** Lists of whole numbers and text travel as JSON. Fractions do not: SQLite's JSON reader is off by a bit on some. */
function listParameter(type: FieldType, values: readonly unknown[]): string | undefined {
  if (type === "bytes") return undefined
  // As digits: a quoted integer would be text until an affinity turned it into one.
  if (type === "bigint") return `[${values.join()}]`
  if (type === "number" || type === "integer")
    return values.every(Number.isSafeInteger) ? JSON.stringify(values) : undefined
  return JSON.stringify(values)
}

const duplicatePrefix = "UNIQUE constraint failed: "

/** SQLite's extended result code, from whichever property the driver keeps it in; NaN without one. */
function resultCode(error: unknown): number | string {
  if (!isObject(error)) return Number.NaN
  const { errcode, rawCode, code } = error
  const errorCode = errcode ?? rawCode ?? code
  return typeof errorCode === "number" || typeof errorCode === "string" ? errorCode : Number.NaN
}

// Primary code = the low byte of the extended one. BUSY 5, LOCKED 6; READONLY 8, IOERR 10, CORRUPT 11, FULL 13, CANTOPEN 14, NOTADB 26.
const busyCodes: ReadonlySet<number> = new Set([5, 6])
const unavailableCodes: ReadonlySet<number> = new Set([8, 10, 11, 13, 14, 26])
const unavailableNames = /^SQLITE_(READONLY|IOERR|CORRUPT|FULL|CANTOPEN|NOTADB)/

const tooComplex = /parser stack overflow|Expression tree is too large|too many SQL variables/

function classify(error: unknown): Failure {
  if (!(error instanceof Error)) return { kind: "other" }
  const code = resultCode(error)
  if (error.message.includes(duplicatePrefix)) {
    return {
      kind: "duplicate",
      constraint: error.message.slice(
        error.message.indexOf(duplicatePrefix) + duplicatePrefix.length,
      ),
    }
  }
  if (
    code === 787 ||
    code === "SQLITE_CONSTRAINT_FOREIGNKEY" ||
    error.message.includes("FOREIGN KEY constraint failed")
  )
    return { kind: "reference" }
  // The second is how newer ones say it.
  if (/too many levels of trigger recursion|triggers nested too deep/.test(error.message))
    return { kind: "longCascade" }
  if (tooComplex.test(error.message)) return { kind: "tooComplex" }
  if (error.message.includes("integer overflow")) return { kind: "value" }
  if (typeof code === "number") {
    if (busyCodes.has(code & 255)) return { kind: "busy" }
    if (unavailableCodes.has(code & 255)) return { kind: "unavailable" }
  } else {
    if (/^SQLITE_(BUSY|LOCKED)/.test(code)) return { kind: "busy" }
    if (unavailableNames.test(code)) return { kind: "unavailable" }
  }
  return { kind: "other" }
}

// An expression that fails, of a column that is not null: SQLite has no statement for it outside of triggers.
const overflow = (column: string): string => `abs(${column} * 0 - 9223372036854775807 - 1)`

function add(type: FieldType, column: string, place: () => string): string {
  if (type === "number") return `${column} + ${place()}`
  const sum = (): string =>
    `${column} + ${type === "bigint" ? `cast(${place()} as integer)` : place()}`
  // Beyond 64 bits integers become fractions without a word, and beyond 2^53 drivers round or fail on every later read.
  const fits =
    type === "bigint"
      ? `typeof(${sum()}) = 'integer'`
      : `${sum()} between -9007199254740991 and 9007199254740991`
  return `case when ${column} is null then null when ${fits} then ${sum()} else ${overflow(column)} end`
}

function literal(type: FieldType, value: unknown): string | undefined {
  switch (type) {
    case "boolean":
      return value === true ? "1" : "0"
    case "date": {
      const time = value instanceof Date ? value.getTime() : Number.NaN
      return Number.isNaN(time) ? undefined : String(time)
    }
    case "bytes":
      return value instanceof Uint8Array ? `x'${Buffer.from(value).toString("hex")}'` : undefined
    case "json":
      return quoteText(encodeJson(value))
    default:
      if (value === Number.POSITIVE_INFINITY) return "9e999"
      return value === Number.NEGATIVE_INFINITY ? "-9e999" : plainLiteral(value)
  }
}

const ddl: Ddl = {
  columnType: {
    string: "text",
    integer: "integer",
    number: "real",
    boolean: "integer",
    date: "integer",
    bigint: "integer",
    bytes: "blob",
    json: "text",
  },
  columnKey: (isKey, isSerial) => (isKey ? ` primary key${isSerial ? " autoincrement" : ""}` : ""),
  referencesInTable: true,
  literal,
}

export const sqliteDialect: Dialect = {
  name: "sqlite",
  encoding: sqliteEncoding,
  quote: identifier => `"${identifier.replaceAll('"', '""')}"`,
  foldsNames: true,
  ddl,
  // Never `?1`: better-sqlite3 takes numbered placeholders for named ones.
  placeholder: () => "?",
  read: (type, column) => (type === "bigint" ? `cast(${column} as text)` : column),
  // It compares an expression with a text by its type.
  bindBigInt: value => value,
  isBindable,
  ordered: (_type, column) => column,
  inList: (_type, column, placeholder) =>
    `${column} in (select value from json_each(${placeholder}))`,
  listParameter,
  like: (column, placeholder, escaped) =>
    `${column} like ${placeholder}${escaped ? " escape '\\'" : ""}`,
  json: sqliteJson,
  related: "in",
  // Of integers too: 64 bits would overflow with an error.
  total: (_type, column) => `sum(cast(${column} as double precision))`,
  emptyList: before => `${before}()`,
  add,
  limit: (limit, offset) =>
    `${limit || offset ? ` limit ${limit ?? "-1"}` : ""}${offset ? ` offset ${offset}` : ""}`,
  generatedIds: {
    uuid: `(lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4' || substr(hex(randomblob(2)), 2) || '-' || substr('89ab', 1 + abs(random() % 4), 1) || substr(hex(randomblob(2)), 2) || '-' || hex(randomblob(6))))`,
  },
  uniqueName: (table, columns) => columns.map(column => `${table}.${column}`).join(", "),
  classify,
}
