// Writes what older keys encrypted again with the current one.

import { bindingOf } from "../binding/binding.ts"
import { idOfRow } from "../binding/bound-class.ts"
import { withoutScopes } from "../binding/query-scopes.ts"
import { retry } from "../binding/retry.ts"
import { atomically, onStore, writeTo } from "../binding/unit-of-work.ts"
import { whereIds } from "../contract/key.ts"
import type { Write } from "../contract/repository.ts"
import { rowKey } from "../contract/row-key.ts"
import { hasCurrentKey } from "../definition/encryption.ts"
import { rowBatches } from "../relations/batches.ts"
import type { EntityClass } from "../types/types.ts"

/**
 * Encrypts every field of `entity` that has an older key with the current one, and gives the number of rows written.
 * Runs beside other work: versions and timestamps stay, hooks do not run. Afterwards the older keys can be dropped.
 */
export function rotateKeys(entity: EntityClass<object>): Promise<number> {
  return withoutScopes(() => rotateAll(entity))
}

async function rotateAll(entity: EntityClass<object>): Promise<number> {
  const binding = bindingOf(entity)
  const { store, repository, mapper } = binding
  const secret = entity.definition.fields
    .filter(({ encrypted }) => encrypted)
    .map(({ index }) => index)
  let written = 0
  if (secret.length === 0) return written
  for await (const rows of rowBatches(binding.entity, { orderBy: [] }, 500)) {
    const ids = rows
      .filter(row => secret.some(index => isOld(row[index])))
      .map(row => idOfRow(binding, row))
    if (ids.length === 0) continue
    // Read again inside, so that what others write meanwhile is not taken back.
    const rotate = async (): Promise<number> => {
      const current = await onStore(store, () =>
        repository.find({ where: whereIds(entity.definition, ids), orderBy: [] }),
      )
      const writes = current.flatMap((row): Write[] => {
        const columns = secret.filter(index => isOld(row[index]))
        const values = columns.map(index =>
          mapper.encodeAt(index, mapper.decodeAt(index, row[index])),
        )
        return columns.length === 0 ? [] : [{ op: "update", id: rowKey(row), columns, values }]
      })
      const touched = await writeTo(store, () => repository.write(writes))
      return touched.reduce((sum, one) => sum + one, 0)
    }
    written += await retry(() => atomically(rotate, { isolation: "serializable" }))
  }
  return written
}

function isOld(stored: unknown): boolean {
  return stored !== null && !hasCurrentKey(stored)
}
