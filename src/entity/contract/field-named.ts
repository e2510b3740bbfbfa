// Looks up a field by its name, where a name that does not exist is an error.
import type { EntityDefinition, FieldDefinition } from "./definition.ts"
import { unknownFieldError } from "./errors.ts"

/** @throws NITRO_UNKNOWN_FIELD with a suggestion. */
export function fieldNamed(
  { name: entity, fieldByName }: EntityDefinition,
  name: string,
): FieldDefinition {
  const field = fieldByName.get(name)
  if (field === undefined) throw unknownFieldError(entity, name, fieldByName.keys())
  return field
}
