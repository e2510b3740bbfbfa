// Instances after a rollback: read again where they may hold what the store took back.
import { reportError } from "../shared/report.ts"
import type { EntityId } from "./definition.ts"
import { whereIds } from "./key.ts"
import { type Model, modelOf } from "./model.ts"
import { type EntityRecord, isExposed, type Origin, originOf, rowOf, setDeleted, setSiblings, setStored, valuesOf } from "./record.ts"
import type { Row } from "./repository.ts"
import { unscoped } from "./soft-delete.ts"
import type { EntityClass } from "./types.ts"
import { onStore } from "./unit-of-work.ts"

const batchSize = 500

/** Reads the rows of records again. A record without a row is new again; one that cannot be read refuses to be saved. */
export async function reread(instances: readonly object[]): Promise<void> {
  // Only records are noted.
  for (const records of byOrigin(new Set(instances as readonly EntityRecord[]))) {
    for (let at = 0; at < records.length; at += batchSize) await rereadBatch(records.slice(at, at + batchSize))
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

async function rereadBatch(records: readonly EntityRecord[]): Promise<void> {
  const [first] = records as [EntityRecord]
  const origin = originOf(first) as Origin
  const { definition } = (modelOf(first.constructor as unknown as EntityClass) as Model).defined
  try {
    const ids = records.map(record => origin.mapper.decodeAt(0, (rowOf(record) as Row)[0]) as EntityId)
    const rows = await onStore(origin.store, () =>
      unscoped(origin.repository).find({ where: whereIds(definition, ids as never), orderBy: [] }),
    )
    const byId = new Map(rows.map(row => [row[0], row]))
    for (const record of records) takeRow(record, origin, byId.get((rowOf(record) as Row)[0]))
  } catch (error) {
    reportError(error, `reading ${definition.name} again after a rollback`)
    for (const record of records) setDeleted(record)
  }
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
  const unsaved = origin.mapper.difference(values, rowOf(record) as Row, isExposed(record))?.columns ?? []
  const read = origin.mapper.decode(row)
  for (const { name, index } of definition.fields) if (!unsaved.includes(index)) values[name] = read[name]
  setStored(record, row, origin)
}
