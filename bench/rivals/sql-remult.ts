// remult on libsql, through its provider for better-sqlite3.
import { describeEntity, Fields, Relations, Remult, SqlDatabase } from "remult"
import { BetterSqlite3DataProvider } from "remult/remult-better-sqlite3"
import * as shop from "../support/products.ts"
import { libsql } from "./sql-raw.ts"

class Category {
  declare id: string
  declare name: string
}
describeEntity(Category, "categories", { id: Fields.string(), name: Fields.string() })

class Product {
  declare id: string
  declare name: string
  declare description: string
  declare price: number
  declare stock: number
  declare active: boolean
  declare tags: string[]
  declare categoryId: string | null
  declare category: Category | undefined
  declare createdAt: Date
  declare updatedAt: Date
}
describeEntity(Product, "products", {
  id: Fields.string(),
  name: Fields.string(),
  description: Fields.string(),
  price: Fields.number(),
  stock: Fields.integer(),
  active: Fields.boolean(),
  tags: Fields.json(),
  categoryId: Fields.string({ dbName: "category_id", allowNull: true }),
  category: Relations.toOne<Product, Category>(() => Category, "categoryId"),
  createdAt: Fields.date({ dbName: "created_at" }),
  updatedAt: Fields.date({ dbName: "updated_at" }),
})

export async function remultSqlite(): Promise<Side> {
  const client = new libsql(":memory:")
  const db = new SqlDatabase(new BetterSqlite3DataProvider(client as never))
  const remult = new Remult(db)
  const products = remult.repo(Product)
  const categories = remult.repo(Category)
  await db.ensureSchema([products.metadata, categories.metadata])
  client.exec(
    "create index products_price on products (price); create index products_category on products (category_id)",
  )
  await categories.insert([...shop.categories])
  // What it stores is the same; filling the table through it would take most of a run.
  const insertRow = client.prepare(
    `insert into products (id, name, description, price, stock, active, tags, category_id, created_at, updated_at)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  )
  client.exec("begin")
  for (const some of shop.firstProducts())
    for (const p of some) {
      const dates = [p.createdAt.getTime(), p.updatedAt.getTime()]
      insertRow.run(
        p.id,
        p.name,
        p.description,
        p.price,
        p.stock,
        p.active ? 1 : 0,
        JSON.stringify(p.tags),
        p.categoryId,
        ...dates,
      )
    }
  client.exec("commit")
  const query = (price: number) =>
    ({
      where: { price: { $gt: price }, active: true },
      orderBy: { price: "asc", id: "asc" },
      limit: shop.listed,
    }) as const
  return {
    get: id => products.findId(id, { useCache: false }),
    insert: i => products.insert(shop.newProduct(i)),
    async update(id, price) {
      const product = (await products.findId(id, { useCache: false })) as Product
      product.price = price
      product.stock = price % 40
      product.updatedAt = new Date()
      return products.save(product)
    },
    async remove(i) {
      const product = await products.insert(shop.newProduct(i))
      return products.delete(product.id)
    },
    list: price => products.find(query(price)),
    eager: price => products.find({ ...query(price), include: { category: true } }),
    count: () => products.count({ active: true }),
    insertMany: i =>
      db.transaction(
        async inside => void (await new Remult(inside).repo(Product).insert(shop.newProducts(i))),
      ),
    close: () => client.close(),
  }
}

type Side = shop.Side
