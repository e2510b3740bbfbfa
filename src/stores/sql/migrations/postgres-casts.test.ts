// Values across types on Postgres: what fits comes over and back, what does not stops the migration.
import { describe, expect, it } from "vitest"
import type { EntityDefinition, FieldType } from "../../../entity/store.ts"
import { define } from "../testing/definitions.ts"
import { createMigrator, type Migrator } from "./migrator.ts"
import { all, databases, exec, newFolder } from "./testing/databases.ts"

const database = databases.find(({ dialect }) => dialect === "postgres")
const table = (type: FieldType): EntityDefinition =>
  define("T", { v: { type, nullable: true } }, { table: "t" })

let count = 0

async function project(from: FieldType, values: readonly string[]) {
  const store = await (database as NonNullable<typeof database>).open()
  const folder = newFolder()
  const use = (type: FieldType): Migrator =>
    createMigrator({ store, folder, entities: [table(type)] })
  await use(from).create()
  await use(from).up()
  await exec(store, ...values.map((value, at) => `insert into t values ('${at}', ${value})`))
  // A new text each time: Postgres keeps the types of a prepared statement's result.
  const read = async (): Promise<unknown[]> =>
    (await all(store, `select v::text from t order by id -- ${count++}`)).flat()
  return { use, read }
}

describe.skipIf(database === undefined)("a change of type on Postgres", () => {
  it.each<[FieldType, FieldType, string[], string[]]>([
    ["integer", "string", ["0", "-5", "9007199254740991"], ["0", "-5", "9007199254740991"]],
    ["integer", "number", ["3", "-7"], ["3", "-7"]],
    ["integer", "boolean", ["1", "0"], ["true", "false"]],
    ["number", "string", ["0.1", "1/3.0", "'Infinity'"], ["0.1", "0.3333333333333333", "Infinity"]],
    ["boolean", "number", ["true", "false"], ["1", "0"]],
    [
      "date",
      "string",
      ["'1970-01-01Z'", "'2023-11-14T22:13:20.123Z'"],
      ["1970-01-01T00:00:00.000Z", "2023-11-14T22:13:20.123Z"],
    ],
    [
      "date",
      "integer",
      ["'2023-11-14T22:13:20.123Z'", "'1969-12-31T23:59:59.999Z'"],
      ["1700000000123", "-1"],
    ],
    ["string", "json", [`'a"b'`, "'ü'"], ['"a\\"b"', '"ü"']],
  ])("turns %s into %s and back", async (from, to, stored, expected) => {
    const { use, read } = await project(from, [...stored, "null"])
    const before = await read()
    await use(to).create()
    expect(await use(to).up()).toMatchObject({ warnings: [] })
    expect(await read()).toEqual([...expected, null])
    await use(to).down({ yes: true })
    expect(await read()).toEqual(before)
  })

  it.each<[FieldType, FieldType, string]>([
    ["string", "integer", "'12a'"],
    ["string", "number", "'abc'"],
    ["string", "boolean", "'perhaps'"],
    ["string", "date", "'tomorrowish'"],
    ["number", "integer", "1.5"],
    ["bigint", "number", "9007199254740993"],
    ["integer", "boolean", "2"],
  ])("refuses a %s that no %s can hold: %s", async (from, to, value) => {
    const { use, read } = await project(from, [value])
    const before = await read()
    await use(to).create()
    await expect(use(to).up()).rejects.toMatchObject({ code: "NITRO_MIGRATION_FAILED" })
    expect(await read()).toEqual(before)
  })
})
