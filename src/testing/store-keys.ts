// Entities whose id is a number, a field of another name, or several fields together.
import { z } from "zod"
import { Entity, ref, type Store, unitOfWork, withStores } from "../entity/index.ts"
import type { Tools } from "./store-tools.ts"

class Article extends Entity(
  "Article",
  { sku: z.string(), name: z.string() },
  { id: ["sku"], plural: "nitro-suite-articles" },
) {
  get lines() {
    return this.hasMany(OrderLine, "sku")
  }
}

class Order extends Entity(
  "Order",
  { id: z.int(), note: z.string().default("") },
  { plural: "nitro-suite-orders" },
) {
  get lines() {
    return this.hasMany(OrderLine, "orderId")
  }
}

class OrderLine extends Entity(
  "OrderLine",
  {
    orderId: ref("Order", z.int(), { onDelete: "cascade" }),
    sku: ref("Article"),
    quantity: z.int().default(1),
    code: z.string().nullable().default(null),
  },
  { id: ["orderId", "sku"], unique: ["code"], version: true, plural: "nitro-suite-order-lines" },
) {
  get order() {
    return this.belongsTo(Order, "orderId")
  }
  get article() {
    return this.belongsTo(Article, "sku")
  }
  get parcels() {
    return this.hasMany(Parcel, "lineId")
  }
}

class Parcel extends Entity(
  "Parcel",
  { lineId: ref("OrderLine", { onDelete: "cascade" }) },
  { plural: "nitro-suite-parcels" },
) {
  get line() {
    return this.belongsTo(OrderLine, "lineId")
  }
}

class Reading extends Entity(
  "Reading",
  { at: z.date(), big: z.bigint() },
  { id: ["big", "at"], plural: "nitro-suite-readings" },
) {}
class Serial extends Entity(
  "Serial",
  { id: z.bigint(), name: z.string() },
  { plural: "nitro-suite-serials" },
) {}

const tricky = ["a~b", "a%7Eb", "%", "~", "o'clock", "ä/ö?", "a b"] as const

/** Two orders with lines, whose numbers sort otherwise than their text. */
async function fill(): Promise<void> {
  await Article.createMany([...tricky, "desk", "lamp"].map(sku => ({ sku, name: `a ${sku}` })))
  await Order.createMany([{ id: 10 }, { id: 9 }])
  await OrderLine.createMany([
    { orderId: 10, sku: "lamp", quantity: 5 },
    { orderId: 9, sku: "lamp", quantity: 5, code: "x" },
    { orderId: 10, sku: "desk", quantity: 7 },
    { orderId: 9, sku: "desk", quantity: 7 },
  ])
}

const lines = ["9~desk", "9~lamp", "10~desk", "10~lamp"]

export function keyTests({ test: plain, expect }: Tools): void {
  const test = (name: string, run: (store: Store) => Promise<void>): void =>
    plain(name, store =>
      withStores(store, async () => {
        await fill()
        await run(store)
      }),
    )
  const idsOf = async (
    result: PromiseLike<readonly { readonly id: unknown }[]>,
  ): Promise<unknown[]> => (await result).map(({ id }) => id)

  test("keeps ids that are numbers, and finds them by number and by text", async () => {
    const order = await Order.require(9)
    expect(order.id).toBe(9)
    await order.update({ note: "soon" })
    // Ids from addresses are text: types refuse them, stores take them.
    expect((await Order.get("9" as never))?.note).toBe("soon")
    // The same.
    expect(await Order.get("09" as never)).toBe(undefined)
    expect(await Order.exists(11)).toBe(false)
    expect(await idsOf(Order.all())).toEqual([9, 10])
    expect(await idsOf(Order.where(o => o.id.gt(9)))).toEqual([10])
    await expect(Order.create({ id: 9 })).rejects.toMatchObject({
      code: "NITRO_DUPLICATE",
      details: { fields: ["id"] },
    })
    const [serial] = await Serial.createMany([
      { id: 9007199254740993n, name: "big" },
      { id: 9007199254740992n, name: "less" },
    ])
    expect((await Serial.get(9007199254740993n))?.name).toBe("big")
    await serial?.update({ name: "bigger" })
    await serial?.reload()
    expect([serial?.id, serial?.name, await idsOf(Serial.all())]).toEqual([
      9007199254740993n,
      "bigger",
      [9007199254740992n, 9007199254740993n],
    ])
    expect(await serial?.delete()).toBe(true)
  })

  test("keeps a field of another name as the id", async () => {
    for (const sku of tricky) expect((await Article.require(sku)).name).toBe(`a ${sku}`)
    const desk = await Article.require({ sku: "desk" })
    expect([desk.id, desk.sku]).toEqual(["desk", "desk"])
    await desk.update({ name: "table", sku: "desk" })
    expect((await Article.findBy({ id: "desk" }))?.name).toBe("table")
    expect(await idsOf(Article.where(a => a.id.in(["desk", "lamp", "none"])))).toEqual([
      "desk",
      "lamp",
    ])
    await expect(Article.create({ sku: "desk", name: "" })).rejects.toMatchObject({
      code: "NITRO_DUPLICATE",
      details: { fields: ["sku"] },
    })
    await expect(desk.update({ sku: "other" })).rejects.toMatchObject({ code: "NITRO_VALIDATION" })
    const serial = await Article.upsert({ sku: "desk", name: "again" })
    expect([serial.name, await Article.count()]).toEqual(["again", 9])
  })

  test("keeps several fields as the id", async () => {
    const line = await OrderLine.require({ orderId: 9, sku: "lamp" })
    expect([line.id, line.quantity]).toEqual(["9~lamp", 5])
    expect((await OrderLine.get("9~lamp"))?.code).toBe("x")
    expect(await OrderLine.get({ orderId: 9, sku: "chair" })).toBe(undefined)
    expect([
      await OrderLine.exists({ orderId: 9, sku: "lamp" }),
      await OrderLine.exists("9~chair"),
    ]).toEqual([true, false])
    await line.update({ quantity: 6 })
    const stale = await OrderLine.require(line.id)
    await line.update({ quantity: 8 })
    await expect(stale.update({ quantity: 1 })).rejects.toMatchObject({
      code: "NITRO_STALE_ENTITY",
      details: { version: 2, storedVersion: 3 },
    })
    await stale.reload()
    expect([stale.quantity, stale.version]).toEqual([8, 3])
    expect((await OrderLine.all()).map(({ quantity }) => quantity)).toEqual([7, 8, 7, 5])
    expect(await line.delete()).toBe(true)
    expect([await line.exists(), await OrderLine.count()]).toEqual([false, 3])
    await expect(stale.update({ quantity: 2 })).rejects.toMatchObject({
      code: "NITRO_ENTITY_NOT_FOUND",
    })
  })

  test("takes every text and every date as a part of an id", async () => {
    for (const sku of tricky) await OrderLine.create({ orderId: 9, sku })
    for (const sku of tricky)
      expect((await OrderLine.require((await OrderLine.require({ orderId: 9, sku })).id)).sku).toBe(
        sku,
      )
    const at = new Date(Date.UTC(2024, 1, 29, 12, 0, 0, 5))
    const [first] = await Reading.createMany([
      { at, big: 9007199254740993n },
      { at, big: 5n },
    ])
    expect(first?.id).toBe("9007199254740993~2024-02-29T12:00:00.005Z")
    expect((await Reading.require({ at, big: 9007199254740993n })).toJSON()).toEqual(
      first?.toJSON(),
    )
    expect((await Reading.all()).map(({ big }) => big)).toEqual([5n, 9007199254740993n])
  })

  test("refuses a key of several fields that is taken, and names the fields", async store => {
    const again = async (): Promise<unknown> => OrderLine.create({ orderId: 9, sku: "lamp" })
    await expect(again()).rejects.toMatchObject({
      code: "NITRO_DUPLICATE",
      details: { fields: ["orderId", "sku"] },
    })
    if (store.capabilities.transactions) {
      const inside = (): Promise<unknown> =>
        unitOfWork(() => again().catch(error => Promise.reject(error)))
      await expect(inside()).rejects.toMatchObject({
        code: "NITRO_DUPLICATE",
        details: { fields: ["orderId", "sku"] },
      })
    }
    const existing = await OrderLine.upsert({ orderId: 9, sku: "lamp", quantity: 50 })
    const fresh = await OrderLine.upsert({ orderId: 9, sku: "~", quantity: 1 })
    expect([existing.quantity, existing.version, fresh.version, await OrderLine.count()]).toEqual([
      50, 2, 1, 5,
    ])
  })

  test("orders and pages by the fields of the key, numbers as numbers", async () => {
    expect(await idsOf(OrderLine.all())).toEqual(lines)
    expect(await idsOf(OrderLine.all().orderBy("-quantity"))).toEqual([
      "9~desk",
      "10~desk",
      "9~lamp",
      "10~lamp",
    ])
    expect(await idsOf(OrderLine.all().orderBy("sku").orderBy("-orderId"))).toEqual([
      "10~desk",
      "9~desk",
      "10~lamp",
      "9~lamp",
    ])
    for (const query of [
      OrderLine.all(),
      OrderLine.all().orderBy("-quantity"),
      OrderLine.all().orderBy("-sku"),
    ]) {
      const ids: unknown[] = []
      let after: string | undefined
      do {
        const page = await query.page({ size: 1, after })
        ids.push(...page.items.map(({ id }) => id))
        after = page.next
      } while (after !== undefined)
      expect(ids).toEqual(await idsOf(query))
      const streamed: unknown[] = []
      for await (const { id } of query.stream({ batchSize: 2 })) streamed.push(id)
      expect(streamed).toEqual(ids)
    }
  })

  test("finds, counts and deletes by ids of several fields", async () => {
    expect(await idsOf(OrderLine.where({ id: ["9~lamp", "10~desk", "x", "1~2~3"] }))).toEqual([
      "9~lamp",
      "10~desk",
    ])
    expect(await idsOf(OrderLine.where(l => l.id.ne("9~lamp").and(l.orderId.eq(9))))).toEqual([
      "9~desk",
    ])
    expect(await OrderLine.all().select("orderId", "quantity").limit(1)).toEqual([
      { orderId: 9, quantity: 7 },
    ])
    expect(await OrderLine.updateWhere({ id: "9~lamp" }, { quantity: 3 })).toBe(1)
    expect(await OrderLine.deleteWhere({ sku: "desk" })).toBe(2)
    expect(await idsOf(OrderLine.all())).toEqual(["9~lamp", "10~lamp"])
  })

  test("relates entities with such ids, and joins them", async () => {
    const loaded = await OrderLine.where({ sku: "desk" }).with("order", "article")
    expect(loaded.map(line => [line.id, line.order.loaded?.id, line.article.loaded?.name])).toEqual(
      [
        ["9~desk", 9, "a desk"],
        ["10~desk", 10, "a desk"],
      ],
    )
    expect(await idsOf((await Order.require(10)).lines)).toEqual(["10~desk", "10~lamp"])
    expect(await idsOf((await Article.require("lamp")).lines)).toEqual(["9~lamp", "10~lamp"])
    const [parcel] = await Parcel.createMany([{ lineId: "9~lamp" }, { lineId: "9~desk" }])
    const parcels = await Parcel.all().with("line.article")
    expect(parcels.map(({ line }) => line.loaded?.article.loaded?.sku).sort()).toEqual([
      "desk",
      "lamp",
    ])
    expect(await idsOf((await OrderLine.require("9~lamp")).parcels)).toEqual([parcel?.id])
    const pairs = await OrderLine.join(Order, (l, o) => l.orderId.eq(o.id)).where((l, o) =>
      l.sku.eq("lamp").and(o.id.lt(11)),
    )
    expect(pairs.map(([line, order]) => [line.id, order.id])).toEqual([
      ["9~lamp", 9],
      ["10~lamp", 10],
    ])
    const left = await Order.join(OrderLine, (o, l) => o.id.eq(l.orderId)).orderBy("right", "sku")
    expect(left.map(([, line]) => line.id)).toEqual(["9~desk", "10~desk", "9~lamp", "10~lamp"])
  })

  test("reads related entities with such ids", async () => {
    await Parcel.createMany([{ lineId: "9~lamp" }, { lineId: "10~desk" }])
    expect(await idsOf(OrderLine.where(l => l.parcels.some()))).toEqual(["9~lamp", "10~desk"])
    expect((await Parcel.where(p => p.line.quantity.gt(6))).map(({ lineId }) => lineId)).toEqual([
      "10~desk",
    ])
    expect(await idsOf(Order.where(o => o.lines.some(l => l.code.eq("x"))))).toEqual([9])
    expect(await idsOf(Article.where(a => a.lines.some(l => l.quantity.gt(6))))).toEqual(["desk"])
    expect(
      await idsOf(OrderLine.where(l => l.article.name.eq("a lamp").and(l.order.id.gt(9)))),
    ).toEqual(["10~lamp"])
  })

  test("keeps the rules of references to such ids", async () => {
    await Parcel.createMany([{ lineId: "9~lamp" }, { lineId: "10~desk" }])
    await expect((await Article.require("desk")).delete()).rejects.toMatchObject({
      code: "NITRO_REFERENCE",
      details: { id: "desk" },
    })
    await (await Order.require(9)).delete()
    expect(await idsOf(OrderLine.all())).toEqual(["10~desk", "10~lamp"])
    expect((await Parcel.all()).map(({ lineId }) => lineId)).toEqual(["10~desk"])
  })

  test("is one instance for one id of several fields inside of a unit of work", async store => {
    if (!store.capabilities.transactions) return
    await unitOfWork(async () => {
      const line = await OrderLine.require({ orderId: 9, sku: "lamp" })
      const [same] = await OrderLine.where({ orderId: 9, sku: "lamp" })
      expect(same === line).toBe(true)
      line.quantity = 99
      await line.save()
    })
    expect((await OrderLine.require("9~lamp")).quantity).toBe(99)
  })
}
