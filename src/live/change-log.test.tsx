// Live pages read a log of changes: one of this process, or one that several processes share.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Entity, memory } from "nitro-ts/entity"
import { type Change, type EventBus, type LoggedChange, memoryBus } from "nitro-ts/events"
import { changeFrom, live } from "nitro-ts/live"
import { busSuite } from "nitro-ts/testing"
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest"
import { z } from "zod"
import { type RunningApp, startApp } from "../../test/support/app.ts"
import {
  LiveStream,
  makeApp,
  type Options,
  streamPath,
  type TestApp,
  TestBrowser,
  turns,
} from "./support/live-pages.tsx"
import { PageModel } from "./support/page-model.ts"
import { toyLog } from "./support/toy-log.ts"

const folder = mkdtempSync(join(tmpdir(), "nitro-log-"))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
let files = 0
const newFile = () => join(folder, `${++files}.log`)

const paths = new WeakMap<EventBus, string>()
const opened = (path: string, capacity: number) => {
  const log = toyLog(path, capacity)
  paths.set(log, path)
  return log
}
busSuite(
  { describe, it },
  {
    name: "the toy log",
    open: capacity => opened(newFile(), capacity),
    openSecond: first => opened(paths.get(first) as string, 100),
  },
)

const apps: TestApp[] = []
afterEach(async () => {
  await Promise.all(apps.splice(0).map(app => app.close()))
})

function open(options: Options): TestApp {
  const app = makeApp(options)
  apps.push(app)
  return app
}

/** Waits until it holds. */
async function until(holds: () => boolean | Promise<boolean>, what: () => unknown): Promise<void> {
  for (const end = Date.now() + 5000; !(await holds()); ) {
    if (Date.now() > end) throw new Error(`Waited in vain: ${String(await what())}`)
    await new Promise(resolve => setTimeout(resolve, 10))
  }
}

function makeTask() {
  return class Task extends Entity("Task", { name: z.string() }) {
    static store = memory()
  }
}
type TaskClass = ReturnType<typeof makeTask>
type Task = InstanceType<TaskClass>
const Item = (task: Task) => <li id={task.domId}>{task.name}</li>

describe("two processes over one database and one log", () => {
  let nodes: RunningApp[] = []
  const own = mkdtempSync(join(tmpdir(), "nitro-nodes-"))
  const start = (port = 0) => startApp("src/live/support/log-server.tsx", { cwd: own, port })
  beforeAll(async () => {
    nodes = [await start()]
    nodes.push(await start())
  }, 60_000)
  afterAll(async () => {
    await Promise.all(nodes.map(node => node.end()))
    rmSync(own, { recursive: true, force: true })
  })
  const urlOf = (node: number) => (nodes[node] as RunningApp).url
  const tell = (node: number, command: string, name: string, session = "nobody") =>
    fetch(`${urlOf(node)}/${command}?name=${encodeURIComponent(name)}&session=${session}`).then(r =>
      r.text(),
    )

  /** A page of a node with its stream. */
  async function visit(node: number, path = "/") {
    const page = await (await fetch(urlOf(node) + path)).text()
    const model = new PageModel(page, true)
    let stream: LiveStream | undefined
    let read = Promise.resolve()
    const control = new AbortController()
    const visitor = {
      model,
      fresh: async (at = node) => new PageModel(await (await fetch(urlOf(at))).text(), true).views,
      async connect(at = node, cursor = model.lastId) {
        const headers = {
          "nitro-client": "1",
          ...(cursor !== undefined && { "last-event-id": cursor }),
        }
        const response = await fetch(urlOf(at) + streamPath(page), {
          headers,
          signal: control.signal,
        })
        const opened = new LiveStream(response)
        stream = opened
        let taken = 0
        read = (async () => {
          for (let ended = false; !ended; ) {
            ended = await opened.read().catch(() => true)
            model.take(opened.text.slice(taken))
            taken = opened.text.length
          }
        })()
      },
      async disconnect() {
        model.cut()
        await stream?.close().catch(() => undefined)
        await read
      },
      shows: async (text: string) => {
        await until(
          () => model.views.includes(text),
          () => `${text} in ${model.views}`,
        )
        await until(
          async () => model.views === (await visitor.fresh()),
          () => model.views,
        )
      },
    }
    await visitor.connect()
    return visitor
  }

  it("show what the other one created, changed, updated and deleted", async () => {
    await tell(0, "create", "first")
    const visitors = [await visit(0), await visit(1)]
    for (const [node, other] of [
      [0, 1],
      [1, 0],
    ] as const) {
      await tell(node, "create", `of node ${node}`)
      for (const visitor of visitors) await visitor.shows(`of node ${node}`)
      await tell(other, "rename", `renamed by ${other}`)
      for (const visitor of visitors) await visitor.shows(`renamed by ${other}`)
    }
    await tell(0, "finish", "of node 1")
    for (const visitor of visitors) await visitor.shows("1 done")
    await tell(1, "remove", "of node 0")
    for (const visitor of visitors) {
      await until(
        () => !visitor.model.views.includes("of node 0"),
        () => visitor.model.views,
      )
      await visitor.shows("1 done")
      await visitor.disconnect()
    }
  }, 30_000)

  it("reach the pages of a session by each other's changes of its rows, and no other session's", async () => {
    const [ann, bob, elsewhere] = [
      await visit(0, "/?session=ann"),
      await visit(0, "/?session=bob"),
      await visit(1, "/?session=ann"),
    ]
    const timesOf = ({ model }: typeof ann) => Number(/rendered (\d+) times/.exec(model.views)?.[1])
    await tell(0, "draft", "his first", "bob")
    await until(
      () => bob.model.views.includes("his first"),
      () => bob.model.views,
    )
    for (const command of ["draft", "drop"]) {
      const before = [timesOf(ann), timesOf(elsewhere), timesOf(bob)] as const
      await tell(0, command, "hers", "ann")
      await until(
        () => timesOf(ann) > before[0] && timesOf(elsewhere) > before[1],
        () => [ann.model.views, elsewhere.model.views],
      )
      expect(ann.model.views.includes("hers")).toBe(command === "draft")
      // Its rows are of this process: the other one only looks at what it has.
      expect(elsewhere.model.views).not.toContain("hers")
      await tell(0, "draft", `his ${command}`, "bob")
      await until(
        () => bob.model.views.includes(`his ${command}`),
        () => bob.model.views,
      )
      // By nothing but his own change.
      expect(timesOf(bob)).toBe(before[2] + 1)
    }
    for (const visitor of [ann, bob, elsewhere]) await visitor.disconnect()
  }, 30_000)

  it("bring a page up to date that comes back, to either of them, whatever its cursor is", async () => {
    const visitor = await visit(0)
    await tell(0, "create", "before the break")
    await visitor.shows("before the break")
    const layoutOf = (id = "") => id.split(":").slice(2).join(":")
    const own = (id?: string) => id
    const foreign = (id?: string) => `b3RoZXI:7:${layoutOf(id)}`
    const none = (id?: string) => `none:0:${layoutOf(id)}`
    const cases = [own, foreign, none, () => "nonsense", () => `${"9".repeat(70)}:1:x`]
    for (const [number, cursorOf] of cases.entries()) {
      for (const at of [0, 1]) {
        await visitor.disconnect()
        const name = `missed ${number} at ${at}`
        await tell(1, "create", name)
        await visitor.connect(at, cursorOf(visitor.model.lastId))
        await visitor.shows(name)
      }
    }
    await visitor.disconnect()
  }, 30_000)

  it("go on when one was killed and has come back", async () => {
    const visitor = await visit(0)
    const [, second] = nodes as [RunningApp, RunningApp]
    await second.end("SIGKILL")
    await tell(0, "create", "while it was gone")
    nodes[1] = await start(second.port)
    await tell(1, "create", "after it came back")
    await visitor.shows("after it came back")
    await visitor.connect(1)
    await visitor.shows("while it was gone")
    await visitor.disconnect()
  }, 60_000)
})

/** A log between processes, of which a test is the other process. */
function remoteLog(
  publish: (change: Change, log: EventBus) => unknown = (change, log) => log.publish(change),
) {
  const log = memoryBus()
  const published: Change[] = []
  const remote: EventBus = {
    name: "remote",
    capabilities: { durable: true, acrossProcesses: true },
    publish: async change => {
      published.push(change)
      return (await publish(change, log)) as string
    },
    subscribe: async (listener, from) => {
      await turns(2)
      return log.subscribe(listener, from)
    },
    replay: (from, limit) => log.replay(from, limit),
    cursor: async () => log.cursor(),
    epoch: () => log.epoch(),
    compare: (a, b) => log.compare(a, b),
    close: () => log.close(),
  }
  return { log, remote, published }
}

describe("an app that is given a log", () => {
  async function browse(options: Options): Promise<TestBrowser> {
    const browser = new TestBrowser(open(options))
    await browser.load()
    await browser.settle()
    return browser
  }
  const listOf = (Task: TaskClass) => live(Task.all().orderBy("name"), Item)

  it("publishes its changes there, once each, and shows them when they come from there", async () => {
    const Task = makeTask()
    const { remote, log, published } = remoteLog()
    const browser = await browse({ entities: [Task], changes: remote, view: () => listOf(Task) })
    await Task.create({ name: "mine" })
    await browser.settle()
    expect(browser.page.views).toContain("mine")
    expect(published).toEqual([
      expect.objectContaining({ op: "create", entity: "Task", changed: ["id", "name"] }),
    ])
    // The same again, as of a second app of this process over the log: it is not applied twice.
    const bytes = browser.stream?.text.length
    await log.publish(published[0] as Change)
    await browser.settle()
    expect(browser.stream?.text.length).toBe(bytes)
  })

  it("reads the store for a change of another process, and believes none of it", async () => {
    const Task = makeTask()
    const { remote, log, published } = remoteLog()
    const browser = await browse({ entities: [Task], changes: remote, view: () => listOf(Task) })
    const task = await Task.create({ name: "stored" })
    const [own] = published as [Change]
    await log.publish({ ...own, op: "update", row: { id: task.id, name: "forged" }, origin: "x" })
    await log.publish({ ...own, op: "delete", row: undefined, before: own.row, origin: "x" })
    await log.publish({ ...own, id: "gone", row: { id: "gone", name: "gone" }, origin: "x" })
    await log.publish({
      op: "update-many",
      entity: "Task",
      changed: ["name"],
      at: 0,
      origin: "x",
      seq: 9,
    })
    await log.publish({ ...own, row: { name: { wrong: [] } }, schema: "other", origin: "x" })
    await browser.settle()
    expect(browser.page.views).toContain("stored")
    expect(browser.page.views).toBe(await browser.fresh())
  })

  it("loads everything again after a reset", async () => {
    const Task = makeTask()
    const { remote } = remoteLog()
    let reset = (_cursor: string): void => undefined
    const changes: EventBus = {
      ...remote,
      publish: () => "lost:1",
      subscribe: listener => {
        reset = cursor => listener.reset(cursor)
        return () => undefined
      },
    }
    const browser = await browse({ entities: [Task], changes, view: () => listOf(Task) })
    await Task.create({ name: "not delivered" })
    await browser.settle()
    expect(browser.page.views).not.toContain("not delivered")
    reset(await remote.cursor())
    await browser.settle()
    expect(browser.page.views).toContain("not delivered")
  })

  it.each([
    ["throws", () => Promise.reject(new Error("The log is down."))],
    [
      "rejects later",
      async () => {
        await turns(3)
        throw new Error("The log is down.")
      },
    ],
  ])("shows its own changes while the log %s, and reports the failure", async (_, publish) => {
    const printed = vi.spyOn(console, "error").mockImplementation(() => {})
    const Task = makeTask()
    const { remote } = remoteLog(publish)
    const browser = await browse({ entities: [Task], changes: remote, view: () => listOf(Task) })
    await Task.create({ name: "mine all the same" })
    await browser.settle()
    expect(browser.page.views).toContain("mine all the same")
    const lines = printed.mock.calls.flat().join(" ")
    printed.mockRestore()
    expect(lines).toContain("publishing a change of Task")
  })

  it("shows what changed before the log could be subscribed to", async () => {
    const printed = vi.spyOn(console, "error").mockImplementation(() => {})
    const Task = makeTask()
    const { remote, log } = remoteLog()
    let attempts = 0
    const changes: EventBus = {
      ...remote,
      publish: change => log.publish(change),
      async subscribe(listener) {
        attempts++
        if (attempts === 1) throw new Error("The log is down.")
        return log.subscribe(listener)
      },
    }
    const browser = await browse({ entities: [Task], changes, view: () => listOf(Task) })
    await Task.create({ name: "early" })
    await until(
      async () => {
        await browser.settle()
        return browser.page.views.includes("early")
      },
      () => browser.page.views,
    )
    printed.mockRestore()
    expect(attempts).toBe(2)
  })

  it("brings a page up to date whose stream opens while the log is on its way with a change", async () => {
    const Task = makeTask()
    let deliver = (): void => {}
    const { remote } = remoteLog((change, log) =>
      new Promise<void>(resolve => (deliver = resolve)).then(() => log.publish(change)),
    )
    const app = open({ entities: [Task], changes: remote, view: () => listOf(Task) })
    await turns(10)
    const browser = new TestBrowser(app)
    const { page } = app
    // The change comes between the page and its stream.
    app.page = async (...args) => {
      const html = await page(...args)
      await Task.create({ name: "between" })
      return html
    }
    await browser.load()
    await browser.settle()
    deliver()
    await browser.settle()
    expect(browser.page.views).toContain("between")
  })

  it("names the user, the entity and the request of a change, with types", async () => {
    const Task = makeTask()
    const log = memoryBus()
    const seen: LoggedChange[] = []
    log.subscribe({ reset() {}, change: logged => seen.push(logged) })
    const app = open({
      entities: [Task],
      changes: log,
      user: () => ({ id: "ann" }),
      view: async () => {
        await Task.create({ name: "by ann" })
        return ""
      },
    })
    await app.page("/", { "x-request-id": "request-1" })
    const change = changeFrom(Task, seen[0] as LoggedChange)
    expect(change).toMatchObject({ op: "create", actor: "ann", correlation: "request-1" })
    expect(change?.after?.name).toBe("by ann")
    expect(changeFrom(makeOther(), seen[0] as LoggedChange)).toBeUndefined()
  })

  it("refuses what is no log", () => {
    expect(() => open({ changes: {} as never, view: () => "" })).toThrow(
      expect.objectContaining({ code: "NITRO_CHANGE_LOG" }),
    )
  })

  it("leaves other apps with their own log", async () => {
    const Task = makeTask()
    const { remote } = remoteLog()
    const first = await browse({ entities: [Task], changes: remote, view: () => listOf(Task) })
    const second = await browse({ entities: [Task], view: () => listOf(Task) })
    await Task.create({ name: "for both" })
    for (const browser of [first, second]) {
      await browser.settle()
      expect(browser.page.views).toContain("for both")
    }
    expect(first.page.lastId?.split(":")[0]).toBe(await remote.epoch())
    expect(second.page.lastId?.split(":")[0]).not.toBe(await remote.epoch())
  })
})

function makeOther() {
  return class Other extends Entity("Other", { name: z.string() }) {
    static store = memory()
  }
}

it("a toy log that another process made is not made again", () => {
  const path = newFile()
  writeFileSync(path, "epoch-of-the-other\n")
  expect(toyLog(path).epoch()).toBe("epoch-of-the-other")
})
