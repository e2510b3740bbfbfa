// libsql: SQLite's fork with better-sqlite3's interface, prebuilt for Node 20 too.
import type { SyncDriver } from "../driver.ts"
import { requirePeer } from "./require-peer.ts"
import { type StatementDatabase, StatementDriver } from "./statement-driver.ts"

type Libsql = new (file: string) => StatementDatabase

/** Throws what loading the package throws when it is missing or has no binary for this machine. */
export function loadLibsql(): (file: string) => SyncDriver {
  const Database = requirePeer("libsql") as Libsql
  return file => new StatementDriver("libsql", new Database(file))
}
