// Diagnostics: start and end of work on `node:diagnostics_channel`, at no cost without a subscriber.
import { type Channel, channel } from "node:diagnostics_channel"
import { currentRequestId } from "./request-id.ts"
import type { MaybePromise } from "./types.ts"

/** Fields of every message. */
export interface TraceMessage {
  /** Of the request that the work belongs to; undefined outside of requests. */
  requestId?: string | undefined
  /** From `end` on. */
  durationMs?: number
  /** From `end` on, where the work failed. */
  error?: unknown
}

/** A pair of channels, `NAME:start` and `NAME:end`, which get one object of plain data, filled in between. */
export class Trace<M extends TraceMessage> {
  readonly #start: Channel
  readonly #end: Channel

  /** `name` as users subscribe to it: `nitro:query`. */
  constructor(name: string) {
    this.#start = channel(`${name}:start`)
    this.#end = channel(`${name}:end`)
  }

  /** Check it before computing anything for a message. */
  get isWatched(): boolean {
    return this.#start.hasSubscribers || this.#end.hasSubscribers
  }

  /** Publishes the start; the function that it returns publishes the end. */
  begin(message: M): () => void {
    const startedAt = performance.now()
    message.requestId ??= currentRequestId()
    this.#start.publish(message)
    return () => {
      message.durationMs = performance.now() - startedAt
      this.#end.publish(message)
    }
  }

  /** Runs `work` between the two messages. `complete` adds what is known of its result. */
  run<T>(
    message: M,
    work: () => MaybePromise<T>,
    complete?: (result: T, message: M) => void,
  ): MaybePromise<T> {
    const end = this.begin(message)
    const succeeded = (result: T): T => {
      complete?.(result, message)
      end()
      return result
    }
    const failed = (error: unknown): never => {
      message.error = error
      end()
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

/** On `nitro:request:start` and `nitro:request:end`: a request to a route of the app. */
export interface RequestMessage extends TraceMessage {
  readonly method: string
  /** Without the query, which may hold secrets. */
  readonly path: string
  /** From `end` on. */
  status?: number
}

/** On `nitro:action:start` and `nitro:action:end`: the run of an action, without reading its input and printing its response. */
export interface ActionMessage extends TraceMessage {
  /** `Todo.toggle`, `Todo.create`. */
  readonly name: string
}

/** On `nitro:transaction:start` and `nitro:transaction:end`: a unit of work, from its beginning to its commit or rollback. */
export interface TransactionMessage extends TraceMessage {
  /** Of the unit, as in errors. */
  readonly name: string
  /** Whether it is one inside of another. */
  readonly isNested: boolean
}

/** On `nitro:query:start` and `nitro:query:end`: a statement that goes to a database. */
export interface QueryMessage extends TraceMessage {
  /** With placeholders. The values are left out: they may be secret. */
  readonly sql: string
  /** Of the client library: `libsql`, `pg`. */
  readonly driver: string
  /** From `end` on: rows that were returned, or touched. */
  rows?: number
}

/** On `nitro:save:start` and `nitro:save:end`: entities that are written, with their hooks and checks. */
export interface SaveMessage extends TraceMessage {
  /** Name of the class. */
  readonly entity: string
  readonly operation: "create" | "update" | "delete"
  /** From `end` on: rows that were written; for a single save 1, also where nothing had changed. */
  rows?: number
}

/** On `nitro:render:start` and `nitro:render:end`: markup that becomes the response to a request, all its async parts included. */
export interface RenderMessage extends TraceMessage {
  /** Whether the first bytes go out before the last are known. */
  readonly isStreamed: boolean
  /** From `end` on: UTF-8 bytes of the HTML. */
  bytes?: number
}

/** On `nitro:bus:start` and `nitro:bus:end`: a change that is published on a change log, until it is kept and local listeners were called. */
export interface BusMessage extends TraceMessage {
  /** Of the change log: `memory`. */
  readonly bus: string
  /** From `end` on: the position of the change. */
  cursor?: string
}

/** On `nitro:stream:start` and `nitro:stream:end`: the stream of an open page. */
export interface StreamMessage extends TraceMessage {
  /** Of the page, without its query. */
  readonly path: string
  /** From `end` on: that were written, before compression. */
  bytes?: number
}

/** On `nitro:topic:start` and `nitro:topic:end`: a live view, from the first page that watches it to the last. */
export interface TopicMessage extends TraceMessage {
  /** HTML id of its element. */
  readonly id: string
  /** Whether pages share it. */
  readonly isShared: boolean
}

/** On `nitro:patch:start` and `nitro:patch:end`: changes of one round, from reading what they mean for a live view to its patches. */
export interface PatchMessage extends TraceMessage {
  /** HTML id of the view's element. */
  readonly id: string
  /** Number of changes that concern the view. */
  readonly changes: number
  /** From `end` on: streams that get the patches. */
  streams?: number
  /** From `end` on: of the patches, once. */
  bytes?: number
}

export const streams: Trace<StreamMessage> = new Trace("nitro:stream")
export const topics: Trace<TopicMessage> = new Trace("nitro:topic")
export const patches: Trace<PatchMessage> = new Trace("nitro:patch")
export const requests: Trace<RequestMessage> = new Trace("nitro:request")
export const actions: Trace<ActionMessage> = new Trace("nitro:action")
export const transactions: Trace<TransactionMessage> = new Trace("nitro:transaction")
export const queries: Trace<QueryMessage> = new Trace("nitro:query")
export const saves: Trace<SaveMessage> = new Trace("nitro:save")
export const renders: Trace<RenderMessage> = new Trace("nitro:render")
export const buses: Trace<BusMessage> = new Trace("nitro:bus")

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

/** `describe` runs while the channel has a subscriber. `rowsOf`: how many rows a result is. */
export async function traceSave<T>(
  describe: () => SaveMessage,
  save: () => Promise<T>,
  rowsOf: (result: T) => number,
): Promise<T> {
  return saves.run(describe(), save, (result, message) => {
    message.rows = rowsOf(result)
  })
}
