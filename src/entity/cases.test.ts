import { readFileSync } from "node:fs"
import { afterEach, describe, expect, it, vi } from "vitest"
import { z } from "zod"
import { Entity, memory, withStores } from "./index.ts"

interface Case {
  readonly id: string
  readonly area: string
  readonly input: string
  readonly expected: string
}

// Signals belong to another module, which has its own tests of N28 and N29.
const elsewhere = new Set(["N28", "N29"])
const cases = (
  JSON.parse(
    readFileSync(new URL("../../test/fixtures/cases.json", import.meta.url), "utf8"),
  ) as Case[]
).filter(({ area, id }) => area === "entity" && !elsewhere.has(id))

class User extends Entity("User", {
  name: z.string(),
  age: z.int(),
  city: z.string().nullable().default(null),
  date: z.date().default(() => new Date(0)),
}) {
  static store = memory()
}

async function seed(): Promise<void> {
  await User.createMany([
    { id: "u0", name: "Alice", age: 30, city: "Bern", date: new Date("2024-01-01") },
    { id: "u1", name: "Bob", age: 25, city: null, date: new Date("2024-02-01") },
    { id: "u2", name: "Carol 50%", age: 30, city: "Graz", date: new Date("2024-03-01") },
    { id: "u3", name: "Dan", age: 1, city: null, date: new Date("2024-04-01") },
    { id: "u4", name: "Eve", age: 41, city: "Linz", date: new Date("2024-05-01") },
  ])
}

async function ids(query: PromiseLike<readonly { id: string }[]>): Promise<string[]> {
  return (await query).map(({ id }) => id)
}

const checks: Record<string, () => Promise<void>> = {
  async N01() {
    const { id } = await User.create({ name: "x", age: 1 })
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/)
    expect(id).toHaveLength(36)
  },
  async N02() {
    expect(await User.get("missing")).toBeUndefined()
    expect(await User.exists("missing")).toBe(false)
  },
  async N04() {
    expect(await ids(User.where().orderBy("id").limit(2).offset(1))).toEqual(["u1", "u2"])
  },
  async N05() {
    expect(await ids(User.where().offset(2))).toEqual(["u2", "u3", "u4"])
  },
  async N07() {
    expect(await User.search("")).toHaveLength(5)
    expect(await User.search(null)).toHaveLength(5)
  },
  async N08() {
    expect(await ids(User.search("%"))).toEqual(["u2"])
  },
  async N10() {
    expect(() => User.search("a", { orderBy: "nope" as never })).toThrow(
      "Sorting field 'nope' does not exist in the model.",
    )
  },
  async N11() {
    expect(await ids(User.filter({ name: "Alice" }))).toEqual(["u0"])
    expect(await ids(User.filter({ name: "alice" }))).toEqual([])
  },
  async N13() {
    expect(await ids(User.filter({ city: null }))).toEqual(["u1", "u3"])
  },
  async N14() {
    expect(() => User.filter({ nope: 1 } as never)).toThrow("Invalid fields for filtering: nope")
  },
  async N16() {
    expect(
      await ids(
        User.filter({ date: { between: [new Date("2024-02-01"), new Date("2024-04-01")] } }),
      ),
    ).toEqual(["u1", "u2", "u3"])
  },
  async N17() {
    expect((await User.findBy({ age: 30 }))?.id).toBe("u0")
    expect(await User.findBy({ age: 99 })).toBeUndefined()
  },
  async N19() {
    expect(await User.deleteWhere({ age: 1 })).toBe(1)
    expect(await User.count()).toBe(4)
  },
  async N20() {
    expect(() => new User({ name: "x", age: "notint" } as never)).toThrow(/age/)
    expect(() => new User({ name: "x", age: "notint" } as never)).toThrow(
      expect.objectContaining({ code: "NITRO_VALIDATION" }),
    )
  },
  async N22() {
    const user = await User.require("u0")
    expect(() => {
      user.age = "old" as never
    }).toThrow(
      expect.objectContaining({
        code: "NITRO_VALIDATION",
        details: expect.objectContaining({ issues: [expect.objectContaining({ path: "age" })] }),
      }),
    )
    expect(user.age).toBe(30)
  },
  async N23() {
    vi.useFakeTimers()
    const store = memory({ ttlSeconds: 1 })
    await withStores(store, async () => {
      const { id } = await User.create({ name: "x", age: 1 })
      expect(await User.exists(id)).toBe(true)
      vi.advanceTimersByTime(1500)
      expect(await User.exists(id)).toBe(false)
      expect(await User.get(id)).toBeUndefined()
      expect(await User.count()).toBe(0)
    })
  },
  async N25() {
    const user = await User.require("u0")
    user.age = 99
    expect((await User.require("u0")).age).toBe(30)
  },
  async N26() {
    const make = () => class Twin extends Entity("Twin", { name: z.string() }) {}
    const [One, Two] = [make(), make()]
    await One.create({ id: "same", name: "one" })
    expect(await Two.exists("same")).toBe(false)
    await Two.create({ id: "same", name: "two" })
    expect((await One.require("same")).name).toBe("one")
  },
}

describe("the accepted cases of entities", () => {
  afterEach(async () => {
    vi.useRealTimers()
    await User.deleteWhere({}, { all: true })
  })

  it.each(cases)("$id: $input gives $expected", async ({ id }) => {
    await seed()
    const check = checks[id]
    if (check === undefined) throw new Error(`No check for ${id}.`)
    await check()
  })
})
