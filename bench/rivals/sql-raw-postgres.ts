// The measure on Postgres: pg itself, with named statements, rows as arrays and a mapping written by hand.
import { Pool, type PoolClient } from "pg"
import {
  categories,
  firstProducts,
  listed,
  newProduct,
  newProducts,
  type Product,
  type Side,
} from "../support/products.ts"
import { withCategories } from "./sql-raw.ts"

// As our own tables are made.
const schema = `
  create table categories (id text collate "C" primary key, name text collate "C" not null);
  create table products (id text collate "C" primary key, name text collate "C" not null, description text collate "C" not null,
    price double precision not null, stock bigint not null, active boolean not null, tags jsonb not null,
    category_id text collate "C" references categories (id) deferrable initially deferred,
    created_at timestamptz not null, updated_at timestamptz not null);
  create index products_price on products (price);
  create index products_category on products (category_id)`

const texts = {
  get: "select * from products where id = $1",
  insert: "insert into products values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
  update: "update products set price = $1, stock = $2, updated_at = $3 where id = $4",
  remove: "delete from products where id = $1",
  list: "select * from products where price > $1 and active = $2 order by price, id limit $3",
  eager: `select p.*, c.* from products p left join categories c on c.id = p.category_id
    where p.price > $1 and p.active = $2 order by p.price, p.id limit $3`,
  count: "select count(*) from products where active = $1",
}

type Row = readonly [
  string,
  string,
  string,
  number,
  string,
  boolean,
  string[],
  string | null,
  Date,
  Date,
]

function toRow(p: Product): unknown[] {
  return [
    p.id,
    p.name,
    p.description,
    p.price,
    p.stock,
    p.active,
    JSON.stringify(p.tags),
    p.categoryId,
    p.createdAt,
    p.updatedAt,
  ]
}

function fromRow(r: Row): Product {
  return {
    id: r[0],
    name: r[1],
    description: r[2],
    price: r[3],
    stock: Number(r[4]),
    active: r[5],
    tags: r[6],
    categoryId: r[7],
    createdAt: r[8],
    updatedAt: r[9],
  }
}

export async function rawPostgres(url: string): Promise<Side> {
  const pool = new Pool({ connectionString: url, max: 4 })
  const run = async (
    name: keyof typeof texts,
    values: unknown[],
    on: Pool | PoolClient = pool,
  ): Promise<Row[]> =>
    (await on.query({ name, text: texts[name], values, rowMode: "array" })).rows as unknown as Row[]
  await pool.query(schema)
  for (const { id, name } of categories)
    await pool.query("insert into categories values ($1, $2)", [id, name])
  const insertMany = async (products: readonly Product[]): Promise<readonly Product[]> => {
    const client = await pool.connect()
    await client.query("begin")
    for (const product of products) await run("insert", toRow(product), client)
    await client.query("commit")
    client.release()
    return products
  }
  // In few statements, as our side does it: what fills the table must not warm one side up more than the other.
  for (const products of firstProducts()) {
    const places = products.map(
      (_, row) => `(${texts.insert.match(/\$\d+/g)?.map((_place, at) => `$${row * 10 + at + 1}`)})`,
    )
    await pool.query(`insert into products values ${places.join()}`, products.flatMap(toRow))
  }
  await pool.query("analyze products; analyze categories")
  return {
    get: async id => fromRow((await run("get", [id]))[0] as Row),
    async insert(i) {
      const product = newProduct(i)
      await run("insert", toRow(product))
      return product
    },
    async update(id, price) {
      const product = fromRow((await run("get", [id]))[0] as Row)
      product.price = price
      product.stock = price % 40
      product.updatedAt = new Date()
      await run("update", [product.price, product.stock, product.updatedAt, id])
      return product
    },
    async remove(i) {
      const product = newProduct(i)
      await run("insert", toRow(product))
      return run("remove", [product.id])
    },
    list: async price => (await run("list", [price, true, listed])).map(fromRow),
    eager: async price => withCategories(await run("eager", [price, true, listed]), fromRow, 10),
    count: async () => Number((await run("count", [true]))[0]?.[0]),
    insertMany: i => insertMany(newProducts(i)),
    close: () => pool.end(),
  }
}
