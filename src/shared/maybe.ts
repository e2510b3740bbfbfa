// Works on values that may be promises, so that one repository serves synchronous and asynchronous drivers.
import type { MaybePromise } from "./types.ts"

/** A query is a promise that begins when it is awaited: begins it now, in the present async context. Anything else stays as it is. */
export function started<T>(value: T): Started<T> {
  const isLazy =
    typeof value === "object" && value !== null && !(value instanceof Promise) && "then" in value
  // A conditional type is not followed through the condition.
  return (isLazy ? Promise.resolve(value) : value) as Started<T>
}

/** The type returned by `started`: a promise for a promise or a query, otherwise the value. */
export type Started<T> = T extends PromiseLike<infer R> ? Promise<R> : T

/** Calls `next` with the value, at once when it is there already. */
export function after<T, R>(
  value: MaybePromise<T>,
  next: (value: T) => MaybePromise<R>,
): MaybePromise<R> {
  return value instanceof Promise ? value.then(next) : next(value)
}

/** Calls `work`; `explain` turns what it throws, or rejects with, into the value or error that the caller gets. */
export function attempt<T>(
  work: () => MaybePromise<T>,
  explain: (error: unknown) => MaybePromise<T>,
): MaybePromise<T> {
  try {
    const result = work()
    return result instanceof Promise ? result.catch(explain) : result
  } catch (error) {
    return explain(error)
  }
}

/** Calls `work` for each item in order, one after the other, and gives the results. */
export function inOrder<T, R>(
  items: readonly T[],
  work: (item: T) => MaybePromise<R>,
): MaybePromise<R[]> {
  const results: R[] = []
  // One iterator for all: behind a promise the loop goes on where it stopped.
  const rest = items.values()
  const go = (): MaybePromise<R[]> => {
    for (const item of rest) {
      const result = work(item)
      if (result instanceof Promise) {
        return result.then(value => {
          results.push(value)
          return go()
        })
      }
      results.push(result)
    }
    return results
  }
  return go()
}
