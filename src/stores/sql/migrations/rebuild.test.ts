// A SQLite table made anew: what hangs on it comes along, and what would be lost stops the migration.
import { readFileSync, writeFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
import type { EntityDefinition, FieldDefinition } from "../../../entity/store.ts"
import { define, type FieldSpec } from "../testing/definitions.ts"
import { createMigrator, type Migrator } from "./migrator.ts"
import { all, databases, exec, newFolder } from "./testing/databases.ts"

type Fields = Record<string, FieldSpec | FieldSpec["type"]>
const nullable = (type: FieldSpec["type"], references?: string): FieldSpec => ({
  type,
  nullable: true,
  ...(references ? { references } : {}),
})
const table = (name: string, fields: Fields): EntityDefinition =>
  define(name, fields, { table: name.toLowerCase() })
const withRule = (definition: EntityDefinition, onDelete: string): EntityDefinition => ({
  ...definition,
  fields: definition.fields.map(
    (field): FieldDefinition =>
      field.references ? ({ ...field, onDelete } as FieldDefinition) : field,
  ),
})

describe.each(databases.filter(({ dialect }) => dialect === "sqlite"))("on $name", database => {
  async function project(...entities: EntityDefinition[]) {
    const store = await database.open()
    const folder = newFolder()
    const use = (...now: EntityDefinition[]): Migrator =>
      createMigrator({ store, folder, entities: now })
    await use(...entities).create()
    await use(...entities).up()
    return { store, use }
  }
  const names = async (store: Parameters<typeof all>[0], type: string): Promise<unknown[]> =>
    (
      await all(
        store,
        `select name from sqlite_master where type = '${type}' and sql is not null and name not like 'nitro%' order by name`,
      )
    ).flat()

  it("keeps rows of others that would be deleted with it", async () => {
    const child = withRule(
      table("Child", { parentId: { type: "string", references: "Parent" } }),
      "cascade",
    )
    const { store, use } = await project(table("Parent", { n: "integer" }), child)
    await exec(store, "insert into parent values ('p', 1)", "insert into child values ('c', 'p')")
    const next = use(table("Parent", { n: "string" }), child)
    await next.create()
    await next.up()
    expect(await all(store, "select * from child")).toEqual([["c", "p"]])
    // And the rule works as before.
    await exec(store, "delete from parent")
    expect(await all(store, "select * from child")).toEqual([])
  })

  it("keeps triggers, views and indexes that no migration made", async () => {
    const { store, use } = await project(table("Item", { n: "integer" }))
    await exec(
      store,
      "create table log (text text)",
      "create trigger noted after update on item begin insert into log values (new.id || ';' || new.n); end",
      'create view "items; all" as select * from item',
      "create index expression on item (lower(id))",
      "create index partial on item (n) where n > 5",
      "insert into item values ('a', 1)",
    )
    const next = use(table("Item", { n: "string" }))
    await next.create()
    await next.up()
    await exec(store, "update item set n = '2'")
    expect(await all(store, "select * from log")).toEqual([["a;2"]])
    expect(await all(store, 'select * from "items; all"')).toEqual([["a", "2"]])
    expect(await names(store, "index")).toEqual(["expression", "partial"])
    expect(await names(store, "trigger")).toEqual(["noted"])
    await next.down({ yes: true })
    expect(await names(store, "index")).toEqual(["expression", "partial"])
    expect(await names(store, "trigger")).toEqual(["noted"])
  })

  it("stops where a trigger or index needs a column that goes", async () => {
    const { store, use } = await project(table("Item", { n: "integer", old: nullable("string") }))
    await exec(
      store,
      "create index expression on item (lower(old))",
      "insert into item values ('a', 1, 'x')",
    )
    const next = use(table("Item", { n: "string" }))
    await next.create()
    await expect(next.up({ yes: true })).rejects.toMatchObject({
      code: "NITRO_MIGRATION_FAILED",
      details: { index: "expression" },
    })
    expect(await all(store, "select * from item")).toEqual([["a", 1, "x"]])
    expect(await names(store, "index")).toEqual(["expression"])
  })

  it("stops where columns or checks would get lost that no migration made", async () => {
    const { store, use } = await project(table("Item", { n: "integer" }))
    await exec(
      store,
      "alter table item add column extra text",
      "insert into item values ('a', 1, 'precious')",
    )
    const next = use(table("Item", { n: "string" }))
    const { files } = await next.create()
    await expect(next.up()).rejects.toMatchObject({
      code: "NITRO_MIGRATION_DRIFT",
      details: { table: "item", losses: ['the column "extra"'] },
    })
    // The reviewer carries the column over.
    const [file] = files as [string]
    const text = readFileSync(file, "utf8")
    const carried = text
      .replace(
        '"n" text not null\n',
        '"n" text not null,\n  "extra" text check (length(extra) > 1)\n',
      )
      .replace('("id", "n")', '("id", "n", extra)')
      .replace('\n  from "item"', ', extra\n  from "item"')
    writeFileSync(file, carried)
    const { warnings } = await next.up()
    expect(warnings).toEqual([
      expect.stringContaining('the column "extra" is not in the migrations'),
    ])
    expect(await all(store, "select extra from item")).toEqual([["precious"]])
    // On the way back that would get lost again.
    await expect(next.down({ yes: true })).rejects.toMatchObject({
      code: "NITRO_MIGRATION_DRIFT",
      details: { losses: ['the column "extra"', "a check"] },
    })
  })

  it("refuses to leave rows that point nowhere", async () => {
    const { store, use } = await project(
      table("Shop", {}),
      table("Item", { shopId: nullable("string") }),
    )
    await exec(
      store,
      "insert into shop values ('s')",
      "insert into item values ('a', 's'), ('b', 'gone'), ('c', null)",
    )
    const next = use(table("Shop", {}), table("Item", { shopId: nullable("string", "Shop") }))
    await next.create()
    await expect(next.up()).rejects.toMatchObject({
      code: "NITRO_MIGRATION_FAILED",
      details: { violations: [{ table: "item", parent: "shop", rows: 1 }] },
    })
    await exec(store, "update item set shopId = null where id = 'b'")
    await next.up()
    expect(await all(store, "pragma foreign_keys")).toEqual([[1]])
    await expect(exec(store, "insert into item values ('d', 'nowhere')")).rejects.toThrow(
      /FOREIGN KEY/,
    )
  })

  it("turns every value into another type and back, or refuses it", async () => {
    const values: [FieldSpec["type"], FieldSpec["type"], unknown[], unknown[]][] = [
      ["integer", "string", [0, -5, 9007199254740991], ["0", "-5", "9007199254740991"]],
      // SQLite's versions differ in the 17th digit, which names the same number.
      [
        "number",
        "string",
        [0.1, 1 / 3, 1e300, -2.5],
        ["0.1", expect.stringMatching(/^0\.3333333333333333[12]$/), "1.0e+300", "-2.5"],
      ],
      ["boolean", "string", [1, 0], ["true", "false"]],
      [
        "date",
        "string",
        [0, 1_700_000_000_123, -62167219200000, 253402300799999],
        [
          "1970-01-01T00:00:00.000Z",
          "2023-11-14T22:13:20.123Z",
          "0000-01-01T00:00:00.000Z",
          "9999-12-31T23:59:59.999Z",
        ],
      ],
      ["string", "json", ['a"b', "ü"], ['"a\\"b"', '"ü"']],
      ["integer", "number", [3, -7], [3, -7]],
    ]
    for (const [from, to, stored, expected] of values) {
      const { store, use } = await project(table("T", { v: nullable(from) }))
      const literal = (value: unknown): string =>
        typeof value === "number" ? String(value) : `'${String(value).replaceAll("'", "''")}'`
      await exec(
        store,
        ...[...stored, null].map(
          (value, at) =>
            `insert into t values ('${at}', ${value === null ? "null" : literal(value)})`,
        ),
      )
      const next = use(table("T", { v: nullable(to) }))
      await next.create()
      await next.up()
      const read = async (): Promise<unknown[]> =>
        (await all(store, "select v from t order by id")).flat()
      expect(await read(), `${from} to ${to}`).toEqual([...expected, null])
      await next.down({ yes: true })
      expect(await read(), `${to} to ${from}`).toEqual([...stored, null])
    }
  })

  it("refuses values that another type cannot hold", async () => {
    const refused: [FieldSpec["type"], FieldSpec["type"], string][] = [
      ["string", "integer", "'12a'"],
      ["string", "integer", "'1.5'"],
      ["string", "integer", "'99999999999999999999'"],
      ["string", "number", "'abc'"],
      ["string", "boolean", "'yes'"],
      ["string", "date", "'tomorrow'"],
      ["string", "date", "'12'"],
      ["number", "integer", "1.5"],
      ["bigint", "number", "9007199254740993"],
      ["integer", "boolean", "2"],
    ]
    for (const [from, to, value] of refused) {
      const { store, use } = await project(table("T", { v: from }))
      await exec(store, `insert into t values ('a', ${value})`)
      const next = use(table("T", { v: to }))
      await next.create()
      await expect(next.up(), `${from} ${value} to ${to}`).rejects.toMatchObject({
        code: "NITRO_MIGRATION_FAILED",
      })
      expect(await all(store, "select count(*) from t")).toEqual([[1]])
    }
  })
})
