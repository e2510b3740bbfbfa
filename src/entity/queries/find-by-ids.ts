// Reads the entities of a list of ids in few queries.

import { bindingOf } from "../binding/binding.ts"
import { currentUnit } from "../binding/unit-of-work.ts"
import type { EntityId } from "../contract/definition.ts"
import { whereIds } from "../contract/key.ts"
import type { EntityClass, EntityInstance } from "../types/types.ts"
import { findEntities } from "./finders.ts"

/** An id made of several fields is a group of a condition, and a condition takes so many of them on every store. */
const batchSize = 500

/**
 * The entities with these ids, each at the index of its id; undefined where there is none. Inside of a unit of work they stay locked
 * until it ends. `ids`: as `toId` gives them.
 */
export async function findByIds<T extends EntityInstance>(
  entity: EntityClass<T>,
  ids: readonly EntityId[],
): Promise<(T | undefined)[]> {
  const { definition, store } = bindingOf(entity)
  const isLocked = currentUnit() !== undefined && store.capabilities.forUpdate
  const byId = new Map<unknown, T>()
  // In one order for all callers: two that lock the same rows do not wait for each other.
  const inOrder = ids.toSorted((a, b) => (a < b ? -1 : 1))
  for (let start = 0; start < inOrder.length; start += batchSize) {
    const where = whereIds(definition, inOrder.slice(start, start + batchSize))
    const plan = { where, orderBy: [], ...(isLocked && { lock: "wait" as const }) }
    for (const one of await findEntities(entity, plan)) byId.set(one.id, one)
  }
  return ids.map(id => byId.get(id))
}
