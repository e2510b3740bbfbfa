// One database is one store, however it is spelled and wherever it is declared.
import { mkdirSync, symlinkSync } from "node:fs"
import { relative } from "node:path"
import { pathToFileURL } from "node:url"
import { Pool } from "pg"
import { afterAll, beforeEach, describe, expect, it } from "vitest"
import { z } from "zod"
import { postgresMissing, testDatabase } from "../../../test/support/postgres.ts"
import {
  configure,
  Entity,
  type EntityClass,
  memory,
  ref,
  type Store,
  unitOfWork,
  withStores,
} from "../../entity/index.ts"
import { storeFromUrl, storeOf } from "../../entity/internal.ts"
import { postgresDrivers } from "./postgres/drivers/load.ts"
import { type PostgresOptions, postgres } from "./postgres/store.ts"
import { type SqliteOptions, sqlite } from "./sqlite/store.ts"
import { availableDrivers, openConnection, temporaryFolder } from "./testing/drivers.ts"

if (postgresMissing !== undefined) console.log(`Skipped on Postgres: ${postgresMissing}`)
const database = postgresMissing === undefined ? await testDatabase(12) : undefined
const folder = temporaryFolder()
const opened: Store[] = []
afterAll(async () => {
  for (const store of opened) await store.close()
  configure({ store: undefined })
  await database?.remove()
  folder.remove()
})
function keep<S extends Store>(store: S): S {
  opened.push(store)
  return store
}

let files = 0
let file = ""
beforeEach(() => {
  file = folder.path(`${files++}.db`)
})

const failure = async (run: () => unknown): Promise<unknown> =>
  (async () => run())().catch((error: unknown) => error)

/** Two classes that declare their store each for itself. */
function declareTwice(open: () => Store): { Shelf: EntityClass; Book: EntityClass } {
  class Shelf extends Entity("Shelf", { name: z.string() }) {
    static store = keep(open())
  }
  class Book extends Entity("Book", {
    title: z.string(),
    shelfId: ref("Shelf").nullable().default(null),
  }) {
    static store = keep(open())
    get shelf() {
      return this.belongsTo(Shelf, "shelfId")
    }
  }
  return { Shelf, Book } as unknown as { Shelf: EntityClass; Book: EntityClass }
}

const places: readonly (readonly [name: string, open: () => () => Store])[] = [
  ...availableDrivers.map(driver => [driver, () => () => sqlite({ file, driver })] as const),
  ["a snapshot of memory", () => () => memory({ file })],
  ...(database === undefined ? [] : postgresDrivers).map(driver => {
    return [
      `postgres through ${driver}`,
      () => {
        const url = (database as NonNullable<typeof database>).emptySchema()
        return () => postgres({ url, driver, max: 3, schema: "sync" })
      },
    ] as const
  }),
]

describe.each(places)("two declarations of one database, %s", (_, start) => {
  it("are one store: one transaction, one set of tables, real references", async () => {
    const { Shelf, Book } = declareTwice(start())
    expect(storeOf(Shelf)).toBe(storeOf(Book))
    await unitOfWork(async () => {
      const shelf = await Shelf.create({ name: "a" } as never)
      await Book.create({ title: "x", shelfId: shelf.id } as never)
      await Shelf.create({ name: "b" } as never)
    })
    const failing = unitOfWork(async () => {
      await Shelf.create({ name: "c" } as never)
      await Book.create({ title: "y" } as never)
      throw new Error("on purpose")
    })
    await expect(failing).rejects.toThrow("on purpose")
    expect([await Shelf.count(), await Book.count()]).toEqual([2, 1])
    if (storeOf(Book).capabilities.foreignKeys) {
      await expect(Book.create({ title: "z", shelfId: "nothing" } as never)).rejects.toMatchObject({
        code: "NITRO_REFERENCE",
      })
    }
  })

  it("close with the last of them", async () => {
    const open = start()
    const [one, other] = [open(), open()]
    expect(one).toBe(other)
    class Note extends Entity("Note", { text: z.string() }) {
      static store = one
    }
    await one.close()
    await Note.create({ text: "still open" })
    await other.close()
    const again = keep(open())
    expect(again).not.toBe(one)
    expect(await withStores(again, () => Note.count())).toBe(
      one.capabilities.durable || one.name === "memory()" ? 1 : 0,
    )
  })
})

describe("a SQLite file", () => {
  const [driver] = availableDrivers
  it("is one store by path, relative path, URL, through links and from the environment", () => {
    mkdirSync(folder.path("real"), { recursive: true })
    symlinkSync(folder.path("real"), folder.path("link"))
    const path = folder.path("real/shop.db")
    const first = keep(sqlite(path))
    const same: readonly Store[] = [
      sqlite(relative(process.cwd(), path)),
      sqlite(`${folder.path("real")}/../real/./shop.db`),
      sqlite(folder.path("link/shop.db")),
      sqlite(pathToFileURL(path)),
      sqlite({ file: path }),
      sqlite({
        synchronous: "normal",
        waitTimeoutMs: 30_000,
        file: path,
        busyTimeoutMs: 5000,
        driver: undefined as never,
      }),
      storeFromUrl(`sqlite:${path}`),
      storeFromUrl(`sqlite://${path}`),
    ]
    for (const store of same) expect(keep(store)).toBe(first)
  })

  it("is another one by another path, and in memory always", () => {
    expect(keep(sqlite(file))).not.toBe(keep(sqlite(`${file}x`)))
    expect(sqlite(":memory:")).not.toBe(sqlite(":memory:"))
    expect(memory()).not.toBe(memory())
    const [one, two] = [
      openConnection(driver as never, ":memory:"),
      openConnection(driver as never, ":memory:"),
    ]
    expect(sqlite({ driver: one })).toBe(sqlite({ driver: one }))
    expect(sqlite({ driver: one })).not.toBe(sqlite({ driver: two }))
  })

  const others: readonly Partial<SqliteOptions>[] = [
    { schema: "check" },
    { busyTimeoutMs: 1 },
    { synchronous: "full" },
    { driver: driver as never, waitTimeoutMs: 1 },
  ]
  it.each(others)(
    "with other options is refused where both are used, with both places: %o",
    async options => {
      const [one, other] = [keep(sqlite(file)), keep(sqlite({ ...options, file }))]
      class Note extends Entity("Note", { text: z.string() }) {}
      expect(await withStores(one, () => Note.count())).toBe(0)
      const error = (await failure(() => withStores(other, () => Note.count()))) as Error & {
        details: { places: string[] }
      }
      expect(error).toMatchObject({
        code: "NITRO_STORE_CONFLICT",
        details: {
          options: Object.keys(options).sort(),
          places: [expect.any(String), expect.any(String)],
        },
      })
      for (const place of error.details.places) {
        expect(place).toMatch(/store-identity\.test\.ts:\d+:\d+$/)
        expect(error.message).toContain(place)
      }
      await one.close()
      if (options.schema === undefined) expect(await withStores(other, () => Note.count())).toBe(0)
    },
  )
})

describe("a Postgres database", () => {
  const url =
    "postgres://ann:secret@db.example.org/shop?sslmode=require&application_name=a&options=-c%20search_path%3Dx"
  const equal = [
    "postgresql://ann:secret@db.example.org:5432/shop?application_name=a&options=-c%20search_path%3Dx&sslmode=require",
    "postgres://ann:secret@DB.example.org/shop?options=-c+search_path%3Dx&sslmode=require&application_name=a",
    "postgres://%61nn:s%65cret@db.example.org/%73hop?sslmode=require&application_name=a&options=-c%20search_path%3Dx",
  ]
  it("is one store by every spelling of its URL", () => {
    const first = keep(postgres(url))
    for (const other of equal) expect(keep(postgres(other))).toBe(first)
    expect(keep(postgres(new URL(url)))).toBe(first)
    expect(keep(postgres({ max: 10, url, prepare: true }))).toBe(first)
    expect(keep(storeFromUrl(url))).toBe(first)
  })

  it.each([
    ["server", url.replace("db.", "db2.")],
    ["port", url.replace(".org/", ".org:5433/")],
    ["database", url.replace("/shop", "/other")],
    ["role", url.replace("ann:", "bob:")],
    ["schema", url.replace("%3Dx", "%3Dy")],
  ])("is another one by another %s", (_, other) => {
    const [one, two] = [keep(postgres(url)), keep(postgres(other))]
    expect(one).not.toBe(two)
    const { definition } = class Note extends Entity("Note", { text: z.string() }) {}
    expect([one.bind(definition), two.bind(definition)]).toHaveLength(2)
  })

  const others: readonly (readonly [string, Partial<PostgresOptions> & { url: string }])[] = [
    ["max", { url, max: 3 }],
    ["schema", { url, schema: "none" }],
    ["sslmode", { url: url.replace("require", "disable") }],
    ["password", { url: url.replace("secret", "hunter2") }],
  ]
  it.each(others)(
    "with another %s is refused where both are used, and no secret is revealed",
    async (name, options) => {
      const own = url.replace("shop", `shop-${name}`)
      const [one, other] = [
        keep(postgres(own)),
        keep(postgres({ ...options, url: options.url.replace("shop", `shop-${name}`) })),
      ]
      class Note extends Entity("Note", { text: z.string() }) {}
      one.bind(Note.definition)
      const error = (await failure(() => other.bind(Note.definition))) as Error
      expect(error).toMatchObject({ code: "NITRO_STORE_CONFLICT", details: { options: [name] } })
      expect(JSON.stringify([error.message, error])).not.toMatch(/secret|hunter2|ann/)
    },
  )

  it("is one store for one pool", async () => {
    const pool = new Pool({ connectionString: "postgres://localhost/none" })
    expect(keep(postgres({ pool }))).toBe(keep(postgres(pool)))
    expect(keep(postgres({ pool, prepare: false }))).not.toBe(postgres(pool))
    await pool.end()
  })
})

describe("withStores", () => {
  class Note extends Entity("Note", { text: z.string() }) {
    static store = memory()
  }
  const other = memory()

  it("wins over the store of the class", async () => {
    await withStores(other, () => Note.create({ text: "there" }))
    expect([await Note.count(), await withStores({ Note: other }, () => Note.count())]).toEqual([
      0, 1,
    ])
  })

  it.each([
    ["one store", other],
    ["a store by name", { Note: other }],
  ])("is refused inside of a unit that has begun on another store: %s", async (_, stores) => {
    const refused = { code: "NITRO_STORE_CONFLICT" }
    await unitOfWork(async () => {
      await Note.create({ text: "here" })
      await expect(
        failure(() => withStores(stores as Store, () => Note.create({ text: "there" }))),
      ).resolves.toMatchObject(refused)
      await unitOfWork(async () => {
        await expect(
          failure(() => withStores(stores as Store, () => Note.count())),
        ).resolves.toMatchObject(refused)
      })
      expect(await withStores(Note.store, () => Note.count())).toBe(1)
    })
    await Note.deleteWhere({}, { all: true })
  })

  it("may be called inside of a unit before anything else", async () => {
    const before = await withStores(other, () => Note.count())
    await unitOfWork(() => withStores(other, () => Note.create({ text: "there" })))
    expect([await Note.count(), await withStores(other, () => Note.count())]).toEqual([
      0,
      before + 1,
    ])
  })
})
