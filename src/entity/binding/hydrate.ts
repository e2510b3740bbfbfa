// The instance of a stored row: a new one, or the one that the unit of work knows.

import { abandon } from "../../shared/callback.ts"
import { definitionError } from "../contract/errors.ts"
import type { Row } from "../contract/repository.ts"
import type { EntityHooks } from "../types/hooks.ts"
import type { EntityClass } from "../types/types.ts"
import type { Binding } from "./bound-class.ts"
import { lookAt, redeclared } from "./class-body.ts"
import {
  type EntityRecord,
  hydration,
  isExposed,
  rowOf,
  type Stored,
  savingOf,
  setStored,
  valuesOf,
} from "./record.ts"
import { reread } from "./reread.ts"
import { currentUnit } from "./unit-of-work.ts"

type Hydratable = new (data: typeof hydration, stored: Stored) => EntityRecord

/** The instance of a stored row: inside of a unit of work the one that it knows by this id. */
export function hydrate(origin: Binding, row: Row): EntityRecord {
  const unit = currentUnit()
  if (unit === undefined) return load(origin, row)
  const known = unit.identities(origin.repository)
  const [id] = row
  let record = known.get(id) as EntityRecord | undefined
  if (
    record === undefined ||
    record.constructor !== (origin.entity as unknown) ||
    rowOf(record) === undefined
  ) {
    record = load(origin, row)
    if (known.has(id)) unit.identify(origin.repository, id, record)
    else known.set(id, record)
  } else if (!renew(record, origin, row)) return record
  if (unit.hasWritten(origin.store)) unit.noteRead(origin.store, record, reread)
  return record
}

function load(origin: Binding, row: Row): EntityRecord {
  const record = hydrateCopy(origin, row)
  if (!origin.state.hooks.has("afterLoad")) return record
  if (
    abandon(
      (record as EntityRecord & EntityHooks).afterLoad?.(),
      `afterLoad of ${origin.entity.name}`,
    )
  ) {
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

/** An instance of a stored row of its own, through the real constructors, without validation. */
export function hydrateCopy(origin: Binding, row: Row): EntityRecord {
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

function construct(entity: EntityClass, stored: Stored): EntityRecord {
  return new (entity as unknown as Hydratable)(hydration, stored)
}
