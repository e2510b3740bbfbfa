// Instances after a rollback: read again where they may hold what the store took back.
import { reportError } from "../../shared/report.ts"
import type { EntityDefinition, EntityId } from "../contract/definition.ts"
import { whereIds } from "../contract/key.ts"
import type { Repository, Row } from "../contract/repository.ts"
import type { EntityClass } from "../types/types.ts"
import { type Model, modelOf } from "./model.ts"
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
export async function reread(instances: readonly object[]): Promise<void> {
  // Only records are noted.
  for (const records of byOrigin(new Set(instances as readonly EntityRecord[]))) {
    for (let at = 0; at < records.length; at += batchSize)
      await rereadBatch(records.slice(at, at + batchSize))
  }
}

function byOrigin(records: ReadonlySet<EntityRecord>): Iterable<EntityRecord[]> {
  const groups = new Map<unknown, EntityRecord[]>()
  for (const record of records) {
    if (rowOf(record) === undefined) continue
    const key = originOf(record)?.repository
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [record])
    else group.push(record)
  }
  return groups.values()
}

/** Reads the rows of records again after a write of many, and gives those that were there. One whose row is gone stays as it is. */
export async function takeWritten(records: readonly EntityRecord[]): Promise<EntityRecord[]> {
  const found: EntityRecord[] = []
  for (const group of byOrigin(new Set(records))) {
    for (let at = 0; at < group.length; at += batchSize) {
      const batch = group.slice(at, at + batchSize)
      // A row that others have hidden meanwhile keeps its new values to itself.
      const rows = await rowsOf(batch, repository => withDeleted(repository, "read"))
      for (const record of batch) {
        const row = rows.get((rowOf(record) as Row)[0])
        if (row === undefined) continue
        takeRow(record, originOf(record) as Origin, row)
        found.push(record)
      }
    }
  }
  return found
}

/** The stored rows of records of one class, by id. */
async function rowsOf(
  records: readonly EntityRecord[],
  seen: (repository: Repository) => Repository,
): Promise<Map<unknown, Row>> {
  const { mapper, store, repository } = originOf(records[0] as EntityRecord) as Origin
  const ids = records.map(record => mapper.decodeAt(0, (rowOf(record) as Row)[0]) as EntityId)
  const where = whereIds(definitionOf(records), ids as never)
  const rows = await onStore(store, () => seen(repository).find({ where, orderBy: [] }))
  return new Map(rows.map(row => [row[0], row]))
}

function definitionOf([first]: readonly EntityRecord[]): EntityDefinition {
  return (modelOf((first as EntityRecord).constructor as unknown as EntityClass) as Model).defined
    .definition
}

async function rereadBatch(records: readonly EntityRecord[]): Promise<void> {
  const origin = originOf(records[0] as EntityRecord) as Origin
  try {
    const byId = await rowsOf(records, unscoped)
    const visible =
      currentScopes() === undefined
        ? byId
        : await rowsOf(records, repository => withDeleted(repository, "read"))
    for (const record of records) {
      const before = rowOf(record) as Row
      const stored = byId.get(before[0])
      const row = visible.get(before[0])
      // A row that others have hidden meanwhile is no longer there for this context.
      if (stored !== undefined && row === undefined && isChanged(origin, stored, before))
        setDeleted(record)
      else takeRow(record, origin, row ?? stored)
    }
  } catch (error) {
    reportError(error, `reading ${definitionOf(records).name} again after a rollback`, "entity")
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
  const { definition } = (modelOf(record.constructor as unknown as EntityClass) as Model).defined
  const values = valuesOf(record)
  const unsaved =
    origin.mapper.difference(values, rowOf(record) as Row, isExposed(record))?.columns ?? []
  const read = origin.mapper.decode(row)
  for (const { name, index } of definition.fields)
    if (!unsaved.includes(index)) values[name] = read[name]
  setStored(record, row, origin)
}
