// Who may touch a memory store now: one transaction at a time, everybody else waits for it in turn.
import { AsyncLocalStorage } from "node:async_hooks"
import type { MaybePromise } from "../shared/types.ts"
import type { OpenTransaction } from "./repository.ts"

/** The store itself, a transaction, or a savepoint: each lets one child run at a time. */
class Turn {
  readonly parent: Turn | undefined
  readonly undo: (() => void)[] = []
  open = true
  #tail: Promise<void> | undefined

  constructor(parent: Turn | undefined) {
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

  /** Makes everybody who asks from now on wait, until the function it gives is called. Only while idle. */
  hold(): () => void {
    let release = ignore
    const held = new Promise<void>(resolve => {
      release = resolve
    })
    this.#tail = held
    return () => {
      if (this.#tail === held) this.#tail = undefined
      release()
    }
  }
}

function ignore(): void {}

export class MemoryTransactions {
  readonly #root = new Turn(undefined)
  readonly #context = new AsyncLocalStorage<Turn>()

  /** Runs now when nobody else is at work, else in turn. */
  run<T>(operation: () => T): MaybePromise<T> {
    if (this.#root.idle) return operation()
    const turn = this.#current()
    return turn.idle ? operation() : turn.enqueue(operation)
  }

  /** Whether no transaction is open and nothing waits. */
  get idle(): boolean {
    return this.#root.idle
  }

  /** Kept until the transaction of this context ends; nothing to keep outside of one. */
  keepUndo(undo: () => void): void {
    if (!this.#root.idle) {
      const turn = this.#current()
      if (turn.parent) turn.undo.push(undo)
    }
  }

  async transaction<T>(fn: () => Promise<T>): Promise<T> {
    const begun = this.begin()
    const transaction = begun instanceof Promise ? await begun : begun
    let result: T
    try {
      result = await transaction.run(fn)
    } catch (error) {
      await transaction.rollback()
      throw error
    }
    await transaction.commit()
    return result
  }

  /** At once where nobody else is at work, so that a transaction costs as little as what is done in it. */
  begin(): MaybePromise<OpenTransaction> {
    const parent = this.#current()
    if (parent.idle) return this.#open(parent, parent.hold())
    return new Promise(resolve => {
      void parent.enqueue(() => new Promise<void>(end => resolve(this.#open(parent, end))))
    })
  }

  #open(parent: Turn, end: () => void): OpenTransaction {
    const turn = new Turn(parent)
    const close = (): void => {
      turn.open = false
      end()
    }
    return {
      run: operation => this.#context.run(turn, operation),
      commit: () => {
        if (parent.parent) for (const undo of turn.undo) parent.undo.push(undo)
        close()
      },
      rollback: () => {
        for (const undo of turn.undo.reverse()) undo()
        close()
      },
    }
  }

  /** What is left running of a transaction that ended belongs to what encloses it. */
  #current(): Turn {
    let turn = this.#context.getStore() ?? this.#root
    while (!turn.open && turn.parent) turn = turn.parent
    return turn
  }
}
