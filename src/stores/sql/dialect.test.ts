// A dialect that this library does not know: its own quotes, types and limits, on the engine that loads here.
import { afterAll, expect, it } from "vitest"
import { z } from "zod"
import { Entity, ref, type Store, withStores } from "../../entity/index.ts"
import { SingleWriter } from "./connections/single-writer.ts"
import { type SqlAccess, sqlAccess } from "./contract/access.ts"
import type { Dialect } from "./contract/dialect.ts"
import { registerMigrations } from "./migrations/dialects.ts"
import { createMigrator } from "./migrations/migrator.ts"
import { schemaOf } from "./migrations/schema-of.ts"
import { migrationsOnSqlite } from "./migrations/sqlite-migrations.ts"
import { Repositories } from "./repository/repositories.ts"
import { sqliteDialect } from "./sqlite/dialect.ts"
import { loadSqliteDriver } from "./sqlite/drivers/load.ts"
import { temporaryFolder } from "./testing/drivers.ts"

const toyDialect: Dialect = {
  ...sqliteDialect,
  name: "toy",
  quote: name => `\`${name.replaceAll("`", "``")}\``,
  maxNameBytes: 30,
  ddl: {
    ...sqliteDialect.ddl,
    columnType: {
      ...sqliteDialect.ddl.columnType,
      string: "varchar(191)",
      number: "double",
      boolean: "tinyint(1)",
      date: "bigint",
      json: "longtext",
    },
  },
}
registerMigrations(migrationsOnSqlite(toyDialect))

const statements: string[] = []

function toyStore(file: string): Store {
  const connections = new SingleWriter({
    name: "toy",
    dialect: toyDialect,
    open: () => {
      const driver = loadSqliteDriver()(file)
      const exec = driver.exec.bind(driver)
      driver.exec = sql => {
        statements.push(sql)
        exec(sql)
      }
      return driver
    },
    openReader: () => undefined,
    busyTimeoutMs: 1000,
    waitTimeoutMs: 1000,
  })
  const repositories = new Repositories({
    dialect: toyDialect,
    connections,
    store: "toy",
    trustsTables: true,
    prepare: () => undefined,
  })
  const access: SqlAccess = {
    dialect: toyDialect,
    exclusive: work => connections.exclusive(work),
    execute: (text, values) => connections.write(driver => driver.query(text, values)),
    inTransaction: () => connections.inTransaction,
  }
  const store: Store & { readonly [sqlAccess]: SqlAccess } = {
    name: "toy",
    [sqlAccess]: access,
    encoding: toyDialect.encoding,
    capabilities: {
      transactions: true,
      serialTransactions: true,
      forUpdate: false,
      durable: true,
      ttl: false,
      unique: true,
      generatedIds: true,
      foreignKeys: true,
      relations: true,
      jsonPaths: true,
    },
    bind: definition => repositories.bind(definition),
    begin: options => connections.begin(options),
    close: () => connections.close(),
  }
  return store
}

class Shelf extends Entity("Shelf", { name: z.string() }, { unique: ["name"] }) {}
class Book extends Entity(
  "Book",
  {
    title: z.string().default("it's new"),
    shelfId: ref("Shelf"),
    price: z.number().default(1.5),
    lent: z.boolean().default(false),
    facts: z.object({ pages: z.number() }).default({ pages: 0 }),
  },
  { table: "the `books`", timestamps: true, version: true, index: ["price"] },
) {}

class OldBook extends Entity(
  "Book",
  {
    title: z.string().default("it's new"),
    shelfId: ref("Shelf"),
    price: z.int().default(1),
    gone: z.string().nullable(),
  },
  { table: "the `books`" },
) {}

const folder = temporaryFolder()
const store = toyStore(folder.path("toy.db"))
afterAll(async () => {
  await store.close()
  folder.remove()
})

it("migrates by its own quotes, types and limits", async () => {
  const migrations = folder.path("migrations")
  const migrator = (...entities: (typeof Shelf | typeof Book | typeof OldBook)[]) =>
    createMigrator({ store, folder: migrations, entities })
  await migrator(Shelf, OldBook).create()
  expect(await migrator(Shelf, OldBook).up()).toMatchObject({ warnings: [] })
  await withStores(store, async () => {
    const shelf = await Shelf.create({ name: "Old" })
    await OldBook.create({ shelfId: shelf.id, price: 3, gone: "x" })
  })
  const { up } = await migrator(Shelf, Book).create({
    backfill: { "the `books`.created_at": "0", "the `books`.updated_at": "0" },
  })
  expect(up.flatMap(step => step.statements).join("\n")).toContain("`price` double")
  expect(await migrator(Shelf, Book).up({ yes: true })).toMatchObject({ warnings: [] })
  expect(await migrator(Shelf, Book).check()).toMatchObject({ ok: true, problems: [] })
  expect(await migrator(Shelf, Book).status()).toMatchObject({ dialect: "toy", pending: 0 })
  const made = statements.filter(sql => /^(create|alter|insert|drop)/.test(sql)).join("\n")
  expect(made).toContain("`title` varchar(191) not null default 'it''s new'")
  // The only other quotes are those of a JSON default.
  expect(made).not.toMatch(/"(?!pages|:)/)
  await expect(migrator(Shelf, Book).down({ yes: true })).resolves.toMatchObject({ warnings: [] })
  await migrator(Shelf, Book).up({ yes: true })
})

it("writes and queries by them too", async () => {
  await withStores(store, async () => {
    const shelf = await Shelf.create({ name: "New" })
    const book = await Book.create({ shelfId: shelf.id, lent: true, facts: { pages: 12 } })
    expect((await Book.require(book.id)).toJSON()).toEqual(book.toJSON())
    await book.update({ title: "Changed", price: 2.5 })
    const found = await Book.where(b =>
      b.title
        .startsWith("chang")
        .and(b.facts.path("pages").gt(11))
        .and(b.price.in([2.5, 7])),
    )
    expect(found.map(({ id }) => id)).toEqual([book.id])
    await expect(Shelf.create({ name: "New" })).rejects.toMatchObject({ code: "NITRO_DUPLICATE" })
    await expect(shelf.delete()).rejects.toMatchObject({ code: "NITRO_REFERENCE" })
    await book.delete()
    expect(await Book.where({ price: 3 }).count()).toBe(1)
  })
})

it("is refused what its names cannot be", () => {
  class Long extends Entity("Long", { ["x".repeat(31)]: z.string() }) {}
  expect(() => schemaOf([Long.definition], "toy")).toThrow(/too long for toy, which allows 30/)
  expect(() => schemaOf([Shelf.definition], "tool")).toThrow('for the dialect "tool"')
})
