import { beforeEach, describe, expect, it } from "vitest"
import { z } from "zod"
import { and, Entity, memory, not, or, type QueryOf, ref } from "../index.ts"

class Shop extends Entity("Shop", { name: z.string() }) {
  static store = memory()
  get items() {
    return this.hasMany(Item, "shopId")
  }
}
class Item extends Entity("Item", {
  stock: z.int(),
  price: z.number(),
  data: z.json().nullable().default(null),
  shopId: ref("Shop").nullable().default(null),
}) {
  static store = Shop.store
  get shop() {
    return this.belongsTo(Shop, "shopId")
  }
}
type Columns = Parameters<
  Extract<Parameters<QueryOf<typeof Item>["where"]>[0], (columns: never) => unknown>
>[0]

const refused = expect.objectContaining({
  code: "NITRO_QUERY",
  fix: expect.stringContaining(".and("),
})

beforeEach(async () => {
  await Item.deleteWhere({}, { all: true })
  await Item.createMany([
    { stock: 0, price: 5 },
    { stock: 0, price: 0.5 },
    { stock: 3, price: 0.5 },
  ])
})

/** Mistakes that lose a condition. */
const mistakes: Readonly<Record<string, (p: Columns) => unknown>> = {
  "&&": p => p.stock.eq(0) && p.price.lt(1),
  "|| of two calls": p => p.stock.eq(0) || p.price.lt(1),
  "|| with a call as an argument": p => p.stock.in([Math.max(0, 1)]) || p.price.lt(1),
  // biome-ignore lint/complexity/noCommaOperator: the mistake
  "a comma": p => (p.stock.eq(0), p.price.lt(1)),
  "a statement": p => {
    p.stock.eq(0)
    return p.price.lt(1)
  },
  "a combination that is dropped": p => {
    p.stock.eq(0).and(p.price.gt(1))
    return p.price.lt(1)
  },
  "a function that is dropped": p => {
    void and(p.stock.eq(0))
    void or(p.stock.eq(0))
    return p.price.lt(1)
  },
  "not that is dropped": p => {
    void not(p.stock.eq(0))
    return p.price.lt(1)
  },
  "&& inside of and": p => p.price.lt(9).and((p.stock.eq(0) && p.price.gt(1)) as never),
  "a relation": p => p.shop.name.eq("x") && p.price.lt(1),
  "a relation to none": p => p.shop.none() && p.price.lt(1),
  "inside of JSON": p => p.data.path("a").eq(1) && p.price.lt(1),
}

/** Every way in which a function becomes a condition on items. */
const doors: Readonly<Record<string, (where: never) => unknown>> = {
  where: where => Item.where(where),
  "where of a query": where => Item.all().where(where),
  findBy: where => Item.findBy(where),
  count: where => Item.count(where),
  exists: where => Item.exists(where),
  spec: where => Item.spec(where),
  updateWhere: where => Item.updateWhere(where, { stock: 9 }),
  deleteWhere: where => Item.deleteWhere(where),
  join: where => Item.join(Shop, where as never),
  "where of a join": where => Item.join(Shop, (i, s) => i.shopId.eq(s.id)).where(where as never),
  leftJoin: where => Item.leftJoin(Shop, where as never),
  "some of a relation": where => Shop.where(s => s.items.some(where)),
  "every of a relation": where => Shop.where({ items: { every: where } }),
}

describe.each(Object.entries(doors))("%s", (_, door) => {
  it.each(Object.entries(mistakes))("refuses a condition that is lost by %s", async (_, where) => {
    await expect((async () => door(where as never))()).rejects.toEqual(refused)
    expect(await Item.count()).toBe(3)
    expect(await Item.count({ stock: 9 })).toBe(0)
  })
})

it("refuses conditions on groups that are lost", () => {
  const groups = Item.all().groupBy("stock", { rows: { count: true }, most: { max: "price" } })
  expect(() => groups.having(g => g.rows.gt(1) && g.most.lt(1))).toThrow(refused)
  expect(() => groups.having(g => g.rows.gt(1) || g.most.lt(1))).toThrow(refused)
})

it("names the condition that is lost", () => {
  expect(() => Item.where(p => p.stock.eq(0) && p.price.lt(1))).toThrow('"eq" of Item.stock')
})

it("takes every condition that is part of the result, from wherever it is", async () => {
  const cheap = Item.spec(i => i.price.lt(1))
  const [soldOut, limit]: [boolean, number | undefined] = [true, undefined]
  expect(await Item.count(p => cheap.and(p.stock.eq(0)))).toBe(1)
  expect(
    await Item.count(p => and(or(p.stock.eq(0), p.price.lt(1)), not(p.price.gt(limit || 4)))),
  ).toBe(2)
  expect(await Item.count(p => (soldOut ? p.stock.eq(0) : p.stock.gt(0)))).toBe(2)
  expect(
    await Item.count(p => [1, 2].reduce((all, n) => all.or(p.stock.eq(n)), p.stock.eq(0))),
  ).toBe(2)
  expect(await Item.count(p => cheap.or(p.stock.eq(Number("") || Number("0"))))).toBe(3)
  expect(await Shop.count(s => s.items.some(i => i.price.lt(1).and(i.shop.id.isNotNull())))).toBe(0)
})

it("says what a function gave instead of a condition", () => {
  expect(() => Item.where(((p: Columns) => !p.stock.eq(0)) as never)).toThrow("not false")
  expect(() => Item.where((async (p: Columns) => p.stock.eq(0)) as never)).toThrow("not a promise")
})
