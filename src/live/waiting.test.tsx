// Changes that wait for a topic are bounded: beyond the limit they are dropped, and the store is read once instead.
import { Entity, memory } from "nitro-ts/entity"
import { live } from "nitro-ts/live"
import { afterEach, expect, it, vi } from "vitest"
import { z } from "zod"
import { MemoryTable } from "../entity/memory/table.ts"
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
