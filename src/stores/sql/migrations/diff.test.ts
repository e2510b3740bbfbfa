// Differences of two models as steps: their order, their sentences, and refusals.
import { describe, expect, it } from "vitest"
import { z } from "zod"
import type { EntityDefinition } from "../../../entity/store.ts"
import { type DefineOptions, define, type FieldSpec } from "../testing/definitions.ts"
import { diffSchemas } from "./diff.ts"
import type { Hints } from "./hints.ts"
import { schemaOf } from "./schema-of.ts"

const product = (
  fields: Record<string, FieldSpec | FieldSpec["type"]> = {},
  options: DefineOptions = {},
): EntityDefinition => define("Product", fields, { table: "products", ...options })

function diff(
  from: EntityDefinition[],
  to: EntityDefinition[],
  hints: Hints = {},
  dialect: string = "sqlite",
) {
  return diffSchemas(schemaOf(from, dialect), schemaOf(to, dialect), hints)
}
const statements = (...args: Parameters<typeof diff>): string[] =>
  diff(...args).up.flatMap(step => step.statements)

const dialects = ["sqlite", "postgres"] as const

describe.each(dialects)("on %s", dialect => {
  it("finds nothing between a schema and itself", () => {
    const all = [
      product(
        { name: "string", parent: { type: "string", nullable: true, references: "Product" } },
        { unique: [["name"]], timestamps: true, version: true },
      ),
    ]
    expect(diff(all, all, {}, dialect)).toEqual({ up: [], down: [], possibleRenames: [] })
  })

  it("names the values that a field no longer takes, and converts them by its hints", () => {
    const sized = (...values: [string, ...string[]]): EntityDefinition[] => [
      product({ size: { type: "string", optional: true, schema: z.enum(values).default("s") } }),
    ]
    const silent = diff(sized("s", "m", "it's"), sized("s"), {}, dialect)
    expect(silent.up).toMatchObject([{ table: "products", destructive: false, statements: [] }])
    expect(silent.up[0]?.sentence).toContain(
      `The column "size" of "products" takes 'm', 'it''s' no more.`,
    )
    expect(silent.up[0]?.sentence).toContain('casts: { "products.size": "..." }')
    const told = diff(sized("s", "m"), sized("s"), { casts: { "products.size": "'s'" } }, dialect)
    expect(told.up.map(({ statements }) => statements)).toEqual([
      [`update "products" set "size" = 's' where "size" in ('m')`],
    ])
    expect(told.down.map(({ sentence }) => sentence)).toEqual([
      `The column "size" of "products" takes its former values again; rows keep what they hold.`,
    ])
    expect(diff(sized("s"), sized("s", "m"), {}, dialect).up).toEqual([])
    const open = [
      product({ size: { type: "string", optional: true, schema: z.string().default("s") } }),
    ]
    expect([
      diff(sized("s", "m"), open, {}, dialect).up,
      diff(open, sized("s"), {}, dialect).up,
    ]).toEqual([[], []])
    const graded = (values: readonly (1 | 2 | 3)[]): EntityDefinition[] => [
      product({
        grade: { type: "integer", nullable: true, schema: z.literal(values as [1]).nullable() },
      }),
    ]
    expect(diff(graded([1, 2, 3]), graded([1]), {}, dialect).up[0]?.sentence).toContain(
      "takes 2, 3 no more",
    )
  })

  it("never takes a drop and an addition for a rename, and says that it may be one", () => {
    const result = diff(
      [product({ title: "string" })],
      [product({ name: { type: "string", nullable: true } })],
      {},
      dialect,
    )
    expect(result.up.some(step => step.destructive)).toBe(true)
    expect(result.possibleRenames).toEqual([
      {
        rename: "products.title:name",
        sentence:
          'The column "title" of "products" is dropped, and "name" like it is added. If that is a rename, say renames: ["products.title:name"].',
      },
    ])
  })

  it("renames by hints, and back", () => {
    const [from, to] = [[product({ title: "string" })], [product({ name: "string" })]]
    const result = diff(from, to, { renames: ["products.title:name"] }, dialect)
    expect(result.up.map(({ statements }) => statements)).toEqual([
      ['alter table "products" rename column "title" to "name"'],
    ])
    expect(result.down.map(({ statements }) => statements)).toEqual([
      ['alter table "products" rename column "name" to "title"'],
    ])
    expect([...result.up, ...result.down].some(step => step.destructive)).toBe(false)
  })

  it("renames a table and a column of it at once, under either name of the table", () => {
    const from = [product({ title: "string" })]
    const to = [define("Product", { name: "string" }, { table: "items" })]
    const expected = [
      'alter table "products" rename to "items"',
      'alter table "items" rename column "title" to "name"',
    ]
    for (const column of ["products.title:name", "items.title:name"]) {
      expect(statements(from, to, { renames: ["products:items", column] }, dialect)).toEqual(
        expected,
      )
      const back = diff(from, to, { renames: [column, "products:items"] }, dialect).down.flatMap(
        step => step.statements,
      )
      expect(back).toEqual([
        'alter table "items" rename to "products"',
        'alter table "products" rename column "name" to "title"',
      ])
    }
  })

  it("lets two columns change places", () => {
    const from = [
      product({ a: { type: "string", column: "left" }, b: { type: "string", column: "right" } }),
    ]
    const renames = ["products.left:right", "products.right:left"]
    expect(statements(from, from, { renames }, dialect)).toEqual([
      'alter table "products" rename column "left" to "nitro_old_left"',
      'alter table "products" rename column "right" to "left"',
      'alter table "products" rename column "nitro_old_left" to "right"',
    ])
  })

  it("reads names with dots and colons where only one reading fits", () => {
    const from = [define("Odd", { a: { type: "string", column: "x:y.z" } }, { table: "t.1" })]
    const to = [define("Odd", { a: { type: "string", column: "w" } }, { table: "t.1" })]
    const expected = ['alter table "t.1" rename column "x:y.z" to "w"']
    expect(statements(from, to, { renames: ["t.1.x:y.z:w"] }, dialect)).toEqual(expected)
    expect(
      statements(from, to, { renames: [{ table: "t.1", from: "x:y.z", to: "w" }] }, dialect),
    ).toEqual(expected)
  })

  it("refuses a hint for what is not there, with a suggestion", () => {
    const from = [product({ title: "string" })]
    const to = [product({ name: "string" })]
    const refused = (hints: Hints, fix: RegExp): void => {
      expect(() => diff(from, to, hints, dialect)).toThrow(
        expect.objectContaining({ code: "NITRO_MIGRATION_HINT", fix: expect.stringMatching(fix) }),
      )
    }
    refused({ renames: ["products.titel:name"] }, /Did you mean "title"/)
    refused({ renames: ["products.title:nam"] }, /Did you mean "name"/)
    refused({ renames: ["product:things"] }, /products/)
    refused({ renames: ["title"] }, /table\.old:new/)
    refused({ backfill: { "products.nme": "''" } }, /products\.name/)
    refused({ casts: { toString: "''" } }, /./)
  })

  it("refuses a required column without a value for old rows, and says what to do", () => {
    const from = [product({ note: { type: "string", nullable: true } })]
    const added = [product({ note: { type: "string", nullable: true }, sku: "string" })]
    const required = [product({ note: "string" })]
    for (const [to, column] of [
      [added, "sku"],
      [required, "note"],
    ] as const) {
      expect(() => diff(from, to, {}, dialect)).toThrow(
        expect.objectContaining({
          code: "NITRO_MIGRATION_BACKFILL",
          details: { table: "products", column },
          fix: expect.stringContaining(`backfill: { "products.${column}": "..." }`),
        }),
      )
      expect(
        statements(from, to, { backfill: { [`products.${column}`]: "'x'" } }, dialect).join("\n"),
      ).toContain("'x'")
    }
  })

  it("refuses a change of type that it cannot make, and takes the author's for both ways", () => {
    const [from, to] = [[product({ data: "bytes" })], [product({ data: "integer" })]]
    expect(() => diff(from, to, {}, dialect)).toThrow(
      expect.objectContaining({
        code: "NITRO_MIGRATION_CAST",
        details: expect.objectContaining({ direction: "up" }),
      }),
    )
    expect(() => diff(from, to, { casts: { "products.data": "length(data)" } }, dialect)).toThrow(
      expect.objectContaining({
        code: "NITRO_MIGRATION_CAST",
        details: expect.objectContaining({ direction: "down" }),
      }),
    )
    const result = diff(
      from,
      to,
      { casts: { "products.data": { up: "length(data)", down: "null" } } },
      dialect,
    )
    expect(result.up.flatMap(step => step.statements).join()).toContain("length(data)")
    expect(result.down.flatMap(step => step.statements).join()).toContain("null")
  })

  it("creates tables after those they point to, and drops them before", () => {
    const zone = define("Zone", {}, { table: "zones" })
    const shop = define(
      "Shop",
      { zoneId: { type: "string", references: "Zone" } },
      { table: "a_shops" },
    )
    const order = define(
      "Order",
      { shopId: { type: "string", references: "Shop" } },
      { table: "order" },
    )
    const { up, down } = diff([], [order, shop, zone], {}, dialect)
    const tables = (steps: typeof up): string[] =>
      steps.filter(step => /^(Creates|Drops) the table/.test(step.sentence)).map(step => step.table)
    expect(tables(up)).toEqual(["zones", "a_shops", "order"])
    expect(tables(down)).toEqual(["order", "a_shops", "zones"])
    expect(up.some(step => step.destructive)).toBe(false)
    expect(down.filter(step => step.destructive)).toHaveLength(3)
  })

  it("gives the same text for the same entities in any order", () => {
    const a = define("A", { x: "string" }, { index: [["x"]], unique: [["x"]] })
    const b = define("B", { y: "string" })
    expect(JSON.stringify(schemaOf([a, b], dialect))).toBe(
      JSON.stringify(schemaOf([b, a], dialect)),
    )
  })
})

describe("defaults of columns", () => {
  const columnOf = (type: FieldSpec["type"], schema: z.ZodType, dialect: string = "sqlite") =>
    schemaOf([product({ x: { type, schema, optional: true } })], dialect).tables[0]?.columns[1]
      ?.default

  it("are the fields' constant defaults", () => {
    expect(columnOf("string", z.string().default("it's"))).toBe("'it''s'")
    expect(columnOf("integer", z.int().default(-3))).toBe("-3")
    expect(columnOf("boolean", z.boolean().default(true))).toBe("1")
    expect(columnOf("boolean", z.boolean().default(true), "postgres")).toBe("true")
    expect(columnOf("bigint", z.bigint().default(2n ** 60n))).toBe("1152921504606846976")
    expect(columnOf("json", z.array(z.string()).default(["a"]))).toBe(`'["a"]'`)
    expect(columnOf("date", z.date().default(new Date(0)))).toBe("0")
    expect(columnOf("date", z.date().default(new Date(0)), "postgres")).toBe(
      "'1970-01-01T00:00:00.000Z'",
    )
  })

  it("are none where the value is new each time", () => {
    let count = 0
    expect(
      columnOf(
        "integer",
        z.int().default(() => count++),
      ),
    ).toBeUndefined()
    expect(
      columnOf(
        "integer",
        z.int().default(() => Date.now()),
      ),
    ).toBeUndefined()
    expect(
      columnOf(
        "date",
        z.date().default(() => new Date()),
      ),
    ).toBeUndefined()
    expect(
      columnOf(
        "string",
        z.string().default(() => crypto.randomUUID()),
      ),
    ).toBeUndefined()
    expect(columnOf("string", z.string().optional())).toBeUndefined()
  })
})

it("leaves Postgres' names within 63 bytes, apart from each other", () => {
  const long = "ü".repeat(31)
  const schema = schemaOf(
    [
      product(
        { a: { type: "string", column: `${long}a` }, b: { type: "string", column: `${long}b` } },
        { index: [["a"], ["b"]] },
      ),
    ],
    "postgres",
  )
  const names = schema.tables[0]?.indexes.map(index => index.name) ?? []
  expect(new Set(names)).toHaveLength(2)
  for (const name of names) expect(Buffer.byteLength(name)).toBeLessThanOrEqual(63)
})

it("refuses tables that a database cannot have", () => {
  const refused = expect.objectContaining({ code: "NITRO_SCHEMA_MISMATCH" })
  expect(() => schemaOf([product(), define("Other", {}, { table: "products" })], "sqlite")).toThrow(
    refused,
  )
  expect(() => schemaOf([product({}, { table: "t".repeat(64) })], "postgres")).toThrow(refused)
  expect(schemaOf([product({}, { table: "t".repeat(64) })], "sqlite").tables).toHaveLength(1)
})
