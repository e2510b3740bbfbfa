// Conditions as JSON, for changes of many rows in a log.

import { type EntityDefinition, type Predicate, StoredValue, type Value } from "../entity/store.ts"
import type { JsonValue } from "../events/index.ts"

/**
 * Undefined where the condition does not fit into a log: it contains related rows, a stored value, or a field that must not leave
 * the process. Without it a reader takes any row for changed.
 */
export function predicateToJson(
  where: Predicate,
  definition: EntityDefinition,
): JsonValue | undefined {
  switch (where.op) {
    case "and":
    case "or": {
      const parts = where.of.map(part => predicateToJson(part, definition))
      return parts.every(part => part !== undefined) ? { op: where.op, of: parts } : undefined
    }
    case "not": {
      const of = predicateToJson(where.of, definition)
      return of === undefined ? undefined : { op: "not", of }
    }
    case "some":
      return undefined
    default: {
      const json: Record<string, JsonValue> = {}
      for (const [name, part] of Object.entries(where)) {
        const value = partToJson(part)
        if (value === undefined) return undefined
        json[name] = value
      }
      return isOpen(where, definition) ? json : undefined
    }
  }
}

/** Undefined where it is not the JSON of a condition. */
export function predicateFromJson(json: JsonValue | undefined): Predicate | undefined {
  if (!isObject(json)) return undefined
  const { op, of } = json
  if (op === "not") {
    const part = predicateFromJson(of)
    return part && { op, of: part }
  }
  if (op === "and" || op === "or") {
    const parts = Array.isArray(of) ? of.map(predicateFromJson) : [undefined]
    return parts.every(part => part !== undefined) ? { op, of: parts } : undefined
  }
  const parts = Object.entries(json).map(([name, part]) => [name, partFromJson(part)] as const)
  // The encoder is the other side of it: what has an operator and a field is what it made of a condition.
  return typeof op === "string" &&
    typeof json["field"] === "string" &&
    parts.every(([, part]) => part !== undefined)
    ? (Object.fromEntries(parts) as Predicate)
    : undefined
}

function isOpen(where: object, definition: EntityDefinition): boolean {
  const operand = (where as { readonly value?: unknown }).value
  const names = [
    (where as { readonly field: string }).field,
    ...(isObject(operand as JsonValue) ? [(operand as { readonly field?: string }).field] : []),
  ]
  return names.every(name => {
    const field = name === undefined ? undefined : definition.fieldByName.get(name)
    return name === undefined || (field !== undefined && !field.hidden && !field.encrypted)
  })
}

function partToJson(part: Value | readonly unknown[] | object | undefined): JsonValue | undefined {
  if (typeof part === "bigint") return { $bigint: String(part) }
  if (part instanceof Date) return { $date: part.getTime() }
  if (part instanceof Uint8Array) return { $bytes: Buffer.from(part).toString("base64") }
  // JSON has no infinity: as null it would be a condition that holds for nothing.
  if (part instanceof StoredValue || (typeof part === "number" && !Number.isFinite(part)))
    return undefined
  if (Array.isArray(part)) {
    const values = part.map(partToJson)
    return values.every(value => value !== undefined) ? values : undefined
  }
  if (typeof part === "object" && part !== null) return { field: (part as { field: string }).field }
  return part
}

/** Undefined for what stands for no value. */
function partFromJson(part: JsonValue): unknown {
  if (Array.isArray(part)) {
    const values = part.map(partFromJson)
    return values.includes(undefined) ? undefined : values
  }
  if (!isObject(part)) return part
  const { $bigint, $date, $bytes } = part
  if (typeof $bigint === "string")
    return /^-?\d{1,100}$/.test($bigint) ? BigInt($bigint) : undefined
  if (typeof $date === "number") return new Date($date)
  if (typeof $bytes === "string") return new Uint8Array(Buffer.from($bytes, "base64"))
  return part
}

function isObject(json: JsonValue | undefined): json is Readonly<Record<string, JsonValue>> {
  return typeof json === "object" && json !== null && !Array.isArray(json)
}
