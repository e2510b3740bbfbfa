// Turns the values of a column into those of another type, so that a value that does not fit fails instead of changing.
import type { FieldType } from "../../../entity/index.ts"
import type { DialectName } from "../contract/dialect.ts"
import { canonicalType } from "./canonical.ts"
import type { ColumnModel } from "./model.ts"

type Kind = FieldType
type Cast = (column: string) => string
type Casts = { readonly [From in Kind]?: { readonly [To in Kind]?: Cast } }

/** What a column holds; of one that no entity declared, what its type says. */
function kindOf(column: ColumnModel): Kind | undefined {
  if (column.kind !== undefined) return column.kind
  const type = column.type.toLowerCase()
  if (/^(text|varchar|character)/.test(type)) return "string"
  if (/int/.test(type)) return "integer"
  if (/^(real|double|float|numeric|decimal)/.test(type)) return "number"
  if (/^bool/.test(type)) return "boolean"
  if (/^timestamp(\(\d\))? with/.test(type)) return "date"
  if (/^(blob|bytea)/.test(type)) return "bytes"
  return /^json/.test(type) ? "json" : undefined
}

const asItIs: Cast = column => column
const whole = new Set<Kind>(["integer", "bigint"])

/** Whether the values must be turned into others; of a column that no entity declared, its type decides alone. */
export function needsCast(from: ColumnModel, to: ColumnModel, dialect: DialectName): boolean {
  if (canonicalType(from.type, dialect) !== canonicalType(to.type, dialect)) return true
  if (from.kind === undefined || to.kind === undefined || from.kind === to.kind) return false
  return castSql({ ...from, type: to.type }, to, "c", dialect) !== "c"
}

/** The expression, or undefined where only the author of the change can know. `column` is quoted. */
export function castSql(
  from: ColumnModel,
  to: ColumnModel,
  column: string,
  dialect: DialectName,
): string | undefined {
  const [source, target] = [kindOf(from), kindOf(to)]
  if (source === undefined || target === undefined) return undefined
  if (source === target || (whole.has(source) && whole.has(target))) {
    return canonicalType(from.type, dialect) === canonicalType(to.type, dialect)
      ? column
      : `cast(${column} as ${to.type.replace(/ collate .*$/, "")})`
  }
  return (dialect === "sqlite" ? sqliteCasts : postgresCasts)[source]?.[target]?.(column)
}

// json() of what is no JSON is the one plain function of SQLite that fails with any text in it.
const refuse = (column: string, why: string): string => `json('${why}: ' || ${column})`
const guarded = (column: string, fits: string, value: string, why: string): string =>
  `case when ${column} is null then null when ${fits} then ${value} else ${refuse(column, why)} end`

const textToInteger: Cast = c =>
  guarded(
    c,
    `cast(cast(${c} as integer) as text) = ${c}`,
    `cast(${c} as integer)`,
    "no whole number",
  )
const integerToReal: Cast = c =>
  guarded(c, `cast(cast(${c} as real) as integer) = ${c}`, `cast(${c} as real)`, "beyond 2^53")
const realToInteger: Cast = c =>
  guarded(c, `cast(${c} as integer) = ${c}`, `cast(${c} as integer)`, "no whole number")
const bitToBoolean: Cast = c => guarded(c, `${c} in (0, 1)`, c, "neither 0 nor 1")
const toText: Cast = c => `cast(${c} as text)`
const isoText: Cast = c =>
  guarded(
    c,
    `${c} between -62167219200000 and 253402300799999`,
    `strftime('%Y-%m-%dT%H:%M:%fZ', ${c} / 1000.0, 'unixepoch')`,
    "beyond the years 0 to 9999",
  )
const isoDate: Cast = c =>
  guarded(
    c,
    `${c} like '____-__-__%' and julianday(${c}) is not null`,
    `cast(round((julianday(${c}) - 2440587.5) * 86400000.0) as integer)`,
    "no date",
  )
const fromJson: Cast = c => `case when json_type(${c}) = 'text' then ${c} ->> '$' else ${c} end`

const sqliteCasts: Casts = {
  string: {
    integer: textToInteger,
    bigint: textToInteger,
    number: c =>
      guarded(
        c,
        `json_valid(${c}) and json_type(${c}) in ('integer', 'real')`,
        `cast(${c} as real)`,
        "no number",
      ),
    boolean: c =>
      guarded(
        c,
        `${c} in ('true', 'false', '1', '0')`,
        `${c} in ('true', '1')`,
        "neither true nor false",
      ),
    date: isoDate,
    json: c => `case when ${c} is null then null else json_quote(${c}) end`,
  },
  integer: {
    string: toText,
    number: integerToReal,
    boolean: bitToBoolean,
    date: asItIs,
    json: toText,
  },
  bigint: { string: toText, number: integerToReal, boolean: bitToBoolean, date: asItIs },
  number: {
    // 15 digits where they say it all, else the 17 that every number fits in.
    string: c =>
      `case when ${c} is null or cast(cast(${c} as text) as real) = ${c} then cast(${c} as text) else printf('%!.17g', ${c}) end`,
    integer: realToInteger,
    bigint: realToInteger,
    boolean: bitToBoolean,
    date: realToInteger,
  },
  boolean: {
    string: c => `case ${c} when 1 then 'true' when 0 then 'false' end`,
    integer: asItIs,
    bigint: asItIs,
    number: c => `cast(${c} as real)`,
  },
  date: { string: isoText, integer: asItIs, bigint: asItIs, number: c => `cast(${c} as real)` },
  json: { string: fromJson },
}

// A cast of text that is no number fails in Postgres, with the text in the message.
const wholeNumber: Cast = c =>
  `case when ${c} = trunc(${c}) then ${c}::bigint else ('no whole number: ' || ${c})::bigint end`
const bit: Cast = c =>
  `case when ${c} is null then null when ${c} in (0, 1) then ${c} = 1 else ('neither 0 nor 1: ' || ${c})::boolean end`
const exactDouble: Cast = c =>
  `case when ${c} is null then null when ${c}::double precision::numeric = ${c} then ${c}::double precision else ('beyond 2^53: ' || ${c})::double precision end`
const text: Cast = c => `${c}::text`
const fromMs: Cast = c => `to_timestamp(${c} / 1000.0)`
const toMs =
  (type: string): Cast =>
  c =>
    `round(extract(epoch from ${c}) * 1000)::${type}`

const postgresCasts: Casts = {
  string: {
    integer: c => `${c}::bigint`,
    bigint: c => `${c}::bigint`,
    number: c => `${c}::double precision`,
    boolean: c => `${c}::boolean`,
    date: c => `${c}::timestamp with time zone`,
    json: c => `to_jsonb(${c})`,
  },
  integer: {
    string: text,
    number: exactDouble,
    boolean: bit,
    date: fromMs,
    json: c => `to_jsonb(${c})`,
  },
  bigint: { string: text, number: exactDouble, boolean: bit, date: fromMs },
  number: { string: text, integer: wholeNumber, bigint: wholeNumber, boolean: bit, date: fromMs },
  boolean: {
    string: text,
    integer: c => `${c}::integer::bigint`,
    bigint: c => `${c}::integer::bigint`,
    number: c => `${c}::integer::double precision`,
  },
  date: {
    string: c => `to_char(${c} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`,
    integer: toMs("bigint"),
    bigint: toMs("bigint"),
    number: toMs("double precision"),
  },
  json: {
    string: c => `case when jsonb_typeof(${c}) = 'string' then ${c} #>> '{}' else ${c}::text end`,
  },
}
