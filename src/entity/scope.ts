// Whose rows are meant, for stores that keep a part of their own for each session: said from outside for all that runs inside.
import { AsyncLocalStorage } from "node:async_hooks"
import { NitroError } from "../shared/errors.ts"
import { type Started, started } from "../shared/maybe.ts"
import type { Store } from "./repository.ts"

const scopes = new AsyncLocalStorage<string>()

/**
 * Runs `fn` in a scope: stores as `memory({ scope: "session" })` show it the rows of this scope alone. Adapters do it for
 * each request; jobs and tests do it themselves. Inside of another call the inner one wins. A query that `fn` returns is
 * read inside.
 */
export function withScope<T>(scope: string, fn: () => T): Started<T> {
  if (typeof scope !== "string" || scope === "") throw scopeError("A scope has to be text that is not empty.")
  return scopes.run(scope, () => started(fn()))
}

/** The scope of this async context. */
export function currentScope(): string | undefined {
  return scopes.getStore()
}

export function scopeError(message: string): NitroError {
  return new NitroError("NITRO_SCOPE", message)
}

/** A store with a part for each scope. */
export interface ScopedStore extends Store {
  scoped(): Store
  /** The part of a scope, if it has one. */
  partOf(scope: string): Store | undefined
}

const scopedStores = new Set<WeakRef<ScopedStore>>()

export function registerScopedStore(store: ScopedStore): void {
  scopedStores.add(new WeakRef(store))
}

/** Whether any store wants to know the scope: who answers requests need not find it out for nothing. */
export function hasScopedStores(): boolean {
  for (const ref of scopedStores) {
    if (ref.deref() !== undefined) return true
    scopedStores.delete(ref)
  }
  return false
}

/** The parts of the present scope. */
export function partsHere(): Store[] {
  const scope = currentScope()
  if (scope === undefined) return []
  return [...scopedStores].flatMap(ref => ref.deref()?.partOf(scope) ?? [])
}
