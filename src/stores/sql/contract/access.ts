// How migrations and statements of others reach the connection of a SQL store: a member that only this package can name.
import { NitroError } from "../../../shared/errors.ts"
import type { MaybePromise } from "../../../shared/types.ts"
import type { Dialect } from "./dialect.ts"
import type { Driver, SqlResult } from "./driver.ts"

/** Present on every store of this package that runs SQL. */
export const sqlAccess: unique symbol = Symbol("nitro.sql")

export interface SqlAccess {
  readonly dialect: Dialect
  /**
   * Hands out one connection, outside of any transaction, and blocks other writers until `work` is done.
   * `work` itself undoes its changes to the connection (settings, an open transaction).
   */
  exclusive<T>(work: (driver: Driver) => Promise<T>): Promise<T>
  /** Runs a statement of another library in the transaction of this context, or alone without one. */
  execute(text: string, values: readonly unknown[]): MaybePromise<SqlResult>
  inTransaction(): boolean
}

// Only stores of this library know the symbol.
const hasAccess = (store: object): store is { readonly [sqlAccess]: SqlAccess } =>
  sqlAccess in store

/** Throws `NITRO_CAPABILITY` for a store that runs no SQL of ours. */
export function accessOf(store: { readonly name: string }): SqlAccess {
  if (hasAccess(store)) return store[sqlAccess]
  throw new NitroError(
    "NITRO_CAPABILITY",
    `${store.name} is no SQL store of this library, and has no tables.`,
    {
      fix: 'Give a store of "nitro-ts/sqlite" or "nitro-ts/postgres".',
    },
  )
}
