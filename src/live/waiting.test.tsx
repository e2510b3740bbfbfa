// Changes that wait for a topic are bounded: beyond the limit they are dropped, and the store is read once instead.
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Entity, memory } from "nitro-ts/entity"
import { live } from "nitro-ts/live"
import { sqlite } from "nitro-ts/sqlite"
import { afterEach, expect, it, onTestFinished, vi } from "vitest"
import { z } from "zod"
import { MemoryTable } from "../entity/memory/table.ts"
import { roundMs } from "./rounds.ts"
import { makeApp, type TestApp } from "./support/live-pages.tsx"
import { maxWaitingChanges } from "./topic.ts"

let app: TestApp | undefined
afterEach(async () => {
  vi.restoreAllMocks()
  await app?.close()
})

it.each([
  ["up to the limit", maxWaitingChanges, 0],
  ["beyond it", maxWaitingChanges + 1, 1],
  ["far beyond it", 3 * maxWaitingChanges, 1],
])(`of ${maxWaitingChanges} waiting changes: %s`, async (_, count, reads) => {
  class Row extends Entity("Row", { n: z.int() }) {
    static store = memory()
  }
  const item = (row: Row) => <li id={row.domId}>{row.n}</li>
  app = makeApp({ entities: [Row], view: () => live(Row.where(), item) })
  const stream = await app.open(await app.page())
  const find = vi.spyOn(MemoryTable.prototype, "find")
  // One transaction announces all of its changes in one turn.
  await Row.createMany(Array.from({ length: count }, (_, n) => ({ n })))
  while (!stream.text.includes(`>${count - 1}<`)) await stream.read()
  expect(find.mock.calls.length).toBe(reads)
})

it("lets no page that opens wait for the time of a round", async () => {
  const folder = mkdtempSync(join(tmpdir(), "nitro-waiting-"))
  const store = sqlite({ file: join(folder, "rows.db"), schema: "sync" })
  onTestFinished(async () => {
    await store.close?.()
    rmSync(folder, { recursive: true })
  })
  class Row extends Entity("Row", { n: z.int() }) {
    // Other programs may write to it, so each page that opens reads anew.
    static store = store
  }
  const item = (row: Row) => <li id={row.domId}>{row.n}</li>
  app = makeApp({ entities: [Row], view: () => live(Row.where(), item) })
  const page = await app.page()
  await app.open(page)
  let waits = 0
  const setTimer = globalThis.setTimeout
  vi.spyOn(globalThis, "setTimeout").mockImplementation(((run: () => void, ms?: number) =>
    setTimer(() => {
      if (ms !== undefined && ms <= roundMs) waits++
      run()
    }, ms)) as typeof setTimeout)
  for (let opened = 0; opened < 20; opened++) await (await app.open(page)).close()
  expect(waits).toBe(0)
})
