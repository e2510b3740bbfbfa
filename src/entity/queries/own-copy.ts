// A second instance of a stored entity, which shares nothing with the first: not what was loaded along, nor unsaved changes.
import { bindingOf } from "../binding/binding.ts"
import { hydrateCopy } from "../binding/hydrate.ts"
import { type EntityRecord, rowOf } from "../binding/record.ts"
import type { EntityClass, EntityInstance } from "../types/types.ts"

/** The entity as it is stored, for a context that may see other related rows. The same where it is not stored. */
export function ownCopy(entity: EntityInstance): EntityInstance {
  const record = entity as unknown as EntityRecord
  const row = rowOf(record)
  if (row === undefined) return entity
  // Hydrated by the binding of its class, so it is of that class.
  return hydrateCopy(
    bindingOf(entity.constructor as unknown as EntityClass),
    row,
  ) as unknown as EntityInstance
}
