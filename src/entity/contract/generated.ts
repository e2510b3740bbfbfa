// Ids that the store fills in: numbers that count up, and uuids that the database makes by default.

import { z } from "zod"
import type { GeneratedBy } from "./definition.ts"
import { definitionError } from "./errors.ts"
import { defOf, marked } from "./schema-def.ts"

// The counter never gets past what a number can hold, however high an explicit id is.
const highestSerial = 2 ** 52

/**
 * An integer id that the store counts up, from 1. No id is given twice, even after the newest row was deleted; numbers of
 * transactions that were rolled back may be left out. An explicit id, from 1 to 2^52, is kept, and later ids are higher.
 * Before the first save the id is undefined. Needs a store with the capability `generatedIds`.
 *
 * ```ts
 * class Order extends Entity("Order", { id: serial(), note: z.string() }) {}
 * const { id } = await Order.create({ note: "soon" }) // 1
 * ```
 */
export function serial(): z.ZodDefault<z.ZodInt> {
  return filledIn(z.int().min(1).max(highestSerial), "serial")
}

/**
 * A text id with a default in the database, so that other programs can insert rows without one. `"uuid"`: a random UUID. Before
 * the first save the id is undefined. Needs a store with the capability `generatedIds`.
 */
export function generated(by: "uuid"): z.ZodDefault<z.ZodUUID> {
  if (by !== "uuid")
    throw definitionError(
      `generated("${String(by)}") is not supported.`,
      'Write generated("uuid"), or serial().',
    )
  return filledIn(z.uuid(), "uuid")
}

// Typed as a default: an entity that was saved always has the value, and input may leave it out.
function filledIn<T extends z.ZodType>(schema: T, by: GeneratedBy): z.ZodDefault<T> {
  // No type of zod says so: see above.
  return marked(z.optional(schema), { nitroGenerated: by }) as z.ZodType as z.ZodDefault<T>
}

/** How the store fills in a field of this schema; undefined where it does not. */
export function generatedBy(schema: z.ZodType): GeneratedBy | undefined {
  const { nitroGenerated, innerType } = defOf(schema)
  return nitroGenerated ?? (innerType === undefined ? undefined : generatedBy(innerType))
}
