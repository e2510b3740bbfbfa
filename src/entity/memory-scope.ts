// Who may touch a memory store now: one transaction at a time, everybody else waits for it in turn.
import { AsyncLocalStorage } from "node:async_hooks"
import type { MaybePromise } from "../shared/types.ts"

/** The store itself, a transaction, or a savepoint: each lets one child run at a time. */
class Scope {
  readonly parent: Scope | undefined
  readonly undo: (() => void)[] = []
  open = true
  #tail: Promise<void> | undefined

  constructor(parent: Scope | undefined) {
    this.parent = parent
  }

  get idle(): boolean {
    return this.#tail === undefined
  }

  /** Runs after everything that asked before. */
  enqueue<T>(task: () => MaybePromise<T>): Promise<T> {
    const result = (this.#tail ?? Promise.resolve()).then(task)
    const tail = result.then(ignore, ignore).then(() => {
      if (this.#tail === tail) this.#tail = undefined
    })
    this.#tail = tail
    return result
  }
}

function ignore(): void {}

export class Scopes {
  readonly #root = new Scope(undefined)
  readonly #context = new AsyncLocalStorage<Scope>()

  /** Runs now when nobody else is at work, else in turn. */
  run<T>(operation: () => T): MaybePromise<T> {
    if (this.#root.idle) return operation()
    const scope = this.#current()
    return scope.idle ? operation() : scope.enqueue(operation)
  }

  /** Whether no transaction is open and nothing waits. */
  get idle(): boolean {
    return this.#root.idle
  }

  /** Kept until the transaction of this context ends; nothing to keep outside of one. */
  keepUndo(undo: () => void): void {
    if (!this.#root.idle) {
      const scope = this.#current()
      if (scope.parent) scope.undo.push(undo)
    }
  }

  transaction<T>(fn: () => Promise<T>): Promise<T> {
    const parent = this.#current()
    return parent.enqueue(async () => {
      const scope = new Scope(parent)
      try {
        const result = await this.#context.run(scope, fn)
        if (parent.parent) parent.undo.push(...scope.undo)
        return result
      } catch (error) {
        for (const undo of scope.undo.reverse()) undo()
        throw error
      } finally {
        scope.open = false
      }
    })
  }

  /** What is left running of a transaction that ended belongs to what encloses it. */
  #current(): Scope {
    let scope = this.#context.getStore() ?? this.#root
    while (!scope.open && scope.parent) scope = scope.parent
    return scope
  }
}
