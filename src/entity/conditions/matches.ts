// Evaluates predicates and orders in memory, with exactly the semantics that stores keep (see predicate.ts).

import { isObject } from "../../shared/guards.ts"
import { type Comparable, compareValues, toComparable } from "../contract/comparable.ts"
import { queryError } from "../contract/errors.ts"
import { isTextOperator, operators, type TextOperator } from "../contract/operators.ts"
import type {
  FieldOperand,
  JsonPath,
  JsonPredicate,
  Operand,
  Predicate,
  ValuePredicate,
} from "../contract/predicate.ts"
import type { Order } from "../contract/repository.ts"
import { isStorableText } from "../contract/storable.ts"
import { isValueObject } from "../definition/value-object.ts"
import { depthOf } from "./condition-size.ts"

type Test<R> = (row: R) => boolean
/** Gives the function that reads one field of a row. */
export type Reader<R> = (field: string) => (row: R) => unknown

const compiled = new WeakMap<Predicate, Test<object>>()
const byName: Reader<object> = field => row => (isObject(row) ? row[field] : undefined)

/** Does the condition hold for these field values (an entity, a plain object)? Without a condition everything matches. */
export function matches(predicate: Predicate | undefined, row: object): boolean {
  if (predicate === undefined) return true
  let test = compiled.get(predicate)
  if (test === undefined) {
    test = compilePredicate(predicate, byName)
    compiled.set(predicate, test)
  }
  return test(row)
}

/**
 * One function for a predicate, for rows of any form. `toComparable` of what the reader gives must be what the field means;
 * of a JSON field it gives the JSON value. Throws `NITRO_QUERY` for conditions on related rows, which are not there.
 */
export function compilePredicate<R>(predicate: Predicate, reader: Reader<R>): Test<R> {
  // Before the stack of JavaScript ends, whatever else the condition has gone through.
  depthOf(predicate)
  return compile(predicate, reader)
}

function compile<R>(predicate: Predicate, reader: Reader<R>): Test<R> {
  switch (predicate.op) {
    case "and":
    case "or":
      return junction(
        predicate.op,
        predicate.of.map(part => compile(part, reader)),
      )
    case "not": {
      const test = compile(predicate.of, reader)
      return row => !test(row)
    }
    case "isNull": {
      const read = reader(predicate.field)
      return row => (read(row) ?? null) === null
    }
    case "in":
    case "notIn": {
      const read = reader(predicate.field)
      const values = new Set(predicate.values.map(toComparable))
      const isIn = predicate.op === "in"
      return row => values.has(toComparable(read(row))) === isIn
    }
    case "between": {
      const read = reader(predicate.field)
      const from = toComparable(predicate.from)
      const to = toComparable(predicate.to)
      if (from === null || to === null) return () => false
      return row => {
        const value = toComparable(read(row))
        return value !== null && compareValues(value, from) >= 0 && compareValues(value, to) <= 0
      }
    }
    case "json":
      return json(predicate, reader(predicate.field))
    case "some":
      throw queryError(
        `A condition on the ${predicate.rows.entity} of an entity cannot be evaluated from the entity alone.`,
        "Use a query of the store: where(...), exists(...) or count(...).",
      )
    case "eq":
    case "ne":
    case "lt":
    case "lte":
    case "gt":
    case "gte":
      return comparison(predicate, reader)
    default:
      return text(predicate.op, reader(predicate.field), predicate.value)
  }
}

function junction<R>(op: "and" | "or", tests: readonly Test<R>[]): Test<R> {
  const [first, second] = tests
  if (first !== undefined && second === undefined) return first
  if (first !== undefined && second !== undefined && tests.length === 2) {
    return op === "and" ? row => first(row) && second(row) : row => first(row) || second(row)
  }
  return op === "and" ? row => tests.every(test => test(row)) : row => tests.some(test => test(row))
}

function comparison<R>(predicate: ValuePredicate, reader: Reader<R>): Test<R> {
  const { op, value } = predicate
  const left = reader(predicate.field)
  if (isFieldOperand(value)) {
    const right = reader(value.field)
    const { holds } = operators[op]
    if (op === "ne") return row => !equal(toComparable(left(row)), toComparable(right(row)))
    return row => {
      const a = toComparable(left(row))
      const b = toComparable(right(row))
      return a !== null && b !== null && holds(a, b)
    }
  }
  const fixed = toComparable(value)
  if (op === "eq") return row => toComparable(left(row)) === fixed
  if (op === "ne") return row => toComparable(left(row)) !== fixed
  if (fixed === null) return () => false
  const { holds } = operators[op]
  return row => {
    const actual = toComparable(left(row))
    return actual !== null && holds(actual, fixed)
  }
}

function equal(a: Comparable, b: Comparable): boolean {
  return a !== null && a === b
}

function json<R>({ path, test, value }: JsonPredicate, read: (row: R) => unknown): Test<R> {
  if (test === "isNull") return row => (valueAt(read(row), path) ?? null) === null
  const at = (row: R): unknown => valueAt(read(row), path)
  if (isTextOperator(test)) return text(test, at, String(value))
  const fixed = value ?? null
  if (test === "eq") return row => at(row) === fixed
  const { holds } = operators[test]
  return row => {
    const actual = at(row)
    return typeof actual === typeof fixed && holds(toComparable(actual), fixed)
  }
}

/** Undefined where there is nothing. */
function valueAt(json: unknown, path: JsonPath): unknown {
  // Of an entity's own values: what is stored of a value object is its JSON.
  let inner: unknown = isValueObject(json) ? json.toJSON() : json
  for (const key of path) {
    if (!isObject(inner) || Array.isArray(inner) !== (typeof key === "number")) return undefined
    if (!Object.hasOwn(inner, key)) return undefined
    inner = inner[key]
  }
  return inner
}

function text<R>(op: TextOperator, read: (row: R) => unknown, value: string): Test<R> {
  // No stored text holds half a character, of which a whole one consists here.
  if (!isStorableText(value)) return () => false
  const holds = operators[op].finder(asciiLower(value))
  return row => {
    const actual = read(row)
    return typeof actual === "string" && holds(asciiLower(actual))
  }
}

/** Lower case for A to Z alone, as SQLite's `lower()`: `É` stays `É`. */
export function asciiLower(value: string): string {
  return /[A-Z]/.test(value) ? value.replace(/[A-Z]+/g, letters => letters.toLowerCase()) : value
}

export function isFieldOperand(value: Operand | undefined): value is FieldOperand {
  return isObject(value) && "field" in value
}

/** Comparator for entities and plain objects: nulls last ascending and first descending, ties by the fields of `key` ascending. */
export function compareBy(
  orderBy: readonly Order[],
  key?: readonly string[],
): (a: object, b: object) => number {
  return compileOrder(orderBy, byName, key)
}

/** `key`: what breaks ties, `definition.key`. */
export function compileOrder<R>(
  orderBy: readonly Order[],
  reader: Reader<R>,
  key: readonly string[] = ["id"],
): (a: R, b: R) => number {
  const keys = orderBy.map(({ field, direction }) => ({
    read: reader(field),
    sign: direction === "desc" ? -1 : 1,
  }))
  for (const field of key) keys.push({ read: reader(field), sign: 1 })
  return (a, b) => {
    for (const { read, sign } of keys) {
      const x = toComparable(read(a))
      const y = toComparable(read(b))
      if (x === y) continue
      const order = x === null ? 1 : y === null ? -1 : compareValues(x, y)
      if (order !== 0) return order * sign
    }
    return 0
  }
}
