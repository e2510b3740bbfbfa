// The contract of a change log: what one process announces and others, or the same after a break, read in order.
import type { MaybePromise } from "../../shared/types.ts"

/** A value that survives `JSON.parse(JSON.stringify(value))`. */
export type JsonValue =
  | string
  | number
  | boolean
  | null
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue }

/** Values by field. Dates are ISO text, bigints decimal text, bytes base64. */
export type JsonRow = Readonly<Record<string, JsonValue>>

/**
 * A change of one entity, or of many at once. Plain data that survives JSON, since it may travel between processes. `changeFrom` of
 * `nitro-ts/live` gives it types.
 */
export interface Change {
  /** `expire`: the store removed it when its time was over. */
  readonly op: "create" | "update" | "delete" | "expire" | "update-many" | "delete-many"
  /** Name of the entity class. */
  readonly entity: string
  /** A bigint as decimal text. Absent for a change of many. */
  readonly id?: string | number | undefined
  /** After the change, of a class that keeps versions. */
  readonly version?: number | undefined
  /** The row after the change, without hidden fields; encrypted fields are ciphertext. Absent for deletes and changes of many. */
  readonly row?: JsonRow | undefined
  /** The row before the change, in the same form. Absent for creates and changes of many. */
  readonly before?: JsonRow | undefined
  /** Names of the fields that changed. All for creates, none for deletes. */
  readonly changed: readonly string[]
  /** Of a change of many: the condition that its rows met before. Absent: any row may have changed. */
  readonly where?: JsonValue | undefined
  /** Of a change of many: the number of rows, where it is known. */
  readonly count?: number | undefined
  /** The session or user whose rows the store keeps apart. */
  readonly partition?: string | undefined
  /** Id of the user who made the request. */
  readonly actor?: string | number | undefined
  /** Id of the request. */
  readonly correlation?: string | undefined
  /** Milliseconds since 1970 at the publisher. */
  readonly at: number
  /** Fingerprint of the fields and their types at the publisher. */
  readonly schema?: string | undefined
  /** Id of the process that published it. */
  readonly origin: string
  /** Counts up per origin, so that (origin, seq) names a change once. */
  readonly seq: number
}

/** A place in the log: `EPOCH:POSITION`, both of letters, digits, `_`, `-` and `.`, so that it can be part of an SSE id. Compare with `EventBus.compare`. */
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
