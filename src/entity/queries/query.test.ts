import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { z } from "zod"
import { and, not, or } from "../conditions/condition.ts"
import { Entity } from "../entity.ts"
import { memory } from "../memory/store.ts"
import { isCountQuery, isQuery, queryOf } from "./query.ts"

class Product extends Entity("Product", {
  name: z.string(),
  price: z.number(),
  cost: z.number().default(0),
  stock: z.int().default(0),
  limit: z.int().default(0),
  order: z.string().nullable().default(null),
  since: z.date().nullable().default(null),
  big: z.bigint().default(0n),
  tags: z.array(z.string()).default([]),
}) {
  static store = memory()
}

const names = async (query: PromiseLike<readonly Product[]>) =>
  (await query).map(({ name }) => name).join(" ")
const code = (expected: string) => expect.objectContaining({ code: expected })

beforeAll(async () => {
  await Product.createMany([
    {
      name: "desk",
      price: 99,
      cost: 120,
      stock: 3,
      limit: 1,
      order: "x",
      since: new Date(1000),
      big: 1n,
    },
    { name: "lamp", price: 20, cost: 5, stock: 0, limit: 2, big: 2n },
    { name: "chair", price: 50, cost: 50, stock: 3, limit: 3, since: new Date(3000), big: 3n },
    { name: "Desk pad", price: 5, stock: 12, limit: 4, order: "y" },
  ])
})
afterAll(() => Product.deleteWhere({}, { all: true }))

describe("a query", () => {
  it("is a value: each step gives a new one, and its data is public", () => {
    const all = Product.where()
    const some = all
      .where(p => p.price.lt(60))
      .orderBy("price", "desc")
      .limit(2)
      .offset(1)
    expect(all.plan).toEqual({ orderBy: [] })
    expect(some.entity).toBe(Product)
    expect(some.plan).toEqual({
      where: { op: "lt", field: "price", value: 60 },
      orderBy: [{ field: "price", direction: "desc" }],
      limit: 2,
      offset: 1,
    })
  })

  it("gives entities when awaited, afresh each time", async () => {
    const cheap = Product.where(p => p.price.lt(60)).orderBy("price")
    expect(await names(cheap)).toBe("Desk pad lamp chair")
    const [pad] = await cheap
    expect(pad).toBeInstanceOf(Product)
    await pad?.update({ price: 70 })
    expect(await names(cheap)).toBe("lamp chair")
    await pad?.update({ price: 5 })
  })

  it("adds conditions up", async () => {
    expect(
      await names(
        Product.where(p => p.stock.gt(0))
          .where(p => p.price.lt(60))
          .where({ limit: 3 }),
      ),
    ).toBe("chair")
  })

  it("orders by several fields, with a minus for descending", async () => {
    expect(await names(Product.all().orderBy("stock", "desc").orderBy("-name"))).toBe(
      "Desk pad desk chair lamp",
    )
    expect(await names(Product.filter({}, { orderBy: ["-stock", "name"], limit: 2 }))).toBe(
      "Desk pad chair",
    )
  })

  it("gives the first, or undefined", async () => {
    expect((await Product.where({ stock: 3 }).orderBy("price").first())?.name).toBe("chair")
    expect(await Product.where({ stock: 99 }).first()).toBeUndefined()
    expect(await Product.all().limit(0).first()).toBeUndefined()
    expect(await Product.all().limit(0)).toEqual([])
  })

  it("counts, and the count keeps its query", async () => {
    const count = Product.where(p => p.stock.gt(0)).count()
    expect(await count).toBe(3)
    expect(await Product.count({ stock: 3 })).toBe(2)
    expect(await Product.all().limit(2).count()).toBe(2)
    expect(count.query.plan.where).toEqual({ op: "gt", field: "stock", value: 0 })
  })

  it("can be walked", async () => {
    const seen: string[] = []
    for await (const { name } of Product.all().limit(2)) seen.push(name)
    expect(seen).toEqual(["desk", "lamp"])
  })

  it("can be made from its data, and recognised", async () => {
    const { entity, plan } = Product.where({ stock: 3 })
    expect(await queryOf(entity, JSON.parse(JSON.stringify(plan)))).toHaveLength(2)
    expect([
      isQuery(Product.all()),
      isCountQuery(Product.count()),
      isQuery(Product.count()),
      isQuery([]),
    ]).toEqual([true, true, false, false])
  })

  it("refuses limits and offsets that are none", () => {
    for (const wrong of [-1, 1.5, Number.NaN, "5", undefined, Number.POSITIVE_INFINITY]) {
      expect(() => Product.all().limit(wrong as never)).toThrow(code("NITRO_QUERY"))
      expect(() => Product.all().offset(wrong as never)).toThrow(code("NITRO_QUERY"))
    }
  })

  it("refuses unknown fields, directions and orders", () => {
    expect(() => Product.all().orderBy("nam" as never)).toThrow(
      expect.objectContaining({ code: "NITRO_UNKNOWN_FIELD", fix: 'Did you mean "name"?' }),
    )
    expect(() => Product.all().orderBy("tags" as never)).toThrow(code("NITRO_QUERY"))
    expect(() => Product.all().orderBy("name", "up" as never)).toThrow(code("NITRO_QUERY"))
    expect(() =>
      Product.where(
        p => (p as unknown as Record<string, { eq(v: number): never }>)["prise"]?.eq(1) as never,
      ),
    ).toThrow(
      expect.objectContaining({ code: "NITRO_UNKNOWN_FIELD", fix: 'Did you mean "price"?' }),
    )
  })
})

describe("a condition", () => {
  it("has the operators of its field's type", async () => {
    const found = (...args: Parameters<typeof Product.where>) => names(Product.where(...args))
    expect(await found(p => p.name.startsWith("desk"))).toBe("desk Desk pad")
    expect(await found(p => p.name.endsWith("P"))).toBe("lamp")
    expect(await found(p => p.name.like("_a%"))).toBe("lamp")
    expect(await found(p => p.name.ne("desk").and(p.stock.in([3, 0])))).toBe("lamp chair")
    expect(await found(p => p.stock.notIn([3]))).toBe("lamp Desk pad")
    expect(await found(p => p.since.between(new Date(0), new Date(1000)))).toBe("desk")
    expect(await found(p => p.since.isNull())).toBe("lamp Desk pad")
    expect(await found(p => p.order.isNotNull().or(p.big.gte(3n)))).toBe("desk chair Desk pad")
    expect(await found(p => p.price.lt(p.cost))).toBe("desk")
    expect(await found(p => p.stock.eq(p.limit))).toBe("chair")
    expect(await found(p => p.price.lte(50).not().or(p.limit.eq(2)))).toBe("desk lamp")
    expect(await found(p => and(p.stock.eq(3), not(p.price.gt(60))))).toBe("chair")
    expect(await found(p => or(p.name.eq("lamp"), p.name.eq("desk")))).toBe("desk lamp")
    expect(await found(p => p.big.eq(2 as never))).toBe("lamp")
  })

  it("may be an object: all of it, lists as `in`, null as `is null`", async () => {
    expect(await names(Product.filter({ price: { gt: 5, lt: 60 }, stock: [3, 12] }))).toBe("chair")
    expect(await names(Product.filter({ order: null, name: { contains: "AM" } }))).toBe("lamp")
    expect(
      await names(Product.filter({ since: { isNull: false }, stock: { ne: 12, notIn: [0] } })),
    ).toBe("desk chair")
    expect(await names(Product.filter({ since: { between: [new Date(0), new Date(9000)] } }))).toBe(
      "desk chair",
    )
    expect(await names(Product.filter({ stock: [] }))).toBe("")
    expect(await names(Product.filter({}))).toBe("desk lamp chair Desk pad")
    expect(await names(Product.where({ tags: { isNull: false } }).limit(1))).toBe("desk")
  })

  it("never loses a part whose value is missing", () => {
    const missing = undefined as unknown as number
    expect(() => Product.filter({ stock: missing })).toThrow(code("NITRO_QUERY"))
    expect(() => Product.where(p => p.stock.eq(missing))).toThrow(code("NITRO_QUERY"))
    expect(() => Product.filter({ stock: { gt: missing } })).toThrow(code("NITRO_QUERY"))
    expect(() => Product.where(p => p.stock.in([1, missing]))).toThrow(code("NITRO_QUERY"))
  })

  it.each([
    ["text for a number", { stock: "3" }],
    ["NaN", { price: Number.NaN }],
    ["a date that is none", { since: new Date(Number.NaN) }],
    ["a number for a date", { since: 5 }],
    ["a boolean for text", { name: true }],
    ["null in an order", { price: { lt: null } }],
    ["an unknown operator", { price: { less: 5 } }],
    ["an operator of another type", { price: { contains: "5" } }],
    ["a list where one value is wanted", { price: { lt: [5] } }],
    ["one value where a list is wanted", { price: { in: 5 } }],
    ["three ends", { price: { between: [1, 2, 3] } }],
    ["isNull of text", { name: { isNull: "yes" } }],
    ["JSON", { tags: ["a"] }],
    ["something that is no condition", [1]],
    ["text as a condition", "price < 5"],
    ["a function that gives a boolean", () => true],
  ])("refuses %s", (_, where) => {
    expect(() => Product.where(where as never)).toThrow(code("NITRO_QUERY"))
  })

  it("refuses to compare fields of different types", () => {
    expect(() => Product.where(p => p.price.lt(p.name as never))).toThrow(code("NITRO_QUERY"))
  })
})

describe("search", () => {
  it("finds literal text in any text field, or in those given", async () => {
    expect(await names(Product.search("DESK"))).toBe("desk Desk pad")
    expect(await names(Product.search("y"))).toBe("Desk pad")
    expect(await names(Product.search("y", { fields: ["name"] }))).toBe("")
    expect(await names(Product.search("", { orderBy: "-price", limit: 1 }))).toBe("desk")
    expect(() => Product.search("x", { fields: ["nam" as never] })).toThrow(
      code("NITRO_UNKNOWN_FIELD"),
    )
  })
})

describe("deleteWhere", () => {
  it("refuses to delete everything without an option", async () => {
    for (const where of [{}, undefined])
      await expect(Product.deleteWhere(where as never)).rejects.toThrow(code("NITRO_QUERY"))
    await expect(Product.deleteWhere({ stock: undefined as never })).rejects.toThrow(
      code("NITRO_QUERY"),
    )
    expect(await Product.count()).toBe(4)
  })
})
