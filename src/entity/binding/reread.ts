// Instances after a rollback: read again where they may hold what the store took back.
import { reportError } from "../../shared/report.ts"
import { whereIds } from "../contract/key.ts"
import type { Repository, Row } from "../contract/repository.ts"
import { classOf, type Model, requireModel } from "./model.ts"
import { currentScopes } from "./query-scopes.ts"
import {
  type EntityRecord,
  isExposed,
  type Origin,
  originOf,
  rowOf,
  setDeleted,
  setSiblings,
  setStored,
  valuesOf,
} from "./record.ts"
import { unscoped, withDeleted } from "./scoped-rows.ts"
import { onStore } from "./unit-of-work.ts"

const batchSize = 500

/** Reads the rows of records again. A record without a row is new again; one that cannot be read refuses to be saved. */
export async function reread(records: readonly EntityRecord[]): Promise<void> {
  for (const batch of batchesOf(records)) await rereadBatch(batch)
}

/** Stored records of one class, few enough for one query. */
interface Batch {
  readonly origin: Origin
  readonly model: Model
  readonly records: readonly EntityRecord[]
}

function* batchesOf(records: readonly EntityRecord[]): Generator<Batch, void, undefined> {
  const groups = new Map<Repository, Batch & { readonly records: EntityRecord[] }>()
  for (const record of new Set(records)) {
    const origin = originOf(record)
    if (origin === undefined || rowOf(record) === undefined) continue
    const group = groups.get(origin.repository)
    if (group !== undefined) group.records.push(record)
    else groups.set(origin.repository, { origin, model: modelFor(record), records: [record] })
  }
  for (const { records: all, ...of } of groups.values())
    for (let at = 0; at < all.length; at += batchSize)
      yield { ...of, records: all.slice(at, at + batchSize) }
}

function modelFor(record: EntityRecord): Model {
  return requireModel(classOf(record))
}

/** Reads the rows of records again after a write of many, and gives those that were there. One whose row is gone stays as it is. */
export async function takeWritten(records: readonly EntityRecord[]): Promise<EntityRecord[]> {
  const present: EntityRecord[] = []
  for (const batch of batchesOf(records)) {
    // A row that others have hidden meanwhile keeps its new values to itself.
    const rows = await rowsOf(batch, repository => withDeleted(repository, "read"))
    for (const record of batch.records) {
      const row = rows.get(rowOf(record)?.[0])
      if (row === undefined) continue
      takeRow(record, batch.origin, row)
      present.push(record)
    }
  }
  return present
}

/** The stored rows of records of one class, by id. */
async function rowsOf(
  { origin: { mapper, store, repository }, model, records }: Batch,
  seen: (repository: Repository) => Repository,
): Promise<Map<unknown, Row>> {
  const ids = records.flatMap(record => {
    const row = rowOf(record)
    return row === undefined ? [] : [mapper.valueAt(0, row[0])]
  })
  const where = whereIds(model.defined.definition, ids)
  const rows = await onStore(store, () => seen(repository).find({ where, orderBy: [] }))
  return new Map(rows.map(row => [row[0], row]))
}

async function rereadBatch(batch: Batch): Promise<void> {
  const { origin, model, records } = batch
  try {
    const byId = await rowsOf(batch, unscoped)
    const visible =
      currentScopes() === undefined
        ? byId
        : await rowsOf(batch, repository => withDeleted(repository, "read"))
    for (const record of records) {
      const before = rowOf(record)
      const stored = byId.get(before?.[0])
      const row = visible.get(before?.[0])
      // A row that others have hidden meanwhile is no longer there for this context.
      if (before && stored !== undefined && row === undefined && isChanged(origin, stored, before))
        setDeleted(record)
      else takeRow(record, origin, row ?? stored)
    }
  } catch (error) {
    reportError(error, `reading ${model.name} again after a rollback`, "entity")
    for (const record of records) setDeleted(record)
  }
}

function isChanged({ mapper }: Origin, row: Row, before: Row): boolean {
  return mapper.difference(mapper.decode(row), before, true) !== undefined
}

/** Fields without unsaved changes take the values of the row. */
export function takeRow(record: EntityRecord, origin: Origin, row: Row | undefined): void {
  setSiblings(record, undefined)
  if (row === undefined) {
    setStored(record, undefined, undefined)
    return
  }
  const { definition } = modelFor(record).defined
  const values = valuesOf(record)
  const before = rowOf(record)
  const unsaved =
    before === undefined
      ? []
      : (origin.mapper.difference(values, before, isExposed(record))?.columns ?? [])
  const read = origin.mapper.decode(row)
  for (const { name, index } of definition.fields)
    if (!unsaved.includes(index)) values[name] = read[name]
  setStored(record, row, origin)
}
