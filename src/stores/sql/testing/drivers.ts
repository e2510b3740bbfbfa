// The SQLite libraries that load here, so that every test of the store runs on each of them.
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { requirePeer } from "../contract/require-peer.ts"
import {
  loadSqliteDriver,
  type SqliteConnection,
  type SqliteDriverName,
  sqliteDrivers,
} from "../sqlite/drivers/load.ts"

/** Names with undefined where the library loads, else why it does not. */
export const driverStatus: readonly (readonly [
  name: SqliteDriverName,
  missing: string | undefined,
])[] = sqliteDrivers.map(name => {
  try {
    loadSqliteDriver(name)
    return [name, undefined] as const
  } catch (error) {
    return [name, (error as Error).message] as const
  }
})

export const availableDrivers: readonly SqliteDriverName[] = driverStatus.flatMap(
  ([name, missing]) => (missing === undefined ? [name] : []),
)

/** A fresh folder; `remove` deletes it. */
export function temporaryFolder(): {
  readonly path: (name: string) => string
  readonly remove: () => void
} {
  const folder = mkdtempSync(join(tmpdir(), "nitro-sqlite-"))
  return {
    path: name => join(folder, name),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}

/** A connection as an app opens it, past the store. */
export function openConnection(driver: SqliteDriverName, file: string): SqliteConnection {
  type Constructor = new (file: string) => SqliteConnection
  if (driver !== "node:sqlite") return new (requirePeer(driver) as Constructor)(file)
  return new (
    process.getBuiltinModule("node:sqlite") as unknown as { DatabaseSync: Constructor }
  ).DatabaseSync(file)
}
