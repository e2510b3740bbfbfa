// Live views over an app: what a page gets, what a change sends, what a gap costs.
import { subscribe, unsubscribe } from "node:diagnostics_channel"
import { call, expose } from "nitro-ts/actions"
import { Entity, memory, ref, unitOfWork } from "nitro-ts/entity"
import { html } from "nitro-ts/html"
import { type LiveListOptions, live } from "nitro-ts/live"
import { afterEach, describe, expect, it } from "vitest"
import { z } from "zod"
import { expectErrors } from "../../test/support/errors.ts"
import {
  makeApp as makeOpenApp,
  type Options,
  streamPath,
  type TestApp,
  TestBrowser,
} from "./support/live-pages.tsx"

function makeTask() {
  return class Task extends Entity("Task", {
    name: z.string(),
    rank: z.int().default(0),
    done: z.boolean().default(false),
  }) {
    static store = memory()
  }
}
type TaskClass = ReturnType<typeof makeTask>
type Task = InstanceType<TaskClass>

const item = (task: Task) => <li id={task.domId}>{task.name}</li>
const apps: TestApp[] = []

afterEach(async () => {
  await Promise.all(apps.splice(0).map(app => app.close()))
})

function makeApp(options: Options): TestApp {
  const app = makeOpenApp(options)
  apps.push(app)
  return app
}

const data = (event: string | undefined) => (event ?? "").split("\n").slice(1)
const listOf = (
  Task: TaskClass,
  query = Task.where().orderBy("rank"),
  options: LiveListOptions = {},
  each = item,
) => live(query, each, options)

describe("a live list", () => {
  it("is whole in the first page, with one stream for all views", async () => {
    const Task = makeTask()
    const a = await Task.create({ name: "a" })
    const app = makeApp({
      entities: [Task],
      view: () => [listOf(Task), listOf(Task), live(Task.where().count())],
    })
    const page = await app.page()
    expect(page).toContain(`<li id="${a.domId}">a</li>`)
    expect(page.match(/data-init/g)).toHaveLength(1)
    const ids = [...page.matchAll(/<ul id="([^"]+)"/g)].map(match => match[1])
    expect(new Set(ids).size).toBe(2)
  })

  it("sends nothing to a page that is up to date", async () => {
    const Task = makeTask()
    await Task.create({ name: "a" })
    const app = makeApp({ entities: [Task], view: () => listOf(Task) })
    const stream = await app.open(await app.page())
    expect(await stream.quiet()).toEqual([])
  })

  it("puts a new row in its place", async () => {
    const Task = makeTask()
    const second = await Task.create({ name: "b", rank: 2 })
    const app = makeApp({ entities: [Task], view: () => listOf(Task) })
    const page = await app.page()
    const listId = /<ul id="([^"]+)"/.exec(page)?.[1]
    const stream = await app.open(page)
    const first = await Task.create({ name: "a", rank: 1 })
    expect(data((await stream.next())[0])).toEqual([
      `data: selector #${listId} > [id="${second.domId}"]`,
      "data: mode before",
      `data: elements <li id="${first.domId}">a</li>`,
    ])
    const third = await Task.create({ name: "c", rank: 3 })
    expect(data((await stream.next())[0])).toEqual([
      `data: selector #${listId}`,
      "data: mode append",
      `data: elements <li id="${third.domId}">c</li>`,
    ])
  })

  it("changes a row where it stands, moves it when its order changed, and sends nothing when it looks the same", async () => {
    const Task = makeTask()
    const a = await Task.create({ name: "a", rank: 1 })
    const b = await Task.create({ name: "b", rank: 2 })
    const app = makeApp({ entities: [Task], view: () => listOf(Task) })
    const stream = await app.open(await app.page())
    await a.update({ name: "A" })
    const [changed] = await stream.next()
    expect(data(changed)).toHaveLength(2)
    expect(changed).toContain(`<li id="${a.domId}">A</li>`)
    await a.update({ rank: 3 })
    const moved = await stream.next()
    expect(moved.map(event => /mode (\w+)/.exec(event)?.[1])).toEqual(["remove", "append"])
    await b.update({ done: true })
    expect(await stream.quiet()).toEqual([])
  })

  it("lets rows in and out as they begin or cease to match", async () => {
    const Task = makeTask()
    const a = await Task.create({ name: "a" })
    const query = Task.where(t => t.done.eq(false))
    const app = makeApp({ entities: [Task], view: () => listOf(Task, query) })
    const stream = await app.open(await app.page())
    await a.update({ done: true })
    expect((await stream.next())[0]).toContain("mode remove")
    await a.update({ done: false })
    expect((await stream.next())[0]).toContain("mode append")
    await a.delete()
    expect((await stream.next())[0]).toContain("mode remove")
    await Task.create({ name: "other", done: true })
    expect(await stream.quiet()).toEqual([])
  })

  it("keeps a window full", async () => {
    const Task = makeTask()
    const [a] = [
      await Task.create({ name: "a", rank: 1 }),
      await Task.create({ name: "b", rank: 2 }),
      await Task.create({ name: "c", rank: 3 }),
    ]
    const app = makeApp({
      entities: [Task],
      view: () => listOf(Task, Task.where().orderBy("rank").limit(2)),
    })
    const page = await app.page()
    expect(page).not.toContain(">c<")
    const stream = await app.open(page)
    await a.delete()
    const events = await stream.next()
    expect(events.map(event => /mode (\w+)/.exec(event)?.[1])).toEqual(["remove", "append"])
    expect(events[1]).toContain(">c</li>")
  })

  it("shows what stands for an empty list", async () => {
    const Task = makeTask()
    const app = makeApp({
      entities: [Task],
      view: () => listOf(Task, Task.where(), { empty: html`<li class="none">Nothing.</li>` }),
    })
    const page = await app.page()
    expect(page).toContain('<li class="none">Nothing.</li>')
    const stream = await app.open(page)
    const a = await Task.create({ name: "a" })
    const [append, clear] = await stream.next()
    expect(append).toContain("mode append")
    expect(clear).toContain("mode remove")
    await a.delete()
    expect((await stream.next()).at(-1)).toContain("Nothing.")
  })

  it("follows deleteWhere and units of work, once and after commit", async () => {
    const Task = makeTask()
    await Task.saveMany([new Task({ name: "a" }), new Task({ name: "b" })])
    const app = makeApp({ entities: [Task], view: () => listOf(Task) })
    const stream = await app.open(await app.page())
    await unitOfWork(async () => {
      await Task.create({ name: "c" })
      await Task.create({ name: "d" })
      expect(await stream.quiet()).toEqual([])
    })
    const events = [...(await stream.next()), ...(await stream.quiet())]
    expect(events.join("\n")).toMatch(/>c<[\s\S]*>d</)
    await expect(
      unitOfWork(async () => {
        await Task.create({ name: "never" })
        throw new Error("no")
      }),
    ).rejects.toThrow("no")
    expect(await stream.quiet()).toEqual([])
    await Task.deleteWhere(t => t.name.in(["a", "b"]))
    expect(
      [...(await stream.next()), ...(await stream.quiet())].filter(event =>
        event.includes("mode remove"),
      ),
    ).toHaveLength(2)
  })

  it("follows the classes that its condition looks into", async () => {
    const store = memory()
    class Project extends Entity("Project", { name: z.string(), open: z.boolean().default(true) }) {
      static store = store
      get steps() {
        return this.hasMany(Step, "projectId")
      }
    }
    class Step extends Entity("Step", { name: z.string(), projectId: ref("Project") }) {
      static store = store
      get project() {
        return this.belongsTo(Project, "projectId")
      }
    }
    const [a, b] = (await Project.createMany([{ name: "a" }, { name: "b", open: false }])) as [
      Project,
      Project,
    ]
    const [one, two] = (await Step.createMany([
      { name: "one", projectId: a.id },
      { name: "two", projectId: b.id },
    ])) as [Step, Step]
    const app = makeApp({
      entities: [Project, Step],
      view: () => [
        live(
          Step.where(s => s.project.open.eq(true)),
          step => <li id={step.domId}>{step.name}</li>,
        ),
        live(Project.where(p => p.steps.some({ name: "two" })).count()),
      ],
    })
    const page = await app.page()
    expect(page).toContain("one")
    expect(page).not.toContain("two")
    const stream = await app.open(page)
    await b.update({ open: true })
    expect((await stream.next()).join()).toContain(`<li id="${two.domId}">two</li>`)
    await a.update({ open: false })
    expect((await stream.next()).join()).toContain(one.domId)
    await two.update({ projectId: a.id })
    expect((await stream.next()).join()).toContain(two.domId)
    await two.update({ name: "three" })
    expect((await stream.next()).join()).toMatch(/<span[^>]*>0<\/span>/)
    await a.update({ name: "renamed" })
    expect(await stream.quiet()).toEqual([])
  })

  it("shows softly deleted rows in queries for them, and nowhere else", async () => {
    class Note extends Entity("Note", { name: z.string() }, { softDelete: true }) {
      static store = memory()
    }
    const show = (note: Note) => <li id={note.domId}>{note.name}</li>
    const [a, b] = (await Note.createMany([{ name: "a" }, { name: "b" }])) as [Note, Note]
    await b.delete()
    const app = makeApp({
      entities: [Note],
      view: () => [
        live(Note.all(), show, { id: "all" }),
        live(Note.onlyDeleted(), show, { id: "gone" }),
        live(Note.withDeleted(), show, { id: "both" }),
        live(Note.onlyDeleted().count(), { id: "count" }),
      ],
    })
    const stream = await app.open(await app.page())
    const events = async () => (await stream.next()).join("\n")
    await a.delete()
    const deleted = await events()
    expect(deleted).toContain(`#all > [id="${a.domId}"]`)
    expect(deleted).toContain(`#gone > [id="${b.domId}"]`)
    expect(deleted).toContain(`<li id="${a.domId}">a</li>`)
    expect(deleted).not.toContain("#both")
    expect(deleted).toContain(`<span id="count">2</span>`)
    await b.restore()
    const restored = await events()
    expect(restored).toContain("selector #all")
    expect(restored).toContain(`#gone > [id="${b.domId}"]`)
    expect(restored).not.toContain("#both")
    expect(restored).toContain(`<span id="count">1</span>`)
  })

  it("shows what is stored, whatever an instance that was read before knows of it", async () => {
    const Task = makeTask()
    const rows = (await Task.createMany([
      { name: "a", rank: 1 },
      { name: "b", rank: 2 },
      { name: "c", rank: 3, done: true },
    ])) as Task[]
    const query = Task.where(t => t.done.eq(false).and(t.rank.lt(10)))
    const app = makeApp({
      entities: [Task],
      view: () => [listOf(Task, query.orderBy("rank")), live(query.count())],
    })
    const browser = new TestBrowser(app)
    await browser.load()
    const stale = await Task.all()
    const steps: Partial<Record<"name" | "rank" | "done", never>>[][] = [
      [{ rank: 5 as never }, { name: "second a" as never }],
      [{ done: true as never }, { name: "second b" as never }],
      [{ rank: 20 as never }, { done: false as never }],
    ]
    for (const [index, [first, second]] of steps.entries()) {
      await rows[index]?.update(first ?? {})
      await browser.settle()
      await stale[index]?.update(second ?? {})
      await browser.settle()
      expect(browser.page.views).toBe(await browser.fresh())
    }
  })

  it("says when the item lacks its id", async () => {
    const Task = makeTask()
    await Task.create({ name: "a" })
    const app = makeApp({
      entities: [Task],
      view: () => live(Task.where(), task => <li>{(task as Task).name}</li>),
    })
    await expect(app.page()).rejects.toMatchObject({ code: "NITRO_LIVE_ITEM_ID" })
  })

  it("gives the same truth to any order of many concurrent changes", async () => {
    const Task = makeTask()
    const app = makeApp({ entities: [Task], view: () => listOf(Task) })
    const page = await app.page()
    const stream = await app.open(page)
    const shown: string[] = []
    const apply = (events: string[]) => {
      for (const event of events) {
        const mode = /mode (\w+)/.exec(event)?.[1]
        const target = /\[id="([^"]+)"\]/.exec(event)?.[1]
        const id = /elements <li id="([^"]+)"/.exec(event)?.[1] as string
        if (mode === "remove") shown.splice(shown.indexOf(target as string), 1)
        else if (mode === "before") shown.splice(shown.indexOf(target as string), 0, id)
        else if (mode === "append") shown.push(id)
      }
    }
    let seed = 42
    const random = (n: number) => {
      seed = (seed * 1103515245 + 12345) & 0x7fffffff
      return seed % n
    }
    const alive: Task[] = []
    for (let step = 0; step < 300; step++) {
      const dice = random(3)
      const known = alive[random(Math.max(1, alive.length))]
      if (dice === 0 || !known)
        alive.push(await Task.create({ name: `n${step}`, rank: random(20) }))
      else if (dice === 1) await known.update({ rank: random(20) })
      else {
        alive.splice(alive.indexOf(known), 1)
        await known.delete()
      }
      if (step % 7 === 0) apply(await stream.quiet())
    }
    apply(await stream.quiet())
    expect(shown).toEqual((await Task.where().orderBy("rank")).map(task => task.domId))
  })
})

describe("other live views", () => {
  it("a count changes when it must", async () => {
    const Task = makeTask()
    const a = await Task.create({ name: "a" })
    const app = makeApp({
      entities: [Task],
      view: () => live(Task.where(t => t.done.eq(false)).count()),
    })
    const page = await app.page()
    expect(page).toMatch(/<span id="[^"]+">1<\/span>/)
    const stream = await app.open(page)
    await a.update({ name: "b" })
    expect(await stream.quiet()).toEqual([])
    await a.update({ done: true })
    expect((await stream.next())[0]).toMatch(/elements <span id="[^"]+">0<\/span>/)
  })

  it("a count of 0 shows what `empty` says, apart from one that shows 0", async () => {
    const Task = makeTask()
    const app = makeApp({
      entities: [Task],
      view: () => html`${live(Task.where().count(), { empty: "" })}${live(Task.where().count())}`,
    })
    const page = await app.page()
    expect(page).toMatch(/<span id="([^"]+)"><\/span><span id="(?!\1)[^"]+">0<\/span>/)
    const stream = await app.open(page)
    const task = await Task.create({ name: "a" })
    expect((await stream.next()).join()).toMatch(/">1<\/span>/)
    await stream.quiet()
    await task.delete()
    const patches = [...(await stream.next()), ...(await stream.quiet())].join()
    expect(patches).toMatch(/elements <span id="[^"]+"><\/span>/)
    expect(patches).toMatch(/elements <span id="[^"]+">0<\/span>/)
    expect(() => live(Task.where().count(), { zero: "" } as never)).toThrow("zero")
  })

  it("any HTML is rendered again when one of its entities changes", async () => {
    const Task = makeTask()
    const app = makeApp({
      entities: [Task],
      view: () => live(async () => html`<b>${await Task.count()}</b>`, { on: [Task], id: "total" }),
    })
    const page = await app.page()
    expect(page).toContain('<div id="total"><b>0</b></div>')
    const stream = await app.open(page)
    await Task.create({ name: "a" })
    expect((await stream.next())[0]).toContain('<div id="total"><b>1</b></div>')
  })

  it.each([[undefined], [5], [{}]])("refuse what cannot be kept true: %j", subject => {
    expect(() => live(subject as never)).toThrow("cannot keep")
  })
})

describe("a gap", () => {
  it("between the page and its stream is closed by a snapshot", async () => {
    const Task = makeTask()
    const app = makeApp({ entities: [Task], view: () => listOf(Task) })
    const page = await app.page()
    await Task.create({ name: "between" })
    const stream = await app.open(page)
    const [snapshot] = await stream.next()
    expect(snapshot).toMatch(/elements <ul id="[^"]+"><li id="[^"]+">between<\/li><\/ul>/)
    expect(stream.lastId).toMatch(/^[\w-]+:\d+:[\w-]+$/)
  })

  it("after a reconnect is closed from the last id that the page saw", async () => {
    const Task = makeTask()
    const app = makeApp({ entities: [Task], view: () => listOf(Task) })
    const page = await app.page()
    const first = await app.open(page)
    await Task.create({ name: "a" })
    await first.next()
    await first.quiet()
    const id = first.lastId as string
    await first.close()
    const second = await app.open(page, { "last-event-id": id })
    expect(await second.quiet()).toEqual([])
    await second.close()
    await Task.create({ name: "b" })
    const third = await app.open(page, { "last-event-id": id })
    expect((await third.next())[0]).toMatch(/>a<.*>b</)
  })

  it.each(["other-process:5", "nonsense", ":", "x:NaN"])(
    "that nothing is known of (%s) is closed by a snapshot",
    async id => {
      const Task = makeTask()
      const app = makeApp({ entities: [Task], view: () => listOf(Task) })
      const stream = await app.open(await app.page(), { "last-event-id": id })
      expect(await stream.next()).toHaveLength(1)
    },
  )

  it("of a page that reads too slowly is closed by the present state, and memory stays bounded", async () => {
    const Task = makeTask()
    const app = makeApp({ entities: [Task], view: () => listOf(Task) })
    const response = await app.get(streamPath(await app.page()))
    const task = await Task.create({ name: "start" })
    for (let step = 0; step < 400; step++) {
      await task.update({ name: `${step} ${"x".repeat(1000)}` })
      if (step % 5 === 0) await new Promise(resolve => setImmediate(resolve))
    }
    await new Promise(resolve => setImmediate(resolve))
    const reader = (response.body as ReadableStream<Uint8Array>).getReader()
    let text = ""
    while (!text.includes("399 x")) text += new TextDecoder().decode((await reader.read()).value)
    expect(text.length).toBeLessThan(150_000)
    await reader.cancel()
  })
})

describe("topics", () => {
  it("render once for all pages that share the view", async () => {
    const Task = makeTask()
    let renders = 0
    const each = (task: Task) => {
      renders++
      return item(task)
    }
    const app = makeApp({ entities: [Task], view: () => listOf(Task, Task.where(), {}, each) })
    await Task.create({ name: "first" })
    const page = await app.page()
    const open = await Promise.all(Array.from({ length: 5 }, () => app.open(page)))
    renders = 0
    await Task.create({ name: "a" })
    await Promise.all(open.map(stream => stream.next()))
    expect(renders).toBe(1)
  })

  it("never mix what closures of two requests know", async () => {
    const Task = makeTask()
    let user = "ann"
    const app = makeApp({
      entities: [Task],
      view: () => {
        const name = user
        return live(Task.where(), (task: Task) => (
          <li id={task.domId}>{`${name}: ${task.name}`}</li>
        ))
      },
    })
    const ann = await app.open(await app.page())
    user = "bob"
    const bob = await app.open(await app.page())
    await Task.create({ name: "a" })
    expect((await ann.next())[0]).toContain("ann: a")
    expect((await bob.next())[0]).toContain("bob: a")
  })

  it("know nothing of the request that made them", async () => {
    const Task = makeTask()
    const app = makeApp({
      entities: [expose(Task)],
      view: () =>
        live(Task.where(), (task: Task) => (
          <li id={task.domId}>{call(task, "update").field("name").value}</li>
        )),
    })
    const flash = Buffer.from(
      JSON.stringify({ form: "task_x_update", values: { name: "private" }, errors: {} }),
    ).toString("base64url")
    const page = await app.page()
    const stream = await app.open(page, { cookie: `nitro-flash=v${flash}` })
    await Task.create({ id: "x", name: "public" })
    let patches = ""
    while (!patches.includes("public")) patches += (await stream.next()).join()
    expect(patches).not.toContain("private")
  })

  it("end with their last page", async () => {
    const Task = makeTask()
    const app = makeApp({ entities: [Task], view: () => listOf(Task) })
    const stream = await app.open(await app.page())
    expect(app.handle.openStreams).toBe(1)
    await stream.close()
    expect(app.handle.openStreams).toBe(0)
    const again = await app.open(await app.page())
    await Task.create({ name: "a" })
    expect(await again.next()).toHaveLength(1)
  })

  it("that fail end the streams of their pages, which come back true", async () => {
    const errors: unknown[] = []
    const note = (message: unknown) => errors.push(message)
    subscribe("nitro:error", note)
    const Task = makeTask()
    let broken = false
    const each = (task: Task) => {
      if (broken) throw new Error("render")
      return item(task)
    }
    const app = makeApp({
      entities: [Task],
      view: () => listOf(Task, Task.where().orderBy("rank"), {}, each),
    })
    const page = await app.page()
    const stream = await app.open(page)
    broken = true
    await Task.create({ name: "a", rank: 1 })
    await stream.ended()
    unsubscribe("nitro:error", note)
    expect(errors).toMatchObject([
      {
        module: "live",
        error: expect.objectContaining({ message: "render" }),
        where: expect.stringContaining("live view"),
      },
    ])
    const reported = expectErrors()
    expect((await app.get(streamPath(page))).status).toBe(503)
    expect(reported).toEqual([
      { where: "a page's stream", error: expect.objectContaining({ message: "render" }) },
    ])
    expect(app.handle.openStreams).toBe(0)
    broken = false
    const again = await app.open(page, { "last-event-id": stream.lastId as string })
    expect((await again.next()).join()).toContain(">a<")
  })

  it("go on after a failure that the store can mend", async () => {
    const note = () => undefined
    subscribe("nitro:error", note)
    const Task = makeTask()
    let failures = 0
    const each = (task: Task) => {
      if (failures-- > 0) throw new Error("render")
      return item(task)
    }
    const app = makeApp({
      entities: [Task],
      view: () => listOf(Task, Task.where().orderBy("rank"), {}, each),
    })
    const stream = await app.open(await app.page())
    failures = 1
    await Task.create({ name: "a", rank: 1 })
    expect((await stream.next()).join()).toContain(">a<")
    unsubscribe("nitro:error", note)
  })
})
