// Conditions as users write them, `t => t.done.eq(false)` or `{ done: false }`, turned into predicates and checked on the way.
import { suggest } from "../shared/suggest.ts"
import type { EntityDefinition, FieldDefinition } from "./definition.ts"
import { queryError, unknownFieldError } from "./errors.ts"
import { idCondition } from "./key.ts"
import { isFieldOperand, matches } from "./matches.ts"
import type { ComparisonOperator, FieldOperand, Predicate, TextOperator, Value } from "./predicate.ts"

/** A condition that can be combined. `predicate` is the plain data. */
export class Condition {
  readonly predicate: Predicate
  /** Whose fields it asks for, where that is known: on other entities it is refused. */
  readonly entity: EntityDefinition | undefined

  constructor(predicate: Predicate, entity?: EntityDefinition) {
    this.predicate = predicate
    this.entity = entity
  }

  and(...others: Condition[]): Condition {
    return junction("and", [this, ...others])
  }

  or(...others: Condition[]): Condition {
    return junction("or", [this, ...others])
  }

  not(): Condition {
    return not(this)
  }
}

/** A condition that one entity can be asked for, too: `inStock.isSatisfiedBy(product)`. */
export class Specification extends Condition {
  declare readonly entity: EntityDefinition

  constructor(predicate: Predicate, entity: EntityDefinition) {
    super(predicate, entity)
  }

  override and(...others: Condition[]): Specification {
    return this.#of(super.and(...others))
  }

  override or(...others: Condition[]): Specification {
    return this.#of(super.or(...others))
  }

  override not(): Specification {
    return this.#of(super.not())
  }

  isSatisfiedBy(entity: object): boolean {
    return matches(this.predicate, entity)
  }

  #of(condition: Condition): Specification {
    return new Specification(ownPredicate(this.entity, condition), this.entity)
  }
}

/** All of the conditions; none is always true. */
export function and(...conditions: Condition[]): Condition {
  return junction("and", conditions)
}

/** Any of the conditions; none is never true. */
export function or(...conditions: Condition[]): Condition {
  return junction("or", conditions)
}

export function not(condition: Condition): Condition {
  return new Condition({ op: "not", of: toPredicate(condition) }, condition.entity)
}

function junction(op: "and" | "or", conditions: readonly Condition[]): Condition {
  const of = conditions.map(toPredicate)
  const entity = conditions.find(condition => condition.entity !== undefined)?.entity
  const other = conditions.find(condition => condition.entity !== undefined && condition.entity !== entity)?.entity
  if (entity !== undefined && other !== undefined) {
    throw queryError(`A condition on ${entity.name} cannot be combined with one on ${other.name}.`, "Use conditions of one entity.")
  }
  // One of unknown origin is looked through when it is used.
  return new Condition({ op, of }, conditions.every(condition => condition.entity !== undefined) ? entity : undefined)
}

function toPredicate(condition: Condition): Predicate {
  if (condition instanceof Condition) return condition.predicate
  throw queryError(`A condition was expected, not ${describeValue(condition)}.`, "Build it from the fields: t => t.done.eq(false).")
}

const comparisons: ReadonlySet<string> = new Set(["eq", "ne", "lt", "lte", "gt", "gte"] satisfies ComparisonOperator[])
const texts: ReadonlySet<string> = new Set(["contains", "startsWith", "endsWith", "like"] satisfies TextOperator[])
const operators = [...comparisons, ...texts, "in", "notIn", "between", "isNull"]

/** One field in `where(t => ...)`; `types.ts` says which operators which type has. */
class FieldColumn {
  readonly field: string
  readonly #entity: EntityDefinition
  readonly #definition: FieldDefinition

  constructor(entity: EntityDefinition, definition: FieldDefinition) {
    this.field = definition.name
    this.#entity = entity
    this.#definition = definition
  }

  eq(value: unknown): Condition {
    return this.#build("eq", value)
  }
  ne(value: unknown): Condition {
    return this.#build("ne", value)
  }
  lt(value: unknown): Condition {
    return this.#build("lt", value)
  }
  lte(value: unknown): Condition {
    return this.#build("lte", value)
  }
  gt(value: unknown): Condition {
    return this.#build("gt", value)
  }
  gte(value: unknown): Condition {
    return this.#build("gte", value)
  }
  in(values: unknown): Condition {
    return this.#build("in", values)
  }
  notIn(values: unknown): Condition {
    return this.#build("notIn", values)
  }
  between(from: unknown, to: unknown): Condition {
    return this.#build("between", [from, to])
  }
  contains(value: unknown): Condition {
    return this.#build("contains", value)
  }
  startsWith(value: unknown): Condition {
    return this.#build("startsWith", value)
  }
  endsWith(value: unknown): Condition {
    return this.#build("endsWith", value)
  }
  like(value: unknown): Condition {
    return this.#build("like", value)
  }
  isNull(): Condition {
    return this.#build("isNull", true)
  }
  isNotNull(): Condition {
    return this.#build("isNull", false)
  }

  #build(operator: string, value: unknown): Condition {
    return new Condition(condition(this.#entity, this.#definition, operator, value), this.#entity)
  }
}

const columnsOf = new WeakMap<EntityDefinition, Map<string, object>>()

/** The fields, for a function that builds a condition of them; with `prefix` those whose names begin with it, named without it. */
export function columns(definition: EntityDefinition, prefix = ""): object {
  let byPrefix = columnsOf.get(definition)
  if (byPrefix === undefined) {
    byPrefix = new Map()
    columnsOf.set(definition, byPrefix)
  }
  let known = byPrefix.get(prefix)
  if (known === undefined) {
    const fields = definition.fields.filter(({ name }) => name.startsWith(prefix))
    const all = new Map(fields.map(field => [field.name.slice(prefix.length), new FieldColumn(definition, field)]))
    // The trap turns "cannot read properties of undefined" into an error that names the field.
    known = new Proxy(Object.create(null) as object, {
      get(_, name) {
        if (typeof name === "symbol") return undefined
        const column = all.get(name)
        if (column === undefined) throw unknownFieldError(definition.name, name, all.keys())
        return column
      },
    })
    byPrefix.set(prefix, known)
  }
  return known
}

/** The predicate of any form that `where` takes; undefined when it holds no condition. */
export function toCondition(definition: EntityDefinition, where: unknown, filtering = false): Predicate | undefined {
  if (where === undefined) return undefined
  if (where instanceof Condition) return ownPredicate(definition, where)
  if (typeof where === "function") return ownPredicate(definition, where(columns(definition)))
  if (typeof where !== "object" || where === null || Array.isArray(where)) {
    throw queryError(
      `${definition.name} cannot be filtered by ${describeValue(where)}.`,
      "Give an object or a function: t => t.done.eq(false).",
    )
  }
  const parts: Predicate[] = []
  for (const name of Object.keys(where)) {
    const field = definition.fieldByName.get(name)
    if (field === undefined) {
      const message = filtering ? `Invalid fields for filtering: ${unknownNames(definition, where).join(", ")}` : undefined
      throw unknownFieldError(definition.name, name, definition.fieldByName.keys(), message)
    }
    parts.push(...fieldConditions(definition, field, (where as Record<string, unknown>)[name]))
  }
  const [only] = parts
  if (only === undefined) return undefined
  return parts.length === 1 ? only : { op: "and", of: parts }
}

/** The predicate of a condition on this very entity: the same names elsewhere mean other fields. */
export function ownPredicate(definition: EntityDefinition, condition: Condition): Predicate {
  const predicate = toPredicate(condition)
  if (condition.entity === definition) return predicate
  if (condition.entity !== undefined) {
    throw queryError(
      `A condition on ${condition.entity.name} cannot be asked of ${definition.name}.`,
      `Build it from the fields of ${definition.name}.`,
    )
  }
  checkFields(definition, predicate)
  return predicate
}

function checkFields(definition: EntityDefinition, predicate: Predicate): void {
  if (predicate.op === "and" || predicate.op === "or") {
    for (const part of predicate.of) checkFields(definition, part)
    return
  }
  if (predicate.op === "not") {
    checkFields(definition, predicate.of)
    return
  }
  const { field, value } = predicate as { readonly field: string; readonly value?: Value | FieldOperand }
  const other = value !== undefined && isFieldOperand(value) ? [value.field] : []
  for (const name of [field, ...other]) {
    if (!definition.fieldByName.has(name)) throw unknownFieldError(definition.name, name, definition.fieldByName.keys())
  }
}

function unknownNames(definition: EntityDefinition, where: object): string[] {
  return Object.keys(where).filter(name => !definition.fieldByName.has(name))
}

function fieldConditions(definition: EntityDefinition, field: FieldDefinition, given: unknown): Predicate[] {
  if (Array.isArray(given)) return [condition(definition, field, "in", given)]
  if (!isOperatorObject(given)) return [condition(definition, field, "eq", given)]
  return Object.keys(given).map(operator => {
    if (operators.includes(operator)) return condition(definition, field, operator, given[operator])
    throw queryError(`"${operator}" is not an operator for ${definition.name}.${field.name}.`, suggest(operator, operators))
  })
}

function isOperatorObject(given: unknown): given is Record<string, unknown> {
  return (
    typeof given === "object" &&
    given !== null &&
    !(given instanceof Date) &&
    !(given instanceof Uint8Array) &&
    !(given instanceof FieldColumn)
  )
}

/** One checked condition on one field. */
function condition(entity: EntityDefinition, field: FieldDefinition, operator: string, given: unknown): Predicate {
  const name = field.name
  if (field.derived) return idCondition(entity, name, operator, given)
  if (operator === "isNull") {
    if (typeof given !== "boolean") throw wrongOperand(entity, field, operator, given, "true or false")
    const isNull: Predicate = { op: "isNull", field: name }
    return given ? isNull : { op: "not", of: isNull }
  }
  if (field.encrypted) {
    throw queryError(
      `${entity.name}.${name} is encrypted: no condition but null can look at it.`,
      "Keep a hash of it in a field of its own, and look for that.",
    )
  }
  if (texts.has(operator)) {
    if (field.type !== "string" || typeof given !== "string") throw wrongOperand(entity, field, operator, given, "text, on a text field")
    return { op: operator as TextOperator, field: name, value: given }
  }
  if (operator === "in" || operator === "notIn") {
    if (!Array.isArray(given)) throw wrongOperand(entity, field, operator, given, "a list")
    return { op: operator, field: name, values: given.map(value => operand(entity, field, operator, value, true)) }
  }
  if (operator === "between") {
    if (!Array.isArray(given) || given.length !== 2) throw wrongOperand(entity, field, operator, given, "two values, [from, to]")
    const [from, to] = given.map(value => operand(entity, field, operator, value, false))
    return { op: "between", field: name, from: from as Value, to: to as Value }
  }
  const op = operator as ComparisonOperator
  if (given instanceof FieldColumn) return { op, field: name, value: otherField(entity, field, given) }
  return { op, field: name, value: operand(entity, field, operator, given, op === "eq" || op === "ne") }
}

function otherField(entity: EntityDefinition, field: FieldDefinition, column: FieldColumn): FieldOperand {
  const other = entity.fieldByName.get(column.field)
  const numeric = (type: string): boolean => type === "integer" || type === "number"
  if (other === undefined || other.derived || (other.type !== field.type && !(numeric(other.type) && numeric(field.type)))) {
    throw queryError(
      `${entity.name}.${field.name} (${field.type}) cannot be compared with the field "${column.field}" (${other?.type ?? "unknown"}).`,
    )
  }
  return { field: column.field }
}

function operand(entity: EntityDefinition, field: FieldDefinition, operator: string, value: unknown, nullable: boolean): Value {
  if (value === null && nullable) return null
  switch (field.type) {
    case "string":
      if (typeof value === "string") return value
      break
    case "integer":
    case "number":
      if (typeof value === "number" && !Number.isNaN(value)) return value
      break
    case "boolean":
      if (typeof value === "boolean") return value
      break
    case "date":
      if (value instanceof Date && !Number.isNaN(value.getTime())) return value
      break
    case "bigint":
      if (typeof value === "bigint") return value
      if (Number.isSafeInteger(value)) return BigInt(value as number)
      break
    case "bytes":
      if (value instanceof Uint8Array) return value
      break
    case "json":
      throw queryError(`${entity.name}.${field.name} holds JSON, which can only be compared with null.`)
  }
  throw wrongOperand(entity, field, operator, value, field.type === "integer" ? "a number" : `a ${field.type}`)
}

function wrongOperand(entity: EntityDefinition, field: FieldDefinition, operator: string, value: unknown, wanted: string): Error {
  // Leaving a condition out because its value is missing would widen the result, of a delete too.
  const fix = value === undefined ? "Leave the field out, or use null to find rows without a value." : `Give ${wanted}.`
  return queryError(`${entity.name}.${field.name} ${operator} needs ${wanted}, not ${describeValue(value)}.`, fix)
}

function describeValue(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}...` : value)
  if (typeof value === "function") return "a function"
  if (typeof value === "object" && value !== null)
    return value instanceof Date ? "an invalid date" : Array.isArray(value) ? "a list" : "an object"
  return String(value)
}
