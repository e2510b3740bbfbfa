// One connection shared by everything: transactions take it in turns, and other calls wait or read beside them.

import { setTimeout as sleep } from "node:timers/promises"
import { mayHoldRolledBackFrame, TransactionFrame } from "../../../entity/internal.ts"
import type { OpenTransaction, TransactionOptions } from "../../../entity/store.ts"
import { AsyncVariable } from "../../../shared/async-variable.ts"
import { NitroError } from "../../../shared/errors.ts"
import type { MaybePromise } from "../../../shared/types.ts"
import type { Connections } from "../contract/connections.ts"
import type { Dialect } from "../contract/dialect.ts"
import type { SyncDriver } from "../contract/driver.ts"
import { explain } from "../table/explain.ts"

export interface SingleWriterOptions {
  /** For messages. */
  readonly name: string
  readonly dialect: Dialect
  /** Opens the connection, on first use. */
  readonly open: () => SyncDriver
  /** Opens a second one that sees only what is committed; undefined where there is none. */
  readonly openReader: () => SyncDriver | undefined
  /** How long to try again while another process holds the lock. */
  readonly busyTimeoutMs: number
  /** How long a call waits for a transaction of this process. */
  readonly waitTimeoutMs: number
}

// With a synchronous driver the result is never a promise; the type is the contract's.
type Work<T> = (driver: SyncDriver) => MaybePromise<T>

// Pauses between attempts to take a lock that another process holds: short at first, most writes take under 5 ms.
const retryDelaysMs = [1, 2, 5, 10, 20, 25, 50]

/**
 * Without an open transaction a call runs at once and gives its result without a promise. While one is open, calls of its
 * async context join it. Others wait; only reads go on at once where a reader connection exists, and see what was
 * committed last: a slow transaction should not stop every page, and must not show what it may take back.
 * Waiting for another process never blocks the event loop: statements that find the database locked are run again later.
 */
export class SingleWriter implements Connections {
  readonly #options: SingleWriterOptions
  readonly #root: TransactionFrame = new TransactionFrame(undefined)
  readonly #context: AsyncVariable<TransactionFrame> = new AsyncVariable<TransactionFrame>()
  #driver: SyncDriver | undefined
  /** `null`: there is none. */
  #reader: SyncDriver | undefined | null
  #closed = false
  #closing: Promise<void> | undefined

  constructor(options: SingleWriterOptions) {
    this.#options = options
  }

  read<T>(work: Work<T>): MaybePromise<T> {
    const frame = this.#frame()
    if (frame.child === undefined) return this.#run(frame, work)
    if (frame !== this.#root || this.#changesSchema()) return this.#wait(frame, work)
    const reader = this.#openReader()
    return reader === null ? this.#wait(frame, work) : this.#try(() => work(reader))
  }

  /** A query of SQLite writes nothing: functions that an application adds do not reach the connection. */
  readOnly<T>(work: Work<T>): MaybePromise<T> {
    return this.read(work)
  }

  write<T>(work: Work<T>): MaybePromise<T> {
    const frame = this.#frame()
    return frame.child === undefined ? this.#run(frame, work) : this.#wait(frame, work)
  }

  atomic<T>(work: Work<T>, undo?: () => void): MaybePromise<T> {
    const frame = this.#frame()
    const inOneGo = (driver: SyncDriver): MaybePromise<T> => {
      const { live } = frame
      const { begin, commit, rollback } = words(live.depth + 1)
      driver.exec(begin)
      try {
        const result = work(driver)
        driver.exec(commit)
        if (undo && live !== this.#root) live.undo.push(undo)
        return result
      } catch (error) {
        undo?.()
        if (driver.inTransaction) driver.exec(rollback)
        throw error
      }
    }
    return frame.child === undefined ? this.#run(frame, inOneGo) : this.#wait(frame, inOneGo)
  }

  /** At once, where no other caller has the connection. */
  begin({ holder }: TransactionOptions = {}): MaybePromise<OpenTransaction> {
    const turn = this.#turn(this.#frame(), holder)
    return turn instanceof Promise ? turn.then(frame => this.#begin(frame)) : this.#begin(turn)
  }

  #begin(frame: TransactionFrame): MaybePromise<OpenTransaction> {
    const give = (): OpenTransaction => ({
      depth: frame.depth,
      run: operation => this.#context.run(frame, operation),
      commit: () => this.#commit(frame),
      rollback: () => this.#abandon(frame),
    })
    const failed = (error: unknown): never => {
      frame.leave()
      throw error
    }
    try {
      // `#turn` enters a frame below another one.
      const begun = this.#command(frame.parent as TransactionFrame, words(frame.depth).begin)
      return begun instanceof Promise ? begun.then(give, failed) : give()
    } catch (error) {
      return failed(error)
    }
  }

  #commit(frame: TransactionFrame): MaybePromise<void> {
    const { commit, rollback } = words(frame.depth)
    const done = (): void => {
      frame.parent?.undo.push(...(frame.depth > 1 ? frame.undo : []))
      frame.leave()
    }
    const failed = (error: unknown): never => {
      this.#rollback(frame, rollback)
      frame.leave()
      throw error
    }
    if (frame.child !== undefined) {
      const { waitTimeoutMs } = this.#options
      const settled = frame.settled(waitTimeoutMs).then(() => this.#command(frame, commit))
      return settled.then(done, async error => {
        await frame.settled(waitTimeoutMs).catch(() => undefined)
        failed(error)
      })
    }
    try {
      const committed = this.#command(frame, commit)
      return committed instanceof Promise ? committed.then(done, failed) : done()
    } catch (error) {
      return failed(error)
    }
  }

  #abandon(frame: TransactionFrame): MaybePromise<void> {
    const end = (): void => {
      this.#rollback(frame, words(frame.depth).rollback)
      frame.leave(true)
    }
    return frame.child === undefined
      ? end()
      : frame.settled(this.#options.waitTimeoutMs).then(end, end)
  }

  /** Holds the connection without a transaction: other calls wait, or read what is committed. */
  async exclusive<T>(work: (driver: SyncDriver) => Promise<T>): Promise<T> {
    const outer = this.#frame()
    if (outer !== this.#root) {
      throw new NitroError(
        "NITRO_TRANSACTION",
        `The connection of ${this.#options.name} is requested inside of a transaction, which has it.`,
      )
    }
    const hold = await this.#turn(this.#root, "work that needs the connection alone")
    try {
      const driver = await this.#patiently(this.#root, opened => opened)
      return await this.#context.run(hold, () => work(driver))
    } finally {
      hold.leave()
    }
  }

  get inTransaction(): boolean {
    return this.#frame() !== this.#root
  }

  close(): MaybePromise<void> {
    if (this.#closed) return
    const frame = this.#frame()
    if (frame !== this.#root) {
      throw new NitroError(
        "NITRO_TRANSACTION",
        `${this.#options.name} is closed inside of one of its transactions, which would wait for itself.`,
      )
    }
    if (frame.child === undefined) return this.#close()
    this.#closing ??= this.#wait(frame, () => this.#close())
    return this.#closing
  }

  #close(): void {
    this.#closed = true
    this.#reader?.close()
    this.#driver?.close()
  }

  /** The innermost frame of this async context. A transaction that has ended is not one: work it left behind goes on outside. */
  #frame(): TransactionFrame {
    if (this.#root.child === undefined && !mayHoldRolledBackFrame()) return this.#root
    return (this.#context.get() ?? this.#root).live
  }

  #run<T>(frame: TransactionFrame, work: Work<T>): MaybePromise<T> {
    const live = frame.live
    if (live.broken !== undefined) throw brokenError(live.broken)
    try {
      return work(this.#open())
    } catch (error) {
      if (live !== this.#root) {
        this.#notice(live, error)
        throw error
      }
      if (!this.#isBusy(error)) throw error
      return this.#retry(work)
    }
  }

  /** After an error such as a full disk the database may have ended the transaction; later writes would be outside of it. */
  #notice(frame: TransactionFrame, error: unknown): void {
    if (this.#driver?.inTransaction) return
    for (
      let each: TransactionFrame | undefined = frame;
      each !== undefined && each !== this.#root;
      each = each.parent
    )
      each.broken = error
  }

  /** Holds the connection, so that calls keep their order, and runs `work` again until the lock is free. */
  async #retry<T>(work: Work<T>): Promise<T> {
    const hold = this.#root.enter("write that waits for another process")
    try {
      return await this.#patiently(this.#root, work)
    } finally {
      hold.leave()
    }
  }

  async #patiently<T>(frame: TransactionFrame, work: Work<T>): Promise<T> {
    if (frame.ended || frame.broken !== undefined) throw brokenError(frame.broken)
    const giveUpAt = performance.now() + this.#options.busyTimeoutMs
    for (let attempt = 0; ; attempt++) {
      try {
        return work(this.#open())
      } catch (error) {
        if (!this.#isBusy(error) || performance.now() >= giveUpAt) throw error
      }
      await sleep(retryDelaysMs[Math.min(attempt, retryDelaysMs.length - 1)])
    }
  }

  #command(frame: TransactionFrame, sql: string): MaybePromise<void> {
    const refuse = (error: unknown): never => {
      throw explain(error, { dialect: this.#options.dialect, store: this.#options.name })
    }
    if (frame.ended || frame.broken !== undefined) throw brokenError(frame.broken)
    try {
      // Not prepared: libsql does not reset a `begin` that found the database locked, and then keeps the lock.
      this.#open().exec(sql)
    } catch (error) {
      if (!this.#isBusy(error)) return refuse(error)
      return this.#patiently(frame, driver => driver.exec(sql)).catch(refuse)
    }
  }

  #try<T>(work: () => MaybePromise<T>): MaybePromise<T> {
    try {
      return work()
    } catch (error) {
      if (!this.#isBusy(error)) throw error
      return this.#patiently(this.#root, work)
    }
  }

  #wait<T>(frame: TransactionFrame, work: Work<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      frame.wait(error => {
        if (error) return reject(error)
        try {
          resolve(this.#run(frame, work))
        } catch (failure) {
          reject(failure)
        }
      }, this.#options.waitTimeoutMs)
    })
  }

  /** Waits for the connection and opens a frame on it. The caller goes on in its own async context. */
  #turn(parent: TransactionFrame, holder: string | undefined): MaybePromise<TransactionFrame> {
    if (parent.child === undefined) return parent.enter(holder)
    return new Promise((resolve, reject) => {
      parent.wait(
        error => (error ? reject(error) : resolve(parent.live.enter(holder))),
        this.#options.waitTimeoutMs,
      )
    })
  }

  #rollback(frame: TransactionFrame, statement: string): void {
    for (const undo of frame.undo) undo()
    // An error may have ended it already; and the caller wants the first error, not one about rolling back.
    try {
      if (this.#driver?.inTransaction && frame.broken === undefined && !frame.ended)
        this.#driver.exec(statement)
    } catch (error) {
      this.#notice(frame, error)
    }
  }

  /** Whether the open transaction made tables that a reader connection cannot see yet. */
  #changesSchema(): boolean {
    for (let frame = this.#root.child; frame !== undefined; frame = frame.child)
      if (frame.undo.length > 0) return true
    return false
  }

  #isBusy(error: unknown): boolean {
    return this.#options.dialect.classify(error).kind === "busy"
  }

  #open(): SyncDriver {
    if (this.#driver !== undefined && !this.#closed) return this.#driver
    if (this.#closed) throw new NitroError("NITRO_STORE_CLOSED", `${this.#options.name} is closed.`)
    this.#driver = this.#options.open()
    return this.#driver
  }

  #openReader(): SyncDriver | null {
    if (this.#closed) throw new NitroError("NITRO_STORE_CLOSED", `${this.#options.name} is closed.`)
    if (this.#reader === undefined) this.#reader = this.#options.openReader() ?? null
    return this.#reader
  }
}

/** The statements of a transaction at depth 1, or of a savepoint below it. */
function words(depth: number): { begin: string; commit: string; rollback: string } {
  // Immediate: the lock is taken now, where waiting is possible; a reader that wants to write later would fail for good.
  if (depth === 1) return { begin: "begin immediate", commit: "commit", rollback: "rollback" }
  const name = `nitro_${depth}`
  return {
    begin: `savepoint ${name}`,
    commit: `release ${name}`,
    rollback: `rollback to ${name}; release ${name}`,
  }
}

function brokenError(cause: unknown): NitroError {
  return new NitroError(
    "NITRO_TRANSACTION",
    "The database ended this transaction after an error; nothing of it was kept.",
    { cause },
  )
}
