// Values and calls that databases treat differently, and stores alike: kept by all of them, or refused by all of them.
import { z } from "zod"
import {
  Entity,
  embedded,
  type Store,
  unitOfWork,
  ValueObject,
  withStores,
} from "../entity/index.ts"
import { messageOf } from "../shared/thrown.ts"
import { present, type Tools } from "./store-tools.ts"

class Period extends ValueObject("Period", {
  from: z.date(),
  to: z.date().nullable().default(null),
  ticks: z.bigint().default(0n),
}) {}
class Stay extends ValueObject("Stay", { period: embedded(Period) }) {}

class Item extends Entity(
  "Item",
  {
    text: z.string().default(""),
    hint: z.string().nullish(),
    anything: z.any().optional(),
    map: z.record(z.string(), z.unknown()).default({}),
    list: z.array(z.string()).nullish(),
    ratio: z.number().nullable().default(null),
    count: z.int().nullable().default(null),
    big: z.bigint().nullable().default(null),
    at: z.date().nullable().default(null),
    period: embedded(Period).nullable().default(null),
    stay: embedded(Stay).nullable().default(null),
  },
  { plural: "nitro-suite-records" },
) {}
class Versioned extends Entity(
  "VersionedRecord",
  { name: z.string(), n: z.int().default(0) },
  { version: true, plural: "nitro-suite-versioned-records" },
) {}
class Coded extends Entity(
  "CodedRecord",
  { id: z.int(), name: z.string() },
  { plural: "nitro-suite-coded-records" },
) {}

const unsupported = { code: "NITRO_VALUE_UNSUPPORTED" }

export function alikeTests({ test: plain, expect }: Tools, units: Tools): void {
  const on =
    (tools: Tools) =>
    (name: string, run: (store: Store) => Promise<void>): void =>
      tools.test(name, store => withStores(store, () => run(store)))
  const test = on({ test: plain, expect })

  for (const [what, text] of [
    ["NUL", "a\0b"],
    ["NUL alone", "\0"],
    ["the first half of a pair", "a\ud83d"],
    ["the second half of a pair", "\ude00a"],
    ["halves the wrong way round", "\ude00\ud83d"],
  ] as const) {
    test(`refuses ${what} in text and at any depth of JSON, and finds it nowhere`, async store => {
      const item = await Item.create({
        text: "a😀b",
        anything: { deep: ["a😀b"] },
        map: { "😀": "\\u0000 \\ud800" },
      })
      for (const values of [
        { text },
        { anything: text },
        { anything: { deep: [text] } },
        { map: { [text]: 1 } },
        { list: [text] },
        { hint: text },
      ]) {
        await expect(Item.create(values)).rejects.toMatchObject(unsupported)
        await expect(item.update(values)).rejects.toMatchObject(unsupported)
        await item.reload()
      }
      expect([await Item.count(), item.map]).toEqual([1, { "😀": "\\u0000 \\ud800" }])
      for (const operator of ["eq", "contains", "startsWith", "endsWith", "like"] as const) {
        expect(await Item.count({ text: { [operator]: text } })).toBe(0)
        expect(await Item.count(r => r.text[operator](text).not())).toBe(1)
      }
      expect(await Item.count({ text: [text, "a😀b"] })).toBe(1)
      for (const operator of ["lt", "lte", "gt", "gte"] as const)
        await expect((async () => Item.count(r => r.text[operator](text)))()).rejects.toMatchObject(
          { code: "NITRO_QUERY" },
        )
      if (store.capabilities.jsonPaths) {
        expect(await Item.count({ anything: { path: ["deep", 0], contains: "😀" } })).toBe(1)
        await expect(
          (async () => Item.count({ anything: { path: ["deep", 0], contains: text } }))(),
        ).rejects.toMatchObject({
          code: "NITRO_QUERY",
        })
      }
    })
  }

  test("finds a whole character and not a half of it", async () => {
    await Item.createMany([{ text: "😀" }, { text: "😁" }, { text: "é" }])
    expect(await Item.count(r => r.text.contains("😀"))).toBe(1)
    expect(await Item.count(r => r.text.like("_"))).toBe(3)
    expect((await Item.search("😁")).map(({ text }) => text)).toEqual(["😁"])
  })

  test("finds by a pattern of 50,000 bytes, and refuses one of 50,001", async () => {
    const long = "é".repeat(24_999)
    await Item.createMany([{ text: "short" }, { text: "x", map: { long: `${long}!` } }])
    // Each `%` and each `\\` before a wildcard counts.
    const exact = {
      contains: long,
      startsWith: `${long}a`,
      endsWith: `${long.slice(1)}a_`,
      like: `${long}%%`,
    }
    // `Object.entries` gives names as text.
    for (const [operator, fits] of Object.entries(exact) as [keyof typeof exact, string][]) {
      expect(await Item.count(i => i.text[operator](fits).not())).toBe(2)
      await expect(
        (async () => Item.count(i => i.text[operator](`${fits}a`)))(),
      ).rejects.toMatchObject({ code: "NITRO_QUERY" })
    }
  })

  test("adds numbers without the errors of each addition", async () => {
    await Item.createMany(
      Array.from({ length: 10 }, () => ({ text: "a", ratio: 0.30000000000000004, count: 1 })),
    )
    await Item.createMany([1e16, 1, -1e16, 0.5].map(ratio => ({ text: "b", ratio })))
    await Item.createMany(Array.from({ length: 10 }, () => ({ text: "c", ratio: 0.1 })))
    await Item.createMany(
      [2 ** 53 - 1, 2 ** 53 - 1, 1, -(2 ** 53 - 1)].map(count => ({ text: "d", count })),
    )
    const of = (text: string) => Item.where({ text })
    expect([
      await of("a").sum("ratio"),
      await of("b").sum("ratio"),
      await of("c").sum("ratio"),
    ]).toEqual([3.0000000000000004, 1.5, 1])
    expect([
      await of("a").avg("ratio"),
      await of("b").avg("ratio"),
      await of("c").avg("ratio"),
    ]).toEqual([0.30000000000000004, 0.375, 0.1])
    expect([await of("d").sum("count"), await of("d").avg("count")]).toEqual([2 ** 53, 2 ** 51])
    expect(await Item.all().groupBy("text", { sum: "ratio" }).orderBy("text")).toEqual([
      { text: "a", sum: 3.0000000000000004 },
      { text: "b", sum: 1.5 },
      { text: "c", sum: 1 },
      { text: "d", sum: 0 },
    ])
    expect([
      await of("none").sum("ratio"),
      await of("none").avg("ratio"),
      await of("d").avg("ratio"),
    ]).toEqual([0, null, null])
  })

  test("holds null and not undefined where a schema takes both, before and after reading", async () => {
    for (const values of [
      {},
      { hint: undefined, list: undefined, anything: undefined },
      { hint: null, list: null, anything: null },
    ]) {
      const record = await Item.create(values)
      const read = await Item.require(record.id)
      for (const one of [record, read])
        expect([one.hint, one.list, one.anything, one.isDirty]).toEqual([null, null, null, false])
      record.hint = "x"
      record.hint = undefined
      expect([record.hint, record.isDirty]).toEqual([null, false])
    }
  })

  const circle: unknown[] = []
  circle.push(circle)
  for (const [what, value] of [
    ["a date", new Date(5)],
    ["a Map", new Map([[1, 2]])],
    ["a Set", new Set([1])],
    ["a bigint", 5n],
    ["NaN", Number.NaN],
    ["Infinity", Number.POSITIVE_INFINITY],
    ["1e400", Number("1e400")],
    ["a function", () => 1],
    ["a symbol", Symbol("s")],
    ["a regular expression", /a/],
    ["bytes", Uint8Array.of(1)],
    [
      "an instance of a class",
      new (class Point {
        x = 1
      })(),
    ],
    ["an object with toJSON", { toJSON: () => 1 }],
    ["undefined in a list", [undefined]],
    ["a circle", circle],
  ] as const) {
    test(`refuses ${what} in JSON that takes anything, instead of giving back something else`, async () => {
      const record = await Item.create({ anything: { a: 1 } })
      for (const values of [
        { anything: value },
        { anything: { deep: [1, value] } },
        { map: { key: value } },
        { map: { key: { inner: value } } },
      ]) {
        // Refused at run time: no type describes such JSON. The same below.
        await expect((async () => Item.create(values as never))()).rejects.toMatchObject(
          unsupported,
        )
        // As above.
        await expect((async () => record.update(values as never))()).rejects.toMatchObject(
          unsupported,
        )
        await record.reload()
      }
      expect([await Item.count(), record.anything]).toEqual([1, { a: 1 }])
    })
  }

  test("keeps JSON of any keys, sizes and depths", async () => {
    const deep = Array.from({ length: 500 }).reduce((inner: unknown) => ({ in: inner }), 1)
    const values = [
      {
        "👩‍👩‍👧‍👦": "😀",
        "": 0,
        "a.b": [1],
        "0": "zero",
        __proto: 1,
        constructor: null,
        "ä\"'\\": true,
      },
      [[], {}, [[]], null, "", 0, false, -1.5e300, 5e-324, "x".repeat(200_000)],
      deep,
      Object.create(null),
      { left: undefined, kept: 1 },
      -0,
    ]
    const expected = [values[0], values[1], deep, {}, { kept: 1 }, 0]
    for (const [at, anything] of values.entries()) {
      const record = await Item.create({ anything, map: { anything } })
      const read = await Item.require(record.id)
      expect([read.anything, read.map, read.isDirty]).toEqual([
        expected[at],
        { anything: expected[at] },
        false,
      ])
      expect([record.isDirty, await Item.count({ anything: { isNull: true } })]).toEqual([false, 0])
    }
  })

  test("compares parts of value objects that are dates or bigints with dates and bigints", async store => {
    if (store.capabilities.jsonPaths !== true) return
    const period = (from: number, to: number | null = null): Period =>
      new Period({
        from: new Date(from),
        to: to === null ? null : new Date(to),
        ticks: BigInt(from) * 10n ** 15n,
      })
    await Item.createMany([
      { text: "a", period: period(5), stay: { period: period(5) } },
      { text: "b", period: period(6, 7) },
      { text: "c", period: period(-1), stay: { period: period(900) } },
      { text: "d" },
    ])
    const namesOf = async (where: Parameters<typeof Item.where>[0]): Promise<string[]> =>
      (await Item.where(where).orderBy("text")).map(({ text }) => text)
    const five = new Date(5)
    expect(await namesOf(r => r.period.from.eq(five))).toEqual(["a"])
    expect(await namesOf(r => r.period.from.eq(five.toISOString()))).toEqual(["a"])
    expect(await namesOf(r => r.period.from.gt(five))).toEqual(["b"])
    expect(await namesOf(r => r.period.from.lte(five))).toEqual(["a", "c"])
    expect(await namesOf(r => r.period.from.between(new Date(0), new Date(6)))).toEqual(["a", "b"])
    expect(await namesOf(r => r.period.from.in([five, new Date(-1)]))).toEqual(["a", "c"])
    expect(await namesOf(r => r.period.to.ne(new Date(7)))).toEqual(["a", "c", "d"])
    expect(await namesOf(r => r.period.ticks.eq(6n * 10n ** 15n))).toEqual(["b"])
    // In JSON a date is text for the types.
    expect(await namesOf(r => r.stay.path("period", "from").eq(five as never))).toEqual(["a"])
    // The same.
    expect(await namesOf({ period: { path: ["from"], gte: five } as never })).toEqual(["a", "b"])
    for (const wrong of [new Date(Number.NaN), 5n, true])
      await expect(
        // Types refuse it as well.
        (async () => namesOf(r => r.period.from.gt(wrong as never)))(),
      ).rejects.toMatchObject({ code: "NITRO_QUERY" })
  })

  test("keeps the numbers and instants at their ends, and refuses what is beyond", async () => {
    const numbers = [
      Number.MAX_VALUE,
      -Number.MAX_VALUE,
      Number.MIN_VALUE,
      2 ** 53 + 2,
      1e21,
      0.1 + 0.2,
    ]
    for (const ratio of numbers) {
      const { id } = await Item.create({ ratio })
      expect([(await Item.require(id)).ratio, await Item.count({ ratio })]).toEqual([ratio, 1])
    }
    await Item.create({ ratio: -0, count: -0, text: "zero" })
    expect([
      await Item.count({ ratio: 0 }),
      await Item.count({ count: -0 }),
      (await Item.findBy({ text: "zero" }))?.ratio,
    ]).toEqual([1, 1, 0])
    const invalid = { code: "NITRO_VALIDATION" }
    for (const values of [
      { ratio: Number.NaN },
      { ratio: Number.POSITIVE_INFINITY },
      { ratio: Number("1e400") },
      { count: 2 ** 53 },
      { count: 0.5 },
      { at: new Date(Number.NaN) },
      { at: new Date(8.64e15 + 1) },
      { big: 1 as never }, // types refuse it as well
    ])
      await expect((async () => Item.create(values))()).rejects.toMatchObject(invalid)
    for (const big of [2n ** 63n, -(2n ** 63n) - 1n, 10n ** 400n]) {
      await expect(Item.create({ big })).rejects.toMatchObject(unsupported)
      expect([
        await Item.count({ big }),
        await Item.count(r => r.big.lt(big).or(r.big.gte(big))),
      ]).toEqual([0, 0])
    }
    expect(await Item.count(r => r.ratio.lt(Number.POSITIVE_INFINITY))).toBe(numbers.length + 1)
    expect(await Item.count(r => r.count.gt(Number("1e400")).or(r.count.eq(0.5)))).toBe(0)
    expect(await Item.count(r => r.at.gt(new Date(8.64e15)))).toBe(0)
  })

  test("gives queries, counts, groups and relations the methods of a promise", async () => {
    await Item.create({ text: "a", ratio: 1 })
    const settled: string[] = []
    const all = [
      Item.all(),
      Item.count(),
      Item.all().select("text"),
      Item.all().groupBy("text", { count: true }),
      Item.all().sum("ratio"),
    ]
    for (const query of all) {
      const value = await query.finally(() => settled.push("done"))
      expect(await query.catch(() => "failed")).toEqual(value)
    }
    expect(settled.length).toBe(all.length)
    class Broken extends Entity(
      "BrokenRecord",
      { name: z.string() },
      { plural: "nitro-suite-broken-records" },
    ) {
      afterLoad(): void {
        throw new Error("on purpose")
      }
    }
    await Broken.create({ name: "a" })
    expect(await Broken.all().catch(error => messageOf(error))).toBe("on purpose")
  })

  test("finds by the whole id in a search, and by no part of it", async () => {
    const [first] = await Item.createMany([{ text: "desk" }, { text: "lamp" }])
    const ids = async (text: string): Promise<unknown[]> =>
      (await Item.search(text)).map(({ id }) => id)
    const { id } = present(first)
    expect([await ids(id), await ids(id.slice(0, 8)), await ids("des")]).toEqual([[id], [], [id]])
    await Coded.createMany([
      { id: 7, name: "a" },
      { id: 70, name: "b7" },
    ])
    expect((await Coded.search("7").orderBy("id")).map(coded => coded.id)).toEqual([7, 70])
    expect((await Coded.search("70")).map(coded => coded.id)).toEqual([70])
    expect((await Coded.search("7", { fields: ["name"] })).map(coded => coded.id)).toEqual([70])
  })

  on(units)("lets an instance of a unit of work be saved after a change of many", async () => {
    const { id } = await Versioned.create({ name: "a" })
    const observed: unknown[] = []
    for (const observe of [false, true]) {
      const stop = observe ? Versioned.observe(change => observed.push(change)) : () => undefined
      await unitOfWork(async () => {
        const one = await Versioned.require(id)
        one.name = `unsaved ${observe}`
        expect(await Versioned.updateWhere({ id }, { n: one.n + 5 })).toBe(1)
        expect([one.name, one.isDirty]).toEqual([`unsaved ${observe}`, true])
        const before = one.version
        await one.save()
        expect([one.version, (await Versioned.require(id)).n === one.n]).toEqual([before + 1, true])
      })
      stop()
    }
    const last = await Versioned.require(id)
    expect([last.name, last.n, last.version]).toEqual(["unsaved true", 10, 5])
    const failed = unitOfWork(async () => {
      const one = await Versioned.require(id)
      await Versioned.updateWhere({ id }, { n: 99 })
      expect([one.n, one.isDirty]).toEqual([99, false])
      throw Object.assign(new Error("no"), { one })
    })
    // Thrown with it above.
    const { one } = (await failed.catch((error: unknown) => error)) as { one: Versioned }
    expect([one.n, one.version, one.isDirty]).toEqual([10, 5, false])
    await one.update({ n: 11 })
    expect((await Versioned.require(id)).n).toBe(11)
  })
}
