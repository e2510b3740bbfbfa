// Events that wait: emitted inside of a unit of work, their handlers run after its commit, and not at all without one.
import { AsyncLocalStorage } from "node:async_hooks"
import { NitroError } from "../../shared/errors.ts"
import { openUnit } from "../../shared/open-unit.ts"
import { idsHere } from "../context/ambient.ts"
import { trackContext } from "../context/tracking.ts"
import "../types/errors.ts"
import type { Slot } from "../patterns/slot.ts"
import { label } from "../types/event-type.ts"
import type { EmitOptions } from "../types/types.ts"

/**
 * Calls `emit` after the commit of the unit of work of this context, in this context; false when there is no unit. The
 * handlers see the ids, the registry, the request and the stores of the place that emits.
 */
export function deferToCommit(
  slot: Slot,
  options: EmitOptions,
  emit: (options: EmitOptions) => Promise<unknown>,
): boolean {
  const unit = openUnit()
  if (unit === undefined) return false
  if (options.stopWhen !== undefined) throw cannotWait(slot, "emitted with `stopWhen`")
  if (options.onError === "throw") throw cannotWait(slot, 'emitted with `onError: "throw"`')
  trackContext()
  const { onError = slot.onError } = options
  // The emitter has gone on by then: no caller is left to throw to.
  const later: EmitOptions = {
    ...idsHere(),
    ...options,
    onError: onError === "throw" ? "report" : onError,
  }
  const inThisContext = AsyncLocalStorage.snapshot()
  unit.afterCommit(() => inThisContext(emit, later))
  return true
}

export function cannotWait({ name, namespace }: Slot, how: string): NitroError {
  const event = label(name, namespace)
  return new NitroError(
    "NITRO_EVENT_AFTER_COMMIT",
    `"${event}" waits for the commit of the unit of work around it, and cannot be ${how} inside: its handlers have not run yet.`,
  )
}
