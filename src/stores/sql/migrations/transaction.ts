// The transaction of a migration, as a dialect begins and ends it.
import type { Row } from "../../../entity/store.ts"

export interface Transaction {
  all(sql: string): Promise<Row[]>
  exec(sql: string): Promise<void>
  /** Runs it again while it fails for a lock. */
  patiently(work: () => Promise<void>): Promise<void>
  readonly lockTimeoutMs: number
  /** Set when the connection could not be brought back to what it was. */
  isDirty: boolean
}

export async function committed<T>(database: Transaction, fn: () => Promise<T>): Promise<T> {
  try {
    const result = await fn()
    await database.patiently(() => database.exec("commit"))
    return result
  } catch (error) {
    await rollBack(database)
    throw error
  }
}

export async function rollBack(database: Transaction): Promise<void> {
  try {
    await database.exec("rollback")
  } catch {
    // An error such as a full disk has ended it already, or the connection is gone; the first error says more.
    database.isDirty = true
  }
}
