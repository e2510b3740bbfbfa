// How deep and how long a condition may be: what the weakest store takes, so that all stores take or refuse the same.
import { queryError } from "../contract/errors.ts"
import type { Predicate, Value } from "../contract/predicate.ts"

/** How deep `and`, `or` and `not` may stand in each other; conditions on related rows count for `relatedDepth`. */
export const maxDepth = 64
/** A condition on related rows takes as much of a parser of SQL as so many groups do. */
export const relatedDepth = 6
/** How many values a condition may have. SQLite takes 32,766 parameters, and a window or an update has some too. */
const maxValues = 32_000
/** How many values of a list each stand for a parameter: fractions and bytes, which SQLite cannot read from JSON. */
const maxListed = 16_384

export function tooDeep(): Error {
  return queryError(
    `A condition is nested more than ${maxDepth} deep.`,
    `Nest the condition less deeply: a.or(b).or(c) is flat. A condition on related rows counts for ${relatedDepth}.`,
  )
}

let values = 0

/**
 * Whether a condition uses related rows anywhere. Throws `NITRO_QUERY` for one that is too deep or has too many values.
 * Called for every query.
 */
export function measure(predicate: Predicate): boolean {
  values = 0
  const isRelated = look(predicate, 0)
  if (values > maxValues) {
    throw queryError(
      `A condition has ${values} values, and at most ${maxValues} are possible.`,
      "Split it into several queries. A list is one value: p => p.code.in(codes).",
    )
  }
  return isRelated
}

function look(predicate: Predicate, depth: number): boolean {
  if (depth > maxDepth) throw tooDeep()
  switch (predicate.op) {
    case "and":
    case "or": {
      let isRelated = false
      for (const part of predicate.of) if (look(part, depth + 1)) isRelated = true
      return isRelated
    }
    case "not":
      return look(predicate.of, depth + weightOfNot(predicate.of))
    case "some":
      if (predicate.where !== undefined) look(predicate.where, depth + relatedDepth)
      return true
    case "in":
    case "notIn":
      values += listSize(predicate.field, predicate.values)
      return false
    case "between":
      values += 2
      return false
    case "json":
      values += 4
      return false
    default:
      values += 1
      return false
  }
}

/** A `not` around a group needs no additional brackets. */
function weightOfNot({ op }: Predicate): number {
  return op === "and" || op === "or" ? 0 : 1
}

function listSize(field: string, list: readonly Value[]): number {
  const first = list.find(value => value !== null)
  const isListed =
    first instanceof Uint8Array ||
    (typeof first === "number" &&
      !list.every(value => value === null || Number.isSafeInteger(value)))
  if (!isListed) return 1
  if (list.length <= maxListed) return 2 ** Math.ceil(Math.log2(list.length))
  throw queryError(
    `A list for ${field} has ${list.length} values; of fractions and bytes at most ${maxListed} are possible.`,
    "Split it into several queries.",
  )
}

/** How deep a condition is. Throws `NITRO_QUERY` beyond `maxDepth`, however deep it is. */
export function depthOf(predicate: Predicate, around = 0): number {
  if (around > maxDepth) throw tooDeep()
  switch (predicate.op) {
    case "and":
    case "or": {
      let deepest = 0
      for (const part of predicate.of) deepest = Math.max(deepest, depthOf(part, around + 1))
      return deepest + 1
    }
    case "not":
      return depthOf(predicate.of, around + weightOfNot(predicate.of)) + weightOfNot(predicate.of)
    case "some":
      return (
        (predicate.where === undefined ? 0 : depthOf(predicate.where, around + relatedDepth)) +
        relatedDepth
      )
    default:
      return 0
  }
}
