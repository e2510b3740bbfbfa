// Conditions as users write them, `t => t.done.eq(false)` or `{ done: false }`, turned into predicates and checked on the way.
import { suggest } from "../../shared/suggest.ts"
import type { EntityDefinition, FieldDefinition } from "../contract/definition.ts"
import { queryError, unknownFieldError } from "../contract/errors.ts"
import { idCondition } from "../contract/key.ts"
import type {
  ComparisonOperator,
  FieldOperand,
  Predicate,
  RelatedRows,
  TextOperator,
  Value,
} from "../contract/predicate.ts"
import { negated } from "../contract/predicate-parts.ts"
import { isStorableText } from "../contract/storable.ts"
import { builtPredicate, Condition, describeValue, ownPredicate } from "./condition.ts"
import { JsonColumn, jsonConditions } from "./json-columns.ts"
import { matches } from "./matches.ts"
import { Operators } from "./operators.ts"
import { toPattern } from "./pattern.ts"

/** The relations of a class by name, as conditions see them. */
export interface RelationLookup {
  find(name: string): FoundRelation | undefined
  names(): Iterable<string>
}

export interface FoundRelation {
  readonly isMany: boolean
  /** From a row to its targets, over the rows between where there are any. */
  readonly steps: readonly RelatedRows[]
  /** Of the targets. */
  readonly definition: EntityDefinition
  readonly relations: RelationLookup
}

/** Where a field stands: on the entity that is asked, or on one that it leads to. */
interface Place {
  /** The entity that is asked. */
  readonly root: EntityDefinition
  /** The one that has the field. */
  readonly definition: EntityDefinition
  /** Makes a condition on that one a condition on the entity that is asked. */
  readonly around: (predicate: Predicate) => Predicate
}

const comparisons: ReadonlySet<string> = new Set([
  "eq",
  "ne",
  "lt",
  "lte",
  "gt",
  "gte",
] satisfies ComparisonOperator[])
const texts: ReadonlySet<string> = new Set([
  "contains",
  "startsWith",
  "endsWith",
  "like",
] satisfies TextOperator[])
const operators = [...comparisons, ...texts, "in", "notIn", "between", "isNull"]

/** One field in `where(t => ...)`; `column-types.ts` says which operators which type has. */
class FieldColumn extends Operators {
  readonly field: string
  /** Which entity's: fields of two are not compared. */
  readonly place: Place
  readonly #definition: FieldDefinition

  constructor(place: Place, definition: FieldDefinition) {
    super()
    this.field = definition.name
    this.place = place
    this.#definition = definition
  }

  /** The value at a place inside of a JSON field. */
  path(...keys: unknown[]): JsonColumn {
    const { root, definition, around } = this.place
    return new JsonColumn(
      definition,
      this.#definition,
      keys,
      predicate => new Condition(around(predicate), root),
    )
  }

  protected build(operator: string, value: unknown): Condition {
    const { root, definition, around } = this.place
    const checked = value instanceof FieldColumn ? sameEntity(this, value) : value
    return new Condition(around(condition(definition, this.#definition, operator, checked)), root)
  }
}

function sameEntity(column: FieldColumn, other: FieldColumn): FieldColumn {
  const isDirect = ({ place }: FieldColumn): boolean => place.definition === place.root
  if (column.place === other.place) return other
  if (column.place.root === other.place.root && isDirect(column) && isDirect(other)) return other
  throw queryError(
    `${column.place.definition.name}.${column.field} cannot be compared with ${other.place.definition.name}.${other.field}, which is a field of another entity.`,
    "Compare them in a join: Product.join(Category, (p, c) => p.categoryId.eq(c.id)).",
  )
}

const quantifiers: ReadonlySet<string> = new Set(["some", "every", "none"])

/** A relation in `where(t => ...)`: which of its targets must match. */
class RelationColumn {
  readonly #place: Place
  readonly #relation: FoundRelation

  constructor(place: Place, relation: FoundRelation) {
    this.#place = place
    this.#relation = relation
  }

  some(where?: unknown): Condition {
    return this.#build("some", where)
  }
  every(where: unknown): Condition {
    return this.#build("every", where)
  }
  none(where?: unknown): Condition {
    return this.#build("none", where)
  }

  #build(quantifier: string, where: unknown): Condition {
    const { root, around } = this.#place
    return new Condition(around(quantified(this.#relation, quantifier, where)), root)
  }
}

function quantified(
  { steps, definition, relations }: FoundRelation,
  quantifier: string,
  where: unknown,
): Predicate {
  const inner = toCondition(definition, where, false, relations)
  if (quantifier === "some") return someOf(steps, inner)
  if (quantifier === "none") return negated(someOf(steps, inner))
  if (inner === undefined)
    throw queryError(
      `"every" of the ${definition.plural} of an entity needs a condition, or it says nothing.`,
    )
  return negated(someOf(steps, negated(inner)))
}

function someOf(steps: readonly RelatedRows[], where: Predicate | undefined): Predicate {
  return steps.reduceRight<Predicate | undefined>(
    (inner, rows) =>
      inner === undefined ? { op: "some", rows } : { op: "some", rows, where: inner },
    where,
  ) as Predicate
}

/** A condition on the one target: where there is none, its fields are null. */
function ofTarget(steps: readonly RelatedRows[], where: Predicate): Predicate {
  return holdsForNothing(where) ? negated(someOf(steps, negated(where))) : someOf(steps, where)
}

const nothing = {}

function holdsForNothing(where: Predicate): boolean {
  switch (where.op) {
    case "and":
      return where.of.every(holdsForNothing)
    case "or":
      return where.of.some(holdsForNothing)
    case "not":
      return !holdsForNothing(where.of)
    case "some":
      return false
    default:
      return matches(where, nothing)
  }
}

const columnsOf = new WeakMap<EntityDefinition, Map<RelationLookup | string, object>>()

/**
 * The fields and relations, for a function that builds a condition of them; with `prefix` the fields whose names begin with
 * it, named without it. `relations` are of that prefix too.
 */
export function columns(
  definition: EntityDefinition,
  prefix = "",
  relations?: RelationLookup,
): object {
  let known = columnsOf.get(definition)
  if (known === undefined) {
    known = new Map()
    columnsOf.set(definition, known)
  }
  const key = relations ?? prefix
  let made = known.get(key)
  if (made === undefined) {
    made = columnsAt(
      { root: definition, definition, around: predicate => predicate },
      prefix,
      relations,
    )
    known.set(key, made)
  }
  return made
}

function columnsAt(place: Place, prefix: string, relations: RelationLookup | undefined): object {
  const made = new Map<string, unknown>()
  // The trap turns "cannot read properties of undefined" into an error that names the field.
  return new Proxy(Object.create(null) as object, {
    get(_, name) {
      if (typeof name === "symbol") return undefined
      let column = made.get(name)
      if (column === undefined) {
        column = columnAt(place, prefix, relations, name)
        made.set(name, column)
      }
      return column
    },
  })
}

function columnAt(
  place: Place,
  prefix: string,
  relations: RelationLookup | undefined,
  name: string,
): unknown {
  const field = place.definition.fieldByName.get(prefix + name)
  if (field !== undefined) return withParts(new FieldColumn(place, field), field)
  const relation = relations?.find(name)
  if (relation === undefined)
    throw unknownFieldError(
      place.definition.name,
      name,
      knownNames(place.definition, prefix, relations),
    )
  const quantifier = new RelationColumn(place, relation)
  if (relation.isMany) return quantifier
  const { definition, steps } = relation
  const target = columnsAt(
    { root: place.root, definition, around: predicate => place.around(ofTarget(steps, predicate)) },
    "",
    relation.relations,
  )
  return new Proxy(target, {
    get(fields, key) {
      const isQuantifier =
        typeof key === "string" && quantifiers.has(key) && !definition.fieldByName.has(key)
      // A method of the column, bound: it is called on this.
      return isQuantifier ? quantifier[key as "some"].bind(quantifier) : Reflect.get(fields, key)
    },
  })
}

/** `p.price.amount`: the parts of a value object, each as `p.price.path("amount")`. */
function withParts(column: FieldColumn, { parts = [] }: FieldDefinition): FieldColumn {
  for (const { name } of parts)
    if (!(name in column)) Object.defineProperty(column, name, { get: () => column.path(name) })
  return column
}

function knownNames(
  { fields }: EntityDefinition,
  prefix: string,
  relations: RelationLookup | undefined,
): string[] {
  return [
    ...fields
      .filter(({ name }) => name.startsWith(prefix))
      .map(({ name }) => name.slice(prefix.length)),
    ...(relations?.names() ?? []),
  ]
}

/** The predicate of any form that `where` takes; undefined when it holds no condition. `relations`: those it may ask for. */
export function toCondition(
  definition: EntityDefinition,
  where: unknown,
  filtering = false,
  relations?: RelationLookup,
): Predicate | undefined {
  if (where === undefined) return undefined
  if (where instanceof Condition) return ownPredicate(definition, where)
  if (typeof where === "function")
    return builtPredicate(definition, where as () => unknown, [columns(definition, "", relations)])
  if (typeof where !== "object" || where === null || Array.isArray(where)) {
    throw queryError(
      `${definition.name} cannot be filtered by ${describeValue(where)}.`,
      "Give an object or a function: t => t.done.eq(false).",
    )
  }
  const parts: Predicate[] = []
  for (const name of Object.keys(where)) {
    const field = definition.fieldByName.get(name)
    const given = (where as Record<string, unknown>)[name]
    if (field !== undefined) {
      parts.push(...fieldConditions(definition, field, given))
      continue
    }
    const relation = relations?.find(name)
    if (relation === undefined) {
      const unknown = Object.keys(where).filter(
        key => !definition.fieldByName.has(key) && relations?.find(key) === undefined,
      )
      const message = filtering ? `Invalid fields for filtering: ${unknown.join(", ")}` : undefined
      throw unknownFieldError(definition.name, name, knownNames(definition, "", relations), message)
    }
    parts.push(...relationConditions(definition, name, relation, given))
  }
  const [only] = parts
  if (only === undefined) return undefined
  return parts.length === 1 ? only : { op: "and", of: parts }
}

/** `{ category: { name: "Office" } }`, `{ category: null }`, `{ products: { some: { price: { gt: 100 } } } }` */
function relationConditions(
  definition: EntityDefinition,
  name: string,
  relation: FoundRelation,
  given: unknown,
): Predicate[] {
  if (!relation.isMany) {
    if (given === null) return [negated(someOf(relation.steps, undefined))]
    const where = toCondition(relation.definition, given, false, relation.relations)
    if (where === undefined)
      throw queryError(
        `The condition on ${definition.name}.${name} is empty.`,
        "Leave it out, or give null for none.",
      )
    return [ofTarget(relation.steps, where)]
  }
  const wanted =
    typeof given === "object" && given !== null && !(given instanceof Condition)
      ? Object.keys(given)
      : []
  if (wanted.length === 0)
    throw queryError(
      `${definition.name}.${name} leads to several.`,
      "Say which must match: { some: { ... } }.",
    )
  return wanted.map(quantifier => {
    if (quantifiers.has(quantifier))
      return quantified(relation, quantifier, (given as Record<string, unknown>)[quantifier])
    throw queryError(
      `"${quantifier}" is no condition on ${definition.name}.${name}, which leads to several.`,
      suggest(quantifier, quantifiers),
    )
  })
}

function fieldConditions(
  definition: EntityDefinition,
  field: FieldDefinition,
  given: unknown,
): Predicate[] {
  if (Array.isArray(given)) return [condition(definition, field, "in", given)]
  if (!isOperatorObject(given)) return [condition(definition, field, "eq", given)]
  if (field.type === "json" && Object.hasOwn(given, "path"))
    return jsonConditions(definition, field, given)
  return Object.keys(given).map(operator => {
    if (operators.includes(operator)) return condition(definition, field, operator, given[operator])
    throw queryError(
      `"${operator}" is not an operator for ${definition.name}.${field.name}.`,
      suggest(operator, operators),
    )
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
function condition(
  entity: EntityDefinition,
  field: FieldDefinition,
  operator: string,
  given: unknown,
): Predicate {
  const name = field.name
  if (field.derived) return idCondition(entity, name, operator, given)
  if (operator === "isNull") {
    if (typeof given !== "boolean")
      throw wrongOperand(entity, field, operator, given, "true or false")
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
    if (field.type !== "string" || typeof given !== "string")
      throw wrongOperand(entity, field, operator, given, "text, on a text field")
    toPattern(operator as TextOperator, given, `${entity.name}.${name}`)
    return { op: operator as TextOperator, field: name, value: given }
  }
  if (operator === "in" || operator === "notIn") {
    if (!Array.isArray(given)) throw wrongOperand(entity, field, operator, given, "a list")
    return {
      op: operator,
      field: name,
      values: given.map(value => operand(entity, field, operator, value, true)),
    }
  }
  if (operator === "between") {
    if (!Array.isArray(given) || given.length !== 2)
      throw wrongOperand(entity, field, operator, given, "two values, [from, to]")
    const [from, to] = given.map(value => operand(entity, field, operator, value, false))
    return { op: "between", field: name, from: from as Value, to: to as Value }
  }
  const op = operator as ComparisonOperator
  if (given instanceof FieldColumn)
    return { op, field: name, value: otherField(entity, field, given) }
  return {
    op,
    field: name,
    value: operand(entity, field, operator, given, op === "eq" || op === "ne"),
  }
}

function otherField(
  entity: EntityDefinition,
  field: FieldDefinition,
  column: FieldColumn,
): FieldOperand {
  const other = entity.fieldByName.get(column.field)
  const numeric = (type: string): boolean => type === "integer" || type === "number"
  if (
    other === undefined ||
    other.derived ||
    (other.type !== field.type && !(numeric(other.type) && numeric(field.type)))
  ) {
    throw queryError(
      `${entity.name}.${field.name} (${field.type}) cannot be compared with the field "${column.field}" (${other?.type ?? "unknown"}).`,
    )
  }
  return { field: column.field }
}

function operand(
  entity: EntityDefinition,
  field: FieldDefinition,
  operator: string,
  value: unknown,
  nullable: boolean,
): Value {
  if (value === null && nullable) return null
  switch (field.type) {
    case "string":
      if (typeof value !== "string") break
      if (nullable || isStorableText(value)) return value
      throw queryError(
        `${entity.name}.${field.name} is compared with text that no store holds.`,
        "Remove NUL characters and half surrogate pairs.",
      )
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
      throw queryError(
        `${entity.name}.${field.name} holds JSON, which can only be compared with null.`,
      )
  }
  throw wrongOperand(
    entity,
    field,
    operator,
    value,
    field.type === "integer" ? "a number" : `a ${field.type}`,
  )
}

function wrongOperand(
  entity: EntityDefinition,
  field: FieldDefinition,
  operator: string,
  value: unknown,
  wanted: string,
): Error {
  // Leaving a condition out because its value is missing would widen the result, of a delete too.
  const fix =
    value === undefined
      ? "Leave the field out, or use null to find rows without a value."
      : `Give ${wanted}.`
  return queryError(
    `${entity.name}.${field.name} ${operator} needs ${wanted}, not ${describeValue(value)}.`,
    fix,
  )
}
