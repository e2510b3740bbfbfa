// Chooses the SQLite library: the one named by the option, else the first of node:sqlite, better-sqlite3 and libsql that loads.
import { NitroError } from "../../../../shared/errors.ts"
import "../../contract/errors.ts"
import { messageOf } from "../../../../shared/thrown.ts"
import type { SyncDriver } from "../../contract/driver.ts"
import { loadBetterSqlite3 } from "./better-sqlite3.ts"
import { loadLibsql } from "./libsql.ts"
import {
  findNodeSqlite,
  loadNodeSqlite,
  type NodeDatabase,
  NodeSqliteDriver,
} from "./node-sqlite.ts"
import { type StatementDatabase, StatementDriver } from "./statement-driver.ts"

/** In the order of preference. */
export const sqliteDrivers = ["node:sqlite", "better-sqlite3", "libsql"] as const
export type SqliteDriverName = (typeof sqliteDrivers)[number]

/** An open connection of one of the libraries: a `DatabaseSync` of node:sqlite, a `Database` of better-sqlite3 or libsql. */
export type SqliteConnection = NodeDatabase | StatementDatabase

const loaders: Readonly<Record<SqliteDriverName, () => (file: string) => SyncDriver>> = {
  "node:sqlite": loadNodeSqlite,
  "better-sqlite3": loadBetterSqlite3,
  libsql: loadLibsql,
}

const nodeMajor = Number.parseInt(process.versions.node, 10)
// better-sqlite3 13 has no binary for Node 20, and 12 must be compiled where none can be fetched.
const advice = nodeMajor < 22 ? "npm install libsql" : "npm install better-sqlite3"
const versions: { readonly [name: string]: string } =
  nodeMajor < 22 ? { "better-sqlite3": "better-sqlite3@12" } : {}

/** Gives a function that opens a file. Throws `NITRO_DRIVER_MISSING` with the command that installs one. */
export function loadSqliteDriver(name?: SqliteDriverName): (file: string) => SyncDriver {
  if (name !== undefined && !Object.hasOwn(loaders, name)) {
    throw new NitroError("NITRO_DRIVER_MISSING", `There is no SQLite driver "${String(name)}".`, {
      fix: `Use one of ${sqliteDrivers.join(", ")}.`,
    })
  }
  const failures: Record<string, string> = {}
  for (const candidate of name === undefined ? sqliteDrivers : [name]) {
    try {
      return loaders[candidate]()
    } catch (error) {
      failures[candidate] = firstLine(error)
      if (name !== undefined) throw missing(name, failures, error)
    }
  }
  throw missing(undefined, failures, undefined)
}

function missing(
  name: SqliteDriverName | undefined,
  failures: Record<string, string>,
  cause: unknown,
): NitroError {
  const reasons = Object.entries(failures).map(([driver, reason]) => `${driver}: ${reason}`)
  const command =
    name === undefined
      ? advice
      : name === "node:sqlite"
        ? `${advice} (and leave \`driver\` out), or update Node`
        : `npm install ${versions[name] ?? name}`
  return new NitroError(
    "NITRO_DRIVER_MISSING",
    `No SQLite driver could be loaded (${reasons.join("; ")}). Run: ${command}`,
    {
      fix: `Run: ${command}`,
      details: { failures },
      ...(cause === undefined ? {} : { cause }),
    },
  )
}

function firstLine(error: unknown): string {
  return messageOf(error).replace(/\n.*$/s, "")
}

/** Wraps a connection that the app opened, and closes, itself. */
export function wrapConnection(connection: SqliteConnection): SyncDriver {
  const node = findNodeSqlite()
  if (node && connection instanceof node.DatabaseSync)
    return new NodeSqliteDriver(connection, false)
  if ("inTransaction" in connection && "prepare" in connection)
    return new StatementDriver("connection", connection, false)
  throw new NitroError(
    "NITRO_DRIVER_MISSING",
    "The driver given to sqlite() is not an open connection of a known library.",
    {
      fix: "Give a DatabaseSync of node:sqlite, or a Database of better-sqlite3 or libsql.",
    },
  )
}
