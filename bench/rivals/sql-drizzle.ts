// drizzle on libsql: its builder for each call, or everything prepared at the start.
import { and, asc, eq, gt, sql } from "drizzle-orm"
import { BetterSQLiteSession } from "drizzle-orm/better-sqlite3/session"
import {
  BaseSQLiteDatabase,
  index,
  integer,
  real,
  SQLiteSyncDialect,
  sqliteTable,
  text,
} from "drizzle-orm/sqlite-core"
import { bulk, listed, newProduct, type Product, type Side } from "../support/products.ts"
import { filledDatabase } from "./sql-raw.ts"

const categoryTable = sqliteTable("categories", {
  id: text("id").primaryKey(),
  name: text("name").notNull(),
})
const productTable = sqliteTable(
  "products",
  {
    id: text("id").primaryKey(),
    name: text("name").notNull(),
    description: text("description").notNull(),
    price: real("price").notNull(),
    stock: integer("stock").notNull(),
    active: integer("active", { mode: "boolean" }).notNull(),
    tags: text("tags", { mode: "json" }).$type<string[]>().notNull(),
    categoryId: text("category_id"),
    createdAt: integer("created_at", { mode: "timestamp_ms" }).notNull(),
    updatedAt: integer("updated_at", { mode: "timestamp_ms" }).notNull(),
  },
  table => [index("products_price").on(table.price)],
)
const names = [
  "id",
  "name",
  "description",
  "price",
  "stock",
  "active",
  "tags",
  "categoryId",
  "createdAt",
  "updatedAt",
] as const

export function drizzleSqlite(prepared: boolean): Side {
  const client = filledDatabase()
  const dialect = new SQLiteSyncDialect()
  // As drizzle-orm/better-sqlite3 does it, whose entry loads that library itself; libsql has the same calls.
  const session = new BetterSQLiteSession(client as never, dialect, undefined, {})
  const db = new BaseSQLiteDatabase("sync", dialect, session as never, undefined)
  const t = productTable
  const value = (name: string): never => sql.placeholder(name) as never
  const list = (price: number) =>
    db
      .select()
      .from(t)
      .where(and(gt(t.price, price), eq(t.active, true)))
      .orderBy(asc(t.price), asc(t.id))
      .limit(listed)
  const eager = (price: number) =>
    db
      .select()
      .from(t)
      .leftJoin(categoryTable, eq(categoryTable.id, t.categoryId))
      .where(and(gt(t.price, price), eq(t.active, true)))
      .orderBy(asc(t.price), asc(t.id))
      .limit(listed)
  const count = () => db.select({ n: sql`count(*)` }).from(t).where(eq(t.active, true))
  const statements = {
    get: db
      .select()
      .from(t)
      .where(eq(t.id, value("id")))
      .prepare(),
    insert: db
      .insert(t)
      .values(Object.fromEntries(names.map(name => [name, value(name)])) as never)
      .prepare(),
    update: db
      .update(t)
      .set({ price: value("price"), stock: value("stock"), updatedAt: value("updatedAt") })
      .where(eq(t.id, value("id")))
      .prepare(),
    remove: db
      .delete(t)
      .where(eq(t.id, value("id")))
      .prepare(),
    list: list(value("price")).prepare(),
    eager: eager(value("price")).prepare(),
    count: count().prepare(),
  }
  const insert = (product: Product): unknown =>
    prepared ? statements.insert.run({ ...product }) : db.insert(t).values(product).run()
  const get = (id: string): unknown =>
    prepared ? statements.get.get({ id }) : db.select().from(t).where(eq(t.id, id)).get()
  return {
    get,
    insert: i => insert(newProduct(i)),
    update(id, price) {
      get(id)
      const changes = { price, stock: price % 40, updatedAt: new Date() }
      return prepared
        ? statements.update.run({ ...changes, id })
        : db.update(t).set(changes).where(eq(t.id, id)).run()
    },
    remove(i) {
      const product = newProduct(i)
      insert(product)
      const { id } = product
      return prepared ? statements.remove.run({ id }) : db.delete(t).where(eq(t.id, id)).run()
    },
    list: price => (prepared ? statements.list.all({ price }) : list(price).all()),
    eager: price => (prepared ? statements.eager.all({ price }) : eager(price).all()),
    count: () => (prepared ? statements.count.get() : count().get()),
    insertMany(i) {
      client.exec("begin immediate")
      for (let n = 0; n < bulk; n++) insert(newProduct(i))
      client.exec("commit")
    },
    close: () => client.close(),
  }
}
