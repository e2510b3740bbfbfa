// The names of lifecycle hooks, and a warning for a method that was probably meant to be one.
import { nearest } from "../../shared/suggest.ts"
import { warnOnce } from "../../shared/warn.ts"
import type { EntityHooks } from "../types/hooks.ts"

export const hookNames: readonly (keyof EntityHooks)[] = [
  "beforeSave",
  "beforeCreate",
  "beforeUpdate",
  "beforeDelete",
  "afterSave",
  "afterCreate",
  "afterUpdate",
  "afterDelete",
  "afterLoad",
]

const names = new Set<string>(hookNames)

/** A misspelt hook is never called, and nothing else would say so. */
export function warnOfMisspeltHooks(className: string, prototype: object): void {
  if (process.env["NODE_ENV"] === "production") return
  for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(prototype))) {
    if (typeof value !== "function" || names.has(name) || !/^(?:before|after|on)/i.test(name))
      continue
    const hook = nearest(name, hookNames)
    if (hook === undefined) continue
    warnOnce(
      "NITRO_DEFINITION",
      `${className}.${name}() is not a hook, so a save or delete does not call it.`,
      `Write ${hook}() if you meant that hook, or rename the method.`,
    )
  }
}
