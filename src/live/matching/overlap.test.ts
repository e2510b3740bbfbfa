// Changes of many rows: two conditions overlap where one row can meet both, and a view is concerned only then.
import { type Change, Entity, type EntityInstance, memory } from "nitro-ts/entity"
import { matches, type Predicate } from "nitro-ts/store"
import { describe, expect, it } from "vitest"
import { z } from "zod"
import { randomFrom } from "../support/random-app.tsx"
import { makeRow, predicateOf, rowOf } from "../support/random-conditions.ts"
import { mayOverlap } from "./overlap.ts"
import { ClassWatches, type Interest } from "./watches.ts"

const all = () => true
const eq = (field: string, value: string | number | boolean | null | Date): Predicate => ({
  op: "eq",
  field,
  value,
})
const not = (of: Predicate): Predicate => ({ op: "not", of })
const and = (...of: Predicate[]): Predicate => ({ op: "and", of })
const or = (...of: Predicate[]): Predicate => ({ op: "or", of })
const compared = (op: "lt" | "lte" | "gt" | "gte", value: number): Predicate => {
  return { op, field: "n", value }
}

describe("conditions overlap", () => {
  it.each<[string, Predicate, Predicate, boolean]>([
    ["equal values", eq("a", 1), eq("a", 1), true],
    ["other values", eq("a", 1), eq("a", 2), false],
    ["dates, which are equal by their time", eq("a", new Date(5)), eq("a", new Date(5)), true],
    ["fields apart", eq("a", 1), eq("b", 2), true],
    ["a value and its negation", eq("a", 1), not(eq("a", 1)), false],
    ["null and ne", eq("a", null), { op: "ne", field: "a", value: 1 }, true],
    ["null and an order", { op: "isNull", field: "n" }, compared("lt", 5), false],
    [
      "lists",
      { op: "in", field: "a", values: [1, 2] },
      { op: "in", field: "a", values: [3] },
      false,
    ],
    ["a list and its rest", { op: "in", field: "a", values: [1, 2] }, not(eq("a", 1)), true],
    ["ranges that touch", compared("lte", 5), compared("gte", 5), true],
    ["ranges that touch in an open end", compared("lt", 5), compared("gte", 5), false],
    ["ranges apart", compared("lt", 5), { op: "between", field: "n", from: 6, to: 9 }, false],
    ["a negated range, which null meets", compared("lt", 5), not(compared("lt", 5)), true],
    ["text and a value", eq("a", "Desk"), { op: "startsWith", field: "a", value: "de" }, true],
    ["text and another", eq("a", "Chair"), { op: "startsWith", field: "a", value: "de" }, false],
    ["alternatives", or(eq("a", 1), eq("a", 2)), and(eq("a", 2), eq("b", 1)), true],
    ["no alternative", or(eq("a", 1), eq("a", 2)), and(eq("a", 3), eq("b", 1)), false],
    ["nothing", or(), eq("a", 1), false],
    ["everything", and(), eq("a", 1), true],
    ["the negation of both", not(or(eq("a", 1), eq("b", 1))), eq("b", 1), false],
    [
      "another field as the value",
      { op: "eq", field: "a", value: { field: "b" } },
      eq("a", 1),
      true,
    ],
  ])("%s", (_, one, other, isOne) => {
    expect([mayOverlap(one, other, all), mayOverlap(other, one, all)]).toEqual([isOne, isOne])
  })

  it("always, in a field that is not decided", () => {
    expect(mayOverlap(eq("a", 1), eq("a", 2), field => field !== "a")).toBe(true)
  })

  it("where it is too long to find out, after a bounded time", () => {
    const values = (from: number) => Array.from({ length: 50_000 }, (_, n) => from + n)
    const long = or(...values(0).map(n => and(eq("a", n), or(eq("b", n), eq("b", -n)))))
    const startedAt = performance.now()
    expect(mayOverlap(long, eq("a", -1), all)).toBe(true)
    expect(performance.now() - startedAt).toBeLessThan(1000)
  })

  it("wherever a row meets both (random conditions and rows)", () => {
    const Row = makeRow(false)
    let apart = 0
    for (let seed = 1; seed <= 2000; seed++) {
      const random = randomFrom(seed * 48_271)
      const [one, other] = [predicateOf(random), predicateOf(random)]
      const overlaps = mayOverlap(one, other, all)
      if (!overlaps) apart++
      for (let n = 0; n < 20 && !overlaps; n++) {
        const row = new Row(rowOf(random))
        expect(matches(one, row) && matches(other, row), `seed ${seed}`).toBe(false)
      }
    }
    expect(apart).toBeGreaterThan(200)
  })
})

describe("a change of many concerns", () => {
  class Part extends Entity("OverlapPart", { list: z.string(), n: z.int(), done: z.boolean() }) {
    static store = memory()
  }
  const many = (values: Partial<Change>): Change<EntityInstance> =>
    ({
      entity: Part,
      op: "update-many",
      id: undefined,
      changed: [],
      ...values,
    }) as unknown as Change<EntityInstance>

  function concerned(interests: readonly Partial<Interest>[], change: Change<EntityInstance>) {
    const watches = new ClassWatches<number>()
    for (const [number, interest] of interests.entries())
      watches.add({ entity: Part, leaving: true, ...interest } as Interest, undefined, number)
    return [...watches.concerned(change)]
  }

  it("views of its rows, before it and after it", () => {
    const views = [
      { where: eq("list", "a") },
      { where: eq("list", "b") },
      { where: and(eq("list", "a"), eq("done", true)) },
      { where: and(eq("list", "b"), eq("done", true)) },
      {},
    ]
    const finish = many({ where: and(eq("list", "a"), eq("done", false)), changed: ["done"] })
    expect(concerned(views, finish)).toEqual([0, 2, 4])
    // The field that decides is written.
    const move = many({ where: eq("list", "a"), changed: ["list"] })
    expect(concerned(views, move)).toEqual([0, 1, 2, 3, 4])
    const remove = many({ op: "delete-many", where: eq("list", "a") })
    expect(concerned(views, remove)).toEqual([0, 2, 4])
    expect(concerned(views, many({ changed: ["n"] }))).toEqual([0, 1, 2, 3, 4])
  })

  it("of views that show some fields, those that it writes; but a list by whatever its rows show", () => {
    const fields = new Set(["list"])
    const views = [{ fields }, { fields, holdsRows: true }, {}]
    expect(concerned(views, many({ where: eq("list", "a"), changed: ["n"] }))).toEqual([1, 2])
    expect(concerned(views, many({ op: "delete-many", where: eq("list", "a") }))).toEqual([0, 1, 2])
  })

  it("every view, where the change is of a kind that a newer process knows", () => {
    const where = eq("list", "a")
    const change = many({ op: "archive-many" as never, where, changed: ["n"] })
    expect(concerned([{ where: eq("list", "b"), fields: new Set(["done"]) }], change)).toEqual([0])
  })

  it("views of rows that an instance moved, whose write the log brought first", async () => {
    class Row extends Entity("OverlapRow", { text: z.string(), n: z.int() }) {
      static store = memory()
    }
    const watches = new ClassWatches<string>()
    const where = and(eq("text", "new"), eq("n", 5))
    watches.add({ entity: Row, where, leaving: false }, undefined, "view")
    const { id } = await Row.create({ text: "old", n: 1 })
    const late = await Row.require(id)
    const changes: Change<Row>[] = []
    const end = Row.observe(change => void changes.push(change))
    await Row.updateWhere({ text: "old" }, { n: 5 })
    changes.length = 0
    await late.update({ text: "new" })
    end()
    const written = many({ entity: Row as never, where: eq("text", "old"), changed: ["n"] })
    const published = [changes[0] as unknown as Change<EntityInstance>, written]
    expect(await Row.require(id)).toMatchObject({ text: "new", n: 5 })
    expect(published.flatMap(change => [...watches.concerned(change)])).toEqual(["view"])
  })
})
