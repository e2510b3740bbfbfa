// What happens inside, for those who watch: start and end of work on `node:diagnostics_channel`, and nothing while nobody does.
import { type Channel, channel } from "node:diagnostics_channel"
import type { MaybePromise } from "./types.ts"

/** What every message has from `end` on. */
export interface TraceEnd {
  /** From `end` on. */
  durationMs?: number
  /** From `end` on, where the work failed. */
  error?: unknown
}

/** A pair of channels, `NAME:start` and `NAME:end`, which get one object of plain data, filled in between. */
export class Trace<M extends TraceEnd> {
  readonly #start: Channel
  readonly #end: Channel

  /** `name` as users subscribe to it: `nitro:query`. */
  constructor(name: string) {
    this.#start = channel(`${name}:start`)
    this.#end = channel(`${name}:end`)
  }

  /** To be asked before anything is computed for a message. */
  get isWatched(): boolean {
    return this.#start.hasSubscribers || this.#end.hasSubscribers
  }

  /** Runs `work` between the two messages. `complete` adds what is known of its result. */
  run<T>(
    message: M,
    work: () => MaybePromise<T>,
    complete?: (result: T, message: M) => void,
  ): MaybePromise<T> {
    const startedAt = performance.now()
    this.#start.publish(message)
    const done = (): void => {
      message.durationMs = performance.now() - startedAt
      this.#end.publish(message)
    }
    const succeeded = (result: T): T => {
      complete?.(result, message)
      done()
      return result
    }
    const failed = (error: unknown): never => {
      message.error = error
      done()
      throw error
    }
    let running: MaybePromise<T>
    try {
      running = work()
    } catch (error) {
      return failed(error)
    }
    return running instanceof Promise ? running.then(succeeded, failed) : succeeded(running)
  }
}

/** On `nitro:request:start` and `nitro:request:end`: a request that a route of the app answers. */
export interface RequestMessage extends TraceEnd {
  readonly method: string
  /** Without the query, which may hold what nobody else is to see. */
  readonly path: string
  /** From `end` on. */
  status?: number
}

/** On `nitro:action:start` and `nitro:action:end`: what a route runs, without reading its input and printing its answer. */
export interface ActionMessage extends TraceEnd {
  /** `Todo.toggle`, `Todo.create`. */
  readonly name: string
}

/** On `nitro:transaction:start` and `nitro:transaction:end`: a unit of work, from its beginning to its commit or rollback. */
export interface TransactionMessage extends TraceEnd {
  /** Of the unit, as in errors. */
  readonly name: string
  /** Whether it is one inside of another. */
  readonly isNested: boolean
}

/** On `nitro:query:start` and `nitro:query:end`: a statement that goes to a database. */
export interface QueryMessage extends TraceEnd {
  /** With placeholders. The values are left out: they may be secret. */
  readonly sql: string
  /** Of the client library: `libsql`, `pg`. */
  readonly driver: string
  /** From `end` on: rows that were returned, or touched. */
  rows?: number
}

export const requests: Trace<RequestMessage> = new Trace("nitro:request")
export const actions: Trace<ActionMessage> = new Trace("nitro:action")
export const transactions: Trace<TransactionMessage> = new Trace("nitro:transaction")
export const queries: Trace<QueryMessage> = new Trace("nitro:query")

/** `rowsOf`: how many rows a result is. */
export function traceQuery<T>(
  driver: string,
  sql: string,
  run: () => MaybePromise<T>,
  rowsOf: (result: T) => number,
): MaybePromise<T> {
  return queries.run({ sql, driver }, run, (result, message) => {
    message.rows = rowsOf(result)
  })
}
