// References that no store enforces: between stores, in memory, in tables without a foreign key.

import { NitroError } from "../../shared/errors.ts"
import { after, inOrder } from "../../shared/maybe.ts"
import type { MaybePromise } from "../../shared/types.ts"
import { bindingOf, targetClasses } from "../binding/binding.ts"
import type { Binding } from "../binding/bound-class.ts"
import { hasTransactions } from "../binding/joined-store.ts"
import { checkTargetName } from "../binding/known-classes.ts"
import { unscoped } from "../binding/scoped-rows.ts"
import { storeOf } from "../binding/stores.ts"
import { currentUnit, onStore } from "../binding/unit-of-work.ts"
import type { EntityId, FieldDefinition } from "../contract/definition.ts"
import { fieldNamed } from "../contract/field-named.ts"
import { hasDerivedId, idFrom, referredField } from "../contract/key.ts"
import type { Row, Write } from "../contract/repository.ts"
import { toKey } from "../contract/row-key.ts"

/**
 * Whether the store of a class enforces this reference: refuses values that point to nothing, and carries out the on-delete rule. It may
 * have to read the table first, so call it inside of `onStore`.
 */
export function isKeptByStore(
  { store, repository }: Binding,
  { name }: FieldDefinition,
): MaybePromise<boolean> {
  if (store.capabilities.foreignKeys !== true) return false
  return unscoped(repository).enforces?.(name) ?? true
}

/** A value that is about to be written into a reference. */
interface Pointer {
  readonly binding: Binding
  readonly field: FieldDefinition
  /** As it is stored. */
  readonly value: unknown
}

/**
 * To be called inside of `onStore`. Throws `NITRO_REFERENCE` for a write that would point to nothing. Inside of a unit of work that is decided when it commits: what
 * is pointed to may come later. `together`: all writes that are done at once, which may point to each other.
 */
export function checkReferences(
  binding: Binding,
  write: Write,
  together?: readonly Write[],
): MaybePromise<void> {
  if (write.op === "delete") return
  const open: Open[] = []
  for (const field of binding.references) {
    const value =
      write.op === "insert"
        ? write.row[field.index]
        : write.values[write.columns.indexOf(field.index)]
    if (value === null || value === undefined) continue
    // Called for each save: if the database enforces it, nothing else is read.
    const isKept = isKeptByStore(binding, field)
    if (isKept !== true) open.push({ isKept: isKept, pointer: { binding, field, value } })
  }
  return open.length === 0 ? undefined : checkAll(open, together ?? [write])
}

/** The same for values that are written to many rows; `hasRows` resolves whether there will be any. */
export function checkValues(
  binding: Binding,
  columns: readonly number[],
  values: readonly unknown[],
  hasRows: () => MaybePromise<boolean>,
): MaybePromise<void> {
  const open: Open[] = []
  for (const field of binding.references) {
    const at = columns.indexOf(field.index)
    if (at < 0 || values[at] === null) continue
    open.push({
      isKept: isKeptByStore(binding, field),
      pointer: { binding, field, value: values[at] },
    })
  }
  return open.length === 0 ? undefined : checkAll(open, [], hasRows)
}

/** A pointer that the store does not keep, or may not. */
interface Open {
  readonly isKept: MaybePromise<boolean>
  readonly pointer: Pointer
}

function checkAll(
  open: readonly Open[],
  together: readonly Write[],
  hasRows?: () => MaybePromise<boolean>,
): MaybePromise<void> {
  const checked = inOrder(open, ({ isKept, pointer }) =>
    after(isKept, is => (is ? undefined : checkPointer(pointer, together, hasRows))),
  )
  return checked instanceof Promise ? checked.then(() => undefined) : undefined
}

function checkPointer(
  pointer: Pointer,
  together: readonly Write[],
  hasRows?: () => MaybePromise<boolean>,
): MaybePromise<void> {
  const { binding, field } = pointer
  const isUnknown = targetClasses(binding.entity, binding.model, field).length === 0
  if (isUnknown) checkTargetName(binding.model.name, field.name, field.references ?? "")
  if (isAmong(pointer, together)) return
  return after(isThere(pointer), there => {
    if (there === true) return
    return after(hasRows === undefined || hasRows(), any =>
      any ? refuseOrWait(pointer, there) : undefined,
    )
  })
}

/** The class that the reference leads to: the one in the same store, where there is one. */
function targetOf({ binding, field }: Pick<Pointer, "binding" | "field">): Binding | undefined {
  let elsewhere: Binding | undefined
  for (const entity of targetClasses(binding.entity, binding.model, field)) {
    let bound: Binding
    try {
      if (storeOf(entity) !== binding.store && elsewhere !== undefined) continue
      bound = bindingOf(entity)
    } catch {
      // Its store has no part here: nothing can be said about its rows.
      continue
    }
    if (bound.store === binding.store) return bound
    elsewhere ??= bound
  }
  return elsewhere
}

/** Is it the id of a row that is written at the same time? */
function isAmong({ binding, field, value }: Pointer, writes: readonly Write[]): boolean {
  const target = targetOf({ binding, field })
  if (target?.repository !== binding.repository) return false
  const { index } = fieldNamed(binding.definition, referredField(binding.definition))
  return writes.some(write => write.op === "insert" && write.row[index] === value)
}

/** Undefined where nothing can be said. */
function isThere(pointer: Pointer): MaybePromise<boolean | undefined> {
  const { binding, field } = pointer
  const target = targetOf(pointer)
  if (target !== undefined)
    return after(rowOf(target, idOf(target, pointer)), row => row !== undefined)
  // Declared and never used: a store that began empty has no row of it.
  const isNew =
    targetClasses(binding.entity, binding.model, field).length === 0 &&
    !binding.store.capabilities.durable
  return isNew ? false : undefined
}

/** The id of the target as its rows have it. */
function idOf(target: Binding, { binding, field, value }: Pointer): EntityId {
  const decoded = binding.mapper.decodeAt(field.index, value)
  const isOnlyPart = hasDerivedId(target.definition) && target.definition.key.length === 1
  return toKey(
    target.mapper.encodeAt(0, isOnlyPart ? idFrom(target.definition, () => decoded) : decoded),
  )
}

/** Without joining a store that the unit of work has not used: reading it would hold it until the end of the unit. */
function rowOf({ store, repository }: Binding, id: EntityId): MaybePromise<Row | undefined> {
  const read = (): MaybePromise<Row | undefined> => unscoped(repository).get(id)
  const unit = currentUnit()
  return unit === undefined || ![...unit.stores].includes(store) ? read() : onStore(store, read)
}

function refuseOrWait(pointer: Pointer, there: false | undefined): void {
  const unit = currentUnit()
  // Writes of a store without transactions could not be rolled back.
  if (unit !== undefined && hasTransactions(pointer.binding.store))
    unit.checkBeforeCommit(() => checkAgain(pointer))
  else if (there === false) throw danglingError(pointer)
}

function checkAgain(pointer: Pointer): MaybePromise<void> {
  return after(isThere(pointer), there => {
    if (there === false)
      return after(isWritten(pointer), written => (written ? refuse(pointer) : undefined))
  })
}

/** Does any row still have the value? */
function isWritten({
  binding: { store, repository, mapper },
  field,
  value,
}: Pointer): MaybePromise<boolean> {
  const where = {
    op: "eq",
    field: field.name,
    value: mapper.valueAt(field.index, value),
  } as const
  return after(
    onStore(store, () => unscoped(repository).count({ where, orderBy: [], limit: 1 })),
    count => count > 0,
  )
}

function refuse(pointer: Pointer): never {
  throw danglingError(pointer)
}

function danglingError({ binding, field, value }: Pointer): NitroError {
  const { name } = binding.model
  const target = field.references ?? ""
  const text = String(binding.mapper.decodeAt(field.index, value)).slice(0, 80)
  const isUnused = targetClasses(binding.entity, binding.model, field).length === 0
  return new NitroError(
    "NITRO_REFERENCE",
    `${name}.${field.name} points to the ${target} "${text}", which does not exist.`,
    {
      fix: isUnused
        ? `${target} was not used yet: if its rows are in another store, list the class in nitro({ entities }), or use it first.`
        : `Create the ${target} first, or in the same unit of work.`,
      details: {
        entity: name,
        field: field.name,
        references: target,
        issues: [{ path: field.name, message: `is not the id of a ${target}` }],
      },
    },
  )
}
