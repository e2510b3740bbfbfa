// Refuses what a database would keep changed, or what a driver crashes on, before it is bound.
import { NitroError } from "../../shared/errors.ts"

/** What may be bound to a placeholder. */
export type SqlValue = string | number | bigint | Uint8Array | null

const maxInteger = 2n ** 63n - 1n
const minInteger = -(2n ** 63n)

/**
 * Throws `NITRO_VALUE_UNSUPPORTED` with `details.parameter` (the position from 0) for what cannot be bound faithfully.
 * Every binding goes through here: libsql ends the process on a boolean, node:sqlite takes an object in the first place
 * for named parameters and stores null, and all of them store NaN as null.
 */
export function checkParameters(parameters: readonly unknown[]): asserts parameters is readonly SqlValue[] {
  for (let position = 0; position < parameters.length; position++) {
    if (!isBindable(parameters[position])) throw unsupported(parameters[position], position)
  }
}

/** Whether a database gets exactly this value. */
export function isBindable(value: unknown): value is SqlValue {
  if (typeof value === "string") return isStorableText(value)
  if (typeof value === "number") return !Number.isNaN(value)
  if (typeof value === "bigint") return isStorableBigInt(value)
  return value === null || value instanceof Uint8Array
}

/**
 * Whether a database can keep this text as it is. UTF-8 has no half surrogate pairs: they would come back as U+FFFD.
 * NUL ends the text for libsql, node:sqlite and SQLite's own `like`, and Postgres refuses it.
 */
export function isStorableText(text: string): boolean {
  return (text as string & { isWellFormed(): boolean }).isWellFormed() && !text.includes("\0")
}

/** Whether it fits the 64 bits of an SQL integer. */
export function isStorableBigInt(value: bigint): boolean {
  return value <= maxInteger && value >= minInteger
}

/** The error for a value that cannot be bound. */
export function unsupported(value: unknown, position = 0): NitroError {
  return new NitroError("NITRO_VALUE_UNSUPPORTED", `A database cannot keep ${describe(value)}.`, { details: { parameter: position } })
}

/** Names what is wrong with a value, without repeating it: it may be long or secret. */
export function describe(value: unknown): string {
  if (typeof value === "string") return value.includes("\0") ? "text with a NUL character" : "text with half a surrogate pair"
  if (typeof value === "number") return Number.isNaN(value) ? "NaN" : "an integer beyond 2^53, which numbers round"
  if (typeof value === "bigint") return "an integer of more than 64 bits"
  if (value === undefined) return "undefined"
  const kind = typeof value === "object" ? ((value as object).constructor?.name ?? "object") : typeof value
  return `a value of the type ${kind} without an encoding`
}
