// Reads on where the last row ended: the condition that finds what comes after it, and large results in batches.

import { bindingOf } from "../binding/binding.ts"
import { onStore } from "../binding/unit-of-work.ts"
import type { EntityDefinition } from "../contract/definition.ts"
import { fieldNamed } from "../contract/field-named.ts"
import type { Predicate, Value } from "../contract/predicate.ts"
import type { Order, QueryPlan, Row } from "../contract/repository.ts"
import type { StoredValue } from "../contract/stored-value.ts"
import type { EntityClass } from "../types/types.ts"

/** The order of a plan to its end: what it says, and the key, after which nothing can follow. */
export function fullOrder({ key }: EntityDefinition, { orderBy }: QueryPlan): readonly Order[] {
  const missing = new Set(key)
  for (const [at, { field }] of orderBy.entries()) {
    missing.delete(field)
    if (missing.size === 0) return orderBy.slice(0, at + 1)
  }
  return [...orderBy, ...[...missing].map((field): Order => ({ field, direction: "asc" }))]
}

/** The plan of what comes after the row that has these values in the fields of `fullOrder`. */
export function planAfter(
  entity: EntityClass<object>,
  plan: QueryPlan,
  values: readonly (Value | StoredValue)[],
): QueryPlan {
  const { definition } = entity
  const order = fullOrder(definition, plan).map((key, at) => ({
    ...key,
    value: values[at] ?? null,
  }))
  const isNullable = (field: string): boolean => fieldNamed(definition, field).nullable
  const parts: Predicate[] = plan.where === undefined ? [] : [plan.where]
  const [first] = order
  // Says nothing new, but databases find the start by an index of the first field with it, and not with the `or` alone.
  if (first && order.length > 1 && !isNullable(first.field) && first.value !== null) {
    parts.push({
      op: first.direction === "asc" ? "gte" : "lte",
      field: first.field,
      value: first.value,
    })
  }
  const cases = order.flatMap(({ field, direction, value }, index): Predicate[] => {
    const beyond = after(field, direction, value, isNullable(field))
    if (beyond === undefined) return []
    const equal = order
      .slice(0, index)
      .map((key): Predicate => ({ op: "eq", field: key.field, value: key.value }))
    return [equal.length === 0 ? beyond : { op: "and", of: [...equal, beyond] }]
  })
  const [only] = cases
  parts.push(only !== undefined && cases.length === 1 ? only : { op: "or", of: cases })
  const where =
    parts[0] !== undefined && parts.length === 1 ? parts[0] : ({ op: "and", of: parts } as const)
  return { ...plan, where }
}

/** Nulls come last ascending and first descending. Undefined: nothing comes after. */
function after(
  field: string,
  direction: "asc" | "desc",
  value: Value | StoredValue,
  nullable: boolean,
): Predicate | undefined {
  const isNull: Predicate = { op: "isNull", field }
  if (direction === "desc")
    return value === null ? { op: "not", of: isNull } : { op: "lt", field, value }
  if (value === null) return undefined
  const greater: Predicate = { op: "gt", field, value }
  return nullable ? { op: "or", of: [greater, isNull] } : greater
}

/** The values of a row in the fields of `fullOrder`, as exact as the store distinguishes them. */
export function keyOfRow(
  entity: EntityClass<object>,
  plan: QueryPlan,
  row: Row,
): (Value | StoredValue)[] {
  const { mapper } = bindingOf(entity)
  return fullOrder(entity.definition, plan).map(({ field }) => {
    const index = entity.definition.fieldByName.get(field)?.index ?? -1
    return mapper.operandAt(index, row[index])
  })
}

/** All rows of a plan, never more than `size` at once. Each batch sees what is stored when it is read. */
export async function* rowBatches(
  entity: EntityClass<object>,
  plan: QueryPlan,
  size: number,
): AsyncGenerator<Row[], void, undefined> {
  const { store, repository } = bindingOf(entity)
  let left = plan.limit ?? Number.POSITIVE_INFINITY
  let next: QueryPlan = plan
  while (left > 0) {
    const limit = Math.min(left, size)
    const rows = await onStore(store, () => repository.find({ ...next, limit }))
    if (rows.length > 0) yield rows
    const last = rows.at(-1)
    if (last === undefined || rows.length < limit) return
    left -= rows.length
    const { offset: _, ...rest } = plan
    next = planAfter(entity, rest, keyOfRow(entity, plan, last))
  }
}
