// Conditions on one value inside of a JSON field: `p.attributes.path("color", "name").eq("red")`.
import { suggest } from "../../shared/suggest.ts"
import type {
  EntityDefinition,
  FieldDefinition,
  FieldType,
  ValuePart,
} from "../contract/definition.ts"
import { queryError } from "../contract/errors.ts"
import { isOperator, isTextOperator, type JsonTest, operatorNames } from "../contract/operators.ts"
import type { JsonPath, JsonScalar, Predicate } from "../contract/predicate.ts"
import { negated } from "../contract/predicate-parts.ts"
import { isStorableText } from "../contract/storable.ts"
import { type Condition, describeValue } from "./condition.ts"
import { Operators } from "./operator-methods.ts"
import { toPattern } from "./pattern.ts"

// A path may come from outside, and each step is work for every row.
const maxSteps = 32

/** One value in a JSON field; `column-types.ts` says which operators which type has. */
export class JsonColumn extends Operators {
  readonly #entity: EntityDefinition
  readonly #field: FieldDefinition
  readonly #path: JsonPath
  readonly #toCondition: (predicate: Predicate) => Condition

  constructor(
    entity: EntityDefinition,
    field: FieldDefinition,
    path: readonly unknown[],
    toCondition: (predicate: Predicate) => Condition,
  ) {
    super()
    this.#entity = entity
    this.#field = field
    this.#path = checkPath(entity, field, path)
    this.#toCondition = toCondition
  }

  path(...keys: unknown[]): JsonColumn {
    return new JsonColumn(this.#entity, this.#field, [...this.#path, ...keys], this.#toCondition)
  }

  protected build(operator: string, value: unknown): Condition {
    return this.#toCondition(jsonCondition(this.#entity, this.#field, this.#path, operator, value))
  }
}

/** `{ path: ["color", "name"], eq: "red" }` */
export function jsonConditions(
  entity: EntityDefinition,
  field: FieldDefinition,
  tests: Readonly<Record<string, unknown>>,
): Predicate[] {
  const path = checkPath(entity, field, tests["path"])
  const operators = Object.keys(tests).filter(name => name !== "path")
  if (operators.length === 0)
    throw queryError(
      `The condition on ${nameOf(entity, field, path)} says nothing.`,
      "Give an operator: eq.",
    )
  return operators.map(operator => jsonCondition(entity, field, path, operator, tests[operator]))
}

function checkPath(entity: EntityDefinition, field: FieldDefinition, path: unknown): JsonPath {
  const name = `${entity.name}.${field.name}`
  if (field.type !== "json")
    throw queryError(
      `${name} is of the type ${field.type}, and has nothing inside.`,
      "Compare it as a whole.",
    )
  if (!Array.isArray(path))
    throw queryError(
      `A path in ${name} is a list, not ${describeValue(path)}.`,
      'Write ["color", "name"].',
    )
  if (path.length > maxSteps)
    throw queryError(
      `A path in ${name} has ${path.length} steps; at most ${maxSteps} are possible.`,
    )
  return path.map(key => {
    if (isStep(key)) return key
    throw queryError(`A step in ${name} is a key or a position from 0, not ${describeValue(key)}.`)
  })
}

function isStep(key: unknown): key is string | number {
  return typeof key === "number" ? Number.isInteger(key) && key >= 0 && key < 2 ** 31 : isText(key)
}

function isNumber(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value)
}

function jsonCondition(
  entity: EntityDefinition,
  field: FieldDefinition,
  path: JsonPath,
  operator: string,
  operand: unknown,
): Predicate {
  const base = { op: "json", field: field.name, path } as const
  const isNull: Predicate = { ...base, test: "isNull" }
  const refuse = (expected: string): Error =>
    queryError(
      `${nameOf(entity, field, path)} ${operator} needs ${expected}, not ${describeValue(operand)}.`,
    )
  const type = partAt(field, path)
  /** As the value object is stored: a date as ISO text, a bigint as digits. */
  const plain = (value: unknown): unknown => {
    if (type === "date" && value instanceof Date && !Number.isNaN(value.getTime()))
      return value.toISOString()
    return type === "bigint" && typeof value === "bigint" ? String(value) : value
  }
  const scalar = (part: unknown): JsonScalar => {
    const value = plain(part)
    if (isText(value) || typeof value === "boolean" || isNumber(value)) return value
    throw refuse("text, a number, true or false")
  }
  const equal = (value: unknown): Predicate =>
    value === null ? isNull : { ...base, test: "eq", value: scalar(value) }
  const anyOf = (values: unknown): Predicate => {
    if (!Array.isArray(values)) throw refuse("a list")
    return { op: "or", of: values.map(equal) }
  }
  const ordered = (test: JsonTest, limit: unknown): Predicate => {
    if (typeof limit === "bigint")
      throw queryError(
        `${nameOf(entity, field, path)} is kept as text, whose order is not that of bigints.`,
      )
    const value = plain(limit)
    if (!isText(value) && !isNumber(value)) throw refuse("text or a number")
    return { ...base, test, value }
  }
  if (!isOperator(operator))
    throw queryError(`"${operator}" is not an operator for JSON.`, suggest(operator, operatorNames))
  if (isTextOperator(operator)) {
    if (!isText(operand)) throw refuse("text")
    toPattern(operator, operand, nameOf(entity, field, path))
    return { ...base, test: operator, value: operand }
  }
  switch (operator) {
    case "isNull":
      if (typeof operand !== "boolean") throw refuse("true or false")
      return operand ? isNull : negated(isNull)
    case "eq":
      return equal(operand)
    case "ne":
      return negated(equal(operand))
    case "in":
      return anyOf(operand)
    case "notIn":
      return negated(anyOf(operand))
    case "between":
      if (!Array.isArray(operand) || operand.length !== 2) throw refuse("two values, [from, to]")
      return { op: "and", of: [ordered("gte", operand[0]), ordered("lte", operand[1])] }
    default:
      return ordered(operator, operand)
  }
}

/** The type of a part of a value object. */
function partAt({ parts }: FieldDefinition, path: JsonPath): FieldType | undefined {
  let part: ValuePart | undefined
  let inside = parts
  for (const key of path) {
    part = inside?.find(({ name }) => name === key)
    inside = part?.parts
  }
  return part?.type
}

// Not every database can keep NUL or half a surrogate pair, so neither is compared in any.
function isText(value: unknown): value is string {
  return typeof value === "string" && isStorableText(value)
}

function nameOf(entity: EntityDefinition, field: FieldDefinition, path: JsonPath): string {
  return [`${entity.name}.${field.name}`, ...path.map(key => String(key).slice(0, 40))].join(".")
}
