// better-sqlite3: synchronous, prebuilt for Node 22 and later since version 13.
import type { SyncDriver } from "../driver.ts"
import { requirePeer } from "./require-peer.ts"
import { type StatementDatabase, StatementDriver } from "./statement-driver.ts"

type BetterSqlite3 = new (file: string) => StatementDatabase

/** Throws what loading the package throws when it is missing or does not fit this Node. */
export function loadBetterSqlite3(): (file: string) => SyncDriver {
  const Database = requirePeer("better-sqlite3") as BetterSqlite3
  // The binary is loaded by the first connection: one in memory shows now whether it fits this Node.
  new Database(":memory:").close()
  return file => new StatementDriver("better-sqlite3", new Database(file))
}
