// Three-valued conditions: whether one may hold for a row of which some fields are not known for sure.
import { isFieldOperand, matches, type Predicate } from "../../entity/store.ts"

/** Whether the value that a row has for a field is what the store has. */
export type IsKnown = (field: string) => boolean

/** False only where the condition cannot hold, whatever the unknown fields are. */
export function mayHold(where: Predicate, row: object, isKnown: IsKnown): boolean {
  switch (where.op) {
    case "and":
      return where.of.every(part => mayHold(part, row, isKnown))
    case "or":
      return where.of.some(part => mayHold(part, row, isKnown))
    case "not":
      return mayFail(where.of, row, isKnown)
    default:
      return !isDecided(where, isKnown) || matches(where, row)
  }
}

function mayFail(where: Predicate, row: object, isKnown: IsKnown): boolean {
  switch (where.op) {
    case "and":
      return where.of.some(part => mayFail(part, row, isKnown))
    case "or":
      return where.of.every(part => mayFail(part, row, isKnown))
    case "not":
      return mayHold(where.of, row, isKnown)
    default:
      return !isDecided(where, isKnown) || !matches(where, row)
  }
}

/** A condition on related rows is never decided by the row alone. */
function isDecided(
  where: Exclude<Predicate, { readonly op: "and" | "or" | "not" }>,
  isKnown: IsKnown,
): boolean {
  if (where.op === "some" || !isKnown(where.field)) return false
  return !(
    where.op !== "json" &&
    "value" in where &&
    isFieldOperand(where.value) &&
    !isKnown(where.value.field)
  )
}
