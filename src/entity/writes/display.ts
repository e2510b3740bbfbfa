// The display text of an entity: the value of the field that its class names.
import { type EntityRecord, valuesOf } from "../binding/record.ts"
import type { EntityClass, EntityInstance } from "../types/types.ts"

/** The text that identifies an entity among others of its class: the value of its `display` field, else the label of the class. */
export function displayOf(entity: EntityInstance): string {
  // Entities keep the `constructor` that their class gave them.
  const { display, label } = (entity.constructor as unknown as EntityClass).definition
  if (display === undefined) return label
  // Every entity is a record.
  const value = valuesOf(entity as unknown as EntityRecord)[display]
  return value === null || value === undefined || value === "" ? label : String(value)
}
