// Changes of rows on Postgres keep their values on the way through the JSON of a log, whatever the types of the columns are.
import { Entity, type EntityClass, embedded, ValueObject } from "nitro-ts/entity"
import { type Change, type LoggedChange, memoryBus } from "nitro-ts/events"
import { nitro } from "nitro-ts/fetch"
import { changeFrom } from "nitro-ts/live"
import { postgres } from "nitro-ts/postgres"
import { afterAll, describe, expect, it } from "vitest"
import { z } from "zod"
import { postgresMissing, testDatabase } from "../../test/support/postgres.ts"
import { postgresDrivers } from "../stores/sql/postgres/drivers/load.ts"

if (postgresMissing !== undefined) console.log(`Skipped: ${postgresMissing}`)
const database = postgresMissing === undefined ? await testDatabase(8) : undefined
const closing: (() => unknown)[] = [() => database?.remove()]
afterAll(async () => {
  for (const close of closing.reverse()) await close()
})

const log = memoryBus()
const seen: LoggedChange[] = []
/** As another process reads it. */
const read = (change: Change): Change => JSON.parse(JSON.stringify(change)) as Change
log.subscribe({
  reset() {},
  change: ({ cursor, change }) => seen.push({ cursor, change: read(change) }),
})
const app = nitro({ changes: log })
closing.push(() => app.close())

class Size extends ValueObject("PostgresCodecSize", { width: z.number(), unit: z.string() }) {}

function makePart(store: ReturnType<typeof postgres>, columns: object = {}) {
  return class Part extends Entity(
    "PostgresPart",
    {
      text: z.string().nullable(),
      count: z.int().nullable(),
      price: z.number().nullable(),
      ratio: z.number().nullable(),
      big: z.bigint().nullable(),
      done: z.boolean().nullable(),
      at: z.date().nullable(),
      bytes: z.instanceof(Uint8Array).nullable(),
      tags: z.array(z.string()).nullable(),
      matrix: z.array(z.array(z.number().nullable())).nullable(),
      data: z.json().nullable(),
      size: embedded(Size).nullable(),
      ...columns,
    },
    { table: "parts" },
  ) {
    static store = store
  }
}

const none = {
  text: null,
  count: null,
  price: null,
  ratio: null,
  big: null,
  done: null,
  at: null,
  bytes: null,
  tags: null,
  matrix: null,
  data: null,
  size: null,
}
const rows = [
  none,
  {
    text: "a\r\n'\"\\ü\u{1f600}\u2028",
    count: -(2 ** 53) + 1,
    price: 0.1,
    ratio: Number.MIN_VALUE,
    big: 2n ** 63n - 1n,
    done: false,
    at: new Date("2026-01-02T03:04:05.678Z"),
    bytes: Uint8Array.of(0, 10, 39, 92, 255),
    tags: ["", "null", "{a,b}", '"'],
    matrix: [[1, null], [], [0.1, -1]],
    data: { z: 1, a: [null, true, { "": "x" }], n: 1e21, t: "2026-01-02" },
    size: new Size({ width: 1.5, unit: "cm" }),
  },
  {
    ...none,
    text: "",
    count: 0,
    price: -1e15,
    ratio: 1e300,
    big: -(2n ** 63n),
    done: true,
    at: new Date(-62_135_596_800_000),
    bytes: new Uint8Array(),
    tags: [],
    matrix: [],
    data: "text",
  },
]

const valuesOf = (entity: unknown): Record<string, unknown> =>
  Object.fromEntries(
    Object.keys(none).map(name => {
      const value = (entity as Record<string, unknown>)[name]
      return [name, value instanceof Size ? value.toJSON() : value]
    }),
  )

describe.skipIf(postgresMissing !== undefined).each(postgresDrivers)("through %s", driver => {
  const schemaOf = (url: string) => new URL(url).searchParams.get("options")?.split("=")[1]
  const open = (url: string) => {
    const store = postgres({ url, driver, schema: "sync", max: 2 })
    closing.push(() => store.close())
    return store
  }
  const changesOf = <T extends object>(entity: EntityClass<T>) => {
    const logged = seen.splice(0)
    return logged.map(
      each => changeFrom(entity as never, each) as NonNullable<ReturnType<typeof changeFrom<T>>>,
    )
  }

  it("creates, updates and deletes carry what is stored, nulls too", async () => {
    const Part = makePart(open(database?.emptySchema() as string))
    await Part.count()
    for (const [number, values] of rows.entries()) {
      seen.length = 0
      const part = await Part.create(values as never)
      const stored = valuesOf(await Part.require(part.id))
      const next = rows[(number + 1) % rows.length]
      await part.update(next as never)
      const storedNext = valuesOf(await Part.require(part.id))
      await part.delete()
      const [created, updated, deleted] = changesOf(Part as never)
      expect(valuesOf(created?.after)).toEqual(stored)
      expect(valuesOf(updated?.before)).toEqual(stored)
      expect(valuesOf(updated?.after)).toEqual(storedNext)
      expect(valuesOf(deleted?.before)).toEqual(storedNext)
      expect(stored).toEqual(valuesOf(new Part(values as never)))
    }
  })

  it("rows of another program's columns carry what an entity shows of them", async () => {
    const url = database?.emptySchema() as string
    const Part = makePart(open(url), { uid: z.string().nullable().default(null) })
    const table = `${schemaOf(url)}.parts`
    await database?.query(
      `create table ${table} (id text primary key, text text, count numeric, price numeric(30, 20), ratio float8,
        big numeric, done boolean, at timestamptz, bytes bytea, tags jsonb, matrix jsonb, data jsonb, size jsonb, uid text);
      insert into ${table} values ('p', 'x', 12, 0.12345678901234567890, 'Infinity', 9007199254740993, true,
        '2026-01-02T03:04:05.678901+05:30', '\\x00ff', '["b", "a"]', '[[1]]', '{"b": 1.50, "a": null}', null,
        '0b4c5a1e-2f64-4a53-9a35-0d9f0ce0a001')`,
    )
    const part = await Part.require("p" as never)
    const stored = valuesOf(part)
    seen.length = 0
    await part.update({ text: "y" } as never)
    const logged = [...seen]
    const [updated] = changesOf(Part as never)
    expect(stored).toMatchObject({
      count: 12,
      price: 0.123_456_789_012_345_68,
      big: 9_007_199_254_740_993n,
      at: new Date("2026-01-01T21:34:05.678Z"),
      data: { b: 1.5, a: null },
    })
    // JSON has no infinity: it is not in the log, and not known to those who look for views of the row.
    expect(new Set(logged.flatMap(({ change }) => Object.keys(change.row ?? {})))).not.toContain(
      "ratio",
    )
    expect(valuesOf(updated?.before)).toEqual({ ...stored, ratio: undefined })
    expect(valuesOf(updated?.after)).toEqual({ ...stored, ratio: null, text: "y" })
    expect((updated?.after as { uid?: unknown } | undefined)?.uid).toBe(
      "0b4c5a1e-2f64-4a53-9a35-0d9f0ce0a001",
    )
  })

  it("a change of many carries its condition on each type", async () => {
    const Part = makePart(open(database?.emptySchema() as string))
    const value = rows[1] as NonNullable<(typeof rows)[1]>
    await Part.create(value as never)
    seen.length = 0
    const count = await Part.updateWhere(
      p =>
        p.text
          .eq(value.text)
          .and(
            p.count.eq(value.count),
            p.price.eq(value.price),
            p.big.in([value.big as bigint, null] as never),
            p.done.eq(false),
            p.at.between(new Date(0), value.at as Date),
            p.bytes.eq(value.bytes as never),
            (p.data as unknown as { path(...steps: unknown[]): { eq(v: unknown): never } })
              .path("a", 1)
              .eq(true),
          ),
      { text: null },
    )
    expect(count).toBe(1)
    const [many] = changesOf(Part as never)
    const where = many?.where as { of?: readonly unknown[] } | undefined
    expect(where?.of).toEqual([
      { op: "eq", field: "text", value: value.text },
      { op: "eq", field: "count", value: value.count },
      { op: "eq", field: "price", value: value.price },
      { op: "in", field: "big", values: [value.big, null] },
      { op: "eq", field: "done", value: false },
      { op: "between", field: "at", from: new Date(0), to: value.at },
      { op: "eq", field: "bytes", value: value.bytes },
      { op: "json", field: "data", path: ["a", 1], test: "eq", value: true },
    ])
  })
})
