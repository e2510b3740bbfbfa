// The order of changes in this process: a number for each, and per entity class the number of its last one.
import { randomBytes } from "node:crypto"
import { type Change, type EntityClass, observeChanges } from "../entity/index.ts"

export interface NumberedChange {
  readonly seq: number
  readonly change: Change
}

type Listener = (change: NumberedChange) => unknown

// Numbers of one process mean nothing to the next one: a cursor names the process it counts for.
const epoch = randomBytes(6).toString("base64url")
const lastByEntity = new Map<EntityClass, number>()
const listeners = new Map<EntityClass, Set<Listener>>()
let last = 0
let started = false

/** Starts counting; without it no page could tell whether it missed something. Called once an app is made. */
export function startChangeFeed(): void {
  if (started) return
  started = true
  observeChanges(change => {
    last += 1
    lastByEntity.set(change.entity, last)
    const interested = listeners.get(change.entity)
    if (!interested) return
    for (const listener of [...interested]) listener({ seq: last, change })
  })
}

/** `EPOCH:NUMBER` of now: what a page holds so that its stream can tell what it missed. */
export function currentCursor(): string {
  return `${epoch}:${last}`
}

/** True when `entity` changed after `cursor`, or when the cursor is of another process and nothing can be known. */
export function changedSince(cursor: string, entity: EntityClass): boolean {
  const [cursorEpoch, seq] = cursor.split(":")
  if (cursorEpoch !== epoch || !/^\d+$/.test(seq ?? "")) return true
  return (lastByEntity.get(entity) ?? 0) > Number(seq)
}

/** Calls `listener` with every change of `entity`; returns what ends it. */
export function followChanges(entity: EntityClass, listener: Listener): () => void {
  const set = listeners.get(entity) ?? new Set()
  listeners.set(entity, set)
  set.add(listener)
  return () => {
    set.delete(listener)
    if (set.size === 0) listeners.delete(entity)
  }
}
