// The contract of a change log: what one process announces and others, or the same after a break, read in order.
import type { MaybePromise } from "../../shared/types.ts"

/** A save or delete of one entity. Plain data that survives JSON, since it may travel between processes. */
export interface Change {
  /** Name of the entity class. */
  readonly entity: string
  readonly id: string
  /** The entity's version after the change; 0 where it keeps none. */
  readonly version: number
  readonly op: "create" | "update" | "delete"
  /** Field values after the change; which ones, the publisher decides. */
  readonly fields: Readonly<Record<string, unknown>>
  /** Id of the publishing process. */
  readonly origin: string
  /** Counts up per origin, so that (origin, seq) names a change once. */
  readonly seq: number
}

/** A place in the log: `EPOCH:POSITION`, without spaces or line breaks, so that it can be an SSE id. Compare with `EventBus.compare`. */
export type Cursor = string

/** A change with its place: reading on from `cursor` gives what came after it. */
export interface LoggedChange<C = Change> {
  readonly cursor: Cursor
  readonly change: C
}

export interface BusListener<C = Change> {
  /** Called in log order, each change once, without waiting for a promise. A throw or rejection is reported and does not affect other listeners. */
  change(logged: LoggedChange<C>): void
  /** Some changes are lost for good: take a snapshot. Later changes follow `cursor`. */
  reset(cursor: Cursor): void
}

export interface BusCapabilities {
  /** The log survives the end of the process. */
  readonly durable: boolean
  /** Other processes read the same log. */
  readonly acrossProcesses: boolean
}

export interface EventBus<C = Change> {
  /** For messages: `memory`. Never holds a password. */
  readonly name: string
  readonly capabilities: BusCapabilities
  /** Appends; resolves when the change is in the log, with its place. */
  publish(change: C): MaybePromise<Cursor>
  /** Everything after `from`, then what comes, without gap or repetition; default: only what comes. A `from` that the log no longer knows gives `reset` first. */
  subscribe(listener: BusListener<C>, from?: Cursor): MaybePromise<() => void>
  /** At most `limit` changes after `from`, oldest first; undefined where `from` is trimmed, unknown, or of another epoch. */
  replay(from: Cursor, limit: number): MaybePromise<readonly LoggedChange<C>[] | undefined>
  /** The place after the last change: what a page embeds before it reads its data. */
  cursor(): MaybePromise<Cursor>
  /** Changes when the log was lost or cannot be trusted: cursors from before mean nothing then. */
  epoch(): MaybePromise<string>
  /** Negative when `a` comes first. Throws `NITRO_BUS_CURSOR` on malformed cursors and on two epochs. */
  compare(a: Cursor, b: Cursor): number
  close(): MaybePromise<void>
}
