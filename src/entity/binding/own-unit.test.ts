// Classes whose every write is a unit of work, and those that did not opt in.
import { beforeCommit, Entity, memory, recordChanges, ref, unitOfWork } from "nitro-ts/entity"
import { beforeEach, describe, expect, it } from "vitest"
import { z } from "zod"

class Entry extends Entity("Entry", { text: z.string() }) {
  static store = memory()
}

class Order extends Entity(
  "Order",
  { total: z.int().max(100), state: z.string().default("new") },
  { unit: "always", softDelete: true },
) {
  static store = memory()

  afterSave() {
    beforeCommit(() => Entry.create({ text: `saved ${this.total}` }))
    if (this.state === "refused") throw new Error("refused")
  }

  afterDelete() {
    beforeCommit(() => Entry.create({ text: `deleted ${this.total}` }))
  }
}

class Plain extends Entity("Plain", { text: z.string() }) {
  static store = memory()

  afterSave() {
    beforeCommit(() => Entry.create({ text: "never" }))
  }
}

const texts = async () => (await Entry.all()).map(({ text }) => text).sort()

beforeEach(async () => {
  await Entry.deleteWhere({}, { all: true })
  await Order.deleteWhere({}, { all: true, permanently: true })
  await Entry.deleteWhere({}, { all: true })
})

describe('a class with unit: "always"', () => {
  it("commits a save with what its hooks add", async () => {
    const order = await Order.create({ total: 1 })
    await order.update({ total: 2 })
    await Order.createMany([{ total: 3 }, { total: 4 }])
    await Order.updateWhere({ total: 4 }, { total: 5 })
    await order.delete()
    await Order.deleteWhere({ total: 5 })
    expect(await texts()).toEqual([
      "deleted 2",
      "deleted 5",
      "saved 1",
      "saved 2",
      "saved 3",
      "saved 4",
      "saved 5",
    ])
  })

  it("takes a save back that a hook refuses, in memory too", async () => {
    const order = await Order.create({ total: 1 })
    await expect(order.update({ state: "refused" })).rejects.toThrow("refused")
    await expect(Order.create({ total: 7, state: "refused" })).rejects.toThrow("refused")
    expect(order.isDirty).toBe(true)
    expect((await Order.all()).map(({ state }) => state)).toEqual(["new"])
    expect(await texts()).toEqual(["saved 1"])
  })

  it("joins the unit around it", async () => {
    await unitOfWork(async () => {
      await Order.create({ total: 1 })
      expect(await texts()).toEqual([])
    })
    expect(await texts()).toEqual(["saved 1"])
  })

  it("validates as ever", async () => {
    await expect(Order.create({ total: 101 })).rejects.toMatchObject({ code: "NITRO_VALIDATION" })
    expect(await Order.count()).toBe(0)
  })
})

it("a class that did not opt in has no unit", async () => {
  await expect(Plain.create({ text: "x" })).rejects.toMatchObject({ code: "NITRO_NO_UNIT" })
})

it("refuses any other word", () => {
  expect(() => Entity("Wrong", {}, { unit: "sometimes" as never })).toThrow(
    expect.objectContaining({ fix: expect.stringContaining('unit: "always"') }),
  )
})

it("a recorder that never settles is ended by its deadline, and the write with it", async () => {
  const end = recordChanges([Entry], () => new Promise(() => {}))
  try {
    const write = unitOfWork(() => Entry.create({ text: "x" }), { deadlineMs: 50 })
    await expect(write).rejects.toMatchObject({ code: "NITRO_DEADLINE" })
  } finally {
    end()
  }
  expect(await texts()).toEqual([])
})

it("records the rows that a delete takes along", async () => {
  class Parent extends Entity("OwnUnitParent", { name: z.string() }) {
    static store = memory()
  }
  class Child extends Entity("OwnUnitChild", {
    parentId: ref("OwnUnitParent", { onDelete: "cascade" }),
  }) {
    static store = Parent.store
  }
  const seen: string[] = []
  // The parent has no recorder, and its delete is one statement without one.
  const end = recordChanges([Child], changes => {
    seen.push(...changes.map(({ entity, op }) => `${op} ${entity.name}`))
  })
  try {
    const parent = await Parent.create({ name: "a" })
    await Child.create({ parentId: parent.id })
    await parent.delete()
  } finally {
    end()
  }
  expect(seen).toEqual(["create Child", "delete Child"])
})
