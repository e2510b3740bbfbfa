// A stream owner: a server or the like, which ends. When it ends, its streams end too.
import { AsyncVariable } from "../shared/async-variable.ts"

const owners = new AsyncVariable<StreamOwner>()

export class StreamOwner {
  readonly #ends = new Set<() => void>()
  #hasEnded = false

  /** Runs `fn`; streams that it opens are this owner's. */
  run<T>(fn: () => T): T {
    return owners.run(this, fn)
  }

  /** Ends the streams, and at once those that are opened later. */
  end(): void {
    this.#hasEnded = true
    for (const end of [...this.#ends]) end()
  }

  join(end: () => void): () => void {
    if (this.#hasEnded) queueMicrotask(end)
    this.#ends.add(end)
    return () => this.#ends.delete(end)
  }
}

/** Calls `end` when the owner of the present request ends. Returns what leaves it. */
export function joinOwner(end: () => void): () => void {
  return owners.get()?.join(end) ?? (() => undefined)
}
