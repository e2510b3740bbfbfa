// Saves and deletes: validation, hooks, what changed, the write itself, and telling of it.
import { NitroError } from "../shared/errors.ts"
import { type Binding, bindingOf, hydrate, verifyInstance } from "./binding.ts"
import { announce, isObserved } from "./changes.ts"
import { toCondition } from "./columns.ts"
import { staleError } from "./dirty.ts"
import { notFoundError, queryError } from "./errors.ts"
import { runHook } from "./hooks.ts"
import type { Difference } from "./mapper.ts"
import { type EntityRecord, isDeleted, originOf, rowOf, savingOf, setDeleted, setSaving, setStored, valuesOf } from "./record.ts"
import type { Row, Write } from "./repository.ts"
import type { Change, EntityClass, SaveOptions } from "./types.ts"
import { currentUnit, onStore } from "./unit-of-work.ts"

/** One write that is ready to go, and what to do once it went. */
interface Prepared {
  readonly record: EntityRecord
  readonly binding: Binding
  readonly write: Write
  /** The row as it is stored afterwards. */
  readonly row: Row
  readonly difference: Difference | undefined
}

export async function save(record: EntityRecord, options: SaveOptions = {}): Promise<void> {
  // A second save of the same instance waits: both would insert, or one would write over what the other just wrote.
  const earlier = savingOf(record)
  const saving = earlier === undefined ? saveNow(record, options) : earlier.then(() => saveNow(record, options))
  const settled = saving.then(ignore, ignore)
  setSaving(record, settled)
  try {
    await saving
  } finally {
    if (savingOf(record) === settled) setSaving(record, undefined)
  }
}

function ignore(): void {}

async function saveNow(record: EntityRecord, options: SaveOptions): Promise<void> {
  const prepared = await prepare(record, options)
  if (prepared === undefined) return
  await writeAll([prepared])
  await runAfterHooks(prepared)
}

/** All or nothing where the store has transactions: every entity is validated before the first is written. */
export async function saveMany(records: readonly EntityRecord[], options: SaveOptions = {}): Promise<void> {
  const prepared: Prepared[] = []
  for (const record of new Set(records)) {
    await savingOf(record)
    const one = await prepare(record, options)
    if (one !== undefined) prepared.push(one)
  }
  if (prepared.length === 0) return
  await writeAll(prepared)
  for (const one of prepared) await runAfterHooks(one)
}

function classOf(record: EntityRecord): EntityClass {
  return record.constructor as unknown as EntityClass
}

/** An entity goes back to where it came from, also when the class is bound elsewhere by now. */
function bindingFor(record: EntityRecord): Binding {
  const current = bindingOf(classOf(record))
  const origin = originOf(record)
  return origin === undefined || origin === current ? current : { ...current, ...origin }
}

async function prepare(record: EntityRecord, options: SaveOptions): Promise<Prepared | undefined> {
  const entity = classOf(record)
  verifyInstance(entity, record)
  const values = valuesOf(record)
  if (isDeleted(record)) throw notFoundError(entity.definition.name, String(values["id"]), "was deleted and cannot be saved")
  const binding = bindingFor(record)
  const ttlSeconds = ttlOf(binding, options)
  await runHook(record, "beforeSave")
  if (rowOf(record) === undefined) return prepareInsert(record, binding, ttlSeconds)
  return prepareUpdate(record, binding, ttlSeconds)
}

async function prepareInsert(record: EntityRecord, binding: Binding, ttlSeconds: { ttlSeconds?: number }): Promise<Prepared> {
  await runHook(record, "beforeCreate")
  const values = valuesOf(record)
  binding.model.validator.inPlace(values, binding.model.names)
  const row = binding.mapper.encode(values)
  return { record, binding, write: { op: "insert", row, ...ttlSeconds }, row, difference: undefined }
}

async function prepareUpdate(record: EntityRecord, binding: Binding, ttlSeconds: { ttlSeconds?: number }): Promise<Prepared | undefined> {
  const { mapper, model } = binding
  const { definition } = model.defined
  const values = valuesOf(record)
  let difference = mapper.difference(values, rowOf(record) as Row)
  const renews = ttlSeconds.ttlSeconds !== undefined
  if (difference === undefined && !renews) return undefined
  if (difference !== undefined) {
    if (await runHook(record, "beforeUpdate")) difference = mapper.difference(values, rowOf(record) as Row)
  }
  difference ??= { columns: [], values: [] }
  model.validator.inPlace(
    values,
    difference.columns.map(index => model.names[index] as string),
  )
  const stored = rowOf(record) as Row
  let version: number | undefined
  if (difference.columns.length > 0) {
    if (definition.timestamps)
      setColumn(difference, definition.fieldByName.get("updatedAt")?.index, index => mapper.encodeAt(index, new Date()))
    if (definition.version) {
      version = values["version"] as number
      setColumn(difference, definition.fieldByName.get("version")?.index, index => mapper.encodeAt(index, (version as number) + 1))
    }
  }
  const row = stored.slice()
  difference.columns.forEach((column, i) => {
    row[column] = difference.values[i]
  })
  const { columns, values: encoded } = difference
  const write: Write = {
    op: "update",
    id: stored[0] as string,
    columns,
    values: encoded,
    ...(version === undefined ? {} : { version }),
    ...ttlSeconds,
  }
  return { record, binding, write, row, difference }
}

function setColumn(difference: Difference, index: number | undefined, value: (index: number) => unknown): void {
  if (index === undefined || difference.columns.includes(index)) return
  difference.columns.push(index)
  difference.values.push(value(index))
}

function ttlOf(binding: Binding, options: SaveOptions): { ttlSeconds?: number } {
  const ttlSeconds = options.ttlSeconds ?? binding.model.defined.definition.ttlSeconds
  if (ttlSeconds === undefined) return {}
  if (!(ttlSeconds > 0)) throw queryError(`ttlSeconds must be above 0, not ${String(ttlSeconds)}.`)
  if (binding.store.capabilities.ttl) return { ttlSeconds }
  throw new NitroError(
    "NITRO_CAPABILITY",
    `${binding.model.name} was saved with ttlSeconds, but ${binding.store.name} lacks the capability "ttl".`,
  )
}

/** Writes per store in one call, then makes the entities say what is stored and tells the listeners. */
async function writeAll(prepared: readonly Prepared[]): Promise<void> {
  const [first] = prepared
  if (first === undefined) return
  const sameStore = prepared.every(({ binding }) => binding.repository === first.binding.repository)
  if (!sameStore) {
    for (const one of prepared) await writeAll([one])
    return
  }
  const { store, repository } = first.binding
  const writes = prepared.map(({ write }) => write)
  const touched = await onStore(store, () => repository.write(writes))
  for (const [index, one] of prepared.entries()) {
    if (touched[index] === 0) await refuseLost(one)
  }
  for (const one of prepared) finish(one)
}

async function refuseLost({ record, binding, write }: Prepared): Promise<never> {
  const { name } = binding.model
  const id = valuesOf(record)["id"] as string
  const stored = await onStore(binding.store, () => binding.repository.get(id))
  if (stored === undefined || write.op === "insert" || write.version === undefined)
    throw notFoundError(name, id, "was deleted before it was saved")
  const storedVersion = binding.mapper.decode(stored)["version"]
  const { version } = write
  throw staleError(name, id, version, storedVersion)
}

function finish({ record, binding, row, difference }: Prepared): void {
  const before = rowOf(record)
  const values = valuesOf(record)
  const kept: Record<string, unknown> = {}
  if (difference !== undefined) {
    const { fieldByName } = binding.model.defined.definition
    const decoded = binding.mapper.decode(row)
    for (const name of ["updatedAt", "version"]) {
      const field = fieldByName.get(name)
      if (!field?.managed || !difference.columns.includes(field.index)) continue
      kept[name] = values[name]
      values[name] = decoded[name]
    }
  }
  setStored(record, row, binding)
  const unit = currentUnit()
  unit?.onRollback(() => {
    setStored(record, before, before === undefined ? undefined : binding)
    Object.assign(values, kept)
  })
  if (!isObserved(binding.model)) return
  const entity = classOf(record)
  const after = hydrate(entity, binding, row) as unknown as NonNullable<Change["after"]>
  const { names } = binding.model
  const change: Change =
    before === undefined
      ? { entity, op: "create", id: row[0] as string, after, changed: names }
      : {
          entity,
          op: "update",
          id: row[0] as string,
          after,
          before: binding.mapper.decode(before),
          changed: (difference?.columns ?? []).map(index => names[index] as string),
        }
  tell(binding, change)
}

function tell(binding: Binding, change: Change): void {
  const unit = currentUnit()
  if (unit) unit.afterCommit(() => announce(binding.model, change))
  else announce(binding.model, change)
}

async function runAfterHooks({ record, write }: Prepared): Promise<void> {
  await runHook(record, write.op === "insert" ? "afterCreate" : "afterUpdate")
  await runHook(record, "afterSave")
}

/** False when it was not stored (any more). */
export async function remove(record: EntityRecord): Promise<boolean> {
  await savingOf(record)
  const before = rowOf(record)
  if (before === undefined) return false
  const binding = bindingFor(record)
  await runHook(record, "beforeDelete")
  const id = before[0] as string
  const [touched] = await onStore(binding.store, () => binding.repository.write([{ op: "delete", id }]))
  setDeleted(record)
  currentUnit()?.onRollback(() => setStored(record, before, binding))
  if (touched === 0) return false
  tellDeleted(classOf(record), binding, before)
  await runHook(record, "afterDelete")
  return true
}

function tellDeleted(entity: EntityClass, binding: Binding, before: Row): void {
  if (!isObserved(binding.model)) return
  tell(binding, { entity, op: "delete", id: before[0] as string, before: binding.mapper.decode(before), changed: [] })
}

export async function reload(record: EntityRecord): Promise<void> {
  await savingOf(record)
  const binding = bindingFor(record)
  const values = valuesOf(record)
  const id = values["id"] as string
  const row = await onStore(binding.store, () => binding.repository.get(id))
  if (row === undefined) throw notFoundError(binding.model.name, id)
  Object.assign(values, binding.mapper.decode(row))
  setStored(record, row, binding)
}

export async function isStored(record: EntityRecord): Promise<boolean> {
  const { store, repository } = bindingFor(record)
  const id = valuesOf(record)["id"] as string
  return (await onStore(store, () => repository.get(id))) !== undefined
}

/** Hooks run and listeners hear of each entity, as if each had been deleted by itself; without any it is one statement. */
export async function deleteWhere(entity: EntityClass, where: unknown, options: { readonly all?: boolean } = {}): Promise<number> {
  const binding = bindingOf(entity)
  const condition = toCondition(entity.definition, where)
  if (condition === undefined && options.all !== true) {
    throw queryError(
      `${entity.name}.deleteWhere without a condition would delete everything.`,
      "Give a condition, or say deleteWhere({}, { all: true }).",
    )
  }
  const { store, repository } = binding
  const hooked = "beforeDelete" in entity.prototype || "afterDelete" in entity.prototype
  if (!hooked && !isObserved(binding.model)) return onStore(store, () => repository.deleteWhere(condition))
  const plan = condition === undefined ? { orderBy: [] } : { where: condition, orderBy: [] }
  const rows = await onStore(store, () => repository.find(plan))
  if (hooked) {
    let deleted = 0
    for (const row of rows) if (await remove(hydrate(entity, binding, row))) deleted++
    return deleted
  }
  const writes = rows.map((row): Write => ({ op: "delete", id: row[0] as string }))
  const touched = await onStore(store, () => repository.write(writes))
  const gone = rows.filter((_, index) => touched[index] === 1)
  for (const row of gone) tellDeleted(entity, binding, row)
  return gone.length
}
