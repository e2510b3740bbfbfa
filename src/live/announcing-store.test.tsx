// Stores that publish their changes themselves: live pages get each once, from the log of the store alone.
import { Entity, memory, type Store } from "nitro-ts/entity"
import { type Change, type EventBus, memoryBus } from "nitro-ts/events"
import { live } from "nitro-ts/live"
import type { EntityDefinition, Repository, Row, Write } from "nitro-ts/store"
import { afterEach, expect, it, vi } from "vitest"
import { z } from "zod"
import { makeApp, type TestApp, TestBrowser, turns } from "./support/live-pages.tsx"

/** Memory that publishes each change to a log with its write, as a database with an outbox does. */
function announcing(log: EventBus, options: { later?: boolean } = {}) {
  const inner = memory()
  let seq = 0
  const publish = async (change: Partial<Change> & { readonly entity: string }) => {
    if (options.later) await turns(3)
    const numbered = { changed: [], at: Date.now(), origin: "the store", seq: ++seq, ...change }
    await log.publish(numbered as Change)
  }
  const written = (definition: EntityDefinition, write: Write, row: Row | undefined) => {
    const { name: entity, fields } = definition
    const id = String(write.op === "insert" ? row?.[0] : write.id)
    if (write.op === "delete") return publish({ op: "delete", entity, id })
    const columns = write.op === "insert" ? fields.map(({ index }) => index) : write.columns
    const changed = columns.map(column => fields[column]?.name as string)
    return publish({ op: write.op === "insert" ? "create" : "update", entity, id, changed })
  }
  const store: Store = {
    name: "announcing()",
    capabilities: { ...inner.capabilities, transactions: false, announces: true },
    encoding: inner.encoding,
    changes: log,
    bind(definition): Repository {
      const rows = inner.bind(definition)
      return {
        get: id => rows.get(id),
        find: plan => rows.find(plan),
        count: plan => rows.count(plan),
        async write(writes) {
          const touched = await rows.write(writes)
          for (const [at, write] of writes.entries())
            if (touched[at] === 1)
              void written(definition, write, write.op === "insert" ? write.row : undefined)
          return touched
        },
        async deleteWhere(where) {
          const count = await rows.deleteWhere(where)
          await publish({ op: "delete-many", entity: definition.name, count })
          return count
        },
      }
    },
    close: () => inner.close(),
  }
  return { store, inner }
}

const apps: TestApp[] = []
afterEach(async () => {
  await Promise.all(apps.splice(0).map(app => app.close()))
})

function makeTask(store: Store | undefined) {
  return class Task extends Entity("AnnouncedTask", { name: z.string() }) {
    static store = store as Store
  }
}

async function browse(Task: ReturnType<typeof makeTask>, changes?: EventBus) {
  let rendered = 0
  const app = makeApp({
    entities: [Task],
    ...(changes && { changes }),
    view: () => [
      live(Task.all().orderBy("name"), task => <li id={task.domId}>{task.name}</li>),
      live(
        async () => {
          rendered++
          return <b>{await Task.count()} tasks</b>
        },
        { on: [Task], key: "all" },
      ),
    ],
  })
  apps.push(app)
  const browser = new TestBrowser(app)
  await browser.load()
  await browser.settle()
  return { browser, times: () => rendered }
}

it.each([false, true])("shows each change once; the log is late: %s", async later => {
  const log = memoryBus()
  const { store } = announcing(log, { later })
  const Task = makeTask(store)
  const start = await log.cursor()
  const { browser, times } = await browse(Task, log)
  const steps: (() => Promise<unknown>)[] = [
    () => Task.create({ name: "b" }),
    () => Task.create({ name: "a" }),
    async () => (await Task.where({ name: "b" }).first())?.update({ name: "c" }),
    async () => (await Task.where({ name: "a" }).first())?.delete(),
    () => Task.deleteWhere({ name: "c" }),
  ]
  for (const [at, step] of steps.entries()) {
    const before = times()
    await step()
    await browser.settle()
    expect(times() - before).toBe(1)
    expect(browser.page.views, `step ${at}`).toBe(await browser.fresh())
  }
  const logged = await log.replay(start, 100)
  expect(logged?.map(({ change }) => `${change.op} by ${change.origin}`)).toEqual(
    ["create", "create", "update", "delete", "delete-many"].map(op => `${op} by the store`),
  )
})

it("shows what another process writes to it", async () => {
  const log = memoryBus()
  const { store, inner } = announcing(log)
  const Task = makeTask(store)
  const { browser } = await browse(Task, log)
  await Task.create({ name: "a" })
  // The other process: the same rows, and the same log.
  await inner.bind(Task.definition).write([{ op: "insert", row: ["elsewhere", "b"] }])
  const base = { entity: "AnnouncedTask", changed: ["id", "name"], at: 0, origin: "x", seq: 1 }
  await log.publish({ ...base, op: "create", id: "elsewhere" })
  await browser.settle()
  expect(browser.page.views).toContain(">b<")
  expect(browser.page.views).toBe(await browser.fresh())
})

it("publishes as ever where the app follows another log, and warns", async () => {
  const warned = vi.spyOn(process, "emitWarning").mockImplementation(() => {})
  const log = memoryBus()
  const Task = makeTask(announcing(log).store)
  const { browser } = await browse(Task)
  await Task.create({ name: "a" })
  await browser.settle()
  expect(browser.page.views).toContain(">a<")
  const lines = warned.mock.calls.flat().join(" ")
  warned.mockRestore()
  expect(lines).toContain("announcing() publishes its changes to another log")
})

it("is refused without a log", async () => {
  const { changes: _, ...store } = announcing(memoryBus()).store
  const create = makeTask(store).create({ name: "a" })
  await expect(create).rejects.toMatchObject({ code: "NITRO_CAPABILITY" })
})
