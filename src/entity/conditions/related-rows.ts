// Conditions on the rows that relations lead to, as predicates.
import type { EntityDefinition } from "../contract/definition.ts"
import { queryError } from "../contract/errors.ts"
import type { Predicate, RelatedRows } from "../contract/predicate.ts"
import { negated } from "../contract/predicate-parts.ts"
import { matches } from "./matches.ts"

/** The relations of a class by name, as conditions see them. */
export interface RelationLookup {
  find(name: string): FoundRelation | undefined
  names(): Iterable<string>
}

export type Steps = readonly [RelatedRows, ...RelatedRows[]]

export interface FoundRelation {
  readonly isMany: boolean
  /** From a row to its targets, over the rows between where there are any. */
  readonly steps: Steps
  /** Of the targets. */
  readonly definition: EntityDefinition
  readonly relations: RelationLookup
}

export const quantifiers = ["some", "every", "none"] as const
export type Quantifier = (typeof quantifiers)[number]

export function isQuantifier(name: unknown): name is Quantifier {
  return name === "some" || name === "every" || name === "none"
}

/** @throws NITRO_QUERY for `every` without a condition. */
export function quantify(
  { steps, definition }: FoundRelation,
  quantifier: string,
  inner: Predicate | undefined,
): Predicate {
  if (quantifier === "some") return someOf(steps, inner)
  if (quantifier === "none") return negated(someOf(steps, inner))
  if (inner === undefined)
    throw queryError(
      `"every" of the ${definition.plural} of an entity needs a condition, or it says nothing.`,
    )
  return negated(someOf(steps, negated(inner)))
}

export function someOf([rows, next, ...rest]: Steps, where: Predicate | undefined): Predicate {
  const inner = next === undefined ? where : someOf([next, ...rest], where)
  return inner === undefined ? { op: "some", rows } : { op: "some", rows, where: inner }
}

/** A condition on the one target: where there is none, its fields are null. */
export function ofTarget(steps: Steps, where: Predicate): Predicate {
  return holdsForNothing(where) ? negated(someOf(steps, negated(where))) : someOf(steps, where)
}

const nothing = {}

function holdsForNothing(where: Predicate): boolean {
  switch (where.op) {
    case "and":
      return where.of.every(holdsForNothing)
    case "or":
      return where.of.some(holdsForNothing)
    case "not":
      return !holdsForNothing(where.of)
    case "some":
      return false
    default:
      return matches(where, nothing)
  }
}
