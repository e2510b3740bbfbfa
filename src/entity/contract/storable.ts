// Checks that every store keeps a value exactly: memory refuses values that a database would change, so that swapping stores loses nothing.
import { NitroError } from "../../shared/errors.ts"

const maxInteger = 2n ** 63n - 1n
const minInteger = -(2n ** 63n)

/**
 * Whether a database can keep this text as it is. UTF-8 has no half surrogate pairs: they would come back as U+FFFD.
 * NUL ends the text for libsql, node:sqlite and SQLite's own `like`, and Postgres refuses it.
 */
export function isStorableText(text: string): boolean {
  // Node has it from version 20 on; the `lib` of the project does not.
  return (text as string & { isWellFormed(): boolean }).isWellFormed() && !text.includes("\0")
}

/** Whether it fits the 64 bits of an SQL integer. */
export function isStorableBigInt(value: bigint): boolean {
  return value <= maxInteger && value >= minInteger
}

/** Whether a store can keep this encoded value exactly. Booleans are for stores without a separate encoding. */
export function isStorable(value: unknown): boolean {
  if (typeof value === "string") return isStorableText(value)
  if (typeof value === "number") return !Number.isNaN(value)
  if (typeof value === "bigint") return isStorableBigInt(value)
  return value === null || typeof value === "boolean" || value instanceof Uint8Array
}

/** Names what is wrong with a value, without repeating it: it may be long or secret. */
export function describeUnstorable(value: unknown): string {
  if (typeof value === "string")
    return value.includes("\0") ? "text with a NUL character" : "text with half a surrogate pair"
  if (typeof value === "number")
    return Number.isNaN(value) ? "NaN" : "an integer beyond 2^53, which numbers round"
  if (typeof value === "bigint") return "an integer of more than 64 bits"
  if (value === undefined) return "undefined"
  const kind = typeof value === "object" ? (value?.constructor?.name ?? "object") : typeof value
  return `a value of the type ${kind} without an encoding`
}

/** The error of a store for a value of a field that it cannot keep. */
export function unstorableError(entity: string, field: string, value: unknown): NitroError {
  return new NitroError(
    "NITRO_VALUE_UNSUPPORTED",
    `${entity}.${field}: A store cannot keep ${describeUnstorable(value)}.`,
    {
      details: { entity, field, issues: [{ path: field, message: "cannot be stored" }] },
    },
  )
}
