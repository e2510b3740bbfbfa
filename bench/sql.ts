// Entities in SQL against the raw driver with a mapping written by hand, and against kysely, drizzle and typeorm.
import { createRequire } from "node:module"
import { and, asc, eq, gt, sql } from "drizzle-orm"
import { BetterSQLiteSession } from "drizzle-orm/better-sqlite3/session"
import { BaseSQLiteDatabase, index, integer, real, SQLiteSyncDialect, sqliteTable, text } from "drizzle-orm/sqlite-core"
import { type Generated, Kysely, SqliteDialect } from "kysely"
import { Entity } from "nitro-ts/entity"
import { sqlite } from "nitro-ts/sqlite"
import { z } from "zod"
import { bench, type Comparison, type Contender } from "./harness.ts"

const rows = 10_000
const listed = 100
const bulk = 1000

interface Statement {
  readonly reader: boolean
  raw(): this
  all(...parameters: unknown[]): unknown[]
  get(...parameters: unknown[]): unknown
  run(...parameters: unknown[]): { changes: number | bigint; lastInsertRowid: number | bigint }
  iterate(parameters: readonly unknown[]): IterableIterator<unknown>
}
interface Database {
  prepare(sql: string): Statement
  exec(sql: string): void
  close(): void
}
const libsql = createRequire(import.meta.url)("libsql") as new (file: string) => Database

interface Values {
  id: string
  name: string
  description: string
  price: number
  stock: number
  active: boolean
  tags: string[]
  categoryId: string | null
  createdAt: Date
  updatedAt: Date
}

/** Every side inserts the same values, and ids that grow, as ours do by themselves. */
let made = 0
const newId = (): string => `01900000-0000-7000-8000-${(made++).toString(16).padStart(12, "0")}`
const valuesOf = (i: number): Omit<Values, "id" | "createdAt" | "updatedAt"> => ({
  name: `Product ${i}`,
  description: "A thing of a useful size, in a colour that goes with everything",
  price: (i * 7919) % 10_000,
  stock: i % 50,
  active: i % 10 !== 0,
  tags: ["new", `tag${i % 7}`],
  categoryId: i % 3 === 0 ? null : `category${i % 20}`,
})
const idAt = (i: number): string => `01900000-0000-7000-8000-${((i * 7919) % rows).toString(16).padStart(12, "0")}`

/** What every side can do. The table holds `rows` rows when a case begins. */
interface Side {
  get(id: string): unknown
  insert(i: number): unknown
  /** Load, change, save. */
  update(id: string, i: number): unknown
  list(price: number): unknown
  count(): unknown
  /** `bulk` rows in a transaction. */
  insertMany(i: number): unknown
  close(): unknown
}

const schema = `
  create table products (id text primary key not null, name text not null, description text not null, price real not null, stock integer not null,
    active integer not null, tags text not null, category_id text, created_at integer not null, updated_at integer not null);
  create index products_price on products (price)`

function filled(): Database {
  const db = new libsql(":memory:")
  db.exec(schema)
  const insert = db.prepare("insert into products values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
  made = 0
  db.exec("begin")
  for (let i = 0; i < rows; i++) insert.run(...toRow(newProduct(i)))
  db.exec("commit")
  return db
}

function newProduct(i: number): Values {
  const now = new Date()
  return { id: newId(), ...valuesOf(i), createdAt: now, updatedAt: now }
}

function toRow(p: Values): unknown[] {
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

type Row = readonly [string, string, string, number, number, number, string, string | null, number, number]

function fromRow(r: Row): Values {
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

function raw(): Side {
  const db = filled()
  const get = db.prepare("select * from products where id = ?").raw()
  const insert = db.prepare("insert into products values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
  const update = db.prepare("update products set price = ?, stock = ?, updated_at = ? where id = ?")
  const list = db.prepare("select * from products where price > ? and active = ? order by price, id limit ?").raw()
  const count = db.prepare("select count(*) from products where active = ?").raw()
  return {
    get: id => fromRow(get.get(id) as Row),
    insert(i) {
      const product = newProduct(i)
      insert.run(...toRow(product))
      return product
    },
    update(id, i) {
      const product = fromRow(get.get(id) as Row)
      product.price = i
      product.stock = i % 40
      product.updatedAt = new Date()
      update.run(product.price, product.stock, product.updatedAt.getTime(), id)
      return product
    },
    list: price => (list.all(price, 1, listed) as Row[]).map(fromRow),
    count: () => (count.get(1) as [number])[0],
    insertMany(i) {
      db.exec("begin immediate")
      const products = Array.from({ length: bulk }, () => newProduct(i))
      for (const product of products) insert.run(...toRow(product))
      db.exec("commit")
      return products
    },
    close: () => db.close(),
  }
}

/** Validation, a hook and a listener switched on. */
async function ours(): Promise<Side> {
  class Product extends Entity(
    "Product",
    {
      name: z.string().min(1).max(120),
      description: z.string(),
      price: z.number().nonnegative(),
      stock: z.int().default(0),
      active: z.boolean().default(true),
      tags: z.array(z.string()).default([]),
      categoryId: z.string().nullable().default(null),
    },
    { index: ["price"], timestamps: true },
  ) {
    static repository = sqlite({ file: ":memory:", driver: "libsql", schema: "sync" })
  }
  Product.observe(() => {})
  made = 0
  for (let i = 0; i < rows; i += bulk) {
    await Product.createMany(Array.from({ length: bulk }, (_, n) => ({ id: newId(), ...valuesOf(i + n) })))
  }
  return {
    get: id => Product.get(id),
    insert: i => Product.create(valuesOf(i)),
    async update(id, i) {
      const product = await Product.require(id)
      product.price = i
      product.stock = i % 40
      return product.save()
    },
    // A query is read when it is awaited, and the loop awaits promises alone.
    list: async price =>
      await Product.where(p => p.price.gt(price).and(p.active.eq(true)))
        .orderBy("price")
        .limit(listed),
    count: async () => await Product.count({ active: true }),
    insertMany: i => Product.createMany(Array.from({ length: bulk }, () => valuesOf(i))),
    close: () => Product.repository.close(),
  }
}

interface KyselyRow {
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

function fromObject(r: { [K in keyof KyselyRow]: KyselyRow[K] extends Generated<infer T> ? T : KyselyRow[K] }): Values {
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

function kysely(): Side {
  const client = filled()
  const db = new Kysely<{ products: KyselyRow }>({ dialect: new SqliteDialect({ database: client as never }) })
  const toObject = (p: Values) => ({
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
  })
  const get = async (id: string): Promise<Values> =>
    fromObject((await db.selectFrom("products").selectAll().where("id", "=", id).executeTakeFirstOrThrow()) as never)
  return {
    get,
    insert: i =>
      db
        .insertInto("products")
        .values(toObject(newProduct(i)))
        .execute(),
    async update(id, i) {
      await get(id)
      return db
        .updateTable("products")
        .set({ price: i, stock: i % 40, updated_at: Date.now() })
        .where("id", "=", id)
        .execute()
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
      return found.map(row => fromObject(row as never))
    },
    count: () =>
      db
        .selectFrom("products")
        .select(({ fn }) => fn.countAll().as("n"))
        .where("active", "=", 1)
        .executeTakeFirst(),
    insertMany: i =>
      db.transaction().execute(async trx => {
        for (let n = 0; n < bulk; n++)
          await trx
            .insertInto("products")
            .values(toObject(newProduct(i)))
            .execute()
      }),
    close: () => db.destroy(),
  }
}

const drizzleProducts = sqliteTable(
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

function drizzle(prepared: boolean): Side {
  const client = filled()
  const dialect = new SQLiteSyncDialect()
  // As drizzle-orm/better-sqlite3 does it, whose entry loads that library itself; libsql has the same calls.
  const session = new BetterSQLiteSession(client as never, dialect, undefined, {})
  const db = new BaseSQLiteDatabase("sync", dialect, session as never, undefined)
  const t = drizzleProducts
  const where = (price: number | ReturnType<typeof sql.placeholder>) => and(gt(t.price, price as number), eq(t.active, true))
  const value = (name: string): never => sql.placeholder(name) as never
  const names = ["id", "name", "description", "price", "stock", "active", "tags", "categoryId", "createdAt", "updatedAt"] as const
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
    list: db
      .select()
      .from(t)
      .where(where(sql.placeholder("price")))
      .orderBy(asc(t.price), asc(t.id))
      .limit(listed)
      .prepare(),
    count: db.select({ n: sql`count(*)` }).from(t).where(eq(t.active, true)).prepare(),
  }
  const insert = (product: Values): unknown => (prepared ? statements.insert.run({ ...product }) : db.insert(t).values(product).run())
  const get = (id: string): unknown => (prepared ? statements.get.get({ id }) : db.select().from(t).where(eq(t.id, id)).get())
  return {
    get,
    insert: i => insert(newProduct(i)),
    update(id, i) {
      get(id)
      const changes = { price: i, stock: i % 40, updatedAt: new Date() }
      return prepared ? statements.update.run({ ...changes, id }) : db.update(t).set(changes).where(eq(t.id, id)).run()
    },
    list: price =>
      prepared
        ? statements.list.all({ price })
        : db.select().from(t).where(where(price)).orderBy(asc(t.price), asc(t.id)).limit(listed).all(),
    count: () => (prepared ? statements.count.get() : db.select({ n: sql`count(*)` }).from(t).where(eq(t.active, true)).get()),
    insertMany(i) {
      client.exec("begin immediate")
      for (let n = 0; n < bulk; n++) insert(newProduct(i))
      client.exec("commit")
    },
    close: () => client.close(),
  }
}

async function typeorm(): Promise<Side> {
  // Takes seconds to load: only the process that measures it does.
  const { DataSource, EntitySchema } = await import("typeorm")
  const typeormProduct = new EntitySchema<Values>({
    name: "Product",
    tableName: "products",
    columns: {
      id: { type: "text", primary: true },
      name: { type: "text" },
      description: { type: "text" },
      price: { type: "real" },
      stock: { type: "integer" },
      active: { type: "boolean" },
      tags: { type: "simple-json" },
      categoryId: { type: "text", name: "category_id", nullable: true },
      createdAt: { type: "datetime", name: "created_at" },
      updatedAt: { type: "datetime", name: "updated_at" },
    },
    indices: [{ columns: ["price"] }],
  })
  const source = new DataSource({
    type: "better-sqlite3",
    database: ":memory:",
    driver: libsql,
    entities: [typeormProduct],
    synchronize: true,
    enableWAL: false,
  } as never)
  await source.initialize()
  const products = source.getRepository(typeormProduct)
  made = 0
  for (let i = 0; i < rows; i += bulk) await products.insert(Array.from({ length: bulk }, (_, n) => newProduct(i + n)).slice(0, bulk))
  return {
    get: id => products.findOneBy({ id }),
    insert: i => products.insert(newProduct(i)),
    async update(id, i) {
      const product = (await products.findOneBy({ id })) as Values
      product.price = i
      product.stock = i % 40
      product.updatedAt = new Date()
      return products.save(product)
    },
    list: price =>
      products
        .createQueryBuilder("p")
        .where("p.price > :price and p.active = :active", { price, active: 1 })
        .orderBy("p.price")
        .addOrderBy("p.id")
        .limit(listed)
        .getMany(),
    count: () => products.countBy({ active: true }),
    insertMany: i =>
      source.transaction(manager =>
        manager.insert(
          typeormProduct,
          Array.from({ length: bulk }, () => newProduct(i)),
        ),
      ),
    close: () => source.destroy(),
  }
}

type Case = (side: Side, i: number) => unknown
const cases: readonly (readonly [name: string, goal: number, run: Case])[] = [
  ["get", 1.35, (side, i) => side.get(idAt(i))],
  ["insert", 1.2, (side, i) => side.insert(i)],
  ["load, change, save", 1.2, (side, i) => side.update(idAt(i), i)],
  ["list 100", 1.15, (side, i) => side.list((i * 37) % 9000)],
  ["count", 1.1, side => side.count()],
  ["1000 inserts in a transaction", 1.25, (side, i) => side.insertMany(i)],
]

const makers = {
  "raw libsql": raw,
  kysely,
  drizzle: () => drizzle(false),
  "drizzle prepared": () => drizzle(true),
  typeorm,
} satisfies Record<string, () => Side | Promise<Side>>

/** Opens its database in the process that measures it. */
function contender(name: string, open: () => Side | Promise<Side>, run: Case): Contender {
  let side: Side
  return {
    name,
    async setup() {
      side = await open()
    },
    run: i => run(side, i),
    close: () => side.close(),
  }
}

const comparisons = cases.map(
  ([name, max, run]): Comparison => ({
    case: name,
    ours: contender("entity", ours, run),
    rivals: Object.entries(makers).map(([rival, open]) => ({
      ...contender(rival, open, run),
      ...(rival === "raw libsql" ? { goal: { max } } : {}),
    })),
  }),
)

await bench("sql", comparisons, { isolate: true, rounds: 9, warmupMs: 1500 })
