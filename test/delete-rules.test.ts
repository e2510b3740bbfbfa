// Entities whose `ref` field points to a deleted one, on memory, SQLite and Postgres alike.

import {
  type Change,
  Entity,
  memory,
  observeChanges,
  ref,
  type Store,
  unitOfWork,
  withStores,
} from "nitro-ts/entity"
import { postgres } from "nitro-ts/postgres"
import { sqlite } from "nitro-ts/sqlite"
import { afterAll, describe, expect, it } from "vitest"
import { z } from "zod"
import { postgresMissing, testDatabase } from "./support/postgres.ts"

class Shop extends Entity("Shop", { name: z.string() }) {}
class Shelf extends Entity("Shelf", {
  name: z.string(),
  shopId: ref("Shop", { onDelete: "cascade" }),
}) {}
class Box extends Entity("Box", {
  shelfId: ref("Shelf", { onDelete: "cascade" }),
  ownerId: ref("Owner", { onDelete: "setNull" }).nullable().default(null),
}) {}
class Owner extends Entity("Owner", { name: z.string() }) {}
class Invoice extends Entity("Invoice", { shopId: ref("Shop") }) {}
class Node extends Entity("Node", {
  parentId: ref("Node", { onDelete: "cascade" }).nullable().default(null),
}) {}

async function seed() {
  const shop = await Shop.create({ name: "North" })
  const owner = await Owner.create({ name: "Ada" })
  const shelves = await Shelf.createMany([
    { name: "A", shopId: shop.id },
    { name: "B", shopId: shop.id },
  ])
  const boxes = await Box.createMany(
    shelves.map(shelf => ({ shelfId: shelf.id, ownerId: owner.id })),
  )
  await Invoice.count()
  return { shop, owner, shelves, boxes }
}

const stores: Record<string, () => Store> = {
  memory: () => memory(),
  sqlite: () => sqlite(":memory:"),
}

if (postgresMissing === undefined) {
  const database = await testDatabase(30)
  afterAll(() => database.remove())
  stores["postgres"] = () => postgres({ url: database.emptySchema(), max: 4, schema: "sync" })
} else console.log(`Skipped on Postgres: ${postgresMissing}`)

for (const [name, open] of Object.entries(stores)) {
  describe(name, () => {
    const inStore = async <T>(fn: () => Promise<T>): Promise<T> => {
      const store = open()
      try {
        return await withStores(store, fn)
      } finally {
        await store.close()
      }
    }

    it("deletes what hangs on the deleted one, at any depth", () =>
      inStore(async () => {
        const { shop } = await seed()
        const other = await Shop.create({ name: "South" })
        await Shelf.create({ name: "C", shopId: other.id })
        expect(await shop.delete()).toBe(true)
        expect((await Shelf.all()).map(shelf => shelf.name)).toEqual(["C"])
        expect(await Box.count()).toBe(0)
        expect(await Owner.count()).toBe(1)
      }))

    it("tells of every row that went or changed, after the commit", () =>
      inStore(async () => {
        const { shop, owner, boxes } = await seed()
        const seen: string[] = []
        const end = observeChanges(({ entity, op, changed }: Change) =>
          seen.push([entity.name, op, ...changed].join(" ")),
        )
        try {
          await owner.delete()
          expect(seen).toEqual(["Box update ownerId", "Box update ownerId", "Owner delete"])
          expect((await Box.require(boxes[0]?.id ?? "")).ownerId).toBe(null)
          seen.length = 0
          await shop.delete()
          expect(seen).toEqual([
            "Box delete",
            "Box delete",
            "Shelf delete",
            "Shelf delete",
            "Shop delete",
          ])
        } finally {
          end()
        }
      }))

    it("refuses by default, naming what is in the way, and deletes nothing", () =>
      inStore(async () => {
        const { shop } = await seed()
        const invoice = await Invoice.create({ shopId: shop.id })
        await Invoice.create({ shopId: shop.id })
        await expect(shop.delete()).rejects.toMatchObject({
          code: "NITRO_REFERENCE",
          message: `Shop "${shop.id}" cannot be deleted: 2 of Invoice point to it by shopId.`,
          details: { entity: "Shop", id: shop.id, by: "Invoice", field: "shopId", count: 2 },
        })
        expect(shop.isNew).toBe(false)
        expect([await Shop.count(), await Shelf.count(), await Box.count()]).toEqual([1, 2, 2])
        await Invoice.deleteWhere({ shopId: shop.id })
        expect(await invoice.exists()).toBe(false)
        expect(await shop.delete()).toBe(true)
      }))

    it("keeps the rules for many at once", () =>
      inStore(async () => {
        const { shop } = await seed()
        const south = await Shop.create({ name: "South" })
        await Invoice.create({ shopId: south.id })
        await expect(Shop.deleteWhere({}, { all: true })).rejects.toMatchObject({
          code: "NITRO_REFERENCE",
        })
        expect([await Shop.count(), await Shelf.count()]).toEqual([2, 2])
        expect(await Shop.deleteWhere({ name: shop.name })).toBe(1)
        expect(await Box.count()).toBe(0)
      }))

    it("follows self-references and circles to their end", () =>
      inStore(async () => {
        const root = await Node.create({})
        const child = await Node.create({ parentId: root.id })
        const leaf = await Node.create({ parentId: child.id })
        await root.update({ parentId: leaf.id })
        expect(await child.delete()).toBe(true)
        expect(await Node.count()).toBe(0)
      }))

    it("is taken back with the unit of work", () =>
      inStore(async () => {
        const { shop } = await seed()
        await unitOfWork(async () => {
          await shop.delete()
          throw new Error("no")
        }).catch(() => undefined)
        expect([await Shop.count(), await Shelf.count(), await Box.count()]).toEqual([1, 2, 2])
        expect(await shop.exists()).toBe(true)
      }))

    it("runs the hooks of what goes along, which may refuse", () =>
      inStore(async () => {
        const went: string[] = []
        class Room extends Entity("Room", { name: z.string() }) {}
        class Lamp extends Entity("Lamp", {
          name: z.string(),
          roomId: ref("Room", { onDelete: "cascade" }),
        }) {
          beforeDelete(): void {
            if (this.name === "fixed") throw new Error("It is fixed.")
          }
          afterDelete(): void {
            went.push(this.name)
          }
        }
        const room = await Room.create({ name: "Hall" })
        await Lamp.create({ name: "a", roomId: room.id })
        const fixed = await Lamp.create({ name: "fixed", roomId: room.id })
        await expect(room.delete()).rejects.toThrow("It is fixed.")
        expect([await Room.count(), await Lamp.count()]).toEqual([1, 2])
        await fixed.update({ name: "b" })
        went.length = 0
        await room.delete()
        expect(went).toEqual(["a", "b"])
        expect(await Lamp.count()).toBe(0)
      }))
  })
}

it("holds between stores", async () => {
  await withStores({ Shop: sqlite(":memory:"), Shelf: memory(), Invoice: memory() }, async () => {
    const shop = await Shop.create({ name: "North" })
    await Shelf.create({ name: "A", shopId: shop.id })
    const invoice = await Invoice.create({ shopId: shop.id })
    await expect(shop.delete()).rejects.toMatchObject({
      code: "NITRO_REFERENCE",
      details: { by: "Invoice", count: 1 },
    })
    await invoice.delete()
    expect(await shop.delete()).toBe(true)
    expect(await Shelf.count()).toBe(0)
  })
})

it("refuses rules that cannot be", () => {
  expect(() => ref("Shop", { onDelete: "cascad" as "cascade" })).toThrow(
    'ref("Shop") has no onDelete rule "cascad".',
  )
  class Ticket extends Entity("Ticket", { shopId: ref("Shop", { onDelete: "setNull" }) }) {}
  expect(() => Ticket.definition).toThrow(
    'The field "shopId" has onDelete: "setNull" and cannot be null.',
  )
  class Badge extends Entity("Badge", {
    shopId: ref("Shop", { onDelete: "setNull" }).optional(),
  }) {}
  expect(Badge.definition.fieldByName.get("shopId")).toMatchObject({
    references: "Shop",
    onDelete: "set null",
  })
})
