import { describe, expect, it } from "vitest"
import { sqliteDialect } from "../sqlite/dialect.ts"
import { dialectNamed } from "./dialects.ts"
import { statementsOf } from "./sql-text.ts"

const cut = (script: string, dialect: "sqlite" | "postgres" = "sqlite"): string[] =>
  statementsOf(script, dialectNamed(dialect).script).map(({ sql }) => sql)

describe("statements", () => {
  it("end at semicolons, and the last needs none", () => {
    expect(cut("select 1; select 2;;\n ; select 3")).toEqual(["select 1", "select 2", "select 3"])
    expect(cut("")).toEqual([])
    expect(cut("-- nothing\n/* at all; */")).toEqual([])
  })

  it("do not end inside of text, names and comments", () => {
    const script = `insert into "a;b" values ('x;''y;', "q;""r", [s;t], \`u;v\`) /* w; */ -- x;\n; select 2`
    expect(cut(script)).toHaveLength(2)
  })

  it("do not end inside of a trigger", () => {
    const trigger =
      "create temp trigger t after insert on a begin update a set x = case when 1 then 2 end; delete from b; end"
    expect(cut(`${trigger}; select 1`)).toEqual([trigger, "select 1"])
  })

  it("do not end inside of Postgres' quotes", () => {
    const body = "do $body$ begin perform 1; execute $$ select ';' $$; end $body$"
    expect(cut(`${body}; select E'a\\';b', $1; /* a /* b; */ c; */ select 3`, "postgres")).toEqual([
      body,
      "select E'a\\';b', $1",
      "select 3",
    ])
  })

  it("have their line and the comments in front of them", () => {
    expect(
      statementsOf(
        "-- up\n\n-- destructive: gone\nselect 1;\n\n-- down\nselect\n2;",
        dialectNamed("sqlite").script,
      ),
    ).toEqual([
      { sql: "select 1", line: 4, comments: ["up", "destructive: gone"] },
      { sql: "select\n2", line: 7, comments: ["down"] },
    ])
  })

  it("survive what is never closed, and a megabyte of text", () => {
    for (const open of [
      "select 'a;b",
      'select "a;b',
      "select /* a;b",
      "select $$ a;b",
      "select [a;b",
    ]) {
      for (const dialect of ["sqlite", "postgres"] as const)
        expect(cut(open, dialect).length, open).toBeGreaterThan(0)
    }
    const long = `select '${"a''b;".repeat(200_000)}'`
    expect(cut(`${long}; select 2`)).toEqual([long, "select 2"])
  })
})

it("quotes any name", () => {
  expect(sqliteDialect.quote('a"b; drop table c --')).toBe('"a""b; drop table c --"')
})
