// The body of an entity class: it leaves the fields alone, and it may have hooks.

import { isThenable } from "../../shared/callback.ts"
import type { NitroError } from "../../shared/errors.ts"
import { definitionError } from "../contract/errors.ts"
import type { EntityHooks } from "../types/hooks.ts"
import type { EntityClass } from "../types/types.ts"
import type { Binding, ClassState } from "./bound-class.ts"
import { hookNames, warnOfMisspeltHooks } from "./hook-names.ts"
import { type Model, ownsModel } from "./model.ts"
import type { EntityRecord } from "./record.ts"

/** Looks once per class whether its body declares a field again, which would hide the stored value, and which hooks it has. */
export function verifyInstance({ state }: Binding, record: EntityRecord): void {
  if (state.verified !== "no") return
  lookAt(state, record)
  state.verified = "new"
}

/** Runs the hook where the class has it. Undefined: it is done. */
export function runHook(
  { state }: Binding,
  record: EntityRecord,
  name: keyof EntityHooks,
): Promise<void> | undefined {
  if (!state.hooks.has(name)) return undefined
  const hooked: EntityRecord & EntityHooks = record
  const result: unknown = hooked[name]?.()
  return isThenable(result) ? Promise.resolve(result).then(() => undefined) : undefined
}

export function checkBody(entity: EntityClass, model: Model): void {
  // Ends at the prototype that `Entity(...)` made: there the accessors belong.
  for (
    let holder: { prototype: object } = entity;
    !ownsModel(holder);
    holder = Object.getPrototypeOf(holder)
  ) {
    for (const name of model.names)
      if (Object.hasOwn(holder.prototype, name)) throw redeclared(entity, name)
    warnOfMisspeltHooks(entity.name, holder.prototype)
  }
}

export function lookAt(state: ClassState, record: EntityRecord): void {
  for (const name of state.model.names)
    if (Object.hasOwn(record, name)) throw redeclared(state.entity, name)
  state.hooks = new Set(hookNames.filter(name => name in record))
}

export function redeclared(entity: EntityClass, field: string): NitroError {
  return definitionError(
    `The class body of ${entity.name} declares or sets "${field}" itself, which would hide the stored value.`,
    `Remove it from the class body, or give the field a default: z....default(...). A type alone is \`declare ${field}: ...\`.`,
  )
}
