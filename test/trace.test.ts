// Traces: start and end of requests, actions, units of work and statements, and nothing of the values in them.
import { subscribe, unsubscribe } from "node:diagnostics_channel"
import { afterEach, describe, expect, it } from "vitest"
import { z } from "zod"
import { action, expose } from "../src/actions/index.ts"
import { nitro } from "../src/adapters/fetch.ts"
import { Entity, inTransaction, type Store, unitOfWork, withStores } from "../src/entity/index.ts"
import { postgresDrivers } from "../src/stores/sql/postgres/drivers/load.ts"
import { postgres } from "../src/stores/sql/postgres/store.ts"
import { currentTransaction, sqlite } from "../src/stores/sql/sqlite/store.ts"
import { availableDrivers } from "../src/stores/sql/testing/drivers.ts"
import { postgresMissing, type TestDatabase, testDatabase } from "./support/postgres.ts"

class Note extends Entity("Note", { text: z.string() }) {
  shout() {
    this.text = this.text.toUpperCase()
  }
  fail() {
    throw failure
  }
  static {
    action(this, "shout")
    action(this, "fail")
  }
}
const failure = new Error("on purpose")

const database: TestDatabase | undefined =
  postgresMissing === undefined ? await testDatabase(postgresDrivers.length) : undefined
const stores: [name: string, open: () => Store][] = [
  ...availableDrivers.map((driver): [string, () => Store] => [
    driver,
    () => sqlite({ file: ":memory:", driver }),
  ]),
  ...(database === undefined ? [] : postgresDrivers).map((driver): [string, () => Store] => [
    driver,
    () => postgres({ url: (database as TestDatabase).emptySchema(), driver, schema: "sync" }),
  ]),
]

type Message = Record<string, unknown> & { durationMs?: number }
const ends: (() => void)[] = []
afterEach(() => {
  for (const end of ends.splice(0)) end()
})

/** Everything that is published from now on: what it was at the start, and the same object at the end. */
function watch(name: string): { readonly started: Message[]; readonly ended: Message[] } {
  const seen = { started: [] as Message[], ended: [] as Message[] }
  const onStart = (message: unknown): void => void seen.started.push({ ...(message as Message) })
  const onEnd = (message: unknown): void => void seen.ended.push(message as Message)
  subscribe(`${name}:start`, onStart)
  subscribe(`${name}:end`, onEnd)
  ends.push(() => {
    unsubscribe(`${name}:start`, onStart)
    unsubscribe(`${name}:end`, onEnd)
  })
  return seen
}

describe.each(stores)("statements of %s", (driver, open) => {
  it("are shown with their text, driver and rows, and without their values", async () => {
    const store = open()
    await withStores(store, async () => {
      await Note.count()
      const { started, ended } = watch("nitro:query")
      await Note.create({ text: "a secret" })
      await Note.create({ text: "b" })
      expect((await Note.all()).length).toBe(2)
      const shown = ended.map(({ sql, driver: by, rows, durationMs }) => {
        expect([by, durationMs !== undefined && durationMs >= 0]).toEqual([driver, true])
        return [String(sql).split(" ", 1)[0], rows]
      })
      expect(shown).toEqual([
        ["insert", 1],
        ["insert", 1],
        ["select", 2],
      ])
      expect(started.map(({ sql }) => sql)).toEqual(ended.map(({ sql }) => sql))
      expect(started.every(message => !("durationMs" in message))).toBe(true)
      expect(JSON.stringify(ended)).not.toContain("secret")
      await expect(
        inTransaction(store, () =>
          currentTransaction(store).executeSql("select nonsense from nowhere"),
        ),
      ).rejects.toThrow()
      const failed = ended.find(({ sql }) => String(sql).includes("nonsense"))
      expect(failed?.["error"]).toBeInstanceOf(Error)
    })
    await store.close()
  })
})

it("shows requests, what they run, and their units of work", async () => {
  const store = sqlite(":memory:")
  await withStores(store, async () => {
    const note = await Note.create({ text: "x" })
    const app = nitro({ entities: [expose(Note, { allow: () => true })] })
    const [requests, actions, transactions] = ["request", "action", "transaction"].map(name =>
      watch(`nitro:${name}`),
    ) as [ReturnType<typeof watch>, ReturnType<typeof watch>, ReturnType<typeof watch>]
    const ask = (path: string, method = "POST") =>
      app(
        new Request(`http://app.test${path}`, { method, headers: { accept: "application/json" } }),
      )
    await ask(`/notes/${note.id}/shout?token=secret`)
    await ask("/notes", "GET")
    await ask("/notes/none/shout")
    expect(requests.ended.map(({ method, path, status }) => [method, path, status])).toEqual([
      ["POST", `/notes/${note.id}/shout`, 204],
      ["GET", "/notes", 200],
      ["POST", "/notes/none/shout", 404],
    ])
    expect(actions.ended.map(({ name, error }) => [name, error === undefined])).toEqual([
      ["Note.shout", true],
      ["Note.list", true],
      ["Note.shout", false],
    ])
    expect(transactions.ended.map(({ name, isNested }) => [name, isNested])).toEqual([
      ["Note.shout", false],
      ["Note.shout", false],
    ])
    await app.close()
  })
  await store.close()
})

it("shows a unit of work that failed, and one inside of another", async () => {
  const { ended } = watch("nitro:transaction")
  const run = unitOfWork(
    async () => {
      await unitOfWork(async () => undefined, { name: "inner" })
      throw failure
    },
    { name: "outer" },
  )
  await expect(run).rejects.toBe(failure)
  expect(ended).toMatchObject([
    { name: "inner", isNested: true },
    { name: "outer", isNested: false, error: failure },
  ])
})
