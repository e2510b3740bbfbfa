// Postgres' differences: its encodings, its spelling, its errors.
import { isStorableJson } from "../../../entity/internal.ts"
import type { Encoding, FieldType } from "../../../entity/store.ts"
import { NitroError } from "../../../shared/errors.ts"
import { codeOf } from "../../../shared/thrown.ts"
import type { CoarseText } from "../contract/column.ts"
import type { Ddl, Dialect, Failure } from "../contract/dialect.ts"
import { isBindable, unsupported, wholeNumber } from "../contract/parameters.ts"
import { encodeJson as encodeSqliteJson, sqliteEncoding } from "../sqlite/dialect.ts"
import { plainLiteral, quoteText } from "../table/ddl.ts"
import { postgresJson } from "./json.ts"
import {
  arrayText,
  bytesText,
  firstInstant,
  firstTimestamp,
  isSameJson,
  isTimestamp,
  lastInstant,
  millisecondsOf,
  timestampText,
} from "./values.ts"

const { bigint, bytes, json } = sqliteEncoding

/**
 * - Booleans and texts are themselves. Text is ordered by code point (`collate "C"`), whatever the database does.
 * - Numbers are numbers in a row; a decimal with more digits than a number has is its text.
 * - Dates are whole milliseconds since 1970 in a row, `timestamptz` in the database. An instant between two milliseconds,
 *   which other programs and `now()` write, is its text in a row. The first and the last instant of `Date` are Postgres'
 *   infinities; other instants before 4714-11-24 BC are refused.
 * - Bigints are carried as text both ways. JSON is `jsonb`; it keeps no NUL and no half surrogate pairs.
 */
const encoding: Encoding = {
  integer: { encode: (value: number) => value, decode: wholeNumber, keepsNumbers: true },
  number: {
    encode: (value: number) => value,
    decode: Number,
    keepsNumbers: true,
    isSame: (stored: number | string, encoded: number) => Object.is(Number(stored), encoded),
    exact: { toText: String, fromText: text => (decimalForm.test(text) ? text : undefined) },
  },
  date: {
    encode: encodeDate,
    decode: decodeDate,
    isSame: (stored: number | string, encoded: number) =>
      typeof stored === "string" && millisecondsOf(stored) === encoded,
    exact: { toText: String, fromText: storedDate },
  },
  bigint: {
    ...bigint,
    exact: { toText: String, fromText: text => (wholeForm.test(text) ? text : undefined) },
  },
  bytes,
  json: { encode: encodeJson, decode: json.decode, isSame: isSameJson },
}

const wholeForm = /^-?\d{1,100}$/
const decimalForm = /^(?:-?(?:\d{1,400}(?:\.\d{1,400})?(?:e[+-]?\d{1,4})?|Infinity)|NaN)$/i

function decodeDate(stored: number | string): Date {
  const ms = typeof stored === "number" ? stored : millisecondsOf(stored)
  if (ms >= firstInstant && ms <= lastInstant) return new Date(ms)
  throw new RangeError(`${stored} is beyond the range of a Date`)
}

/** The stored form of a date from a cursor, which may come from outside. */
function storedDate(text: string): number | string | undefined {
  if (!wholeForm.test(text)) return isTimestamp(text) ? text : undefined
  const ms = Number(text)
  return (ms >= firstTimestamp && ms <= lastInstant) || ms === firstInstant ? ms : undefined
}

const interval = "interval '999 microseconds'"

/** A value stands for the whole millisecond that decodes to it. Of infinity the sum is infinity. */
const coarseDate: CoarseText = {
  seen: column => `date_trunc('milliseconds', ${column})`,
  compare(operator, column, place) {
    const from = `${place}::timestamptz`
    if (operator === "=") return `${column} between ${from} and ${from} + ${interval}`
    return operator === "<" || operator === ">="
      ? `${column} ${operator} ${from}`
      : `${column} ${operator} ${from} + ${interval}`
  },
  inList: (column, place) => `date_trunc('milliseconds', ${column}) = any(${place}::timestamptz[])`,
}

/** Beside a decimal, a parameter would be a decimal too. */
const coarseNumber: CoarseText = {
  seen: column => `${column}::double precision`,
  compare: (operator, column, place) => `${column} ${operator} ${place}::double precision`,
  inList: (column, place) => `${column} = any(${place}::double precision[])`,
}

function encodeDate(value: Date): number {
  const time = value.getTime()
  if (time >= firstTimestamp || time === firstInstant) return time
  const what = Number.isNaN(time) ? "an invalid date" : "a date before 4714-11-24 BC"
  throw new NitroError("NITRO_VALUE_UNSUPPORTED", `Postgres cannot keep ${what}.`)
}

function roundDate(date: Date, up: boolean): Date {
  const time = date.getTime()
  return time >= firstTimestamp || time === firstInstant
    ? date
    : new Date(up ? firstTimestamp : firstInstant)
}

function encodeJson(value: unknown): string {
  const text = encodeSqliteJson(value)
  if (isStorableJson(text)) return text
  throw new NitroError(
    "NITRO_VALUE_UNSUPPORTED",
    "Postgres cannot keep JSON with a NUL character or half a surrogate pair in its text.",
  )
}

/** By SQLSTATE, https://www.postgresql.org/docs/current/errcodes-appendix.html, or by the code of a socket's error. */
const kindOfCode: Readonly<Record<string, Exclude<Failure["kind"], "duplicate">>> = {
  "23503": "reference",
  // serialization_failure, deadlock_detected
  "40001": "conflict",
  "40P01": "conflict",
  // lock_not_available, query_canceled by a timeout
  "55P03": "busy",
  "57014": "busy",
  // insufficient_privilege
  "42501": "unavailable",
  // read_only_sql_transaction
  "25006": "readOnly",
  // Text too long for its column, a number out of its range, text that is none of the type
  "22001": "value",
  "22003": "value",
  "22012": "value",
  "22P02": "value",
  "22007": "value",
  "22008": "value",
  "22021": "value",
}
// Connection failures; wrong user; no such database; out of disk, memory, connections; crash and shutdown of the server.
const unavailable = /^(08|28|3D|53|57P|58)/
const unreachable = /^(ECONNREFUSED|ENOTFOUND|EAI_|EHOST|ENET|ETIMEDOUT|CONNECT_TIMEOUT)/
const lostConnection = /^(08|57P0[12]|ECONNRESET|EPIPE|CONNECTION_)/
// pg's words for a pool without a free connection.
const noFreeConnection = "timeout exceeded when trying to connect"
const lostWords =
  /^Connection terminated|is not queryable$|^Client has encountered a connection error/

function classify(error: unknown): Failure {
  if (!(error instanceof Error)) return { kind: "other" }
  const code = codeOf(error) ?? ""
  if (code === "23505") return { kind: "duplicate", constraint: columnsOfKey(error) }
  const kind = kindOfCode[code]
  if (kind !== undefined) return { kind }
  if (error.message === noFreeConnection) return { kind: "busy" }
  // A row or a value that is too long, in an index above all: 8 kB at most.
  if (code === "54000") return { kind: "value" }
  if (code.startsWith("54")) return { kind: "tooComplex" }
  if (isLost(error)) return { kind: "unavailable", lost: true }
  return { kind: unavailable.test(code) || unreachable.test(code) ? "unavailable" : "other" }
}

/** Whether the connection is gone, so that nothing can be said about what ran on it. */
export function isLost(error: unknown): boolean {
  return (
    error instanceof Error &&
    (lostConnection.test(codeOf(error) ?? "") || lostWords.test(error.message))
  )
}

const keyColumn = /"((?:[^"]|"")*)"|([^",()]+)/y

/** The columns in `Key (region, "the n")=(north, 1) already exists.`, whatever language the server says it in. */
function columnsOfKey(error: Error): string {
  const detail = "detail" in error ? error.detail : undefined
  if (typeof detail !== "string" || !detail.includes("(")) {
    const constraint = "constraint" in error ? error.constraint : undefined
    const name = "constraint_name" in error ? error.constraint_name : undefined
    return String(constraint ?? name ?? "")
  }
  const columns: string[] = []
  let at = detail.indexOf("(") + 1
  for (;;) {
    keyColumn.lastIndex = at
    const match = keyColumn.exec(detail)
    if (match === null) break
    columns.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? "")
    at = keyColumn.lastIndex
    if (!detail.startsWith(", ", at)) break
    at += 2
  }
  return setName(columns)
}

function setName(columns: readonly string[]): string {
  return JSON.stringify([...columns].sort())
}

export function quoteIdentifier(identifier: string): string {
  return `"${identifier.replaceAll('"', '""')}"`
}

/** The cast of a parameter where nothing else determines its type. */
export const parameterTypes: Readonly<Record<FieldType, string>> = {
  string: "text",
  integer: "bigint",
  number: "double precision",
  boolean: "boolean",
  date: "timestamptz",
  bigint: "bigint",
  bytes: "bytea",
  json: "jsonb",
}

function isPostgresBindable(value: unknown): boolean {
  return typeof value === "boolean" || isBindable(value)
}

function add(type: FieldType, column: string, place: () => string): string {
  if (type !== "integer") return `${column} + ${place()}::${parameterTypes[type]}`
  const by = `${place()}::bigint`
  // Drivers round integers beyond 2^53, or fail on every later read. The division fails where it is reached, null aside.
  const fits = `${column} + ${by} between -9007199254740991 and 9007199254740991`
  return `case when ${fits} then ${column} + ${by} else ${column} / (${column} - ${column}) end`
}

function literal(type: FieldType, value: unknown): string | undefined {
  switch (type) {
    case "boolean":
      return String(value === true)
    case "date":
      return value instanceof Date ? dateLiteral(value.getTime()) : undefined
    case "bytes":
      return value instanceof Uint8Array ? quoteText(bytesText(value)) : undefined
    case "json": {
      const text = JSON.stringify(value)
      return isStorableJson(text) ? quoteText(text) : undefined
    }
    default:
      if (value === Number.POSITIVE_INFINITY || value === Number.NEGATIVE_INFINITY)
        return quoteText(String(value))
      return plainLiteral(value)
  }
}

function dateLiteral(time: number): string | undefined {
  return time >= firstTimestamp || time === firstInstant
    ? quoteText(timestampText(time))
    : undefined
}

const ddl: Ddl = {
  columnType: {
    // Ordered by code point, so that indexes serve the orders of queries, and outlive updates of the system's languages.
    string: 'text collate "C"',
    integer: "bigint",
    number: "double precision",
    boolean: "boolean",
    // No finer than a Date: `now()` in a default or a backfill gives what an entity can hold.
    date: "timestamp(3) with time zone",
    bigint: "bigint",
    bytes: "bytea",
    json: "jsonb",
  },
  columnKey: (isKey, isSerial) =>
    `${isSerial ? " generated by default as identity" : ""}${isKey ? " primary key" : ""}`,
  referencesInTable: false,
  literal,
}

export const postgresDialect: Dialect = {
  name: "postgres",
  encoding,
  quote: quoteIdentifier,
  // It cuts longer names off without a word, and two could become one.
  maxNameBytes: 63,
  foldsNames: false,
  ddl,
  placeholder: position => `$${position}`,
  // Without an explicit name, `order by` would sort by the text.
  read: (type, column) => (type === "bigint" ? `${column}::text as "?column?"` : column),
  bind: {
    date: stored => (typeof stored === "number" ? timestampText(stored) : stored),
  },
  coarse: { date: coarseDate, number: coarseNumber },
  // The type comes from its place.
  bindBigInt: String,
  isBindable: isPostgresBindable,
  roundDate,
  // Without it, the order is that of the database's language; on our own columns it changes nothing.
  ordered: (type, column) => (type === "string" ? `${column} collate "C"` : column),
  inList: (_type, column, placeholder) => `${column} = any(${placeholder})`,
  listParameter: arrayText,
  // lower() changes other letters than A to Z in every collation but "C", and so does ilike.
  like: (column, placeholder, escaped) =>
    `lower(${column} collate "C") like lower(${placeholder} collate "C")${escaped ? "" : " escape ''"}`,
  json: postgresJson,
  related: "exists",
  // As decimals, since a sum of numbers depends on the order of the rows. Their text has all digits, a cast has fifteen.
  total: (type, column) =>
    `sum(${type === "number" ? `${column}::text::numeric` : column})::double precision`,
  // Postgres has no empty list. An array of no type takes that of the column.
  emptyList: before =>
    /\bnot\s+in\s*$/i.test(before)
      ? before.replace(/\bnot\s+in\s*$/i, "<> all ('{}')")
      : before.replace(/\bin\s*$/i, "= any ('{}')"),
  add,
  limit: (limit, offset) => `${limit ? ` limit ${limit}` : ""}${offset ? ` offset ${offset}` : ""}`,
  forUpdate: " for update",
  bulkInsert: (table, columns, inOrder = false) => {
    const names = columns.map(column => column.sql).join(", ")
    const lists = columns
      .map(({ field }, index) => `$${index + 1}::${parameterTypes[field.type]}[]`)
      .join(", ")
    if (!inOrder) return `insert into ${table} (${names}) select * from unnest(${lists})`
    const outputs = columns.map((_, index) => `c${index}`).join(", ")
    return `insert into ${table} (${names}) select ${outputs} from unnest(${lists}) with ordinality as given (${outputs}, position) order by position`
  },
  quietInsert: insert => `${insert} on conflict do nothing`,
  generatedIds: {
    uuid: "((gen_random_uuid())::text)",
    // An identity does not see the ids that were given. Nothing is done for a default that is no sequence of the column.
    advance: (table, column) =>
      `select setval(s, $1::bigint) from (select pg_get_serial_sequence(${quoteText(table)}, ${quoteText(column)})::regclass as s) as q where coalesce(pg_sequence_last_value(s), 0) < $1::bigint`,
  },
  uniqueName: (_table, columns) => setName(columns),
  classify,
}

/** The arguments of `setval` that make the next number of a column one higher than all in its table. */
export function startOfSerial(table: string, column: string): string {
  const name = quoteIdentifier(column)
  return `pg_get_serial_sequence(${quoteText(quoteIdentifier(table))}, ${quoteText(column)}), coalesce(max(${name}), 0) + 1, false`
}

/** Refuses what Postgres cannot keep as it is; `details.parameter` is the position from 0. */
export function checkPostgresParameters(parameters: readonly unknown[]): void {
  for (let position = 0; position < parameters.length; position++) {
    const value = parameters[position]
    if (!isPostgresBindable(value)) throw unsupported(value, position)
  }
}
