// The change of one write, as listeners get it. Its values are decoded on first access: most listeners read few.

import type { EntityId } from "../contract/definition.ts"
import type { Predicate } from "../contract/predicate.ts"
import type { Row, Store } from "../contract/repository.ts"
import type { Values } from "../definition/mapper.ts"
import type { Change, EntityClass, EntityInstance } from "../types/types.ts"
import { type Binding, idOfRow } from "./bound-class.ts"
import { isObserved, noteUpdate, notifyListeners } from "./changes.ts"
import { hydrateCopy } from "./hydrate.ts"
import { recordLater } from "./recorders.ts"
import { currentUnit } from "./unit-of-work.ts"

/** The rows of a change as their store keeps them. */
export interface ChangeRows {
  readonly binding: Binding
  /** Undefined for deletes. */
  readonly row: Row | undefined
  /** Undefined for creates. */
  readonly before: Row | undefined
}

/** Rows are never changed, so what is decoded late is what was written, whatever became of the entity since. */
class RowChange implements Change {
  readonly entity: EntityClass
  readonly op: "create" | "update" | "delete"
  readonly id: EntityId
  readonly changed: readonly string[]
  readonly partition: string | undefined
  readonly #rows: ChangeRows
  #after: EntityInstance | undefined
  #before: Values | undefined

  constructor(rows: ChangeRows, changed: readonly string[]) {
    const { binding, row, before } = rows
    this.entity = binding.entity
    this.op = row === undefined ? "delete" : before === undefined ? "create" : "update"
    // A change has one of them.
    this.id = idOfRow(binding, (row ?? before) as Row)
    this.changed = changed
    this.partition = binding.store.partition
    this.#rows = rows
  }

  static rowsOf(change: Change): ChangeRows | undefined {
    return change instanceof RowChange ? change.#rows : undefined
  }

  get after(): EntityInstance | undefined {
    const { binding, row } = this.#rows
    // A separate instance: the saved one may be changed before the listener reads it.
    if (row !== undefined) this.#after ??= hydrateCopy(binding, row)
    return this.#after
  }

  get before(): Values | undefined {
    const { binding, before } = this.#rows
    if (before !== undefined) this.#before ??= binding.mapper.decode(before)
    return this.#before
  }

  [Symbol.for("nodejs.util.inspect.custom")](): Change {
    const { entity, op, id, after, before, changed, partition } = this
    return {
      entity,
      op,
      id,
      ...(after && { after }),
      ...(before && { before }),
      changed,
      ...(partition !== undefined && { partition }),
    }
  }
}

/** The stored rows of a change of one row; undefined for a change of many. */
export const rowsOfChange: (change: Change) => ChangeRows | undefined = RowChange.rowsOf

/** Publishes the change of a stored row; `columns`: those with new values. Without `before` it is a create. */
export function publishStored(
  binding: Binding,
  row: Row,
  before: Row | undefined,
  columns: readonly number[],
): void {
  if (before !== undefined) noteUpdate(binding)
  if (!isObserved(binding)) return
  const { names } = binding.model
  const changed = before === undefined ? names : binding.model.namesOf(columns)
  publish(binding, new RowChange({ binding, row, before }, changed))
}

export function publishDeleted(binding: Binding, before: Row): void {
  if (isObserved(binding)) publish(binding, new RowChange({ binding, row: undefined, before }, []))
}

/** How many rows a change of many is published as, at most. */
export const maxRowsPublished = 10_000

/** Publishes one change in place of `count` rows that met the condition; undefined: an unknown number of them. */
export function publishMany(
  binding: Binding,
  op: "update-many" | "delete-many",
  {
    where,
    count,
    columns,
  }: {
    readonly where?: Predicate | undefined
    readonly count?: number
    readonly columns: readonly number[]
  },
): void {
  if (op === "update-many") noteUpdate(binding)
  if (count === 0 || !isObserved(binding)) return
  const { entity, store, model } = binding
  const changed = model.namesOf(columns)
  const partition = store.partition === undefined ? {} : { partition: store.partition }
  const many = { ...(where !== undefined && { where }), ...(count !== undefined && { count }) }
  // A change of many concerns no single row.
  const change: Change = { entity, op, id: undefined as never, changed, ...many, ...partition }
  if (store.capabilities.announces) storesOfMany.set(change, store)
  publish(binding, change)
}

const storesOfMany = new WeakMap<Change, Store>()

/** The log to which the store of a change has published it already; undefined of other stores. */
export function ownLogOf(change: Change): object | undefined {
  const store = RowChange.rowsOf(change)?.binding.store ?? storesOfMany.get(change)
  return store?.capabilities.announces ? store.changes : undefined
}

function publish(binding: Binding, change: Change): void {
  const { model, store } = binding
  const unit = currentUnit()
  if (unit === undefined) notifyListeners(model, change)
  else {
    unit.consequences.publishLater(store, () => notifyListeners(model, change))
    recordLater(unit, binding, change)
  }
}
