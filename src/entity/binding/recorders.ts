// Recorders of changes: they write inside of the transaction that makes a change, so that both are stored or neither is.
import { AsyncVariable } from "../../shared/async-variable.ts"
import { beforeDeadline, defaultDeadlineMs } from "../../shared/deadline.ts"
import type { Store } from "../contract/repository.ts"
import type { Change, EntityClass } from "../types/types.ts"
import { type Model, modelOf } from "./model.ts"
import type { Unit } from "./unit.ts"

/** Called with the changes of a unit of work and of those nested in it, in their order. It may be async; an error in it rolls the unit back. */
export type ChangeRecorder = (changes: readonly Change[]) => unknown

interface Recorder {
  /** Models and stores; undefined: all. */
  readonly targets: ReadonlySet<object> | undefined
  readonly record: ChangeRecorder
}

/** The class and the store of a change. */
export interface Written {
  readonly model: Model
  readonly store: Store
}

// Replaced and never changed, like the lists of listeners.
let recorders: readonly Recorder[] = []
const recording = new AsyncVariable<true>()

/**
 * Calls `record` before each commit that changes entities of these classes or stores, inside of the transaction: for an audit log, an
 * outbox, a queue. Every write of theirs is a unit of work then, with or without a `unitOfWork` around it. Changes that a recorder makes
 * are not recorded. Returns a function that ends it.
 *
 * ```ts
 * recordChanges([Order], changes => Entry.createMany(changes.map(({ op, id }) => ({ op, order: id }))))
 * ```
 */
export function recordChanges(
  of: "all" | readonly (EntityClass | Store)[],
  record: ChangeRecorder,
): () => void {
  const targets = of === "all" ? undefined : new Set(of.map(target => modelOf(target) ?? target))
  const recorder = { targets, record }
  recorders = [...recorders, recorder]
  return () => {
    recorders = recorders.filter(other => other !== recorder)
  }
}

function isFor({ targets }: Recorder, { model, store }: Written): boolean {
  return targets === undefined || targets.has(model) || targets.has(store)
}

export function isRecorded(written: Written): boolean {
  return recorders.length > 0 && recorders.some(recorder => isFor(recorder, written))
}

/** A change and the unit that made it, which may be rolled back inside of another. */
interface Entry {
  readonly unit: Unit
  readonly change: Change
}

/** By outermost unit: those nested in it are stored with it, and in the order of all writes. */
const pending = new WeakMap<Unit, Map<Recorder, Entry[]>>()

/** Hands the change to its recorders before the outermost unit commits. */
export function recordLater(unit: Unit, written: Written, change: Change): void {
  if (recorders.length === 0 || recording.get() === true) return
  const { outermost } = unit
  for (const recorder of recorders) {
    if (!isFor(recorder, written)) continue
    const entries = pending.get(outermost)?.get(recorder)
    if (entries === undefined) begin(outermost, recorder, [{ unit, change }])
    else entries.push({ unit, change })
  }
}

function begin(outermost: Unit, recorder: Recorder, entries: Entry[]): void {
  const ofUnit = pending.get(outermost) ?? new Map<Recorder, Entry[]>()
  pending.set(outermost, ofUnit.set(recorder, entries))
  outermost.beforeCommit(() => {
    // Later changes are recorded by a further call.
    ofUnit.delete(recorder)
    const changes = entries.filter(({ unit }) => !unit.isTakenBack).map(({ change }) => change)
    if (changes.length === 0) return
    const recorded = recording.run(true, async () => recorder.record(changes))
    return beforeDeadline(recorded, defaultDeadlineMs, "A recorder of changes")
  })
}
