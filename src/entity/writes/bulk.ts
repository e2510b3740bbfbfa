// Writes that say which entities instead of having them: the same values for many, and update or else create.

import { NitroError } from "../../shared/errors.ts"
import { isObject } from "../../shared/guards.ts"
import { saves, traceSave } from "../../shared/trace.ts"
import { bindingOf } from "../binding/binding.ts"
import type { Binding } from "../binding/bound-class.ts"
import { maxRowsPublished, publishMany, publishStored } from "../binding/change.ts"
import { needsRows } from "../binding/changes.ts"
import { hydrate, newInstance } from "../binding/hydrate.ts"
import { inOwnUnit, lacksUnit } from "../binding/own-unit.ts"
import { currentScopes } from "../binding/query-scopes.ts"
import { type EntityRecord, rowOf, valuesOf } from "../binding/record.ts"
import { reread, takeWritten } from "../binding/reread.ts"
import { touchable } from "../binding/scoped-rows.ts"
import { atomically, currentUnit, onStore, writeTo } from "../binding/unit-of-work.ts"
import { toCondition } from "../conditions/columns.ts"
import type { EntityDefinition } from "../contract/definition.ts"
import { queryError } from "../contract/errors.ts"
import { fieldNamed } from "../contract/field-named.ts"
import { hasDerivedId, toId, whereIds } from "../contract/key.ts"
import { isValue, type Predicate } from "../contract/predicate.ts"
import type { QueryPlan, Row, Write } from "../contract/repository.ts"
import { changedRow, rowKey } from "../contract/row-key.ts"
import { relationLookup } from "../relations/lookup.ts"
import { resolvedCondition } from "../relations/resolve.ts"
import type { EntityClass } from "../types/types.ts"
import {
  addTo,
  type FieldIncrement,
  requireIncrements,
  splitIncrements,
  toColumns,
} from "./bulk-increments.ts"
import { assignAll } from "./dirty.ts"
import { save } from "./persistence.ts"
import { checkValues } from "./references.ts"
import { assertInScope, mayLeaveScope } from "./scope-checks.ts"

const updateHooks = ["beforeSave", "beforeUpdate", "afterSave", "afterUpdate"] as const

/** With hooks each entity is loaded and saved, as by a single update; else every match is written, changed or not. */
export function updateWhere(
  entity: EntityClass,
  where: unknown,
  data: unknown,
  options: { readonly all?: boolean } = {},
): Promise<number> {
  const run = () => updateMatches(entity, where, data, options)
  if (!saves.isWatched) return run()
  return traceSave(() => ({ entity: entity.definition.name, operation: "update" }), run, Number)
}

async function updateMatches(
  entity: EntityClass,
  where: unknown,
  data: unknown,
  options: { readonly all?: boolean },
): Promise<number> {
  const binding = bindingOf(entity)
  if (lacksUnit(binding))
    return inOwnUnit(binding, "updateWhere", () => updateMatches(entity, where, data, options))
  const { definition } = entity
  const criteria = toCondition(definition, where, false, relationLookup(entity))
  if (criteria === undefined && options.all !== true) {
    throw queryError(
      `${entity.name}.updateWhere without a condition would update everything.`,
      "Give a condition, or say updateWhere({}, values, { all: true }).",
    )
  }
  for (const name of new Set([
    "id",
    ...definition.key,
    ...(definition.version ? ["version"] : []),
  ])) {
    if (Object.hasOwn(data ?? {}, name))
      throw queryError(
        `updateWhere cannot set the ${name} of many entities of ${entity.name}.`,
        "Leave it out.",
      )
  }
  const { increments, rest } = splitIncrements(binding, data)
  const values = binding.model.validator.forUpdate(rest)
  if (Object.keys(values).length + increments.length === 0)
    throw queryError(
      `${entity.name}.updateWhere was given nothing to write.`,
      "Give at least one value.",
    )
  const { store, state } = binding
  const repository = touchable(binding.repository, "update")
  if (increments.length > 0) requireIncrements(binding)
  const condition = await resolvedCondition(binding, criteria)
  if (updateHooks.some(name => name in entity.prototype || state.hooks.has(name)))
    return atomically(() => updateEach(binding, condition, rest, increments))
  if (definition.timestamps) values["updatedAt"] = new Date()
  const columns = Object.keys(values).map(name => fieldNamed(definition, name).index)
  const encoded = Object.entries(values).map(([name, value]) =>
    binding.mapper.encodeAt(fieldNamed(definition, name).index, value),
  )
  if (binding.references.length > 0) {
    const hasRows = async (): Promise<boolean> =>
      (await onStore(store, () => repository.count(planOf(condition, 1)))) > 0
    await onStore(store, () => checkValues(binding, columns, encoded, hasRows))
  }
  const atOnce = repository.updateWhere?.bind(repository)
  const inOneGo = async (write: NonNullable<typeof atOnce>): Promise<number> => {
    const version = definition.version
      ? [{ column: fieldNamed(definition, "version").index, by: 1 }]
      : []
    const all = [...toColumns(binding, increments), ...version]
    const count = await writeTo(store, () => write(condition, columns, encoded, all))
    publishMany(binding, "update-many", {
      where: condition,
      count,
      columns: [...columns, ...all.map(({ column }) => column)],
    })
    await renewKnown(binding)
    return count
  }
  const isRowByRow =
    definition.ttlSeconds !== undefined ||
    mayLeaveScope(binding, [...columns, ...increments.map(({ field }) => field.index)])
  if (
    atOnce !== undefined &&
    !isRowByRow &&
    (!needsRows(binding) || (await isMoreThan(binding, condition, maxRowsPublished)))
  )
    return inOneGo(atOnce)
  return atomically(async () => {
    const count = await updateRows(binding, condition, columns, encoded, increments)
    await renewKnown(binding)
    return count
  })
}

/** Inside of a unit of work: the instances that it knows take what was written, and keep their unsaved changes. */
async function renewKnown({ store, repository }: Binding): Promise<void> {
  const unit = currentUnit()
  const records = unit === undefined ? [] : [...unit.identities(repository).values()]
  const stored = records.filter(record => rowOf(record) !== undefined)
  if (stored.length === 0) return
  for (const record of await takeWritten(stored)) unit?.noteRead(store, record, reread)
}

/** Without reading the rows. */
async function isMoreThan(
  { store, repository }: Binding,
  condition: Predicate | undefined,
  count: number,
): Promise<boolean> {
  const touched = touchable(repository, "update")
  return (await onStore(store, () => touched.count(planOf(condition)))) > count
}

async function updateEach(
  binding: Binding,
  condition: Predicate | undefined,
  data: unknown,
  increments: readonly FieldIncrement[],
): Promise<number> {
  const rows = await rowsToUpdate(binding, condition, increments)
  for (const row of rows) {
    const record = hydrate(binding, row)
    assignAll(binding.model, record, {
      ...(isObject(data) ? data : {}),
      ...addTo(valuesOf(record), increments),
    })
    await save(record)
  }
  return rows.length
}

async function updateRows(
  binding: Binding,
  condition: Predicate | undefined,
  columns: readonly number[],
  values: readonly unknown[],
  increments: readonly FieldIncrement[],
): Promise<number> {
  const { store, repository, model, mapper } = binding
  const { definition } = model.defined
  const version = definition.version ? fieldNamed(definition, "version").index : undefined
  const rows = await rowsToUpdate(binding, condition, increments)
  const writes = rows.map((row): Update => {
    const id = rowKey(row)
    const expiry = definition.ttlSeconds === undefined ? {} : { ttlSeconds: definition.ttlSeconds }
    const sums = increments.length === 0 ? {} : addTo(mapper.decode(row), increments)
    const added = increments
      .filter(({ field }) => Object.hasOwn(sums, field.name))
      .map(({ field }) => field)
    const all = [...columns, ...added.map(({ index }) => index)]
    const encoded = [
      ...values,
      ...added.map(({ index, name }) => mapper.encodeAt(index, sums[name])),
    ]
    if (version === undefined) return { op: "update", id, columns: all, values: encoded, ...expiry }
    const stored = Number(row[version])
    return {
      op: "update",
      id,
      columns: [...all, version],
      values: [...encoded, stored + 1],
      version: stored,
      ...expiry,
    }
  })
  if (currentScopes() !== undefined)
    for (const [at, { columns: all, values: encoded }] of writes.entries())
      await assertInScope(binding, changedRow(rows[at] ?? [], all, encoded), "update")
  const touched = await writeTo(store, () => repository.write(writes))
  const written = writes.flatMap((write, at) => {
    const row = rows[at]
    return row !== undefined && touched[at] === 1 ? [{ row, write }] : []
  })
  if (!needsRows(binding) || written.length > maxRowsPublished) {
    const added = increments.map(({ field }) => field.index)
    const counted = version === undefined ? [] : [version]
    publishMany(binding, "update-many", {
      where: condition,
      count: written.length,
      columns: [...columns, ...added, ...counted],
    })
  } else {
    for (const { row, write } of written)
      publishStored(binding, changedRow(row, write.columns, write.values), row, write.columns)
  }
  return written.length
}

type Update = Extract<Write, { op: "update" }>

/** The rows to change. Increments must be added to the stored values, so the rows are locked meanwhile. */
async function rowsToUpdate(
  binding: Binding,
  condition: Predicate | undefined,
  increments: readonly FieldIncrement[],
): Promise<Row[]> {
  const rows = await matching(binding, condition)
  const { store, repository, mapper } = binding
  const update = repository.updateWhere?.bind(repository)
  if (
    increments.length === 0 ||
    rows.length === 0 ||
    update === undefined ||
    store.capabilities.serialTransactions === true
  )
    return rows
  const byIds = whereIds(
    binding.model.defined.definition,
    rows.map(row => mapper.valueAt(0, row[0])),
  )
  // A write that changes nothing holds the rows until the end of the transaction.
  const nothing = increments.map(({ field }) => ({
    column: field.index,
    by: mapper.encodeAt(field.index, field.type === "bigint" ? 0n : 0),
  }))
  await writeTo(store, () => update(byIds, [], [], nothing))
  return matching(binding, condition === undefined ? byIds : { op: "and", of: [byIds, condition] })
}

async function matching(
  { store, repository }: Binding,
  condition: Predicate | undefined,
): Promise<Row[]> {
  return onStore(store, () => touchable(repository, "update").find(planOf(condition)))
}

function planOf(condition: Predicate | undefined, limit?: number): QueryPlan {
  return {
    ...(condition === undefined ? {} : { where: condition }),
    orderBy: [],
    ...(limit === undefined ? {} : { limit }),
  }
}

/** Two that run at once do not both create: the one that comes too late updates. */
export async function upsert(
  entity: EntityClass,
  data: unknown,
  by?: string | readonly string[],
): Promise<EntityRecord> {
  const { definition } = entity
  const binding = bindingOf(entity)
  if (!isObject(data))
    throw queryError(`upsert of ${definition.name} needs an object with its fields.`)
  const key = keyOf(definition, data, by)
  const update = async (): Promise<EntityRecord | undefined> => {
    const [row] = await onStore(binding.store, () =>
      binding.repository.find({ where: key, orderBy: [], limit: 1 }),
    )
    if (row === undefined) return undefined
    const record = hydrate(binding, row)
    // The key found it; a derived id in the data is one of these entities', or no condition would have matched.
    const { id: _, ...rest } = data
    assignAll(binding.model, record, rest)
    return save(record)
  }
  for (let attempt = 1; ; attempt++) {
    try {
      // A nested unit: an error inside must not end a transaction around it.
      return await atomically(
        async () => (await update()) ?? save(newInstance(entity, data), undefined, true),
      )
    } catch (error) {
      // Another request created, saved or deleted it between the reading and the writing.
      const lost = error instanceof NitroError && overtaken.has(error.code)
      if (!lost || attempt === maxAttempts) throw error
    }
  }
}

const overtaken: ReadonlySet<string> = new Set([
  "NITRO_DUPLICATE",
  "NITRO_STALE_ENTITY",
  "NITRO_ENTITY_NOT_FOUND",
])
const maxAttempts = 10

/** The condition that finds the entity to update. */
function keyOf(
  definition: EntityDefinition,
  data: Readonly<Record<string, unknown>>,
  by: string | readonly string[] | undefined,
): Predicate {
  const has = (name: string): boolean => data[name] !== undefined && data[name] !== null
  const sets: readonly (readonly string[])[] = [
    definition.key,
    ...(hasDerivedId(definition) ? [["id"]] : []),
    ...definition.unique,
  ]
  const fields =
    by === undefined ? sets.find(set => set.every(has)) : typeof by === "string" ? [by] : by
  if (fields === undefined) {
    throw queryError(
      `upsert of ${definition.name} was given neither an id nor the values of a unique set of fields.`,
      "Give an id, or all fields of a unique set.",
    )
  }
  for (const name of fields) {
    fieldNamed(definition, name)
    if (!has(name)) throw queryError(`upsert of ${definition.name} by ${name} needs its value.`)
  }
  if (!sets.some(set => set.length === fields.length && set.every(name => fields.includes(name)))) {
    throw queryError(
      `upsert of ${definition.name} by ${fields.join(" and ")} could find several.`,
      `Declare it: unique: [${JSON.stringify(fields.length === 1 ? fields[0] : fields)}].`,
    )
  }
  if (fields.length === 1 && fields[0] === "id") {
    const id = toId(definition, data["id"])
    return whereIds(definition, id === undefined ? [] : [id])
  }
  return {
    op: "and",
    of: fields.map((field): Predicate => {
      const value = data[field]
      if (isValue(value)) return { op: "eq", field, value }
      throw queryError(
        `upsert of ${definition.name} by ${field} needs a value that can be compared.`,
      )
    }),
  }
}
