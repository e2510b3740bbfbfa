// The databases that migrations are tested on: every SQLite library that loads here, and Postgres where a server is given.
import { Pool } from "pg"
import { afterAll } from "vitest"
import { postgresMissing, testDatabase } from "../../../../../test/support/postgres.ts"
import type { Store } from "../../../../entity/store.ts"
import { postgresDrivers } from "../../postgres/drivers/load.ts"
import { postgres } from "../../postgres/store.ts"
import { sqlite } from "../../sqlite/store.ts"
import { availableDrivers, openConnection, temporaryFolder } from "../../testing/drivers.ts"
import { withSession } from "../connection.ts"
import type { Executor } from "../executor.ts"

export interface Database {
  readonly name: string
  readonly dialect: "sqlite" | "postgres"
  /** A store on a new, empty database, or on the one at `source`; closed after the tests of the file. */
  readonly open: (source?: string) => Promise<Store>
  /** The same as another process would have it: on a separate connection. */
  readonly openBeside: (source: string) => Store
  /** Path or URL of a new, empty database. */
  readonly source: () => string
}

const folder = temporaryFolder()
const opened: Store[] = []
const connections: { close(): unknown }[] = []
let count = 0

const server = postgresMissing === undefined ? await testDatabase(200) : undefined
if (server === undefined) console.log(`Skipped on Postgres: ${postgresMissing}`)

afterAll(async () => {
  for (const store of opened) await store.close()
  for (const connection of connections) await connection.close()
  await server?.remove()
  folder.remove()
})

export const databases: readonly Database[] = [
  ...availableDrivers.map(driver => ({
    name: driver,
    dialect: "sqlite" as const,
    source: newFile,
    open: async (file = newFile()) => keep(sqlite({ file, driver, schema: "none" })),
    openBeside: (file: string) => {
      const connection = openConnection(driver, file)
      connections.push(connection)
      connection.exec("pragma journal_mode = wal")
      return keep(sqlite({ driver: connection, schema: "none" }))
    },
  })),
  ...(server === undefined ? [] : postgresDrivers).map(driver => ({
    name: `postgres through ${driver}`,
    dialect: "postgres" as const,
    source: () => server?.emptySchema() as string,
    open: async (url = server?.emptySchema() as string) =>
      keep(postgres({ url, driver, max: 3, schema: "none" })),
    openBeside: (url: string) => {
      const pool = new Pool({ connectionString: url, max: 3 })
      connections.push({ close: () => pool.end() })
      return keep(postgres({ pool, schema: "none" }))
    },
  })),
]

export function keep(store: Store): Store {
  opened.push(store)
  return store
}

function newFile(): string {
  return folder.path(`${count++}.db`)
}

/** A new path for migration files. */
export function newFolder(): string {
  return folder.path(`migrations-${count++}`)
}

export function onConnection<T>(
  store: Store,
  work: (executor: Executor) => Promise<T>,
): Promise<T> {
  return withSession(store, { lockTimeoutMs: 5000 }, work)
}

export function exec(store: Store, ...statements: string[]): Promise<void> {
  return onConnection(store, async executor => {
    for (const statement of statements) await executor.exec(statement)
  })
}

export function all(store: Store, sql: string): Promise<unknown[][]> {
  return onConnection(store, executor => executor.all(sql))
}
