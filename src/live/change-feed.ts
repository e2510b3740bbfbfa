// The order of changes in this process: a number for each, and per entity class the number of its last one.
import { randomBytes } from "node:crypto"
import type { Change, EntityClass } from "../entity/index.ts"
import { followAllChanges } from "../entity/internal.ts"
import { ClassWatches } from "./matching/watches.ts"

export interface NumberedChange {
  readonly seq: number
  readonly change: Change
}

/** Receives the changes that concern one of its watches, each once. */
export interface ChangeReader {
  receive(change: NumberedChange): void
}

/** Numbers of one process mean nothing to the next one: a cursor names the process it counts for. */
export const epoch: string = randomBytes(6).toString("base64url")
const lastByEntity = new WeakMap<EntityClass, number>()
const watches = new WeakMap<EntityClass, ClassWatches<ChangeReader>>()
let last = 0
let started = false

/** Starts counting; without it no page could detect whether it missed something. Called once an app is made. */
export function startChangeFeed(): void {
  if (started) return
  started = true
  followAllChanges(change => {
    last += 1
    lastByEntity.set(change.entity, last)
    for (const reader of watchesOf(change.entity).concerned(change))
      reader.receive({ seq: last, change })
  })
}

/** The number of the last change; 0 before the first. */
export function lastSeq(): number {
  return last
}

/** The number of the last change of `entity`; 0 before its first. */
export function lastSeqOf(entity: EntityClass): number {
  return lastByEntity.get(entity) ?? 0
}

/** The watches of a class: what they concern is matched before anything is scheduled. */
export function watchesOf(entity: EntityClass): ClassWatches<ChangeReader> {
  let ofClass = watches.get(entity)
  if (ofClass === undefined) {
    ofClass = new ClassWatches()
    watches.set(entity, ofClass)
  }
  return ofClass
}
