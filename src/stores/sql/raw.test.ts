// Statements of the program's own with lists, on each database.
import { describe, expect, it } from "vitest"
import { z } from "zod"
import { Entity, withStores } from "../../entity/index.ts"
import { databases } from "./migrations/testing/databases.ts"
import { postgres } from "./postgres/store.ts"
import { sqlite } from "./sqlite/store.ts"

class Product extends Entity(
  "Product",
  { name: z.string(), stock: z.int(), since: z.date().nullable().default(null) },
  { table: "products" },
) {}

describe.each(databases.map(database => [database.name, database] as const))("a statement on %s", (_, { dialect, source }) => {
  it("takes empty lists behind `in` and `not in`, of every type", async () => {
    const place = source()
    const store = dialect === "postgres" ? postgres({ url: place, schema: "sync", max: 2 }) : sqlite({ file: place, schema: "sync" })
    try {
      await withStores(store, async () => {
        await Product.createMany([1, 2, 3].map(stock => ({ name: `n${stock}`, stock, since: new Date(stock) })))
        const none: never[] = []
        expect(await Product.sql`select * from products where stock in ${none}`).toEqual([])
        expect(await Product.sql`select * from products where name IN ${none} or since in ${none}`).toEqual([])
        expect(
          await Product.sql`select * from products where stock not in ${none} and name NOT
          IN ${none}`,
        ).toHaveLength(3)
        const some = await Product.sql`select * from products where stock in ${[1, 3]} and name not in ${["n3"]} and stock in ${[1]}`
        expect(some.map(({ name }) => name)).toEqual(["n1"])
      })
    } finally {
      await store.close()
    }
  })
})
