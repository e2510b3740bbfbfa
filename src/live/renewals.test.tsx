// A page whose views are in other elements by now is sent to itself, and only so often.
import { Entity, memory } from "nitro-ts/entity"
import { live } from "nitro-ts/live"
import { afterEach, describe, expect, it } from "vitest"
import { z } from "zod"
import { Renewals } from "./renewals.ts"
import {
  makeApp,
  type Options,
  streamPath,
  type TestApp,
  TestBrowser,
} from "./support/live-pages.tsx"

class Note extends Entity("RenewedNote", { text: z.string(), owner: z.string() }) {
  static store = memory()
}
const Item = (note: Note) => <li id={note.domId}>{note.text}</li>
const apps: TestApp[] = []
afterEach(async () => {
  await Promise.all(apps.splice(0).map(app => app.close()))
  await Note.deleteWhere({}, { all: true })
})

function open(options: Options): TestApp {
  const app = makeApp(options)
  apps.push(app)
  return app
}

const userOf = (request: Request) => request.headers.get("x-user") ?? "visitor"
const ofUser = (request: Request) => live(Note.where({ owner: userOf(request) }), Item)

describe("a page that comes back", () => {
  it("as another user becomes the page of that user, though its lists have other ids", async () => {
    await Note.createMany([
      { text: "of ann", owner: "ann" },
      { text: "of bob", owner: "bob" },
    ])
    const browser = new TestBrowser(open({ entities: [Note], view: ofUser }), { "x-user": "ann" })
    await browser.load("/notes?page=2&sort=text")
    await browser.disconnect()
    browser.headers["x-user"] = "bob"
    await browser.connect()
    expect(browser.page.views).toBe(await browser.fresh())
    expect(browser.page.views).toContain("of bob")
    expect(browser.page.views).not.toContain("of ann")
    await Note.create({ text: "new of bob", owner: "bob" })
    await browser.settle()
    expect(browser.page.views).toBe(await browser.fresh())
  })

  it("after a deploy with other views becomes the new page", async () => {
    let isDeployed = false
    const view = () =>
      isDeployed
        ? [live(Note.all().count(), { id: "total" }), live(Note.all(), Item)]
        : live(Note.all(), Item)
    const browser = new TestBrowser(open({ entities: [Note], view }))
    await browser.load()
    await browser.disconnect()
    isDeployed = true
    await Note.create({ text: "a", owner: "ann" })
    await browser.connect()
    await browser.settle()
    expect(browser.page.views).toBe(await browser.fresh())
    expect(browser.page.views).toContain('id="total"')
  })

  it("is sent to its address as it was written, without our parameters", async () => {
    let isDeployed = false
    const app = open({
      entities: [Note],
      view: () => live(Note.all(), Item, { id: isDeployed ? "new" : "old" }),
    })
    for (const path of ["/", "/a%20b/?q=x+y&empty=&q=%C3%A4", "/a?_nitrogen=1"]) {
      isDeployed = false
      const stream = streamPath(await app.page(path))
      isDeployed = true
      for (const once of ["", "&_nitro_once=1"]) {
        const response = await app.get(stream + once, { "nitro-client": "1" })
        expect([response.status, response.headers.get("location")]).toEqual([303, path])
      }
    }
    expect(app.handle.openStreams).toBe(0)
  })

  it("stays on its site, whatever its path looks like", async () => {
    let isDeployed = false
    const app = open({
      entities: [Note],
      view: () => live(Note.all(), Item, { id: isDeployed ? "new" : "old" }),
    })
    for (const path of ["//evil.test/x", "///evil.test", "//evil.test//y?z=//evil.test"]) {
      isDeployed = false
      const stream = streamPath(await app.page(path))
      isDeployed = true
      const response = await app.get(path + stream.slice(stream.indexOf("?")), {
        "nitro-client": "1",
      })
      for (const address of [stream, response.headers.get("location") as string])
        expect(new URL(address, `http://app.test${path}`).origin).toBe("http://app.test")
    }
  })

  it("gets its views where another client reads them", async () => {
    const browser = new TestBrowser(open({ entities: [Note], view: ofUser }), {
      "x-user": "ann",
      moves: false,
    })
    await browser.load()
    await browser.disconnect()
    browser.headers["x-user"] = "bob"
    await browser.connect()
    await Note.create({ text: "of bob", owner: "bob" })
    await browser.settle()
    expect(browser.stream?.text).toContain("of bob")
  })

  it("whose views have new ids at each rendering is sent three times a minute, and has a stream then", async () => {
    let rendered = 0
    const app = open({
      entities: [Note],
      view: () => live(Note.all(), Item, { id: `list${rendered++}` }),
    })
    const statuses: number[] = []
    for (let load = 0; load < 5; load++) {
      const response = await app.get(streamPath(await app.page()), { "nitro-client": "1" })
      statuses.push(response.status)
      await response.body?.cancel()
    }
    expect(statuses).toEqual([303, 303, 303, 200, 200])
  })

  it("with views inside of views, in lists and regions, is not sent anywhere", async () => {
    await Note.createMany([
      { text: "a", owner: "ann" },
      { text: "b", owner: "bob" },
    ])
    const inner = (note: Note) => (
      <li id={note.domId}>{live(Note.where({ owner: note.owner }).count())}</li>
    )
    const view = () => [
      live(Note.all(), inner),
      live(async () => <p>{live(Note.all(), Item)}</p>, { on: [Note] }),
    ]
    const app = open({ entities: [Note], view })
    const response = await app.get(streamPath(await app.page()), { "nitro-client": "1" })
    expect(response.status).toBe(200)
    await response.body?.cancel()
  })
})

it("pages that were renewed are forgotten after a minute, or once there are a thousand others", () => {
  const renewals = new Renewals()
  const takes = (page: string, now: number) => renewals.take(page, now)
  expect([takes("a", 0), takes("a", 1), takes("a", 2), takes("a", 3), takes("b", 3)]).toEqual([
    true,
    true,
    true,
    false,
    true,
  ])
  expect(takes("a", 59_999)).toBe(false)
  expect(takes("a", 60_001)).toBe(true)
  for (let page = 0; page < 2; page++) takes("a", 60_002)
  expect(takes("a", 60_003)).toBe(false)
  for (let page = 0; page < 1000; page++) takes(`page ${page}`, 60_003)
  expect(takes("a", 60_004)).toBe(true)
})
