// The measure of the bench `sql`: libsql itself, with prepared statements and a mapping written by hand.
import { createRequire } from "node:module"
import {
  type Category,
  categories,
  firstProducts,
  listed,
  newProduct,
  newProducts,
  type Product,
  type Side,
} from "../support/products.ts"

export interface Statement {
  readonly reader: boolean
  raw(): this
  all(...parameters: unknown[]): unknown[]
  get(...parameters: unknown[]): unknown
  run(...parameters: unknown[]): { changes: number | bigint; lastInsertRowid: number | bigint }
  iterate(parameters: readonly unknown[]): IterableIterator<unknown>
}
export interface Database {
  prepare(sql: string): Statement
  exec(sql: string): void
  close(): void
}
export const libsql: new (file: string) => Database = createRequire(import.meta.url)("libsql")

// As our own tables are made.
const schema = `
  pragma foreign_keys = on;
  create table categories (id text primary key not null, name text not null);
  create table products (id text primary key not null, name text not null, description text not null, price real not null,
    stock integer not null, active integer not null, tags text not null,
    category_id text references categories (id) deferrable initially deferred,
    created_at integer not null, updated_at integer not null);
  create index products_price on products (price);
  create index products_category on products (category_id)`

/** A database in memory that holds the rows. */
export function filledDatabase(): Database {
  const db = new libsql(":memory:")
  db.exec(schema)
  db.exec("begin")
  const insertCategory = db.prepare("insert into categories values (?, ?)")
  for (const { id, name } of categories) insertCategory.run(id, name)
  const insert = db.prepare("insert into products values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
  for (const products of firstProducts())
    for (const product of products) insert.run(...toRow(product))
  db.exec("commit")
  return db
}

function toRow(p: Product): unknown[] {
  return [
    p.id,
    p.name,
    p.description,
    p.price,
    p.stock,
    p.active ? 1 : 0,
    JSON.stringify(p.tags),
    p.categoryId,
    p.createdAt.getTime(),
    p.updatedAt.getTime(),
  ]
}

type Row = readonly [
  string,
  string,
  string,
  number,
  number,
  number,
  string,
  string | null,
  number,
  number,
]
type RowWithCategory = readonly [...Row, string | null, string | null]

function fromRow(r: Row | RowWithCategory): Product {
  return {
    id: r[0],
    name: r[1],
    description: r[2],
    price: r[3],
    stock: r[4],
    active: r[5] === 1,
    tags: JSON.parse(r[6]) as string[],
    categoryId: r[7],
    createdAt: new Date(r[8]),
    updatedAt: new Date(r[9]),
  }
}

/** The products of a join, which share the objects of their categories. */
export function withCategories<R extends readonly unknown[]>(
  found: readonly R[],
  toProduct: (row: R) => Product,
  at: number,
): Product[] {
  const known = new Map<unknown, Category>()
  return found.map(row => {
    const id = row[at] as string | null
    let category = known.get(id)
    if (category === undefined && id !== null) {
      category = { id, name: row[at + 1] as string }
      known.set(id, category)
    }
    const product: Product & { category?: Category | undefined } = toProduct(row)
    product.category = category
    return product
  })
}

export function rawSqlite(): Side {
  const db = filledDatabase()
  const get = db.prepare("select * from products where id = ?").raw()
  const insert = db.prepare("insert into products values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
  const update = db.prepare("update products set price = ?, stock = ?, updated_at = ? where id = ?")
  const remove = db.prepare("delete from products where id = ?")
  const list = db
    .prepare("select * from products where price > ? and active = ? order by price, id limit ?")
    .raw()
  const eager = db
    .prepare(
      `select p.*, c.* from products p left join categories c on c.id = p.category_id
       where p.price > ? and p.active = ? order by p.price, p.id limit ?`,
    )
    .raw()
  const count = db.prepare("select count(*) from products where active = ?").raw()
  return {
    get: id => fromRow(get.get(id) as Row),
    insert(i) {
      const product = newProduct(i)
      insert.run(...toRow(product))
      return product
    },
    update(id, price) {
      const product = fromRow(get.get(id) as Row)
      product.price = price
      product.stock = price % 40
      product.updatedAt = new Date()
      update.run(product.price, product.stock, product.updatedAt.getTime(), id)
      return product
    },
    remove(i) {
      const product = newProduct(i)
      insert.run(...toRow(product))
      return remove.run(product.id).changes
    },
    list: price => (list.all(price, 1, listed) as Row[]).map(fromRow),
    eager: price => withCategories(eager.all(price, 1, listed) as RowWithCategory[], fromRow, 10),
    count: () => (count.get(1) as [number])[0],
    insertMany(i) {
      db.exec("begin immediate")
      const products = newProducts(i)
      for (const product of products) insert.run(...toRow(product))
      db.exec("commit")
      return products
    },
    close: () => db.close(),
  }
}
