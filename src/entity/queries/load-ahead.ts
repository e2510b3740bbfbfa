// Loads the entity that a unit of work is about, without keeping its store from others while the unit does other things.

import { NitroError } from "../../shared/errors.ts"
import { after } from "../../shared/maybe.ts"
import type { MaybePromise } from "../../shared/types.ts"
import { bindingOf } from "../binding/binding.ts"
import { type Binding, idOfRow } from "../binding/bound-class.ts"
import { hydrate } from "../binding/hydrate.ts"
import { currentScopes, inScopes } from "../binding/query-scopes.ts"
import { type EntityRecord, isExposed, rowOf, valuesOf } from "../binding/record.ts"
import { takeRow } from "../binding/reread.ts"
import { currentUnit } from "../binding/unit-of-work.ts"
import type { EntityId } from "../contract/definition.ts"
import { notFoundError } from "../contract/errors.ts"
import { whereIds } from "../contract/key.ts"
import type { Row } from "../contract/repository.ts"
import { rowKey } from "../contract/row-key.ts"
import type { EntityClass } from "../types/types.ts"
import { findEntities, idLabel, requireById, storedId } from "./finders.ts"

/**
 * `require(id)` for the first thing that a unit of work does. The unit has the store until the present turn of the event
 * loop is over: work that is done by then is alone with the entity. It waits for a store that another caller has, so that it
 * never computes from a row that is about to change. Slower work gives the store back, and begins at its next read or write.
 * There the entity is read again: without unsaved changes it takes what is stored, and where another writer has changed the same
 * it is `NITRO_STALE_ENTITY`. `isFixed`: any change by another writer is.
 */
export async function requireAhead<T extends object>(
  entity: EntityClass<T>,
  id: unknown,
  isFixed: boolean = false,
): Promise<T> {
  const unit = currentUnit()
  const binding = bindingOf(entity)
  const { store } = binding
  const key = storedId(binding, id)
  const hasBegun = unit === undefined || unit.parent !== undefined || [...unit.stores].length > 0
  if (hasBegun || key === undefined || !store.capabilities.transactions) {
    if (!isFixed || !hasBegun || unit === undefined || key === undefined)
      return requireById(entity, id)
    const lock = store.capabilities.forUpdate === true && ({ lock: "wait" } as const)
    const where = whereIds(binding.definition, [binding.mapper.valueAt(0, key)])
    const [locked] = await findEntities(entity, { where, orderBy: [], ...lock })
    if (locked === undefined) throw notFoundError(entity.definition.name, idLabel(entity, id))
    return locked
  }
  const begun = unit.beginAhead(store)
  const ahead = begun instanceof Promise ? await begun : begun
  const reading = ahead.run(() => lockedRow(binding, key))
  const row = reading instanceof Promise ? await reading : reading
  if (row === undefined) {
    unit.giveBack(store)
    throw notFoundError(entity.definition.name, idLabel(entity, id))
  }
  const record = hydrate(binding, row)
  // The store's joins may run without scopes, or in narrower ones.
  const scopes = currentScopes()
  unit.onJoin(store, () => inScopes(scopes, () => check(binding, record, isFixed)))
  setImmediate(() => unit.giveBack(store))
  return record
}

/** Where transactions run side by side, others must not change the row before this one ends. */
function lockedRow(
  { store, repository, definition, mapper }: Binding,
  key: EntityId,
): MaybePromise<Row | undefined> {
  if (store.capabilities.forUpdate !== true) return repository.get(key)
  const where = whereIds(definition, [mapper.valueAt(0, key)])
  return after(repository.find({ where, orderBy: [], limit: 1, lock: "wait" }), ([row]) => row)
}

function check(binding: Binding, record: EntityRecord, isFixed: boolean): MaybePromise<void> {
  const stored = rowOf(record)
  if (stored !== undefined)
    return after(lockedRow(binding, rowKey(stored)), row => compare(binding, record, row, isFixed))
}

function compare(
  binding: Binding,
  record: EntityRecord,
  row: Row | undefined,
  isFixed: boolean,
): void {
  const { mapper, model, managed } = binding
  const stored = rowOf(record)
  if (stored === undefined) return
  const id = idOfRow(binding, stored)
  if (row === undefined) throw notFoundError(model.name, id, "was deleted meanwhile")
  const theirs = mapper.difference(mapper.decode(row), stored, true)?.columns ?? []
  if (theirs.length === 0) return
  const mine = mapper.difference(valuesOf(record), stored, isExposed(record))?.columns ?? []
  const isClash =
    mine.length > 0 && (managed.version >= 0 || mine.some(column => theirs.includes(column)))
  if (isFixed || isClash) {
    throw new NitroError(
      "NITRO_STALE_ENTITY",
      `${model.name} "${id}" was changed by another request meanwhile.`,
      {
        details: { entity: model.name, id },
      },
    )
  }
  takeRow(record, binding, row)
}
