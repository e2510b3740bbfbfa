// Connections from a pool: each transaction has one for itself, all other calls share what is free.
import { AsyncLocalStorage } from "node:async_hooks"
import { NitroError } from "../../shared/errors.ts"
import type { MaybePromise } from "../../shared/types.ts"
import type { Connections } from "./connections.ts"
import type { Dialect } from "./dialect.ts"
import type { Driver } from "./driver.ts"
import { explain } from "./explain.ts"
import type { PoolDriver, Session } from "./pool-driver.ts"
import { Scope } from "./scope.ts"

export interface PooledConnectionsOptions {
  /** For messages. */
  readonly name: string
  readonly dialect: Dialect
  /** Makes the pool, on first use. It connects by itself. */
  readonly open: () => PoolDriver
  /** How long a call waits for a connection or for a transaction around it. */
  readonly waitTimeoutMs: number
}

/** SQL's isolation levels; Postgres treats `read uncommitted` as `read committed`. */
export type Isolation = "read committed" | "repeatable read" | "serializable"

export interface TransactionOptions {
  /** Default: the database's own, usually `read committed`. A transaction inside of another has the other's. */
  readonly isolation?: Isolation
  /** Refuses writes. Default false. */
  readonly readOnly?: boolean
}

/** An open transaction; its scopes are the transaction itself and the savepoints in it, below a root that stands for outside. */
interface Transaction {
  readonly session: Session
  readonly root: Scope
  readonly afterCommit: (() => void)[]
}

/** Where in a transaction a call belongs. */
interface Place {
  readonly transaction: Transaction
  readonly scope: Scope
}

type Work<T> = (driver: Driver) => MaybePromise<T>

const levels: ReadonlySet<string> = new Set(["read committed", "repeatable read", "serializable"] satisfies Isolation[])

export class PooledConnections implements Connections {
  readonly #options: PooledConnectionsOptions
  readonly #context: AsyncLocalStorage<Place> = new AsyncLocalStorage<Place>()
  /** Transactions and other holders of a connection. */
  readonly #held: Set<Session> = new Set<Session>()
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
    if (!(result instanceof Promise)) return result
    // The server may have closed an idle connection just now. A read can be done again; a write may have been done.
    return result.catch((error: unknown) => {
      if (!this.#isLost(error) || this.#closing !== undefined) throw error
      return this.#outside(work)
    })
  }

  write<T>(work: Work<T>): MaybePromise<T> {
    const place = this.#place()
    return place === undefined ? this.#outside(work) : this.#inside(place, work)
  }

  atomic<T>(work: Work<T>, undo?: () => void): Promise<T> {
    const place = this.#place()
    if (place !== undefined) return this.#savepoint(place, async scope => this.#watch({ ...place, scope }, work), undo)
    return this.#begin(undefined, async ({ transaction, scope }) => {
      if (undo) scope.undo.push(undo)
      return await work(transaction.session)
    })
  }

  async transaction<T>(fn: () => Promise<T>, options: TransactionOptions = {}): Promise<T> {
    const place = this.#place()
    const begin = beginText(options, place !== undefined)
    const run = async (inner: Place): Promise<T> => {
      // What the function left running belongs to the transaction, and is done before it ends.
      const settled = (): Promise<void> => inner.scope.settled(this.#options.waitTimeoutMs)
      try {
        const result = await this.#context.run(inner, fn)
        await settled()
        return result
      } catch (error) {
        await settled().catch(() => undefined)
        throw error
      }
    }
    if (place === undefined) return this.#begin(begin, run)
    return this.#savepoint(place, scope => run({ transaction: place.transaction, scope }))
  }

  /** Hands out a connection without a transaction; calls of the same context go on elsewhere. */
  async exclusive<T>(work: (driver: Driver) => Promise<T>): Promise<T> {
    if (this.inTransaction) {
      throw new NitroError("NITRO_TRANSACTION", `${this.#options.name} is asked for its connection inside of a transaction.`)
    }
    const session = await this.#reserve()
    let isDone = false
    try {
      const result = await work(session)
      isDone = true
      return result
    } finally {
      // Work that failed may have left a transaction open, or a setting changed.
      this.#release(session, !isDone)
    }
  }

  close(): MaybePromise<void> {
    if (this.#closing !== undefined) return this.#closing
    if (this.inTransaction) {
      throw new NitroError(
        "NITRO_TRANSACTION",
        `${this.#options.name} is closed inside of its own transaction, which would wait for itself.`,
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
    const place = this.#context.getStore()
    if (place === undefined) return undefined
    const { live } = place.scope
    if (live.parent === undefined) return undefined
    return live === place.scope ? place : { transaction: place.transaction, scope: live }
  }

  #open(): PoolDriver {
    if (this.#closing !== undefined) throw new NitroError("NITRO_STORE_CLOSED", `${this.#options.name} is closed.`)
    this.#pool ??= this.#options.open()
    return this.#pool
  }

  #outside<T>(work: Work<T>): MaybePromise<T> {
    const pool = this.#open()
    const result = work(pool)
    // Only where transactions have every connection can the wait be one that never ends.
    return this.#held.size < pool.maxConnections || !(result instanceof Promise) ? result : this.#inTime(result)
  }

  #inside<T>(place: Place, work: Work<T>): MaybePromise<T> {
    if (place.scope.child === undefined) return this.#watch(place, work)
    return new Promise((resolve, reject) => {
      place.scope.wait(error => {
        if (error) return reject(error)
        // The transaction may have ended meanwhile.
        const { live } = place.scope
        try {
          resolve(live.parent === undefined ? this.#outside(work) : this.#inside({ ...place, scope: live }, work))
        } catch (failure) {
          reject(failure)
        }
      }, this.#options.waitTimeoutMs)
    })
  }

  /** Runs a statement of a transaction; after one that the database refused no other may follow. */
  async #watch<T>({ transaction, scope }: Place, work: Work<T>): Promise<T> {
    if (scope.broken !== undefined) throw brokenError(scope.broken)
    try {
      return await work(transaction.session)
    } catch (error) {
      // What was refused before it was sent harms nothing.
      if (!(error instanceof NitroError)) this.#break(transaction, scope, error)
      throw error
    }
  }

  #break({ session }: Transaction, scope: Scope, error: unknown): void {
    scope.broken ??= error
    if (!session.lost) return
    for (let each: Scope | undefined = scope; each !== undefined; each = each.parent) each.broken ??= error
  }

  async #begin<T>(begin: string | undefined, work: (place: Place) => Promise<T>): Promise<T> {
    const session = await this.#reserve()
    const transaction: Transaction = { session, root: new Scope(undefined), afterCommit: [] }
    const scope = transaction.root.enter()
    let isClean = false
    try {
      await this.#command(transaction, scope, begin ?? "begin")
      const result = await work({ transaction, scope })
      if (scope.broken !== undefined) throw brokenError(scope.broken)
      const done = await this.#command(transaction, scope, "commit")
      isClean = true
      // The server takes `commit` for `rollback` after an error that nobody looked at.
      if (done === "ROLLBACK") throw brokenError(undefined)
      for (const callback of transaction.afterCommit) callback()
      return result
    } catch (error) {
      for (const undo of scope.undo.reverse()) undo()
      if (!isClean && !session.lost) {
        isClean = await session.command("rollback").then(
          () => true,
          () => false,
        )
      }
      throw error
    } finally {
      scope.leave()
      this.#release(session, !isClean)
    }
  }

  async #savepoint<T>(place: Place, work: (scope: Scope) => Promise<T>, undo?: () => void): Promise<T> {
    const { transaction } = place
    const scope = await this.#turn(place.scope)
    const parent = scope.parent as Scope
    // The transaction ended while this waited for its turn.
    if (parent.parent === undefined) {
      scope.leave()
      throw brokenError(undefined)
    }
    const name = `nitro_${scope.depth}`
    try {
      await this.#command(transaction, parent, `savepoint ${name}`)
      try {
        const result = await work(scope)
        if (scope.broken !== undefined) throw brokenError(scope.broken)
        await this.#command(transaction, scope, `release savepoint ${name}`)
        parent.undo.push(...scope.undo, ...(undo ? [undo] : []))
        return result
      } catch (error) {
        undo?.()
        for (const each of scope.undo.reverse()) each()
        if (!scope.ended && !transaction.session.lost) {
          await this.#command(transaction, parent, `rollback to savepoint ${name}`).catch(() => undefined)
          await this.#command(transaction, parent, `release savepoint ${name}`).catch(() => undefined)
        }
        throw error
      }
    } finally {
      scope.leave()
    }
  }

  async #command(transaction: Transaction, scope: Scope, sql: string): Promise<string> {
    if (scope.broken !== undefined) throw brokenError(scope.broken)
    try {
      return await transaction.session.command(sql)
    } catch (error) {
      this.#break(transaction, scope, error)
      throw explain(error, { dialect: this.#options.dialect, store: this.#options.name })
    }
  }

  /** Waits until the scope is the innermost of its transaction and opens another in it. */
  #turn(scope: Scope): MaybePromise<Scope> {
    if (scope.child === undefined) return scope.enter()
    return new Promise((resolve, reject) => {
      scope.wait(error => (error ? reject(error) : resolve(scope.live.enter())), this.#options.waitTimeoutMs)
    })
  }

  async #reserve(): Promise<Session> {
    const pool = this.#open()
    try {
      const session = pool.reserve()
      const mine = await (this.#held.size < pool.maxConnections ? session : this.#inTime(session, late => late.release(false)))
      this.#held.add(mine)
      return mine
    } catch (error) {
      throw explain(error, { dialect: this.#options.dialect, store: this.#options.name })
    }
  }

  #release(session: Session, discard: boolean): void {
    this.#held.delete(session)
    session.release(discard)
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
          new NitroError("NITRO_STORE_BUSY", `A call waited ${waitTimeoutMs} ms for a connection of ${name}; transactions have all of them.`, {
            fix: "Keep transactions short, raise `max`, and await nothing inside of a transaction that runs outside of it.",
          }),
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

  #isLost(error: unknown): boolean {
    const failure = this.#options.dialect.classify(error)
    return failure.kind === "unavailable" && failure.lost === true
  }
}

function beginText({ isolation, readOnly }: TransactionOptions, isNested: boolean): string {
  if (isolation !== undefined && !levels.has(isolation)) {
    throw new NitroError("NITRO_TRANSACTION", `There is no isolation level ${JSON.stringify(isolation)}.`, {
      fix: `Use one of ${[...levels].join(", ")}.`,
    })
  }
  if (isNested && (isolation !== undefined || readOnly)) {
    throw new NitroError("NITRO_TRANSACTION", "A transaction inside of another has the other's isolation level, and was given one of its own.", {
      fix: "Give the level to the outermost transaction.",
    })
  }
  return `begin${isolation ? ` isolation level ${isolation}` : ""}${readOnly ? " read only" : ""}`
}

function brokenError(cause: unknown): NitroError {
  return new NitroError("NITRO_TRANSACTION", "A statement of this transaction failed, and the database takes no more; nothing of it was kept.", {
    ...(cause === undefined ? {} : { cause }),
    fix: "Let the error leave the transaction's function, or put what may fail into a transaction of its own inside.",
  })
}
