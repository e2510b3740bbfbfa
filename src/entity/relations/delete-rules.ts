// What a delete means for the entities that point to the deleted one: it is refused, they go too, or they stay without.
import { NitroError } from "../../shared/errors.ts"
import { allBindings, type Binding, isPointedTo } from "../binding.ts"
import { isObserved } from "../changes.ts"
import type { FieldDefinition } from "../definition.ts"
import { referenceError } from "../errors.ts"
import { referredField } from "../key.ts"
import type { Value } from "../predicate.ts"
import type { Row } from "../repository.ts"
import { unscoped } from "../soft-delete.ts"
import { storeOf } from "../stores.ts"
import { atomically, onStore } from "../unit-of-work.ts"

interface Referrer {
  readonly binding: Binding
  readonly field: FieldDefinition
}

/** How the rows that hang on a deleted one are changed; hooks and announcements are the caller's. */
export interface DeleteActions {
  deleteRows(binding: Binding, rows: readonly Row[]): Promise<void>
  setNull(binding: Binding, rows: readonly Row[], field: FieldDefinition): Promise<void>
}

/** Must the rules for deletes of this class be carried out here, and not by its store? */
export function hasDeleteRules(binding: Binding): boolean {
  return isPointedTo(binding.model.name) && referrersOf(binding).some(referrer => isOurs(binding, referrer, new Set()))
}

/** Runs `deleteRoots`, which deletes `rows`, after what the rules ask for; all or nothing where the stores can. */
export async function withDeleteRules<T>(
  binding: Binding,
  rows: readonly Row[],
  actions: DeleteActions,
  deleteRoots: () => Promise<T>,
): Promise<T> {
  if (!isPointedTo(binding.model.name)) return deleteRoots()
  if (hasDeleteRules(binding)) {
    return atomically(async () => {
      await carryOut(await planOf(binding, rows), actions)
      return deleteRoots()
    })
  }
  try {
    return await deleteRoots()
  } catch (error) {
    if (error instanceof NitroError && error.code === "NITRO_REFERENCE") await nameReferrers(binding, rows, error)
    throw error
  }
}

/** The classes that point to this one, in its own store and in others whose entities of this name live here. */
function referrersOf(target: Binding): Referrer[] {
  const { name } = target.model
  const found: Referrer[] = []
  for (const bindings of allBindings(target.store)) {
    const all = [...bindings]
    const isOwn = all[0]?.store === target.store
    if (!isOwn && all.some(other => other.model.name === name)) continue
    for (const binding of all) {
      const fields = binding.model.defined.definition.fields.filter(field => field.references === name)
      if (fields.length === 0 || (!isOwn && storeOf(binding.entity) !== binding.store)) continue
      for (const field of fields) found.push({ binding, field })
    }
  }
  return found
}

/**
 * A database keeps the rules by itself, and faster. It tells nobody, though: where somebody listens to the rows that go,
 * or has a hook, they are deleted from here first.
 */
function isOurs(target: Binding, { binding, field }: Referrer, seen: Set<Binding>): boolean {
  if (target.store !== binding.store || binding.store.capabilities.foreignKeys !== true) return true
  // No column holds an id of several fields, so no foreign key can point to it.
  if (target.model.defined.definition.key.length > 1) return true
  if (field.onDelete === undefined || seen.has(binding)) return false
  if (isObserved(binding.model) || (field.onDelete === "cascade" && hasDeleteHooks(binding))) return true
  seen.add(binding)
  return field.onDelete === "cascade" && referrersOf(binding).some(referrer => isOurs(binding, referrer, seen))
}

export function hasDeleteHooks({ entity, state }: Binding): boolean {
  return (["beforeDelete", "afterDelete"] as const).some(name => name in entity.prototype || state.hooks.has(name))
}

interface Found extends Referrer {
  readonly rows: readonly Row[]
}

interface Plan {
  /** In the order in which they were found: what hangs on others comes after them. */
  readonly deletes: readonly { readonly binding: Binding; readonly rows: readonly Row[] }[]
  readonly nulls: readonly Found[]
}

async function planOf(root: Binding, roots: readonly Row[]): Promise<Plan> {
  const gone = new Map<Binding["repository"], Set<unknown>>()
  const add = ({ repository }: Binding, rows: readonly Row[]): Row[] => {
    const ids = gone.get(repository) ?? new Set()
    gone.set(repository, ids)
    const fresh = rows.filter(row => !ids.has(row[0]))
    for (const row of fresh) ids.add(row[0])
    return fresh
  }
  const isGone = ({ repository }: Binding, row: Row): boolean => gone.get(repository)?.has(row[0]) === true
  const deletes = [{ binding: root, rows: add(root, roots) }]
  const restricted: (Found & { readonly target: Binding })[] = []
  const nulls: Found[] = []
  // Grows while it is walked, until nothing new hangs on what goes.
  for (const { binding, rows } of deletes) {
    for (const referrer of referrersOf(binding)) {
      const found = { ...referrer, rows: await rowsPointingTo(referrer, binding, rows) }
      if (found.rows.length === 0) continue
      if (referrer.field.onDelete === undefined) restricted.push({ ...found, target: binding })
      else if (referrer.field.onDelete === "set null") nulls.push(found)
      else {
        const fresh = add(referrer.binding, found.rows)
        if (fresh.length > 0) deletes.push({ binding: referrer.binding, rows: fresh })
      }
    }
  }
  for (const { binding, field, rows, target } of restricted)
    refuse(
      target,
      field,
      binding,
      rows.filter(row => !isGone(binding, row)),
    )
  return {
    deletes: deletes.slice(1),
    nulls: nulls.map(found => ({ ...found, rows: found.rows.filter(row => !isGone(found.binding, row)) })),
  }
}

async function rowsPointingTo({ binding: { store, repository }, field }: Referrer, target: Binding, rows: readonly Row[]): Promise<Row[]> {
  const { definition } = target.model.defined
  const { index } = definition.fieldByName.get(referredField(definition)) as FieldDefinition
  const values = rows.map(row => target.mapper.decodeAt(index, row[index]) as Value)
  return onStore(store, () => unscoped(repository).find({ where: { op: "in", field: field.name, values }, orderBy: [] }))
}

function refuse(target: Binding, field: FieldDefinition, by: Binding, rows: readonly Row[], cause?: unknown): void {
  const [first] = rows
  if (first === undefined) return
  const id = first[field.index] as string
  const count = rows.filter(row => row[field.index] === id).length
  throw referenceError(target.model.name, id, by.model.name, field.name, count, cause)
}

async function carryOut({ deletes, nulls }: Plan, actions: DeleteActions): Promise<void> {
  for (const { binding, rows, field } of nulls) if (rows.length > 0) await actions.setNull(binding, rows, field)
  for (const { binding, rows } of [...deletes].reverse()) await actions.deleteRows(binding, rows)
}

/** The store refused: says which entities are in the way, where they can still be asked for. */
async function nameReferrers(binding: Binding, rows: readonly Row[], cause: NitroError): Promise<void> {
  for (const referrer of referrersOf(binding)) {
    if (referrer.field.onDelete !== undefined) continue
    let found: Row[]
    try {
      found = await rowsPointingTo(referrer, binding, rows)
    } catch {
      // After an error some transactions read nothing any more.
      return
    }
    refuse(binding, referrer.field, referrer.binding, found, cause)
  }
}
