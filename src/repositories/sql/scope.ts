// A transaction or savepoint that is open on a connection, and the calls that wait for it to end.
import { NitroError } from "../../shared/errors.ts"

/** Called when its turn comes, or with the error that ends the wait. */
interface Waiter {
  readonly run: (error?: NitroError) => void
  readonly timer: NodeJS.Timeout
}

/**
 * Scopes form a chain: the connection itself, its transaction, the savepoint in that. Only the innermost may run
 * statements; calls that belong to an outer one wait until it is the innermost again.
 */
export class Scope {
  readonly parent: Scope | undefined
  readonly depth: number
  /** The scope inside of this one; while it lives, calls of this scope wait. */
  child: Scope | undefined
  ended = false
  /** Why no further statement may run: the database ended the transaction by itself. */
  broken: unknown
  /** Undo what memory remembers of a schema change when the change is rolled back. */
  undo: (() => void)[] = []
  #waiting: Waiter[] = []

  constructor(parent: Scope | undefined) {
    this.parent = parent
    this.depth = parent === undefined ? 0 : parent.depth + 1
  }

  /** Opens a scope inside of this one, which must be the innermost. */
  enter(): Scope {
    this.child = new Scope(this)
    return this.child
  }

  /** The innermost scope around this one, or this one, that has not ended. */
  get live(): Scope {
    let scope: Scope = this
    while (scope.ended) scope = scope.parent as Scope
    return scope
  }

  /** Ends this scope and lets the calls run that wait in its parent. */
  leave(): void {
    const parent = this.parent as Scope
    // A savepoint that outlives its transaction must not run another statement: it would land in somebody else's.
    for (let scope: Scope | undefined = this; scope !== undefined; scope = scope.child) scope.ended = true
    if (parent.child === this) parent.child = undefined
    // Calls that came late, from work that nobody awaits, go on outside.
    const { live } = parent
    live.#waiting.push(...this.#waiting)
    this.#waiting = []
    live.#drain()
  }

  /** Runs `work` when this scope is the innermost again; `work` is called with an error when that takes too long. */
  wait(work: (error?: NitroError) => void, timeoutMs: number): void {
    const timer = setTimeout(() => {
      this.#waiting = this.#waiting.filter(waiter => waiter.timer !== timer)
      work(waitedTooLong(timeoutMs))
    }, timeoutMs)
    this.#waiting.push({ run: work, timer })
  }

  /** Resolves when nothing is open inside of this scope and nothing waits in it. */
  async settled(timeoutMs: number): Promise<void> {
    while (this.child !== undefined) {
      await new Promise<void>((resolve, reject) => this.wait(error => (error ? reject(error) : resolve()), timeoutMs))
    }
  }

  #drain(): void {
    while (this.child === undefined) {
      const waiter = this.#waiting.shift()
      if (waiter === undefined) return
      clearTimeout(waiter.timer)
      waiter.run()
    }
  }
}

function waitedTooLong(timeoutMs: number): NitroError {
  return new NitroError("NITRO_STORE_BUSY", `A call waited ${timeoutMs} ms for a transaction to end.`, {
    fix:
      "Keep transactions short. One never ends if it awaits a call of the same store that runs outside of its own async " +
      "context, as a handler registered earlier does.",
  })
}
