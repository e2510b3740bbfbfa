// The emission in which code runs: by nesting, and by an async context once that can make a difference.
import { AsyncLocalStorage } from "node:async_hooks"
import type { Emission } from "./emission.ts"

/** Set while handlers run, and over their awaits. Only to be entered while tracking. */
export const emissions: AsyncLocalStorage<Emission> = new AsyncLocalStorage<Emission>()

// Before Node 24, the first use of AsyncLocalStorage makes every promise of the process two to three times slower. So
// emissions are followed over awaits only once the difference can be observed: until then they are linked by nesting alone.
const tracking: { on: boolean; innermost: Emission | undefined; inFlight: number } = {
  on: false,
  innermost: undefined,
  inFlight: 0,
}

/** From now on ids follow over awaits. There is no way back: a chain that is half followed would be wrong. */
export function trackContext(): void {
  tracking.on = true
}

/** A handler that declares its payload and nothing else cannot see the context. */
export function trackFor(handler: { readonly length: number }): void {
  if (handler.length !== 1) tracking.on = true
}

/** The emission, real or ambient, in which this code runs. */
export function surrounding(): Emission | undefined {
  return (tracking.on ? emissions.getStore() : undefined) ?? tracking.innermost
}

export function isTracking(): boolean {
  return tracking.on
}

/** Puts an emission in force for this turn. `leave` with the same `isTracked` and with what this returned. */
export function enter(emission: Emission, isTracked: boolean): Emission | undefined {
  if (isTracked) {
    const outer = emissions.getStore()
    emissions.enterWith(emission)
    return outer
  }
  const outer = tracking.innermost
  tracking.innermost = emission
  return outer
}

export function leave(outer: Emission | undefined, isTracked: boolean): void {
  // Node takes undefined too, which is the state outside of every emission.
  if (isTracked) emissions.enterWith(outer as Emission)
  else tracking.innermost = outer
}

/** A loop through awaits is only detected while tracking, and floods before that: so a flood turns tracking on. */
export function countInFlight(difference: 1 | -1): void {
  tracking.inFlight += difference
  if (tracking.inFlight > 1_000) tracking.on = true
}
