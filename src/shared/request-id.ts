// The id of the request that code runs for: in logs, traces and the correlation of events.
import { AsyncVariable } from "./async-variable.ts"

const ids = new AsyncVariable<string>()

/** Undefined outside of requests, and in what runs for several of them. */
export function currentRequestId(): string | undefined {
  return ids.get()
}

/** Runs `fn` as part of a request, which may be over: a job carries the id of the request that left it behind. */
export function withRequestId<T>(id: string, fn: () => T): T {
  return ids.run(id, fn)
}

const failures = new WeakMap<object, string>()

/** Remembers in which request an error was thrown, for those who report it outside of the request. */
export function failedIn(id: string, error: unknown): void {
  if (typeof error === "object" && error !== null) failures.set(error, id)
}

/** The request that an error was thrown in, by `failedIn`. */
export function requestIdOf(error: unknown): string | undefined {
  return typeof error === "object" && error !== null ? failures.get(error) : undefined
}

/** Letters, digits and the punctuation of common ids: what is printed into logs must not be able to forge a line of them. */
const valid = /^[\w.:@=+/-]{1,128}$/

/** Returns `id` where it is one, else that of the request around, else a new one. */
export function requestIdFrom(id: string | null): string {
  if (id !== null && valid.test(id)) return id
  return currentRequestId() ?? crypto.randomUUID()
}
