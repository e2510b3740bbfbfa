// Names and values from outside that look like something else: `__proto__`, `constructor`, SQL, half characters.
import { afterEach, describe, expect, it } from "vitest"
import { z } from "zod"
import { naughtyTexts } from "../testing/samples.ts"
import { Entity } from "./entity.ts"
import { memory } from "./memory/store.ts"

class Thing extends Entity(
  "Thing",
  { name: z.string(), data: z.unknown().nullable().default(null) },
  { unique: ["name"], index: ["name"] },
) {
  static store = memory()
}
afterEach(async () => {
  await Thing.deleteWhere({}, { all: true })
})

const code = (name: string) => expect.objectContaining({ code: name })
const names = ["__proto__", "constructor", "toString", "hasOwnProperty", "prototype", "then"]
const own = (name: string): Record<string, unknown> =>
  JSON.parse(`{ ${JSON.stringify(name)}: "x", "name": "a" }`) as Record<string, unknown>

describe("names that every object has", () => {
  it("are unknown fields in data, updates, conditions and orders", async () => {
    const thing = await Thing.create({ name: "a" })
    for (const name of names) {
      expect(() => new Thing(own(name) as never), name).toThrowError(code("NITRO_UNKNOWN_FIELD"))
      await expect(thing.update(own(name) as never), name).rejects.toEqual(
        code("NITRO_UNKNOWN_FIELD"),
      )
      expect(() => Thing.filter(own(name) as never), name).toThrowError(code("NITRO_UNKNOWN_FIELD"))
      expect(() => Thing.where(own(name) as never), name).toThrowError(code("NITRO_UNKNOWN_FIELD"))
      expect(() => Thing.all().orderBy(name as never), name).toThrowError(
        code("NITRO_UNKNOWN_FIELD"),
      )
      await expect(Thing.deleteWhere.call(Thing, own(name) as never), name).rejects.toEqual(
        code("NITRO_UNKNOWN_FIELD"),
      )
    }
    expect(await Thing.count()).toBe(1)
    expect(({} as { x?: unknown }).x).toBe(undefined)
  })

  it("are ordinary values, ids and unique values", async () => {
    for (const name of names) {
      const thing = await Thing.create({ id: name, name })
      expect(await Thing.get(name)).toEqual(thing)
      expect((await Thing.findBy({ name }))?.id).toBe(name)
      await expect(Thing.create({ name })).rejects.toEqual(code("NITRO_DUPLICATE"))
    }
    expect(await Thing.count({ name: names })).toBe(names.length)
  })

  it("are ordinary keys inside of JSON and change no prototype", async () => {
    const { id } = await Thing.create({
      name: "a",
      data: JSON.parse(
        '{ "__proto__": { "polluted": 1 }, "constructor": { "prototype": { "polluted": 1 } } }',
      ),
    })
    const read = await Thing.require(id)
    expect(JSON.stringify(read.data)).toBe(
      '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}',
    )
    expect(({} as { polluted?: unknown }).polluted).toBe(undefined)
  })
})

describe("naughty texts", () => {
  it("are found by every operator that should find them", async () => {
    await Thing.createMany(naughtyTexts.map(name => ({ name })))
    for (const name of naughtyTexts) {
      expect((await Thing.where({ name })).map(thing => thing.name)).toEqual([name])
      expect((await Thing.where(t => t.name.contains(name))).map(thing => thing.name)).toContain(
        name,
      )
      expect((await Thing.search(name)).map(thing => thing.name)).toContain(name)
    }
  })

  it("are no ids of anything", async () => {
    for (const id of [...naughtyTexts, "\0", "\ud800", null, undefined, 5, {}, ["a"]])
      expect(await Thing.get(id as string)).toBe(undefined)
  })
})

it("refuses an empty condition where it would reach everything", async () => {
  await Thing.create({ name: "a" })
  for (const where of [{}, undefined])
    await expect(Thing.deleteWhere(where as never)).rejects.toEqual(code("NITRO_QUERY"))
  await expect(Thing.deleteWhere({ name: undefined } as never)).rejects.toEqual(code("NITRO_QUERY"))
  expect(await Thing.count()).toBe(1)
})

it("refuses numbers that are none", () => {
  class Measured extends Entity("Measured", { n: z.number(), i: z.int(), at: z.date() }) {}
  for (const wrong of [
    { n: Number.NaN },
    { i: 1.5 },
    { i: 2 ** 53 },
    { i: Number.POSITIVE_INFINITY },
    { at: new Date(Number.NaN) },
  ]) {
    expect(() => new Measured({ n: 1, i: 1, at: new Date(0), ...wrong })).toThrowError(
      code("NITRO_VALIDATION"),
    )
  }
})
