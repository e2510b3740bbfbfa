// The entries of an emission: the payload is checked, and the emission runs, waits for a commit or finds no handler.
import { Emission } from "../context/emission.ts"
import { isObserved } from "../context/report.ts"
import { enter, isTracking, leave, surrounding } from "../context/tracking.ts"
import type { Resolved } from "../patterns/resolved.ts"
import type { Slot } from "../patterns/slot.ts"
import type { EmitOptions, EmitSyncOptions, Results } from "../types/types.ts"
import { deferToCommit } from "./deferral.ts"
import { refuse } from "./failures.ts"
import { runPlain } from "./fast-path.ts"
import { Gathering } from "./gathering.ts"
import { emitSyncWith, emitWith } from "./general-path.ts"
import { check, checkSync, isPromise } from "./payload.ts"

const none: Results = Object.freeze([])

export function emitSync(
  slot: Slot,
  payload: unknown,
  options: EmitSyncOptions | undefined,
): Results {
  const resolved = slot.resolve()
  const { plain } = resolved
  if (plain === undefined || options !== undefined || isObserved())
    return emitSyncChecked(slot, resolved, payload, options)
  if (plain.length === 0) return none
  const emission = new Emission(slot, payload, surrounding())
  const isTracked = isTracking()
  const outer = enter(emission, isTracked)
  try {
    return runPlain(resolved, plain, payload, emission, undefined)
  } finally {
    emission.finish()
    leave(outer, isTracked)
  }
}

/** Apart from the usual way, which stays small enough for V8 to put it into its callers. */
function emitSyncChecked(
  slot: Slot,
  resolved: Resolved,
  payload: unknown,
  options: EmitSyncOptions | undefined,
): Results {
  const checked = resolved.schema ? checkSync(resolved.schema, payload, slot) : payload
  const settings = { sender: payload, ...options }
  return resolved.afterCommit && defer(slot, checked, settings)
    ? none
    : emitSyncWith(slot, resolved, checked, settings)
}

export function emit(
  slot: Slot,
  payload: unknown,
  options: EmitOptions | undefined,
): Promise<Results> {
  try {
    const resolved = slot.resolve()
    const { plain } = resolved
    if (plain === undefined || options !== undefined || isObserved())
      return emitChecked(slot, resolved, payload, options)
    if (plain.length === 0) return Promise.resolve(none)
    const emission = new Emission(slot, payload, surrounding())
    const gathering = new Gathering(emission, slot.onError)
    const isTracked = isTracking()
    const outer = enter(emission, isTracked)
    try {
      return gathering.finish(runPlain(resolved, plain, payload, emission, gathering))
    } finally {
      leave(outer, isTracked)
    }
  } catch (error) {
    return refuse(error, slot)
  }
}

function emitChecked(
  slot: Slot,
  resolved: Resolved,
  payload: unknown,
  options: EmitOptions | undefined,
): Promise<Results> {
  options?.signal?.throwIfAborted()
  const settings = { sender: payload, ...options }
  const checked = resolved.schema ? check(resolved.schema, payload, slot) : payload
  // Without a schema a promise is a payload like any other.
  if (resolved.schema && isPromise(checked))
    return checked.then(value => emitOrDefer(slot, resolved, value, settings))
  return emitOrDefer(slot, resolved, checked, settings)
}

function emitOrDefer(
  slot: Slot,
  resolved: Resolved,
  payload: unknown,
  options: EmitOptions,
): Promise<Results> {
  return resolved.afterCommit && defer(slot, payload, options)
    ? Promise.resolve(none)
    : emitWith(slot, resolved, payload, options)
}

/** Leaves the emission to the unit of work around it; false without one. */
function defer(slot: Slot, payload: unknown, options: EmitOptions): boolean {
  return deferToCommit(slot, options, later => emitWith(slot, slot.resolve(), payload, later))
}
