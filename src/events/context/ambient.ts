// Reads the emission around the running code, and makes ambient ones that carry values to the emissions inside.
import type { EventContext, Events } from "../types/types.ts"
import { Emission } from "./emission.ts"
import { ambient, extraOf, setIds } from "./nesting.ts"
import { surrounding, trackContext } from "./tracking.ts"

export interface AmbientValues {
  readonly override?: Events
  readonly correlationId?: string
  readonly causationId?: string
}

/** No real emission: it only carries values to those made in it. Its parent is the real emission around it, if any. */
export function ambientEmission(values: AmbientValues): Emission {
  trackContext()
  const outer = surrounding()
  const isNested = outer?.place === ambient
  const inner = new Emission(ambient, undefined, undefined)
  inner.parent = isNested ? outer.parent : outer
  const override = values.override ?? outer?.extra?.override
  if (override) extraOf(inner).override = override
  setIds(
    inner,
    values.correlationId ?? (isNested ? outer.extra?.correlationId : undefined),
    values.causationId ?? (isNested ? outer.extra?.causationId : undefined),
  )
  return inner
}

/** The emission whose handler is running, also after an await in it; undefined elsewhere. */
export function currentContext(): EventContext | undefined {
  trackContext()
  const emission = surrounding()
  return emission?.place === ambient ? emission.parent : emission
}

/** The ids that an emission made here takes from the emission around it. */
export function idsHere(): { readonly correlationId?: string; readonly causationId?: string } {
  const outer = surrounding()
  return outer === undefined || outer.place === ambient
    ? {}
    : { correlationId: outer.correlationId, causationId: outer.id }
}
