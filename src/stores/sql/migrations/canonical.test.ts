import { describe, expect, it } from "vitest"
import { canonicalDefault, canonicalType } from "./canonical.ts"
import { dialectNamed } from "./dialects.ts"

const same = (dialect: string, type: string, ...defaults: string[]): void => {
  const forms = defaults.map(text =>
    canonicalDefault({ type, default: text }, dialectNamed(dialect)),
  )
  expect(new Set(forms), defaults.join(" and ")).toHaveLength(1)
}
const different = (dialect: string, type: string, a: string, b: string): void => {
  expect(canonicalDefault({ type, default: a }, dialectNamed(dialect)), `${a} and ${b}`).not.toBe(
    canonicalDefault({ type, default: b }, dialectNamed(dialect)),
  )
}

describe("defaults", () => {
  it("are equal however Postgres spells them", () => {
    same(
      "postgres",
      "text",
      "'a'",
      "'a'::text",
      "('a')",
      "'a'::character varying",
      "'a'::character varying(20)",
      "('a'::text)",
    )
    same("postgres", "text", "'it''s ''quoted''::text'", "'it''s ''quoted''::text'::text")
    same("postgres", "bigint", "0", "'0'::bigint", "(0)::bigint", "+0", "0::bigint")
    same("postgres", "bigint", "-1", "'-1'::integer", "(-1)", "(-1)::bigint")
    same(
      "postgres",
      "double precision",
      "1.5",
      "'1.5'::double precision",
      "1.50",
      "(1.5)::numeric(3,1)",
    )
    same("postgres", "double precision", "'Infinity'", "'Infinity'::double precision")
    same("postgres", "boolean", "true", "TRUE", "'t'::boolean")
    same("postgres", "jsonb", `'{"b":1,"a":[1,2]}'`, `'{"a": [1, 2], "b": 1}'::jsonb`)
    same("postgres", "bytea", String.raw`'\x0aFF'`, String.raw`'\x0aff'::bytea`)
    same("postgres", "text", "NULL::text", "null")
    same(
      "postgres",
      "timestamp(3) with time zone",
      "'1970-01-02T00:00:00.000Z'",
      "'1970-01-02 00:00:00+00'::timestamp with time zone",
      "'1970-01-02 05:30:00+05:30'::timestamp(3) with time zone",
      "'1970-01-01 23:00:00.000-01'::timestamp with time zone",
    )
    different(
      "postgres",
      "timestamp with time zone",
      "'1970-01-02 00:00:00+00'",
      "'1970-01-02 00:00:00.001+00'",
    )
  })

  it("are equal however SQLite kept them", () => {
    same("sqlite", "integer", "1", "(1)", "TRUE", "+1", "((1))")
    same("sqlite", "real", "1", "1.0", "(1.00)", "1e0")
    same("sqlite", "text", "'A b'", "('A b')")
    same("sqlite", "blob", "x'0A'", "X'0a'")
    same("sqlite", "integer", "(1  +  2)", "(1 + 2)")
  })

  it("differ in the case, the spaces and the quotes of text", () => {
    different("postgres", "text", "'A'", "'a'")
    different("sqlite", "text", "'a'", "'a '")
    different("sqlite", "text", "''", "''''")
    different("postgres", "text", "'0'", "'0.0'")
    different("postgres", "text", "'a'", "'a''::text'")
    different("sqlite", "text", "'null'", "null")
    different("sqlite", "text", "upper('a')", "upper('A')")
    different("sqlite", "integer", "(1) + (2)", "1) + (2")
  })

  it("keep integers apart that are equal as doubles", () => {
    different("postgres", "bigint", "9007199254740993", "9007199254740992")
  })
})

it("knows the short names of Postgres' types", () => {
  expect(canonicalType("INT8", dialectNamed("postgres"))).toBe("bigint")
  expect(canonicalType("timestamptz", dialectNamed("postgres"))).toBe("timestamp with time zone")
  expect(canonicalType(" VARCHAR(20)", dialectNamed("sqlite"))).toBe("varchar(20)")
})
