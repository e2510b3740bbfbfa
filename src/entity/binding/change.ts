// What listeners are told of one write. Its values are decoded when somebody asks for them: most listeners look at few.

import type { EntityId } from "../contract/definition.ts"
import type { Predicate } from "../contract/predicate.ts"
import type { Row } from "../contract/repository.ts"
import type { Values } from "../definition/mapper.ts"
import type { Change, EntityClass, EntityInstance } from "../types/types.ts"
import { type Binding, idOfRow } from "./bound-class.ts"
import { announce, isObserved } from "./changes.ts"
import { hydrateCopy } from "./hydrate.ts"
import { currentUnit } from "./unit-of-work.ts"

/** Rows are never changed, so what is decoded late is what was written, whatever became of the entity since. */
class StoredChange implements Change {
  readonly entity: EntityClass
  readonly op: "create" | "update"
  readonly id: EntityId
  readonly changed: readonly string[]
  readonly partition: string | undefined
  readonly #binding: Binding
  readonly #row: Row
  readonly #beforeRow: Row | undefined
  #after: EntityInstance | undefined
  #before: Values | undefined

  constructor(binding: Binding, row: Row, before: Row | undefined, changed: readonly string[]) {
    this.entity = binding.entity
    this.op = before === undefined ? "create" : "update"
    this.id = idOfRow(binding, row)
    this.changed = changed
    this.partition = binding.store.partition
    this.#binding = binding
    this.#row = row
    this.#beforeRow = before
  }

  get after(): EntityInstance {
    // An instance of its own: the one that was saved may be changed before the listener looks at it.
    this.#after ??= hydrateCopy(this.#binding, this.#row) as unknown as EntityInstance
    return this.#after
  }

  get before(): Values | undefined {
    if (this.#beforeRow !== undefined) this.#before ??= this.#binding.mapper.decode(this.#beforeRow)
    return this.#before
  }

  [Symbol.for("nodejs.util.inspect.custom")](): Change {
    const { entity, op, id, after, before, changed, partition } = this
    return {
      entity,
      op,
      id,
      after,
      ...(before && { before }),
      changed,
      ...(partition !== undefined && { partition }),
    }
  }
}

/** Tells of a row that was stored; `columns`: which of it are new. Without `before` it is a create. */
export function tellStored(
  binding: Binding,
  row: Row,
  before: Row | undefined,
  columns: readonly number[],
): void {
  if (!isObserved(binding.model)) return
  const { names } = binding.model
  const changed = before === undefined ? names : columns.map(index => names[index] as string)
  tell(binding, new StoredChange(binding, row, before, changed))
}

export function tellDeleted(binding: Binding, before: Row): void {
  if (!isObserved(binding.model)) return
  const { entity, mapper, store } = binding
  const partition = store.partition === undefined ? {} : { partition: store.partition }
  tell(binding, {
    entity,
    op: "delete",
    id: idOfRow(binding, before),
    before: mapper.decode(before),
    changed: [],
    ...partition,
  })
}

/** How many rows a change of many is announced as, at most. */
export const maxRowsAnnounced = 10_000

/** Announces one change in place of `count` rows that met the condition; undefined: an unknown number of them. */
export function tellMany(
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
  if (count === 0 || !isObserved(binding.model)) return
  const { entity, store, model } = binding
  const changed = columns.map(index => model.names[index] as string)
  const partition = store.partition === undefined ? {} : { partition: store.partition }
  const many = { ...(where !== undefined && { where }), ...(count !== undefined && { count }) }
  // A change of many is of no one row.
  tell(binding, { entity, op, id: undefined as never, changed, ...many, ...partition })
}

function tell({ model, store }: Binding, change: Change): void {
  const unit = currentUnit()
  if (unit) unit.consequences.announceLater(store, () => announce(model, change))
  else announce(model, change)
}
