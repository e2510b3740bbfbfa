// Keys of topics: one text for equal values, another for every other value.
import { isDeepStrictEqual } from "node:util"
import fc from "fast-check"
import { Entity, memory, type Query, ref } from "nitro-ts/entity"
import { describe, expect, it } from "vitest"
import { z } from "zod"
import { canonicalText } from "./canonical.ts"

const runs = Number(process.env["NITRO_PROPERTY_RUNS"] ?? 500)

const different: unknown[] = [
  undefined,
  null,
  "undefined",
  "null",
  "",
  1,
  "1",
  1n,
  "1n",
  0,
  -0,
  Number.NaN,
  "NaN",
  Number.POSITIVE_INFINITY,
  "Infinity",
  true,
  "true",
  new Date(0),
  new Date(Number.NaN),
  "date(0)",
  new Date(0).toISOString(),
  new Uint8Array([1, 2]),
  new Uint8Array([1]),
  "bytes(01)",
  [],
  {},
  [[]],
  [undefined],
  [null],
  [1, 2],
  ["1,2"],
  ["1", "2"],
  ['1","2'],
  { a: 1 },
  { a: "1" },
  { a: undefined },
  { b: 1 },
  { 'a":1,"b': 1 },
  { a: 1, b: 1 },
  "\ud800",
  "\\ud800",
  "\ufffd",
]

it("distinguishes values that JSON or text would confuse", () => {
  const texts = different.map(canonicalText)
  expect(new Set(texts).size).toBe(different.length)
})

it("does not depend on the order of fields, and takes functions, classes and stores by identity", () => {
  expect(canonicalText({ a: 1, b: [2] })).toBe(canonicalText({ b: [2], a: 1 }))
  const [one, two] = [memory(), memory()]
  expect(canonicalText([one, two])).toBe(canonicalText([one, two]))
  expect(canonicalText(one)).not.toBe(canonicalText(two))
  const make = () => (row: object) => row
  expect(canonicalText(make())).not.toBe(canonicalText(make()))
})

const leaf = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.string({ maxLength: 3 }),
  fc.integer({ min: -3, max: 3 }),
  fc.double(),
  fc.bigInt({ min: -3n, max: 3n }),
  fc.boolean(),
  fc.constantFrom(undefined, null, "@1", "date(1)"),
  fc.date({ noInvalidDate: true, min: new Date(0), max: new Date(3) }),
  fc.uint8Array({ maxLength: 2 }),
)
const value = fc.letrec(tie => ({
  any: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    leaf,
    fc.array(tie("any"), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom("a", "b", 'a"', "a:1"), tie("any"), { maxKeys: 3 }),
  ),
})).any

it("has one text exactly for equal values", () => {
  fc.assert(
    fc.property(value, value, (a, b) => {
      expect(canonicalText(a) === canonicalText(b)).toBe(isDeepStrictEqual(plain(a), plain(b)))
      expect(canonicalText(structuredClone(a))).toBe(canonicalText(a))
    }),
    { numRuns: runs * 4 },
  )
})

/** Dictionaries of the generator may have no prototype. */
function plain(any: unknown): unknown {
  if (Array.isArray(any)) return any.map(plain)
  if (typeof any !== "object" || any === null || any instanceof Date || any instanceof Uint8Array)
    return any
  return Object.fromEntries(Object.entries(any).map(([name, field]) => [name, plain(field)]))
}

class Owner extends Entity("Owner", { name: z.string() }) {
  static store = memory()
}
const fields = {
  text: z.string(),
  when: z.date(),
  size: z.number(),
  big: z.bigint(),
  done: z.boolean(),
  data: z.any(),
  ownerId: ref("Owner").nullable(),
}
class Thing extends Entity("Thing", fields) {
  static store = memory()
  get owner() {
    return this.belongsTo(Owner, "ownerId")
  }
}

describe("two plans", () => {
  type Things = Query<Thing>
  interface Step {
    readonly what: readonly [string, ...unknown[]]
    readonly add: (query: Things) => Things
  }
  const step = (what: Step["what"], add: Step["add"]): Step => ({ what, add })
  const texts = fc.oneof(
    fc.string({ maxLength: 4 }),
    fc.constantFrom("1", "null", "2020-01-01T00:00:00.000Z", '","'),
  )
  const small = fc.integer({ min: 0, max: 3 })
  const steps = fc.oneof(
    texts.map(text => step(["text", text], q => q.where({ text }))),
    texts.map(text => step(["not", text], q => q.where(t => t.text.ne(text)))),
    fc
      .array(texts, { maxLength: 3 })
      .map(list => step(["in", list], q => q.where(t => t.text.in(list)))),
    small.map(ms => step(["when", ms], q => q.where({ when: new Date(ms) }))),
    small.map(size => step(["size", size], q => q.where({ size }))),
    fc.bigInt({ min: 0n, max: 3n }).map(big => step(["big", big], q => q.where({ big }))),
    fc.boolean().map(done => step(["done", done], q => q.where({ done }))),
    texts.map(name => step(["owner", name], q => q.where(t => t.owner.name.eq(name)))),
    small.map(limit => step(["limit", limit], q => q.limit(limit))),
    small.map(offset => step(["offset", offset], q => q.offset(offset))),
    fc
      .constantFrom("text", "-text", "size", "-size")
      .map(order => step(["order", order], q => q.orderBy(order as "text"))),
    fc.constant(step(["with"], q => q.with("owner"))),
  )
  const planOf = (parts: readonly Step[]) =>
    parts.reduce((query, { add }) => add(query), Thing.all() as unknown as Things).plan

  /** Conditions apart from orders and relations, and of several windows the last. */
  function meaningOf(parts: readonly Step[]): unknown {
    const of = (...names: string[]) =>
      parts.map(({ what }) => what).filter(([name]) => names.includes(name))
    return [
      of("text", "not", "in", "when", "size", "big", "done", "owner"),
      of("order"),
      of("with"),
      of("limit").at(-1),
      of("offset").at(-1),
    ]
  }

  it("that were put together differently never have one text; put together alike they do", () => {
    fc.assert(
      fc.property(fc.array(steps, { maxLength: 4 }), fc.array(steps, { maxLength: 4 }), (a, b) => {
        expect(canonicalText(planOf(a)) === canonicalText(planOf(b))).toBe(
          isDeepStrictEqual(meaningOf(a), meaningOf(b)),
        )
        expect(canonicalText(planOf(a))).toBe(canonicalText(planOf(a)))
      }),
      { numRuns: runs * 4 },
    )
  })
})
