// Memory with rows for each session: none sees another's, and an unused one expires.
import {
  type Change,
  Entity,
  memory,
  observeChanges,
  ref,
  unitOfWork,
  withPartition,
  withStores,
} from "nitro-ts/entity"
import { afterEach, describe, expect, it, vi } from "vitest"
import { z } from "zod"
import { storeSuite } from "../../testing/index.ts"
import { hasPartitionedStores } from "../internal.ts"

const store = memory({ partition: "session", ttlSeconds: 60, maxPartitions: 3 })
class Basket extends Entity("Basket", { name: z.string() }, { unique: ["name"] }) {
  static store = store
  get items() {
    return this.hasMany(Item, "basketId")
  }
}
class Item extends Entity("Item", {
  basketId: ref("Basket", { onDelete: "cascade" }),
  what: z.string(),
}) {
  static store = store
}

const code = (name: string): unknown => expect.objectContaining({ code: name })
const as = <T>(who: string, fn: () => PromiseLike<T>): Promise<T> => withPartition(who, fn)
const names = async (): Promise<string[]> => (await Basket.all()).map(({ name }) => name)

afterEach(() => {
  vi.useRealTimers()
  return store.close()
})

storeSuite(
  { describe, it, expect },
  {
    name: "one session of memory()",
    open: options =>
      withPartition(
        "a",
        () => memory({ partition: "session", ...options }).partitioned?.() as never,
      ),
  },
)

it("shows each session its own rows alone", async () => {
  const ann = await as("ann", () => Basket.create({ id: "one", name: "Ann's" }))
  await as("bob", () => Basket.create({ id: "one", name: "Bob's" }))
  expect(await as("ann", names)).toEqual(["Ann's"])
  expect(await as("bob", names)).toEqual(["Bob's"])
  expect((await as("bob", () => Basket.require("one"))).name).toBe("Bob's")
  await as("bob", () => Basket.deleteWhere({}, { all: true }))
  expect(await as("ann", () => Basket.count())).toBe(1)
  // Unique values are unique for each; an entity goes back to where it came from.
  expect(await as("bob", () => Basket.create({ name: "Ann's" }))).toMatchObject({ name: "Ann's" })
  await as("bob", () => ann.update({ name: "Still Ann's" }))
  expect(await as("ann", names)).toEqual(["Still Ann's"])
})

it("reads a query that it is given inside", async () => {
  await as("ann", () => Basket.create({ name: "a" }))
  expect(await withPartition("ann", () => Basket.where({ name: "a" }).count())).toBe(1)
  expect(await withPartition("ann", () => Basket.all())).toHaveLength(1)
  expect(withPartition("ann", () => 5)).toBe(5)
  expect(await withStores(memory(), () => Basket.count())).toBe(0)
})

it("refuses to guess whose rows are meant", async () => {
  await expect(Basket.all()).rejects.toThrow(code("NITRO_PARTITION"))
  await expect(Basket.create({ name: "x" })).rejects.toThrow("was used outside of any session")
  expect(() => withPartition("", () => 1)).toThrow(code("NITRO_PARTITION"))
  expect(hasPartitionedStores()).toBe(true)
})

it("keeps sessions apart that meet in one unit of work, and commits or rolls back both", async () => {
  const both = (): Promise<unknown[]> => Promise.all([as("ann", names), as("bob", names)])
  await unitOfWork(async () => {
    const ann = await as("ann", () => Basket.create({ id: "same", name: "a" }))
    const bob = await as("bob", () => Basket.create({ id: "same", name: "b" }))
    expect(await as("ann", () => Basket.require("same"))).toBe(ann)
    expect(await as("bob", () => Basket.require("same"))).toBe(bob)
  })
  expect(await both()).toEqual([["a"], ["b"]])
  const failing = unitOfWork(async () => {
    await as("ann", () => Basket.create({ name: "a2" }))
    await as("bob", () => Basket.create({ name: "b2" }))
    throw new Error("no")
  })
  await expect(failing).rejects.toThrow("no")
  expect(await both()).toEqual([["a"], ["b"]])
})

it("lets no session wait for the transaction of another", async () => {
  let finish = (): void => {}
  const open = as("ann", () =>
    unitOfWork(async () => {
      await Basket.create({ name: "a" })
      await new Promise<void>(resolve => {
        finish = resolve
      })
    }),
  )
  expect(await as("bob", () => Basket.create({ name: "b" }))).toMatchObject({ name: "b" })
  finish()
  await open
})

it("keeps relations and on-delete rules within the session", async () => {
  for (const who of ["ann", "bob"])
    await as(who, async () => {
      await Basket.create({ id: "x", name: who })
      await Item.create({ basketId: "x", what: who })
    })
  await as("ann", async () => {
    const basket = await Basket.require("x")
    expect((await basket.items).map(({ what }) => what)).toEqual(["ann"])
    await basket.delete()
    expect(await Item.count()).toBe(0)
  })
  expect(await as("bob", () => Item.count())).toBe(1)
})

it("says with each change whose it is", async () => {
  const seen: unknown[] = []
  const ends = [
    observeChanges(({ op, partition }: Change) => seen.push([op, partition])),
    Basket.observe(({ after, partition }) => seen.push([after?.name, partition])),
  ]
  await as("ann", async () => {
    const basket = await Basket.create({ name: "a" })
    await basket.delete()
  })
  await withStores(memory(), () => Basket.create({ name: "shared" }))
  for (const end of ends) end()
  expect(seen).toEqual([
    ["a", "ann"],
    ["create", "ann"],
    [undefined, "ann"],
    ["delete", "ann"],
    ["shared", undefined],
    ["create", undefined],
  ])
})

it("forgets an unused session", async () => {
  vi.useFakeTimers({ toFake: ["Date", "setTimeout", "clearTimeout"] })
  await as("ann", () => Basket.create({ name: "a" }))
  await as("bob", () => Basket.create({ name: "b" }))
  vi.advanceTimersByTime(40_000)
  expect(await as("ann", () => Basket.count())).toBe(1)
  vi.advanceTimersByTime(40_000)
  expect(await as("ann", () => Basket.count())).toBe(1)
  expect(await as("bob", () => Basket.count())).toBe(0)
})

it("keeps a bounded number of sessions: those that are empty go first, then the one idle for the longest", async () => {
  vi.useFakeTimers({ toFake: ["Date"] })
  const later = (): unknown => vi.setSystemTime(Date.now() + 10)
  for (const who of ["ann", "bob"]) {
    await as(who, () => Basket.create({ name: who }))
    later()
  }
  for (let n = 0; n < 5; n++) {
    await as(`visitor ${n}`, () => Basket.count())
    later()
  }
  expect(await as("ann", names)).toEqual(["ann"])
  later()
  for (const who of ["cid", "dan"]) {
    await as(who, () => Basket.create({ name: who }))
    later()
  }
  const left = await Promise.all(["ann", "cid", "dan"].map(who => as(who, names)))
  expect(left).toEqual([["ann"], ["cid"], ["dan"]])
  expect(await as("bob", names)).toEqual([])
})

it("never forgets a session in the middle of a transaction", async () => {
  await as("ann", () =>
    unitOfWork(async () => {
      await Basket.create({ name: "a" })
      for (let n = 0; n < 5; n++) await as(`other ${n}`, () => Basket.create({ name: "o" }))
      expect(await names()).toEqual(["a"])
    }),
  )
})

it.each([
  [{ partition: "user" }, 'no partition "user"'],
  [{ partition: "session", file: "x.json" }, "not kept in a file"],
  [{ partition: "session", ttlSeconds: 0 }, "above 0"],
  [{ partition: "session", maxPartitions: 1.5 }, "whole number"],
  [{ maxPartitions: 5 }, "has no partitions"],
])("refuses memory(%o)", (options, message) => {
  expect(() => memory(options as never)).toThrow(message)
})
