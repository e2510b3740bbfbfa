// Conditions as JSON, for changes of many rows in a log.

import { isTextOperator, jsonTests, maxDepth, operators } from "../entity/internal.ts"
import {
  type EntityDefinition,
  isFieldOperand,
  type JsonTest,
  type Predicate,
  StoredValue,
  type Value,
} from "../entity/store.ts"
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

/**
 * Undefined where it is not the JSON of a condition that this version knows, in every part: a process of another version may write
 * other operators, or give these further parts. Without a condition any row may have changed.
 */
export function predicateFromJson(
  json: JsonValue | undefined,
  definition: EntityDefinition,
  depth = 0,
): Predicate | undefined {
  if (!isObject(json) || depth > maxDepth) return undefined
  const { op, of } = json
  if (op === "not") {
    const part = predicateFromJson(of, definition, depth + 1)
    return hasOnly(json, ["op", "of"]) && part ? { op, of: part } : undefined
  }
  if (op === "and" || op === "or") {
    if (!Array.isArray(of) || !hasOnly(json, ["op", "of"])) return undefined
    const parts = of.map(part => predicateFromJson(part, definition, depth + 1))
    return parts.every(part => part !== undefined) ? { op, of: parts } : undefined
  }
  const { field } = json
  if (typeof op !== "string" || typeof field !== "string") return undefined
  return definition.fieldByName.has(field) ? fromJson(op, field, json, definition) : undefined
}

/** A condition on one field. */
function fromJson(
  op: string,
  field: string,
  json: Readonly<Record<string, JsonValue>>,
  definition: EntityDefinition,
): Predicate | undefined {
  const has = (...names: readonly string[]): boolean => hasOnly(json, ["op", "field", ...names])
  if (op === "json") return jsonTest(json, field)
  if (op === "isNull") return has() ? { op, field } : undefined
  if (op === "in" || op === "notIn") {
    const { values } = json
    if (!has("values") || !Array.isArray(values)) return undefined
    const parts = values.map(valueFromJson)
    return parts.every(part => part !== undefined) ? { op, field, values: parts } : undefined
  }
  if (op === "between") {
    const [from, to] = [valueFromJson(json["from"]), valueFromJson(json["to"])]
    const isWhole = has("from", "to") && from !== undefined && to !== undefined
    return isWhole ? { op, field, from, to } : undefined
  }
  const { value } = json
  if (!has("value") || value === undefined) return undefined
  if (isTextOperator(op)) return typeof value === "string" ? { op, field, value } : undefined
  if (!isComparison(op)) return undefined
  if (isObject(value) && typeof value["field"] === "string") {
    const other = value["field"]
    const isField = hasOnly(value, ["field"]) && definition.fieldByName.has(other)
    return isField ? { op, field, value: { field: other } } : undefined
  }
  const operand = valueFromJson(value)
  return operand === undefined ? undefined : { op, field, value: operand }
}

function jsonTest(json: Readonly<Record<string, JsonValue>>, field: string): Predicate | undefined {
  const { path, value } = json
  const test = jsonTests.find(name => name === json["test"])
  if (!Array.isArray(path) || test === undefined || !hasOnly(json, [...jsonParts, "value"]))
    return undefined
  const steps = path.filter(step => typeof step === "string" || Number.isSafeInteger(step))
  if (steps.length < path.length || !takes(test, value)) return undefined
  // The filter above kept them all.
  const base = { op: "json", field, path: steps as (string | number)[], test } as const
  // `takes` has looked at it.
  return value === undefined ? base : { ...base, value: value as string | number | boolean }
}

const jsonParts = ["op", "field", "path", "test"] as const

function takes(test: JsonTest, value: JsonValue | undefined): boolean {
  if (test === "isNull") return value === undefined
  if (isTextOperator(test)) return typeof value === "string"
  return ["string", "number", "boolean"].includes(typeof value)
}

function isComparison(op: string): op is "eq" | "ne" | "lt" | "lte" | "gt" | "gte" {
  // The table has it.
  return Object.hasOwn(operators, op) && "holds" in operators[op as keyof typeof operators]
}

function hasOnly(json: object, names: readonly string[]): boolean {
  return Object.keys(json).every(name => names.includes(name))
}

function isOpen(where: object, definition: EntityDefinition): boolean {
  // Looked at by name: each kind of comparison has a field, and some a value, which may be another field.
  const { field, value } = where as { readonly field: string; readonly value?: JsonValue }
  // The same.
  const names = [field, ...(isObject(value) ? [(value as { readonly field?: string }).field] : [])]
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
  if (typeof part === "object" && part !== null)
    // The check of operands takes any object, and finds the name of a field.
    return isFieldOperand(part as never) ? { field: (part as { field: string }).field } : undefined
  return part
}

/** Undefined for what stands for no value. */
function valueFromJson(part: JsonValue | undefined): Value | undefined {
  if (part === undefined || Array.isArray(part)) return undefined
  // Neither a list nor an object: text, a number, a boolean or null.
  if (!isObject(part)) return part as Value
  const { $bigint, $date, $bytes } = part
  if (Object.keys(part).length !== 1) return undefined
  if (typeof $bigint === "string")
    return /^-?\d{1,100}$/.test($bigint) ? BigInt($bigint) : undefined
  if (typeof $date === "number") return new Date($date)
  return typeof $bytes === "string" ? new Uint8Array(Buffer.from($bytes, "base64")) : undefined
}

function isObject(json: JsonValue | undefined): json is Readonly<Record<string, JsonValue>> {
  return typeof json === "object" && json !== null && !Array.isArray(json)
}
