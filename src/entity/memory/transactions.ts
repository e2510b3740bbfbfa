// Transactions of a memory store: one at a time, while all other calls wait for their turn.
import { AsyncVariable } from "../../shared/async-variable.ts"
import { after } from "../../shared/maybe.ts"
import type { MaybePromise } from "../../shared/types.ts"
import type { OpenTransaction, TransactionOptions } from "../contract/repository.ts"
import { mayHoldRolledBackScope, TransactionScope } from "./transaction-scope.ts"

export class MemoryTransactions {
  readonly #root = new TransactionScope(undefined)
  readonly #context = new AsyncVariable<TransactionScope>()
  readonly #waitTimeoutMs: number

  /** `waitTimeoutMs`: how long a call waits for a transaction to end; then it throws `NITRO_STORE_BUSY`. */
  constructor(waitTimeoutMs: number) {
    this.#waitTimeoutMs = waitTimeoutMs
  }

  /** Runs now where no other caller has the store, else in turn. */
  run<T>(operation: () => T): MaybePromise<T> {
    if (this.#root.child === undefined && !mayHoldRolledBackScope()) return operation()
    const scope = this.#scope()
    if (scope.child === undefined) return operation()
    return new Promise((resolve, reject) => {
      scope.wait(error => {
        if (error !== undefined) return reject(error)
        try {
          resolve(this.#context.run(scope.live, operation))
        } catch (failure) {
          reject(failure)
        }
      }, this.#waitTimeoutMs)
    })
  }

  /** Whether no transaction is open and nothing waits. */
  get idle(): boolean {
    return this.#root.child === undefined
  }

  /** Kept until the transaction of this context ends; nothing to keep outside of one. */
  keepUndo(undo: () => void): void {
    if (this.#root.child === undefined) return
    const scope = this.#scope()
    if (scope !== this.#root) scope.undo.push(undo)
  }

  /** At once where no other caller has the store, so that a transaction costs as little as what is done in it. */
  begin(options?: TransactionOptions): MaybePromise<OpenTransaction> {
    return after(this.#turn(options), scope => ({
      depth: scope.depth,
      run: operation => this.#context.run(scope, operation),
      commit: () => this.#whenSettled(scope, () => commit(scope)),
      rollback: () => this.#whenSettled(scope, () => rollback(scope)),
    }))
  }

  #turn({ holder }: TransactionOptions = {}): MaybePromise<TransactionScope> {
    const parent = this.#scope()
    if (parent.child === undefined) return parent.enter(holder)
    return new Promise((resolve, reject) => {
      parent.wait(
        error => (error ? reject(error) : resolve(parent.live.enter(holder))),
        this.#waitTimeoutMs,
      )
    })
  }

  /** What was left running inside belongs to the transaction, and ends before it. */
  #whenSettled(scope: TransactionScope, end: () => void): MaybePromise<void> {
    if (scope.child === undefined) return end()
    return scope.settled(this.#waitTimeoutMs).then(end, (error: unknown) => {
      rollback(scope)
      throw error
    })
  }

  /** The innermost scope of this context. What is left running of a transaction that ended belongs to what encloses it. */
  #scope(): TransactionScope {
    return (this.#context.get() ?? this.#root).live
  }
}

function commit(scope: TransactionScope): void {
  if (scope.depth > 1) scope.parent?.undo.push(...scope.undo)
  scope.leave()
}

function rollback(scope: TransactionScope): void {
  // Of savepoints that are still open too, the innermost first.
  const open: TransactionScope[] = []
  for (let each: TransactionScope | undefined = scope; each !== undefined; each = each.child)
    open.unshift(each)
  for (const { undo } of open) for (const one of undo.reverse()) one()
  scope.leave(true)
}
