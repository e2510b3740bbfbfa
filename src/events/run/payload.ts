// Validates the payload of an event by its schema.
import { NitroError } from "../../shared/errors.ts"
import "../types/errors.ts"
import type { Slot } from "../patterns/slot.ts"
import { label } from "../types/event-type.ts"
import type { SchemaResult, StandardSchema } from "../types/standard-schema.ts"

export function check(schema: StandardSchema, payload: unknown, slot: Slot): unknown {
  const result = schema["~standard"].validate(payload)
  return isPromise(result)
    ? // A Standard Schema resolves to the result that it would return.
      result.then(settled => accept(settled as SchemaResult<unknown>, slot))
    : accept(result, slot)
}

export function checkSync(schema: StandardSchema, payload: unknown, slot: Slot): unknown {
  const checked = check(schema, payload, slot)
  if (!isPromise(checked)) return checked
  checked.catch(() => {})
  throw new NitroError(
    "NITRO_EVENT_ASYNC_SCHEMA",
    `The schema of "${label(slot.name, slot.namespace)}" validates asynchronously, and emitSync cannot wait.`,
  )
}

function accept(result: SchemaResult<unknown>, slot: Slot): unknown {
  if (!result.issues) return result.value
  const issues = result.issues.map(issue => {
    const path = (issue.path ?? [])
      .map(part => String(typeof part === "object" ? part.key : part))
      .join(".")
    return { path, message: issue.message }
  })
  const problems = issues
    .map(({ path, message }) => (path ? `${path}: ${message}` : message))
    .join("; ")
  throw new NitroError(
    "NITRO_EVENT_PAYLOAD",
    `The payload of "${label(slot.name, slot.namespace)}" is refused: ${problems}.`,
    {
      details: { issues },
    },
  )
}

export function isPromise(value: unknown): value is Promise<unknown> {
  return value instanceof Promise
}
