// The effect of a delete on the entities that point to the deleted one: it is refused, they are deleted too, or they lose the reference.

import { NitroError } from "../../shared/errors.ts"
import { after, inOrder } from "../../shared/maybe.ts"
import type { MaybePromise } from "../../shared/types.ts"
import { bindReferrers } from "../binding/binding.ts"
import type { Binding } from "../binding/bound-class.ts"
import { allBindings } from "../binding/bound-stores.ts"
import { isObserved } from "../binding/changes.ts"
import { hasTransactions } from "../binding/joined-store.ts"
import { isReferredTo, targetModel } from "../binding/known-classes.ts"
import { unscoped } from "../binding/scoped-rows.ts"
import { storeOf } from "../binding/stores.ts"
import { atomically, currentUnit, onStore } from "../binding/unit-of-work.ts"
import type { FieldDefinition } from "../contract/definition.ts"
import { isLongCascade, referenceError } from "../contract/errors.ts"
import { fieldNamed } from "../contract/field-named.ts"
import { referredField } from "../contract/key.ts"
import type { Row } from "../contract/repository.ts"
import { rowKey, toKey } from "../contract/row-key.ts"
import { isKeptByStore } from "./references.ts"

interface Referrer {
  readonly binding: Binding
  readonly field: FieldDefinition
}

/** How the rows that hang on a deleted one are changed; hooks and publications are the caller's. */
export interface DeleteActions {
  deleteRows(binding: Binding, rows: readonly Row[]): Promise<void>
  setNull(binding: Binding, rows: readonly Row[], field: FieldDefinition): Promise<void>
}

/** Must the rules for deletes of this class be carried out here, and not by its store? */
export function hasDeleteRules(binding: Binding, watches: Watches): MaybePromise<boolean> {
  bindReferrers(binding)
  return isReferredTo(binding.model.name) && anyIsOurs(binding, new Set(), watches)
}

/** Whether the rows of a class must be known that go along. */
type Watches = (binding: Binding) => boolean

const isFollowed: Watches = isObserved

/** The references by which a store that keeps the rules itself deletes or empties rows of followed classes. */
export async function takenAlong(binding: Binding): Promise<readonly Referrer[]> {
  if (!isReferredTo(binding.model.name)) return []
  const referrers: Referrer[] = []
  const seen = new Set([binding])
  for (const target of seen) {
    for (const referrer of referrersOf(target)) {
      if (referrer.field.onDelete === undefined) continue
      if (isFollowed(referrer.binding)) referrers.push(referrer)
      if (referrer.field.onDelete === "cascade") seen.add(referrer.binding)
    }
  }
  return referrers
}

/** Runs `deleteRoots`, which deletes `rows`, after the actions of the rules; all or nothing where the stores can. */
export async function withDeleteRules<T>(
  binding: Binding,
  rows: readonly Row[],
  actions: DeleteActions,
  deleteRoots: (rows: readonly Row[]) => Promise<T>,
): Promise<T> {
  bindReferrers(binding)
  if (!isReferredTo(binding.model.name)) return deleteRoots(rows)
  const byOurselves = (roots: readonly Row[]): Promise<T> => {
    // As a database decides it: what is in the way may go before the unit of work commits.
    const waits = currentUnit() !== undefined
    return atomically(async () => {
      await carryOut(await planOf(binding, rows, waits), actions)
      return deleteRoots(roots)
    })
  }
  if (await anyIsOurs(binding, new Set(), isFollowed)) return byOurselves(rows)
  try {
    return await tryCascade(binding, () => deleteRoots(rows))
  } catch (error) {
    if (isLongCascade(error)) return byOurselves(lastFirst(binding, rows))
    if (error instanceof NitroError && error.code === "NITRO_REFERENCE")
      await nameReferrers(binding, rows, error)
    throw error
  }
}

/**
 * Runs a delete that the store may give up on (`isLongCascade`). Inside of a unit of work it has a savepoint then: SQLite goes on
 * counting the references that the part which was done has broken.
 */
export function tryCascade<T>(binding: Binding, work: () => Promise<T>): Promise<T> {
  const isEndless =
    currentUnit() !== undefined &&
    binding.store.capabilities.serialTransactions === true &&
    isCircular(binding, binding)
  return isEndless ? atomically(work) : work()
}

/** Can a delete of rows of a class take others of it along? */
function isCircular(root: Binding, at: Binding, seen: Set<Binding> = new Set()): boolean {
  return referrersOf(at).some(({ binding, field }) => {
    if (field.onDelete !== "cascade") return false
    if (binding === root) return true
    if (seen.has(binding)) return false
    seen.add(binding)
    return isCircular(root, binding, seen)
  })
}

/** Rows of one class so that each comes after those that point to it. */
function lastFirst(binding: Binding, rows: readonly Row[]): Row[] {
  const key = binding.definition.fieldByName.get(referredField(binding.definition))?.index ?? 0
  const byKey = new Map(rows.map(row => [row[key], row]))
  const fields = referrersOf(binding).filter(referrer => referrer.binding === binding)
  const depths = new Map<Row, number>()
  for (const row of rows) {
    const way: Row[] = []
    const onWay = new Set<Row>()
    for (
      let next: Row | undefined = row;
      next !== undefined && !depths.has(next) && !onWay.has(next);
    ) {
      const at: Row = next
      way.push(at)
      onWay.add(at)
      next = fields
        .map(({ field }) => byKey.get(at[field.index]))
        .find(result => result !== undefined)
    }
    for (const one of way.reverse()) {
      const above = fields
        .map(({ field }) => byKey.get(one[field.index]))
        .find(parent => parent !== undefined)
      depths.set(one, (above === undefined ? -1 : (depths.get(above) ?? -1)) + 1)
    }
  }
  return [...rows].sort((a, b) => (depths.get(b) ?? 0) - (depths.get(a) ?? 0))
}

function anyIsOurs(binding: Binding, seen: Set<Binding>, watches: Watches): MaybePromise<boolean> {
  const checks = inOrder(referrersOf(binding), referrer => isOurs(binding, referrer, seen, watches))
  return after(checks, all => all.includes(true))
}

/** The classes that point to this one, in its own store and in others whose entities of this name live here. */
function referrersOf(target: Binding): Referrer[] {
  const { name } = target.model
  const referrers: Referrer[] = []
  for (const bindings of allBindings(target.store)) {
    const all = [...bindings]
    const isOwn = all[0]?.store === target.store
    if (!isOwn && all.some(other => other.model.name === name)) continue
    for (const binding of all) {
      const fields = binding.references.filter(field => field.references === name)
      if (fields.length === 0 || (!isOwn && storeOf(binding.entity) !== binding.store)) continue
      // Of two classes with one name it may mean the other.
      if (targetModel(binding.model, name) !== target.model) continue
      for (const field of fields) referrers.push({ binding, field })
    }
  }
  return referrers
}

/**
 * A database enforces the rules itself, and faster, but it notifies no listener: if one observes the deleted rows,
 * or has a hook, they are deleted from here first.
 */
function isOurs(
  target: Binding,
  { binding, field }: Referrer,
  seen: Set<Binding>,
  watches: Watches,
): MaybePromise<boolean> {
  if (target.store !== binding.store) return true
  // No column holds an id of several fields, so no foreign key can point to it.
  if (target.model.defined.definition.key.length > 1) return true
  return after(
    onStore(binding.store, () => isKeptByStore(binding, field)),
    isKept => {
      if (!isKept) return true
      if (field.onDelete === undefined || seen.has(binding)) return false
      if (watches(binding) || (field.onDelete === "cascade" && hasDeleteHooks(binding))) return true
      seen.add(binding)
      return field.onDelete === "cascade" && anyIsOurs(binding, seen, watches)
    },
  )
}

export function hasDeleteHooks({ entity, state }: Binding): boolean {
  return (["beforeDelete", "afterDelete"] as const).some(
    name => name in entity.prototype || state.hooks.has(name),
  )
}

interface Found extends Referrer {
  readonly rows: readonly Row[]
}

interface Restricted extends Found {
  readonly target: Binding
  /** The rows of the target that go. */
  readonly targetRows: readonly Row[]
}

interface Plan {
  /** In the order in which they were found: what hangs on others comes after them. */
  readonly deletes: readonly { readonly binding: Binding; readonly rows: readonly Row[] }[]
  readonly nulls: readonly Found[]
}

async function planOf(root: Binding, roots: readonly Row[], waits: boolean): Promise<Plan> {
  const deleted = new Map<Binding["repository"], Set<unknown>>()
  const add = ({ repository }: Binding, rows: readonly Row[]): Row[] => {
    const ids = deleted.get(repository) ?? new Set()
    deleted.set(repository, ids)
    const fresh = rows.filter(row => !ids.has(row[0]))
    for (const row of fresh) ids.add(row[0])
    return fresh
  }
  const isGone = ({ repository }: Binding, row: Row): boolean =>
    deleted.get(repository)?.has(row[0]) === true
  const deletes = [{ binding: root, rows: add(root, roots) }]
  const restricted: Restricted[] = []
  const nulls: Found[] = []
  // Grows while it is walked, until nothing new hangs on what goes.
  for (const { binding, rows } of deletes) {
    for (const referrer of referrersOf(binding)) {
      const entry = { ...referrer, rows: await rowsPointingTo(referrer, binding, rows) }
      if (entry.rows.length === 0) continue
      if (referrer.field.onDelete === undefined)
        restricted.push({ ...entry, target: binding, targetRows: rows })
      else if (referrer.field.onDelete === "set null") nulls.push(entry)
      else {
        const fresh = add(referrer.binding, entry.rows)
        if (fresh.length > 0) deletes.push({ binding: referrer.binding, rows: fresh })
      }
    }
  }
  for (const referrer of restricted) {
    const left = referrer.rows.filter(row => !isGone(referrer.binding, row))
    if (left.length === 0) continue
    if (waits && hasTransactions(referrer.binding.store) && hasTransactions(root.store))
      currentUnit()?.checkBeforeCommit(() => refuseLater(referrer))
    else refuse(referrer.target, referrer.field, referrer.binding, left)
  }
  return {
    deletes: deletes.slice(1),
    nulls: nulls.map(entry => ({
      ...entry,
      rows: entry.rows.filter(row => !isGone(entry.binding, row)),
    })),
  }
}

async function rowsPointingTo(
  { binding: { store, repository }, field }: Referrer,
  target: Binding,
  rows: readonly Row[],
): Promise<Row[]> {
  const { definition } = target.model.defined
  const { index } = fieldNamed(definition, referredField(definition))
  const values = rows.map(row => target.mapper.valueAt(index, row[index]))
  return onStore(store, () =>
    unscoped(repository).find({ where: { op: "in", field: field.name, values }, orderBy: [] }),
  )
}

/** At the end of a unit of work: refuses what still points to a row that is gone. */
async function refuseLater({ binding, field, target, targetRows }: Restricted): Promise<void> {
  for (const row of targetRows) {
    const again = await onStore(target.store, () => unscoped(target.repository).get(rowKey(row)))
    if (again === undefined)
      refuse(target, field, binding, await rowsPointingTo({ binding, field }, target, [row]))
  }
}

function refuse(
  target: Binding,
  field: FieldDefinition,
  by: Binding,
  rows: readonly Row[],
  cause?: unknown,
): void {
  const [first] = rows
  if (first === undefined) return
  const id = toKey(first[field.index])
  const count = rows.filter(row => row[field.index] === id).length
  throw referenceError(target.model.name, id, by.model.name, field.name, count, cause)
}

async function carryOut({ deletes, nulls }: Plan, actions: DeleteActions): Promise<void> {
  for (const { binding, rows, field } of nulls)
    if (rows.length > 0) await actions.setNull(binding, rows, field)
  for (const { binding, rows } of [...deletes].reverse()) await actions.deleteRows(binding, rows)
}

/** The store refused: names the entities in the way, while they can still be read. */
async function nameReferrers(
  binding: Binding,
  rows: readonly Row[],
  cause: NitroError,
): Promise<void> {
  for (const referrer of referrersOf(binding)) {
    if (referrer.field.onDelete !== undefined) continue
    let pointing: Row[]
    try {
      pointing = await rowsPointingTo(referrer, binding, rows)
    } catch {
      // After an error some transactions read nothing any more.
      return
    }
    refuse(binding, referrer.field, referrer.binding, pointing, cause)
  }
}
