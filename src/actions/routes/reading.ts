// GET requests change nothing: in development a route that does is an error that names what it changed.

import type { Change, EntityInstance } from "../../entity/index.ts"
import { followAllChanges } from "../../entity/internal.ts"
import { AsyncVariable } from "../../shared/async-variable.ts"
import { NitroError } from "../../shared/errors.ts"
import { reportError } from "../../shared/report.ts"
import "../contract/errors.ts"

interface Reading {
  /** The changes: `Todo (done)`. */
  readonly changes: Set<string>
}

const readings = new AsyncVariable<Reading>()
let open = 0
let unfollow: (() => void) | undefined

/** Runs the route of a GET request. @throws NITRO_GET_CHANGES when it saved or deleted an entity, in development. */
export async function runReading<T>(name: string, run: () => Promise<T>): Promise<T> {
  if (process.env["NODE_ENV"] === "production") return run()
  const reading: Reading = { changes: new Set() }
  // Changes that nothing listens to cost less, so it listens no longer than it has to.
  open += 1
  unfollow ??= followAllChanges(note)
  try {
    const value = await readings.run(reading, run)
    if (reading.changes.size > 0)
      throw changedByGet(name, `saved or deleted ${[...reading.changes].join(", ")}`)
    return value
  } finally {
    open -= 1
    if (open === 0) {
      unfollow?.()
      unfollow = undefined
    }
  }
}

function note({ entity, op, changed }: Change): void {
  readings
    .get()
    ?.changes.add(op === "update" ? `${entity.name} (${changed.join(", ")})` : entity.name)
}

/** Changes of the target that nothing saves: lost without a word if it were not for this. */
export function refuseChanged(name: string, target: EntityInstance): void {
  if (target.isNew || !target.isDirty) return
  const error = changedByGet(
    name,
    `changed ${Object.keys(target.changes).join(", ")}, which is not saved`,
  )
  if (process.env["NODE_ENV"] !== "production") throw error
  reportError(error, name, "actions")
}

function changedByGet(name: string, what: string): NitroError {
  return new NitroError("NITRO_GET_CHANGES", `${name} handles GET requests and ${what}.`)
}
