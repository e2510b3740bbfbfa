// The parts of a predicate that use rows of other classes: finds them, and replaces them.
import type { Predicate, RelatedPredicate } from "./predicate.ts"

/** The conditions on rows that are related to this one, without those inside of them. */
export function relatedParts(predicate: Predicate): RelatedPredicate[] {
  if (predicate.op === "and" || predicate.op === "or") return predicate.of.flatMap(relatedParts)
  if (predicate.op === "not") return relatedParts(predicate.of)
  return predicate.op === "some" ? [predicate] : []
}

/** The same with something else for each of `relatedParts`. */
export function replaceRelated(
  predicate: Predicate,
  replace: (part: RelatedPredicate) => Predicate,
): Predicate {
  if (predicate.op === "and" || predicate.op === "or")
    return { op: predicate.op, of: predicate.of.map(part => replaceRelated(part, replace)) }
  if (predicate.op === "not") return { op: "not", of: replaceRelated(predicate.of, replace) }
  return predicate.op === "some" ? replace(predicate) : predicate
}

/** The opposite. Logic has two values, so that some operators are each other's. */
export function negated(predicate: Predicate): Predicate {
  if (predicate.op === "not") return predicate.of
  if (predicate.op === "eq") return { ...predicate, op: "ne" }
  if (predicate.op === "ne") return { ...predicate, op: "eq" }
  if (predicate.op === "in") return { ...predicate, op: "notIn" }
  if (predicate.op === "notIn") return { ...predicate, op: "in" }
  return { op: "not", of: predicate }
}
