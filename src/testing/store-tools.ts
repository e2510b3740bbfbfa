// Shared parts of the store suite's groups: a test on a new store, and rows of accounts.
import type { QueryPlan, Repository, Row, Store } from "../entity/store.ts"
import type { TestRunner } from "./runner.ts"
import { Account, encodeRow, sampleId } from "./samples.ts"

/** The options that a test passes to its store. */
export interface StoreOptions {
  /** How long a call waits for a transaction or a connection, in milliseconds. */
  readonly waitTimeoutMs?: number
  /** Every write of the store is a unit of work. */
  readonly unit?: "always"
}

/** The tools of one group of tests. */
export interface Tools {
  readonly expect: TestRunner["expect"]
  /** A test on a new store. */
  test(name: string, run: (store: Store) => Promise<void>, options?: StoreOptions): void
}

export function accountRow(
  store: Store,
  n: number,
  values: Readonly<Record<string, unknown>> = {},
): Row {
  return encodeRow(store, Account.definition, {
    id: sampleId(n),
    email: `${n}@example.org`,
    balance: n,
    ...values,
  })
}

export async function accounts(store: Store, count: number): Promise<Repository> {
  const repository = store.bind(Account.definition)
  for (let n = 0; n < count; n++)
    await repository.write([{ op: "insert", row: accountRow(store, n) }])
  return repository
}

export function ids(rows: readonly Row[]): unknown[] {
  return rows.map(row => row[0])
}

export const everything: QueryPlan = { orderBy: [] }
export const balanceColumn = 4

export const balanceOf = (row: Row | undefined): number => Number(present(row)[balanceColumn])

/** The requirement of the test. */
export function present<T>(value: T | null | undefined): T {
  if (value === null || value === undefined) throw new Error("The store gave nothing.")
  return value
}
