// A Postgres database for a test file: on the server that `scripts/services` found or started, else on one that starts now.
import { randomBytes } from "node:crypto"
import { setTimeout as sleep } from "node:timers/promises"
import { Client } from "pg"
import { binaries, findServer, startServer } from "../../scripts/support/postgres.mjs"

/** Why there is no server; undefined when there is one. Printed once by each file that skips for it. */
export const postgresMissing: string | undefined =
  process.env["NITRO_POSTGRES_URL"] || binaries()
    ? undefined
    : "Postgres is not installed here. Run ./scripts/services, or set NITRO_POSTGRES_URL."

export interface TestDatabase {
  /** URL of the database. */
  readonly url: string
  /** URL that sees a schema of its own in it, empty at first; each call gives another. At most `schemas` calls. */
  emptySchema(): string
  /** Runs SQL as an app would, past the store. */
  query(sql: string, values?: unknown[]): Promise<Record<string, unknown>[]>
  remove(): Promise<void>
}

/** Creates a separate database with so many empty schemas. */
export async function testDatabase(schemas = 0): Promise<TestDatabase> {
  // The process that started vitest's worker, or this one when there are no workers: the server ends with it.
  const server = findServer() ?? (await startServer(process.send ? process.ppid : process.pid))
  const name = `nitro_test_${randomBytes(6).toString("hex")}`
  const run = async (
    url: string,
    sql: string,
    values: unknown[] = [],
  ): Promise<Record<string, unknown>[]> => {
    const client = new Client({ connectionString: url })
    await client.connect()
    try {
      return (await client.query(sql, values)).rows as Record<string, unknown>[]
    } finally {
      await client.end()
    }
  }
  await run(server, `create database ${name}`)
  const url = new URL(server)
  url.pathname = name
  const names = Array.from({ length: schemas }, (_, index) => `s${index}`)
  if (schemas > 0) await run(url.href, names.map(schema => `create schema ${schema}`).join(";"))
  return {
    url: url.href,
    emptySchema() {
      const schema = names.shift()
      if (schema === undefined) throw new Error("Ask for more schemas.")
      return `${url.href}?options=-c%20search_path%3D${schema}`
    },
    query: (sql, values) => run(url.href, sql, values),
    async remove() {
      // Connections that were closed a moment ago end by themselves; forced, they would tell their clients of an error.
      const used = `select 1 from pg_stat_activity where datname = '${name}'`
      for (let patience = 40; patience > 0 && (await run(server, used)).length > 0; patience--)
        await sleep(50)
      await run(server, `drop database ${name} with (force)`)
    },
  }
}
