// An entity class bound to a store, and what is known of the class in any store.

import type { EntityDefinition, EntityId, FieldDefinition } from "../contract/definition.ts"
import type { Row, Store } from "../contract/repository.ts"
import { rowKey, toKey } from "../contract/row-key.ts"
import type { EntityHooks } from "../types/hooks.ts"
import type { EntityClass, EntityInstance } from "../types/types.ts"
import type { Model } from "./model.ts"
import type { Origin } from "./record.ts"

/** A class with the store it is bound to. */
export interface Binding<T extends EntityInstance = EntityInstance> extends Origin {
  readonly entity: EntityClass<T>
  readonly model: Model
  readonly definition: EntityDefinition
  readonly managed: ManagedColumns
  /** The fields that refer to other entities. */
  readonly references: readonly FieldDefinition[]
  readonly state: ClassState<T>
}

/** Indexes of the columns that a save sets automatically; -1 if there is none. */
interface ManagedColumns {
  readonly updatedAt: number
  readonly version: number
}

export interface ClassState<T extends EntityInstance = EntityInstance> {
  readonly entity: EntityClass<T>
  readonly model: Model
  readonly bindings: WeakMap<Store, Binding<T>>
  last: Binding<T> | undefined
  /** How far it is known that the class body leaves the fields alone: looked at a new instance, at a stored one. */
  verified: "no" | "new" | "stored"
  /** The hooks that instances have; known once one was looked at. */
  hooks: ReadonlySet<keyof EntityHooks>
}

/** The id of a row as an entity holds it. */
export function idOfRow({ model, mapper }: Binding, row: Row): EntityId {
  return model.hasPlainId ? rowKey(row) : toKey(mapper.decodeAt(0, row[0]))
}
