// Traces: start and end of work of every kind, by the request that it belongs to, and nothing of the values in it.
import { subscribe, unsubscribe } from "node:diagnostics_channel"
import { afterEach, describe, expect, it } from "vitest"
import { z } from "zod"
import { action, expose, respond } from "../src/actions/index.ts"
import { nitro } from "../src/adapters/fetch.ts"
import {
  Entity,
  inTransaction,
  memory,
  type Store,
  unitOfWork,
  withStores,
} from "../src/entity/index.ts"
import { emit, memoryBus, on } from "../src/events/index.ts"
import { html } from "../src/html/index.ts"
import { postgresDrivers } from "../src/stores/sql/postgres/drivers/load.ts"
import { postgres } from "../src/stores/sql/postgres/store.ts"
import { currentTransaction, sqlite } from "../src/stores/sql/sqlite/store.ts"
import { availableDrivers } from "../src/stores/sql/testing/drivers.ts"
import { postgresMissing, type TestDatabase, testDatabase } from "./support/postgres.ts"

class Note extends Entity("Note", { text: z.string() }) {
  async shout() {
    this.text = this.text.toUpperCase()
    await emit("note.shouted", this.text)
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
  postgresMissing === undefined ? await testDatabase(2 * postgresDrivers.length) : undefined
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

it("shows what is saved, on every store alike, with hooks inside", async () => {
  class Item extends Entity("Item", { text: z.string() }) {
    async afterDelete() {
      await Note.create({ text: this.text })
    }
  }
  for (const open of [memory, ...stores.map(([, open]) => open)]) {
    const store = open()
    await withStores(store, async () => {
      await Promise.all([Item.count(), Note.count()])
      const { started, ended } = watch("nitro:save")
      const item = await Item.create({ text: "a" })
      await item.update({ text: "b" })
      await Note.createMany([{ text: "c" }, { text: "d" }])
      await Note.updateWhere({ text: "c" }, { text: "e" })
      await item.delete()
      await Note.deleteWhere({}, { all: true })
      await expect(Note.create({ text: 1 as never })).rejects.toThrow()
      const ghost = await Note.create({ text: "f" })
      await Note.deleteWhere({ id: ghost.id })
      await expect(ghost.update({ text: "g" })).rejects.toThrow()
      expect(ended.map(({ entity, operation, rows }) => [entity, operation, rows])).toEqual([
        ["Item", "create", 1],
        ["Item", "update", 1],
        ["Note", "create", 2],
        ["Note", "update", 1],
        ["Note", "create", 1],
        ["Item", "delete", 1],
        ["Note", "delete", 3],
        ["Note", "create", 1],
        ["Note", "delete", 1],
        ["Note", "update", undefined],
      ])
      expect(ended.at(-1)?.["error"]).toMatchObject({ code: "NITRO_ENTITY_NOT_FOUND" })
      expect(started.length).toBe(ended.length)
      expect(JSON.stringify(ended)).not.toContain('"text"')
    })
    for (const end of ends.splice(0)) end()
    await store.close?.()
  }
})

it("shows what is rendered, whole and streamed, with its bytes", async () => {
  const { started, ended } = watch("nitro:render")
  const late = async () => html`<p>${"ä"}</p>`
  await respond(html`<p>a</p>`)
  await respond(html`<p>${late()}</p>`)
  const streamed = await respond(html`<p>${late()}</p>`, { stream: true })
  expect(await streamed.text()).toBe("<p><p>ä</p></p>")
  await expect(respond(html`${Promise.reject(failure)}`)).rejects.toBe(failure)
  expect(ended.map(({ isStreamed, bytes }) => [isStreamed, bytes])).toEqual([
    [false, 8],
    [false, 16],
    [true, 16],
    [false, undefined],
  ])
  expect(ended[3]?.["error"]).toBe(failure)
  expect(started.length).toBe(4)
  const left = await respond(html`<p>${late()}</p>${new Promise<string>(() => {})}`, {
    stream: true,
  })
  const reader = left.body?.getReader()
  await reader?.read()
  await reader?.cancel()
  expect(ended.length).toBe(5)
})

it("shows what is published on a bus", () => {
  const { ended } = watch("nitro:bus")
  const bus = memoryBus<number>()
  const cursor = bus.publish(1)
  expect(ended).toMatchObject([{ bus: "memory", cursor }])
  expect(ended[0]?.durationMs).toBeGreaterThanOrEqual(0)
})

it("names the request in everything that belongs to it", async () => {
  const store = sqlite(":memory:")
  await withStores(store, async () => {
    const note = await Note.create({ text: "x" })
    const app = nitro({ entities: [expose(Note, { allow: () => true })] })
    await app.ready
    const names = ["request", "action", "transaction", "query", "save", "emit", "handler"]
    const seen = names.map(name => watch(`nitro:${name}`))
    const heard: unknown[] = []
    const off = on("note.shouted", async (_, context) => {
      await Promise.resolve()
      heard.push(context.correlationId)
    })
    await app(
      new Request(`http://app.test/notes/${note.id}/shout`, {
        method: "POST",
        headers: { "x-request-id": "r-7" },
      }),
    )
    off()
    for (const [at, { ended }] of seen.entries()) {
      expect(ended.length, names[at]).toBeGreaterThan(0)
      expect(new Set(ended.map(({ requestId }) => requestId)), names[at]).toEqual(new Set(["r-7"]))
    }
    expect(heard).toEqual(["r-7"])
    await note.reload()
    expect(seen[3]?.ended.at(-1)?.["requestId"]).toBeUndefined()
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
