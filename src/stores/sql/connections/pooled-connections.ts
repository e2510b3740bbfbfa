// Connections from a pool: each transaction has one for itself, all other calls share what is free.

import { TransactionFrame } from "../../../entity/internal.ts"
import type { Isolation, OpenTransaction, TransactionOptions } from "../../../entity/store.ts"
import { AsyncVariable } from "../../../shared/async-variable.ts"
import { NitroError } from "../../../shared/errors.ts"
import type { MaybePromise } from "../../../shared/types.ts"
import type { Connections } from "../contract/connections.ts"
import type { Dialect } from "../contract/dialect.ts"
import type { Driver } from "../contract/driver.ts"
import type { PoolDriver, ReservedConnection } from "../contract/pool-driver.ts"
import { explain } from "../table/explain.ts"

export interface PooledConnectionsOptions {
  /** For messages. */
  readonly name: string
  readonly dialect: Dialect
  /** Makes the pool, on first use. The pool connects on demand. */
  readonly open: () => PoolDriver
  /** How long a call waits for a connection or for a transaction around it. */
  readonly waitTimeoutMs: number
}

/** An open transaction; its frames are the transaction itself and the savepoints in it, below a root that stands for outside. */
interface Transaction {
  readonly connection: ReservedConnection
  readonly root: TransactionFrame
  readonly afterCommit: (() => void)[]
  /** Once it has begun. */
  rollback: Promise<void> | undefined
}

/** Where in a transaction a call belongs. */
interface Place {
  readonly transaction: Transaction
  readonly frame: TransactionFrame
}

interface Opened extends OpenTransaction {
  readonly place: Place
  commit(): Promise<void>
  rollback(): Promise<void>
  /** The same; `refuse`: what is left of its work uses the store no more. */
  abandon(refuse: boolean): Promise<void>
}

type Work<T> = (driver: Driver) => MaybePromise<T>

const levels: ReadonlySet<string> = new Set([
  "read committed",
  "repeatable read",
  "serializable",
] satisfies Isolation[])

export class PooledConnections implements Connections {
  readonly #options: PooledConnectionsOptions
  readonly #context: AsyncVariable<Place> = new AsyncVariable<Place>()
  /** Connections in use by a transaction or another caller, with the frame that identifies it; the oldest first. */
  readonly #held: Map<ReservedConnection, TransactionFrame> = new Map<
    ReservedConnection,
    TransactionFrame
  >()
  #pool: PoolDriver | undefined
  #closing: Promise<void> | undefined
  #onRelease: (() => void) | undefined

  constructor(options: PooledConnectionsOptions) {
    this.#options = options
  }

  get inTransaction(): boolean {
    return this.#place() !== undefined
  }

  /** Stands for the transaction of this async context, if there is one. */
  get transactionKey(): object | undefined {
    return this.#place()?.transaction
  }

  /** Runs `callback` when the transaction of this async context has committed; there must be one. */
  afterCommit(callback: () => void): void {
    this.#place()?.transaction.afterCommit.push(callback)
  }

  read<T>(work: Work<T>): MaybePromise<T> {
    const place = this.#place()
    if (place !== undefined) return this.#inside(place, work)
    const result = this.#outside(work)
    return result instanceof Promise
      ? result.catch((error: unknown) => this.#readAgain(() => this.#outside(work), error))
      : result
  }

  /** In a separate transaction, or a savepoint, whose end gives the transaction around it the right to write back. */
  async readOnly<T>(work: Work<T>): Promise<T> {
    const place = this.#place()
    if (place !== undefined)
      return this.#readOnlyIn(
        await this.#beginInside(place, {}),
        "set local transaction_read_only = on",
        work,
      )
    const read = async (): Promise<T> =>
      this.#readOnlyIn(await this.#beginOutermost({ readOnly: true }), undefined, work)
    try {
      return await read()
    } catch (error) {
      return await this.#readAgain(read, error)
    }
  }

  async #readOnlyIn<T>(
    { place, abandon }: Opened,
    setting: string | undefined,
    work: Work<T>,
  ): Promise<T> {
    try {
      if (setting !== undefined) await this.#command(place.transaction, place.frame, setting)
      return await this.#watch(place, work)
    } finally {
      await abandon(false)
    }
  }

  /** The server may have closed idle connections just now. A read can be done again; a write may have been done. */
  async #readAgain<T>(read: () => MaybePromise<T>, error: unknown): Promise<T> {
    let reason = error
    for (
      let left = this.#pool?.maxConnections ?? 0;
      left > 0 && this.#isLost(reason) && this.#closing === undefined;
      left--
    ) {
      try {
        return await read()
      } catch (again) {
        reason = again
      }
    }
    throw reason
  }

  write<T>(work: Work<T>): MaybePromise<T> {
    const place = this.#place()
    return place === undefined ? this.#outside(work) : this.#inside(place, work)
  }

  async atomic<T>(work: Work<T>, undo?: () => void): Promise<T> {
    const opened = await this.#begin({})
    if (undo) opened.place.frame.undo.push(undo)
    let result: T
    try {
      result = await this.#watch(opened.place, work)
    } catch (error) {
      await opened.rollback()
      throw error
    }
    await opened.commit()
    return result
  }

  begin(options: TransactionOptions = {}): Promise<OpenTransaction> {
    return this.#begin(options)
  }

  /** Hands out a connection without a transaction; calls of the same context go on elsewhere. */
  async exclusive<T>(work: (driver: Driver) => Promise<T>): Promise<T> {
    if (this.inTransaction) {
      throw new NitroError(
        "NITRO_TRANSACTION",
        `The connection of ${this.#options.name} is requested inside of a transaction.`,
      )
    }
    const connection = await this.#reserve("work that needs a connection alone")
    let isDone = false
    try {
      const result = await work(connection)
      isDone = true
      return result
    } finally {
      // Work that failed may have left a transaction open, or a setting changed.
      this.#release(connection, !isDone)
    }
  }

  close(): MaybePromise<void> {
    if (this.#closing !== undefined) return this.#closing
    if (this.inTransaction) {
      throw new NitroError(
        "NITRO_TRANSACTION",
        `${this.#options.name} is closed inside of one of its transactions, which would wait for itself.`,
      )
    }
    this.#closing = this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    while (this.#held.size > 0) {
      await new Promise<void>(resolve => {
        this.#onRelease = resolve
      })
    }
    await this.#pool?.close()
  }

  /** Undefined outside of transactions. One that has ended is not one: work it left behind goes on outside. */
  #place(): Place | undefined {
    const place = this.#context.get()
    if (place === undefined) return undefined
    const { live } = place.frame
    if (live.parent === undefined) return undefined
    return live === place.frame ? place : { transaction: place.transaction, frame: live }
  }

  #open(): PoolDriver {
    if (this.#closing !== undefined)
      throw new NitroError("NITRO_STORE_CLOSED", `${this.#options.name} is closed.`)
    this.#pool ??= this.#options.open()
    return this.#pool
  }

  #outside<T>(work: Work<T>): MaybePromise<T> {
    const pool = this.#open()
    const result = work(pool)
    // Only where transactions have every connection can the wait be one that never ends.
    return this.#held.size < pool.maxConnections || !(result instanceof Promise)
      ? result
      : this.#inTime(result)
  }

  #inside<T>(place: Place, work: Work<T>): MaybePromise<T> {
    if (place.frame.child === undefined) return this.#watch(place, work)
    return new Promise((resolve, reject) => {
      place.frame.wait(error => {
        if (error) return reject(error)
        // The transaction may have ended meanwhile.
        const { live } = place.frame
        try {
          resolve(
            live.parent === undefined
              ? this.#outside(work)
              : this.#inside({ ...place, frame: live }, work),
          )
        } catch (failure) {
          reject(failure)
        }
      }, this.#options.waitTimeoutMs)
    })
  }

  /** Runs a statement of a transaction; after one that the database refused no other may follow. */
  async #watch<T>({ transaction, frame }: Place, work: Work<T>): Promise<T> {
    if (frame.broken !== undefined) throw brokenError(frame.broken)
    try {
      return await work(transaction.connection)
    } catch (error) {
      // A statement that was refused before it was sent leaves the transaction intact.
      if (!(error instanceof NitroError)) this.#break(transaction, frame, error)
      throw error
    }
  }

  #break({ connection }: Transaction, frame: TransactionFrame, error: unknown): void {
    frame.broken ??= error
    if (!connection.lost) return
    for (let each: TransactionFrame | undefined = frame; each !== undefined; each = each.parent)
      each.broken ??= error
  }

  #begin(options: TransactionOptions): Promise<Opened> {
    const place = this.#place()
    return place === undefined ? this.#beginOutermost(options) : this.#beginInside(place, options)
  }

  async #beginOutermost({
    isolation,
    holder,
    readOnly,
  }: TransactionOptions & { readonly readOnly?: boolean }): Promise<Opened> {
    if (isolation !== undefined && !levels.has(isolation)) {
      throw new NitroError(
        "NITRO_TRANSACTION",
        `There is no isolation level ${JSON.stringify(isolation)}.`,
        {
          fix: `Use one of ${[...levels].join(", ")}.`,
        },
      )
    }
    const connection = await this.#reserve(holder)
    const transaction: Transaction = {
      connection,
      root: new TransactionFrame(undefined),
      afterCommit: [],
      rollback: undefined,
    }
    const place = { transaction, frame: transaction.root.enter(holder) }
    try {
      const begin = readOnly === true ? "begin read only" : "begin"
      await this.#command(
        transaction,
        place.frame,
        isolation === undefined ? begin : `${begin} isolation level ${isolation}`,
      )
    } catch (error) {
      this.#end(place, { discard: true, refuse: false })
      throw error
    }
    return {
      place,
      depth: place.frame.depth,
      run: operation => this.#context.run(place, operation),
      commit: () => this.#commit(place),
      rollback: () => this.#rollback(place, true),
      abandon: refuse => this.#rollback(place, refuse),
    }
  }

  async #commit(place: Place): Promise<void> {
    const { transaction, frame } = place
    try {
      // Work that the function left running belongs to the transaction, and is done before it ends.
      await frame.settled(this.#options.waitTimeoutMs)
      // The server takes `commit` for `rollback` after an ignored error, and only its response shows that.
      if ((await this.#command(transaction, frame, "commit")) === "ROLLBACK")
        throw brokenError(undefined)
    } catch (error) {
      await this.#rollback(place, false)
      throw error
    }
    this.#end(place, { discard: false, refuse: false })
    for (const callback of transaction.afterCommit) callback()
  }

  async #rollback(place: Place, refuse: boolean): Promise<void> {
    const { transaction, frame } = place
    // A commit that failed has rolled back: the connection may be another caller's by now.
    if (frame.ended) return
    if (refuse) await this.#cancel(transaction)
    transaction.rollback ??= this.#rollbackOnce(place, refuse)
    await transaction.rollback
  }

  async #rollbackOnce(place: Place, refuse: boolean): Promise<void> {
    const { connection } = place.transaction
    await place.frame.settled(this.#options.waitTimeoutMs).catch(() => undefined)
    for (const undo of place.frame.undo.reverse()) undo()
    // The caller wants the first error, not one about rolling back; a connection that cannot even do that is given up.
    const isClean =
      !connection.lost && (await connection.command("rollback").then(isDone, isNotDone))
    this.#end(place, { discard: !isClean, refuse })
  }

  /**
   * Stops what still runs: it may wait for a lock, and the rollback would wait with it. The server has signalled the backend when
   * this resolves, so a signal that comes too late for the statement hits the rollback at most, not what the next caller runs.
   */
  async #cancel({ connection }: Transaction): Promise<void> {
    if (connection.isBusy) await connection.cancel()
  }

  #end(
    { transaction, frame }: Place,
    { discard, refuse }: { readonly discard: boolean; readonly refuse: boolean },
  ): void {
    frame.leave(refuse)
    this.#release(transaction.connection, discard)
  }

  async #beginInside(outer: Place, options: TransactionOptions): Promise<Opened> {
    const { transaction } = outer
    const frame = await this.#turn(outer.frame, options.holder)
    // `#turn` enters a frame below another one.
    const parent = frame.parent as TransactionFrame
    if (parent === transaction.root) {
      // The transaction ended while this waited for its turn.
      frame.leave()
      return this.#beginOutermost(options)
    }
    const name = `nitro_${frame.depth}`
    try {
      await this.#command(transaction, parent, `savepoint ${name}`)
    } catch (error) {
      frame.leave()
      throw error
    }
    const place = { transaction, frame }
    return {
      place,
      depth: place.frame.depth,
      run: operation => this.#context.run(place, operation),
      commit: () => this.#releaseSavepoint(place, name),
      rollback: () => this.#rollbackTo(place, name, true),
      abandon: refuse => this.#rollbackTo(place, name, refuse),
    }
  }

  async #releaseSavepoint(place: Place, name: string): Promise<void> {
    const { transaction, frame } = place
    try {
      await frame.settled(this.#options.waitTimeoutMs)
      await this.#command(transaction, frame, `release savepoint ${name}`)
    } catch (error) {
      await this.#rollbackTo(place, name, false)
      throw error
    }
    frame.parent?.undo.push(...frame.undo)
    frame.leave()
  }

  async #rollbackTo({ transaction, frame }: Place, name: string, refuse: boolean): Promise<void> {
    // The frame of a savepoint is always below that of its transaction.
    const parent = frame.parent as TransactionFrame
    // The running work belongs to this savepoint: calls of the transaction around it wait.
    if (refuse && !frame.ended) await this.#cancel(transaction)
    await frame.settled(this.#options.waitTimeoutMs).catch(() => undefined)
    for (const undo of frame.undo.reverse()) undo()
    try {
      // A savepoint that outlived its transaction is gone with it.
      if (frame.ended || transaction.connection.lost) return
      await this.#command(transaction, parent, `rollback to savepoint ${name}`)
      await this.#command(transaction, parent, `release savepoint ${name}`)
    } catch {
      // The outer transaction is marked as broken and says so itself.
    } finally {
      if (!frame.ended) frame.leave(refuse)
    }
  }

  async #command(transaction: Transaction, frame: TransactionFrame, sql: string): Promise<string> {
    if (frame.broken !== undefined) throw brokenError(frame.broken)
    try {
      return await transaction.connection.command(sql)
    } catch (error) {
      this.#break(transaction, frame, error)
      throw explain(error, { dialect: this.#options.dialect, store: this.#options.name })
    }
  }

  /** Waits until the frame is the innermost of its transaction and opens another in it. */
  #turn(frame: TransactionFrame, holder: string | undefined): MaybePromise<TransactionFrame> {
    if (frame.child === undefined) return frame.enter(holder)
    return new Promise((resolve, reject) => {
      frame.wait(
        error => (error ? reject(error) : resolve(frame.live.enter(holder))),
        this.#options.waitTimeoutMs,
      )
    })
  }

  async #reserve(holder: string | undefined): Promise<ReservedConnection> {
    const pool = this.#open()
    try {
      const connection = pool.reserve()
      const mine = await (this.#held.size < pool.maxConnections
        ? connection
        : this.#inTime(connection, late => late.release(false)))
      this.#held.set(mine, new TransactionFrame(undefined, holder))
      return mine
    } catch (error) {
      throw explain(error, { dialect: this.#options.dialect, store: this.#options.name })
    }
  }

  #release(connection: ReservedConnection, discard: boolean): void {
    this.#held.delete(connection)
    connection.release(discard)
    this.#onRelease?.()
  }

  /** Gives up waiting for a connection after a while; `late` gets what comes after that. */
  #inTime<T>(result: Promise<T>, late?: (result: T) => void): Promise<T> {
    const { waitTimeoutMs, name } = this.#options
    return new Promise((resolve, reject) => {
      let isLate = false
      const timer = setTimeout(() => {
        isLate = true
        reject(
          new NitroError(
            "NITRO_STORE_BUSY",
            `A call waited ${waitTimeoutMs} ms for a connection of ${name}. Others have all of them, the longest ${this.#longest()}.`,
            {
              fix: "Keep transactions short, raise `max`, and await nothing inside of a transaction that runs outside of it.",
            },
          ),
        )
      }, waitTimeoutMs)
      result.then(
        value => {
          clearTimeout(timer)
          if (isLate) late?.(value)
          else resolve(value)
        },
        (error: unknown) => {
          clearTimeout(timer)
          reject(error)
        },
      )
    })
  }

  #longest(): string {
    const [longest] = this.#held.values()
    return longest?.describe() ?? "an unknown caller"
  }

  #isLost(error: unknown): boolean {
    // `begin` has said in our words why it failed.
    const failure = this.#options.dialect.classify(
      error instanceof NitroError ? error.cause : error,
    )
    return failure.kind === "unavailable" && failure.lost === true
  }
}

const isDone = (): boolean => true
const isNotDone = (): boolean => false

function brokenError(cause: unknown): NitroError {
  return new NitroError(
    "NITRO_TRANSACTION",
    "A statement of this transaction failed, and the database takes no more; nothing of it was kept.",
    {
      ...(cause === undefined ? {} : { cause }),
      fix: "Let the error leave the transaction's function, or put the part that may fail into a nested transaction.",
    },
  )
}
