// Deletes, for good or softly, one or many, and takes soft ones back.

import { type SaveMessage, saves, traceSave } from "../../shared/trace.ts"
import { bindingOf } from "../binding/binding.ts"
import type { Binding } from "../binding/bound-class.ts"
import { maxRowsPublished, publishDeleted, publishMany, publishStored } from "../binding/change.ts"
import { isObserved, needsRows } from "../binding/changes.ts"
import { runHook } from "../binding/class-body.ts"
import { hydrate } from "../binding/hydrate.ts"
import { inOwnUnit, lacksUnit } from "../binding/own-unit.ts"
import { currentScopes } from "../binding/query-scopes.ts"
import { type EntityRecord, rowOf, setDeleted, setStored, valuesOf } from "../binding/record.ts"
import { touchable, unscoped, withDeleted } from "../binding/scoped-rows.ts"
import { atomically, currentUnit, joinFirst, onStore, writeTo } from "../binding/unit-of-work.ts"
import { toCondition } from "../conditions/columns.ts"
import type { EntityId } from "../contract/definition.ts"
import { isLongCascade, queryError } from "../contract/errors.ts"
import { fieldNamed } from "../contract/field-named.ts"
import type { Predicate } from "../contract/predicate.ts"
import type { Repository, Row, Write } from "../contract/repository.ts"
import { changedRow, rowKey } from "../contract/row-key.ts"
import { relationLookup } from "../relations/lookup.ts"
import { resolvedCondition } from "../relations/resolve.ts"
import type { DeleteOptions, DeleteWhereOptions } from "../types/options.ts"
import type { EntityClass } from "../types/types.ts"
import {
  type DeleteActions,
  hasDeleteHooks,
  hasDeleteRules,
  takenAlong,
  tryCascade,
  withDeleteRules,
} from "./delete-rules.ts"
import { bindingFor, waitForSaves } from "./persistence.ts"
import { refuseOutOfScope } from "./scope-checks.ts"

/** False when it was not stored (any more). */
export function remove(record: EntityRecord, options: DeleteOptions = {}): Promise<boolean> {
  const run = () => removeOne(record, options)
  return saves.isWatched ? traceSave(() => deleting(record.constructor), run, Number) : run()
}

const deleting = (entity: object): SaveMessage => ({
  // The constructor of an entity.
  entity: (entity as EntityClass).definition.name,
  operation: "delete",
})

async function removeOne(
  record: EntityRecord,
  { permanently = false }: DeleteOptions,
): Promise<boolean> {
  await waitForSaves(record)
  if (rowOf(record) === undefined) return false
  const binding = bindingFor(record)
  if (lacksUnit(binding))
    return inOwnUnit(binding, "delete", () => removeOne(record, { permanently }), [record])
  const joined = joinFirst(binding.store)
  if (joined !== undefined) await joined
  await runHook(binding, record, "beforeDelete")
  const before = rowOf(record)
  if (before === undefined) return false
  // Before its referrers are checked, whose errors would reveal a row that is hidden.
  if (currentScopes() !== undefined && !(await mayDelete(binding, rowKey(before)))) return false
  const soft = isSoft(binding) && !permanently
  if (soft && valuesOf(record)["deletedAt"] !== null) return false
  if (soft) {
    const row = await mark(record, binding, before, new Date())
    return ended(record, binding, before, row !== undefined)
  }
  if (currentScopes() === undefined)
    return withDeleteRules(binding, [before], deleteActions, () =>
      eraseRecord(record, binding, before),
    )
  return eraseInScope(record, binding, before)
}

/** False when the row left the scopes before its delete; what was deleted along with it is there again. */
async function eraseInScope(record: EntityRecord, binding: Binding, before: Row): Promise<boolean> {
  const escaped = new Error("the row left the scopes")
  try {
    return await withDeleteRules(binding, [before], deleteActions, async () => {
      if (await eraseRecord(record, binding, before)) return true
      throw escaped
    })
  } catch (error) {
    if (error === escaped) return false
    throw error
  }
}

async function mayDelete(binding: Binding, id: EntityId): Promise<boolean> {
  const seen = withDeleted(binding.repository, "delete")
  if ((await onStore(binding.store, () => seen.get(id))) !== undefined) return true
  await refuseOutOfScope(binding, id, "delete")
  return false
}

async function ended(
  record: EntityRecord,
  binding: Binding,
  before: Row,
  wasThere: boolean,
): Promise<boolean> {
  if (!wasThere) return false
  publishDeleted(binding, before)
  await runHook(binding, record, "afterDelete")
  return true
}

async function eraseRecord(
  record: EntityRecord,
  binding: Binding,
  before: Row,
  repository: Repository = binding.repository,
): Promise<boolean> {
  const [touched] = await writeTo(binding.store, () =>
    repository.write([{ op: "delete", id: rowKey(before) }]),
  )
  // Others may have moved it out of the scopes meanwhile; what is no longer there at all is deleted.
  if (touched === 0) await refuseOutOfScope(binding, rowKey(before), "delete")
  // The unit goes on knowing it by its id: after a rollback it is the instance of that row again.
  currentUnit()?.consequences.onRollback(binding.store, () => setStored(record, before, binding))
  setDeleted(record)
  return ended(record, binding, before, touched !== 0)
}

/** How on-delete rules change what hangs on a deleted entity. It goes for good: it would point to nothing. */
const deleteActions: DeleteActions = {
  async deleteRows(binding, rows) {
    if (!hasDeleteHooks(binding)) {
      await eraseRows(binding, rows)
      return
    }
    for (const row of rows) {
      const record = hydrate(binding, row)
      await runHook(binding, record, "beforeDelete")
      if (rowOf(record) !== undefined)
        await eraseRecord(record, binding, row, unscoped(binding.repository))
    }
  },
  async setNull(binding, rows, { index }) {
    const repository = unscoped(binding.repository)
    const writes = rows.map(
      row => ({ op: "update", id: rowKey(row), columns: [index], values: [null] }) as const,
    )
    const touched = await writeTo(binding.store, () => repository.write(writes))
    if (!isObserved(binding)) return
    rows.forEach((before, at) => {
      if (touched[at] === 1) publishStored(binding, before.with(index, null), before, [index])
    })
  },
}

/** `repository`: the one that may touch them. Rows deleted along with others are deleted regardless of scopes. */
async function eraseRows(
  binding: Binding,
  rows: readonly Row[],
  repository: Repository = unscoped(binding.repository),
): Promise<number> {
  const touched = await writeTo(binding.store, () =>
    repository.write(rows.map((row): Write => ({ op: "delete", id: rowKey(row) }))),
  )
  return publishAll(binding, rows, touched)
}

/** False when it was not deleted, or is gone for good. */
export async function restore(record: EntityRecord): Promise<boolean> {
  await waitForSaves(record)
  const binding = bindingFor(record)
  if (lacksUnit(binding)) return inOwnUnit(binding, "restore", () => restore(record), [record])
  await joinFirst(binding.store)
  if (!isSoft(binding))
    throw queryError(
      `${binding.model.name} keeps no deleted entities.`,
      "Declare it: softDelete: true.",
    )
  const before = rowOf(record)
  if (before === undefined || valuesOf(record)["deletedAt"] === null) return false
  const row = await mark(record, binding, before, null)
  if (row === undefined) return false
  // To those who listen it is there again.
  publishStored(binding, row, undefined, [])
  return true
}

/** Writes `deletedAt` and nothing else: unsaved changes stay unsaved. Gives the row as it is then; undefined: it is gone. */
async function mark(
  record: EntityRecord,
  binding: Binding,
  before: Row,
  deletedAt: Date | null,
): Promise<Row | undefined> {
  const values = valuesOf(record)
  const { columns, values: encoded } = marks(binding, deletedAt)
  const [touched] = await writeTo(binding.store, () =>
    touchable(binding.repository, deletedAt === null ? "update" : "delete").write([
      { op: "update", id: rowKey(before), columns, values: encoded },
    ]),
  )
  if (touched === 0) return undefined
  const { deletedAt: earlier } = values
  currentUnit()?.consequences.onRollback(binding.store, () => {
    setStored(record, before, binding)
    values["deletedAt"] = earlier
  })
  const row = changedRow(before, columns, encoded)
  values["deletedAt"] = deletedAt
  setStored(record, row, binding)
  return row
}

function marks(
  { model, mapper }: Binding,
  deletedAt: Date | null,
): { columns: number[]; values: unknown[] } {
  const column = fieldNamed(model.defined.definition, "deletedAt").index
  return { columns: [column], values: [mapper.encodeAt(column, deletedAt)] }
}

function isSoft({ model }: Binding): boolean {
  return model.defined.definition.softDelete === true
}

/** Runs hooks and notifies listeners for each entity, as for single deletes; without any it is one statement. */
export function deleteWhere(
  entity: EntityClass,
  where: unknown,
  options: DeleteWhereOptions = {},
): Promise<number> {
  const run = () => deleteMatches(entity, where, options)
  return saves.isWatched ? traceSave(() => deleting(entity), run, Number) : run()
}

async function deleteMatches(
  entity: EntityClass,
  where: unknown,
  options: DeleteWhereOptions,
): Promise<number> {
  const binding = bindingOf(entity)
  if (lacksUnit(binding))
    return inOwnUnit(binding, "deleteWhere", () => deleteMatches(entity, where, options))
  const criteria = toCondition(entity.definition, where, false, relationLookup(entity))
  if (criteria === undefined && options.all !== true) {
    throw queryError(
      `${entity.name}.deleteWhere without a condition would delete everything.`,
      "Give a condition, or say deleteWhere({}, { all: true }).",
    )
  }
  const condition = await resolvedCondition(binding, criteria)
  const hooked = hasDeleteHooks(binding)
  const soft = isSoft(binding) && !options.permanently
  if (hooked) return atomically(() => removeEach(binding, condition, options))
  return soft ? markWhere(binding, condition) : eraseWhere(binding, condition)
}

async function removeEach(
  binding: Binding,
  condition: Predicate | undefined,
  options: DeleteOptions,
): Promise<number> {
  let deleted = 0
  for (const row of await matching(binding, condition, options.permanently))
    if (await remove(hydrate(binding, row), options)) deleted++
  return deleted
}

async function eraseWhere(binding: Binding, condition: Predicate | undefined): Promise<number> {
  const { store } = binding
  // Of a class with soft deletion it also removes for good what was deleted softly before.
  const repository = withDeleted(binding.repository, "delete")
  if (
    !(await mustReadRows(binding, condition, repository)) &&
    !(await hasDeleteRules(binding, needsRows))
  ) {
    try {
      const count = await tryCascade(binding, async () =>
        writeTo(store, () => repository.deleteWhere(condition)),
      )
      publishMany(binding, "delete-many", { where: condition, count, columns: [] })
      if (count > 0) await publishCascaded(binding)
      return count
    } catch (error) {
      if (!isLongCascade(error)) throw error
    }
  }
  const rows = await matching(binding, condition, true)
  return withDeleteRules(binding, rows, deleteActions, roots =>
    eraseRows(binding, roots, repository),
  )
}

async function mustReadRows(
  binding: Binding,
  condition: Predicate | undefined,
  repository: Repository,
): Promise<boolean> {
  if (!needsRows(binding)) return false
  const plan = { ...(condition === undefined ? {} : { where: condition }), orderBy: [] }
  return (await onStore(binding.store, () => repository.count(plan))) <= maxRowsPublished
}

/** The rows of other classes that the store deleted or emptied along: it says of none which they are. */
async function publishCascaded(binding: Binding): Promise<void> {
  for (const { binding: other, field } of await takenAlong(binding)) {
    if (field.onDelete === "cascade") publishMany(other, "delete-many", { columns: [] })
    else publishMany(other, "update-many", { columns: [field.index] })
  }
}

async function markWhere(binding: Binding, condition: Predicate | undefined): Promise<number> {
  const { store } = binding
  const repository = touchable(binding.repository, "delete")
  const { columns, values } = marks(binding, new Date())
  const atOnce = repository.updateWhere?.bind(repository)
  if (atOnce && !(await mustReadRows(binding, condition, repository))) {
    const count = await writeTo(store, () => atOnce(condition, columns, values))
    publishMany(binding, "delete-many", { where: condition, count, columns: [] })
    return count
  }
  const rows = await matching(binding, condition)
  const touched = await writeTo(store, () =>
    repository.write(
      rows.map((row): Write => ({ op: "update", id: rowKey(row), columns, values })),
    ),
  )
  if (needsRows(binding) && rows.length <= maxRowsPublished)
    return publishAll(binding, rows, touched)
  const count = touched.filter(one => one === 1).length
  publishMany(binding, "delete-many", { where: condition, count, columns: [] })
  return count
}

function publishAll(binding: Binding, rows: readonly Row[], touched: readonly number[]): number {
  const deleted = rows.filter((_, index) => touched[index] === 1)
  for (const row of deleted) publishDeleted(binding, row)
  return deleted.length
}

async function matching(
  { store, repository }: Binding,
  condition: Predicate | undefined,
  deletedToo = false,
): Promise<Row[]> {
  const from = deletedToo ? withDeleted(repository, "delete") : touchable(repository, "delete")
  return onStore(store, () =>
    from.find({ ...(condition === undefined ? {} : { where: condition }), orderBy: [] }),
  )
}
