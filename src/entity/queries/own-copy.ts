// A second instance of a stored entity, which shares nothing with the first: not what was loaded along, nor unsaved changes.
import { bindingOf } from "../binding/binding.ts"
import { hydrateCopy } from "../binding/hydrate.ts"
import { classOf } from "../binding/model.ts"
import { isRecord, rowOf } from "../binding/record.ts"
import type { EntityInstance } from "../types/types.ts"

/** The entity as it is stored, for a context that may see other related rows. The same where it is not stored. */
export function ownCopy(entity: EntityInstance): EntityInstance {
  const row = isRecord(entity) ? rowOf(entity) : undefined
  if (!isRecord(entity) || row === undefined) return entity
  return hydrateCopy(bindingOf(classOf(entity)), row)
}
