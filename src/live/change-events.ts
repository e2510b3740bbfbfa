// `entityEvents()`: what entities announce, as events: `Product.created`, `Product.updated`, `Product.deleted`.
import type { Change, EntityClass } from "../entity/index.ts"
import { assertSameModule, followAllChanges } from "../entity/internal.ts"
import type { EntityDefinition } from "../entity/store.ts"
import { currentEvents, type EventType, event } from "../events/index.ts"

const names = {
  create: "created",
  update: "updated",
  delete: "deleted",
  "update-many": "updated-many",
  "delete-many": "deleted-many",
} as const

/** The events of one entity class, with the type of their payload. */
export interface EntityEvents<T extends object> {
  readonly created: EventType<Change<T>>
  readonly updated: EventType<Change<T>>
  readonly deleted: EventType<Change<T>>
}

/** The part of an entity class that names it: all of it would hide what its instances are from the compiler. */
interface NamedClass<T> {
  new (...args: never[]): T
  readonly definition: EntityDefinition
}

let bridges = 0
let unfollow = (): void => {}

/**
 * From now on every change of an entity, once it is committed, is emitted as an event in the current registry:
 * `Product.created`, `Product.updated` or `Product.deleted`, with the change as its payload and the entity's id as its
 * sender. Returns what ends it. Called more than once, each change is still one event, until all have ended.
 *
 * ```ts
 * entityEvents()
 * on("Product.*", (change: Change<Product>, ctx) => console.log(ctx.event, change.changed))
 * on(eventsOf(Product).updated, ({ after }) => console.log(after?.stock), { sender: product.id })
 * ```
 */
export function entityEvents(): () => void {
  let isOn = true
  bridges++
  if (bridges === 1) unfollow = followAllChanges(emitChange, hasHandlers)
  return () => {
    if (!isOn) return
    isOn = false
    bridges--
    if (bridges === 0) unfollow()
  }
}

/** The typed events of an entity class: `on(eventsOf(Product).created, ({ after }) => ...)`. They come once `entityEvents()` was called. */
export function eventsOf<T extends object>(entity: NamedClass<T>): EntityEvents<T> {
  const { name } = entity.definition
  // The parameter shows less of the class than it is.
  claim(entity as unknown as EntityClass)
  return {
    created: event<Change<T>>(`${name}.created`),
    updated: event<Change<T>>(`${name}.updated`),
    deleted: event<Change<T>>(`${name}.deleted`),
  }
}

/** Whether a handler wants the rows of a class. */
function hasHandlers({ definition: { name } }: EntityClass): boolean {
  const events = currentEvents()
  return events.hasListeners(`${name}.updated`) || events.hasListeners(`${name}.deleted`)
}

function emitChange(change: Change): unknown {
  const events = currentEvents()
  const name = `${change.entity.definition.name}.${names[change.op]}`
  if (!events.hasListeners(name)) return undefined
  claim(change.entity)
  return events.emit(name, change, { sender: change.id })
}

const claimed = new Map<string, EntityClass>()

/** Events are known by the name of their class, so they are those of one class: in development, of its latest evaluation. */
function claim(entity: EntityClass): void {
  const { name } = entity.definition
  const other = claimed.get(name)
  if (other === entity) return
  if (other !== undefined) assertSameModule(other, entity)
  claimed.set(name, entity)
}
