// Orders and windows as users give them, checked against the fields that there are.
import type { EntityDefinition } from "../contract/definition.ts"
import { queryError, unknownFieldError } from "../contract/errors.ts"
import type { Order } from "../contract/repository.ts"

/** `"price"`, `"-price"`, or a field and a direction. */
export function toOrder(
  definition: EntityDefinition,
  source: string,
  direction?: "asc" | "desc",
): Order {
  const text = String(source)
  const descending = text.startsWith("-") && !definition.fieldByName.has(text)
  const name = descending ? text.slice(1) : text
  const field = definition.fieldByName.get(name)
  if (field === undefined) {
    throw unknownFieldError(
      definition.name,
      name,
      definition.fieldByName.keys(),
      `Sorting field '${name}' does not exist in the model.`,
    )
  }
  if (field.derived)
    throw queryError(
      `${definition.name}.id is made of ${definition.key.join(" and ")}, and has no order.`,
      "Order by these.",
    )
  if (field.type === "json")
    throw queryError(`${definition.name}.${name} holds JSON, which has no order.`)
  if (field.encrypted)
    throw queryError(`${definition.name}.${name} is encrypted, and has no order.`)
  if (direction !== undefined && direction !== "asc" && direction !== "desc")
    throw queryError(`The direction must be "asc" or "desc", not "${String(direction)}".`)
  return { field: name, direction: direction ?? (descending ? "desc" : "asc") }
}

export function wholeNumber(what: string, value: number, least = 0): number {
  if (Number.isSafeInteger(value) && value >= least) return value
  throw queryError(`The ${what} must be a whole number of ${least} or more, not ${String(value)}.`)
}
