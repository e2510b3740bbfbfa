// Definitions of what queries make: the outputs of groups, the pairs of a join. So conditions on them are checked like any other.

import type { EntityDefinition, FieldDefinition, FieldType } from "../contract/definition.ts"
import { fieldNamed } from "../contract/field-named.ts"
import type { Aggregate, SelectPlan } from "../contract/repository.ts"

type Output = Pick<FieldDefinition, "name" | "type" | "nullable" | "encrypted" | "derived">

/** The outputs of groups as fields: `plan.fields`, then the aggregates by their names. */
export function groupDefinition(
  definition: EntityDefinition,
  { fields, aggregates }: SelectPlan,
): EntityDefinition {
  const fieldOf = (field: string): FieldDefinition => fieldNamed(definition, field)
  const outputs = aggregates.map((aggregate): Output => {
    const type = aggregate.field === undefined ? undefined : fieldOf(aggregate.field).type
    return {
      name: aggregate.as,
      type: typeOf(aggregate, type),
      nullable: aggregate.call !== "count" && aggregate.call !== "sum",
    }
  })
  return derive(
    definition,
    `groups of ${definition.name}`,
    [...fields.map(fieldOf), ...outputs],
    fields,
  )
}

function typeOf({ call }: Aggregate, type: FieldType | undefined): FieldType {
  if (call === "count") return "integer"
  if (call === "avg" || type === undefined) return "number"
  return call === "sum" && type === "integer" ? "number" : type
}

type Joins = WeakMap<EntityDefinition, WeakMap<EntityDefinition, EntityDefinition>>
const innerJoins: Joins = new WeakMap()
const outerJoins: Joins = new WeakMap()

/** Pairs of rows as one: the fields are named `Product.price` and `Category.name`, of a class joined with itself `Part.name` and `Part2.name`. `outer`: the right side may be missing. */
export function joinDefinition(
  left: EntityDefinition,
  right: EntityDefinition,
  outer = false,
): EntityDefinition {
  const joins = outer ? outerJoins : innerJoins
  let ofLeft = joins.get(left)
  if (ofLeft === undefined) {
    ofLeft = new WeakMap()
    joins.set(left, ofLeft)
  }
  let cached = ofLeft.get(right)
  if (cached === undefined) {
    const [leftPrefix, rightPrefix] = joinPrefixes(left, right)
    cached = derive(
      left,
      `${left.name} with ${right.name}`,
      [
        ...left.fields.map(field => ({ ...field, name: leftPrefix + field.name })),
        ...right.fields.map(field => ({
          ...field,
          name: rightPrefix + field.name,
          nullable: outer || field.nullable,
        })),
      ],
      [
        ...left.key.map(field => leftPrefix + field),
        ...right.key.map(field => rightPrefix + field),
      ],
    )
    ofLeft.set(right, cached)
  }
  return cached
}

/** The prefixes of the names of the left and right fields. */
export function joinPrefixes(
  left: EntityDefinition,
  right: EntityDefinition,
): readonly [left: string, right: string] {
  return [`${left.name}.`, left.name === right.name ? `${right.name}2.` : `${right.name}.`]
}

function derive(
  base: EntityDefinition,
  name: string,
  outputs: readonly Output[],
  key: readonly string[],
): EntityDefinition {
  const { schema } = fieldNamed(base, "id")
  const fields = outputs.map(
    (
      { name: output, type, nullable, encrypted = false, derived = false },
      index,
    ): FieldDefinition => {
      return {
        name: output,
        index,
        type,
        nullable,
        optional: false,
        column: output,
        schema,
        managed: false,
        encrypted,
        derived,
      }
    },
  )
  return {
    name,
    label: name,
    labelPlural: name,
    plural: base.plural,
    table: base.table,
    fields,
    fieldByName: new Map(fields.map(field => [field.name, field])),
    key,
    unique: [],
    index: [],
    guarded: [],
    timestamps: false,
    version: false,
    relations: new Map(),
  }
}
