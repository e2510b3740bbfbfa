// The failures of an emission: of its handlers as one error, and of itself as a rejection.
import { NitroError } from "../../shared/errors.ts"
import { Emission } from "../context/emission.ts"
import { report } from "../context/report.ts"
import type { Slot } from "../patterns/slot.ts"
import { label } from "../types/event-type.ts"
import type { Results } from "../types/types.ts"

export function failuresIn(results: Results): unknown[] {
  return results.flatMap(result => ("error" in result ? [result.error] : []))
}

export function throwFailures(results: Results, slot: Slot): void {
  const errors = failuresIn(results)
  if (errors.length > 0) throw failuresOf(slot, errors, results.length)
}

export function failuresOf(slot: Slot, errors: unknown[], handlers: number): AggregateError {
  return new AggregateError(
    errors,
    `${errors.length} of ${handlers} handlers of "${label(slot.name, slot.namespace)}" failed.`,
  )
}

/** Reports a loop here, because its callers seldom await: the rejection must not end the process. */
export function refuse(error: unknown, slot: Slot): Promise<never> {
  const refused = Promise.reject(error)
  if (error instanceof NitroError && error.code === "NITRO_EVENT_LOOP") {
    refused.catch(() => {})
    report(
      error,
      "emit",
      new Emission(slot, undefined, undefined),
      slot.onError === "throw" ? "report" : slot.onError,
    )
  }
  return refused
}
