// The order of changes in this process: a number for each, and per entity class the number of its last one.
import { randomBytes } from "node:crypto"
import type { Change, EntityClass } from "../entity/index.ts"
import { followAllChanges } from "../entity/internal.ts"

export interface NumberedChange {
  readonly seq: number
  readonly change: Change
}

type Listener = (change: NumberedChange) => unknown

/** Numbers of one process mean nothing to the next one: a cursor names the process it counts for. */
export const epoch: string = randomBytes(6).toString("base64url")
const lastByEntity = new WeakMap<EntityClass, number>()
const listeners = new Map<EntityClass, Set<Listener>>()
let last = 0
let started = false

/** Starts counting; without it no page could tell whether it missed something. Called once an app is made. */
export function startChangeFeed(): void {
  if (started) return
  started = true
  followAllChanges(change => {
    last += 1
    lastByEntity.set(change.entity, last)
    const interested = listeners.get(change.entity)
    if (!interested) return
    for (const listener of [...interested]) listener({ seq: last, change })
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

/** Calls `listener` with every change of `entity`; returns what ends it. */
export function followChanges(entity: EntityClass, listener: Listener): () => void {
  const set = listeners.get(entity) ?? new Set()
  listeners.set(entity, set)
  set.add(listener)
  return () => {
    set.delete(listener)
    if (set.size === 0 && listeners.get(entity) === set) listeners.delete(entity)
  }
}

const rowOperations: ReadonlySet<string> = new Set(["create", "update", "delete"])

/** A change of many rows at once, which names none of them: only the store knows what it left. */
export function isCoarse({ op }: Change): boolean {
  return !rowOperations.has(op)
}
