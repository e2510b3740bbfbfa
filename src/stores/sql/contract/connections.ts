// The contract between a SQL repository and the connections of its store: who runs when, and in which transaction.
import type { MaybePromise } from "../../../shared/types.ts"
import type { Driver } from "./driver.ts"

/** A call joins the transaction of its async context, if there is one; other calls never see or join it. */
export interface Connections {
  /** Runs a reading statement. */
  read<T>(work: (driver: Driver) => MaybePromise<T>): MaybePromise<T>
  /** Runs a statement that the database keeps from writing, whatever functions it calls. */
  readOnly<T>(work: (driver: Driver) => MaybePromise<T>): MaybePromise<T>
  /** Runs one writing statement. */
  write<T>(work: (driver: Driver) => MaybePromise<T>): MaybePromise<T>
  /**
   * Runs several statements, all or nothing: a transaction, or a savepoint inside of one. `undo` is called when they are
   * rolled back, now or with the transaction around them.
   */
  atomic<T>(work: (driver: Driver) => MaybePromise<T>, undo?: () => void): MaybePromise<T>
  /** Whether a call now would join a transaction. */
  readonly inTransaction: boolean
  /** Lets running work finish, refuses new work, and closes. */
  close(): MaybePromise<void>
}
