// Tables of other programs: each value that they keep is read and compared as what it is, or the table is refused.
import { afterAll, describe, expect, it } from "vitest"
import { z } from "zod"
import { Entity, withStores } from "../../../entity/index.ts"
import type { EntityDefinition } from "../../../entity/store.ts"
import { availableDrivers, openConnection, temporaryFolder } from "../testing/drivers.ts"
import { sqlite } from "./store.ts"

const folder = temporaryFolder()
afterAll(folder.remove)
let files = 0

const fields = {
  date: z.date(),
  boolean: z.boolean(),
  integer: z.int(),
  number: z.number(),
  bigint: z.bigint(),
  string: z.string(),
  json: z.array(z.string()),
  bytes: z.instanceof(Uint8Array),
}
type Field = keyof typeof fields

const at = Date.UTC(2009, 0, 1)
/** Declared type, stored value, and the value of the entity; undefined: refused. */
const cases: readonly (readonly [field: Field, type: string, stored: string, value?: unknown])[] = [
  ["date", "datetime", "'2009-01-01 00:00:00'"],
  ["date", "timestamp", "'2009-01-01T00:00:00Z'"],
  ["date", "date", "'2009-01-01'"],
  ["date", "integer", "'2009-01-01'"],
  ["date", "numeric", "2454832.5"],
  ["date", "real", "2454832.5"],
  ["date", "datetime", "2454833"],
  ["date", "datetime", "2009"],
  ["date", "timestamp", "1230768000"],
  ["date", "integer", "1230768000"],
  ["date", "integer", "1230768000000.5"],
  ["date", "integer", "86400000", new Date(86_400_000)],
  ["date", "integer", "9e15"],
  ["date", "datetime", "x'00'"],
  ["date", "datetime", String(at), new Date(at)],
  ["date", "real", String(at), new Date(at)],
  ["date", "integer", String(at), new Date(at)],
  ["date", "datetime", "null"],
  ["boolean", "boolean", "'t'"],
  ["boolean", "boolean", "'true'"],
  ["boolean", "bool", "2"],
  ["boolean", "integer", "'yes'"],
  ["boolean", "boolean", "1", true],
  ["boolean", "boolean", "true", true],
  ["boolean", "boolean", "'0'", false],
  ["boolean", "tinyint(1)", "0", false],
  ["integer", "decimal(10,2)", "'12 pieces'"],
  ["integer", "integer", "'twelve'"],
  ["integer", "integer", "1.5"],
  ["integer", "int", "'12'", 12],
  ["integer", "real", "12", 12],
  ["number", "decimal(10,2)", "'12,50'"],
  ["number", "real", "'n/a'"],
  ["number", "numeric", "x'01'"],
  ["number", "decimal(10,2)", "'12.50'", 12.5],
  ["number", "money", "12", 12],
  ["bigint", "bigint", "'none'"],
  ["bigint", "bigint", "1.5"],
  ["bigint", "bigint", "9007199254740993", 9007199254740993n],
  ["string", "text", "x'6162'"],
  ["string", "varchar(20)", "12", "12"],
  ["json", "text", "x'5b5d'"],
  ["json", "text", "'[\"a\"]'", ["a"]],
  ["bytes", "blob", "'ab'"],
  ["bytes", "blob", "x'6162'", Uint8Array.of(97, 98)],
]

const named = cases.map(([field, type, stored, value]) => ({ field, type, stored, value }))

interface Row {
  readonly id: string
  v: unknown
}
interface Rows {
  readonly definition: EntityDefinition
  require(
    id: string,
  ): Promise<Row & { update(data: object): Promise<unknown>; readonly changes: object }>
  count(where?: unknown): PromiseLike<number>
}

describe.each(availableDrivers.map(driver => [driver] as const))("on %s", driver => {
  describe.each(named)(
    "a z.$field() on a column $type with $stored",
    ({ field, type, stored, value }) => {
      const file = folder.path(`${files++}.db`)
      const connection = openConnection(driver, file)
      connection.exec(`create table rows (id text primary key not null, v ${type}, note text)`)
      connection.exec(`insert into rows values ('1', ${stored}, 'a')`)
      connection.close()
      const Row = class extends Entity(
        "Row",
        { v: fields[field], note: z.string() },
        { table: "rows" },
      ) {} as unknown as Rows

      it.each(["check", "sync"] as const)(
        `${value === undefined ? "is refused" : "is the value"} with schema: %s`,
        async schema => {
          const store = sqlite({ file, driver, schema })
          const use = async (): Promise<void> => {
            if (value === undefined) {
              await expect((async () => Row.count())()).rejects.toMatchObject({
                code: "NITRO_SCHEMA_MISMATCH",
                details: { columns: ["v"] },
              })
              return
            }
            const row = await Row.require("1")
            expect([row.v, row.changes]).toEqual([value, {}])
            if (field !== "json") expect(await Row.count({ v: { eq: value } })).toBe(1)
            if (field === "date") expect(await Row.count({ v: { gt: new Date(at + 1) } })).toBe(0)
            await row.update({ note: schema })
            expect((await Row.require("1")).v).toEqual(value)
          }
          try {
            await withStores(store, use)
          } finally {
            await store.close()
          }
        },
      )
    },
  )

  it("says how the values become dates, and takes them then", async () => {
    class Visit extends Entity(
      "Visit",
      { at: z.date().nullable(), note: z.string() },
      { table: "visits" },
    ) {}
    const file = folder.path(`${files++}.db`)
    const connection = openConnection(driver, file)
    connection.exec(
      "create table visits (id text primary key not null, at datetime, note text not null)",
    )
    connection.exec(
      "insert into visits values ('a', '2009-01-01 00:00:00', ''), ('b', null, ''), ('c', '2010-06-01T12:30:00.250Z', '')",
    )
    const store = sqlite({ file, driver, schema: "check" })
    await withStores(store, async () => {
      const refused = await (async () => Visit.count())().catch(
        (error: unknown) => error as { message: string; fix: string },
      )
      expect((refused as { message: string }).message).toContain(`column "at" holds text '20`)
      const { fix } = refused as { fix: string }
      const update = /by: (update .+?)\. Or declare/.exec(fix)?.[1] as string
      connection.exec(update)
      const [a, b, c] = await Visit.all().orderBy("id")
      expect([a?.at, b?.at, c?.at]).toEqual([
        new Date(at),
        null,
        new Date("2010-06-01T12:30:00.250Z"),
      ])
      expect(await Visit.count(visit => visit.at.gt(new Date("2030-01-01")))).toBe(0)
      expect(await Visit.count(visit => visit.at.eq(a?.at as Date))).toBe(1)
    })
    await store.close()
    connection.close()
  })

  it("reads a value that another program wrote since the start as an error that names the field", async () => {
    class Reading extends Entity(
      "Reading",
      { at: z.date(), on: z.boolean(), n: z.int(), x: z.number() },
      { table: "readings" },
    ) {}
    const file = folder.path(`${files++}.db`)
    const store = sqlite({ file, driver })
    await withStores(store, async () => {
      const { id } = await Reading.create({ at: new Date(at), on: true, n: 1, x: 1.5 })
      const connection = openConnection(driver, file)
      for (const [field, set, back] of [
        ["at", "'2009-01-01'", String(at)],
        ["on", "'t'", "1"],
        ["n", "'one'", "1"],
        ["x", "'n/a'", "1.5"],
      ] as const) {
        connection.exec(`update readings set "${field}" = ${set}`)
        await expect(Reading.require(id)).rejects.toMatchObject({
          code: "NITRO_STORED_VALUE",
          details: { entity: "Reading", field },
        })
        connection.exec(`update readings set "${field}" = ${back}`)
      }
      connection.close()
    })
    await store.close()
  })
})
