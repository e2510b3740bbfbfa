// Statements of the program's own with lists, on each database.
import { Pool } from "pg"
import { describe, expect, it } from "vitest"
import { z } from "zod"
import { Entity, unitOfWork, withStores } from "../../entity/index.ts"
import { databases } from "./migrations/testing/databases.ts"
import { postgres } from "./postgres/store.ts"
import { sqlite } from "./sqlite/store.ts"

class Product extends Entity(
  "Product",
  { name: z.string(), stock: z.int(), since: z.date().nullable().default(null) },
  { table: "products" },
) {}

describe.each(databases.map(database => [database.name, database] as const))(
  "a statement on %s",
  (_, { dialect, source }) => {
    it("takes empty lists behind `in` and `not in`, of every type", async () => {
      const place = source()
      const store =
        dialect === "postgres"
          ? postgres({ url: place, schema: "sync", max: 2 })
          : sqlite({ file: place, schema: "sync" })
      try {
        await withStores(store, async () => {
          await Product.createMany(
            [1, 2, 3].map(stock => ({ name: `n${stock}`, stock, since: new Date(stock) })),
          )
          const none: never[] = []
          expect(await Product.sql`select * from products where stock in ${none}`).toEqual([])
          expect(
            await Product.sql`select * from products where name IN ${none} or since in ${none}`,
          ).toEqual([])
          expect(
            await Product.sql`select * from products where stock not in ${none} and name NOT
          IN ${none}`,
          ).toHaveLength(3)
          const some =
            await Product.sql`select * from products where stock in ${[1, 3]} and name not in ${["n3"]} and stock in ${[1]}`
          expect(some.map(({ name }) => name)).toEqual(["n1"])
        })
      } finally {
        await store.close()
      }
    })
  },
)

describe.each(
  databases
    .filter(({ dialect }) => dialect === "postgres")
    .map(database => [database.name, database] as const),
)("a statement that writes by a function, on %s", (_, { source, openBeside }) => {
  const run = async (work: (count: () => Promise<number>) => Promise<void>): Promise<void> => {
    const place = source()
    const store = postgres({ url: place, schema: "sync", max: 2 })
    const beside = openBeside(place)
    try {
      await withStores(store, async () => {
        await Product.create({ name: "one", stock: 1 })
        const pool = new Pool({ connectionString: place, max: 1 })
        await pool.query(
          `create function copies() returns integer language plpgsql as $$ begin
              insert into products (id, name, stock, since) select gen_random_uuid()::text, 'copy', 2, null; return 1; end $$`,
        )
        await pool.end()
        await work(() => withStores(beside, () => Product.count()))
      })
    } finally {
      await Promise.all([store.close(), beside.close()])
    }
  }
  const writing = () => Product.sql`select * from products where stock = copies()`
  const refused = { code: "NITRO_QUERY", fix: expect.stringContaining("updateWhere") }

  it("is refused, and nothing is written", async () => {
    await run(async count => {
      await expect(writing()).rejects.toMatchObject(refused)
      expect(await count()).toBe(1)
      // The connection serves others as before.
      await Product.create({ name: "two", stock: 2 })
      expect(await Product.sql`select * from products order by name`).toHaveLength(2)
    })
  })

  it("is refused in a unit of work, which goes on and writes", async () => {
    await run(async count => {
      await unitOfWork(async () => {
        await Product.create({ name: "two", stock: 2 })
        await expect(writing()).rejects.toMatchObject(refused)
        expect(await Product.sql`select * from products where stock in ${[1, 2]}`).toHaveLength(2)
        await Product.create({ name: "three", stock: 3 })
      })
      expect(await count()).toBe(3)
    })
  })

  it("may lock rows in a unit of work", async () => {
    await run(async () => {
      await unitOfWork(async () => {
        const [product] = await Product.sql`select * from products where stock = ${1} for update`
        expect(product?.name).toBe("one")
        await product?.update({ stock: 5 })
      })
      expect((await Product.sql`select * from products`)[0]?.stock).toBe(5)
    })
  })
})
