// better-sqlite3: synchronous; version 13 brings its binaries along, for Node 22 and later.
import type { SyncDriver } from "../../contract/driver.ts"
import { type Manifest, peerManifest, requirePeer } from "../../contract/require-peer.ts"
import { type StatementDatabase, StatementDriver } from "./statement-driver.ts"

type BetterSqlite3 = new (file: string) => StatementDatabase

/** Throws what loading the package throws when it is missing or does not fit this Node. */
export function loadBetterSqlite3(): (file: string) => SyncDriver {
  refuseOlderNode(peerManifest("better-sqlite3"), process.versions.node)
  // The part of the package that is used.
  const Database = requirePeer("better-sqlite3") as BetterSqlite3
  // The binary is loaded by the first connection: one in memory shows now whether it fits this Node.
  new Database(":memory:").close()
  return file => new StatementDriver("better-sqlite3", new Database(file))
}

/** The first connection of version 13 ends a process of Node 20 with a segmentation fault, which cannot be caught. */
export function refuseOlderNode({ version, engines }: Manifest, node: string): void {
  const least = /^>=\s*(\d+)/.exec(engines?.node ?? "")?.[1]
  if (least === undefined || Number.parseInt(node, 10) >= Number(least)) return
  throw new Error(`better-sqlite3 ${version} needs Node ${least} or later, and this is ${node}`)
}
