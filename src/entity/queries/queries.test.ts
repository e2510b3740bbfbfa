// Everything that a query gives besides entities, on the store in memory: the same classes run on SQL in store-suites.
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { z } from "zod"
import { Entity, field, memory, observeChanges } from "../index.ts"
import type { Repository } from "../store.ts"

class Category extends Entity("Category", { name: z.string() }, { unique: ["name"] }) {
  static store = memory()
}
class Product extends Entity(
  "Product",
  {
    name: z.string().min(1),
    price: z.number().nullable().default(null),
    stock: z.int().default(0),
    limit: z.int().default(0),
    order: z.string().nullable().default(null),
    where: z.boolean().default(false),
    since: z.date().nullable().default(null),
    big: z.bigint().default(0n),
    tags: z.array(z.string()).default([]),
    note: z.string().optional(),
    categoryId: z.string().nullable().default(null),
  },
  { unique: ["name"], timestamps: true, version: true },
) {
  static store = memory()
}

/** The methods of a store, to put one's own over some. */
function bound(repository: Repository) {
  return {
    get: repository.get.bind(repository),
    count: repository.count.bind(repository),
    write: repository.write.bind(repository),
    deleteWhere: repository.deleteWhere.bind(repository),
  }
}

const code = (expected: string) => expect.objectContaining({ code: expected })
const queryError = code("NITRO_QUERY")

beforeEach(async () => {
  const [office, home] = (await Category.createMany([
    { name: "Office" },
    { name: "Home" },
    { name: "Empty" },
  ])) as [Category, Category]
  await Product.createMany([
    {
      name: "desk",
      price: 99,
      stock: 3,
      limit: 5,
      since: new Date(1000),
      big: 5n,
      categoryId: office.id,
      where: true,
    },
    { name: "lamp", price: 20, stock: 0, big: 2n ** 60n, categoryId: office.id },
    {
      name: "chair",
      price: 50,
      stock: 3,
      limit: 3,
      since: new Date(3000),
      categoryId: office.id,
      note: "blue",
    },
    { name: "bed", price: 300, stock: 1, limit: 9, categoryId: home.id },
    { name: "rug", stock: 12, order: "x" },
  ])
})
afterEach(async () => {
  await Product.deleteWhere({}, { all: true })
  await Category.deleteWhere({}, { all: true })
})

describe("pages", () => {
  it("give items and a cursor to the next, and none on the last full page", async () => {
    const byName = Product.all().orderBy("name")
    const first = await byName.page({ size: 2 })
    expect(first.items.map(p => p.name)).toEqual(["bed", "chair"])
    const second = await byName.page({ size: 2, after: first.next })
    expect(second.items.map(p => p.name)).toEqual(["desk", "lamp"])
    const third = await byName.page({ size: 2, after: second.next })
    expect(third.items.map(p => p.name)).toEqual(["rug"])
    expect(third).not.toHaveProperty("next")
    expect(await byName.page({ size: 5 })).not.toHaveProperty("next")
  })

  it("meet every row once, through ties and nulls, in any order", async () => {
    for (const order of [
      "price",
      "-price",
      "since",
      "-since",
      "stock",
      "-stock",
      "order",
      "-order",
      "where",
      "big",
      "-id",
    ] as const) {
      const query = Product.all().orderBy(order).orderBy("-limit")
      const all = (await query).map(p => p.id)
      const found: string[] = []
      let after: string | undefined
      do {
        const page = await query.page({ size: 2, after })
        found.push(...page.items.map(p => p.id))
        after = page.next
      } while (after !== undefined)
      expect({ order, found }).toEqual({ order, found: all })
    }
  })

  it("stay in place while rows before them come and go", async () => {
    const byName = Product.all().orderBy("name")
    const { next } = await byName.page({ size: 2 })
    await Product.create({ name: "aaa" })
    await Product.deleteWhere({ name: "bed" })
    expect((await byName.page({ size: 2, after: next })).items.map(p => p.name)).toEqual([
      "desk",
      "lamp",
    ])
  })

  it("go by number too, with totals", async () => {
    const byName = Product.where(p => p.stock.gt(0)).orderBy("name")
    const { items, ...rest } = await byName.page({ size: 3, number: 1 })
    expect(items.map(p => p.name)).toEqual(["bed", "chair", "desk"])
    expect(rest).toEqual({ number: 1, size: 3, total: 4, pages: 2, next: 2 })
    const last = await byName.page({ size: 2, number: 2 })
    expect(last.items.map(p => p.name)).toEqual(["desk", "rug"])
    expect(last).not.toHaveProperty("next")
    expect(await byName.page({ size: 2, number: 9 })).toEqual({
      items: [],
      number: 9,
      size: 2,
      total: 4,
      pages: 2,
    })
  })

  it("refuse cursors of other orders, damaged ones, and requests that make no sense", async () => {
    const { next } = await Product.all().orderBy("name").page({ size: 2 })
    for (const request of [
      () => Product.all().orderBy("price").page({ size: 2, after: next }),
      () => Category.all().page({ size: 2, after: next }),
      () => Product.all().orderBy("name").page({ size: 2, after: "nonsense" }),
      () =>
        Product.all()
          .orderBy("name")
          .page({ size: 2, after: Buffer.from('["Product,name,id",1,{}]').toString("base64url") }),
      () =>
        Product.all()
          .orderBy("since")
          .page({
            size: 2,
            after: Buffer.from('["Product,since,id","x","y"]').toString("base64url"),
          }),
      () => Product.all().page({ size: 0 }),
      () => Product.all().page({ size: 2.5 }),
      () => Product.all().page({ size: 2, number: 0 }),
      () => Product.all().limit(3).page({ size: 2 }),
      () => Product.all().page({ size: 2, page: 2 } as never),
      () => Product.all().page({ size: 2, number: 2, after: next } as never),
    ]) {
      await expect(request()).rejects.toEqual(queryError)
    }
  })
})

describe("private fields", () => {
  class Account extends Entity("Account", {
    name: z.string(),
    pin: field(z.string(), { hidden: true }).default("0000"),
    token: field(z.string(), { encrypted: true }).default("t"),
  }) {
    static store = memory()
  }

  it("are not revealed by cursors", async () => {
    await expect(Account.all().orderBy("pin").page({ size: 1 })).rejects.toEqual(queryError)
    expect(await Account.all().orderBy("pin").page({ size: 1, number: 1 })).toMatchObject({
      total: 0,
    })
  })

  it("are not grouped or compared where they are encrypted", async () => {
    expect(() => Account.all().groupBy("token", { count: true })).toThrow(queryError)
    expect(() => Account.all().select("token").distinct()).toThrow(queryError)
    await expect(Account.all().max("token")).rejects.toEqual(queryError)
  })
})

describe("plain values", () => {
  it("are objects with the selected fields", async () => {
    expect(
      await Product.where({ stock: 3 }).orderBy("name").select("name", "since", "tags", "note"),
    ).toEqual([
      { name: "chair", since: new Date(3000), tags: [], note: "blue" },
      { name: "desk", since: new Date(1000), tags: [], note: undefined },
    ])
    expect(await Product.all().select("name").orderBy("-stock").limit(2).offset(1)).toEqual([
      { name: "desk" },
      { name: "chair" },
    ])
    expect(await Product.all().orderBy("name").select("name").first()).toEqual({ name: "bed" })
    expect(() => Product.all().select("prise" as never)).toThrow(code("NITRO_UNKNOWN_FIELD"))
    expect(() => Product.all().select()).toThrow(queryError)
  })

  it("are distinct by an option, null among them, in order", async () => {
    expect(await Product.all().select("stock").distinct()).toEqual([
      { stock: 0 },
      { stock: 1 },
      { stock: 3 },
      { stock: 12 },
    ])
    expect(await Product.all().select("order").distinct().orderBy("-order")).toEqual([
      { order: null },
      { order: "x" },
    ])
    expect(await Product.all().select("stock", "limit").distinct().limit(2)).toEqual([
      { stock: 0, limit: 0 },
      { stock: 1, limit: 9 },
    ])
    expect(() => Product.all().select("stock").distinct().orderBy("name")).toThrow(queryError)
    expect(() => Product.all().select("tags").distinct()).toThrow(queryError)
  })
})

describe("aggregates", () => {
  it("sum, average and find extremes, nulls left out", async () => {
    const all = Product.all()
    expect(await all.sum("stock")).toBe(19)
    expect(await all.sum("big")).toBe(2n ** 60n + 5n)
    expect(await all.avg("price")).toBe(117.25)
    expect(await all.min("price")).toBe(20)
    expect(await all.max("since")).toEqual(new Date(3000))
    expect(await all.max("name")).toBe("rug")
    expect(await all.max("big")).toBe(2n ** 60n)
  })

  it("give 0 as the sum of nothing, and null for the others", async () => {
    const none = Product.where({ name: "none" })
    expect([
      await none.sum("stock"),
      await none.sum("big"),
      await none.avg("price"),
      await none.min("name"),
    ]).toEqual([0, 0n, null, null])
  })

  it("refuse fields that do not fit", async () => {
    await expect(Product.all().sum("name" as never)).rejects.toEqual(queryError)
    await expect(Product.all().max("tags" as never)).rejects.toEqual(queryError)
    await expect(Product.all().sum("stok" as never)).rejects.toMatchObject({
      code: "NITRO_UNKNOWN_FIELD",
      fix: 'Did you mean "stock"?',
    })
    await expect(Product.all().limit(2).sum("stock")).rejects.toEqual(queryError)
  })
})

describe("groups", () => {
  it("count and aggregate, null being a group", async () => {
    const groups = await Product.all().groupBy("stock", {
      count: true,
      sum: "price",
      names: { max: "name" },
      priced: { count: "price" },
    })
    expect(groups).toEqual([
      { stock: 0, count: 1, sum: 20, names: "lamp", priced: 1 },
      { stock: 1, count: 1, sum: 300, names: "bed", priced: 1 },
      { stock: 3, count: 2, sum: 149, names: "desk", priced: 2 },
      { stock: 12, count: 1, sum: 0, names: "rug", priced: 0 },
    ])
    const [office] = await Category.where({ name: "Office" })
    expect(
      await Product.all().groupBy(["categoryId"], { count: true }).orderBy("-count").first(),
    ).toEqual({
      categoryId: office?.id,
      count: 3,
    })
    expect(await Product.all().groupBy(["order", "where"], { count: true })).toHaveLength(3)
  })

  it("are kept by conditions on what they give", async () => {
    const groups = Product.all().groupBy("stock", { count: true, worth: { avg: "price" } })
    expect(await groups.having(g => g.count.gt(1))).toEqual([{ stock: 3, count: 2, worth: 74.5 }])
    expect(await groups.having({ worth: null })).toEqual([{ stock: 12, count: 1, worth: null }])
    expect(
      await groups
        .having(g => g.stock.lt(12))
        .orderBy("-worth")
        .limit(1)
        .offset(1),
    ).toEqual([{ stock: 3, count: 2, worth: 74.5 }])
  })

  it("refuse what is no aggregate, and orders before the grouping", () => {
    expect(() => Product.all().groupBy("stock", { total: true as never })).toThrow(queryError)
    expect(() => Product.all().groupBy("stock", { total: { sun: "price" } as never })).toThrow(
      /"sun" is not an aggregate/,
    )
    expect(() => Product.all().groupBy("tags", { count: true })).toThrow(queryError)
    expect(() => Product.all().groupBy("stock", { stock: { count: true } })).toThrow(queryError)
    expect(() => Product.all().orderBy("name").groupBy("stock", { count: true })).toThrow(
      queryError,
    )
    expect(() =>
      Product.all()
        .groupBy("stock", { count: true })
        .orderBy("name" as never),
    ).toThrow(code("NITRO_UNKNOWN_FIELD"))
  })
})

describe("exists", () => {
  it("checks by id or by condition", async () => {
    const [desk] = await Product.where({ name: "desk" })
    expect(await Product.exists(desk?.id ?? "")).toBe(true)
    expect(await Product.exists({ name: "lamp" })).toBe(true)
    expect(await Product.exists(p => p.stock.gt(100))).toBe(false)
    expect(await Product.where({ stock: 3 }).exists()).toBe(true)
    expect(await Product.exists(undefined as never)).toBe(false)
    expect(() => Product.exists({ stok: 3 } as never)).toThrow(code("NITRO_UNKNOWN_FIELD"))
  })
})

describe("updateWhere", () => {
  it("writes values to all matches, with a new version, and publishes each change", async () => {
    const [before] = await Product.where({ name: "desk" })
    const told: unknown[] = []
    const end = observeChanges(change =>
      told.push([
        change.op,
        change.before?.["limit"],
        (change.after as Product | undefined)?.limit,
      ]),
    )
    expect(await Product.updateWhere({ stock: 3 }, { limit: 7, since: null })).toBe(2)
    end()
    expect(told).toEqual([
      ["update", 5, 7],
      ["update", 3, 7],
    ])
    const [after] = await Product.where({ name: "desk" })
    expect([after?.limit, after?.since, after?.version]).toEqual([
      7,
      null,
      (before?.version ?? 0) + 1,
    ])
    expect(after?.updatedAt.getTime()).toBeGreaterThanOrEqual(before?.updatedAt.getTime() ?? 0)
    if (before) before.limit = 1
    await expect(before?.save()).rejects.toEqual(code("NITRO_STALE_ENTITY"))
  })

  it("validates, and refuses what it cannot write or what would be everything", async () => {
    await expect(Product.updateWhere({}, { limit: 1 })).rejects.toEqual(queryError)
    await expect(Product.updateWhere({ stock: 3 }, {})).rejects.toEqual(queryError)
    await expect(Product.updateWhere({ stock: 3 }, { name: "" })).rejects.toEqual(
      code("NITRO_VALIDATION"),
    )
    await expect(Product.updateWhere({ stock: 3 }, { nmae: "x" } as never)).rejects.toEqual(
      code("NITRO_UNKNOWN_FIELD"),
    )
    await expect(Product.updateWhere({ stock: 3 }, { id: "x" } as never)).rejects.toEqual(
      queryError,
    )
    await expect(Product.updateWhere({ stock: 3 }, { name: "same" })).rejects.toEqual(
      code("NITRO_DUPLICATE"),
    )
    expect(await Product.count({ name: "same" })).toBe(0)
    expect(await Product.updateWhere({}, { limit: 1 }, { all: true })).toBe(5)
  })

  it("runs hooks where there are any", async () => {
    class Hooked extends Entity("Hooked", { n: z.int(), twice: z.int().default(0) }) {
      static store = memory()
      beforeSave() {
        this.twice = this.n * 2
      }
    }
    await Hooked.createMany([{ n: 1 }, { n: 2 }])
    expect(await Hooked.updateWhere({ n: 1 }, { n: 5 })).toBe(1)
    expect((await Hooked.all()).map(({ twice }) => twice)).toEqual([10, 4])
  })
})

describe("upsert", () => {
  it("updates by a unique set or the id, else creates", async () => {
    const [desk] = await Product.where({ name: "desk" })
    const updated = await Product.upsert({ name: "desk", stock: 1 })
    expect([updated.id, updated.stock, updated.price, updated.version]).toEqual([
      desk?.id,
      1,
      99,
      2,
    ])
    const byId = await Product.upsert({ id: desk?.id, name: "table" })
    expect([byId.id, byId.name]).toEqual([desk?.id, "table"])
    const created = await Product.upsert({ name: "new", stock: 4 }, { by: "name" })
    expect([created.isNew, await Product.count()]).toEqual([false, 6])
    expect((await Product.upsert({ id: "mine", name: "other" })).id).toBe("mine")
  })

  it("creates once when several come at the same time", async () => {
    await Promise.all(
      Array.from({ length: 10 }, (_, n) => Product.upsert({ name: "raced", stock: n })),
    )
    expect(await Product.count({ name: "raced" })).toBe(1)
  })

  it("refuses keys that are missing or not unique", async () => {
    await expect(Category.upsert({} as never)).rejects.toEqual(queryError)
    await expect(Product.upsert({ name: "x", stock: 1 }, { by: "stock" })).rejects.toEqual(
      queryError,
    )
    await expect(Product.upsert({ name: "x" }, { by: "nmae" as never })).rejects.toEqual(
      code("NITRO_UNKNOWN_FIELD"),
    )
    await expect(Product.upsert({ name: "desk", stock: "many" } as never)).rejects.toEqual(
      code("NITRO_VALIDATION"),
    )
  })
})

describe("specifications", () => {
  const inStock = Product.spec(p => p.stock.gt(0))
  const affordable = (max: number) => Product.spec(p => p.price.lte(max))

  it("combine, query stores and test single entities", async () => {
    const [desk, lamp] = (await Product.all()) as [Product, Product]
    expect([
      inStock.isSatisfiedBy(desk),
      inStock.isSatisfiedBy(lamp),
      inStock.not().isSatisfiedBy(lamp),
    ]).toEqual([true, false, true])
    const wanted = inStock.and(affordable(100))
    expect((await Product.filter(wanted)).map(({ name }) => name)).toEqual(["desk", "chair"])
    expect((await Product.where(wanted.not()).orderBy("name")).map(({ name }) => name)).toEqual([
      "bed",
      "lamp",
      "rug",
    ])
    expect(await Product.where(inStock.or(affordable(20))).count()).toBe(5)
    expect(wanted.isSatisfiedBy(desk)).toBe(true)
  })

  it("are refused on other entities", () => {
    expect(() => Category.where(inStock)).toThrow(queryError)
    expect(() => inStock.and(Category.spec(c => c.name.eq("x")))).toThrow(queryError)
  })
})

describe("joins", () => {
  it("give pairs, by conditions on both", async () => {
    const pairs = Product.join(Category, (p, c) => p.categoryId.eq(c.id))
    expect(
      (await pairs.orderBy("right", "-name").orderBy("left", "name")).map(
        ([p, c]) => `${c.name} ${p.name}`,
      ),
    ).toEqual(["Office chair", "Office desk", "Office lamp", "Home bed"])
    const [pair] = await pairs.where((_, c) => c.name.eq("Home"))
    expect(pair?.[0]).toBeInstanceOf(Product)
    expect(pair?.[1]).toBeInstanceOf(Category)
    expect(
      await pairs
        .where((p, c) => c.name.eq("Office").and(p.price.lt(60)))
        .orderBy("left", "price")
        .limit(1)
        .offset(1),
    ).toHaveLength(1)
    expect((await pairs.orderBy("left", "-price").first())?.[0].name).toBe("bed")
  })

  it("join a class with itself, and by other tests than equality", async () => {
    const dearer = await Product.join(Product, (p, q) => p.price.lt(q.price))
      .where(p => p.name.eq("desk"))
      .orderBy("right", "price")
    expect(dearer.map(([p, q]) => `${p.name} ${q.name}`)).toEqual(["desk bed"])
  })

  it("refuse unknown fields and what is no condition", () => {
    expect(() =>
      Product.join(Category, p => (p as never as { prise: { isNull(): never } }).prise.isNull()),
    ).toThrow(code("NITRO_UNKNOWN_FIELD"))
    expect(() => Product.join(Category, () => true as never)).toThrow(queryError)
    expect(() =>
      Product.join(Category, (p, c) => p.categoryId.eq(c.id)).orderBy("right", "price" as never),
    ).toThrow(code("NITRO_UNKNOWN_FIELD"))
  })
})

describe("streams", () => {
  it("give all in order, in batches, with limit and offset", async () => {
    const read = async (query: AsyncIterable<Product>) => {
      const found: string[] = []
      for await (const product of query) found.push(product.name)
      return found.join(" ")
    }
    const byPrice = Product.all().orderBy("-price")
    expect(await read(byPrice.stream({ batchSize: 2 }))).toBe("rug bed desk chair lamp")
    expect(await read(byPrice.limit(3).offset(1).stream({ batchSize: 2 }))).toBe("bed desk chair")
    expect(await read(byPrice)).toBe("rug bed desk chair lamp")
    expect(() => Product.all().stream({ batchSize: 0 })).toThrow(queryError)
  })

  it("hold no more than a batch", async () => {
    const store = memory()
    let largest = 0
    class Item extends Entity("Item", { n: z.int() }) {
      static store = {
        name: store.name,
        capabilities: store.capabilities,
        encoding: store.encoding,
        bind(definition: Parameters<typeof store.bind>[0]) {
          const repository = store.bind(definition)
          const find: typeof repository.find = async plan => {
            const rows = await repository.find(plan)
            largest = Math.max(largest, rows.length)
            return rows
          }
          return { ...bound(repository), find }
        },
        begin: store.begin?.bind(store) as NonNullable<typeof store.begin>,
        close: () => store.close(),
      }
    }
    await Item.createMany(Array.from({ length: 3000 }, (_, n) => ({ n })))
    let sum = 0
    for await (const { n } of Item.all()) sum += n
    expect([sum, largest]).toEqual([(2999 * 3000) / 2, 500])
    expect(await Item.all().sum("n")).toBe(sum)
    expect(largest).toBe(1000)
  })
})

describe("raw statements", () => {
  it("need a SQL store, and a template", async () => {
    await expect(Product.sql`select * from products`).rejects.toEqual(code("NITRO_CAPABILITY"))
    await expect(Product.sql("select * from products" as never)).rejects.toEqual(queryError)
  })
})
