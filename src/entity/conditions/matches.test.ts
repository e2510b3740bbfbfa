import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { z } from "zod"
import type { Predicate, Value } from "../contract/predicate.ts"
import type { Order } from "../contract/repository.ts"
import { Entity } from "../entity.ts"
import { memory } from "../memory/store.ts"
import { compareBy, compileOrder, compilePredicate, matches } from "./matches.ts"

describe("matches", () => {
  const day = new Date("2024-05-01")
  const row = {
    id: "a",
    text: "Apple 100%",
    count: 3,
    none: null,
    at: day,
    big: 5n,
    bytes: Uint8Array.of(1, 2),
    flag: false,
  }
  const is = (predicate: Predicate): boolean => matches(predicate, row)

  it("matches everything without a condition, and nothing with an empty `or`", () => {
    expect(matches(undefined, row)).toBe(true)
    expect(is({ op: "and", of: [] })).toBe(true)
    expect(is({ op: "or", of: [] })).toBe(false)
  })

  it("lets null equal nothing but isNull", () => {
    expect(is({ op: "eq", field: "none", value: null })).toBe(true)
    expect(is({ op: "isNull", field: "none" })).toBe(true)
    expect(is({ op: "ne", field: "none", value: 1 })).toBe(true)
    expect(is({ op: "eq", field: "none", value: { field: "none" } })).toBe(false)
    expect(is({ op: "ne", field: "none", value: { field: "none" } })).toBe(true)
    expect(is({ op: "lt", field: "none", value: 1 })).toBe(false)
    expect(is({ op: "gte", field: "count", value: null })).toBe(false)
    expect(is({ op: "not", of: { op: "lt", field: "none", value: 1 } })).toBe(true)
    expect(is({ op: "in", field: "none", values: [1] })).toBe(false)
    expect(is({ op: "in", field: "none", values: [1, null] })).toBe(true)
    expect(is({ op: "notIn", field: "none", values: [1, null] })).toBe(false)
    expect(is({ op: "contains", field: "none", value: "" })).toBe(false)
  })

  it("compares dates by time, bytes by content, bigints as numbers", () => {
    expect(is({ op: "eq", field: "at", value: new Date(day) })).toBe(true)
    expect(is({ op: "eq", field: "bytes", value: Uint8Array.of(1, 2) })).toBe(true)
    expect(is({ op: "eq", field: "bytes", value: Uint8Array.of(1, 3) })).toBe(false)
    expect(is({ op: "in", field: "at", values: [new Date(day)] })).toBe(true)
    expect(is({ op: "gt", field: "big", value: 4n })).toBe(true)
  })

  it("ignores the case of ASCII letters in text and of no others", () => {
    expect(is({ op: "contains", field: "text", value: "aPPLE" })).toBe(true)
    expect(matches({ op: "contains", field: "text", value: "é" }, { text: "É" })).toBe(false)
    expect(matches({ op: "contains", field: "text", value: "k" }, { text: "\u212a" })).toBe(false)
    expect(is({ op: "eq", field: "text", value: "apple 100%" })).toBe(false)
  })

  it("takes text literally but in `like`", () => {
    expect(is({ op: "endsWith", field: "text", value: "%" })).toBe(true)
    expect(is({ op: "contains", field: "text", value: "_" })).toBe(false)
    expect(is({ op: "like", field: "text", value: "apple%" })).toBe(true)
    expect(is({ op: "like", field: "text", value: "_pple ___%" })).toBe(true)
    expect(is({ op: "like", field: "text", value: "apple" })).toBe(false)
    expect(matches({ op: "like", field: "text", value: "_" }, { text: "👍" })).toBe(true)
  })

  it("decides a hostile pattern in no time", () => {
    const started = performance.now()
    expect(
      matches(
        { op: "like", field: "text", value: `${"%a".repeat(30)}b` },
        { text: "a".repeat(5000) },
      ),
    ).toBe(false)
    expect(performance.now() - started).toBeLessThan(1000)
  })

  it("sorts nulls last ascending and first descending, ties by id", () => {
    const rows = [
      { id: "d", n: null },
      { id: "c", n: 2 },
      { id: "b", n: null },
      { id: "a", n: 2 },
      { id: "e", n: 1 },
    ]
    const sorted = (direction: "asc" | "desc"): string =>
      [...rows]
        .sort(compareBy([{ field: "n", direction }]))
        .map(({ id }) => id)
        .join("")
    expect(sorted("asc")).toBe("eacbd")
    expect(sorted("desc")).toBe("bdace")
  })

  it("sorts text by code point, not by UTF-16 unit", () => {
    const rows = ["\u{1f34e}", "\uff01", "z", "a\ud800", "ab", "a"].map(id => ({ id }))
    const sorted = [...rows].sort(compareBy([])).map(({ id }) => id)
    const bytes = (text: string): string =>
      Array.from(text, char => (char.codePointAt(0) as number).toString(16).padStart(6, "0")).join()
    expect(sorted).toEqual(
      [...rows.map(({ id }) => id)].sort((a, b) => (bytes(a) < bytes(b) ? -1 : 1)),
    )
  })
})

// A slow and literal evaluator to compare the compiled one and the memory store with.
type Plain = Readonly<Record<string, string | number | boolean | null>>
const fields = ["text", "other", "count", "limit", "flag"] as const

function naive(predicate: Predicate, row: Plain): boolean {
  switch (predicate.op) {
    case "and":
      return predicate.of.filter(part => !naive(part, row)).length === 0
    case "or":
      return predicate.of.filter(part => naive(part, row)).length > 0
    case "not":
      return naive(predicate.of, row) === false
    case "isNull":
      return row[predicate.field] === null
    case "in":
    case "notIn":
      return (
        predicate.values.some(value => row[predicate.field] === value) === (predicate.op === "in")
      )
    case "between":
      return (
        naive({ op: "gte", field: predicate.field, value: predicate.from }, row) &&
        naive({ op: "lte", field: predicate.field, value: predicate.to }, row)
      )
    case "contains":
    case "startsWith":
    case "endsWith":
    case "like": {
      const found = row[predicate.field]
      if (typeof found !== "string") return false
      const literal = predicate.value.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")
      const pattern = {
        contains: literal,
        startsWith: `^(?:${literal})`,
        endsWith: `(?:${literal})$`,
        like: `^${literal.replaceAll("%", "[^]*").replaceAll("_", "[^]")}$`,
      }[predicate.op]
      return new RegExp(
        pattern.replace(/[a-z]/gi, letter => `[${letter.toLowerCase()}${letter.toUpperCase()}]`),
        "u",
      ).test(found)
    }
    case "some":
    case "json":
      throw new Error("tested elsewhere")
    default: {
      const left = row[predicate.field] as Exclude<Value, Date | Uint8Array>
      const given = predicate.value as Value | { field: string }
      const isField = typeof given === "object" && given !== null
      const right = (isField ? row[(given as { field: string }).field] : given) as Exclude<
        Value,
        Date | Uint8Array
      >
      if (predicate.op === "eq") return left === right && !(isField && left === null)
      if (predicate.op === "ne") return left !== right || (isField && left === null)
      if (left === null || right === null) return false
      const order =
        typeof left === "string"
          ? Buffer.compare(Buffer.from(left), Buffer.from(right as string))
          : Number(left) - Number(right)
      return { lt: order < 0, lte: order <= 0, gt: order > 0, gte: order >= 0 }[predicate.op]
    }
  }
}

const text = fc.oneof(
  fc.string({ unit: fc.constantFrom("a", "A", "b", "%", "_", "é", "\\"), maxLength: 4 }),
  fc.constantFrom("", "\u{1f34e}", "\uff01"),
)
const number = fc.integer({ min: -3, max: 3 })
const arbitraryOf = { text, other: text, count: number, limit: number, flag: fc.boolean() }
const rowArbitrary = fc.record(
  Object.fromEntries(
    fields.map(field => [
      field,
      fc.option(arbitraryOf[field] as fc.Arbitrary<string | number | boolean>, { freq: 4 }),
    ]),
  ),
)

const leaf: fc.Arbitrary<Predicate> = fc
  .constantFrom(...fields)
  .chain((field): fc.Arbitrary<Predicate> => {
    const value = arbitraryOf[field] as fc.Arbitrary<Value>
    const nullable = fc.option(value, { freq: 5 })
    const twin = { text: "other", other: "text", count: "limit", limit: "count", flag: "flag" }[
      field
    ]
    const general = [
      fc.record({
        op: fc.constantFrom("eq", "ne", "lt", "lte", "gt", "gte"),
        field: fc.constant(field),
        value: nullable,
      }),
      fc.record({
        op: fc.constantFrom("eq", "ne", "lt", "lte", "gt", "gte"),
        field: fc.constant(field),
        value: fc.constant({ field: twin }),
      }),
      fc.record({
        op: fc.constantFrom("in", "notIn"),
        field: fc.constant(field),
        values: fc.array(nullable, { maxLength: 3 }),
      }),
      fc.record({ op: fc.constant("between"), field: fc.constant(field), from: value, to: value }),
      fc.record({ op: fc.constant("isNull"), field: fc.constant(field) }),
    ]
    const texts = fc.record({
      op: fc.constantFrom("contains", "startsWith", "endsWith", "like"),
      field: fc.constant(field),
      value: text,
    })
    return fc.oneof(
      ...general,
      ...(field === "text" || field === "other" ? [texts] : []),
    ) as fc.Arbitrary<Predicate>
  })
const { predicate: predicateArbitrary } = fc.letrec<{ predicate: Predicate }>(tie => ({
  predicate: fc.oneof(
    { maxDepth: 4 },
    leaf,
    fc.record({
      op: fc.constantFrom("and", "or"),
      of: fc.array(tie("predicate"), { maxLength: 3 }),
    }) as fc.Arbitrary<Predicate>,
    fc.record({ op: fc.constant("not"), of: tie("predicate") }) as fc.Arbitrary<Predicate>,
  ),
}))
const orderArbitrary = fc.array(
  fc.record({ field: fc.constantFrom(...fields), direction: fc.constantFrom("asc", "desc") }),
  {
    maxLength: 3,
  },
) as fc.Arbitrary<Order[]>

class Thing extends Entity(
  "Thing",
  {
    text: z.string().nullable(),
    other: z.string().nullable(),
    count: z.int().nullable(),
    limit: z.int().nullable(),
    flag: z.boolean().nullable(),
  },
  { index: ["text", "count"] },
) {}

describe("properties", () => {
  it("evaluates any predicate as a literal reading of the rules does", () => {
    void fc.assert(
      fc.property(predicateArbitrary, rowArbitrary, (predicate, row) => {
        expect(matches(predicate, row)).toBe(naive(predicate, row as Plain))
        expect(matches({ op: "not", of: predicate }, row)).toBe(!naive(predicate, row as Plain))
      }),
      { numRuns: 10_000 },
    )
  })

  it("finds in memory, by index or not, the same rows in the same order", () => {
    void fc.assert(
      fc.property(
        predicateArbitrary,
        fc.array(rowArbitrary, { maxLength: 12 }),
        orderArbitrary,
        fc.option(fc.nat({ max: 5 })),
        fc.nat({ max: 4 }),
        (where, rows, orderBy, limit, offset) => {
          const entities = rows.map((row, index) => ({
            id: `${(index * 7) % 13}-${index}`,
            ...row,
          }))
          const repository = memory().bind(Thing.definition)
          const encode = (entity: object): unknown[] =>
            Thing.definition.fields.map(({ name }) => (entity as Record<string, unknown>)[name])
          void repository.write(entities.map(entity => ({ op: "insert", row: encode(entity) })))
          const expected = entities
            .filter(entity => naive(where, entity as unknown as Plain))
            .sort(compareBy(orderBy))
            .slice(offset, limit === null ? undefined : offset + limit)
          const plan = { where, orderBy, offset, ...(limit === null ? {} : { limit }) }
          expect(repository.find(plan)).toEqual(expected.map(encode))
          expect(repository.count(plan)).toBe(expected.length)
        },
      ),
      { numRuns: 3000 },
    )
  })

  it("orders totally: any shuffle sorts to the same list", () => {
    void fc.assert(
      fc.property(fc.array(rowArbitrary, { maxLength: 8 }), orderArbitrary, (rows, orderBy) => {
        const entities = rows.map((row, index) => ({ id: `${index}`, ...row }))
        const sorted = [...entities].sort(compareBy(orderBy))
        expect([...entities].reverse().sort(compareBy(orderBy))).toEqual(sorted)
      }),
      { numRuns: 1000 },
    )
  })

  it("compiles for rows of any form", () => {
    const at = (field: string) => (row: unknown[]) => row[field === "id" ? 0 : 1]
    expect(compilePredicate({ op: "gt", field: "n", value: 1 }, at)(["a", 2])).toBe(true)
    expect(
      [
        ["b", 1],
        ["a", 1],
        ["c", 0],
      ]
        .sort(compileOrder([{ field: "n", direction: "asc" }], at))
        .map(([id]) => id),
    ).toEqual(["c", "a", "b"])
  })
})
