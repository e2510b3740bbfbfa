// Ids: the forms that callers may pass, and the text of an id made of several fields.
import { isObject } from "../../shared/guards.ts"
import { suggest } from "../../shared/suggest.ts"
import type { EntityDefinition, EntityId, FieldDefinition, FieldType } from "./definition.ts"
import { queryError } from "./errors.ts"
import { fieldNamed } from "./field-named.ts"
import type { Predicate, Value } from "./predicate.ts"
import { isId } from "./row-key.ts"

// Unreserved in URLs, so that most ids of several parts stand in a path as they are.
const separator = "~"

/** The types that a field of a key may have: equal values have one text. */
export const keyTypes: ReadonlySet<FieldType> = new Set<FieldType>([
  "string",
  "integer",
  "bigint",
  "date",
])

/** Whether `id` is not a field, but text made of the fields in `definition.key`. */
export function hasDerivedId({ fields }: EntityDefinition): boolean {
  return fields[0]?.derived === true
}

/** The field that others point to: the id, or the one field that it is made of. */
export function referredField({ key }: EntityDefinition): string {
  const [only, ...more] = key
  return only !== undefined && more.length === 0 ? only : "id"
}

function keyFields(definition: EntityDefinition): FieldDefinition[] {
  return definition.key.map(name => fieldNamed(definition, name))
}

/** The text of a derived id, from the values of its fields. */
export function idFrom(definition: EntityDefinition, read: (field: string) => unknown): string {
  const [only, ...more] = definition.key
  // One part needs no separator, so it is never escaped: the id of a product is its number.
  if (only !== undefined && more.length === 0) return partText(read(only))
  return definition.key.map(name => escapePart(partText(read(name)))).join(separator)
}

function partText(value: unknown): string {
  return value instanceof Date ? value.toISOString() : String(value)
}

function escapePart(text: string): string {
  return text.replace(/[%~]/g, char => (char === "%" ? "%25" : "%7E"))
}

/** The values that a derived id was made of, in the order of `definition.key`; undefined when no entity can have this id. */
export function partsOfId(definition: EntityDefinition, id: unknown): Value[] | undefined {
  if (typeof id !== "string") return undefined
  const fields = keyFields(definition)
  const texts = fields.length === 1 ? [id] : id.split(separator).map(unescapePart)
  if (texts.length !== fields.length) return undefined
  const values: Value[] = []
  for (const [at, { type }] of fields.entries()) {
    const value = fromText(type, texts[at])
    if (value === undefined) return undefined
    values.push(value)
  }
  return values
}

function unescapePart(text: string): string | undefined {
  if (!text.includes("%")) return text
  return /%(?!25|7E)/.test(text)
    ? undefined
    : text.replaceAll("%7E", separator).replaceAll("%25", "%")
}

/** One id has one text: `"07"` is no whole number here. */
function fromText(type: FieldType, text: string | undefined): Value | undefined {
  if (text === undefined || type === "string") return text
  if (type === "date") {
    const date = new Date(text)
    return !Number.isNaN(date.getTime()) && date.toISOString() === text ? date : undefined
  }
  if (!/^(0|-?[1-9]\d{0,30})$/.test(text)) return undefined
  if (type === "bigint") return BigInt(text)
  return Number.isSafeInteger(Number(text)) ? Number(text) : undefined
}

function fits(type: FieldType, value: unknown): boolean {
  if (type === "integer") return Number.isSafeInteger(value)
  if (type === "date") return value instanceof Date && !Number.isNaN(value.getTime())
  return typeof value === type
}

/**
 * The id that a caller means; undefined when no entity can have it, as an id from outside may be anything. Throws
 * `NITRO_QUERY` for an object that is no key of this class.
 */
export function toId(definition: EntityDefinition, input: unknown): EntityId | undefined {
  const { type, derived } = fieldNamed(definition, "id")
  if (derived) {
    if (typeof input === "string")
      return partsOfId(definition, input) === undefined ? undefined : input
    if (typeof input === "object" && input !== null && !(input instanceof Date))
      return idFromObject(definition, input)
    const [only, ...more] = keyFields(definition)
    return only !== undefined && more.length === 0 && fits(only.type, input)
      ? idFrom(definition, () => input)
      : undefined
  }
  if (typeof input === "object" && input !== null && type !== "string")
    throw wrongKey(definition, "an object")
  const value =
    typeof input === "string" && type !== "string"
      ? fromText(type, input)
      : type === "bigint" && typeof input === "number" && Number.isSafeInteger(input)
        ? BigInt(input)
        : input
  return fits(type, value) && isId(value) ? value : undefined
}

function idFromObject(definition: EntityDefinition, parts: object): string {
  if (Array.isArray(parts) || !isObject(parts)) throw wrongKey(definition, "a list")
  const values = parts
  const unknown = Object.keys(values).find(name => !definition.key.includes(name))
  if (unknown !== undefined)
    throw wrongKey(definition, `an object with "${unknown}"`, suggest(unknown, definition.key))
  for (const { name, type } of keyFields(definition)) {
    if (values[name] === undefined || values[name] === null)
      throw wrongKey(definition, `an object without ${name}`)
    if (!fits(type, values[name]))
      throw wrongKey(definition, `an object whose ${name} is no ${type}`)
  }
  return idFrom(definition, name => values[name])
}

function wrongKey(definition: EntityDefinition, what: string, fix?: string): Error {
  const { name, key } = definition
  const form = hasDerivedId(definition) ? `{ ${key.join(", ")} }` : "one value"
  return queryError(
    `The id of ${name} is ${form}, and not ${what}.`,
    fix ?? `Write ${name}.get(${form === "one value" ? "id" : form}).`,
  )
}

/** Finds the entities with these ids. */
export function whereIds(definition: EntityDefinition, ids: readonly Value[]): Predicate {
  if (!hasDerivedId(definition)) return anyOf("id", ids)
  const { key } = definition
  const conditions = ids.flatMap(id => {
    const parts = partsOfId(definition, id)
    return parts === undefined ? [] : [parts]
  })
  const [field, ...more] = key
  if (field !== undefined && more.length === 0) return anyOf(field, conditions.flat())
  const each = conditions.map((parts): Predicate => {
    return {
      op: "and",
      of: parts.map((value, at): Predicate => ({ op: "eq", field: key[at] ?? "id", value })),
    }
  })
  const [one] = each
  return one !== undefined && each.length === 1 ? one : { op: "or", of: each }
}

/** Any of the values, by the shortest condition. */
export function anyOf(field: string, values: readonly Value[]): Predicate {
  const [value] = values
  return value !== undefined && values.length === 1
    ? { op: "eq", field, value }
    : { op: "in", field, values }
}

/** A condition on a derived id, which stores need not keep: on the fields that it is made of. */
export function idCondition(
  definition: EntityDefinition,
  field: string,
  operator: string,
  operand: unknown,
): Predicate {
  const list = operator === "in" || operator === "notIn" ? operand : [operand]
  const isNegated = operator === "ne" || operator === "notIn"
  // Of a join the fields have other names.
  const isOwn = field === "id" && (isNegated || operator === "eq" || operator === "in")
  if (isOwn && isTexts(list)) {
    const condition = whereIds(definition, list)
    return isNegated ? { op: "not", of: condition } : condition
  }
  const { name, key } = definition
  throw queryError(
    `The ${field} of ${name} is made of ${key.join(" and ")}, and does not support "${operator}" here.`,
    `Compare ${key.join(" and ")}: these are fields like any other.`,
  )
}

function isTexts(list: unknown): list is readonly (string | null)[] {
  return Array.isArray(list) && list.every(id => typeof id === "string" || id === null)
}
