// Gaps: whatever a page missed, it gets one snapshot of it and nothing more, and then shows what a fresh page shows.
import { rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import Database from "libsql"
import { Entity, memory, type Store } from "nitro-ts/entity"
import { live } from "nitro-ts/live"
import { sqlite } from "nitro-ts/sqlite"
import { afterEach, describe, expect, it } from "vitest"
import { z } from "zod"
import { pieceBytes } from "./frame.ts"
import { maxQueuedBytes } from "./sink.ts"
import {
  makeApp,
  type Options,
  rest,
  streamPath,
  type TestApp,
  TestBrowser,
  turns,
} from "./support/live-pages.tsx"
import { maxWaitingChanges } from "./topic.ts"

const apps: TestApp[] = []
const files: string[] = []
const stores: Store[] = []
afterEach(async () => {
  await Promise.all(apps.splice(0).map(app => app.close()))
  await Promise.all(stores.splice(0).map(store => store.close()))
  for (const file of files.splice(0))
    for (const end of ["", "-wal", "-shm"]) rmSync(file + end, { force: true })
})

function open(options: Options): TestApp {
  const app = makeApp(options)
  apps.push(app)
  return app
}

function file(): string {
  const name = join(tmpdir(), `nitro-live-${process.pid}-${Math.random().toString(36).slice(2)}.db`)
  files.push(name)
  return name
}

const kinds: Record<string, () => Store> = {
  memory: () => memory(),
  sqlite: () => sqlite(file()),
}

function makeRow(kind: string) {
  const store = kinds[kind]?.() as Store
  stores.push(store)
  return class Row extends Entity("Row", { text: z.string(), rank: z.int().default(0) }) {
    static store = store
  }
}
type RowClass = ReturnType<typeof makeRow>

const Item = (row: InstanceType<RowClass>) => <li id={row.domId}>{row.text}</li>
const wide = "x".repeat(1000)
const count = Math.ceil((maxQueuedBytes * 2.5) / wide.length)

async function fill(Row: RowClass): Promise<void> {
  await Row.saveMany(
    Array.from({ length: count }, (_, rank) => new Row({ text: `${rank} ${wide}`, rank })),
  )
}

const viewOf = (Row: RowClass) => live(Row.all().orderBy("rank"), Item, { id: "rows" })
const snapshots = (text: string) => text.match(/^data: elements <ul id="rows"/gm)?.length ?? 0

describe.each(Object.keys(kinds))("a view of more than every limit, in %s", kind => {
  console.log(
    `the view has ${count} KB; limits: ${maxQueuedBytes / 1024} KB queued, ${pieceBytes / 1024} KB a piece`,
  )

  it.each([
    ["of another process", async () => "b3RoZXI:7:AAAAAAAAAAAAAAAA"],
    ["that is nonsense", async () => "x"],
    [
      "from before a save",
      async (Row: RowClass, cursor: string) =>
        Row.create({ text: "late", rank: -1 }).then(() => cursor),
    ],
  ])("is sent once to a page whose cursor is one %s, and nothing follows", async (_, cursorOf) => {
    const Row = makeRow(kind)
    await fill(Row)
    const app = open({ entities: [Row], view: () => viewOf(Row) })
    const page = await app.page()
    const cursor = await cursorOf(
      Row,
      decodeURIComponent(/_nitro=([^'&]+)/.exec(streamPath(page))?.[1] ?? ""),
    )
    const stream = await app.open(page, { "last-event-id": cursor })
    await stream.quiet()
    const bytes = stream.text.length
    expect(bytes).toBeGreaterThan(maxQueuedBytes * 2)
    for (let round = 0; round < 5; round++) await stream.quiet()
    expect([stream.text.length, snapshots(stream.text)]).toEqual([bytes, 1])
  })

  it("is sent again only when it changed while it was on its way, once for all that changed", async () => {
    const Row = makeRow(kind)
    await fill(Row)
    const app = open({ entities: [Row], view: () => viewOf(Row) })
    const page = await app.page()
    const stream = await app.open(page, { "last-event-id": "x" })
    await stream.read()
    const [first] = await Row.all().orderBy("rank")
    for (let change = 0; change < 20; change++) {
      await first?.update({ text: `change ${change}` })
      await turns(2)
    }
    await rest()
    expect(snapshots(stream.text)).toBe(1)
    for (let round = 0; round < 3; round++) await stream.quiet()
    expect(snapshots(stream.text)).toBe(2)
    expect(stream.text.match(/change \d+/g)).toEqual(["change 19"])
  })

  it("reaches a page that stopped reading, as the state of now, in bounded memory", async () => {
    const Row = makeRow(kind)
    await fill(Row)
    const browser = new TestBrowser(open({ entities: [Row], view: () => viewOf(Row) }))
    await browser.load()
    await browser.settle()
    const { bytes } = browser.page
    const rows = await Row.all()
    for (let round = 0; round < 3; round++) {
      for (const row of rows) await row.update({ text: `${round} ${wide}` })
      await turns(3)
    }
    await browser.settle()
    await browser.settle()
    expect(browser.page.views).toBe(await browser.fresh())
    // The queue at the stop, and at most two snapshots, of the 3 rounds of patches.
    expect(browser.page.bytes - bytes).toBeLessThan(maxQueuedBytes + count * 1000 * 2.2)
  })
})

it("takes more changes than a topic keeps as one reading of the store", async () => {
  const Row = makeRow("memory")
  let renders = 0
  const each = (row: InstanceType<RowClass>) => {
    renders++
    return Item(row)
  }
  const browser = new TestBrowser(
    open({ entities: [Row], view: () => live(Row.all().orderBy("rank"), each, { id: "rows" }) }),
  )
  await browser.load()
  await browser.settle()
  renders = 0
  const row = await Row.create({ text: "one" })
  const writes = maxWaitingChanges * 3
  console.log(`${writes} changes of one row in one turn; a topic keeps ${maxWaitingChanges}`)
  for (let change = 0; change < writes; change++) await row.update({ text: `change ${change}` })
  await browser.settle()
  expect(browser.page.views).toBe(await browser.fresh())
  expect(renders).toBeLessThan(20)
})

describe("a page that comes back", () => {
  it("gets what a slow view had not sent, though a quick one had sent its part of the same change", async () => {
    const Row = makeRow("memory")
    let release: (() => void) | undefined
    let isSlow = false
    const slow = async () => {
      const total = await Row.count()
      if (isSlow) await new Promise<void>(resolve => (release = resolve))
      return <b>{total}</b>
    }
    const view = () => [
      live(Row.all().count(), { id: "quick" }),
      live(slow, { on: [Row], id: "slow" }),
    ]
    const browser = new TestBrowser(open({ entities: [Row], view }))
    await browser.load()
    isSlow = true
    await Row.create({ text: "a" })
    await browser.settle()
    expect(browser.page.views).toContain('<span id="quick">1</span><div id="slow"><b>0</b></div>')
    await browser.disconnect()
    isSlow = false
    release?.()
    await browser.connect()
    await browser.settle()
    expect(browser.page.views).toBe(await browser.fresh())
  })

  it("gets nothing when its cursor proves that it has all", async () => {
    const Row = makeRow("memory")
    await fill(Row)
    const browser = new TestBrowser(open({ entities: [Row], view: () => viewOf(Row) }))
    await browser.load()
    await browser.settle()
    await Row.create({ text: "a", rank: -1 })
    await browser.settle()
    await browser.disconnect()
    const { bytes } = browser.page
    await browser.connect()
    await browser.settle()
    expect(browser.page.bytes - bytes).toBeLessThan(100)
  })

  it.each([
    [
      "its first stream",
      async (browser: TestBrowser) => {
        await browser.load()
        await browser.disconnect()
      },
    ],
    [
      "a stream before",
      async (browser: TestBrowser) => {
        await browser.load()
        await browser.settle()
        await browser.disconnect()
      },
    ],
    [
      "a stream before and another page that stayed",
      async (browser: TestBrowser, app: TestApp) => {
        const other = new TestBrowser(app)
        await other.load()
        await other.settle()
        await browser.load()
        await browser.settle()
        await browser.disconnect()
      },
    ],
  ])("gets what another process wrote meanwhile, after %s", async (_, arrive) => {
    const path = file()
    const store = sqlite(path)
    stores.push(store)
    class Note extends Entity("Note", { text: z.string() }) {
      static store = store
    }
    await Note.create({ text: "ours" })
    const each = (note: Note) => <li id={note.domId}>{note.text}</li>
    const view = () => [
      live(Note.all(), each),
      live(Note.all().count()),
      live(async () => <b>{await Note.count()}</b>, { on: [Note] }),
    ]
    const app = open({ entities: [Note], view })
    const browser = new TestBrowser(app)
    await arrive(browser, app)
    const other = new Database(path)
    other.prepare("insert into notes (id, text) values ('z', 'from elsewhere')").run()
    other.close()
    await browser.connect()
    await browser.settle()
    expect(browser.page.views).toContain("from elsewhere")
    expect(browser.page.views).toBe(await browser.fresh())
    // The proof by content: nothing changed since.
    await browser.disconnect()
    const { bytes } = browser.page
    await browser.connect()
    await browser.settle()
    expect(browser.page.bytes - bytes).toBeLessThan(100)
  })

  it("as another user gets the views of that user", async () => {
    const Row = makeRow("memory")
    await Row.createMany([{ text: "ann's" }, { text: "bob's" }])
    const view = (request: Request) => {
      const name = request.headers.get("cookie") as string
      const own = (row: InstanceType<RowClass>) => <li id={row.domId}>{`${name}: ${row.text}`}</li>
      return [
        live(Row.where({ text: `${name}'s` }), Item, { id: "own" }),
        live(Row.all(), own, { id: "all" }),
      ]
    }
    const app = open({ entities: [Row], view })
    const browser = new TestBrowser(app, { cookie: "ann" })
    await browser.load()
    await browser.settle()
    await browser.disconnect()
    browser.headers["cookie"] = "bob"
    await browser.connect()
    await browser.settle()
    expect(browser.page.views).toBe(await browser.fresh())
    expect(browser.page.views).not.toContain("ann:")
  })
})

describe("a poll", () => {
  it.each(Object.keys(kinds))(
    "answers what was missed since its cursor, and ends with the next one (%s)",
    async kind => {
      const Row = makeRow(kind)
      await fill(Row)
      const app = open({ entities: [Row], view: () => viewOf(Row) })
      const browser = new TestBrowser(app)
      await browser.load()
      await browser.disconnect()
      await browser.poll()
      await Row.create({ text: "new", rank: -1 })
      await browser.poll()
      expect(browser.page.views).toBe(await browser.fresh())
      const { bytes, lastId } = browser.page
      await browser.poll()
      expect(browser.page.bytes - bytes).toBeLessThan(100)
      expect(browser.page.lastId).toBe(lastId)
      expect(app.handle.openStreams).toBe(0)
    },
  )

  it("takes its cursor from the address too", async () => {
    const Row = makeRow("memory")
    const app = open({ entities: [Row], view: () => viewOf(Row) })
    const page = await app.page()
    await Row.create({ text: "new" })
    const first = await (await app.get(`${streamPath(page)}&_nitro_once=1`)).text()
    expect(first).toContain(">new<")
    const id = /^id: (.*)$/m.exec(first)?.[1] as string
    const second = await (await app.get(`/?_nitro=${encodeURIComponent(id)}&_nitro_once=1`)).text()
    expect(second).toBe(`id: ${id}\n\n`)
  })
})
