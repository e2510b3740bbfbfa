// Entities by a statement in the store's own language: the text is the program's, values travel beside it.

import { NitroError } from "../../shared/errors.ts"
import { bindingOf } from "../binding/binding.ts"
import { hydrate } from "../binding/hydrate.ts"
import { withoutScopes } from "../binding/query-scopes.ts"
import { writeTo } from "../binding/unit-of-work.ts"
import { queryError } from "../contract/errors.ts"
import { scopeOf } from "../relations/scope-conditions.ts"
import type { EntityClass } from "../types/types.ts"

/** The tag that runs its statement without the scopes of the context. */
export function unscopedTag(
  entity: EntityClass,
  { unscoped, ...others }: { readonly unscoped?: unknown },
): (text: unknown, ...values: readonly unknown[]) => Promise<unknown[]> {
  if (unscoped !== true || Object.keys(others).length > 0)
    throw queryError(
      `${entity.name}.sql was called with options that it does not have.`,
      `The one that it has is ${entity.name}.sql({ unscoped: true })\`…\`.`,
    )
  return (text, ...values) => withoutScopes(() => rawEntities(entity, text, values))
}

export async function rawEntities(
  entity: EntityClass,
  text: unknown,
  values: readonly unknown[],
): Promise<unknown[]> {
  if (!isTemplate(text)) {
    throw queryError(
      `${entity.name}.sql is a template tag, and was called with a text that could hold anything.`,
      `Write ${entity.name}.sql\`select * from ${entity.definition.table} where ...\`, with values as \${...}.`,
    )
  }
  values.forEach((value, at) => {
    if (!isValue(value))
      throw queryError(
        `The value ${at + 1} of ${entity.name}.sql is none that a database has: ${describe(value)}.`,
      )
  })
  if (scopeOf(entity, "read") !== undefined) {
    throw new NitroError(
      "NITRO_SCOPE",
      `A statement of ${entity.name}.sql would read past the scopes of this context.`,
      {
        fix: `Where that is meant, write ${entity.name}.sql({ unscoped: true })\`…\`.`,
      },
    )
  }
  const { store, repository } = bindingOf(entity)
  const raw = repository.raw?.bind(repository)
  if (raw === undefined) {
    throw new NitroError(
      "NITRO_CAPABILITY",
      `${entity.name}.sql needs a SQL store, which ${store.name} is not.`,
      {
        fix: "Use conditions: where(...).",
      },
    )
  }
  const binding = bindingOf(entity)
  // A statement may write, whatever it begins with.
  const rows = await writeTo(store, () => raw(text, values))
  return rows.map(row => hydrate(binding, row))
}

/** Made by the compiler of a template, and not by putting texts together. */
function isTemplate(text: unknown): text is TemplateStringsArray {
  return Array.isArray(text) && Object.isFrozen(text) && "raw" in text && Array.isArray(text.raw)
}

function isValue(value: unknown, inList = false): boolean {
  if (value === null || value instanceof Date || value instanceof Uint8Array) return true
  if (Array.isArray(value)) return !inList && value.every(one => isValue(one, true))
  return ["string", "number", "bigint", "boolean"].includes(typeof value)
}

function describe(value: unknown): string {
  if (Array.isArray(value)) return "a list with something else in it"
  return value === undefined ? "undefined" : `a value of the type ${typeof value}`
}
