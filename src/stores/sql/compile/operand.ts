// Turns the values of a condition into parameters, and sees what can match no stored row at all.
import type { Value } from "../../../entity/store.ts"
import { NitroError } from "../../../shared/errors.ts"
import { isStorableBigInt, isStorableText } from "../contract/parameters.ts"
import type { Column } from "../table/table.ts"

const typeOf: Readonly<Record<string, (value: NonNullable<Value>) => boolean>> = {
  string: value => typeof value === "string",
  integer: value => typeof value === "number",
  number: value => typeof value === "number",
  boolean: value => typeof value === "boolean",
  date: value => value instanceof Date,
  bigint: value => typeof value === "bigint",
  bytes: value => value instanceof Uint8Array,
}

/** Refuses a value that is not of the field's type: SQL would convert it before the comparison. */
function checkType(column: Column, value: NonNullable<Value>): void {
  const { name, type } = column.field
  if (typeOf[type]?.(value)) return
  const actual = value instanceof Date ? "a date" : typeof value
  throw new NitroError(
    "NITRO_QUERY",
    `The field ${name} is of the type ${type}; it cannot be compared with ${actual}.`,
    {
      fix:
        type === "json" ? "Compare a field of a simple type." : `Give a value of the type ${type}.`,
      details: { field: name },
    },
  )
}

/** Whether any row could hold it. Text with NUL, NaN, fractions of whole numbers and the like are refused on writing, so no row does. */
export function canOccur(column: Column, value: NonNullable<Value>): boolean {
  checkType(column, value)
  if (typeof value === "string") return isStorableText(value)
  if (typeof value === "bigint") return isStorableBigInt(value)
  if (column.field.type === "integer") return Number.isSafeInteger(value)
  if (value instanceof Date)
    return !Number.isNaN(value.getTime()) && (column.roundDate?.(value, true) ?? value) === value
  return !Number.isNaN(value)
}

/** The value as it is bound; call after `canOccur`. */
export function encodeOperand(column: Column, value: NonNullable<Value>): unknown {
  const encoded = column.encode === undefined ? value : column.encode(value)
  return column.bind === undefined ? encoded : column.bind(encoded)
}

/** The nearest value that a row could hold, in the direction that leaves the comparison's result as it is. */
export function roundOperand(
  column: Column,
  operator: string,
  value: NonNullable<Value>,
): NonNullable<Value> {
  const up = operator === "lt" || operator === "gte"
  if (!up && operator !== "lte" && operator !== "gt") return value
  if (column.field.type === "integer" && typeof value === "number")
    return up ? Math.ceil(value) : Math.floor(value)
  return value instanceof Date && column.roundDate && !Number.isNaN(value.getTime())
    ? column.roundDate(value, up)
    : value
}

/**
 * What an ordering comparison with a value that no row can hold comes to: `"all"` rows that have a value, `"none"`, or
 * an error for text, whose place in the order the database cannot know.
 */
export function orderBeyond(
  column: Column,
  operator: "lt" | "lte" | "gt" | "gte",
  value: NonNullable<Value>,
): "all" | "none" {
  const isBelow = operator === "lt" || operator === "lte"
  if (typeof value === "bigint") return value > 0n === isBelow ? "all" : "none"
  if (typeof value === "number" && !Number.isNaN(value))
    return value > 0 === isBelow ? "all" : "none"
  if (typeof value !== "string") return "none"
  throw new NitroError(
    "NITRO_QUERY",
    `The field ${column.field.name} is compared with text that a database cannot hold.`,
    {
      fix: "Remove NUL characters and half surrogate pairs.",
      details: { field: column.field.name },
    },
  )
}
