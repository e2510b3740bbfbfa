// Fields that are called as those which the library keeps elsewhere: without the option they are fields like any other.
import { z } from "zod"
import { Entity, retry, type Store, unitOfWork, withStores } from "../entity/index.ts"
import type { Tools } from "./store-tools.ts"

class Imported extends Entity(
  "Imported",
  {
    createdAt: z.string(),
    updatedAt: z.number().default(0),
    version: z.string().default("a"),
    deletedAt: z.string().nullable().default(null),
  },
  { plural: "nitro-suite-imports", index: ["createdAt"] },
) {}

class Counter extends Entity(
  "Counter",
  { count: z.int().default(0) },
  { plural: "nitro-suite-counters", version: true },
) {}

export function nameTests({ test: plain, expect }: Tools): void {
  const test = (name: string, run: () => Promise<void>): void =>
    plain(name, (store: Store) => withStores(store, run))

  test("keeps fields called createdAt, updatedAt, version and deletedAt where their options are off", async () => {
    const one = await Imported.create({ createdAt: "yesterday", version: "v1" })
    await one.update({ updatedAt: 5, version: "v2", deletedAt: "never" })
    await one.update({ version: "v3" })
    const stored = await Imported.require(one.id)
    expect(stored.toJSON()).toEqual({
      id: one.id,
      createdAt: "yesterday",
      updatedAt: 5,
      version: "v3",
      deletedAt: "never",
    })
    expect(await Imported.updateWhere({ createdAt: "yesterday" }, { version: "v4" })).toBe(1)
    expect(await Imported.count({ version: "v4", deletedAt: "never" })).toBe(1)
    await stored.delete()
    expect(await Imported.count()).toBe(0)
  })
}

/** For stores with transactions. */
export function retryTests({ test: plain, expect }: Tools): void {
  plain("lets 20 writers of one versioned entity succeed, each after retries", async store => {
    await withStores(store, async () => {
      const { id } = await Counter.create({})
      const add = (): Promise<void> =>
        unitOfWork(async () => {
          const counter = await Counter.require(id)
          counter.count += 1
          await counter.save()
        })
      await Promise.all(Array.from({ length: 20 }, () => retry(add, { attempts: 50 })))
      expect((await Counter.require(id)).count).toBe(20)
    })
  })
}
