// How SQLite turns the values of a column into those of another type.
import type { Cast, Casts } from "./dialect.ts"

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
const asItIs: Cast = column => column
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

export const sqliteCasts: Casts = {
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
