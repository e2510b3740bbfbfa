// Refuses what a database would keep changed, or what a driver crashes on, before it is bound.
import {
  describeUnstorable as describe,
  isStorableBigInt,
  isStorableText,
} from "../../../entity/internal.ts"
import { NitroError } from "../../../shared/errors.ts"

export { describe, isStorableBigInt, isStorableText }

/** Values that may be bound to a placeholder. */
export type SqlValue = string | number | bigint | Uint8Array | null

/**
 * Throws `NITRO_VALUE_UNSUPPORTED` with `details.parameter` (the position from 0) for what cannot be bound faithfully.
 * Every binding goes through here: libsql ends the process on a boolean, node:sqlite takes an object in the first place
 * for named parameters and stores null, and all of them store NaN as null.
 */
export function checkParameters(
  parameters: readonly unknown[],
): asserts parameters is readonly SqlValue[] {
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

/** The error for a value that cannot be bound. */
export function unsupported(value: unknown, position = 0): NitroError {
  return new NitroError("NITRO_VALUE_UNSUPPORTED", `A database cannot keep ${describe(value)}.`, {
    details: { parameter: position },
  })
}

/** Decodes an integer. Throws for what a whole number of JavaScript cannot be: a driver may have rounded it. */
export function wholeNumber(stored: number): number {
  if (Number.isSafeInteger(stored)) return stored
  throw new RangeError(`${String(stored)} is not a whole number within 2^53`)
}
