// Specific to Postgres: values through each library and each kind of pool, refusals, names, plans.

import { Pool } from "pg"
import porsager from "postgres"
import { afterAll, describe, expect, it } from "vitest"
import { postgresMissing, testDatabase } from "../../../../test/support/postgres.ts"
import { inTransaction } from "../../../entity/index.ts"
import type { Row, Write } from "../../../entity/store.ts"
import { define } from "../testing/definitions.ts"
import { postgresDrivers } from "./drivers/load.ts"
import { type PostgresOptions, type PostgresStore, postgres } from "./store.ts"

const everything = define(
  "Thing",
  {
    text: { type: "string", nullable: true },
    whole: { type: "integer", nullable: true },
    number: { type: "number", nullable: true },
    flag: { type: "boolean", nullable: true },
    at: { type: "date", nullable: true },
    big: { type: "bigint", nullable: true },
    raw: { type: "bytes", nullable: true },
    data: { type: "json", nullable: true },
  },
  { version: true },
)
const nothing: Row = [null, null, null, null, null, null, null, null]
const all = { orderBy: [] }

if (postgresMissing !== undefined) console.log(`Skipped: ${postgresMissing}`)
const database = postgresMissing === undefined ? await testDatabase(140) : undefined
const opened: (() => unknown)[] = []
afterAll(async () => {
  for (const close of opened.reverse()) await close()
  await database?.remove()
})

const emptySchema = (): string => (database as NonNullable<typeof database>).emptySchema()

function keep(store: PostgresStore): PostgresStore {
  opened.push(() => store.close())
  return store
}

const kinds: readonly (readonly [
  name: string,
  open: (options?: PostgresOptions) => PostgresStore,
])[] = [
  ...postgresDrivers.flatMap(driver => [
    [
      driver,
      (options = {}) =>
        keep(postgres({ url: emptySchema(), schema: "sync", driver, max: 3, ...options })),
    ] as const,
    [
      `${driver} without prepared statements`,
      (options = {}) =>
        keep(
          postgres({
            url: emptySchema(),
            schema: "sync",
            driver,
            max: 3,
            prepare: false,
            ...options,
          }),
        ),
    ] as const,
  ]),
  [
    "a pool of pg that the app opened",
    (options = {}) => {
      const pool = new Pool({ connectionString: emptySchema(), max: 3 })
      opened.push(() => pool.end())
      return keep(postgres({ pool, schema: "sync", ...options }))
    },
  ],
  [
    "a sql of postgres that the app opened, with custom types",
    (options = {}) => {
      const sql = porsager(emptySchema(), {
        max: 3,
        types: {
          bigint: porsager.BigInt,
          loud: {
            to: 25,
            from: [25],
            serialize: String,
            parse: (text: string) => text.toUpperCase(),
          },
        },
      })
      opened.push(() => sql.end())
      return keep(postgres({ pool: sql, schema: "sync", ...options }))
    },
  ],
]

describe.skipIf(postgresMissing !== undefined).each(kinds)("postgres through %s", (_, open) => {
  const values: readonly (readonly [field: string, value: unknown])[] = [
    ["text", ""],
    ["text", "'; drop table things; --"],
    ["text", '日本 😀 \u202e %_\\ \r\n {"a",b} NULL null'],
    ["text", "Ünï \u{10ffff} \u0001"],
    ["whole", 0],
    ["whole", Number.MAX_SAFE_INTEGER],
    ["whole", Number.MIN_SAFE_INTEGER],
    ["number", 0.1 + 0.2],
    ["number", 5e-324],
    ["number", Number.MAX_VALUE],
    ["number", Number.POSITIVE_INFINITY],
    ["number", Number.NEGATIVE_INFINITY],
    ["number", 1e17],
    ["flag", true],
    ["flag", false],
    ["at", new Date("2026-11-21T06:00:00.123Z")],
    ["at", new Date("2026-11-21T06:00:00Z")],
    ["at", new Date("0001-01-01T00:00:00Z")],
    ["at", new Date("0000-12-31T23:59:59.999Z")],
    ["at", new Date("-000044-03-15T12:00:00.010Z")],
    ["at", new Date("+012345-06-07T08:09:10.011Z")],
    ["at", new Date(-210_866_803_200_000)],
    // Postgres' infinities.
    ["at", new Date(8.64e15)],
    ["at", new Date(-8.64e15)],
    ["big", 2n ** 63n - 1n],
    ["big", -(2n ** 63n)],
    ["big", 2n ** 53n + 1n],
    ["raw", new Uint8Array([0, 1, 92, 255])],
    ["raw", new Uint8Array(0)],
    [
      "data",
      {
        b: [1, "x", null, 1e21, 1e-7, -0.5],
        aaa: { "quote'\"\\u0000": true, "": "" },
        10: 1,
        9: "é😀",
      },
    ],
    ["data", JSON.parse('{"__proto__": 1, "constructor": {}}') as unknown],
    ["data", "text"],
    ["data", []],
    ["data", 0],
    ["data", false],
  ]

  it("gives back what was stored, one at a time and many at once", async () => {
    const store = open()
    const repository = store.bind(everything)
    const rows = values.map(([field, value], index): Row => {
      const { index: column, type } = everything.fieldByName.get(field)!
      const row: Row = [`id${index}`, ...nothing, 1]
      row[column] = store.encoding[type]?.encode(value as never) ?? value
      return row
    })
    for (const row of rows) await repository.write([{ op: "insert", row }])
    const many = rows.map(row => ["many".concat(String(row[0])), ...row.slice(1)])
    expect(await repository.write(many.map(row => ({ op: "insert", row }) as const))).toEqual(
      rows.map(() => 1),
    )
    for (const [index, [field, value]] of values.entries()) {
      const { index: column, type } = everything.fieldByName.get(field)!
      const codec = store.encoding[type]
      for (const id of [`id${index}`, `manyid${index}`]) {
        const row = (await repository.get(id)) as Row
        expect(codec ? codec.decode(row[column] as never) : row[column]).toEqual(value)
        // An unchanged entity encodes to the values that were read.
        if (codec && type !== "bytes") {
          const encoded = codec.encode(codec.decode(row[column] as never) as never)
          expect(
            encoded === row[column] || codec.isSame?.(row[column] as never, encoded as never),
          ).toBe(true)
        }
        expect(row.filter((_, at) => at !== 0 && at !== column)).toEqual([...nothing.slice(1), 1])
      }
    }
  })

  it.each([
    ["text", "a\0b", "NUL"],
    ["text", "\ud800", "surrogate"],
    ["text", undefined, "undefined"],
    ["text", { toString: () => "x" }, "Object"],
    ["number", Number.NaN, "NaN"],
    ["whole", 2 ** 53, "2^53"],
    ["whole", 1.5, "whole number"],
    ["big", 2n ** 63n, "64 bits"],
  ])("refuses what a database would change: %s %s", async (field, value, word) => {
    const repository = open().bind(everything)
    const row: Row = ["a", ...nothing, 1]
    const { index } = everything.fieldByName.get(field)!
    row[index] = value
    const refused = {
      code: "NITRO_VALUE_UNSUPPORTED",
      status: 422,
      details: { entity: "Thing", field },
    }
    const error = await rejection(() => repository.write([{ op: "insert", row }]))
    expect(error).toMatchObject(refused)
    expect(error.message).toContain(word)
    const good: Row = ["b", ...nothing, 1]
    const many = [good, row].map(each => ({ op: "insert", row: each }) as const)
    expect(await rejection(() => repository.write(many))).toMatchObject(refused)
    expect(await repository.count(all)).toBe(0)
  })

  it("refuses dates and JSON that Postgres cannot keep", () => {
    const { date, json, bigint } = open().encoding
    const cases: (() => unknown)[] = [
      () => date!.encode(new Date(Number.NaN) as never),
      () => date!.encode(new Date(-210_866_803_200_001) as never),
      () => json!.encode({ a: "\0" } as never),
      () => json!.encode({ "\ud800": 1 } as never),
      () => json!.encode({ a: "\\\0" } as never),
      () => bigint!.encode((2n ** 63n) as never),
    ]
    for (const encode of cases)
      expect(encode).toThrow(expect.objectContaining({ code: "NITRO_VALUE_UNSUPPORTED" }))
    expect(json!.encode({ a: "\\u0000" } as never)).toBe('{"a":"\\\\u0000"}')
  })

  it("names the fields of a duplicate, whatever the names are", async () => {
    const odd = define(
      "Odd",
      {
        email: { type: "string", column: "e, (mail)=" },
        tenant: { type: "string", column: 'te"nant.x' },
        code: "string",
      },
      { table: 'o"dd; --', unique: [["tenant", "email"], ["code"]] },
    )
    const store = open()
    const repository = store.bind(odd)
    await repository.write([{ op: "insert", row: ["1", "m", "t", "c"] }])
    expect(await repository.write([{ op: "insert", row: ["2", "m", "t2", "c2"] }])).toEqual([1])
    const both = ["3", "m", "t", "c3"]
    const duplicate = { code: "NITRO_DUPLICATE", details: { fields: ["tenant", "email"] } }
    expect(await rejection(() => repository.write([{ op: "insert", row: both }]))).toMatchObject(
      duplicate,
    )
    const fresh: Write = { op: "insert", row: ["4", "x", "y", "z"] }
    expect(
      await rejection(() => repository.write([fresh, { op: "insert", row: both }])),
    ).toMatchObject(duplicate)
    const code = await rejection(() =>
      repository.write([{ op: "update", id: "2", columns: [3], values: ["c"] }]),
    )
    expect(code).toMatchObject({ code: "NITRO_DUPLICATE", details: { fields: ["code"] } })
    await inTransaction(store, async () => {
      // Refused inside of a transaction, which goes on.
      expect(await rejection(() => repository.write([{ op: "insert", row: both }]))).toMatchObject(
        duplicate,
      )
      expect(
        await rejection(() =>
          repository.write([{ op: "update", id: "2", columns: [3], values: ["c"] }]),
        ),
      ).toMatchObject({
        code: "NITRO_DUPLICATE",
      })
      await repository.write([fresh])
    })
    expect(await repository.count(all)).toBe(3)
  })

  it("keeps references when both sides are known, whatever the order of the writes", async () => {
    const store = open()
    const products = store.bind(
      define("Product", { categoryId: { type: "string", references: "Category" } }),
    )
    const categories = store.bind(define("Category", { name: "string" }))
    const lost = await rejection(() => products.write([{ op: "insert", row: ["p", "nowhere"] }]))
    expect(lost).toMatchObject({ code: "NITRO_REFERENCE", status: 409 })
    await inTransaction(store, async () => {
      await products.write([{ op: "insert", row: ["p", "c"] }])
      await categories.write([{ op: "insert", row: ["c", "Office"] }])
    })
    expect(await rejection(() => categories.write([{ op: "delete", id: "c" }]))).toMatchObject({
      code: "NITRO_REFERENCE",
    })
  })

  it("finds nothing under an id that cannot be stored", async () => {
    const repository = open().bind(everything)
    for (const id of ["a\0", "\ud800"]) {
      expect(await repository.get(id)).toBeUndefined()
      expect(await repository.write([{ op: "delete", id }])).toEqual([0])
    }
  })

  it("runs a batch of inserts, updates and deletes in order", async () => {
    const repository = open().bind(define("Item", { n: "integer" }))
    const insert = (id: string, n: number): Write => ({ op: "insert", row: [id, n] })
    const counts = await repository.write([
      insert("a", 1),
      insert("b", 2),
      { op: "update", id: "a", columns: [1], values: [10] },
      { op: "delete", id: "b" },
      { op: "delete", id: "b" },
      insert("b", 3),
      insert("c", 4),
      insert("d", 5),
    ])
    expect(counts).toEqual([1, 1, 1, 1, 0, 1, 1, 1])
    expect(await repository.find(all)).toEqual([
      ["a", 10],
      ["b", 3],
      ["c", 4],
      ["d", 5],
    ])
    const many = Array.from({ length: 12_001 }, (_, n) => insert(`many${n}`, n))
    expect((await repository.write(many)).length).toBe(12_001)
    expect(await repository.count(all)).toBe(12_005)
  })

  it("refuses statements after it was closed, and closes twice", async () => {
    const store = open()
    const repository = store.bind(everything)
    expect(await repository.count(all)).toBe(0)
    await store.close()
    await store.close()
    expect(await rejection(() => repository.count(all))).toMatchObject({
      code: "NITRO_STORE_CLOSED",
    })
  })
})

describe.skipIf(postgresMissing !== undefined)("Postgres' own ways", () => {
  it("reads what others wrote: microseconds, any time zone, infinity, loose JSON and numbers", async () => {
    const url = new URL(emptySchema())
    url.searchParams.set("options", `${url.searchParams.get("options")} -c TimeZone=Asia/Kolkata`)
    const pool = new Pool({ connectionString: url.href })
    opened.push(() => pool.end())
    const store = keep(postgres({ pool, schema: "sync" }))
    const repository = store.bind(everything)
    await repository.count(all)
    await pool.query(`insert into things (id, at, data, number, version) values
      ('a', '2026-11-21 06:00:00.123400+00', '{"b" : 1.50,"a":[ ]}', 1, 1), ('b', 'infinity', '1.0', '-0', 1), ('c', '-infinity', null, null, 1),
      ('d', '1890-01-01 00:00:00.5+00', null, null, 1)`)
    const rows = await repository.find(all)
    const decoded = rows.map(row => store.encoding.date!.decode(row[5] as never) as Date)
    expect(decoded.map(date => date.getTime())).toEqual([
      Date.parse("2026-11-21T06:00:00.123Z"),
      8.64e15,
      -8.64e15,
      Date.parse("1890-01-01T00:00:00.500Z"),
    ])
    const isSame = store.encoding.json?.isSame as (stored: string, encoded: string) => boolean
    expect(
      rows.map(
        row =>
          row[8] === null || isSame(row[8] as string, row[0] === "a" ? '{"a":[],"b":1.5}' : "1"),
      ),
    ).not.toContain(false)
    expect(isSame(rows[0]?.[8] as string, '{"a":[],"b":1}')).toBe(false)
    expect(
      await repository.count({
        where: { op: "gt", field: "at", value: new Date("9000-01-01") },
        orderBy: [],
      }),
    ).toBe(1)
  })

  it("uses an index for the order and the conditions on text, though the database sorts by language", async () => {
    const url = emptySchema()
    const store = keep(postgres({ url, schema: "sync" }))
    const items = store.bind(define("Item", { name: "string" }, { index: [["name"]] }))
    await items.write(
      ["b", "A", "a", "B"].map((name, n) => ({ op: "insert", row: [String(n), name] }) as const),
    )
    const byName = await items.find({ orderBy: [{ field: "name", direction: "asc" }] })
    expect(byName.map(row => row[1])).toEqual(["A", "B", "a", "b"])
    const pool = new Pool({ connectionString: url })
    opened.push(() => pool.end())
    const client = await pool.connect()
    await client.query("set enable_seqscan = off")
    const explain = async (sql: string): Promise<string> =>
      JSON.stringify((await client.query(`explain (costs off) ${sql}`)).rows)
    expect(
      await explain(
        `select id from items where name collate "C" > 'a' order by name collate "C" limit 1`,
      ),
    ).toContain("Index Cond")
    expect(await explain(`select id from items order by name collate "C" limit 1`)).toContain(
      "Index",
    )
    client.release()
  })

  it("prepares a text once for each connection, from its second use on", async () => {
    const url = emptySchema()
    const pool = new Pool({ connectionString: url, max: 1 })
    opened.push(() => pool.end())
    const store = postgres({ pool, schema: "sync" })
    const items = store.bind(define("Item", { n: "integer" }))
    for (let n = 0; n < 5; n++) await items.get(`id${n}`)
    const prepared = await pool.query(
      "select statement from pg_prepared_statements where name like 'nitro_%' and statement like '%where \"id\" = $1'",
    )
    expect(prepared.rowCount).toBe(1)
    await store.close()
    const plain = postgres({ pool, schema: "none", prepare: false }).bind(
      define("Item", { n: "integer" }),
    )
    for (let n = 0; n < 5; n++)
      await plain.find({ where: { op: "gt", field: "n", value: n }, orderBy: [] })
    const after = await pool.query(
      "select statement from pg_prepared_statements where name like 'nitro_%' and statement like '%\"n\" > $1%'",
    )
    expect(after.rowCount).toBe(0)
  })

  it.each(postgresDrivers)(
    "goes on when a table gets other types behind a prepared statement, %s",
    async driver => {
      const url = emptySchema()
      const items = keep(postgres({ url, schema: "sync", driver, max: 1 })).bind(
        define("Item", { n: "number" }),
      )
      await items.write([{ op: "insert", row: ["a", 1] }])
      for (let n = 0; n < 3; n++) expect(await items.get("a")).toEqual(["a", 1])
      const pool = new Pool({ connectionString: url })
      opened.push(() => pool.end())
      await pool.query("alter table items alter column n type numeric")
      for (let n = 0; n < 3; n++) expect(await items.get("a")).toEqual(["a", 1])
      expect(await items.write([{ op: "insert", row: ["b", 1.5] }])).toEqual([1])
    },
  )

  it("says what does not fit a column that others made narrower", async () => {
    const url = emptySchema()
    const store = keep(postgres({ url, schema: "none" }))
    const pool = new Pool({ connectionString: url })
    opened.push(() => pool.end())
    await pool.query("create table items (id text primary key, name varchar(3), n int2)")
    const items = store.bind(define("Item", { name: "string", n: "integer" }))
    for (const row of [
      ["a", "long", 1],
      ["a", "ok", 100_000],
    ])
      expect(await rejection(() => items.write([{ op: "insert", row }]))).toMatchObject({
        code: "NITRO_VALUE_UNSUPPORTED",
        status: 422,
      })
    await items.write([{ op: "insert", row: ["a", "ok", 1] }])
  })

  it("refuses a text that is too long for an index", async () => {
    const items = keep(postgres({ url: emptySchema(), schema: "sync" })).bind(
      define("Item", { name: "string" }, { index: [["name"]] }),
    )
    const name = Array.from({ length: 20_000 }, (_, n) =>
      String.fromCodePoint(0x4e00 + ((n * 7919) % 20_000)),
    ).join("")
    expect(await rejection(() => items.write([{ op: "insert", row: ["a", name] }]))).toMatchObject({
      code: "NITRO_VALUE_UNSUPPORTED",
    })
  })
})

describe("what postgres() is given", () => {
  it.each(["", "shop", "mysql://localhost/shop", "sqlite:shop.db"])("refuses %j", url => {
    expect(() => postgres(url)).toThrow(
      expect.objectContaining({ code: "NITRO_STORE_UNAVAILABLE" }),
    )
  })

  it("never says a user or a password", () => {
    expect(postgres("postgres://anna:secret@db.example.org:5433/shop?sslmode=require").name).toBe(
      "postgres(db.example.org:5433/shop)",
    )
  })

  it("refuses a pool of nothing it knows", async () => {
    const store = postgres({ pool: {} as never })
    expect(await rejection(() => store.bind(everything).count(all))).toMatchObject({
      code: "NITRO_DRIVER_MISSING",
    })
    const bare = postgres({
      pool: porsager("postgres://localhost/x", { fetch_types: false }) as never,
    })
    expect((await rejection(() => bare.bind(everything).count(all))).message).toContain(
      "fetch_types",
    )
  })

  it.each(postgresDrivers)("reports a refused connection, through %s", async driver => {
    const store = postgres({
      url: "postgres://nitro@127.0.0.1:9/shop",
      driver,
      schema: "none",
      waitTimeoutMs: 2000,
    })
    const error = await rejection(() => store.bind(everything).count(all))
    expect(error).toMatchObject({ code: "NITRO_STORE_UNAVAILABLE", status: 503 })
    expect(error.message).toContain("127.0.0.1:9/shop")
    expect(await rejection(() => inTransaction(store, async () => undefined))).toMatchObject({
      code: "NITRO_STORE_UNAVAILABLE",
    })
    await store.close()
  })

  it.skipIf(postgresMissing !== undefined).each(postgresDrivers)(
    "says that the database or the right is missing, through %s",
    async driver => {
      const url = new URL(database?.url as string)
      url.pathname = "nowhere"
      const store = postgres({ url, driver, schema: "none" })
      expect(await rejection(() => store.bind(everything).count(all))).toMatchObject({
        code: "NITRO_STORE_UNAVAILABLE",
      })
      await store.close()
    },
  )
})

async function rejection(work: () => unknown): Promise<Error> {
  try {
    await work()
  } catch (error) {
    return error as Error
  }
  throw new Error("It was expected to fail.")
}
