// Callbacks of committed units of work: called in order, and in the background of the caller, which has its commit already.
import { notify } from "../../shared/callback.ts"
import { beforeDeadline, defaultDeadlineMs } from "../../shared/deadline.ts"
import { reportError } from "../../shared/report.ts"
import type { MaybePromise } from "../../shared/types.ts"
import { withoutScopes } from "./query-scopes.ts"

type Callback = () => unknown

const running = new Set<Promise<void>>()

const failed = (error: unknown): void =>
  reportError(error, "a callback after the commit of a unit of work", "entity")

export function runCallback(callback: Callback): MaybePromise<void> {
  // Work after a commit runs as the system, not as the user who caused it.
  return notify(() => withoutScopes(callback), failed)
}

/**
 * Calls each when the one before has settled, or has taken `patienceMs`. Resolves when all have, but after one turn of the
 * event loop at the latest: a slow callback must not hold back the caller of the unit.
 */
export function runCallbacks(
  callbacks: readonly Callback[],
  patienceMs: number = defaultDeadlineMs,
): MaybePromise<void> {
  for (const [index, callback] of callbacks.entries()) {
    const called = runCallback(callback)
    if (!(called instanceof Promise)) continue
    const all = inTime(called, patienceMs)
      .then(() => runInTurn(callbacks.slice(index + 1), patienceMs))
      .then(() => void running.delete(all))
    running.add(all)
    return Promise.race([all, new Promise<void>(resolve => setImmediate(resolve))])
  }
}

async function runInTurn(callbacks: readonly Callback[], patienceMs: number): Promise<void> {
  for (const callback of callbacks) {
    const called = runCallback(callback)
    if (called instanceof Promise) await inTime(called, patienceMs)
  }
}

/** One that never settles must not keep those after it from running. */
function inTime(called: Promise<void>, patienceMs: number): Promise<void> {
  return beforeDeadline(called, patienceMs, "A callback after the commit of a unit of work").catch(
    failed,
  )
}

/**
 * Resolves when all callbacks have settled that committed units of work have set off: those of `afterCommit`, and the
 * handlers of events that wait for the commit. For tests, and before a process ends.
 */
export async function callbacksSettled(): Promise<void> {
  while (running.size > 0) await Promise.all(running)
}
