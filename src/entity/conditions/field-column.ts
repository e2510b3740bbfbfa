// One field in `where(t => ...)`: its operators, and what is inside of it.
import type { EntityDefinition, FieldDefinition } from "../contract/definition.ts"
import { queryError } from "../contract/errors.ts"
import type { Operator } from "../contract/operators.ts"
import type { Predicate } from "../contract/predicate.ts"
import { Condition } from "./condition.ts"
import { JsonColumn } from "./json-columns.ts"
import { ColumnOperand, fieldCondition } from "./operands.ts"

/** The place of a field: on the entity of the condition, or on one that it leads to. */
export interface Place {
  /** The entity of the condition. */
  readonly root: EntityDefinition
  /** The one that has the field. */
  readonly definition: EntityDefinition
  /** Turns a condition on that one into a condition on the root entity. */
  readonly around: (predicate: Predicate) => Predicate
}

/** `column-types.ts` says which operators which type has. */
export class FieldColumn extends ColumnOperand {
  /** The entity it belongs to: fields of two are not compared. */
  readonly place: Place
  readonly #definition: FieldDefinition

  constructor(place: Place, definition: FieldDefinition) {
    super(definition.name)
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

  protected build(operator: Operator, value: unknown): Condition {
    const { root, definition, around } = this.place
    const checked = value instanceof FieldColumn ? sameEntity(this, value) : value
    return new Condition(
      around(fieldCondition(definition, this.#definition, operator, checked)),
      root,
    )
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

/** `p.price.amount`: the parts of a value object, each as `p.price.path("amount")`. */
export function withParts(column: FieldColumn, { parts = [] }: FieldDefinition): FieldColumn {
  for (const { name } of parts)
    if (!(name in column)) Object.defineProperty(column, name, { get: () => column.path(name) })
  return column
}
