// kysely on libsql: its builder for each call, and the mapping by hand that it leaves to the user.
import { type Generated, Kysely, type Selectable, SqliteDialect } from "kysely"
import { bulk, listed, newProduct, type Product, type Side } from "../support/products.ts"
import { filledDatabase } from "./sql-raw.ts"

interface ProductTable {
  id: string
  name: string
  description: string
  price: number
  stock: number
  active: number
  tags: string
  category_id: string | null
  created_at: Generated<number>
  updated_at: Generated<number>
}

function toObject(p: Product): Selectable<ProductTable> {
  return {
    id: p.id,
    name: p.name,
    description: p.description,
    price: p.price,
    stock: p.stock,
    active: p.active ? 1 : 0,
    tags: JSON.stringify(p.tags),
    category_id: p.categoryId,
    created_at: p.createdAt.getTime(),
    updated_at: p.updatedAt.getTime(),
  }
}

function fromObject(r: Selectable<ProductTable>): Product {
  return {
    id: r.id,
    name: r.name,
    description: r.description,
    price: r.price,
    stock: r.stock,
    active: r.active === 1,
    tags: JSON.parse(r.tags) as string[],
    categoryId: r.category_id,
    createdAt: new Date(r.created_at),
    updatedAt: new Date(r.updated_at),
  }
}

export function kyselySqlite(): Side {
  const db = new Kysely<{ products: ProductTable; categories: { id: string; name: string } }>({
    dialect: new SqliteDialect({ database: filledDatabase() as never }),
  })
  const get = async (id: string): Promise<Product> =>
    fromObject(
      await db.selectFrom("products").selectAll().where("id", "=", id).executeTakeFirstOrThrow(),
    )
  const insert = (product: Product, on = db) =>
    on.insertInto("products").values(toObject(product)).execute()
  return {
    get,
    insert: i => insert(newProduct(i)),
    async update(id, price) {
      const product = await get(id)
      product.price = price
      product.stock = price % 40
      product.updatedAt = new Date()
      const { stock, updatedAt } = product
      return db
        .updateTable("products")
        .set({ price, stock, updated_at: updatedAt.getTime() })
        .where("id", "=", id)
        .execute()
    },
    async remove(i) {
      const product = newProduct(i)
      await insert(product)
      return db.deleteFrom("products").where("id", "=", product.id).execute()
    },
    async list(price) {
      const found = await db
        .selectFrom("products")
        .selectAll()
        .where("price", ">", price)
        .where("active", "=", 1)
        .orderBy("price")
        .orderBy("id")
        .limit(listed)
        .execute()
      return found.map(fromObject)
    },
    async eager(price) {
      const found = await db
        .selectFrom("products as p")
        .leftJoin("categories as c", "c.id", "p.category_id")
        .selectAll("p")
        .select(["c.id as c_id", "c.name as c_name"])
        .where("p.price", ">", price)
        .where("p.active", "=", 1)
        .orderBy("p.price")
        .orderBy("p.id")
        .limit(listed)
        .execute()
      return found.map(row => ({
        ...fromObject(row),
        category: row.c_id === null ? undefined : { id: row.c_id, name: row.c_name },
      }))
    },
    count: () =>
      db
        .selectFrom("products")
        .select(({ fn }) => fn.countAll().as("n"))
        .where("active", "=", 1)
        .executeTakeFirst(),
    insertMany: i =>
      db.transaction().execute(async trx => {
        for (let n = 0; n < bulk; n++) await insert(newProduct(i), trx)
      }),
    close: () => db.destroy(),
  }
}
