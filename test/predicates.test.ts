// Conditions on relations and inside of JSON, left joins and increments: the same on every store, and between stores.
import {
  type Change,
  Entity,
  field,
  increment,
  memory,
  ref,
  type Store,
  unitOfWork,
  withStores,
} from "nitro-ts/entity"
import { postgres } from "nitro-ts/postgres"
import { sqlite } from "nitro-ts/sqlite"
import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest"
import { z } from "zod"
import { MapStore } from "./support/map-store.ts"
import { postgresMissing, testDatabase } from "./support/postgres.ts"

class Category extends Entity("Category", {
  name: z.string(),
  parentId: ref("Category").nullable().default(null),
}) {
  get products() {
    return this.hasMany(Product, "categoryId")
  }
  get parent() {
    return this.belongsTo(Category, "parentId")
  }
  get children() {
    return this.hasMany(Category, "parentId")
  }
}
class Product extends Entity("Product", {
  name: z.string(),
  price: z.number().default(1),
  stock: z.int().nullable().default(0),
  sold: z.bigint().default(0n),
  secret: z.string().nullable().default(null),
  data: z.json().nullable().default(null),
  categoryId: ref("Category").nullable().default(null),
}) {
  get category() {
    return this.belongsTo(Category, "categoryId")
  }
  get tags() {
    return this.manyToMany(Tag, { through: ProductTag })
  }
  get manual() {
    return this.hasOne(Manual, "productId")
  }
  get label() {
    return this.name.toUpperCase()
  }
}
class Tag extends Entity("Tag", { name: z.string() }, { softDelete: true }) {
  get products() {
    return this.manyToMany(Product, { through: ProductTag })
  }
}
class ProductTag extends Entity("ProductTag", { productId: ref("Product"), tagId: ref("Tag") }) {}
class Manual extends Entity("Manual", {
  productId: ref("Product"),
  pages: z.int(),
  note: z.string().nullable().default(null),
}) {}

const json: Record<string, unknown> = {
  A: {
    color: { name: "red", "a.b": 1, 'q"u\\o': { x: true } },
    list: [1, "two", null, [3.5]],
    n: 5,
  },
  B: { color: { name: "Blue" }, list: [], n: "5", "": { "": "empty" }, é: "ü", "0": "zero" },
  C: { color: null, n: 0.1 + 0.2, flag: false, "\n": 1, constructor: "mine" },
  D: [10, 20],
  E: "red",
  F: 5,
}

async function seed(): Promise<void> {
  const all = await Category.create({ name: "All" })
  const [office, garden] = await Category.createMany(
    ["Office", "Garden"].map(name => ({ name, parentId: all.id })),
  )
  await Category.create({ name: "Empty" })
  const of: Record<string, string | null> = {
    A: office?.id ?? null,
    B: office?.id ?? null,
    C: garden?.id ?? null,
    D: all.id,
  }
  const products = await Product.createMany(
    [..."ABCDEF"].map((name, n) => ({
      name,
      price: n * 10,
      stock: n === 5 ? null : n,
      data: json[name] as never,
      categoryId: of[name] ?? null,
    })),
  )
  const [red, used, gone] = await Tag.createMany([
    { name: "red" },
    { name: "used" },
    { name: "gone" },
  ])
  const links = [
    [0, red],
    [0, used],
    [1, red],
    [2, gone],
  ] as const
  for (const [n, tag] of links)
    await ProductTag.create({ productId: products[n]?.id ?? "", tagId: tag?.id ?? "" })
  await gone?.delete()
  await Manual.create({ productId: products[0]?.id ?? "", pages: 7 })
  await Manual.create({ productId: products[3]?.id ?? "", pages: 30, note: "long" })
}

async function names(query: PromiseLike<readonly { name: string }[]>): Promise<string> {
  return (await query).map(({ name }) => name).join(" ")
}
const failing = (message: string | RegExp, code = "NITRO_QUERY") =>
  expect.objectContaining({ code, message: expect.stringMatching(message) })

type Stores = () => Record<string, Store> | Store
const places: Record<string, Stores> = {
  memory: () => memory(),
  sqlite: () => sqlite(":memory:"),
  "a store with the least that is asked of one": () => new MapStore(),
  "products in memory, the others in SQLite": () => {
    const others = sqlite(":memory:")
    return { Product: memory(), Category: others, Tag: others, ProductTag: others, Manual: others }
  },
  "categories and tags in a store of their own": () => {
    const [a, b, c] = [sqlite(":memory:"), memory(), new MapStore()]
    return { Product: a, Manual: a, ProductTag: b, Category: c, Tag: c }
  },
}
if (postgresMissing === undefined) {
  const database = await testDatabase(60)
  places["postgres"] = () => postgres({ url: database.emptySchema(), schema: "sync" })
  afterAll(() => database.remove())
} else console.log(`Skipped on Postgres: ${postgresMissing}`)

for (const [place, open] of Object.entries(places)) {
  describe(`on ${place}`, () => {
    let stores: Record<string, Store> | Store
    beforeEach(() => {
      stores = open()
    })
    afterEach(async () => {
      for (const store of new Set(
        "bind" in stores ? [stores as Store] : Object.values(stores as Record<string, Store>),
      ))
        await store.close()
    })
    const on = <T>(run: () => Promise<T>): Promise<T> =>
      withStores(stores as Store, async () => {
        await seed()
        return run()
      })

    it("asks for fields of what a relation to one leads to, at any depth", () =>
      on(async () => {
        expect(await names(Product.where(p => p.category.name.eq("Office")))).toBe("A B")
        expect(await names(Product.where(p => p.category.parent.name.eq("All")))).toBe("A B C")
        expect(await names(Product.where(p => p.manual.pages.gt(10)))).toBe("D")
        expect(
          await names(Product.where(p => p.category.name.startsWith("o").and(p.price.gt(5)))),
        ).toBe("B")
        expect(await names(Product.where(p => p.category.name.in(["Garden", "All"])))).toBe("C D")
        expect(await Product.count(p => p.category.name.eq("Office"))).toBe(2)
        expect(await Product.exists(p => p.category.name.eq("Nowhere"))).toBe(false)
      }))

    it("takes the fields of a missing target for null", () =>
      on(async () => {
        expect(await names(Product.where(p => p.category.name.ne("Office")))).toBe("C D E F")
        expect(await names(Product.where(p => p.category.name.eq("Office").not()))).toBe("C D E F")
        expect(await names(Product.where(p => p.category.id.isNull()))).toBe("E F")
        expect(await names(Product.where(p => p.category.id.isNotNull()))).toBe("A B C D")
        expect(await names(Product.where(p => p.category.parent.name.isNull()))).toBe("D E F")
        expect(await names(Product.where(p => p.category.parent.name.ne("All")))).toBe("D E F")
        expect(await names(Product.where(p => p.category.name.notIn(["Office", null])))).toBe("C D")
        expect(await names(Product.where(p => p.category.parent.name.in(["All", null])))).toBe(
          "A B C D E F",
        )
        expect(await names(Product.where(p => p.manual.note.isNull()))).toBe("A B C E F")
        expect(await names(Product.where(p => p.category.none()))).toBe("E F")
      }))

    it("asks which of many match: some, every, none", () =>
      on(async () => {
        expect(await names(Category.where(c => c.products.some(p => p.price.gt(5))))).toBe(
          "All Office Garden",
        )
        expect(
          await names(Category.where(c => c.products.some(p => p.price.gt(5).and(p.price.lt(15))))),
        ).toBe("Office")
        expect(await names(Category.where(c => c.products.every(p => p.price.gt(5))))).toBe(
          "All Garden Empty",
        )
        expect(await names(Category.where(c => c.products.none(p => p.price.gt(15))))).toBe(
          "Office Empty",
        )
        expect(await names(Category.where(c => c.products.none()))).toBe("Empty")
        expect(await names(Category.where(c => c.products.some()))).toBe("All Office Garden")
        expect(
          await names(
            Category.where(c => c.children.some(d => d.products.some(p => p.manual.pages.eq(7)))),
          ),
        ).toBe("All")
        expect(
          await names(Category.where(c => c.products.some({ price: 10 }).or(c.name.eq("Empty")))),
        ).toBe("Office Empty")
        expect(
          await names(
            Category.where(c => c.products.some({ price: 10 }).and(c.children.none()).not()),
          ),
        ).toBe("All Garden Empty")
      }))

    it("asks over the rows between, and not for what was deleted softly", () =>
      on(async () => {
        expect(await names(Product.where(p => p.tags.some(t => t.name.eq("red"))))).toBe("A B")
        expect(await names(Product.where(p => p.tags.some(t => t.name.eq("gone"))))).toBe("")
        expect(await names(Product.where(p => p.tags.every(t => t.name.eq("red"))))).toBe(
          "B C D E F",
        )
        expect(await names(Product.where(p => p.tags.none()))).toBe("C D E F")
        expect(
          await names(Tag.where(t => t.products.some(p => p.category.name.eq("Office")))),
        ).toBe("red used")
        expect(await names(Tag.onlyDeleted().where(t => t.products.some()))).toBe("gone")
      }))

    it("asks the same by objects", () =>
      on(async () => {
        expect(
          await names(
            Product.where({
              category: { name: "Office", parent: { name: "All" } },
              price: { lt: 5 },
            }),
          ),
        ).toBe("A")
        expect(await names(Product.filter({ category: null }))).toBe("E F")
        expect(await names(Product.filter({ category: { parent: null } }))).toBe("D E F")
        expect(
          await names(Product.filter({ tags: { some: { name: "red" }, none: { name: "used" } } })),
        ).toBe("B")
        expect(await names(Category.filter({ products: { every: p => p.price.gt(5) } }))).toBe(
          "All Garden Empty",
        )
        expect(await names(Product.filter({ data: { path: ["color", "name"], eq: "red" } }))).toBe(
          "A",
        )
      }))

    it("orders, pages, counts, groups, streams and loads along what such a condition finds", () =>
      on(async () => {
        const office = Product.where(p => p.category.parent.name.eq("All"))
        expect(await names(office.orderBy("-price").limit(2))).toBe("C B")
        const page = await office.page({ size: 2 })
        expect(await names(Promise.resolve(page.items))).toBe("A B")
        expect(
          await names(office.page({ size: 2, after: page.next }).then(({ items }) => items)),
        ).toBe("C")
        expect((await office.page({ size: 2, number: 1 })).total).toBe(3)
        expect(await office.sum("price")).toBe(30)
        expect(
          (await office.groupBy("categoryId", { count: true })).map(({ count }) => count).sort(),
        ).toEqual([1, 2])
        expect(await office.select("name")).toEqual([{ name: "A" }, { name: "B" }, { name: "C" }])
        const streamed: string[] = []
        for await (const { name } of office.stream({ batchSize: 1 })) streamed.push(name)
        expect(streamed).toEqual(["A", "B", "C"])
        expect((await office.with("category")).map(p => p.category.loaded?.name)).toEqual([
          "Office",
          "Office",
          "Garden",
        ])
        const spec = Product.spec(p => p.category.name.eq("Office"))
        expect(await names(Product.filter(spec.not()))).toBe("C D E F")
        const [a] = await Product.where({ name: "A" })
        expect(() => spec.isSatisfiedBy(a as Product)).toThrow(
          failing("cannot be evaluated from the entity alone"),
        )
      }))

    it("updates and deletes what such a condition finds", () =>
      on(async () => {
        expect(await Product.updateWhere(p => p.category.name.eq("Office"), { price: 99 })).toBe(2)
        expect(await names(Product.where({ price: 99 }))).toBe("A B")
        expect(await Manual.deleteWhere({ pages: 30 })).toBe(1)
        expect(
          await Product.deleteWhere(p => p.category.name.eq("All").and(p.manual.id.isNull())),
        ).toBe(1)
        expect(await names(Product.all())).toBe("A B C E F")
      }))

    it("asks of a manyToMany as of any query", () =>
      on(async () => {
        const a = (await Product.findBy({ name: "A" })) as Product
        expect(await names(a.tags)).toBe("red used")
        expect(await names(a.tags.orderBy("-name"))).toBe("used red")
        expect(await names(a.tags.where(t => t.name.startsWith("r")))).toBe("red")
        expect(await a.tags.count()).toBe(2)
        expect((await a.tags.page({ size: 1 })).items.map(({ name }) => name)).toEqual(["red"])
        expect((await a.tags.first())?.name).toBe("red")
        const c = (await Product.findBy({ name: "C" })) as Product
        expect(await c.tags.exists()).toBe(false)
        expect(await names(c.tags.withDeleted())).toBe("gone")
        const streamed: string[] = []
        for await (const tag of a.tags) streamed.push(tag.name)
        expect(streamed).toEqual(["red", "used"])
      }))

    it("looks inside of JSON", () =>
      on(async () => {
        expect(await names(Product.where(p => p.data.path("color", "name").eq("red")))).toBe("A")
        expect(await names(Product.where(p => p.data.path("color", "name").contains("E")))).toBe(
          "A B",
        )
        expect(await names(Product.where(p => p.data.path("color").path("a.b").eq(1)))).toBe("A")
        expect(await names(Product.where(p => p.data.path("color", 'q"u\\o', "x").eq(true)))).toBe(
          "A",
        )
        expect(await names(Product.where(p => p.data.path("color", 'q"u\\o', "x").isNull()))).toBe(
          "B C D E F",
        )
        expect(await names(Product.where(p => p.data.path("list", 1).eq("two")))).toBe("A")
        expect(await names(Product.where(p => p.data.path("list", 3).path(0).between(3, 4)))).toBe(
          "A",
        )
        expect(await names(Product.where(p => p.data.path("n").eq(5)))).toBe("A")
        expect(await names(Product.where(p => p.data.path("n").eq("5")))).toBe("B")
        expect(await names(Product.where(p => p.data.path("n").eq(0.1 + 0.2)))).toBe("C")
        expect(await names(Product.where(p => p.data.path("n").in([0.1 + 0.2, "5"])))).toBe("B C")
        expect(await names(Product.where(p => p.data.path("n").lt(4)))).toBe("C")
        expect(await names(Product.where(p => p.data.path("n").ne(5)))).toBe("B C D E F")
        expect(await names(Product.where(p => p.data.path("n").isNull()))).toBe("D E F")
        expect(await names(Product.where(p => p.data.path("n").eq(null)))).toBe("D E F")
        expect(await names(Product.where(p => p.data.path("color").isNull()))).toBe("C D E F")
        expect(await names(Product.where(p => p.data.path("flag").eq(false)))).toBe("C")
        expect(await names(Product.where(p => p.data.path("flag").eq(0)))).toBe("")
        expect(await names(Product.where(p => p.data.path("", "").eq("empty")))).toBe("B")
        expect(await names(Product.where(p => p.data.path("é").eq("ü")))).toBe("B")
        expect(await names(Product.where(p => p.data.path("\n").eq(1)))).toBe("C")
        expect(await names(Product.where(p => p.data.path("constructor").eq("mine")))).toBe("C")
        expect(await names(Product.where(p => p.data.path("__proto__").isNull()))).toBe(
          "A B C D E F",
        )
        expect(await names(Product.where(p => p.data.path(0).eq(10)))).toBe("D")
        expect(await names(Product.where(p => p.data.path("0").eq("zero")))).toBe("B")
        expect(await names(Product.where(p => p.data.path().eq("red")))).toBe("E")
        expect(await names(Product.where(p => p.data.path().gte(5)))).toBe("F")
        expect(await names(Product.where(p => p.data.path("x' or 1=1 --").eq("' or 1=1 --")))).toBe(
          "",
        )
        expect(await names(Product.where(p => p.data.path("$", "*", "a]").isNotNull()))).toBe("")
        expect(await names(Category.where(c => c.products.some(p => p.data.path("n").eq(5))))).toBe(
          "Office",
        )
      }))

    it("pairs every entity, also with none", () =>
      on(async () => {
        const pairs = await Product.leftJoin(Category, (p, c) => p.categoryId.eq(c.id)).orderBy(
          "right",
          "name",
        )
        expect(pairs.map(([p, c]) => `${p.name}:${c?.name ?? "-"}`).join(" ")).toBe(
          "D:All C:Garden A:Office B:Office E:- F:-",
        )
        const few = Product.leftJoin(Category, (p, c) =>
          p.categoryId.eq(c.id).and(c.name.eq("Office")),
        )
        const text = async (
          query: PromiseLike<[Product, Category | undefined][]>,
        ): Promise<string> => (await query).map(([p, c]) => `${p.name}:${c?.name ?? "-"}`).join(" ")
        expect(await text(few)).toBe("A:Office B:Office C:- D:- E:- F:-")
        expect(await text(few.where((p, c) => c.name.ne("Office").and(p.price.lt(35))))).toBe(
          "C:- D:-",
        )
        expect(
          await text(
            few
              .where((_, c) => c.id.isNull())
              .limit(2)
              .offset(1),
          ),
        ).toBe("D:- E:-")
        expect(
          await text(
            few.where((p, c) => p.tags.some({ name: "red" }).and(c.parent.name.eq("All"))),
          ),
        ).toBe("A:Office B:Office")
        expect((await few.where((_, c) => c.id.isNull()).first())?.[1]).toBe(undefined)
        const tags = await ProductTag.leftJoin(Tag, (l, t) => l.tagId.eq(t.id))
        expect(tags.map(([, tag]) => tag?.name ?? "-").join(" ")).toBe("red used red -")
        const inner = await Product.join(Category, (p, c) =>
          p.categoryId.eq(c.id).and(c.parent.name.eq("All")),
        )
        expect(inner.map(([p]) => p.name).join(" ")).toBe("A B C")
      }))

    it("adds to numbers without lost updates", () =>
      on(async () => {
        if (stores instanceof MapStore) {
          const adding = Product.updateWhere({ name: "B" }, { stock: increment(1) })
          await expect(adding).rejects.toThrow(failing("in one step", "NITRO_CAPABILITY"))
          return
        }
        await Promise.all(
          Array.from({ length: 10 }, () =>
            Product.updateWhere({ name: "B" }, { stock: increment(-2), sold: increment(3n) }),
          ),
        )
        const b = await Product.findBy({ name: "B" })
        expect([b?.stock, b?.sold]).toEqual([-19, 30n])
        expect(
          await Product.updateWhere(
            { name: ["E", "F"] },
            { stock: increment(1), price: increment(0.5), secret: "x" },
          ),
        ).toBe(2)
        expect(
          (await Product.where({ name: ["E", "F"] })).map(p => [p.stock, p.price, p.secret]),
        ).toEqual([
          [5, 40.5, "x"],
          [null, 50.5, "x"],
        ])
        const told: Change[] = []
        const end = Product.observe(change => told.push(change as unknown as Change))
        await Promise.all(
          Array.from({ length: 5 }, () =>
            Product.updateWhere({ name: "A" }, { stock: increment(1) }),
          ),
        )
        end()
        expect(told.map(({ after }) => (after as unknown as Product).stock).sort()).toEqual([
          1, 2, 3, 4, 5,
        ])
        expect((await Product.findBy({ name: "A" }))?.stock).toBe(5)
        await expect(
          Product.updateWhere({ name: "A" }, { stock: increment(Number.MAX_SAFE_INTEGER) }),
        ).rejects.toThrow(failing("", "NITRO_VALUE_UNSUPPORTED"))
        await expect(
          Product.updateWhere({ name: "B" }, { sold: increment(2n ** 63n - 1n) }),
        ).rejects.toThrow(failing("", "NITRO_VALUE_UNSUPPORTED"))
        expect((await Product.findBy({ name: "A" }))?.stock).toBe(5)
      }))

    it("asks inside of a unit of work for what it wrote", () =>
      on(() =>
        unitOfWork(async () => {
          const empty = (await Category.findBy({ name: "Empty" })) as Category
          await Product.create({ name: "G", categoryId: empty.id })
          expect(await names(Product.where(p => p.category.name.eq("Empty")))).toBe("G")
          expect(await names(Category.where(c => c.products.none()))).toBe("")
        }),
      ))
  })
}

// Ids that are made of several fields have no column: what points to them is looked up.
class Order extends Entity(
  "Order",
  { shop: z.string(), number: z.int(), total: z.number().default(0) },
  { id: ["shop", "number"] },
) {
  get lines() {
    return this.hasMany(Line, "orderId")
  }
}
class Line extends Entity("Line", { orderId: ref("Order"), sku: ref("Item") }) {
  get order() {
    return this.belongsTo(Order, "orderId")
  }
  get item() {
    return this.belongsTo(Item, "sku")
  }
}
class Item extends Entity("Item", { sku: z.string(), price: z.number() }, { id: ["sku"] }) {
  get lines() {
    return this.hasMany(Line, "sku")
  }
}

describe("conditions on entities with keys of their own", () => {
  for (const [name, open] of Object.entries({
    memory,
    sqlite: () => sqlite(":memory:"),
    map: () => new MapStore(),
  })) {
    it(`follow relations on ${name}`, async () => {
      const store = open()
      await withStores(store, async () => {
        await Item.createMany([
          { sku: "a", price: 1 },
          { sku: "b", price: 2 },
        ])
        await Order.createMany([1, 2, 3].map(number => ({ shop: "x~y", number, total: number })))
        const [one, two] = await Order.all()
        await Line.createMany([
          { orderId: one?.id ?? "", sku: "a" },
          { orderId: two?.id ?? "", sku: "b" },
        ])
        const numbers = async (query: PromiseLike<readonly Order[]>) =>
          (await query).map(({ number }) => number)
        expect(await numbers(Order.where(o => o.lines.some(l => l.item.price.gt(1))))).toEqual([2])
        expect(await numbers(Order.where(o => o.lines.none()))).toEqual([3])
        expect((await Line.where(l => l.order.total.eq(1))).map(({ sku }) => sku)).toEqual(["a"])
        expect(
          (await Item.where(i => i.lines.some(l => l.order.number.eq(2)))).map(({ sku }) => sku),
        ).toEqual(["b"])
        expect(() => Order.leftJoin(Line, (o, l) => o.id.eq(l.orderId))).toThrow(
          failing("is made of"),
        )
      })
      await store.close()
    })
  }
})

describe("a condition", () => {
  it("refuses unknown names with a suggestion, at every depth", () => {
    const ask =
      (
        build: (
          p: Record<string, Record<string, Record<string, (value?: unknown) => never>>>,
        ) => unknown,
      ) =>
      () =>
        Product.where(build as never)
    const fix = (code: string, text: string) => expect.objectContaining({ code, fix: text })
    expect(ask(p => p["categry"]?.["name"]?.["eq"]?.("x"))).toThrow(
      fix("NITRO_UNKNOWN_FIELD", 'Did you mean "category"?'),
    )
    expect(ask(p => p["category"]?.["nmae"]?.["eq"]?.("x"))).toThrow(
      fix("NITRO_UNKNOWN_FIELD", 'Did you mean "name"?'),
    )
    expect(ask(p => p["label"]?.["eq"]?.["x"])).toThrow(
      expect.objectContaining({ code: "NITRO_UNKNOWN_FIELD" }),
    )
    expect(() => Product.where({ categry: { name: "x" } } as never)).toThrow(
      fix("NITRO_UNKNOWN_FIELD", 'Did you mean "category"?'),
    )
    expect(() => Product.where({ tags: { sme: {} } } as never)).toThrow(
      fix("NITRO_QUERY", 'Did you mean "some"?'),
    )
    expect(() => Product.where({ tags: {} } as never)).toThrow(failing("leads to several"))
    expect(() => Product.where({ category: {} })).toThrow(failing("is empty"))
    expect(() => Category.where(c => c.products.every({}))).toThrow(failing("needs a condition"))
  })

  it("compares fields of one entity alone", () => {
    expect(() => Product.where(p => p.category.name.eq(p.name))).toThrow(
      failing("a field of another entity"),
    )
    expect(() => Category.where(c => c.products.some(p => p.name.eq(c.name)))).toThrow(
      failing("a field of another entity"),
    )
    expect(() => Category.where(c => c.products.some(() => c.name.eq("x")))).toThrow(
      failing("cannot be used with Product"),
    )
  })

  it("refuses paths that no JSON has", () => {
    const path =
      (...keys: unknown[]) =>
      () =>
        Product.where(p =>
          (p.data.path as unknown as (...keys: unknown[]) => { eq(v: number): never })(...keys).eq(
            1,
          ),
        )
    expect(path(-1)).toThrow(failing("a key or a position"))
    expect(path(1.5)).toThrow(failing("a key or a position"))
    expect(path(null)).toThrow(failing("a key or a position"))
    expect(path("\0")).toThrow(failing("a key or a position"))
    expect(path(...Array(33).fill("a"))).toThrow(failing("33 steps"))
    expect(() => Product.where(p => p.data.path("a").eq(Number.NaN))).toThrow(
      failing("needs text, a number"),
    )
    expect(() => Product.where({ data: { path: ["a"] } } as never)).toThrow(failing("says nothing"))
    expect(() => Product.where({ data: { path: ["a"], qe: 1 } } as never)).toThrow(
      expect.objectContaining({ fix: 'Did you mean "eq"?' }),
    )
  })

  it("never looks at what is encrypted, wherever it stands", () => {
    class Owner extends Entity("Owner", { pin: field(z.string(), { encrypted: true }) }) {
      get things() {
        return this.hasMany(Thing, "ownerId")
      }
    }
    class Thing extends Entity("Thing", { ownerId: ref("Owner") }) {
      get owner() {
        return this.belongsTo(Owner, "ownerId")
      }
    }
    expect(() => Thing.where(t => t.owner.pin.eq("1"))).toThrow(failing("is encrypted"))
    expect(() => Thing.where({ owner: { pin: { startsWith: "1" } } })).toThrow(
      failing("is encrypted"),
    )
    expect(() => Owner.where(o => o.things.some(t => t.owner.pin.ne("1")))).toThrow(
      failing("is encrypted"),
    )
  })

  it("is plain data", () => {
    const { where } = Product.where(p =>
      p.category.name.eq("Office").and(p.data.path("a", 0).eq("x")),
    ).plan
    expect(JSON.parse(JSON.stringify(where))).toEqual({
      op: "and",
      of: [
        {
          op: "some",
          rows: { entity: "Category", local: "categoryId", remote: "id" },
          where: { op: "eq", field: "name", value: "Office" },
        },
        { op: "json", field: "data", path: ["a", 0], test: "eq", value: "x" },
      ],
    })
    expect(Product.all().entity).toBe(Product)
  })

  it("looks up so many values of another store and no more", async () => {
    const other = memory()
    await withStores({ Product: sqlite(":memory:"), Category: other }, async () => {
      await Category.createMany(Array.from({ length: 10_001 }, (_, n) => ({ name: `c${n % 2}` })))
      expect(await Product.count(p => p.category.name.eq("c0"))).toBe(0)
      await expect(Product.count(p => p.category.name.startsWith("c"))).rejects.toThrow(
        failing("more than 10000 categories"),
      )
    })
    await other.close()
  })

  it("is refused inside of JSON where the store cannot look", async () => {
    const store = new MapStore()
    Object.defineProperty(store, "capabilities", {
      value: { ...store.capabilities, jsonPaths: false },
    })
    await withStores(store, async () => {
      await expect(Product.count(p => p.data.path("a").eq(1))).rejects.toThrow(
        failing("jsonPaths", "NITRO_CAPABILITY"),
      )
    })
  })
})
