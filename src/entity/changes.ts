// Who is told of changes: listeners of one class and of all. A listener that throws harms nobody.
import { notify } from "../shared/callback.ts"
import { reportError } from "../shared/report.ts"
import { type Model, modelOf } from "./model.ts"
import type { Change, ChangeListener, EntityClass } from "./types.ts"

// Lists are replaced and never changed, so that announcing one needs no copy of it.
let listeningToAll: readonly ChangeListener[] = []

/** Told of every change of every entity class, after it was committed. Returns a function that ends it. */
export function observeChanges(listener: ChangeListener): () => void {
  const own = ownListener(listener)
  listeningToAll = [...listeningToAll, own]
  return () => {
    listeningToAll = listeningToAll.filter(each => each !== own)
  }
}

export function observeEntity(entity: EntityClass, listener: ChangeListener): () => void {
  const model = modelOf(entity) as Model
  const own = ownListener(listener)
  model.listeners = [...model.listeners, own]
  return () => {
    model.listeners = model.listeners.filter(each => each !== own)
  }
}

/** A function of its own, so that one listener may listen twice and end each by itself. */
function ownListener(listener: ChangeListener): ChangeListener {
  return change => listener(change)
}

/** Making a change costs something: ask first. */
export function isObserved({ listeners }: Model): boolean {
  return listeningToAll.length > 0 || listeners.length > 0
}

export function announce({ listeners }: Model, change: Change): void {
  const others = listeningToAll
  for (const listener of listeners) call(listener, change)
  for (const listener of others) call(listener, change)
}

function call(listener: ChangeListener, change: Change): void {
  void notify(
    () => listener(change),
    error => reportError(error, whereOf(change)),
  )
}

function whereOf(change: Change): string {
  return `a listener for changes of ${change.entity.name}`
}
