// Random rows of every type, and random conditions on them.
import { and, type Condition, Entity, memory, not, or, type Store } from "nitro-ts/entity"
import { isFieldOperand, type Predicate } from "nitro-ts/store"
import { z } from "zod"

const texts = ["", "a", "A", "ab", "b", "é", "\u{1f600}", "x%"] as const
export type Random = (below: number) => number

export function makeRow(version: boolean, store: Store = memory()) {
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
    static store = store
  }
}
export type RowClass = ReturnType<typeof makeRow>
export type Row = InstanceType<RowClass>

export const pick = <T>(random: Random, list: readonly T[]): T => list[random(list.length)] as T
const numberOf = (random: Random) => random(12) - 4
const dayOf = (random: Random) => new Date(Date.UTC(2026, 0, 1 + random(6)))

export const valuesOf = {
  text: (random: Random) => pick(random, texts),
  other: (random: Random) => (random(3) === 0 ? null : pick(random, texts)),
  number: numberOf,
  price: (random: Random) => (random(3) === 0 ? null : numberOf(random) + 0.5),
  big: (random: Random) => BigInt(numberOf(random)) + 2n ** 60n,
  day: dayOf,
  done: (random: Random) => random(2) === 0,
}
type Field = keyof typeof valuesOf
export const fields = Object.keys(valuesOf) as Field[]

export function rowOf(random: Random) {
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

export function predicateOf(random: Random, depth = 0): Predicate {
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

/** The same as a condition of the entity's, which queries and writes of many take. */
export function conditionOf(row: object, where: Predicate): Condition {
  const columns = row as Record<string, Record<string, (...given: unknown[]) => Condition>>
  const id = columns["id"] as Record<"eq" | "ne", (value: string) => Condition>
  switch (where.op) {
    case "and":
      return and(id.ne(""), ...where.of.map(part => conditionOf(row, part)))
    case "or":
      return or(id.eq(""), ...where.of.map(part => conditionOf(row, part)))
    case "not":
      return not(conditionOf(row, where.of))
    case "some":
      throw new Error("Conditions here have no relations.")
    case "json":
      return (
        columns[where.field] as unknown as {
          path(...steps: unknown[]): { eq(v: unknown): Condition }
        }
      )
        .path(...where.path)
        .eq(where.value)
    default: {
      const column = columns[where.field] as Record<string, (...given: unknown[]) => Condition>
      const operand =
        "value" in where && isFieldOperand(where.value) ? columns[where.value.field] : undefined
      const given: unknown[] =
        where.op === "between"
          ? [where.from, where.to]
          : "values" in where
            ? [[...where.values]]
            : "value" in where
              ? [operand ?? where.value]
              : []
      // An order with null holds for nothing, and is refused where it is written.
      const isOrder = ["lt", "lte", "gt", "gte", "between"].includes(where.op)
      if (isOrder && given.includes(null)) return id.eq("")
      return (column[where.op] as (...given: unknown[]) => Condition).apply(column, given)
    }
  }
}
