// The `output` of an action: JSON clients get the fields that its schema lists, and nothing else.
import type { z } from "zod"
import { SseText } from "../../datastar/index.ts"
import { isEntity } from "../../entity/internal.ts"
import { Markup } from "../../html/index.ts"
import { NitroError } from "../../shared/errors.ts"
import { isResponse } from "./returned-response.ts"
import { isAsyncIterable } from "./sendable.ts"
import "../contract/errors.ts"

/** `name` is that of the route. @throws NITRO_ACTION_OUTPUT */
export async function toOutput(value: unknown, schema: z.ZodType, name: string): Promise<unknown> {
  if (isAsyncIterable(value)) return each(value, schema, name)
  if (value instanceof Markup || value instanceof SseText || isResponse(value))
    throw outputError(name, "it returned a response in place of data")
  const result = await schema.safeParseAsync(plain(value))
  if (result.success) return result.data
  const issues = result.error.issues.map(({ path, message }) => {
    const place = path.map(String).join(".")
    return place === "" ? message : `${place}: ${message}`
  })
  throw outputError(name, issues.join("; "))
}

async function* each(
  values: AsyncIterable<unknown>,
  schema: z.ZodType,
  name: string,
): AsyncGenerator<unknown, void, undefined> {
  for await (const value of values) yield await toOutput(value, schema, name)
}

/** Entities as their JSON form, wherever they stand: a schema looks at own properties, which entities do not have. */
function plain(value: unknown, ancestors: readonly object[] = []): unknown {
  // A value that holds itself is refused once the schema has seen it.
  if (typeof value !== "object" || value === null || ancestors.includes(value)) return value
  const inside = [...ancestors, value]
  if (isEntity(value)) return plain(value.toJSON(), inside)
  if (Array.isArray(value)) return value.map(member => plain(member, inside))
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [key, plain(member, inside)]),
  )
}

function outputError(name: string, problem: string): NitroError {
  return new NitroError(
    "NITRO_ACTION_OUTPUT",
    `${name} returned what its output refuses: ${problem}.`,
  )
}
