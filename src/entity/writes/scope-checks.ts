// The row that a write leaves must stay within the scopes of its context, like the row it begins with.

import { NitroError } from "../../shared/errors.ts"
import { after } from "../../shared/maybe.ts"
import type { MaybePromise } from "../../shared/types.ts"
import type { Binding } from "../binding/bound-class.ts"
import { idOfRow } from "../binding/bound-class.ts"
import { currentScopes, type ScopeOperation, withoutScopes } from "../binding/query-scopes.ts"
import { withDeleted } from "../binding/scoped-rows.ts"
import { onStore } from "../binding/unit-of-work.ts"
import { matches } from "../conditions/matches.ts"
import { predicateFields } from "../conditions/predicate-fields.ts"
import type { EntityId } from "../contract/definition.ts"
import type { Row } from "../contract/repository.ts"
import { rowKey } from "../contract/row-key.ts"
import { lookedUp } from "../relations/resolve.ts"
import { scopeOf } from "../relations/scope-conditions.ts"

/** Throws `NITRO_SCOPE` for a row that the context does not let `operation` leave behind, or take away. */
export function assertInScope(
  binding: Binding,
  row: Row,
  operation: ScopeOperation,
): MaybePromise<void> {
  if (currentScopes() === undefined) return
  const scope = scopeOf(binding.entity, operation)
  if (scope === undefined) return
  const values = binding.mapper.decode(row)
  return after(
    withoutScopes(() => lookedUp(binding, scope)),
    where => {
      if (!matches(where, values)) throw scopeError(binding, row, operation)
    },
  )
}

/**
 * The same for an update that makes `row` of what was read earlier: together with what others have changed since, it may lead out of
 * the scopes.
 */
export function assertUpdateInScope(
  binding: Binding,
  row: Row,
  columns: readonly number[],
): MaybePromise<void> {
  if (!mayLeaveScope(binding, columns)) return assertInScope(binding, row, "update")
  const { store, repository } = binding
  const seen = withDeleted(repository, "update")
  return after(
    onStore(store, () => seen.get(rowKey(row))),
    // The write does not find it either, and says why.
    stored => stored && assertInScope(binding, replaced(stored, row, columns), "update"),
  )
}

function replaced(stored: Row, row: Row, columns: readonly number[]): Row {
  const result = stored.slice()
  for (const column of columns) result[column] = row[column]
  return result
}

/** Whether a write of these columns may lead a row out of the scopes: then each row is checked separately. */
export function mayLeaveScope(binding: Binding, columns: readonly number[]): boolean {
  const scope = currentScopes() === undefined ? undefined : scopeOf(binding.entity, "update")
  if (scope === undefined) return false
  const { fieldByName } = binding.definition
  const deciding = new Set(
    [...predicateFields(scope)].map(name => fieldByName.get(name)?.index ?? -1),
  )
  return columns.some(column => deciding.has(column))
}

/** Throws `NITRO_SCOPE` where a row that was not touched is there all the same: the context kept the write from it. */
export async function refuseOutOfScope(
  binding: Binding,
  id: EntityId,
  operation: ScopeOperation,
): Promise<void> {
  if (currentScopes() === undefined || scopeOf(binding.entity, operation) === undefined) return
  // A caller who may not even read it learns nothing.
  const row = await onStore(binding.store, () => binding.repository.get(id))
  if (row !== undefined) await assertInScope(binding, row, operation)
}

const words: Readonly<Record<ScopeOperation, string>> = {
  read: "read",
  create: "created like this",
  update: "saved like this",
  delete: "deleted",
}

function scopeError(binding: Binding, row: Row, operation: ScopeOperation): NitroError {
  const { name } = binding.model
  const id = operation === "create" ? "" : ` "${idOfRow(binding, row)}"`
  return new NitroError("NITRO_SCOPE", `${name}${id} may not be ${words[operation]} here.`, {
    details: { entity: name, operation },
  })
}
