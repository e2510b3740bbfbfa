// Real entities on migrated tables: the store takes them as fitting, and takes development's tables over.
import { describe, expect, it } from "vitest"
import { z } from "zod"
import { Entity, ref, type Store, withStores } from "../../../entity/index.ts"
import { postgres } from "../postgres/store.ts"
import { sqlite } from "../sqlite/store.ts"
import { introspect } from "./introspect.ts"
import { createMigrator } from "./migrator.ts"
import {
  all,
  type Database,
  databases,
  exec,
  keep,
  newFolder,
  onConnection,
} from "./testing/databases.ts"

class Category extends Entity(
  "Category",
  { name: z.string(), parentId: ref("Category").nullable().default(null) },
  { unique: ["name"] },
) {}
class Product extends Entity(
  "Product",
  {
    title: z.string().default('it\'s "new"'),
    price: z.number().default(1.5),
    stock: z.int().default(0),
    sold: z.boolean().default(false),
    since: z.date().default(() => new Date()),
    until: z.date().default(new Date(86_400_000)),
    serial: z.bigint().default(2n ** 60n),
    raw: z.instanceof(Uint8Array).default(new Uint8Array([0, 255])),
    tags: z.array(z.string()).default(["a", "b"]),
    size: z.enum(["s", "m"]).default("m"),
    note: z.string().optional(),
    categoryId: ref("Category"),
  },
  { timestamps: true, version: true, unique: [["title", "categoryId"]], index: ["price"] },
) {}
class Stock extends Entity(
  "Stock",
  { warehouse: z.string(), productId: ref("Product"), amount: z.int().default(0) },
  { id: ["productId", "warehouse"] },
) {}
class Label extends Entity(
  "Label",
  { ean: z.bigint(), productId: ref("Product") },
  { id: ["ean"] },
) {}
class Print extends Entity("Print", {
  id: z.int(),
  ean: ref("Label", z.bigint()),
  stock: ref("Stock").nullable(),
}) {}
const entities = [Category, Product, Stock, Label, Print]

function storeAt(database: Database, source: string, schema: "check" | "sync"): Store {
  return keep(
    database.dialect === "sqlite"
      ? sqlite({ file: source, schema })
      : postgres({ url: source, max: 2, schema }),
  )
}

const one = databases.filter(
  (database, at) => databases.findIndex(other => other.dialect === database.dialect) === at,
)

describe.each(one)("on $name", database => {
  it("live on tables that migrations made", async () => {
    const store = storeAt(database, database.source(), "check")
    const migrator = createMigrator({ store, folder: newFolder(), entities })
    await migrator.create()
    expect(await migrator.up()).toMatchObject({ warnings: [] })
    await withStores(store, async () => {
      const category = await Category.create({ name: "Desks" })
      const product = await Product.create({ categoryId: category.id })
      const read = await Product.require(product.id)
      expect(read.toJSON()).toEqual(product.toJSON())
      await read.update({ stock: 3 })
      await Stock.createMany(["b", "a"].map(warehouse => ({ warehouse, productId: product.id })))
      expect((await Stock.all()).map(({ warehouse }) => warehouse)).toEqual(["a", "b"])
      await Label.create({ ean: 4012345678901n, productId: product.id })
      await Print.create({ id: 5, ean: 4012345678901n, stock: `${product.id}~a` })
      expect((await Print.require(5)).ean).toBe(4012345678901n)
      await expect(Print.create({ id: 6, ean: 1n, stock: null })).rejects.toMatchObject({
        code: "NITRO_REFERENCE",
      })
    })
    expect(await migrator.check()).toMatchObject({ ok: true, problems: [] })
    expect(await migrator.create()).toMatchObject({ name: undefined })
  })

  it("have no second index for a reference that leads the key, nor does development make one", async () => {
    class Entry extends Entity(
      "Entry",
      { productId: ref("Product"), categoryId: ref("Category") },
      { id: ["categoryId", "productId"] },
    ) {}
    const all = [Category, Product, Stock, Entry]
    const source = database.source()
    const migrated = storeAt(database, source, "check")
    const migrator = createMigrator({ store: migrated, folder: newFolder(), entities: all })
    await migrator.create()
    await migrator.up()
    const indexes = async (store: Store): Promise<unknown> =>
      onConnection(store, introspect).then(({ schema }) =>
        schema.tables
          .filter(({ name }) => /^(stocks|entries)$/.test(name))
          .map(table => table.indexes.map(({ columns }) => columns)),
      )
    const made = storeAt(database, database.source(), "sync")
    await withStores(made, async () => {
      await Stock.count()
      await Entry.count()
    })
    for (const store of [migrated, made])
      expect(await indexes(store)).toEqual([[["product_id"]], []])
  })

  it("change the rows whose value of an enum is gone, or say that they stay", async () => {
    const [store, folder] = [storeAt(database, database.source(), "check"), newFolder()]
    const sized = (...values: [string, ...string[]]) =>
      Entity("Shirt", { size: z.enum(values) }, { table: "shirts" })
    const migratorOf = (...values: [string, ...string[]]) =>
      createMigrator({ store, folder, entities: [sized(...values)] })
    await migratorOf("s", "m", "l").create()
    await migratorOf("s", "m", "l").up()
    await exec(store, "insert into shirts (id, size) values ('a', 'm'), ('b', 'l')")
    const told = migratorOf("s", "l")
    await told.create({ casts: { "shirts.size": "'s'" } })
    await told.up()
    const silent = migratorOf("s")
    expect((await silent.check()).problems).toEqual([
      "The entities changed since the last migration was created.",
    ])
    expect((await silent.create()).up[0]?.sentence).toContain("takes 'l' no more")
    await silent.up()
    expect(await silent.check()).toMatchObject({ ok: true })
    expect(await all(store, "select id, size from shirts order by id")).toEqual([
      ["a", "s"],
      ["b", "l"],
    ])
    await silent.down({ to: null, yes: true })
  })

  it("have defaults in the database that their own rules give", async () => {
    const store = storeAt(database, database.source(), "check")
    const migrator = createMigrator({ store, folder: newFolder(), entities })
    await migrator.create()
    await migrator.up()
    await withStores(store, async () => {
      await Category.create({ id: "c", name: "c" })
      const time = database.dialect === "sqlite" ? "0" : "'1970-01-01Z'"
      await exec(
        store,
        `insert into products (id, since, category_id, created_at, updated_at) values ('p', ${time}, 'c', ${time}, ${time})`,
      )
      const byDatabase = (await Product.require("p")).toJSON()
      const byRules = new Product({
        id: "p",
        since: new Date(0),
        categoryId: "c",
        createdAt: new Date(0),
        updatedAt: new Date(0),
      }).toJSON()
      expect(byDatabase).toEqual({ ...byRules, version: 1 })
    })
  })

  it("are taken over from the tables that development made", async () => {
    const store = storeAt(database, database.source(), "sync")
    await withStores(store, async () => {
      const category = await Category.create({ name: "Desks" })
      const product = await Product.create({ categoryId: category.id })
      await Stock.create({ warehouse: "a", productId: product.id })
      await Label.create({ ean: 1n, productId: product.id })
      await Print.create({ id: 1, ean: 1n, stock: null })
    })
    const migrator = createMigrator({ store, folder: newFolder(), entities })
    const { name } = await migrator.create()
    const { migrations, drift } = await migrator.baseline()
    expect(migrations).toEqual([name])
    expect(drift.filter(({ harmless }) => !harmless)).toEqual([])
    expect((await migrator.status()).pending).toBe(0)
  })
})
