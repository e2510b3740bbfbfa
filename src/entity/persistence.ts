// Saves and deletes: validation, hooks, what changed, the write itself, and telling of it.
import { NitroError } from "../shared/errors.ts"
import type { MaybePromise } from "../shared/types.ts"
import { type Binding, bindingOf, hydrateCopy, runHook, verifyInstance } from "./binding.ts"
import { announce, isObserved } from "./changes.ts"
import { staleError } from "./dirty.ts"
import { notFoundError, queryError } from "./errors.ts"
import type { Difference, Values } from "./mapper.ts"
import { type EntityRecord, isDeleted, originOf, rowOf, savingOf, setSaving, setSiblings, setStored, valuesOf } from "./record.ts"
import type { Repository, Row, Write } from "./repository.ts"
import type { Change, EntityClass, SaveOptions } from "./types.ts"
import { currentUnit, onStore, unitOfWork } from "./unit-of-work.ts"

/** One write that is ready to go, and what to do once it went. */
interface Prepared {
  readonly record: EntityRecord
  readonly binding: Binding
  readonly write: Write
  /** The row as it is stored afterwards. */
  readonly row: Row
  /** What the entity holds once it is stored: the new `updatedAt` and `version`. */
  readonly kept: Values | undefined
}

interface Expiry {
  readonly ttlSeconds?: number
}

/** Resolves to the entity itself. `fresh`: validated by its constructor just now. */
export async function save<R extends EntityRecord>(record: R, options?: SaveOptions, fresh = false): Promise<R> {
  const binding = bindingFor(record)
  const hooked = binding.state.hooks.size > 0
  if (hooked) await runBeforeHooks(record, binding, options)
  if (savingOf(record) !== undefined) await waitForSaves(record)
  const prepared = prepare(record, binding, options, fresh && !hooked)
  if (prepared === undefined) return record
  // An await costs as much as the rest of a save: none where the store is synchronous.
  const written = writeOne(prepared)
  if (written instanceof Promise) await guard(record, written)
  if (hooked) await runAfterHooks(prepared)
  return record
}

/** While a save is under way others of the same instance wait: both would insert, or write over what the other wrote. */
export async function waitForSaves(record: EntityRecord): Promise<void> {
  for (let earlier = savingOf(record); earlier !== undefined; earlier = savingOf(record)) await earlier
}

async function guard(record: EntityRecord, written: Promise<void>): Promise<void> {
  const settled = written.then(ignore, ignore)
  setSaving(record, settled)
  try {
    await written
  } finally {
    if (savingOf(record) === settled) setSaving(record, undefined)
  }
}

function ignore(): void {}

/** All or nothing where the store has transactions: every entity is validated before the first is written. */
export async function saveMany(records: readonly EntityRecord[], options?: SaveOptions, fresh = false): Promise<void> {
  const all = [...new Set(records)]
  const run = async (): Promise<void> => {
    const prepared: Prepared[] = []
    for (const record of all) {
      const binding = bindingFor(record)
      const hooked = binding.state.hooks.size > 0
      if (hooked) await runBeforeHooks(record, binding, options)
      if (savingOf(record) !== undefined) await waitForSaves(record)
      const one = prepare(record, binding, options, fresh && !hooked)
      if (one !== undefined) prepared.push(one)
    }
    await writeAll(prepared)
    for (const one of prepared) if (one.binding.state.hooks.size > 0) await runAfterHooks(one)
  }
  // Inserts are one write, which a store with transactions does entirely or not at all. An update that finds its row gone
  // or changed is no error of the store's: what was written before it must be taken back.
  if (all.every(record => rowOf(record) === undefined)) return run()
  return unitOfWork(run)
}

function classOf(record: EntityRecord): EntityClass {
  return record.constructor as unknown as EntityClass
}

/** An entity goes back to where it came from, also when the class is bound elsewhere by now. */
export function bindingFor(record: EntityRecord): Binding {
  const current = bindingOf(classOf(record))
  const origin = originOf(record)
  const binding = origin === undefined || origin === current ? current : { ...current, ...origin }
  verifyInstance(binding, record)
  return binding
}

async function runBeforeHooks(record: EntityRecord, binding: Binding, options: SaveOptions | undefined): Promise<void> {
  if (isDeleted(record)) return
  await runHook(binding, record, "beforeSave")
  if (rowOf(record) === undefined) await runHook(binding, record, "beforeCreate")
  else if (prepare(record, binding, options, false) !== undefined) await runHook(binding, record, "beforeUpdate")
}

/** The write that makes the store agree with the entity; undefined when it does. */
function prepare(record: EntityRecord, binding: Binding, options: SaveOptions | undefined, fresh: boolean): Prepared | undefined {
  if (isDeleted(record)) throw notFoundError(binding.model.name, idOf(record), "was deleted and cannot be saved")
  const expiry = expiryOf(binding, options)
  if (valuesOf(record)["deletedAt"] instanceof Date && binding.model.defined.definition.softDelete) {
    throw notFoundError(binding.model.name, idOf(record), "was deleted, and has to be restored before it can be saved")
  }
  if (rowOf(record) === undefined) return toInsert(record, binding, expiry, fresh)
  return toUpdate(record, binding, expiry, binding.mapper.difference(valuesOf(record), rowOf(record) as Row))
}

export function idOf(record: EntityRecord): string {
  return valuesOf(record)["id"] as string
}

function toInsert(record: EntityRecord, binding: Binding, expiry: Expiry, fresh: boolean): Prepared {
  const values = valuesOf(record)
  const { model, mapper } = binding
  if (!fresh) model.validator.inPlace(values)
  const row = mapper.encode(values)
  return { record, binding, write: { op: "insert", row, ...expiry }, row, kept: undefined }
}

/** Undefined when there is nothing to write: no change, and no new time of expiry. */
function toUpdate(record: EntityRecord, binding: Binding, expiry: Expiry, difference: Difference | undefined): Prepared | undefined {
  if (difference === undefined && expiry.ttlSeconds === undefined) return undefined
  const { columns, values: encoded } = difference ?? { columns: [], values: [] }
  const { model, mapper } = binding
  const { definition } = model.defined
  const values = valuesOf(record)
  const stored = rowOf(record) as Row
  model.validator.inPlace(values, columns)
  const write: { -readonly [K in keyof Extract<Write, { op: "update" }>]: Extract<Write, { op: "update" }>[K] } = {
    op: "update",
    id: stored[0] as string,
    columns,
    values: encoded,
    ...expiry,
  }
  let kept: Values | undefined
  const keep = (name: string, value: unknown): void => {
    kept ??= {}
    kept[name] = value
    const index = definition.fieldByName.get(name)?.index as number
    columns.push(index)
    encoded.push(mapper.encodeAt(index, value))
  }
  if (columns.length > 0) {
    if (definition.timestamps) keep("updatedAt", new Date())
    if (definition.version) {
      write.version = values["version"] as number
      keep("version", write.version + 1)
    }
  }
  const row = stored.slice()
  for (let i = 0; i < columns.length; i++) row[columns[i] as number] = encoded[i]
  return { record, binding, write, row, kept }
}

function expiryOf(binding: Binding, options: SaveOptions | undefined): Expiry {
  const ttlSeconds = options?.ttlSeconds ?? binding.model.defined.definition.ttlSeconds
  if (ttlSeconds === undefined) return never
  if (!(ttlSeconds > 0)) throw queryError(`ttlSeconds must be above 0, not ${String(ttlSeconds)}.`)
  if (binding.store.capabilities.ttl) return { ttlSeconds }
  throw new NitroError(
    "NITRO_CAPABILITY",
    `${binding.model.name} was saved with ttlSeconds, but ${binding.store.name} lacks the capability "ttl".`,
  )
}

const never: Expiry = {}

function writeOne(prepared: Prepared): MaybePromise<void> {
  const { store, repository } = prepared.binding
  const writes = [prepared.write]
  const touched = currentUnit() === undefined ? repository.write(writes) : onStore(store, () => repository.write(writes))
  return touched instanceof Promise ? touched.then(counts => settle(prepared, counts[0])) : settle(prepared, touched[0])
}

function settle(prepared: Prepared, touched: number | undefined): MaybePromise<void> {
  if (touched === 0) return refuseLost(prepared)
  finish(prepared)
}

/** Writes each store's share in one call, then makes the entities say what is stored and tells the listeners. */
async function writeAll(prepared: readonly Prepared[]): Promise<void> {
  const repositories = new Map<Repository, Prepared[]>()
  for (const one of prepared) {
    const share = repositories.get(one.binding.repository)
    if (share === undefined) repositories.set(one.binding.repository, [one])
    else share.push(one)
  }
  for (const [repository, share] of repositories) {
    const { store } = (share[0] as Prepared).binding
    const touched = await onStore(store, () => repository.write(share.map(({ write }) => write)))
    const lost = share.find((_, index) => touched[index] === 0)
    if (lost) await refuseLost(lost)
    for (const one of share) finish(one)
  }
}

async function refuseLost({ record, binding, write }: Prepared): Promise<never> {
  const id = idOf(record)
  const stored = await onStore(binding.store, () => binding.repository.get(id))
  if (stored === undefined || write.op === "insert" || write.version === undefined) {
    throw notFoundError(binding.model.name, id, "was deleted before it was saved")
  }
  throw staleError(binding.model.name, id, write.version, binding.mapper.decode(stored)["version"])
}

function finish({ record, binding, row, kept, write }: Prepared): void {
  const before = rowOf(record)
  const origin = originOf(record)
  const values = valuesOf(record)
  const unit = currentUnit()
  if (unit) {
    const restored = kept && Object.fromEntries(Object.keys(kept).map(name => [name, values[name]]))
    unit.onRollback(() => {
      setStored(record, before, origin)
      if (restored) Object.assign(values, restored)
    })
  }
  if (kept) Object.assign(values, kept)
  setStored(record, row, binding)
  unit?.identities(binding.repository).set(row[0] as string, record)
  if (isObserved(binding.model)) tell(binding, toChange(binding, row, before, write))
}

export function toChange(binding: Binding, row: Row, before: Row | undefined, write: Write): Change {
  const { entity, mapper, model } = binding
  const id = row[0] as string
  // A listener gets an instance of its own: the one that was saved may be changed before the listener looks at it.
  const after = hydrateCopy(binding, row) as unknown as NonNullable<Change["after"]>
  if (before === undefined || write.op !== "update") return { entity, op: "create", id, after, changed: model.names }
  return {
    entity,
    op: "update",
    id,
    after,
    before: mapper.decode(before),
    changed: write.columns.map(index => model.names[index] as string),
  }
}

export function tell(binding: Binding, change: Change): void {
  const unit = currentUnit()
  if (unit) unit.afterCommit(() => announce(binding.model, change))
  else announce(binding.model, change)
}

async function runAfterHooks({ record, binding, write }: Prepared): Promise<void> {
  await runHook(binding, record, write.op === "insert" ? "afterCreate" : "afterUpdate")
  await runHook(binding, record, "afterSave")
}

export async function reload(record: EntityRecord): Promise<void> {
  await waitForSaves(record)
  const binding = bindingFor(record)
  const id = idOf(record)
  const row = await onStore(binding.store, () => binding.repository.get(id))
  if (row === undefined) throw notFoundError(binding.model.name, id)
  Object.assign(valuesOf(record), binding.mapper.decode(row))
  setStored(record, row, binding)
  setSiblings(record, undefined)
}

export async function isStored(record: EntityRecord): Promise<boolean> {
  const { store, repository } = bindingFor(record)
  const id = idOf(record)
  return (await onStore(store, () => repository.get(id))) !== undefined
}
