// Tables of Postgres that are made to fit their entities, and never at the cost of data.

import { spawn } from "node:child_process"
import { once } from "node:events"
import { fileURLToPath } from "node:url"
import { Pool } from "pg"
import { afterAll, describe, expect, it } from "vitest"
import { z } from "zod"
import { postgresMissing, testDatabase } from "../../../../test/support/postgres.ts"
import { inTransaction } from "../../../entity/index.ts"
import type { EntityDefinition, Row } from "../../../entity/store.ts"
import { define } from "../testing/definitions.ts"
import { type PostgresOptions, type PostgresStore, postgres } from "./store.ts"

if (postgresMissing !== undefined) console.log(`Skipped: ${postgresMissing}`)
const database = postgresMissing === undefined ? await testDatabase(60) : undefined
const opened: (() => unknown)[] = []
afterAll(async () => {
  for (const close of opened.reverse()) await close()
  await database?.remove()
})
const all = { orderBy: [] }

interface Place {
  readonly url: string
  readonly open: (options?: PostgresOptions) => PostgresStore
  readonly query: (sql: string) => Promise<Record<string, unknown>[]>
}

function newPlace(): Place {
  const url = database?.emptySchema() as string
  const pool = new Pool({ connectionString: url, max: 2 })
  opened.push(() => pool.end())
  return {
    url,
    // On a separate pool, as another process has one: in one process a database is one store.
    open(options = {}) {
      const own = new Pool({ connectionString: url, max: 2 })
      const store = postgres({ pool: own, schema: "sync", ...options })
      opened.push(async () => {
        await store.close()
        await own.end()
      })
      return store
    },
    query: async sql => (await pool.query(sql)).rows as Record<string, unknown>[],
  }
}

async function problemsOf(store: PostgresStore, definition: EntityDefinition): Promise<string> {
  try {
    await store.bind(definition).count(all)
  } catch (error) {
    expect(error).toMatchObject({
      code: "NITRO_SCHEMA_MISMATCH",
      details: { entity: definition.name },
      fix: expect.any(String),
    })
    return (error as Error).message
  }
  throw new Error("It was expected to fail.")
}

describe.skipIf(postgresMissing !== undefined)("a table of Postgres", () => {
  it("has a column of its type for each field, and the declared indexes", async () => {
    const { open, query } = newPlace()
    const store = open()
    const definition = define(
      "Thing",
      {
        s: "string",
        i: { type: "integer", nullable: true },
        n: "number",
        b: "boolean",
        d: "date",
        big: "bigint",
        raw: "bytes",
        j: "json",
        categoryId: { type: "string", references: "Category" },
      },
      { unique: [["s", "i"]], index: [["n"]], timestamps: true, version: true },
    )
    const things = store.bind(definition)
    store.bind(define("Category", { name: "string" }))
    await things.count(all)
    const columns = await query(
      `select column_name as name, data_type as type, is_nullable as null, collation_name as collation
       from information_schema.columns where table_name = 'things' and table_schema = current_schema order by ordinal_position`,
    )
    expect(
      columns.map(
        ({ name, type, null: nullable }) => `${name} ${type}${nullable === "YES" ? " null" : ""}`,
      ),
    ).toEqual([
      "id text",
      "s text",
      "i bigint null",
      "n double precision",
      "b boolean",
      "d timestamp with time zone",
      "big bigint",
      "raw bytea",
      "j jsonb",
      "categoryId text",
      "createdAt timestamp with time zone",
      "updatedAt timestamp with time zone",
      "version bigint",
    ])
    expect(columns[1]).toMatchObject({ collation: "C" })
    const indexes = await query(
      `select indexdef as sql from pg_indexes where tablename = 'things' and schemaname = current_schema order by 1`,
    )
    expect(indexes.map(({ sql }) => String(sql).replace(/^.*USING btree /, ""))).toEqual(
      expect.arrayContaining(["(s, i)", "(n)", '("categoryId")', "(id)"]),
    )
    const keys = await query(
      `select conname, condeferred from pg_constraint where contype = 'f' and conrelid = 'things'::regclass`,
    )
    expect(keys).toEqual([{ conname: "reference things(categoryId)", condeferred: true }])
    // The next process finds it fitting, and so does one that only compares.
    await open().bind(definition).count(all)
    await open({ schema: "check" }).bind(definition).count(all)
  })

  it("gets new columns with what their fields start with, and keeps its rows", async () => {
    const { open, query } = newPlace()
    const first = open()
    const before = first.bind(define("Item", { name: "string" }))
    await before.write([{ op: "insert", row: ["a", "it's"] }])
    const start = (schema: z.ZodType) => ({ optional: true, schema })
    const second = open()
    const definition = define("Item", {
      name: "string",
      note: { type: "string", nullable: true },
      text: { type: "string", ...start(z.string().default("it's \\ new")) },
      count: { type: "integer", ...start(z.int().default(7)) },
      flag: { type: "boolean", ...start(z.boolean().default(true)) },
      since: { type: "date", ...start(z.date().default(new Date("0044-03-15T12:00:00.5Z"))) },
      big: { type: "bigint", ...start(z.bigint().default(2n ** 60n)) },
      raw: { type: "bytes", ...start(z.instanceof(Uint8Array).default(Uint8Array.of(0, 39, 255))) },
      data: { type: "json", ...start(z.json().default({ "it's": [1] })) },
    })
    const items = second.bind(definition)
    expect(await items.get("a")).toEqual([
      "a",
      "it's",
      null,
      "it's \\ new",
      7,
      true,
      Date.parse("0044-03-15T12:00:00.5Z"),
      String(2n ** 60n),
      Buffer.of(0, 39, 255),
      // As the database writes it.
      '{"it\'s": [1]}',
    ])
    // The release before goes on writing.
    await before.write([{ op: "insert", row: ["b", "old"] }])
    expect(((await items.get("b")) as Row)[4]).toBe(7)
    expect(await query("select count(*)::int as n from items")).toEqual([{ n: 2 }])
  })

  it("is never changed where that would lose or guess data", async () => {
    const { open, query } = newPlace()
    await query(
      "create table items (id text primary key, name text, n text not null, extra int not null, at timestamp)",
    )
    await query("insert into items values ('a', null, 'x', 1)")
    const definition = define("Item", {
      name: "string",
      n: "integer",
      at: { type: "date", nullable: true },
      more: "string",
    })
    const words = await problemsOf(open(), definition)
    for (const part of [
      '"name" is null in 1 rows',
      '"n" is text',
      '"extra" needs a value',
      '"at" is timestamp',
      '"more" is missing',
    ])
      expect(words).toContain(part)
    expect(await query("select name, n, extra from items")).toEqual([
      { name: null, n: "x", extra: 1 },
    ])
    expect(await problemsOf(open({ schema: "check" }), definition)).toContain('"n" is text')
    // It was configured to trust.
    expect(await open({ schema: "none" }).bind(definition).count(all)).toBe(1)
  })

  const extras = [
    "",
    "alter table orders add check (n <> '')",
    "alter table orders add total text generated always as (n || id) stored",
    "create unique index partial on orders (n) where n > ''",
    "create view seen as select * from orders",
    "create table more (id int, other text references orders)",
    "comment on table orders is 'mine'",
    "create function f() returns trigger language plpgsql as 'begin return new; end'; create trigger t before insert on orders for each row execute function f()",
  ]
  it.each(extras)("is left as it is when it does not fit, though it is empty: %s", async extra => {
    const { open, query } = newPlace()
    await query(`create table orders (id text primary key, n text not null); ${extra}`)
    const before = await query(
      "select oid, relname from pg_class where relnamespace = current_schema::regnamespace order by oid",
    )
    const store = open()
    const definition = define("Order", { n: "integer" })
    expect(await problemsOf(store, definition)).toContain('"n" is text')
    await expect(async () => store.bind(definition).count(all)).rejects.toMatchObject({
      fix: expect.stringContaining('drop table "orders"'),
    })
    expect(
      await query(
        "select oid, relname from pg_class where relnamespace = current_schema::regnamespace order by oid",
      ),
    ).toEqual(before)
  })

  it.each([
    ["first", ["Bad", "Good", "Fine"]],
    ["in the middle", ["Good", "Bad", "Fine"]],
    ["last", ["Good", "Fine", "Bad"]],
  ])(
    "does not fit alone: the others of its store are used all the same, with the wrong one %s",
    async (_, order) => {
      const { open, query } = newPlace()
      await query(
        "create table bads (id text primary key, n text not null, twice text); insert into bads values ('a', 'x', 'x'), ('b', 'x', 'x')",
      )
      const definitions: Record<string, EntityDefinition> = {
        Bad: define(
          "Bad",
          { n: "string", twice: { type: "string", nullable: true } },
          { unique: [["twice"]] },
        ),
        Good: define("Good", { badId: { type: "string", nullable: true, references: "Bad" } }),
        Fine: define("Fine", { goodId: { type: "string", nullable: true, references: "Good" } }),
      }
      for (const mode of ["sync", "check"] as const) {
        const store = open({ schema: mode })
        const repositories = new Map(
          order.map(name => [name, store.bind(definitions[name] as EntityDefinition)]),
        )
        for (const name of order) {
          const counting = (async () => repositories.get(name)?.count(all))()
          if (name === "Bad")
            await expect(counting).rejects.toMatchObject({
              code: "NITRO_SCHEMA_MISMATCH",
              details: { entity: "Bad" },
            })
          else expect(await counting).toBe(0)
        }
        await inTransaction(store, async () => {
          expect(await store.bind(definitions["Fine"] as EntityDefinition).count(all)).toBe(0)
        })
      }
      expect(await query("select count(*)::int as n from bads")).toEqual([{ n: 2 }])
    },
  )

  it("gets a missing index and foreign key, where all rows keep them", async () => {
    const { open, query } = newPlace()
    await query(`create table categories (id text primary key);
      create table products (id text primary key, "categoryId" text);
      create table orphans (id text primary key, "categoryId" text);
      insert into categories values ('c'); insert into products values ('p', 'c'), ('q', null); insert into orphans values ('o', 'nowhere')`)
    const store = open()
    const reference = {
      categoryId: { type: "string", nullable: true, references: "Category" },
    } as const
    store.bind(define("Category", {}, { table: "categories" }))
    const products = store.bind(define("Product", reference))
    const orphans = store.bind(define("Orphan", reference))
    expect([await products.count(all), await orphans.count(all)]).toEqual([2, 1])
    const keys = await query(
      "select conname from pg_constraint where contype = 'f' and connamespace = current_schema::regnamespace",
    )
    expect(keys).toEqual([{ conname: "reference products(categoryId)" }])
  })

  it("keeps its rows when a unique index cannot be made", async () => {
    const { open, query } = newPlace()
    await query(
      "create table items (id text primary key, code text not null); insert into items values ('a', 'x'), ('b', 'x')",
    )
    expect(
      await problemsOf(open(), define("Item", { code: "string" }, { unique: [["code"]] })),
    ).toContain("making it failed")
    expect(await query("select count(*)::int as n from items")).toEqual([{ n: 2 }])
  })

  it("is missing in production, and says so", async () => {
    const { open } = newPlace()
    expect(await problemsOf(open({ schema: "check" }), define("Item", {}))).toContain(
      "does not exist",
    )
  })

  it("may have a name that is hostile, and not one that Postgres would cut", async () => {
    const { open } = newPlace()
    const hostile = define(
      'x"; drop table y; --',
      { n: { type: "integer", column: 'select "a" \'$1' } },
      { table: 'T"; --', index: [["n"]] },
    )
    const store = open()
    const repository = store.bind(hostile)
    await repository.write([{ op: "insert", row: ["a", 1] }])
    expect(
      await repository.count({
        where: { op: "gte", field: "n", value: 1 },
        orderBy: [{ field: "n", direction: "asc" }],
      }),
    ).toBe(1)
    expect(await problemsOf(open(), define("Long", {}, { table: "t".repeat(64) }))).toContain(
      "63 bytes",
    )
    const named = (async () =>
      open()
        .bind(define("Long", { ["n".repeat(64)]: "string" }))
        .count(all))()
    await expect(named).rejects.toMatchObject({
      fix: 'Rename the field, or give the class another table: Entity("Long", {...}, { table: "..." }).',
    })
    const long = define(
      "Item",
      { ["f".repeat(60)]: "string" },
      { table: "t".repeat(60), unique: [["f".repeat(60)]], index: [["f".repeat(60)]] },
    )
    await open().bind(long).count(all)
  })

  it("is made once by ten stores and two processes that start together", {
    timeout: 60_000,
  }, async () => {
    const { open, url, query } = newPlace()
    const script = fileURLToPath(new URL("../testing/insert-some.ts", import.meta.url))
    const children = [0, 1].map(n =>
      spawn(process.execPath, ["--import", "tsx", script, url, `child${n}`], { stdio: "inherit" }),
    )
    const definition = define("Item", { n: "integer" }, { index: [["n"]] })
    await Promise.all(
      Array.from({ length: 10 }, async (_, n) => {
        const items = open().bind(definition)
        await Promise.all(
          [0, 1].map(async part => items.write([{ op: "insert", row: [`${n}-${part}`, n] }])),
        )
      }),
    )
    for (const child of children) expect(child.exitCode ?? (await once(child, "exit"))[0]).toBe(0)
    expect(await query("select count(*)::int as n from items")).toEqual([{ n: 22 }])
  })

  it("gives up on a lock that is held", async () => {
    const { open, query, url } = newPlace()
    await query("create table items (id text primary key)")
    const holder = new Pool({ connectionString: url, max: 1 })
    opened.push(() => holder.end())
    const client = await holder.connect()
    await client.query("begin; lock table items in access share mode")
    const items = open({ waitTimeoutMs: 300 }).bind(
      define("Item", { n: { type: "integer", nullable: true } }),
    )
    await expect((async () => items.count(all))()).rejects.toMatchObject({
      code: "NITRO_STORE_BUSY",
      status: 503,
    })
    await client.query("rollback")
    client.release()
    expect(await items.count(all)).toBe(0)
  })
})
