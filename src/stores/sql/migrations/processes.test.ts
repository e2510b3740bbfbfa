// Several processes that migrate at once, and one that is killed in the middle.

import { spawn } from "node:child_process"
import { once } from "node:events"
import { readFileSync, writeFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { describe, expect, it } from "vitest"
import type { EntityDefinition } from "../../../entity/store.ts"
import { define, type FieldSpec } from "../testing/definitions.ts"
import { createMigrator } from "./migrator.ts"
import { all, type Database, databases, newFolder, onConnection } from "./testing/databases.ts"

const script = fileURLToPath(new URL("testing/migrate.ts", import.meta.url))

function start(source: string, folder: string) {
  const child = spawn(
    process.execPath,
    ["--import", "tsx", "--conditions=source", script, source, folder],
    {
      stdio: ["ignore", "pipe", "pipe"],
    },
  )
  const output = { stdout: "", stderr: "" }
  child.stdout.on("data", (chunk: Buffer) => {
    output.stdout += chunk
  })
  child.stderr.on("data", (chunk: Buffer) => {
    output.stderr += chunk
  })
  const done = once(child, "close").then(() => {
    const [, line] = output.stdout.split("\n")
    if (!line) throw new Error(output.stderr)
    return JSON.parse(line) as string[]
  })
  const ready = new Promise<void>(resolve => child.stdout.once("data", () => resolve()))
  return { child, done, ready }
}

const product = (...columns: string[]): EntityDefinition =>
  define(
    "Product",
    Object.fromEntries(
      columns.map(name => [name, { type: "string", nullable: true } satisfies FieldSpec]),
    ),
    {
      table: "products",
    },
  )

/** Statements that keep a database busy for a while, within a migration. */
function slowly(database: Database): string {
  if (database.dialect === "postgres") return "select pg_sleep(0.4);\n"
  return "create temp table slow as with recursive n(i) as (select 1 union all select i + 1 from n where i < 1500000) select max(i) from n;\ndrop table temp.slow;\n"
}

async function project(database: Database) {
  const source = database.source()
  const store = await database.open(source)
  const folder = newFolder()
  const names: string[] = []
  for (const columns of [["a"], ["a", "b"], ["a", "b", "c"]]) {
    const { name, files } = await createMigrator({
      store,
      folder,
      entities: [product(...columns)],
    }).create({ name: `${columns.length}` })
    const [file] = files as [string]
    writeFileSync(
      file,
      readFileSync(file, "utf8").replace("-- down", `${slowly(database)}\n-- down`),
    )
    names.push(name as string)
  }
  return {
    source,
    store,
    folder,
    names,
    migrator: createMigrator({
      store,
      folder,
      entities: [product("a", "b", "c")],
      lockTimeoutMs: 60_000,
    }),
  }
}

const one = databases.filter(
  (database, at) => databases.findIndex(other => other.dialect === database.dialect) === at,
)

describe.each(one)("on $name", database => {
  it("applies each migration once when three processes start together", {
    timeout: 60_000,
  }, async () => {
    const { source, store, folder, names, migrator } = await project(database)
    const others = [start(source, folder), start(source, folder)]
    await Promise.all(others.map(({ ready }) => ready))
    const mine = migrator
      .up({ yes: true })
      .then(({ migrations }) => migrations.map(({ name }) => name))
    const done = await Promise.all([mine, ...others.map(other => other.done)])
    expect(done.flat().sort()).toEqual(names)
    expect(await migrator.check()).toMatchObject({ ok: true })
    const rows = await all(store, "select name from nitro_migrations order by position")
    expect(rows.flat()).toEqual(names)
  })

  it("goes on where a killed process left off, with nothing half done", {
    timeout: 60_000,
  }, async () => {
    const { source, store, folder, names, migrator } = await project(database)
    const killed = start(source, folder)
    const gone = killed.done.catch(() => undefined)
    await killed.ready
    const applied = (): Promise<number> =>
      onConnection(
        store,
        async executor =>
          (
            await executor.all("select count(*) from nitro_migrations").catch(() => [[0]])
          )[0]?.[0] as number,
      ).then(Number)
    while ((await applied()) === 0) await new Promise(resolve => setTimeout(resolve, 20))
    killed.child.kill("SIGKILL")
    await gone
    const before = await applied()
    expect(before).toBeLessThan(names.length)
    const { migrations } = await migrator.up({ yes: true })
    expect(migrations.map(({ name }) => name)).toEqual(names.slice(before))
    expect(await migrator.check()).toMatchObject({ ok: true })
  })
})

describe.each(one)("a lock on $name", database => {
  it("ends the wait with an error that says so, and changes nothing", {
    timeout: 30_000,
  }, async () => {
    const { source, folder, names, migrator } = await project(database)
    const blocker = database.openBeside(source)
    const impatient = createMigrator({
      store: await database.open(source),
      folder,
      entities: [product("a", "b", "c")],
      lockTimeoutMs: 100,
    })
    await onConnection(blocker, executor =>
      executor.transaction(async () => {
        await expect(impatient.up({ yes: true })).rejects.toMatchObject({
          code: "NITRO_MIGRATION_LOCKED",
          status: 503,
        })
      }),
    )
    expect((await impatient.status()).pending).toBe(names.length)
    expect((await migrator.up({ yes: true })).migrations).toHaveLength(names.length)
  })
})
