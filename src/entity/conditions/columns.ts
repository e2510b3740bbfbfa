// Conditions as users write them, `t => t.done.eq(false)` or `{ done: false }`, turned into predicates and checked on the way.
import { isFunction, isObject } from "../../shared/guards.ts"
import { suggest } from "../../shared/suggest.ts"
import type { EntityDefinition, FieldDefinition } from "../contract/definition.ts"
import { queryError, unknownFieldError } from "../contract/errors.ts"
import { isOperator, operatorNames } from "../contract/operators.ts"
import type { Predicate } from "../contract/predicate.ts"
import { negated } from "../contract/predicate-parts.ts"
import { builtPredicate, Condition, describeValue, ownPredicate } from "./condition.ts"
import { FieldColumn, type Place, withParts } from "./field-column.ts"
import { jsonConditions } from "./json-columns.ts"
import { ColumnOperand, fieldCondition } from "./operands.ts"
import {
  type FoundRelation,
  isQuantifier,
  ofTarget,
  quantifiers,
  quantify,
  type RelationLookup,
  someOf,
} from "./related-rows.ts"

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
    return new Condition(around(relationCondition(this.#relation, quantifier, where)), root)
  }
}

function relationCondition(relation: FoundRelation, quantifier: string, where: unknown): Predicate {
  const inner = toCondition(relation.definition, where, false, relation.relations)
  return quantify(relation, quantifier, inner)
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
  let cached = columnsOf.get(definition)
  if (cached === undefined) {
    cached = new Map()
    columnsOf.set(definition, cached)
  }
  const key = relations ?? prefix
  let entry = cached.get(key)
  if (entry === undefined) {
    entry = columnsAt(
      { root: definition, definition, around: predicate => predicate },
      prefix,
      relations,
    )
    cached.set(key, entry)
  }
  return entry
}

function columnsAt(place: Place, prefix: string, relations: RelationLookup | undefined): object {
  const columns = new Map<string, unknown>()
  // The trap turns "cannot read properties of undefined" into an error that names the field.
  const nothing: object = Object.create(null)
  return new Proxy(nothing, {
    get(_, name) {
      if (typeof name === "symbol") return undefined
      let column = columns.get(name)
      if (column === undefined) {
        column = columnAt(place, prefix, relations, name)
        columns.set(name, column)
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
      // A method of the column, bound: it is called on this.
      return isQuantifier(key) && !definition.fieldByName.has(key)
        ? quantifier[key].bind(quantifier)
        : Reflect.get(fields, key)
    },
  })
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

/** The predicate of any form that `where` takes; undefined if it holds no condition. `relations`: those it may use. */
export function toCondition(
  definition: EntityDefinition,
  where: unknown,
  filtering = false,
  relations?: RelationLookup,
): Predicate | undefined {
  if (where === undefined) return undefined
  if (where instanceof Condition) return ownPredicate(definition, where)
  if (isFunction(where))
    return builtPredicate(definition, where, [columns(definition, "", relations)])
  if (!isObject(where) || Array.isArray(where)) {
    throw queryError(
      `${definition.name} cannot be filtered by ${describeValue(where)}.`,
      "Give an object or a function: t => t.done.eq(false).",
    )
  }
  const parts: Predicate[] = []
  for (const name of Object.keys(where)) {
    const field = definition.fieldByName.get(name)
    const value = where[name]
    if (field !== undefined) {
      parts.push(...fieldConditions(definition, field, value))
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
    parts.push(...relationConditions(definition, name, relation, value))
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
  operand: unknown,
): Predicate[] {
  if (!relation.isMany) {
    if (operand === null) return [negated(someOf(relation.steps, undefined))]
    const where = toCondition(relation.definition, operand, false, relation.relations)
    if (where === undefined)
      throw queryError(
        `The condition on ${definition.name}.${name} is empty.`,
        "Leave it out, or give null for none.",
      )
    return [ofTarget(relation.steps, where)]
  }
  const tests = isObject(operand) && !(operand instanceof Condition) ? Object.entries(operand) : []
  if (tests.length === 0)
    throw queryError(
      `${definition.name}.${name} leads to several.`,
      "Say which must match: { some: { ... } }.",
    )
  return tests.map(([quantifier, where]) => {
    if (isQuantifier(quantifier)) return relationCondition(relation, quantifier, where)
    throw queryError(
      `"${quantifier}" is no condition on ${definition.name}.${name}, which leads to several.`,
      suggest(quantifier, quantifiers),
    )
  })
}

function fieldConditions(
  definition: EntityDefinition,
  field: FieldDefinition,
  operand: unknown,
): Predicate[] {
  if (Array.isArray(operand)) return [fieldCondition(definition, field, "in", operand)]
  if (!isOperatorObject(operand)) return [fieldCondition(definition, field, "eq", operand)]
  if (field.type === "json" && Object.hasOwn(operand, "path"))
    return jsonConditions(definition, field, operand)
  return Object.keys(operand).map(operator => {
    if (isOperator(operator)) return fieldCondition(definition, field, operator, operand[operator])
    throw queryError(
      `"${operator}" is not an operator for ${definition.name}.${field.name}.`,
      suggest(operator, operatorNames),
    )
  })
}

function isOperatorObject(value: unknown): value is Record<string, unknown> {
  return (
    isObject(value) &&
    !(value instanceof Date) &&
    !(value instanceof Uint8Array) &&
    !(value instanceof ColumnOperand)
  )
}
