// Many windows of one browser on a real application: they share streams, show every change, and each user sees only what is theirs.
import { call, expose, respond, serve } from "nitro-ts"
import { context } from "nitro-ts/actions"
import { Entity, memory } from "nitro-ts/entity"
import { nitro } from "nitro-ts/fetch"
import { Page } from "nitro-ts/html"
import { live } from "nitro-ts/live"
import type { Browser, BrowserContext, Page as Window } from "playwright-core"
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest"
import { z } from "zod"
import { type Complaints, listenForComplaints, openBrowser } from "./support/browser.ts"

const makeApp = () => {
  class Note extends Entity("Note", {
    text: z.string(),
    list: z.string(),
    owner: z.string().default("visitor"),
  }) {
    static store = memory()
  }
  const userOf = (request: Request) =>
    /user=(\w+)/.exec(request.headers.get("cookie") ?? "")?.[1] ?? "visitor"
  const handle = nitro({ entities: [expose(Note, { allow: () => true })], user: userOf })
  const view = (list: string, user: string) => (
    <Page title={list}>
      <h1>{user}</h1>
      {live(Note.where({ list, owner: user }).orderBy("text"), note => (
        <li id={note.domId}>{note.text}</li>
      ))}
      {live(
        async () => (
          <p id="who">{`${context().user}: ${await Note.where({ list, owner: user }).count()}`}</p>
        ),
        { on: [Note], id: "count" },
      )}
      <form {...call(Note, "create", { list }).form}>
        <input {...call(Note, "create").field("text")} aria-label="Text" />
        <button type="submit">Add</button>
      </form>
    </Page>
  )
  const fetch = (request: Request) =>
    handle(request, () => respond(view(new URL(request.url).pathname, userOf(request))))
  return { Note, handle, fetch }
}

let browser: Browser
let browserContext: BrowserContext
let app: ReturnType<typeof makeApp>
let server: Awaited<ReturnType<typeof serve>>

beforeAll(async () => {
  browser = await openBrowser()
}, 60_000)
afterAll(() => browser.close())
beforeEach(async () => {
  app = makeApp()
  server = await serve(app, { port: 0, graceMs: 100 })
  browserContext = await browser.newContext()
})
afterEach(async () => {
  await browserContext.close()
  await server.close()
})

async function open(path: string): Promise<Window> {
  const window = await browserContext.newPage()
  const complaints = listenForComplaints(window)
  await window.goto(server.url + path)
  everyComplaint.push(complaints)
  return window
}
let everyComplaint: Complaints[] = []
beforeEach(() => {
  everyComplaint = []
})
afterEach(() => {
  expect(everyComplaint.flatMap(({ errors, dialogs }) => [...errors, ...dialogs])).toEqual([])
})

/** Waits until each window shows what its server would print now. */
async function expectTruth(windows: readonly Window[], user = "visitor"): Promise<void> {
  for (const window of windows) {
    const list = new URL(window.url()).pathname
    const notes = await app.Note.where({ list, owner: user }).orderBy("text")
    await expect
      .poll(() => window.locator("li").allTextContents(), { timeout: 30_000 })
      .toEqual(notes.map(({ text }) => text))
    await expect
      .poll(() => window.locator("#who").textContent(), { timeout: 30_000 })
      .toBe(`${user}: ${notes.length}`)
  }
}

it("seven windows at one address load, share one stream, and show what any of them adds", async () => {
  const windows: Window[] = []
  for (let index = 0; index < 7; index++) windows.push(await open("/a"))
  await expect.poll(() => app.handle.openStreams, { timeout: 20_000 }).toBe(1)
  for (const [index, window] of windows.entries()) {
    await window.getByLabel("Text").fill(`note ${index}`)
    await window.getByRole("button").click()
    await expectTruth(windows)
  }
  expect(await app.Note.count()).toBe(7)
  expect(app.handle.openStreams).toBe(1)
}, 180_000)

it("nine windows at nine addresses load, open four streams at most, and all show every change", async () => {
  const paths = Array.from({ length: 9 }, (_, index) => `/list${index}`)
  const windows: Window[] = []
  for (const path of paths) windows.push(await open(path))
  await expect.poll(() => app.handle.openStreams, { timeout: 20_000 }).toBe(4)
  for (let round = 0; round < 3; round++) {
    for (const list of paths) await app.Note.create({ list, text: `${round}` })
    await expectTruth(windows)
    expect(app.handle.openStreams).toBeLessThanOrEqual(4)
  }
  for (const window of windows) await window.close()
  await expect.poll(() => app.handle.openStreams, { timeout: 20_000 }).toBe(0)
}, 180_000)

it("a login in one window gives no other user's rows to any window, and the pages from before become the new user's once their streams end", async () => {
  const before = [await open("/a"), await open("/a")]
  await app.Note.create({ list: "/a", text: "of all" })
  await expectTruth(before)
  await browserContext.addCookies([{ name: "user", value: "ann", url: server.url }])
  const after = [await open("/a"), await open("/a")]
  await app.Note.create({ list: "/a", text: "of ann", owner: "ann" })
  await app.Note.create({ list: "/a", text: "more of all" })
  await expectTruth(after, "ann")
  await expectTruth(before)
  expect(app.handle.endStreams("visitor")).toBeGreaterThan(0)
  await expectTruth([...before, ...after], "ann")
}, 180_000)

it("windows come back after a restart of the server, each to the truth", async () => {
  const windows = [await open("/a"), await open("/a"), await open("/b")]
  await app.Note.create({ list: "/a", text: "one" })
  await expectTruth(windows)
  const port = Number(new URL(server.url).port)
  await server.close()
  for (const window of windows) await window.getByText("Reconnecting…").waitFor()
  await app.Note.create({ list: "/a", text: "two" })
  await app.Note.create({ list: "/b", text: "three" })
  server = await serve(app, { port, graceMs: 100 })
  await expectTruth(windows)
  await app.Note.create({ list: "/a", text: "four" })
  await expectTruth(windows)
}, 180_000)
