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
  const own = withoutScopes(() =>
    set.scopes.map(scope => conditionOf(entity, scope(entity, operation))).reduce(both, undefined),
  )
  const isRead = operation === "read" || operation === "create"
  const found = isRead ? own : both(scopeOf(entity, "read"), own)
  ofClass.set(operation, found)
  return found
}

function conditionOf(entity: EntityClass, given: unknown): Predicate | undefined {
  if (given === true || given === undefined) return undefined
  if (given === false) return whereIds(entity.definition, [])
  if (abandon(given, `A scope of ${entity.name}`))
    throw definitionError(
      `A scope of ${entity.name} is async, but a condition is needed at once.`,
      "Find out before what it depends on.",
    )
  return toCondition(entity.definition, given, false, relationLookup(entity))
}

provideScopeCondition((entity, operation) => {
  const asked = scopeOf(entity, operation)
  return asked === undefined
    ? undefined
    : withoutScopes(() => resolvedCondition(bindingOf(entity), asked))
})
