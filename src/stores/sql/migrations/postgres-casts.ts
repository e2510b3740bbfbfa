// How Postgres turns the values of a column into those of another type.
import type { Cast, Casts } from "./dialect.ts"

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

export const postgresCasts: Casts = {
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
