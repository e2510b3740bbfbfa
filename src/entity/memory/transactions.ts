// Transactions of a memory store: one at a time, while all other calls wait for their turn.
import { AsyncVariable } from "../../shared/async-variable.ts"
import { after } from "../../shared/maybe.ts"
import type { MaybePromise } from "../../shared/types.ts"
import type { OpenTransaction, TransactionOptions } from "../contract/repository.ts"
import { mayHoldRolledBackFrame, TransactionFrame } from "./transaction-frame.ts"

export class MemoryTransactions {
  readonly #root = new TransactionFrame(undefined)
  readonly #context = new AsyncVariable<TransactionFrame>()
  readonly #waitTimeoutMs: number

  /** `waitTimeoutMs`: how long a call waits for a transaction to end; then it throws `NITRO_STORE_BUSY`. */
  constructor(waitTimeoutMs: number) {
    this.#waitTimeoutMs = waitTimeoutMs
  }

  /** Runs now where no other caller has the store, else in turn. */
  run<T>(operation: () => T): MaybePromise<T> {
    if (this.#root.child === undefined && !mayHoldRolledBackFrame()) return operation()
    const frame = this.#frame()
    if (frame.child === undefined) return operation()
    return new Promise((resolve, reject) => {
      frame.wait(error => {
        if (error !== undefined) return reject(error)
        try {
          resolve(this.#context.run(frame.live, operation))
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
    const frame = this.#frame()
    if (frame !== this.#root) frame.undo.push(undo)
  }

  /** At once where no other caller has the store, so that a transaction costs as little as what is done in it. */
  begin(options?: TransactionOptions): MaybePromise<OpenTransaction> {
    return after(this.#turn(options), frame => ({
      depth: frame.depth,
      run: operation => this.#context.run(frame, operation),
      commit: () => this.#whenSettled(frame, () => commit(frame)),
      rollback: () => this.#whenSettled(frame, () => rollback(frame)),
    }))
  }

  #turn({ holder }: TransactionOptions = {}): MaybePromise<TransactionFrame> {
    const parent = this.#frame()
    if (parent.child === undefined) return parent.enter(holder)
    return new Promise((resolve, reject) => {
      parent.wait(
        error => (error ? reject(error) : resolve(parent.live.enter(holder))),
        this.#waitTimeoutMs,
      )
    })
  }

  /** Work left running inside belongs to the transaction, and ends before it. */
  #whenSettled(frame: TransactionFrame, end: () => void): MaybePromise<void> {
    if (frame.child === undefined) return end()
    return frame.settled(this.#waitTimeoutMs).then(end, (error: unknown) => {
      rollback(frame)
      throw error
    })
  }

  /** The innermost frame of this context. Work left running by a transaction that ended belongs to the enclosing one. */
  #frame(): TransactionFrame {
    return (this.#context.get() ?? this.#root).live
  }
}

function commit(frame: TransactionFrame): void {
  if (frame.depth > 1) frame.parent?.undo.push(...frame.undo)
  frame.leave()
}

function rollback(frame: TransactionFrame): void {
  // Of savepoints that are still open too, the innermost first.
  const open: TransactionFrame[] = []
  for (let each: TransactionFrame | undefined = frame; each !== undefined; each = each.child)
    open.unshift(each)
  for (const { undo } of open) for (const one of undo.reverse()) one()
  frame.leave(true)
}
