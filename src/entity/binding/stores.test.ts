import { afterEach, describe, expect, it } from "vitest"
import { z } from "zod"
import type { Capabilities, Store } from "../contract/repository.ts"
import { Entity } from "../entity.ts"
import { memory } from "../memory/store.ts"
import { configure, storeOf, withStores } from "./stores.ts"

class Free extends Entity("Free", { n: z.int().default(0) }) {}
class Fixed extends Entity("Fixed", { n: z.int().default(0) }) {
  static store = memory()
}
const code = (expected: string) => expect.objectContaining({ code: expected })

afterEach(() => configure({ store: undefined }))

describe("the store of a class", () => {
  it("is its own, else the default of the app, else this process's memory", () => {
    expect(storeOf(Fixed)).toBe(Fixed.store)
    expect(storeOf(Free).name).toBe("memory()")
    const store = memory()
    configure({ store: store })
    expect(storeOf(Free)).toBe(store)
    expect(storeOf(Fixed)).toBe(Fixed.store)
  })

  it("can be another for everything that a function starts, and only there", async () => {
    const [all, one] = [memory(), memory()]
    await withStores(all, async () => {
      await Promise.resolve()
      expect(storeOf(Free)).toBe(all)
      expect(storeOf(Fixed)).toBe(all)
      await Fixed.create({ id: "test" })
      withStores({ Fixed: one }, () => {
        expect(storeOf(Free)).toBe(all)
        expect(storeOf(Fixed)).toBe(one)
      })
    })
    expect(await Fixed.exists("test")).toBe(false)
    expect(storeOf(Fixed)).toBe(Fixed.store)
  })

  it("is where an entity goes back to, wherever it is saved", async () => {
    const store = memory()
    const { id } = await withStores(store, () => Fixed.create({}))
    const loaded = await withStores(store, () => Fixed.require(id))
    await loaded.update({ n: 5 })
    expect(await Fixed.exists(id)).toBe(false)
    expect((await withStores(store, () => Fixed.require(id))).n).toBe(5)
  })

  it("must be a store", () => {
    class Wrong extends Entity("Wrong", {}) {
      static store = { url: "postgres://" }
    }
    expect(() => storeOf(Wrong as never)).toThrow(code("NITRO_DEFINITION"))
    expect(() => configure({ store: {} as never })).toThrow(code("NITRO_DEFINITION"))
    expect(() => withStores({ Free: 5 as never }, () => {})).toThrow(code("NITRO_DEFINITION"))
  })

  it("must have the capabilities that the class needs, checked when it is bound", async () => {
    const lacking = (capabilities: Partial<Capabilities>): Store => {
      const store = memory()
      return {
        ...store,
        name: "poor()",
        encoding: {},
        bind: d => store.bind(d),
        close: () => {},
        capabilities: { ...store.capabilities, ...capabilities },
      }
    }
    class Expiring extends Entity("Expiring", {}, { ttlSeconds: 5 }) {
      static store = lacking({ ttl: false })
    }
    await expect(Expiring.get("a")).rejects.toThrow(
      'Expiring expires after `ttlSeconds`, but poor() lacks the capability "ttl"',
    )
    class Unique extends Entity("Unique", { n: z.int() }, { unique: ["n"] }) {
      static store = lacking({ unique: false })
    }
    await expect(Unique.all()).rejects.toThrow(code("NITRO_CAPABILITY"))
    class Plain extends Entity("Plain", {}) {
      static store = lacking({ ttl: false })
    }
    await expect(new Plain().save({ ttlSeconds: 5 })).rejects.toThrow(code("NITRO_CAPABILITY"))
  })
})

describe("time to live", () => {
  const sleep = (ms: number) => new Promise(resolve => setTimeout(resolve, ms))

  it("comes from the save, the class or the store", async () => {
    class Session extends Entity("Session", { n: z.int().default(0) }, { ttlSeconds: 0.1 }) {}
    const session = await Session.create({})
    const longer = new Session()
    await longer.save({ ttlSeconds: 60 })
    const free = await withStores(memory({ ttlSeconds: 0.1 }), async () => {
      const { id } = await Free.create({})
      await sleep(150)
      return Free.exists(id)
    })
    expect(free).toBe(false)
    expect(await session.exists()).toBe(false)
    expect(await longer.exists()).toBe(true)
    await expect(longer.save({ ttlSeconds: 0 })).rejects.toThrow(code("NITRO_QUERY"))
  })

  it("is renewed by a save, also of a clean entity", async () => {
    class Renewed extends Entity("Renewed", { n: z.int().default(0) }, { ttlSeconds: 0.2 }) {}
    const renewed = await Renewed.create({})
    await sleep(120)
    await renewed.save()
    await sleep(120)
    expect(await renewed.exists()).toBe(true)
  })
})

describe("memory()", () => {
  it("forgets everything when it is closed", async () => {
    const store = memory()
    await withStores(store, async () => {
      await Free.create({})
      await store.close()
      expect(await Free.count()).toBe(0)
    })
  })

  it("lets expired rows go, their unique values too", async () => {
    class Claim extends Entity(
      "Claim",
      { name: z.string() },
      { unique: ["name"], index: ["name"] },
    ) {
      static store = memory({ ttlSeconds: 0.05 })
    }
    await Claim.create({ name: "a" })
    await expect(Claim.create({ name: "a" })).rejects.toThrow(code("NITRO_DUPLICATE"))
    await new Promise(resolve => setTimeout(resolve, 80))
    expect(await Claim.where({ name: "a" })).toEqual([])
    await Claim.create({ name: "a" })
    expect(await Claim.count()).toBe(1)
  })
})
