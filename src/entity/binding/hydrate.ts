// The instance of a stored row: a new one, or the one that the unit of work knows.

import { abandon } from "../../shared/callback.ts"
import { definitionError } from "../contract/errors.ts"
import type { Row } from "../contract/repository.ts"
import type { EntityHooks } from "../types/hooks.ts"
import type { EntityClass, EntityInstance } from "../types/types.ts"
import type { Binding } from "./bound-class.ts"
import { lookAt, redeclared } from "./class-body.ts"
import {
  type EntityRecord,
  hydration,
  type Instance,
  isExposed,
  rowOf,
  type Stored,
  savingOf,
  setStored,
  valuesOf,
} from "./record.ts"
import { reread } from "./reread.ts"
import { currentUnit } from "./unit-of-work.ts"

/** The instance of a stored row: inside of a unit of work the one that it knows by this id. */
export function hydrate<T extends EntityInstance>(origin: Binding<T>, row: Row): Instance<T> {
  const unit = currentUnit()
  if (unit === undefined) return load(origin, row)
  const identities = unit.identities(origin.repository)
  const [id] = row
  const earlier = identities.get(id)
  let record: Instance<T>
  if (earlier !== undefined && isOf(origin, earlier) && rowOf(earlier) !== undefined) {
    record = earlier
    if (!renew(record, origin, row)) return record
  } else {
    record = load(origin, row)
    if (identities.has(id)) unit.identify(origin.repository, id, record)
    else identities.set(id, record)
  }
  if (unit.hasWritten(origin.store)) unit.noteRead(origin.store, record, reread)
  return record
}

/** Of a class derived from it, it would be another instance. */
function isOf<T extends EntityInstance>(
  { entity }: Binding<T>,
  record: EntityRecord,
): record is Instance<T> {
  const recordClass: unknown = record.constructor
  return recordClass === entity
}

function load<T extends EntityInstance>(origin: Binding<T>, row: Row): Instance<T> {
  const record = hydrateCopy(origin, row)
  if (!origin.state.hooks.has("afterLoad")) return record
  const hooked: EntityRecord & EntityHooks = record
  if (abandon(hooked.afterLoad?.(), `afterLoad of ${origin.entity.name}`)) {
    throw definitionError(
      `afterLoad of ${origin.entity.name} is async, but reading entities cannot wait for each.`,
      "Make it synchronous.",
    )
  }
  return record
}

/** A known instance without unsaved changes takes the values that were read just now. */
function renew(record: EntityRecord, origin: Binding, row: Row): boolean {
  const before = rowOf(record)
  const values = valuesOf(record)
  const { mapper } = origin
  if (before === undefined || before === row || savingOf(record) !== undefined) return false
  if (
    mapper.difference(values, row, true) === undefined ||
    mapper.difference(values, before, isExposed(record)) !== undefined
  )
    return false
  Object.assign(values, mapper.decode(row))
  setStored(record, row, origin)
  return true
}

/** A separate instance of a stored row, through the real constructors, without validation. */
export function hydrateCopy<T extends EntityInstance>(origin: Binding<T>, row: Row): Instance<T> {
  const { entity, state } = origin
  const values = origin.mapper.decode(row)
  if (state.verified === "stored") return construct(entity, { values, row, origin })
  const before = { ...values }
  const record = construct(entity, { values, row, origin })
  lookAt(state, record)
  const changed = state.model.names.find(name => values[name] !== before[name])
  if (changed !== undefined) throw redeclared(entity, changed)
  state.verified = "stored"
  return record
}

function construct<T extends EntityInstance>(entity: EntityClass<T>, stored: Stored): Instance<T> {
  return newInstance(entity, hydration, stored)
}

/** Calls the constructor that `recordClass` made, to which those of users' classes lead. */
export function newInstance<T extends EntityInstance>(
  entity: new (...args: never[]) => T,
  data: unknown,
  stored?: Stored,
): Instance<T> {
  // `recordClass` made the constructor, which takes both.
  return new (entity as new (data: unknown, stored?: Stored) => Instance<T>)(data, stored)
}
