// Who is told of changes: listeners of one class and of all. A listener that throws harms nobody.
import { reportError } from "../shared/report.ts"
import { type Model, modelOf } from "./model.ts"
import type { Change, ChangeListener, EntityClass } from "./types.ts"

const all = new Set<ChangeListener>()
const byModel = new WeakMap<Model, Set<ChangeListener>>()

/** Told of every change of every entity class, after it was committed. Returns a function that ends it. */
export function observeChanges(listener: ChangeListener): () => void {
  // A wrapper of its own, so that one function may listen twice and end each by itself.
  return follow(all, change => listener(change))
}

export function observeEntity(entity: EntityClass, listener: ChangeListener): () => void {
  const model = modelOf(entity) as Model
  let listeners = byModel.get(model)
  if (listeners === undefined) {
    listeners = new Set()
    byModel.set(model, listeners)
  }
  return follow(listeners, change => listener(change))
}

function follow(listeners: Set<ChangeListener>, listener: ChangeListener): () => void {
  listeners.add(listener)
  return () => {
    listeners.delete(listener)
  }
}

/** Building a change costs a copy of the entity: ask first. */
export function isObserved(model: Model): boolean {
  return all.size > 0 || (byModel.get(model)?.size ?? 0) > 0
}

export function announce(model: Model, change: Change): void {
  for (const listener of [...(byModel.get(model) ?? []), ...all]) {
    try {
      const result = listener(change)
      if (result instanceof Promise) result.catch((error: unknown) => reportError(error, whereOf(change)))
    } catch (error) {
      reportError(error, whereOf(change))
    }
  }
}

function whereOf(change: Change): string {
  return `a listener for changes of ${change.entity.name}`
}
