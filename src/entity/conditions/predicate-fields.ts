// Lists the fields of a row that a condition reads.
import type { Predicate } from "../contract/predicate.ts"
import { isFieldOperand } from "./matches.ts"

/** The fields that decide whether a condition holds for a row. A change of none of them lets no row in or out. */
export function predicateFields(where: Predicate | undefined): Set<string> {
  const fields = new Set<string>()
  const collect = (predicate: Predicate): void => {
    switch (predicate.op) {
      case "and":
      case "or":
        predicate.of.forEach(collect)
        break
      case "not":
        collect(predicate.of)
        break
      case "some":
        fields.add(predicate.rows.local)
        break
      default:
        fields.add(predicate.field)
        if ("value" in predicate && isFieldOperand(predicate.value))
          fields.add(predicate.value.field)
    }
  }
  if (where !== undefined) collect(where)
  return fields
}
