// The conditions that the scopes of a context give for a class.

import { abandon } from "../../shared/callback.ts"
import { bindingOf } from "../binding/binding.ts"
import {
  currentScopes,
  provideScopeCondition,
  type ScopeOperation,
  withoutScopes,
} from "../binding/query-scopes.ts"
import { both } from "../binding/scoped-rows.ts"
import { toCondition } from "../conditions/columns.ts"
import { definitionError } from "../contract/errors.ts"
import { whereIds } from "../contract/key.ts"
import type { Predicate } from "../contract/predicate.ts"
import type { EntityClass } from "../types/types.ts"
import { relationLookup } from "./lookup.ts"
import { resolvedCondition } from "./resolve.ts"

/** The scope of this context for a class, as declared: related rows are not looked up. Undefined: all rows. */
export function scopeOf(entity: EntityClass, operation: ScopeOperation): Predicate | undefined {
  const set = currentScopes()
  if (set === undefined) return undefined
  let ofClass = set.conditions.get(entity)
  if (ofClass === undefined) {
    ofClass = new Map()
    set.conditions.set(entity, ofClass)
  }
  if (ofClass.has(operation)) return ofClass.get(operation)
  // A scope may read entities to decide: it sees all of them.
  const condition = withoutScopes(() =>
    set.scopes.map(scope => conditionOf(entity, scope(entity, operation))).reduce(both, undefined),
  )
  const isRead = operation === "read" || operation === "create"
  const combined = isRead ? condition : both(scopeOf(entity, "read"), condition)
  ofClass.set(operation, combined)
  return combined
}

function conditionOf(entity: EntityClass, input: unknown): Predicate | undefined {
  if (input === true || input === undefined) return undefined
  if (input === false) return whereIds(entity.definition, [])
  if (abandon(input, `A scope of ${entity.name}`))
    throw definitionError(
      `A scope of ${entity.name} is async, but a condition is needed at once.`,
      "Find out before what it depends on.",
    )
  return toCondition(entity.definition, input, false, relationLookup(entity))
}

provideScopeCondition((entity, operation) => {
  const scope = scopeOf(entity, operation)
  return scope === undefined
    ? undefined
    : withoutScopes(() => resolvedCondition(bindingOf(entity), scope))
})
