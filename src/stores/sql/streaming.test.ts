// Streams of results that are many times larger than the memory of the process that reads them.
import { execFile } from "node:child_process"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { afterAll, describe, expect, it } from "vitest"
import { z } from "zod"
import { postgresMissing, testDatabase } from "../../../test/support/postgres.ts"
import { Entity, type Store } from "../../entity/index.ts"
import { postgres } from "./postgres/store.ts"
import { sqlite } from "./sqlite/store.ts"
import { availableDrivers, openConnection, temporaryFolder } from "./testing/drivers.ts"

const rows = 500_000
const textLength = 400
// The whole result is 200 MB of text alone. V8 itself and our sources take about 20 MB of this.
const heapMb = 64

if (postgresMissing !== undefined) console.log(`Skipped: ${postgresMissing}`)
const folder = temporaryFolder()
const database = postgresMissing === undefined ? await testDatabase(1) : undefined
afterAll(async () => {
  folder.remove()
  await database?.remove()
})

async function createTable(store: Store): Promise<void> {
  class Reading extends Entity("Reading", { sensor: z.int(), text: z.string() }) {
    static store = store
  }
  expect(await Reading.count()).toBe(0)
  await store.close()
}

async function streamAll(place: string, batchSize: number): Promise<unknown> {
  const script = fileURLToPath(new URL("testing/stream-all.ts", import.meta.url))
  const limits = [`--max-old-space-size=${heapMb}`, "--import", "tsx"]
  const { stdout } = await promisify(execFile)(process.execPath, [
    ...limits,
    script,
    place,
    String(batchSize),
  ])
  return JSON.parse(stdout)
}

describe(`a stream of ${rows} rows in a heap of ${heapMb} MB`, () => {
  const all = { count: rows, characters: rows * textLength }

  it("reads a SQLite file to its end", async () => {
    const [driver] = availableDrivers
    const file = folder.path("readings.db")
    await createTable(sqlite({ file, schema: "sync" }))
    const connection = openConnection(driver as (typeof availableDrivers)[number], file)
    connection.exec(
      `insert into readings with recursive n(i) as (select 1 union all select i + 1 from n where i < ${rows})
       select printf('%08d', i), i % 7, hex(zeroblob(${textLength / 2})) from n`,
    )
    connection.close()
    expect(await streamAll(file, 500)).toEqual(all)
  }, 180_000)

  it.skipIf(database === undefined)(
    "reads a Postgres table to its end",
    async () => {
      const url = database?.emptySchema() as string
      await createTable(postgres({ url, schema: "sync" }))
      const schema = decodeURIComponent(url).split("search_path=")[1]
      await database?.query(
        `insert into ${schema}.readings select lpad(i::text, 8, '0'), i % 7, repeat('x', ${textLength}) from generate_series(1, ${rows}) as i`,
      )
      expect(await streamAll(url, 2000)).toEqual(all)
    },
    180_000,
  )
})
