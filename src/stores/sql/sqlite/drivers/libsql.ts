// libsql: SQLite's fork with better-sqlite3's interface, prebuilt for Node 20 too.
import type { SyncDriver } from "../../contract/driver.ts"
import { requirePeer } from "../../contract/require-peer.ts"
import { type StatementDatabase, StatementDriver } from "./statement-driver.ts"

type Libsql = new (file: string) => StatementDatabase

/** Throws what loading the package throws when it is missing or has no binary for this machine. */
export function loadLibsql(): (file: string) => SyncDriver {
  // The part of the package that is used.
  const Database = requirePeer("libsql") as Libsql
  return file => new LibsqlDriver("libsql", new Database(file))
}

class LibsqlDriver extends StatementDriver {
  // libsql keeps the file open until the garbage collector has taken the last statement, so SQLite's own clean-up on
  // closing comes late: this brings every commit into the main file now, which can then be copied or moved alone.
  override close(): void {
    if (!this.inTransaction) this.all("pragma wal_checkpoint(truncate)", [])
    super.close()
  }
}
