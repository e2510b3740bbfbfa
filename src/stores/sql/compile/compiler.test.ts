// The SQL of plans, compiled once for each shape.
import { describe, expect, it } from "vitest"
import type { Predicate, QueryPlan, RelatedRows } from "../../../entity/store.ts"
import { postgresDialect } from "../postgres/dialect.ts"
import { sqliteDialect } from "../sqlite/dialect.ts"
import { loadSqliteDriver } from "../sqlite/drivers/load.ts"
import { sqlite } from "../sqlite/store.ts"
import { describeTable } from "../table/table.ts"
import { define } from "../testing/definitions.ts"
import { temporaryFolder } from "../testing/drivers.ts"
import { Compiler, type Statement } from "./compiler.ts"

const definition = define(
  "Todo",
  {
    title: "string",
    note: { type: "string", nullable: true },
    rank: "integer",
    done: "boolean",
    due: { type: "date", nullable: true },
    big: "bigint",
    data: "json",
  },
  { version: true, index: [["rank"]] },
)
const newCompiler = (): Compiler =>
  new Compiler(describeTable(definition, sqliteDialect), sqliteDialect, other =>
    describeTable(other, sqliteDialect),
  )
const compiler = newCompiler()
const whereOf = (where: Predicate): string =>
  compiler.deleteWhere(where).sql.replace('delete from "todos" where ', "")
const restOf = (plan: Partial<QueryPlan>): string =>
  compiler.find({ orderBy: [], ...plan }).sql.replace(/^.* from "todos" ?/, "")

it("writes conditions that are true for the rows that match and for no others", () => {
  const rank = { field: "rank", value: 1 } as const
  expect(whereOf({ op: "eq", ...rank })).toBe('"rank" = ?')
  expect(whereOf({ op: "ne", ...rank })).toBe('"rank" is distinct from ?')
  expect(whereOf({ op: "eq", field: "note", value: null })).toBe('"note" is null')
  expect(whereOf({ op: "lt", field: "due", value: null })).toBe("1 = 0")
  expect(whereOf({ op: "ne", field: "title", value: { field: "note" } })).toBe(
    '("title" = "note") is not true',
  )
  expect(whereOf({ op: "notIn", field: "rank", values: [1, null] })).toBe(
    '("rank" is null or "rank" in (select value from json_each(?))) is not true',
  )
  expect(whereOf({ op: "between", field: "rank", from: 1, to: 2 })).toBe(
    '"rank" >= ? and "rank" <= ?',
  )
  expect(whereOf({ op: "contains", field: "title", value: "50%_\\" })).toBe(
    "\"title\" like ? escape '\\'",
  )
  expect(
    whereOf({
      op: "or",
      of: [
        { op: "eq", ...rank },
        {
          op: "and",
          of: [
            { op: "eq", ...rank },
            { op: "not", of: { op: "and", of: [] } },
          ],
        },
      ],
    }),
  ).toBe('"rank" = ? or ("rank" = ? and (1 = 1) is not true)')
})

it("orders nulls last only where there can be nulls, and by the id in the end", () => {
  expect(restOf({})).toBe('order by "id"')
  expect(restOf({ orderBy: [{ field: "rank", direction: "desc" }] })).toBe(
    'order by "rank" desc, "id"',
  )
  expect(restOf({ orderBy: [{ field: "due", direction: "asc" }] })).toBe(
    'order by "due" nulls last, "id"',
  )
  expect(restOf({ orderBy: [{ field: "due", direction: "desc" }] })).toBe(
    'order by "due" desc nulls first, "id"',
  )
  const beyond = [
    { field: "id", direction: "desc" } as const,
    { field: "rank", direction: "asc" } as const,
  ]
  expect(restOf({ orderBy: beyond, limit: 2, offset: 3 })).toBe(
    'order by "id" desc limit ? offset ?',
  )
  expect(restOf({ offset: 3 })).toBe('order by "id" limit -1 offset ?')
})

it("writes the same text for other values, and values never in it", () => {
  const plan = (n: number, text: string): QueryPlan => ({
    where: {
      op: "and",
      of: [
        { op: "gt", field: "rank", value: n },
        { op: "in", field: "title", values: Array.from({ length: n }, () => text) },
        { op: "contains", field: "note", value: text },
        { op: "eq", field: "done", value: n > 5 },
        { op: "lte", field: "due", value: new Date(n) },
        { op: "eq", field: "big", value: BigInt(n) },
      ],
    },
    orderBy: [],
    limit: n,
    offset: n,
  })
  const first = compiler.find(plan(3, "'; drop table todos"))
  const second = compiler.find(plan(7777, "other"))
  expect(second.sql).toBe(first.sql)
  expect(first.sql).not.toMatch(/3|drop/)
  expect(first.parameters).toEqual([
    3,
    JSON.stringify(Array(3).fill("'; drop table todos")),
    "%'; drop table todos%",
    0,
    3,
    "3",
    3,
    3,
  ])
})

it("gives every shape a separate text", () => {
  const fields = ["title", "note"]
  const leaves: Predicate[] = fields.flatMap((field): Predicate[] => [
    { op: "eq", field, value: "x" },
    { op: "eq", field, value: null },
    { op: "eq", field, value: { field: "title" } },
    { op: "eq", field, value: { field: "note" } },
    { op: "like", field, value: "x" },
    { op: "contains", field, value: "x" },
  ])
  const conditions: Predicate[] = [
    ...leaves,
    ...leaves.flatMap((leaf): Predicate[] => [
      { op: "not", of: leaf },
      { op: "and", of: [leaf, leaf] },
      { op: "or", of: [leaf, leaf] },
      { op: "and", of: [leaf, { op: "or", of: [leaf, leaf] }] },
      { op: "or", of: [{ op: "and", of: [leaf, leaf] }, leaf] },
      { op: "not", of: { op: "not", of: leaf } },
    ]),
  ]
  const plans: QueryPlan[] = conditions.flatMap(where => [
    { where, orderBy: [] },
    { where, orderBy: [], limit: 1 },
    { where, orderBy: [], offset: 1 },
    { where, orderBy: [], limit: 1, offset: 1 },
    { where, orderBy: [{ field: "rank", direction: "asc" }] },
    { where, orderBy: [{ field: "rank", direction: "desc" }] },
  ])
  const warm = newCompiler()
  for (const kind of ["find", "count"] as const) for (const plan of plans) warm[kind](plan)
  for (const plan of plans) {
    expect(warm.find(plan)).toEqual(newCompiler().find(plan))
    expect(warm.count(plan)).toEqual(newCompiler().count(plan))
  }
})

it("changes only the given columns, with the version in the condition", () => {
  expect(compiler.update([3], false)).toBe('update "todos" set "rank" = ? where "id" = ?')
  expect(compiler.update([3, 8], true)).toBe(
    'update "todos" set "rank" = ?, "version" = ? where "id" = ? and "version" = ?',
  )
  expect(compiler.update([3], false)).toBe(compiler.update([3], false))
  expect(compiler.delete(true)).toBe('delete from "todos" where "id" = ? and "version" = ?')
})

it.each([
  [{ op: "eq", field: "titel", value: "x" }, "NITRO_UNKNOWN_FIELD", "titel"],
  [{ op: "eq", field: "constructor", value: "x" }, "NITRO_UNKNOWN_FIELD", "constructor"],
  [{ op: "eq", field: 'rank" = 1 or 1=1 --', value: 1 }, "NITRO_UNKNOWN_FIELD", "no field"],
  [{ op: "eq", field: "rank", value: "1" }, "NITRO_QUERY", "integer"],
  [{ op: "eq", field: "title", value: 1 }, "NITRO_QUERY", "string"],
  [{ op: "lt", field: "due", value: "2026-01-01" }, "NITRO_QUERY", "date"],
  [{ op: "eq", field: "data", value: "x" }, "NITRO_QUERY", "json"],
  [{ op: "contains", field: "rank", value: "1" }, "NITRO_QUERY", "integer"],
  [{ op: "lt", field: "title", value: "a\0" }, "NITRO_QUERY", "title"],
  [{ op: "contains", field: "title", value: "x".repeat(60_000) }, "NITRO_QUERY", "50000 bytes"],
] as [Predicate, string, string][])("refuses the condition %j", (where, code, words) => {
  const shown = expect.objectContaining({
    code,
    message: expect.stringContaining(words) as unknown,
  })
  expect(() => compiler.find({ where, orderBy: [] })).toThrow(shown)
})

it.each([-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, "5" as never])(
  "refuses the limit %s",
  limit => {
    expect(() => compiler.find({ orderBy: [], limit })).toThrow(
      expect.objectContaining({ code: "NITRO_QUERY" }),
    )
    expect(() => compiler.find({ orderBy: [], offset: limit })).toThrow(
      expect.objectContaining({ code: "NITRO_QUERY" }),
    )
  },
)

it("lets an index serve a filter and its order", async () => {
  const folder = temporaryFolder()
  const store = sqlite(folder.path("plan.db"))
  await store.bind(definition).count({ orderBy: [] })
  const { sql, parameters } = compiler.find({
    where: { op: "gt", field: "rank", value: 1 },
    orderBy: [{ field: "rank", direction: "asc" }],
    limit: 10,
  })
  const driver = loadSqliteDriver()(folder.path("plan.db"))
  const steps = driver.all(`explain query plan ${sql}`, parameters).map(row => String(row[3]))
  expect(steps[0]).toContain("USING INDEX index todos(rank) (rank>?)")
  expect(steps.join()).not.toContain("TEMP B-TREE FOR ORDER BY")
  driver.close()
  await store.close()
  folder.remove()
})

it("takes conditions of thousands of members", async () => {
  const store = sqlite(":memory:")
  const repository = store.bind(definition)
  const of = Array.from(
    { length: 5000 },
    (_, rank): Predicate => ({ op: "eq", field: "rank", value: rank }),
  )
  expect(await repository.count({ where: { op: "or", of }, orderBy: [] })).toBe(0)
  // Some libraries take 150 levels, some do not; none may fail in another way.
  for (const [levels, code] of [
    [20, undefined],
    [150, "NITRO_QUERY"],
    [5000, "NITRO_QUERY"],
  ] as const) {
    let nested: Predicate = { op: "eq", field: "rank", value: 1 }
    for (let depth = 0; depth < levels; depth++)
      nested = { op: depth % 2 ? "and" : "or", of: [{ op: "eq", field: "rank", value: 1 }, nested] }
    const [result] = await Promise.allSettled([
      (async () => repository.count({ where: nested, orderBy: [] }))(),
    ])
    if (result.status === "rejected") expect(result.reason).toMatchObject({ code })
    else expect(levels).toBeLessThan(200)
  }
  await store.close()
})

describe("conditions on related rows", () => {
  const lists = define("List", { name: "string" })
  const rows: RelatedRows = { entity: "List", local: "title", remote: "id", definition: lists }
  const some: Predicate = {
    op: "some",
    rows,
    where: {
      op: "or",
      of: [
        { op: "eq", field: "name", value: "a" },
        { op: "isNull", field: "name" },
      ],
    },
  }
  const ofPostgres = new Compiler(
    describeTable(definition, postgresDialect),
    postgresDialect,
    other => describeTable(other, postgresDialect),
  )
  const inPostgres = (where: Predicate): string =>
    ofPostgres.deleteWhere(where).sql.replace('delete from "todos" where ', "")

  it("are a list to SQLite and a join to Postgres", () => {
    expect(whereOf(some)).toBe(
      '"title" in (select t1."id" from "lists" as t1 where t1."name" = ? or t1."name" is null)',
    )
    expect(whereOf({ op: "not", of: some })).toBe(
      '("title" in (select t1."id" from "lists" as t1 where t1."name" = ? or t1."name" is null)) is not true',
    )
    expect(inPostgres({ op: "not", of: { op: "some", rows } })).toBe(
      'not exists (select 1 from "lists" as t1 where t1."id" = "todos"."title")',
    )
    expect(inPostgres(some)).toBe(
      'exists (select 1 from "lists" as t1 where t1."id" = "todos"."title" and (t1."name" = $1 or t1."name" is null))',
    )
  })

  it("have different names at each depth", () => {
    const nested: Predicate = {
      op: "some",
      rows: { ...rows, remote: "name" },
      where: { op: "some", rows: { ...rows, local: "name" } },
    }
    expect(inPostgres({ op: "and", of: [nested, { op: "some", rows }] })).toBe(
      'exists (select 1 from "lists" as t1 where t1."name" = "todos"."title" and (exists (select 1 from "lists" as t2 where t2."id" = t1."name"))) and exists (select 1 from "lists" as t1 where t1."id" = "todos"."title")',
    )
  })

  it("share a statement with equal ones alone", () => {
    const other: RelatedRows = { ...rows, remote: "name" }
    const texts = [
      some,
      { op: "not", of: some } as const,
      { op: "some", rows } as const,
      { op: "some", rows: other } as const,
    ].map(whereOf)
    expect(new Set(texts).size).toBe(4)
    expect(
      [
        some,
        { op: "not", of: some } as const,
        { op: "some", rows } as const,
        { op: "some", rows: other } as const,
      ].map(whereOf),
    ).toEqual(texts)
  })
})

describe("conditions inside of JSON", () => {
  it("carry paths as values, so that no key is ever text of the statement", () => {
    const at = (path: (string | number)[], value: string | number | boolean): Statement =>
      compiler.deleteWhere({ op: "json", field: "data", path, test: "eq", value })
    expect(at(["a'", 0], "x")).toEqual({
      sql: `delete from "todos" where (json_type("data", ?) = 'text' and json_extract("data", ?) = ?)`,
      parameters: [`$."a'"[0]`, `$."a'"[0]`, "x"],
    })
    expect(at(['"'], 0.5)).toEqual({
      sql: `delete from "todos" where exists (select 1 from json_each("todos"."data") as e1 where e1.key = ? and (e1.type in ('integer', 'real') and e1.value = cast(? as real)))`,
      parameters: ['"', "0.5"],
    })
    const texts = ["x", 1, 0.5, true, false].map(value => at(["a"], value).sql)
    expect(new Set(texts).size).toBe(5)
  })
})
