// Stored rows as plain data: the key by which a repository finds one again, and what a write makes of it.
import { NitroError } from "../../shared/errors.ts"
import type { EntityId } from "./definition.ts"
import type { Row } from "./repository.ts"

export function isId(value: unknown): value is EntityId {
  return typeof value === "string" || typeof value === "number" || typeof value === "bigint"
}

/** The value at index 0, as it is stored. @throws NITRO_STORED_VALUE for a row that has no key there. */
export function rowKey(row: Row): EntityId {
  return toKey(row[0])
}

/** The same of an id that was encoded or decoded just now. */
export function toKey(key: unknown): EntityId {
  if (isId(key)) return key
  throw new NitroError(
    "NITRO_STORED_VALUE",
    `A store gave a row whose id is ${key === null ? "null" : `of the type ${typeof key}`}, and not text or a number.`,
    { fix: "Let the store give each row in the order of `definition.fields`, the id first." },
  )
}

/** The row with other values in some columns. */
export function changedRow(row: Row, columns: readonly number[], values: readonly unknown[]): Row {
  const changed = row.slice()
  columns.forEach((column, at) => {
    changed[column] = values[at]
  })
  return changed
}
