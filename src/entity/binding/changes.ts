// Change listeners, per class and global. An error in one does not affect the others.

import { notifyOf } from "../../shared/callback.ts"
import { type Declared, ModuleDeclarations } from "../../shared/module-evaluation.ts"
import { reportError } from "../../shared/report.ts"
import type { Change, ChangeListener, EntityClass } from "../types/types.ts"
import { type Model, requireModel } from "./model.ts"
import { unscoped } from "./query-scopes.ts"
import { isRecorded, type Written } from "./recorders.ts"

// Lists are replaced and never changed, so that announcing one needs no copy of it.
let listeningToAll: readonly ChangeListener[] = []

/** Notifies `listener` of every change of every entity class, after its commit. Returns a function that unsubscribes it. */
export function observeChanges(listener: ChangeListener): () => void {
  return listen(declarations.enter(observeChanges)?.declared, listener, ofAll)
}

/** A listener of the library, which takes one change of many in place of their rows. */
interface Follower {
  readonly listener: ChangeListener
  readonly needsRows: (entity: EntityClass) => boolean
}

let followers: readonly Follower[] = []

/** The same for modules of the library, which belong to no module of the application. `needsRows`: of which classes. Default: none. */
export function followAllChanges(
  listener: ChangeListener,
  needsRows: (entity: EntityClass) => boolean = () => false,
): () => void {
  const follower = { listener, needsRows }
  followers = [...followers, follower]
  return () => {
    followers = followers.filter(other => other !== follower)
  }
}

/** `called`: the function that the application called, for the module that it stands in. */
export function observeEntity(
  entity: EntityClass,
  listener: ChangeListener,
  called: Called = observeEntity,
): () => void {
  const model = requireModel(entity)
  return listen(declarations.enter(called)?.declared, listener, change => {
    model.listeners = change(model.listeners)
  })
}

type Called = (...args: never[]) => unknown
type List = readonly ChangeListener[]

const declarations = new ModuleDeclarations()

function ofAll(change: (list: List) => List): void {
  listeningToAll = change(listeningToAll)
}

/** `declared`: what the module around it has declared, for its next evaluation to end. */
function listen(
  declared: Set<Declared> | undefined,
  listener: ChangeListener,
  replace: (change: (list: List) => List) => void,
): () => void {
  const subscription = copyOf(listener)
  replace(list => [...list, subscription])
  const entry = {
    off(): void {
      declared?.delete(entry)
      replace(list => list.filter(each => each !== subscription))
    },
  }
  declared?.add(entry)
  return () => entry.off()
}

/** A new function, so that one listener may subscribe twice and unsubscribe once. */
function copyOf(listener: ChangeListener): ChangeListener {
  return change => listener(change)
}

/** Check it before making a change, which is expensive. */
export function isObserved(written: Written): boolean {
  const { listeners } = written.model
  return (
    followers.length > 0 || listeningToAll.length > 0 || listeners.length > 0 || isRecorded(written)
  )
}

/** Called for each update. Notes those that are made before anything follows changes. */
export function noteUpdate({ model }: Written): void {
  if (followers.length === 0) model.hasUnseenUpdate = true
}

/** Whether entities of the class were updated before anything followed changes. */
export function hasUnseenUpdate(entity: EntityClass): boolean {
  return requireModel(entity).hasUnseenUpdate
}

/** Whether a change of many must be published row by row: reading the rows costs far more than the write. */
export function needsRows(written: Written & { readonly entity: EntityClass }): boolean {
  const { entity, model } = written
  return (
    model.listeners.length > 0 ||
    isRecorded(written) ||
    listeningToAll.length > 0 ||
    followers.some(follower => follower.needsRows(entity))
  )
}

export function notifyListeners({ listeners }: Model, change: Change): void {
  const others = listeningToAll
  const ours = followers
  for (const listener of listeners) notifyOne(listener, change)
  for (const listener of others) notifyOne(listener, change)
  for (const { listener } of ours) notifyOne(listener, change)
}

function notifyOne(listener: ChangeListener, change: Change): void {
  void notifyOf(change, unscoped(listener), failed)
}

function failed(error: unknown, change: Change): void {
  reportError(error, `a listener for changes of ${change.entity.name}`, "entity")
}
