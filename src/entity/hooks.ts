// Methods of an entity class that run around its writes.
import type { EntityRecord } from "./record.ts"
import type { EntityHooks } from "./types.ts"

/** Runs the hook when the class has it, and tells whether it has. */
export function runHook(record: EntityRecord, name: keyof EntityHooks): boolean | Promise<boolean> {
  const hook = (record as EntityRecord & EntityHooks)[name]
  if (hook === undefined) return false
  const result = hook.call(record as EntityRecord & EntityHooks)
  return result instanceof Promise ? result.then(() => true) : true
}
