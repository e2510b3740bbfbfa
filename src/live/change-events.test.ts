import { type Change, Entity, memory, unitOfWork } from "nitro-ts/entity"
import { createEvents, type Events, withEvents } from "nitro-ts/events"
import { entityEvents, eventsOf } from "nitro-ts/live"
import { afterEach, beforeEach, expect, it } from "vitest"
import { z } from "zod"

class Product extends Entity("Product", { name: z.string(), stock: z.int().default(0) }) {
  static store = memory()
}
class Shelf extends Entity("Shelf", { place: z.string() }) {
  static store = memory()
}

let events: Events
let end: () => void
const seen: unknown[] = []
const inEvents = <T>(run: () => T): T => withEvents(events, run)

beforeEach(() => {
  events = createEvents()
  seen.length = 0
  end = entityEvents()
})
afterEach(() => end())

it("emits what was created, updated and deleted, with what changed", async () => {
  events.on("Product.*", ({ op, changed, after, before }: Change<Product>, ctx) => {
    seen.push([ctx.event, op, changed, after?.stock, before?.["stock"]])
  })
  events.on("*.created", (_, ctx) => void seen.push(ctx.event))
  await inEvents(async () => {
    const product = await Product.create({ name: "Desk" })
    await product.update({ stock: 5 })
    await product.delete()
    await Shelf.create({ place: "left" })
  })
  expect(seen).toEqual([
    ["Product.created", "create", expect.arrayContaining(["name", "stock"]), 0, undefined],
    "Product.created",
    ["Product.updated", "update", ["stock"], 5, 0],
    ["Product.deleted", "delete", [], undefined, 5],
    "Shelf.created",
  ])
})

it("emits after the commit, and nothing of what was rolled back", async () => {
  events.on("Product.created", async (change: Change<Product>) => {
    seen.push(await Product.exists(change.id))
  })
  await inEvents(async () => {
    await unitOfWork(async () => {
      await Product.create({ name: "Desk" })
      expect(seen).toEqual([])
    })
    await expect.poll(() => seen).toEqual([true])
    await unitOfWork(async () => {
      await Product.create({ name: "Ghost" })
      throw new Error("no")
    }).catch(() => undefined)
  })
  await new Promise(resolve => setTimeout(resolve, 10))
  expect(seen).toEqual([true])
})

it("has typed events, with subscriptions for one entity alone", async () => {
  await inEvents(async () => {
    const [desk, lamp] = await Product.createMany([{ name: "Desk" }, { name: "Lamp" }])
    const { updated } = eventsOf(Product)
    expect(updated).toBe(eventsOf(Product).updated)
    events.on(updated, ({ after }) => void seen.push(after?.name), { sender: lamp?.id })
    await desk?.update({ stock: 1 })
    await lamp?.update({ stock: 1 })
  })
  expect(seen).toEqual(["Lamp"])
})

it("does not fail a save because of a handler", async () => {
  const failures: unknown[] = []
  events = createEvents({ onError: ({ error }) => void failures.push(error) })
  events.on("Product.created", () => {
    throw new Error("the mail server is down")
  })
  const product = await inEvents(() => Product.create({ name: "Desk" }))
  expect(await Product.exists(product.id)).toBe(true)
  expect(failures).toEqual([new Error("the mail server is down")])
})

it("is one event for each change however often it is switched on, and none once it is off", async () => {
  events.on("Product.created", () => void seen.push("created"))
  const again = entityEvents()
  await inEvents(() => Product.create({ name: "Desk" }))
  expect(seen).toEqual(["created"])
  again()
  again()
  await inEvents(() => Product.create({ name: "Desk" }))
  expect(seen).toEqual(["created", "created"])
  end()
  await inEvents(() => Product.create({ name: "Desk" }))
  expect(seen).toEqual(["created", "created"])
})
