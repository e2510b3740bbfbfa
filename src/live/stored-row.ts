// The row behind a change as the store has it: an instance that was read long ago announces fields that others changed since.
import type { Change, EntityInstance, Store } from "../entity/index.ts"
import { currentScopes, rowsOfChange, storeOf } from "../entity/internal.ts"

interface Reader {
  get(id: unknown): Promise<EntityInstance | undefined>
}

// One reading for all topics that share their output, separately for each store that the class may have.
const shared = new WeakMap<Change, Map<Store, Promise<EntityInstance | undefined>>>()

/**
 * Whether `after` is what is stored. An update that no version guards says for sure only what it changed, and so does the
 * return of a deleted row. Of stores that run transactions side by side, a row may be gone before its creation is announced.
 */
export function isSure(change: Change): boolean {
  // Changes of other processes lack hidden fields, and may be of another store.
  if (rowsOfChange(change) === undefined) return false
  const { entity, op } = change
  const { version, softDelete } = entity.definition
  if (op === "update") return version === true
  return (
    op === "delete" ||
    (softDelete !== true && storeOf(entity).capabilities.serialTransactions === true)
  )
}

/** The row as it is stored now, in the stores of this context; undefined when it is gone. */
export function storedRow(change: Change, isShared: boolean): Promise<EntityInstance | undefined> {
  const read = (): Promise<EntityInstance | undefined> =>
    // Every entity class has `get`.
    (change.entity as unknown as Reader).get(change.id)
  // A topic with other scopes reads for itself.
  if (!isShared || currentScopes() !== undefined) return read()
  const store = storeOf(change.entity)
  let byStore = shared.get(change)
  if (byStore === undefined) {
    byStore = new Map()
    shared.set(change, byStore)
  }
  let row = byStore.get(store)
  if (row === undefined) {
    row = read()
    byStore.set(store, row)
  }
  return row
}
