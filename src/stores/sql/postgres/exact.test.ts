// Values that a column holds and JavaScript cannot: instants between two milliseconds, long decimals. Other programs write them.
import { afterAll, describe, expect, it } from "vitest"
import { z } from "zod"
import { postgresMissing, testDatabase } from "../../../../test/support/postgres.ts"
import { Entity, type Query, withStores } from "../../../entity/index.ts"
import { createMigrator } from "../migrations/index.ts"
import { temporaryFolder } from "../testing/drivers.ts"
import { postgresDrivers } from "./drivers/load.ts"
import { type PostgresStore, postgres, type SchemaMode } from "./store.ts"

if (postgresMissing !== undefined) console.log(`Skipped: ${postgresMissing}`)
const database = postgresMissing === undefined ? await testDatabase(80) : undefined
const folder = temporaryFolder()
const opened: PostgresStore[] = []
afterAll(async () => {
  for (const store of opened) await store.close()
  await database?.remove()
  folder.remove()
})

class Visit extends Entity(
  "Visit",
  {
    id: z.int(),
    at: z.date().nullable(),
    price: z.number().nullable(),
    big: z.bigint().nullable(),
    day: z.date().nullable().default(null),
  },
  { index: ["at"] },
) {}

const create =
  "create table visits (id bigint primary key, at timestamptz, price numeric, big numeric, day timestamptz); create index on visits (at)"

describe.skipIf(postgresMissing !== undefined).each(postgresDrivers)("through %s", driver => {
  const run = (url: string, sql: string): Promise<Record<string, unknown>[]> => {
    const schema = new URL(url).searchParams.get("options")?.split("=")[1]
    return (database as NonNullable<typeof database>).query(
      sql.replaceAll("visits", `${schema}.visits`),
    )
  }
  const open = (url: string, schema: SchemaMode): PostgresStore => {
    const store = postgres({ url, schema, driver, max: 3 })
    opened.push(store)
    return store
  }
  /** A table of another program with these rows, and a store on it. */
  const withRows = async (schema: SchemaMode, rows: string): Promise<PostgresStore> => {
    const url = database?.emptySchema() as string
    await run(url, `${create}; insert into visits (id, at, price, big) ${rows}`)
    return open(url, schema)
  }
  const everyMode = ["sync", "check", "none"] as const

  const fields = ["at", "price", "big"] as const
  /** 100 rows in which neighbours differ by less than JavaScript sees, and some have nothing. */
  const near = `select n, timestamptz '2024-01-01' + (n / 7) * interval '1 millisecond' + n * interval '1 microsecond',
      1 + n * 0.0000000000000000001, 1000000000000000000000 + n from generate_series(1, 90) n
    union all select n, null::timestamptz, null::numeric, null::numeric from generate_series(91, 94) n
    union all values (95, timestamptz 'infinity', numeric 'NaN', -1), (96, '-infinity', 'Infinity', -2),
      (97, '1969-12-31T23:59:59.999999Z', '-Infinity', 0), (98, '0044-03-15 00:00:00.0000015 BC', 0.1, 0),
      (99, '2024-01-01T00:00:00.000001+05:30', 0.10000000000000000001, 5), (100, '2024-01-01T00:00:00.000001+05:30', 123456789012345678, 5)`

  it.each(
    everyMode.flatMap(mode => fields.flatMap(field => [`${mode} ${field}`, `${mode} -${field}`])),
  )("reads every row once, whatever it is ordered by: %s", async name => {
    const [mode, order] = name.split(" ") as [SchemaMode, "at"]
    const store = await withRows(mode, near)
    await withStores(store, async () => {
      const query = Visit.all().orderBy(order)
      const all = (await query).map(({ id }) => id)
      expect(new Set(all).size).toBe(100)
      expect(await streamed(query, 7)).toEqual(all)
      expect(await paged(query, 9)).toEqual(all)
    })
  })

  it.each(everyMode)(
    "finds a row by the value that it shows, with the schema mode %s",
    async mode => {
      const store = await withRows(
        mode,
        `values (1, '2024-01-01T00:00:00.000999Z'::timestamptz, 0.1234567890123456789, 1), (2, '2024-01-01T00:00:00.001Z', 0.1, 2),
        (3, '2024-01-01T00:00:00.001999Z', 3, 3), (4, '2024-01-01T00:00:00.002000Z', 4, 4), (5, 'infinity', 5, 5), (6, null, null, null)`,
      )
      await withStores(store, async () => {
        const rows = await Visit.all()
        for (const row of rows.slice(0, 5)) {
          expect(await idsOf(Visit.where(v => v.at.eq(row.at)))).toContain(row.id)
          expect(await idsOf(Visit.where(v => v.at.in([row.at, new Date(5)])))).toContain(row.id)
          expect(await idsOf(Visit.where(v => v.price.eq(row.price)))).toEqual([row.id])
          expect(await idsOf(Visit.where(v => v.price.in([row.price, -5])))).toEqual([row.id])
        }
        const one = new Date("2024-01-01T00:00:00.001Z")
        expect(await idsOf(Visit.where(v => v.at.eq(one)))).toEqual([2, 3])
        expect(await idsOf(Visit.where(v => v.at.ne(one)))).toEqual([1, 4, 5, 6])
        expect(await idsOf(Visit.where(v => v.at.lt(one)))).toEqual([1])
        expect(await idsOf(Visit.where(v => v.at.lte(one)))).toEqual([1, 2, 3])
        expect(await idsOf(Visit.where(v => v.at.gt(one)))).toEqual([4, 5])
        expect(await idsOf(Visit.where(v => v.at.gte(one)))).toEqual([2, 3, 4, 5])
        expect(await idsOf(Visit.where(v => v.at.between(one, one)))).toEqual([2, 3])
        expect(await idsOf(Visit.where(v => v.at.eq(v.at)))).toEqual([1, 2, 3, 4, 5])
        expect((await Visit.all().select("at").distinct()).length).toBe(5)
        expect((await Visit.all().groupBy("at", { n: { count: true } })).map(({ n }) => n)).toEqual(
          [1, 2, 1, 1, 1],
        )
        expect(
          (await Visit.join(Visit, (a, b) => a.at.eq(b.at).and(a.id.lt(b.id)))).map(([a, b]) => [
            a.id,
            b.id,
          ]),
        ).toEqual([[2, 3]])
      })
    },
  )

  it("sees no change where none was made, and keeps what it cannot show", async () => {
    const url = database?.emptySchema() as string
    await run(
      url,
      `${create}; insert into visits (id, at, price, big) values (1, '2024-01-01T00:00:00.000999Z', 0.1234567890123456789, 5)`,
    )
    await withStores(open(url, "check"), async () => {
      const visit = await Visit.require(1)
      visit.at?.getTime()
      expect(visit.isDirty).toBe(false)
      await visit.update({ day: new Date(0) })
    })
    const [kept] = await run(url, "select at at time zone 'UTC' as at, price::text from visits")
    expect(kept).toMatchObject({
      at: new Date("2024-01-01T00:00:00.000Z"),
      price: "0.1234567890123456789",
    })
    expect(
      await run(url, "select id from visits where extract(microsecond from at) = 999"),
    ).toHaveLength(1)
  })

  it("reads through rows that a migration filled with the present time", async () => {
    const url = database?.emptySchema() as string
    const store = open(url, "none")
    const plain = () => class Post extends Entity("Post", { title: z.string() }) {}
    const stamped = () =>
      class Post extends Entity("Post", { title: z.string() }, { timestamps: true }) {}
    const [Before, After] = [plain(), stamped()]
    const migrations = folder.path(`migrations-${driver}`)
    const before = createMigrator({ store, folder: migrations, entities: [Before] })
    await before.create()
    await before.up()
    await withStores(store, () =>
      Before.createMany(Array.from({ length: 50 }, (_, n) => ({ title: `${n}` }))),
    )
    const after = createMigrator({ store, folder: migrations, entities: [After] })
    await after.create({
      backfill: { "posts.created_at": "now()", "posts.updated_at": "clock_timestamp()" },
    })
    await after.up()
    expect((await after.check()).problems).toEqual([])
    await withStores(store, async () => {
      for (const order of ["createdAt", "-createdAt", "updatedAt", "-updatedAt"] as const) {
        const query = After.all().orderBy(order)
        const all = (await query).map(({ id }) => id)
        expect(await streamed(query, 20)).toEqual(all)
        expect(await paged(query, 20)).toEqual(all)
      }
      const [first] = await After.all()
      expect(await After.count(p => p.createdAt.eq(first?.createdAt as Date))).toBe(50)
    })
  })

  it("takes no cursor that is no value", async () => {
    const store = await withRows("none", "values (1, now(), 1.5, 1)")
    await withStores(store, async () => {
      for (const value of [
        "",
        "x",
        "1e999x",
        "9999999999999999999",
        "2024-01-01",
        "2024-01-01 00:00:00",
        "' or 1=1",
      ]) {
        for (const field of ["at", "price", "big"] as const) {
          const after = Buffer.from(JSON.stringify([`Visit,${field},id`, value, "1"])).toString(
            "base64url",
          )
          const page = async (): Promise<unknown> =>
            Visit.all().orderBy(field).page({ size: 1, after })
          if (field !== "at" && /^9+$/.test(value)) expect(await page()).toEqual({ items: [] })
          else await expect(page()).rejects.toMatchObject({ code: "NITRO_QUERY" })
        }
      }
    })
  })

  it("refuses to show what a field cannot be", async () => {
    const store = await withRows(
      "none",
      "values (1, timestamptz '290000-01-01', 1, 1), (2, null, 1, 1.5), (9007199254740993, null, 1, 1)",
    )
    await withStores(store, async () => {
      for (const [id, field] of [
        [1, "at"],
        [2, "big"],
      ] as const)
        await expect(Visit.require(id)).rejects.toMatchObject({
          code: "NITRO_STORED_VALUE",
          message: expect.stringContaining(`Visit.${field} `),
        })
      await expect(Visit.where(v => v.id.gt(2)).first()).rejects.toMatchObject({
        code: "NITRO_STORED_VALUE",
        message: expect.stringContaining("2^53"),
      })
    })
  })
})

async function streamed<T extends { readonly id: unknown }>(
  query: Query<T & object>,
  batchSize: number,
): Promise<unknown[]> {
  const found: unknown[] = []
  for await (const { id } of query.stream({ batchSize })) {
    found.push(id)
    if (found.length > 1000) throw new Error("It does not end.")
  }
  return found
}

async function paged<T extends { readonly id: unknown }>(
  query: Query<T & object>,
  size: number,
): Promise<unknown[]> {
  const found: unknown[] = []
  let after: string | undefined
  do {
    const page = await query.page({ size, after })
    found.push(...page.items.map(({ id }) => id))
    after = page.next
  } while (after !== undefined && found.length < 1000)
  return found
}

async function idsOf(query: PromiseLike<readonly { readonly id: unknown }[]>): Promise<unknown[]> {
  return (await query).map(({ id }) => id)
}
