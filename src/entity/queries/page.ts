// Pages: by the last row of the page before, which stays true while rows come and go, or by number.

import { bindingOf } from "../binding/binding.ts"
import { wholeNumber } from "../conditions/order.ts"
import type { EntityDefinition, FieldType } from "../contract/definition.ts"
import { queryError } from "../contract/errors.ts"
import { fieldNamed } from "../contract/field-named.ts"
import type { Value } from "../contract/predicate.ts"
import type { Codec, QueryPlan, Row } from "../contract/repository.ts"
import { StoredValue } from "../contract/stored-value.ts"
import type { Mapper } from "../definition/mapper.ts"
import { fullOrder, planAfter } from "../relations/batches.ts"
import type { KeysetPage, NumberedPage } from "../types/pages.ts"
import type { EntityClass } from "../types/types.ts"
import { countRows, findEntities, findRows } from "./finders.ts"

export interface PageRequest {
  readonly size: number
  readonly after?: string | undefined
  readonly number?: number | undefined
}

const optionNames = ["size", "after", "number"]

export async function pageOf<T extends object>(
  entity: EntityClass<T>,
  plan: QueryPlan,
  request: PageRequest,
): Promise<KeysetPage<T> | NumberedPage<T>> {
  const wrong = Object.keys(request).find(name => !optionNames.includes(name))
  if (wrong !== undefined)
    throw queryError(`A page has no option "${wrong}".`, "Give size, and after or number.")
  if (plan.limit !== undefined || plan.offset !== undefined) {
    throw queryError(
      "A query with a limit or offset has no pages.",
      "Leave them out: the page says its size.",
    )
  }
  const size = wholeNumber("size of a page", request.size, 1)
  if (request.number === undefined) return pageAfter(entity, plan, size, request.after)
  if (request.after !== undefined) throw queryError("A page takes `after` or `number`, not both.")
  const number = wholeNumber("number of a page", request.number, 1)
  const [items, total] = await Promise.all([
    findEntities(entity, { ...plan, limit: size, offset: (number - 1) * size }),
    countRows(entity, plan),
  ])
  return {
    items,
    number,
    size,
    total,
    pages: Math.ceil(total / size),
    ...(number * size < total ? { next: number + 1 } : {}),
  }
}

async function pageAfter<T extends object>(
  entity: EntityClass<T>,
  plan: QueryPlan,
  size: number,
  cursor: string | undefined,
): Promise<KeysetPage<T>> {
  const { definition } = entity
  const secret = fullOrder(definition, plan).find(
    ({ field }) => definition.fieldByName.get(field)?.hidden,
  )
  if (secret !== undefined) {
    throw queryError(
      `Pages of ${definition.name} ordered by ${secret.field} would reveal its value in their cursors, and it is hidden.`,
      "Order by another field, or use pages by number.",
    )
  }
  const { mapper } = bindingOf(entity)
  const from =
    cursor === undefined
      ? plan
      : planAfter(entity, plan, readCursor(definition, mapper, plan, cursor))
  // One more than the page size shows whether there is a next page.
  const { entities, rows } = await findRows(entity, { ...from, limit: size + 1 })
  const last = rows[size - 1]
  if (entities.length <= size || last === undefined) return { items: entities }
  return {
    items: entities.slice(0, size),
    next: writeCursor(definition, mapper, plan, last),
  }
}

/**
 * Where a page ended: the values that its last row is ordered by, as they are stored. An instance may have others, unsaved
 * ones or less exact ones, and the next page would then begin elsewhere. Opaque to clients, but not secret.
 */
function writeCursor(
  definition: EntityDefinition,
  mapper: Mapper,
  plan: QueryPlan,
  last: Row,
): string {
  const values = fullOrder(definition, plan).map(({ field }) => {
    const { index } = fieldNamed(definition, field)
    const stored = last[index]
    if (stored === null) return null
    const exact = mapper.exactAt(index)
    return exact === undefined ? toText(mapper.valueAt(index, stored)) : exact.toText(stored)
  })
  return Buffer.from(JSON.stringify([orderName(definition, plan), ...values])).toString("base64url")
}

function orderName(definition: EntityDefinition, plan: QueryPlan): string {
  return [
    definition.name,
    ...fullOrder(definition, plan).map(({ field, direction }) =>
      direction === "desc" ? `-${field}` : field,
    ),
  ].join()
}

function toText(value: Value): string {
  if (value instanceof Date) return String(value.getTime())
  if (value instanceof Uint8Array) return Buffer.from(value).toString("base64")
  return String(value)
}

function readCursor(
  definition: EntityDefinition,
  mapper: Mapper,
  plan: QueryPlan,
  cursor: string,
): (Value | StoredValue)[] {
  const refuse = (why: string): never => {
    throw queryError(
      `The cursor of a page of ${definition.name} ${why}.`,
      "Give the `next` of a page of the same query, or none for the first page.",
    )
  }
  let parts: unknown
  try {
    parts = JSON.parse(Buffer.from(String(cursor), "base64url").toString())
  } catch {
    return refuse("cannot be read")
  }
  if (!Array.isArray(parts)) return refuse("cannot be read")
  const [name, ...values]: unknown[] = parts
  if (name !== orderName(definition, plan)) return refuse("belongs to a query with another order")
  const order = fullOrder(definition, plan)
  if (values.length !== order.length) return refuse("cannot be read")
  return order.map(({ field }, index) => {
    const text = values[index]
    const { index: column, type } = fieldNamed(definition, field)
    const value =
      text === null
        ? null
        : typeof text === "string"
          ? operandFrom(type, mapper.exactAt(column), text)
          : undefined
    return value === undefined ? refuse("cannot be read") : value
  })
}

function operandFrom(
  type: FieldType,
  exact: Codec["exact"],
  text: string,
): Value | StoredValue | undefined {
  if (exact === undefined) return fromText(type, text)
  const stored = exact.fromText(text)
  return stored === undefined ? undefined : new StoredValue(stored)
}

/** Undefined: it is no such value. A cursor comes from outside. */
function fromText(type: FieldType, text: string): Value | undefined {
  switch (type) {
    case "string":
      return text
    case "boolean":
      return text === "true" ? true : text === "false" ? false : undefined
    case "bigint":
      return /^-?\d{1,40}$/.test(text) ? BigInt(text) : undefined
    case "bytes":
      return new Uint8Array(Buffer.from(text, "base64"))
    case "json":
      return undefined
    default: {
      const number = text === "" ? Number.NaN : Number(text)
      if (Number.isNaN(number)) return undefined
      if (type !== "date") return number
      const date = new Date(number)
      return Number.isNaN(date.getTime()) ? undefined : date
    }
  }
}
