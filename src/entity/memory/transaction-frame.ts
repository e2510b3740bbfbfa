// Frames of a resource that one caller has at a time: the resource itself, a transaction, a savepoint in it.
import { NitroError } from "../../shared/errors.ts"
import "../contract/errors.ts"

/** Called when its turn comes, or with the error that ends the wait. */
interface Waiter {
  readonly run: (error?: NitroError) => void
  readonly timer: NodeJS.Timeout
}

/** Frames that were rolled back and that the context of some work still holds. */
const abandoned = { count: 0 }
const forgotten = new FinalizationRegistry<undefined>(() => {
  abandoned.count--
})

/** Whether a context may hold a frame that was rolled back: only then it matters where no transaction is open. */
export function mayHoldRolledBackFrame(): boolean {
  return abandoned.count > 0
}

/**
 * Frames form a chain: the resource, its transaction, the savepoint in that. Only the innermost may run operations; calls
 * that belong to an outer one wait until it is the innermost again.
 */
export class TransactionFrame {
  readonly parent: TransactionFrame | undefined
  readonly depth: number
  /** For the errors of those who wait: `unit of work "Todo.toggle"`. */
  readonly holder: string | undefined
  readonly #since: number
  /** The frame inside of this one; while it lives, calls of this frame wait. */
  child: TransactionFrame | undefined
  ended = false
  #refuses = false
  /** Why no further operation may run: the database ended the transaction. */
  broken: unknown
  /** Undo what memory holds of the frame's changes, when they are rolled back. */
  undo: (() => void)[] = []
  #waiting: Waiter[] = []

  constructor(parent: TransactionFrame | undefined, holder?: string) {
    this.parent = parent
    this.holder = holder
    this.depth = parent === undefined ? 0 : parent.depth + 1
    this.#since = performance.now()
  }

  /** Opens a frame inside of this one, which must be the innermost. */
  enter(holder?: string): TransactionFrame {
    this.child = new TransactionFrame(this, holder)
    return this.child
  }

  /**
   * The innermost frame around this one, or this one, that has not ended: work that outlives its frame goes on outside. Throws
   * `NITRO_UNIT_ENDED` for what is left of a unit of work that was rolled back.
   */
  get live(): TransactionFrame {
    let frame: TransactionFrame = this
    // The outermost one, which has no parent, never ends.
    while (frame.ended && frame.parent !== undefined) {
      if (frame.#refuses) throw this.#leftOver()
      frame = frame.parent
    }
    return frame
  }

  /** Ends this frame and resumes the calls that wait in its parent. With `refuse` its later work is refused. */
  leave(refuse = false): void {
    const { parent } = this
    if (parent === undefined) return
    const late: Waiter[] = []
    // A savepoint that outlives its transaction must not run another operation: it would land in another caller's.
    for (let frame: TransactionFrame | undefined = this; frame !== undefined; frame = frame.child) {
      frame.ended = true
      frame.#refuses = refuse
      late.push(...frame.#waiting)
      frame.#waiting = []
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

  /** Runs `work` when this frame is the innermost again; `work` is called with `NITRO_STORE_BUSY` when that takes too long. */
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

  /** Resolves when nothing is open inside of this frame and nothing waits in it. */
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
      "Keep transactions short. One never ends if it awaits a call of the same store that runs outside of its async " +
      "context, as a handler registered earlier does.",
  })
}
