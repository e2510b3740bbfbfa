// Tables are created and extended automatically while nothing has to be guessed; anything else is reported, never done.
import { afterAll, afterEach, describe, expect, it, vi } from "vitest"
import { z } from "zod"
import type { EntityDefinition, Row } from "../../../entity/store.ts"
import type { SyncDriver } from "../contract/driver.ts"
import { type DefineOptions, define, type FieldSpec } from "../testing/definitions.ts"
import { availableDrivers, openConnection, temporaryFolder } from "../testing/drivers.ts"
import { loadSqliteDriver } from "./drivers/load.ts"
import { type SqliteDriverName, type SqliteOptions, type SqliteStore, sqlite } from "./store.ts"

const folder = temporaryFolder()
const opened: SqliteStore[] = []
const connections: { close(): unknown }[] = []
let count = 0
afterAll(() => {
  for (const connection of connections) connection.close()
  folder.remove()
})
afterEach(async () => {
  for (const store of opened.splice(0)) await store.close()
})

/** A new database; `raw` is a separate connection, as another program would have, and so has each store. */
function database(setup = ""): {
  raw: SyncDriver
  open: (options?: Omit<SqliteOptions, "file" | "driver">) => SqliteStore
} {
  const file = folder.path(`schema-${count++}.db`)
  const raw = loadSqliteDriver()(file)
  connections.push(raw)
  raw.exec(setup)
  return {
    raw,
    open: options => {
      // In one process a file is one store: another process has a separate connection.
      const connection = openConnection(availableDrivers[0] as SqliteDriverName, file)
      connections.push(connection)
      const store = sqlite({ ...options, driver: connection })
      opened.push(store)
      return store
    },
  }
}

const todo = (
  specs: Record<string, FieldSpec | FieldSpec["type"]> = {},
  options: DefineOptions = {},
): EntityDefinition => define("Todo", { title: "string", ...specs }, options)
const all = { orderBy: [] }

async function use(
  store: SqliteStore,
  definition: EntityDefinition,
  ...rows: Row[]
): Promise<Row[]> {
  const repository = store.bind(definition)
  for (const row of rows) await repository.write([{ op: "insert", row }])
  return repository.find(all)
}

async function mismatch(
  store: SqliteStore,
  definition: EntityDefinition,
): Promise<Error & { fix: string; details: Record<string, unknown> }> {
  try {
    await use(store, definition)
  } catch (error) {
    expect(error).toMatchObject({ code: "NITRO_SCHEMA_MISMATCH", status: 500 })
    return error as Error & { fix: string; details: Record<string, unknown> }
  }
  throw new Error("The table was taken as fitting.")
}

describe("a new table", () => {
  it("has the columns, keys and indexes of the definition", async () => {
    const { raw, open } = database()
    const definition = define(
      "Product",
      {
        name: "string",
        price: { type: "number", nullable: true },
        stock: "integer",
        sold: "boolean",
        day: "date",
        big: "bigint",
        raw: "bytes",
        data: "json",
        categoryId: { type: "string", nullable: true, references: "Category" },
      },
      { unique: [["name"]], index: [["price", "stock"]], timestamps: true, version: true },
    )
    const store = open()
    store.bind(define("Category", { name: "string" }, { table: "categories" }))
    await use(store, definition)
    const columns = raw
      .all('select name, lower(type), "notnull", pk from pragma_table_info(?)', ["products"])
      .map(row => row.join(" "))
    expect(columns).toEqual([
      "id text 1 1",
      "name text 1 0",
      "price real 0 0",
      "stock integer 1 0",
      "sold integer 1 0",
      "day integer 1 0",
      "big integer 1 0",
      "raw blob 1 0",
      "data text 1 0",
      "categoryId text 0 0",
      "createdAt integer 1 0",
      "updatedAt integer 1 0",
      "version integer 1 0",
    ])
    expect(
      raw.all(
        "select name from sqlite_master where type = 'index' and tbl_name = 'products' and sql is not null order by name",
        [],
      ),
    ).toEqual([
      ["index products(categoryId)"],
      ["index products(price, stock)"],
      ["unique products(name)"],
    ])
    expect(
      raw.all('select "table", "from", "to" from pragma_foreign_key_list(?)', ["products"]),
    ).toEqual([["categories", "categoryId", "id"]])
  })

  it("may have any names", async () => {
    const odd = define(
      'O"dd',
      {
        select: { type: "string", column: "se\"le'ct; drop table x --" },
        group: { type: "integer", column: "日本" },
      },
      { table: "'); --", index: [["select"]] },
    )
    const { open } = database()
    expect(await use(open(), odd, ["a", "x", 1])).toEqual([["a", "x", 1]])
    expect(await use(open(), odd)).toEqual([["a", "x", 1]])
  })

  it("gets its foreign key later when it was used first and is still empty", async () => {
    const { raw, open } = database()
    const store = open()
    await use(store, define("Product", { categoryId: { type: "string", references: "Category" } }))
    expect(raw.all("select 1 from pragma_foreign_key_list('products')", [])).toEqual([])
    await use(store, define("Category", { name: "string" }))
    expect(raw.all("select 1 from pragma_foreign_key_list('products')", [])).toHaveLength(1)
  })

  it("may refer to itself and in circles", async () => {
    const { open } = database()
    const store = open()
    store.bind(define("Alpha", { other: { type: "string", nullable: true, references: "Beta" } }))
    expect(
      await use(
        store,
        define("Beta", {
          parent: { type: "string", nullable: true, references: "Beta" },
          other: { type: "string", nullable: true, references: "Alpha" },
        }),
        ["b", "b", null],
      ),
    ).toHaveLength(1)
  })
})

describe("a table that exists", () => {
  it("gets new columns, with the field's default in old rows", async () => {
    const { open } = database()
    await use(open(), todo(), ["a", "old"])
    const grown = todo(
      {
        note: { type: "string", nullable: true },
        done: { type: "boolean", optional: true, schema: z.boolean().default(true) },
        quote: { type: "string", optional: true, schema: z.string().default("it's") },
        rank: { type: "number", optional: true, schema: z.number().default(-1.5) },
        tags: { type: "json", optional: true, schema: z.array(z.string()).default(["x"]) },
        due: { type: "date", optional: true, schema: z.date().default(new Date(5)) },
        big: { type: "bigint", optional: true, schema: z.bigint().default(2n ** 60n) },
        raw: {
          type: "bytes",
          optional: true,
          schema: z.instanceof(Uint8Array).default(new Uint8Array([1, 255])),
        },
      },
      { timestamps: true, version: true, unique: [["title"]], index: [["done"]] },
    )
    const [row] = (await use(open(), grown)) as [Row]
    expect(row.slice(0, 9)).toEqual([
      "a",
      "old",
      null,
      1,
      "it's",
      -1.5,
      '["x"]',
      5,
      String(2n ** 60n),
    ])
    expect([...(row[9] as Uint8Array)]).toEqual([1, 255])
    expect(row[10]).toBeGreaterThan(1.7e12)
    expect(row[12]).toBe(1)
    expect(await use(open(), grown)).toHaveLength(1)
  })

  it("keeps its other columns, rows and indexes", async () => {
    const { raw, open } = database(
      "create table todos (id text primary key, title varchar(20) not null, extra text default 'e'); insert into todos values ('a', 'x', 'kept'); create index mine on todos (extra)",
    )
    expect(
      await use(open(), todo({ note: { type: "string", nullable: true } }), ["b", "y", "n"]),
    ).toEqual([
      ["a", "x", null],
      ["b", "y", "n"],
    ])
    expect(raw.all("select extra from todos order by id", [])).toEqual([["kept"], ["e"]])
    expect(raw.all("select 1 from sqlite_master where name = 'mine'", [])).toHaveLength(1)
  })

  it("is refused when a new field is required and has no default", async () => {
    const { raw, open } = database()
    await use(open(), todo(), ["a", "x"])
    const error = await mismatch(open(), todo({ due: "date", owner: "string" }))
    expect(error.message).toContain('"todos"')
    expect(error.message).toContain('"due" is missing')
    expect(error.fix).toContain("default")
    expect(error.details["columns"]).toEqual(["due", "owner"])
    expect(raw.all("select id, title from todos", [])).toEqual([["a", "x"]])
    expect(raw.all("select 1 from pragma_table_info('todos')", [])).toHaveLength(2)
  })

  it.each([
    [
      "a column of another type",
      todo({ n: "integer" }),
      todo({ n: "string" }),
      ["a", "x", 1],
      "is integer",
    ],
    [
      "a column that refuses null",
      todo({ n: "integer" }),
      todo({ n: { type: "integer", nullable: true } }),
      ["a", "x", 1],
      "refuses null",
    ],
    [
      "nulls where there may be none",
      todo({ n: { type: "integer", nullable: true } }),
      todo({ n: "integer" }),
      ["a", "x", null],
      "null in 1 rows",
    ],
    [
      "a required column that is no field",
      todo({ n: "integer" }),
      todo(),
      ["a", "x", 1],
      "not a field of Todo",
    ],
  ])("is refused for %s, when it is empty too", async (_name, before, now, row, words) => {
    const { raw, open } = database()
    await use(open(), before, row)
    const error = await mismatch(open(), now)
    expect(error.message).toContain(words)
    expect(raw.all("select * from todos", [])).toHaveLength(1)
    raw.exec("delete from todos")
    const made = raw.all("select type, name, sql from sqlite_master", [])
    // An empty table is no waste: it may be another program's.
    if (words.startsWith("null in")) expect(await use(open(), now)).toEqual([])
    else
      expect(await mismatch(open(), now)).toMatchObject({
        fix: expect.stringContaining('drop table "todos"'),
      })
    expect(raw.all("select type, name, sql from sqlite_master", [])).toEqual(made)
  })

  it.each([
    "create table orders (id text primary key, n text check (n <> ''))",
    "create table orders (id text primary key, n text, total text generated always as (n || id) stored)",
    "create table orders (id text primary key, n text); create unique index partial on orders (n) where n > ''",
    "create table orders (id text primary key, n text); create view seen as select * from orders",
    "create table orders (id text primary key, n text); create trigger t after insert on orders begin select 1; end",
    "create table orders (id text primary key, n text) strict",
  ])("is left as it is when it does not fit, though it is empty: %s", async sql => {
    const { raw, open } = database(sql)
    const before = raw.all("select type, name, sql from sqlite_master order by name", [])
    expect((await mismatch(open(), define("Order", { n: "integer" }))).message).toContain(
      '"n" is text',
    )
    expect(raw.all("select type, name, sql from sqlite_master order by name", [])).toEqual(before)
  })

  it.each([
    ["first", ["Bad", "Good", "Fine"]],
    ["in the middle", ["Good", "Bad", "Fine"]],
    ["last", ["Good", "Fine", "Bad"]],
  ])(
    "does not fit alone: the others of its store are used all the same, with the wrong one %s",
    async (_, order) => {
      const { raw, open } = database(
        "create table bads (id text primary key, twice text); insert into bads values ('a', 'x'), ('b', 'x')",
      )
      const definitions: Record<string, EntityDefinition> = {
        Bad: define("Bad", { twice: { type: "string", nullable: true } }, { unique: [["twice"]] }),
        Good: define("Good", { badId: { type: "string", nullable: true, references: "Bad" } }),
        Fine: define("Fine", { goodId: { type: "string", nullable: true, references: "Good" } }),
      }
      for (const mode of ["sync", "check"] as const) {
        const store = open({ schema: mode })
        for (const name of order) store.bind(definitions[name] as EntityDefinition)
        for (const name of order) {
          const definition = definitions[name] as EntityDefinition
          if (name === "Bad")
            expect((await mismatch(store, definition)).details).toMatchObject({ entity: "Bad" })
          else expect(await use(store, definition)).toEqual([])
        }
      }
      expect(raw.all("select count(*) from bads", [])).toEqual([[2]])
    },
  )

  it("fits beside a key of another program to a table that is not there, or has no key", async () => {
    const { open } = database(
      "create table plain (a text); create table todos (id text primary key, title text not null, a text references missing, b text references plain)",
    )
    expect(await use(open(), todo())).toEqual([])
  })

  it("is not made anew while triggers hang on it", async () => {
    const { raw, open } = database(
      "create table todos (id text primary key, title integer not null); create trigger t after insert on todos begin select 1; end",
    )
    await mismatch(open(), todo())
    expect(raw.all("select 1 from sqlite_master where type = 'trigger'", [])).toHaveLength(1)
  })

  it("is refused when values that must be unique are not", async () => {
    const { raw, open } = database()
    await use(open(), todo(), ["a", "same"], ["b", "same"])
    const error = await mismatch(open(), todo({}, { unique: [["title"]] }))
    expect(error.message).toContain('a unique index on "title"')
    expect(raw.all("select * from todos", [])).toHaveLength(2)
  })

  it("changes nothing at all when one part cannot be changed", async () => {
    const { raw, open } = database()
    await use(open(), todo(), ["a", "same"], ["b", "same"])
    const store = open()
    store.bind(define("Fresh", { n: "integer" }))
    await mismatch(
      store,
      todo({ note: { type: "string", nullable: true } }, { unique: [["title"]] }),
    )
    expect(raw.all("select 1 from pragma_table_info('todos')", [])).toHaveLength(2)
    expect(raw.all("select 1 from sqlite_master where name = 'freshs'", [])).toEqual([])
  })

  it("is refused without a primary key", async () => {
    const { open } = database(
      "create table todos (id text, title text not null); insert into todos values ('a', 'x')",
    )
    expect((await mismatch(open(), todo())).message).toContain("primary key")
  })

  it("may be spelled with other capitals, be typed more loosely, or be a view", async () => {
    const { open } = database(
      "create table base (ID varchar(36) primary key, Title nvarchar not null, n numeric not null); insert into base values ('a', 'x', 1); create view todos as select * from base",
    )
    expect(
      await use(open(), define("Base", { title: "string", n: "boolean" }, { table: "BASE" })),
    ).toEqual([["a", "x", 1]])
    expect(await use(open(), todo({ n: "integer" }))).toEqual([["a", "x", 1]])
  })
})

describe("schema: check", () => {
  it("is what production does: it changes nothing and says what is missing", async () => {
    vi.stubEnv("NODE_ENV", "production")
    try {
      const { raw, open } = database()
      const missing = await mismatch(open(), todo())
      expect(missing.message).toContain("the table does not exist")
      expect(missing.fix).toContain('schema: "sync"')
      raw.exec("create table todos (id text primary key, title text not null)")
      expect(
        (await mismatch(open(), todo({ note: { type: "string", nullable: true } }))).message,
      ).toContain('"note" is missing')
      expect((await mismatch(open(), todo({}, { unique: [["title"]] }))).message).toContain(
        "unique index",
      )
      expect(raw.all("select name from pragma_table_info('todos')", [])).toEqual([
        ["id"],
        ["title"],
      ])
      // A missing plain index costs time, not truth.
      expect(await use(open(), todo({}, { index: [["title"]] }), ["a", "x"])).toHaveLength(1)
      expect(
        await use(open({ schema: "sync" }), todo({ note: { type: "string", nullable: true } })),
      ).toEqual([["a", "x", null]])
    } finally {
      vi.unstubAllEnvs()
    }
  })
})

describe("schema: none", () => {
  it("trusts, and reports what the database then refuses", async () => {
    const { open } = database()
    await expect(use(open({ schema: "none" }), todo())).rejects.toMatchObject({ code: "NITRO_SQL" })
  })
})

it("lets two stores that start at the same time make the same table", async () => {
  const { open } = database()
  const found = await Promise.all([1, 2, 3].map(async n => use(open(), todo(), [String(n), "x"])))
  expect(found.flat().length).toBeGreaterThanOrEqual(3)
})
