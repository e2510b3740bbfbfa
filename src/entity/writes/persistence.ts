// Saves and deletes: validation, hooks, changed fields, the write itself, and the notification.

import { NitroError } from "../../shared/errors.ts"
import { type SaveMessage, saves, traceSave } from "../../shared/trace.ts"
import type { MaybePromise } from "../../shared/types.ts"
import { bindingOf } from "../binding/binding.ts"
import type { Binding } from "../binding/bound-class.ts"
import { publishStored } from "../binding/change.ts"
import { runHook, verifyInstance } from "../binding/class-body.ts"
import { classOf } from "../binding/model.ts"
import { inOwnUnit, lacksUnit } from "../binding/own-unit.ts"
import { currentScopes } from "../binding/query-scopes.ts"
import {
  type EntityRecord,
  isDeleted,
  isExposed,
  originOf,
  rowOf,
  savingOf,
  setSaving,
  setSiblings,
  setStored,
  valuesOf,
} from "../binding/record.ts"
import { reread } from "../binding/reread.ts"
import { atomically, currentUnit, joinFirst, onStore, writeTo } from "../binding/unit-of-work.ts"
import type { EntityId } from "../contract/definition.ts"
import { notFoundError, notSavedError, queryError } from "../contract/errors.ts"
import type { Repository, Row, Write } from "../contract/repository.ts"
import { changedRow, isId, rowKey, toKey } from "../contract/row-key.ts"
import type { SaveOptions } from "../types/options.ts"
import { readonlyError, staleError } from "./dirty.ts"
import { checkReferences } from "./references.ts"
import { assertInScope, assertUpdateInScope, refuseOutOfScope } from "./scope-checks.ts"

/** One write that is ready to go, and what to do once it went. */
interface Prepared {
  readonly record: EntityRecord
  readonly binding: Binding
  readonly write: Write
  /** The row as it is stored afterwards. */
  readonly row: Row
  /** The automatic values of the entity once it is stored. */
  readonly updatedAt: Date | undefined
  readonly version: number | undefined
}

/** Resolves to the entity itself. `fresh`: validated by its constructor just now. */
export function save<R extends EntityRecord>(
  record: R,
  options?: SaveOptions,
  fresh = false,
): Promise<R> {
  const run = () => saveOne(record, options, fresh)
  return saves.isWatched
    ? traceSave(
        () => savingMessage([record]),
        run,
        () => 1,
      )
    : run()
}

function savingMessage(records: readonly EntityRecord[]): SaveMessage {
  const isNew = records.every(record => rowOf(record) === undefined)
  // Called for one at least.
  const entity = classOf(records[0] as EntityRecord).definition.name
  return { entity, operation: isNew ? "create" : "update" }
}

async function saveOne<R extends EntityRecord>(
  record: R,
  options: SaveOptions | undefined,
  fresh: boolean,
): Promise<R> {
  // An await costs as much as the rest of a save: none where hooks and the store are synchronous.
  const binding = bindingFor(record)
  if (lacksUnit(binding))
    return inOwnUnit(binding, "save", () => saveOne(record, options, fresh), [record])
  const hooked = binding.state.hooks.size > 0
  const writing = inTurn({ record, binding, options, fresh: fresh && !hooked }, write)
  const prepared = writing instanceof Promise ? await writing : writing
  if (hooked && prepared !== undefined) {
    const hooks = runAfterHooks(prepared)
    if (hooks !== undefined) await hooks
  }
  return record
}

/** One save, as its steps take it. */
interface Saving {
  readonly record: EntityRecord
  readonly binding: Binding
  readonly options: SaveOptions | undefined
  readonly fresh: boolean
}

function write(saving: Saving): MaybePromise<Prepared | undefined> {
  const prepared = prepare(saving)
  const written = prepared && writeOne(prepared)
  return written === undefined ? prepared : guard(saving.record, written).then(() => prepared)
}

/**
 * Runs `work` after the hooks, earlier saves of the same instance and what the unit of work waits for; at once where there is
 * none of it. It runs in the very moment in which the last of these is over: of two saves that wait, the second sees the first.
 */
function inTurn<T>(saving: Saving, work: (saving: Saving) => MaybePromise<T>): MaybePromise<T> {
  const hooks = saving.binding.state.hooks.size > 0 ? runBeforeHooks(saving) : undefined
  return hooks instanceof Promise
    ? hooks.then(() => afterEarlier(saving, work))
    : afterEarlier(saving, work)
}

function afterEarlier<T>(
  saving: Saving,
  work: (saving: Saving) => MaybePromise<T>,
): MaybePromise<T> {
  return savingOf(saving.record) === undefined
    ? afterJoin(saving, work)
    : waitForSaves(saving.record).then(() => afterJoin(saving, work))
}

function afterJoin<T>(saving: Saving, work: (saving: Saving) => MaybePromise<T>): MaybePromise<T> {
  const joined = joinFirst(saving.binding.store)
  return joined === undefined ? work(saving) : joined.then(() => work(saving))
}

/** While a save is under way others of the same instance wait: both would insert, or write over what the other wrote. */
export async function waitForSaves(record: EntityRecord): Promise<void> {
  for (let earlier = savingOf(record); earlier !== undefined; earlier = savingOf(record))
    await earlier
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
export async function saveMany(
  records: readonly EntityRecord[],
  options?: SaveOptions,
  fresh = false,
): Promise<void> {
  const all = [...new Set(records)]
  const run = () => saveAll(all, options, fresh)
  if (!saves.isWatched || all.length === 0) return run()
  await traceSave(
    () => savingMessage(all),
    run,
    () => all.length,
  )
}

async function saveAll(
  all: readonly EntityRecord[],
  options: SaveOptions | undefined,
  fresh: boolean,
): Promise<void> {
  const lacking = all.find(
    (record, at) => classOf(record) !== all[at - 1]?.constructor && lacksUnit(bindingFor(record)),
  )
  if (lacking !== undefined)
    return inOwnUnit(bindingFor(lacking), "save", () => saveAll(all, options, fresh), all)
  const run = async (): Promise<void> => {
    const prepared: Prepared[] = []
    // That of the last new entity: a thousand of one class look for theirs once.
    let last: Binding | undefined
    for (const record of all) {
      const isNew = originOf(record) === undefined
      const binding = isNew && last?.entity === classOf(record) ? last : bindingFor(record)
      if (isNew) last = binding
      const hooked = binding.state.hooks.size > 0
      const preparing = inTurn({ record, binding, options, fresh: fresh && !hooked }, prepare)
      const one = preparing instanceof Promise ? await preparing : preparing
      if (one !== undefined) prepared.push(one)
    }
    await writeAll(prepared)
    for (const one of prepared) {
      const hooks = one.binding.state.hooks.size > 0 ? runAfterHooks(one) : undefined
      if (hooks !== undefined) await hooks
    }
  }
  // Inserts are one write, which a store with transactions does entirely or not at all. An update that finds its row gone
  // or changed is no error of the store's: what was written before it must be taken back.
  if (all.every(record => rowOf(record) === undefined)) return run()
  return atomically(run)
}

/** An entity goes back to where it came from, also when the class is bound elsewhere by now. */
export function bindingFor(record: EntityRecord): Binding {
  const current = bindingOf(classOf(record))
  const origin = originOf(record)
  const binding = origin === undefined || origin === current ? current : { ...current, ...origin }
  verifyInstance(binding, record)
  return binding
}

function runBeforeHooks(saving: Saving): MaybePromise<void> {
  if (isDeleted(saving.record)) return
  const first = runHook(saving.binding, saving.record, "beforeSave")
  return first === undefined ? runSecondHook(saving) : first.then(() => runSecondHook(saving))
}

function runSecondHook({ record, binding, options }: Saving): MaybePromise<void> {
  if (rowOf(record) === undefined) return runHook(binding, record, "beforeCreate")
  // Only what will be written is an update.
  const isDue =
    binding.state.hooks.has("beforeUpdate") &&
    prepare({ record, binding, options, fresh: false }) !== undefined
  return isDue ? runHook(binding, record, "beforeUpdate") : undefined
}

/** The write that makes the store agree with the entity; undefined when it does. */
function prepare({ record, binding, options, fresh }: Saving): Prepared | undefined {
  if (isDeleted(record))
    throw notFoundError(binding.model.name, idOf(record), "was deleted and cannot be saved")
  const ttlSeconds = ttlOf(binding, options)
  if (binding.definition.softDelete && valuesOf(record)["deletedAt"] instanceof Date) {
    throw notFoundError(
      binding.model.name,
      idOf(record),
      "was deleted, and has to be restored before it can be saved",
    )
  }
  const stored = rowOf(record)
  return stored === undefined
    ? toInsert(record, binding, ttlSeconds, fresh)
    : toUpdate(record, stored, binding, ttlSeconds)
}

/** The id as the entity holds it. */
export function idOf(record: EntityRecord): EntityId {
  return toKey(valuesOf(record)["id"])
}

/** The id as it stands in the row. */
function storedIdOf(record: EntityRecord, { mapper }: Binding): EntityId {
  return toKey(mapper.encodeAt(0, idOf(record)))
}

function toInsert(
  record: EntityRecord,
  binding: Binding,
  ttlSeconds: number | undefined,
  fresh: boolean,
): Prepared {
  const values = valuesOf(record)
  const { model, mapper } = binding
  if (!fresh) model.validator.inPlace(values)
  const row = mapper.encode(values)
  return {
    record,
    binding,
    write: { op: "insert", row, ttlSeconds },
    row,
    updatedAt: undefined,
    version: undefined,
  }
}

/** Undefined when there is nothing to write: no change, and no new time of expiry. */
function toUpdate(
  record: EntityRecord,
  stored: Row,
  binding: Binding,
  ttlSeconds: number | undefined,
): Prepared | undefined {
  const { mapper, model, managed } = binding
  const values = valuesOf(record)
  const difference = mapper.difference(values, stored, isExposed(record))
  if (difference === undefined && ttlSeconds === undefined) return undefined
  const { columns, values: encoded } = difference ?? { columns: [], values: [] }
  let updatedAt: Date | undefined
  let expected: number | undefined
  if (difference !== undefined) {
    model.validator.inPlace(values, columns)
    if (!model.hasPlainId) refuseNewKey(binding, columns)
    if (managed.updatedAt >= 0) {
      updatedAt = new Date()
      columns.push(managed.updatedAt)
      encoded.push(mapper.encodeAt(managed.updatedAt, updatedAt))
    }
    if (managed.version >= 0) {
      expected = Number(values["version"])
      columns.push(managed.version)
      encoded.push(mapper.encodeAt(managed.version, expected + 1))
    }
  }
  const row = changedRow(stored, columns, encoded)
  // All properties in one literal, here as above: what is added later, or spread in, costs a hidden class each time.
  const write: Write = {
    op: "update",
    id: rowKey(stored),
    columns,
    values: encoded,
    version: expected,
    ttlSeconds,
  }
  return {
    record,
    binding,
    write,
    row,
    updatedAt,
    version: expected === undefined ? undefined : expected + 1,
  }
}

/** A date in a key that was changed in place: no assignment saw it. */
function refuseNewKey({ model }: Binding, columns: readonly number[]): void {
  for (const index of columns) {
    const name = model.names[index]
    if (name !== undefined && model.isKey(name)) throw readonlyError(model, name)
  }
}

function ttlOf(binding: Binding, options: SaveOptions | undefined): number | undefined {
  const ttlSeconds = options?.ttlSeconds ?? binding.definition.ttlSeconds
  if (ttlSeconds === undefined) return undefined
  if (!(ttlSeconds > 0)) throw queryError(`ttlSeconds must be above 0, not ${String(ttlSeconds)}.`)
  if (binding.store.capabilities.ttl) return ttlSeconds
  throw new NitroError(
    "NITRO_CAPABILITY",
    `${binding.model.name} was saved with ttlSeconds, but ${binding.store.name} lacks the capability "ttl".`,
  )
}

function writeOne(prepared: Prepared): MaybePromise<void> {
  const { store } = prepared.binding
  const touched = writeTo(store, () => checkedWrite(prepared))
  return touched instanceof Promise
    ? touched.then(counts => settle(prepared, counts[0]))
    : settle(prepared, touched[0])
}

function checkedWrite({ binding, write, row }: Prepared): MaybePromise<number[]> {
  const { repository, references } = binding
  const inScope =
    currentScopes() === undefined ? undefined : assertWriteInScope(binding, write, row)
  if (inScope instanceof Promise) return inScope.then(() => checkedReferences(binding, write))
  if (references.length > 0) return checkedReferences(binding, write)
  return repository.write([write])
}

function assertWriteInScope(binding: Binding, write: Write, row: Row): MaybePromise<void> {
  return write.op === "update"
    ? assertUpdateInScope(binding, row, write.columns)
    : assertInScope(binding, row, "create")
}

function checkedReferences(binding: Binding, write: Write): MaybePromise<number[]> {
  const { repository, references } = binding
  const checked = references.length === 0 ? undefined : checkReferences(binding, write)
  return checked instanceof Promise
    ? checked.then(() => repository.write([write]))
    : repository.write([write])
}

function settle(prepared: Prepared, touched: number | undefined): MaybePromise<void> {
  if (touched === 0) return refuseLost(prepared)
  finish(prepared, currentUnit())
}

/** Writes each store's share in one call, then updates the entities from the stored rows and notifies the listeners. */
async function writeAll(prepared: readonly Prepared[]): Promise<void> {
  // Callbacks where a loop would do: called once for a thousand rows, a loop makes an object for each of its steps.
  const all = prepared.map(writeOf)
  if (currentScopes() !== undefined)
    for (const { binding, write, row } of prepared) await assertWriteInScope(binding, write, row)
  if (prepared.some(hasReferences))
    for (const { binding, write } of prepared) {
      if (binding.references.length === 0) continue
      const checked = onStore(binding.store, () => checkReferences(binding, write, all))
      if (checked instanceof Promise) await checked
    }
  for (const [{ repository, store }, share] of sharesOf(prepared)) {
    const writes = share === prepared ? all : share.map(writeOf)
    const touched = await writeTo(store, () => repository.write(writes))
    const lost = share[touched.indexOf(0)]
    if (lost) await refuseLost(lost)
    // It may have ended meanwhile.
    const unit = currentUnit()
    share.forEach(one => {
      finish(one, unit)
    })
  }
}

const writeOf = ({ write }: Prepared): Write => write
const hasReferences = ({ binding }: Prepared): boolean => binding.references.length > 0

/** The writes of each repository, which most often are those of one. */
function sharesOf(prepared: readonly Prepared[]): Iterable<[Binding, readonly Prepared[]]> {
  const [first] = prepared
  if (first === undefined) return []
  if (prepared.every(({ binding }) => binding.repository === first.binding.repository))
    return [[first.binding, prepared]]
  const shares = new Map<Repository, [Binding, Prepared[]]>()
  for (const one of prepared) {
    const share = shares.get(one.binding.repository)
    if (share === undefined) shares.set(one.binding.repository, [one.binding, [one]])
    else share[1].push(one)
  }
  return shares.values()
}

async function refuseLost({ record, binding, write }: Prepared): Promise<never> {
  const id = idOf(record)
  const stored = await onStore(binding.store, () =>
    binding.repository.get(storedIdOf(record, binding)),
  )
  if (stored !== undefined && write.op === "update")
    await refuseOutOfScope(binding, write.id, "update")
  if (stored === undefined || write.op === "insert" || write.version === undefined) {
    throw notFoundError(binding.model.name, id, "was deleted before it was saved")
  }
  throw staleError(binding.model.name, id, write.version, binding.mapper.decode(stored)["version"])
}

function finish(
  { record, binding, row, updatedAt, version, write }: Prepared,
  unit: ReturnType<typeof currentUnit>,
): void {
  const before = rowOf(record)
  const values = valuesOf(record)
  const isNumbered = values["id"] === undefined
  if (isNumbered) values["id"] = binding.mapper.decodeAt(0, row[0])
  if (unit) {
    const origin = originOf(record)
    const { updatedAt: earlierUpdatedAt, version: earlierVersion } = values
    unit.consequences.onRollback(binding.store, () => {
      setStored(record, before, origin)
      if (isNumbered) values["id"] = undefined
      if (updatedAt !== undefined) values["updatedAt"] = earlierUpdatedAt
      if (version !== undefined) values["version"] = earlierVersion
    })
    unit.identify(binding.repository, row[0], record)
  }
  if (updatedAt !== undefined) values["updatedAt"] = updatedAt
  if (version !== undefined) values["version"] = version
  setStored(record, row, binding)
  publishStored(binding, row, before, write.op === "update" ? write.columns : [])
}

function runAfterHooks({ record, binding, write }: Prepared): MaybePromise<void> {
  const first = runHook(binding, record, write.op === "insert" ? "afterCreate" : "afterUpdate")
  return first === undefined
    ? runHook(binding, record, "afterSave")
    : first.then(() => runHook(binding, record, "afterSave"))
}

export async function reload(record: EntityRecord): Promise<void> {
  await waitForSaves(record)
  const binding = bindingFor(record)
  const { id } = valuesOf(record)
  // The store counts the ids, and has given it none.
  if (!isId(id)) throw notSavedError(binding.model.name, "so it cannot be read again")
  const row = await onStore(binding.store, () =>
    binding.repository.get(storedIdOf(record, binding)),
  )
  if (row === undefined) throw notFoundError(binding.model.name, id)
  Object.assign(valuesOf(record), binding.mapper.decode(row))
  setStored(record, row, binding)
  currentUnit()?.noteRead(binding.store, record, reread)
  setSiblings(record, undefined)
}

export async function isStored(record: EntityRecord): Promise<boolean> {
  const binding = bindingFor(record)
  const { store, repository } = binding
  if (!isId(valuesOf(record)["id"])) return false
  return (await onStore(store, () => repository.get(storedIdOf(record, binding)))) !== undefined
}
