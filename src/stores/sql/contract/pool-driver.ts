// The contract of a client library that keeps a pool of connections to one database.
import type { Driver } from "./driver.ts"

/** As a driver it runs each statement on whichever connection is free. */
export interface PoolDriver extends Driver {
  /** How many connections there are at most. */
  readonly maxConnections: number
  /** Takes a connection out of the pool; waits until one is free. */
  reserve(): Promise<ReservedConnection>
  close(): Promise<void>
}

/** A connection that one caller has for itself. Statements that are started together run one after the other. */
export interface ReservedConnection extends Driver {
  /** Whether the connection is gone. */
  readonly lost: boolean
  /** Whether a statement runs or waits to run. */
  readonly isBusy: boolean
  /** Makes the server give up the statement that runs, which then fails. Resolves when the server has read that, or cannot be reached. */
  cancel(): Promise<void>
  /** Runs one statement without parameters and gives the database's word for what it did: after a failure `commit` does a `ROLLBACK`. */
  command(sql: string): Promise<string>
  /** Gives the connection back; with `discard` closes it, because its state is unknown. */
  release(discard: boolean): void
}
