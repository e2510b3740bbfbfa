// Instances that were read before a log was followed: views do not take their unchanged fields for what is stored.
import { Entity, memory } from "nitro-ts/entity"
import { type Change, type EventBus, memoryBus } from "nitro-ts/events"
import { live } from "nitro-ts/live"
import { afterEach, expect, it } from "vitest"
import { z } from "zod"
import { makeApp, type Options, type TestApp, TestBrowser, turns } from "./support/live-pages.tsx"

const apps: TestApp[] = []
afterEach(async () => {
  await Promise.all(apps.splice(0).map(app => app.close()))
})

/** A view that a row is in by two fields, which two instances write. */
function makeTask() {
  return class Task extends Entity("EarlierTask", { list: z.string(), done: z.boolean() }) {
    static store = memory()
  }
}
type TaskClass = ReturnType<typeof makeTask>

async function browse(Task: TaskClass, options: Partial<Options> = {}) {
  const view = () =>
    live(Task.where({ list: "new", done: true }), task => <li id={task.domId}>{task.list}</li>)
  const app = makeApp({ entities: [Task], view, ...options })
  apps.push(app)
  // Until a log of other processes is subscribed to.
  await turns(5)
  const browser = new TestBrowser(app)
  return {
    async load() {
      await browser.load()
      await browser.settle()
    },
    async shows(text: string) {
      await browser.settle()
      expect(browser.page.views).toContain(text)
      expect(browser.page.views).toBe(await browser.fresh())
    },
  }
}

/** What `work` writes, past the log of this process. */
async function writtenElsewhere(Task: TaskClass, id: string): Promise<void> {
  const { bindingOf } = await import("../entity/internal.ts")
  const { repository, definition } = bindingOf(Task)
  const column = definition.fieldByName.get("done")?.index as number
  await repository.write([{ op: "update", id, columns: [column], values: [true] }])
}

function remoteLog(): EventBus {
  const log = memoryBus()
  return {
    name: "remote",
    capabilities: { durable: true, acrossProcesses: true },
    publish: async change => log.publish(change),
    subscribe: async (listener, from) => log.subscribe(listener, from),
    replay: (from, limit) => log.replay(from, limit),
    cursor: async () => log.cursor(),
    epoch: () => log.epoch(),
    compare: (a, b) => log.compare(a, b),
    close: () => log.close(),
  }
}

// First: the process follows no changes before its first app.
it("nor where another instance changed the row before there was an app", async () => {
  const Task = makeTask()
  const { id } = await Task.create({ list: "old", done: false })
  const early = await Task.require(id)
  await (await Task.require(id)).update({ done: true })
  const page = await browse(Task)
  await page.load()
  await early.update({ list: "new" })
  await page.shows("new")
})

it("nor where another process changed it before the log was followed", async () => {
  const Task = makeTask()
  const { id } = await Task.create({ list: "old", done: false })
  const early = await Task.require(id)
  await writtenElsewhere(Task, id)
  const page = await browse(Task, { changes: remoteLog() })
  await page.load()
  await early.update({ list: "new" })
  await page.shows("new")
})

it("nor where it was changed while the app of the log was closed", async () => {
  const Task = makeTask()
  const changes = remoteLog()
  const { id } = await Task.create({ list: "old", done: false })
  await browse(Task, { changes })
  const early = await Task.require(id)
  await apps.pop()?.close()
  await (await Task.require(id)).update({ done: true })
  const page = await browse(Task, { changes })
  await page.load()
  await early.update({ list: "new" })
  await page.shows("new")
})

it("but takes those of a class that was first used later", async () => {
  const Task = makeTask()
  const published: Change[] = []
  const log = remoteLog()
  const changes: EventBus = {
    ...log,
    publish(change) {
      published.push(change)
      return log.publish(change)
    },
  }
  const page = await browse(Task, { changes })
  await page.load()
  const task = await Task.create({ list: "old", done: true })
  await task.update({ list: "new" })
  await page.shows("new")
  expect(published.map(({ op }) => op)).toEqual(["create", "update"])
})
