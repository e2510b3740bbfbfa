// Scopes: what a context lets through of each class, as conditions that are added to everything that is read and written in it.
import { AsyncVariable } from "../../shared/async-variable.ts"
import { type Started, started } from "../../shared/maybe.ts"
import type { MaybePromise } from "../../shared/types.ts"
import type { EntityDefinition } from "../contract/definition.ts"
import type { Predicate } from "../contract/predicate.ts"
import type { EntityClass, ValuesOf, Where } from "../types/types.ts"

/** The operation on rows: `update` and `delete` are allowed only where reading is too. */
export type ScopeOperation = "read" | "create" | "update" | "delete"

/**
 * The rows of a class that an operation may concern: whatever `where` takes (`{ ownerId: user.id }`, `o => o.ownerId.eq(user.id)`, a
 * condition), true or undefined for all, false for none. Called once per context, class and operation, so it must not depend on
 * anything that changes while the context lasts. Its conditions on related rows are evaluated without scopes.
 */
export type QueryScope = (entity: EntityClass, operation: ScopeOperation) => unknown

/**
 * The scope of one class, and of those that extend it: `scope(Note, { ownerId: user.id })`, `scope(Note, n => n.ownerId.eq(user.id))`.
 * `false` shows none of it. `operations` are those that it is for; default all.
 */
export function scope<T extends object, V>(
  entity: (new (...args: never[]) => T) & { readonly definition: EntityDefinition & ValuesOf<V> },
  where: Where<V, NoInfer<T>> | boolean,
  operations?: readonly ScopeOperation[],
): QueryScope {
  const { definition } = entity
  const names: ReadonlySet<ScopeOperation> | undefined = operations && new Set(operations)
  return (reader, operation) =>
    reader.definition === definition && names?.has(operation) !== false ? where : true
}

/** The scopes of one context, and the conditions that they gave. */
export class ScopeSet {
  readonly scopes: readonly QueryScope[]
  readonly conditions: Map<EntityClass, Map<ScopeOperation, Predicate | undefined>> = new Map()

  constructor(scopes: readonly QueryScope[]) {
    this.scopes = scopes
  }
}

const current = new AsyncVariable<ScopeSet | undefined>()
// Most programs have no scopes, and should not pay for the check.
let areUsed = false

/** The scopes of this context; undefined where everything is let through. */
export function currentScopes(): ScopeSet | undefined {
  return areUsed ? current.get() : undefined
}

/**
 * Runs `fn`; in it, and in all that it starts, queries find and writes touch only what every one of `scopes` lets through, and the
 * scopes around it. Rows that stay hidden are as if they were not stored: `get` gives undefined, `require` is
 * `NITRO_ENTITY_NOT_FOUND`. A write that would lead out of them is `NITRO_SCOPE`. Cascades, references and unique values are still
 * kept over all rows.
 *
 * ```ts
 * const mine = scope(Note, n => n.ownerId.eq(user.id))
 * await withScopes([mine], () => Note.count()) // the user's notes
 * ```
 */
export function withScopes<T>(scopes: readonly QueryScope[], fn: () => T): Started<T> {
  return inScopes(new ScopeSet([...(current.get()?.scopes ?? []), ...scopes]), fn)
}

/** Runs `fn` as the system does: without any scope. */
export function withoutScopes<T>(fn: () => T): Started<T> {
  return areUsed ? current.run(undefined, () => started(fn())) : started(fn())
}

/** `fn` as it runs without scopes: itself while no scopes are in use, since it may be called with each row of many. */
export function unscoped<S>(fn: (subject: S) => unknown): (subject: S) => unknown {
  return areUsed ? subject => withoutScopes(() => fn(subject)) : fn
}

/** Runs `fn` in the scopes of another context, in place of those of this one. */
export function inScopes<T>(scopes: ScopeSet | undefined, fn: () => T): Started<T> {
  if (scopes === undefined) return withoutScopes(fn)
  areUsed = true
  return current.run(scopes, () => started(fn()))
}

/** The condition of the present scopes as a store of the class takes it; undefined: all. */
export type ScopeCondition = (
  entity: EntityClass,
  operation: ScopeOperation,
) => MaybePromise<Predicate | undefined>

let conditionOf: ScopeCondition = () => undefined

/** Called once, by what can look up related rows. */
export function provideScopeCondition(provided: ScopeCondition): void {
  conditionOf = provided
}

export function scopeCondition(
  entity: EntityClass,
  operation: ScopeOperation,
): MaybePromise<Predicate | undefined> {
  return currentScopes() === undefined ? undefined : conditionOf(entity, operation)
}
