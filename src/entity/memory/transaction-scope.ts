// Scopes of a resource that one caller has at a time: the resource itself, a transaction, a savepoint in it.
import { NitroError } from "../../shared/errors.ts"
import "../contract/errors.ts"

/** Called when its turn comes, or with the error that ends the wait. */
interface Waiter {
  readonly run: (error?: NitroError) => void
  readonly timer: NodeJS.Timeout
}

/** Scopes that were rolled back and that the context of some work still holds. */
const abandoned = { count: 0 }
const forgotten = new FinalizationRegistry<undefined>(() => {
  abandoned.count--
})

/** Whether a context may hold a scope that was rolled back: only then it matters where no transaction is open. */
export function mayHoldRolledBackScope(): boolean {
  return abandoned.count > 0
}

/**
 * Scopes form a chain: the resource, its transaction, the savepoint in that. Only the innermost may run operations; calls
 * that belong to an outer one wait until it is the innermost again.
 */
export class TransactionScope {
  readonly parent: TransactionScope | undefined
  readonly depth: number
  /** For the errors of those who wait: `unit of work "Todo.toggle"`. */
  readonly holder: string | undefined
  readonly #since: number
  /** The scope inside of this one; while it lives, calls of this scope wait. */
  child: TransactionScope | undefined
  ended = false
  #refuses = false
  /** Why no further operation may run: the database ended the transaction by itself. */
  broken: unknown
  /** Undo what memory holds of the scope's changes, when they are rolled back. */
  undo: (() => void)[] = []
  #waiting: Waiter[] = []

  constructor(parent: TransactionScope | undefined, holder?: string) {
    this.parent = parent
    this.holder = holder
    this.depth = parent === undefined ? 0 : parent.depth + 1
    this.#since = performance.now()
  }

  /** Opens a scope inside of this one, which must be the innermost. */
  enter(holder?: string): TransactionScope {
    this.child = new TransactionScope(this, holder)
    return this.child
  }

  /**
   * The innermost scope around this one, or this one, that has not ended: work that outlives its scope goes on outside. Throws
   * `NITRO_UNIT_ENDED` for what is left of a unit of work that was rolled back.
   */
  get live(): TransactionScope {
    let scope: TransactionScope = this
    while (scope.ended) {
      if (scope.#refuses) throw this.#leftOver()
      scope = scope.parent as TransactionScope
    }
    return scope
  }

  /** Ends this scope and lets the calls run that wait in its parent. With `refuse` what is left of its own work is refused. */
  leave(refuse = false): void {
    const parent = this.parent as TransactionScope
    const late: Waiter[] = []
    // A savepoint that outlives its transaction must not run another operation: it would land in another caller's.
    for (let scope: TransactionScope | undefined = this; scope !== undefined; scope = scope.child) {
      scope.ended = true
      scope.#refuses = refuse
      late.push(...scope.#waiting)
      scope.#waiting = []
    }
    if (parent.child === this) parent.child = undefined
    if (refuse) {
      abandoned.count++
      forgotten.register(this, undefined)
      for (const { run, timer } of late) {
        clearTimeout(timer)
        run(this.#leftOver())
      }
    }
    if (parent.ended) return
    // Calls that came late, from work that was not awaited, go on outside.
    if (!refuse) parent.#waiting.push(...late)
    parent.#drain()
  }

  #leftOver(): NitroError {
    return new NitroError(
      "NITRO_UNIT_ENDED",
      `The ${this.holder ?? "transaction"} was rolled back, and this is left of its work.`,
    )
  }

  /** Runs `work` when this scope is the innermost again; `work` is called with `NITRO_STORE_BUSY` when that takes too long. */
  wait(work: (error?: NitroError) => void, timeoutMs: number): void {
    const timer = setTimeout(() => {
      this.#waiting = this.#waiting.filter(waiter => waiter.timer !== timer)
      work(waitedTooLong(timeoutMs, this.child?.describe()))
    }, timeoutMs)
    this.#waiting.push({ run: work, timer })
  }

  /** `the unit of work "Todo.toggle", which has been open for 1200 ms`. */
  describe(): string {
    return `the ${this.holder ?? "transaction"}, which has been open for ${Math.round(performance.now() - this.#since)} ms`
  }

  /** Resolves when nothing is open inside of this scope and nothing waits in it. */
  async settled(timeoutMs: number): Promise<void> {
    while (this.child !== undefined) {
      await new Promise<void>((resolve, reject) =>
        this.wait(error => (error ? reject(error) : resolve()), timeoutMs),
      )
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

function waitedTooLong(timeoutMs: number, holder = "a transaction"): NitroError {
  return new NitroError("NITRO_STORE_BUSY", `A call waited ${timeoutMs} ms for ${holder}.`, {
    fix:
      "Keep transactions short. One never ends if it awaits a call of the same store that runs outside of its own async " +
      "context, as a handler registered earlier does.",
  })
}
