// Watches that are found by index are those that are found by looking at each, whatever their conditions and the rows are.
import { type Change, Entity, type EntityInstance, memory } from "nitro-ts/entity"
import { matches, type Predicate } from "nitro-ts/store"
import { describe, expect, it } from "vitest"
import { z } from "zod"
import { randomFrom } from "../support/random-app.tsx"
import { ClassWatches, type Watch } from "./watches.ts"

const runs = Number(process.env["NITRO_PROPERTY_RUNS"] ?? 40)
const texts = ["", "a", "A", "ab", "b", "é", "\u{1f600}", "x%"] as const
type Random = (below: number) => number

function makeRow(version: boolean) {
  return class Row extends Entity(
    "Row",
    {
      text: z.string(),
      other: z.string().nullable().default(null),
      number: z.int(),
      price: z.number().nullable().default(null),
      big: z.bigint(),
      day: z.date(),
      done: z.boolean(),
      data: z.json().default({}),
    },
    { version },
  ) {
    static store = memory()
  }
}
type RowClass = ReturnType<typeof makeRow>
type Row = InstanceType<RowClass>

const pick = <T>(random: Random, list: readonly T[]): T => list[random(list.length)] as T
const numberOf = (random: Random) => random(12) - 4
const dayOf = (random: Random) => new Date(Date.UTC(2026, 0, 1 + random(6)))

const valuesOf = {
  text: (random: Random) => pick(random, texts),
  other: (random: Random) => (random(3) === 0 ? null : pick(random, texts)),
  number: numberOf,
  price: (random: Random) => (random(3) === 0 ? null : numberOf(random) + 0.5),
  big: (random: Random) => BigInt(numberOf(random)) + 2n ** 60n,
  day: dayOf,
  done: (random: Random) => random(2) === 0,
}
type Field = keyof typeof valuesOf
const fields = Object.keys(valuesOf) as Field[]

function rowOf(random: Random) {
  return {
    text: valuesOf.text(random),
    other: valuesOf.other(random),
    number: valuesOf.number(random),
    price: valuesOf.price(random),
    big: valuesOf.big(random),
    day: valuesOf.day(random),
    done: valuesOf.done(random),
    data: random(2) === 0 ? { kind: pick(random, texts) } : {},
  }
}

function predicateOf(random: Random, depth = 0): Predicate {
  const field = pick(random, fields)
  const value = () => valuesOf[field](random)
  const values = () => Array.from({ length: random(4) }, value)
  const parts = () => Array.from({ length: random(4) }, () => predicateOf(random, depth + 1))
  const kind = random(depth > 2 ? 10 : 14)
  switch (kind) {
    case 0:
    case 1:
      return { op: "eq", field, value: value() }
    case 2:
      return { op: pick(random, ["in", "notIn"] as const), field, values: values() }
    case 3:
    case 4:
      return { op: pick(random, ["lt", "lte", "gt", "gte", "ne"] as const), field, value: value() }
    case 5:
      return { op: "between", field, from: value(), to: value() }
    case 6:
      return { op: "isNull", field }
    case 7: {
      const op = pick(random, ["like", "contains", "startsWith", "endsWith"] as const)
      return { op, field: pick(random, ["text", "other"] as const), value: pick(random, texts) }
    }
    case 8: {
      const op = pick(random, ["eq", "ne", "lt", "gte"] as const)
      return { op, field: "number", value: { field: "price" } }
    }
    case 9:
      return { op: "json", field: "data", path: ["kind"], test: "eq", value: pick(random, texts) }
    case 10:
      return { op: "not", of: predicateOf(random, depth + 1) }
    case 11:
      return { op: "or", of: parts() }
    default:
      return { op: "and", of: parts() }
  }
}

interface View {
  readonly where: Predicate | undefined
  readonly leaving: boolean
  readonly watch: Watch<number>
}

function makeViews(Row: RowClass, watches: ClassWatches<number>, random: Random): View[] {
  return Array.from({ length: 60 }, (_, number) => {
    const where = random(20) === 0 ? undefined : predicateOf(random)
    const leaving = random(2) === 0
    return {
      where,
      leaving,
      watch: watches.add({ entity: Row, where, leaving }, undefined, number),
    }
  })
}

const sorted = (numbers: Iterable<number>) => [...numbers].sort((a, b) => a - b)

describe.each([true, false])("of a class whose rows have a version: %s", version => {
  it("each change concerns the watches whose condition holds for its row, before it or after it", async () => {
    for (let seed = 1; seed <= runs; seed++) {
      const random = randomFrom(seed * 7919)
      const Row = makeRow(version)
      const watches = new ClassWatches<number>()
      const views = makeViews(Row, watches, random)
      const gone = new Set(views.filter(() => random(5) === 0))
      const changes: Change<Row>[] = []
      Row.observe(change => {
        changes.push(change)
      })
      const rows: Row[] = []
      for (let step = 0; step < 30; step++) {
        if (step === 15) for (const { watch } of gone) watch.end()
        const row = pick(random, rows)
        const kind = random(5)
        if (row === undefined || kind === 0) rows.push(await Row.create(rowOf(random)))
        else if (kind === 1) {
          rows.splice(rows.indexOf(row), 1)
          await row.delete()
        } else {
          const { [pick(random, fields)]: _, ...some } = rowOf(random)
          await row.update(some)
        }
        for (const change of changes.splice(0)) {
          const byHand = views.flatMap((view, number) => {
            if (step >= 15 && gone.has(view)) return []
            const { after, before } = change
            const holds =
              (after !== undefined && matches(view.where, after)) ||
              (view.leaving && before !== undefined && matches(view.where, before))
            return holds ? [number] : []
          })
          const found = sorted(watches.concerned(change as unknown as Change<EntityInstance>))
          expect(found, `seed ${seed}, step ${step}`).toEqual(byHand)
        }
      }
      for (const { watch } of views) watch.end()
      expect(watches.isEmpty).toBe(true)
    }
  })
})

it("misses no row that instances change which were read before other changes", async () => {
  for (let seed = 1; seed <= runs; seed++) {
    const random = randomFrom(seed * 104_729)
    const Row = makeRow(false)
    const watches = new ClassWatches<number>()
    const views = makeViews(Row, watches, random)
    const changes: Change<Row>[] = []
    Row.observe(change => {
      changes.push(change)
    })
    const { id } = await Row.create(rowOf(random))
    const stored = async () => ({ ...(await Row.get(id))?.toJSON() })
    const current = async () => await Row.get(id)
    watches.concerned(changes.splice(0)[0] as unknown as Change<EntityInstance>)
    const instances = [await Row.require(id), await Row.require(id), await Row.require(id)]
    for (let step = 0; step < 20; step++) {
      const before = await current()
      const instance = pick(random, instances)
      const field = pick(random, fields)
      await instance.update({ [field]: valuesOf[field](random) } as never)
      if (random(4) === 0) instances[random(3)] = await Row.require(id)
      const after = await current()
      const found = new Set<number>()
      for (const change of changes.splice(0))
        for (const number of watches.concerned(change as unknown as Change<EntityInstance>))
          found.add(number)
      for (const [number, { where, leaving }] of views.entries()) {
        const [was, is] = [matches(where, before as object), matches(where, after as object)]
        const concerns = leaving ? was !== is : is && !was
        if (concerns)
          expect(
            found.has(number),
            `seed ${seed}, step ${step}, ${JSON.stringify(await stored())}`,
          ).toBe(true)
      }
    }
  }
})
