// A live view shows the content of its query and app, for the user of its page.
import { AsyncLocalStorage } from "node:async_hooks"
import { Hono } from "hono"
import { contextStorage, getContext } from "hono/context-storage"
import { call, context, expose, respond } from "nitro-ts/actions"
import { ActionButton } from "nitro-ts/components"
import { Entity, memory } from "nitro-ts/entity"
import { nitro } from "nitro-ts/fetch"
import { nitro as forHono } from "nitro-ts/hono"
import { html, Page } from "nitro-ts/html"
import { live } from "nitro-ts/live"
import { afterEach, describe, expect, it } from "vitest"
import { z } from "zod"
import {
  LiveStream,
  makeApp,
  type Options,
  origin,
  rest,
  streamPath,
  type TestApp,
  TestBrowser,
} from "./support/live-pages.tsx"

function makeNote() {
  return class Note extends Entity("Note", { text: z.string(), owner: z.string().default("") }) {
    static store = memory()
  }
}
type NoteClass = ReturnType<typeof makeNote>
type Note = InstanceType<NoteClass>

const Item = (note: Note) => <li id={note.domId}>{note.text}</li>
const apps: TestApp[] = []
afterEach(async () => {
  await Promise.all(apps.splice(0).map(app => app.close()))
})

function open(options: Options): TestApp {
  const app = makeApp(options)
  apps.push(app)
  return app
}

const userOf = (request: Request) => request.headers.get("x-user") ?? undefined
const as = (app: TestApp, user: string) => new TestBrowser(app, { "x-user": user })

/** Loads the page of each user, lets changes happen, and expects each to show what a fresh page of theirs shows. */
async function expectTrue(
  app: TestApp,
  users: readonly string[],
  change: () => Promise<unknown>,
): Promise<[string, string]> {
  const browsers = users.map(user => as(app, user))
  for (const browser of browsers) await browser.load()
  for (const browser of browsers) await browser.settle()
  await change()
  for (const browser of browsers) await browser.settle()
  for (const browser of browsers) expect(browser.page.views).toBe(await browser.fresh())
  const [one = "", two = ""] = browsers.map(({ page, stream }) => page.views + stream?.text)
  return [one, two]
}

describe("two users with one page", () => {
  it.each([
    [
      "an HTML id that is the same",
      (Note: NoteClass, user: string) => live(Note.where({ owner: user }), Item, { id: "notes" }),
    ],
    [
      "the ids that follow from the queries",
      (Note: NoteClass, user: string) =>
        live(
          Note.where(n => n.owner.eq(user)),
          Item,
        ),
    ],
    [
      "a count of the same id",
      (Note: NoteClass, user: string) => live(Note.where({ owner: user }).count(), { id: "count" }),
    ],
    [
      "placeholders that differ",
      (Note: NoteClass, user: string) =>
        live(Note.where({ owner: "x" }), Item, { id: "notes", empty: <li>{user}</li> }),
    ],
  ])("never see each other's rows, with %s", async (_, view) => {
    const Note = makeNote()
    const app = open({ entities: [Note], view: request => view(Note, userOf(request) as string) })
    const [ann, bob] = await expectTrue(app, ["ann", "bob"], async () => {
      await Note.create({ text: "secret of ann", owner: "ann" })
      await Note.create({ text: "secret of bob", owner: "bob" })
      await Note.create({ text: "secret of bob 2", owner: "bob" })
    })
    expect(ann).not.toContain("bob")
    expect(bob).not.toContain("ann")
  })

  it("share the work of a view that is the same for both", async () => {
    const Note = makeNote()
    let renders = 0
    const each = (note: Note) => {
      renders++
      return Item(note)
    }
    await Note.create({ text: "first" })
    const app = open({ entities: [Note], user: userOf, view: () => live(Note.all(), each) })
    await expectTrue(app, ["zoe", "ann", "bob"], async () => {
      renders = 0
      await Note.create({ text: "second" })
      await rest()
      expect(renders).toBe(1)
    })
  })
})

describe("one page", () => {
  it("may show two views under one id, and one view under two", async () => {
    const Note = makeNote()
    await Note.create({ text: "ann's", owner: "ann" })
    const view = () => [
      live(Note.where({ owner: "ann" }), Item, { id: "notes" }),
      live(Note.where({ owner: "bob" }), Item, { id: "notes" }),
      live(Note.all(), Item, { id: "one" }),
      live(Note.all(), Item, { id: "a.b:c" }),
      live(Note.all(), Item),
      live(Note.all(), Item),
    ]
    const app = open({ entities: [Note], view })
    await expectTrue(app, ["x", "y"], async () => {
      await Note.create({ text: "bob's", owner: "bob" })
      const [first] = await Note.where({ owner: "ann" })
      await first?.update({ text: "changed" })
      await Note.create({ text: "ann's second", owner: "ann" })
    })
  })

  it("follows the views inside of a region", async () => {
    const Note = makeNote()
    class Other extends Entity("Other", {}) {
      static store = memory()
    }
    const view = () =>
      live(
        () => (
          <section>
            {live(Note.all(), Item)} {live(Note.all().count())}
          </section>
        ),
        { on: [Other] },
      )
    await expectTrue(open({ entities: [Note, Other], view }), ["x"], () =>
      Note.create({ text: "inside" }),
    )
  })
})

const storage = new AsyncLocalStorage<string>()
const reading = () => storage.getStore() ?? "nobody"

describe("a live view renders patches for the user of the page, who is known by", () => {
  const readers: Record<string, () => string> = {
    "an AsyncLocalStorage": reading,
    "context().user": () => String(context().user ?? "nobody"),
    "context().request": () => userOf(context().request) ?? "nobody",
  }
  describe.each(Object.entries(readers))("%s", (_, who) => {
    const shared = (note: Note) => <li id={note.domId}>{`${who()}: ${note.text}`}</li>
    const sharedRegion = async () => <b>{who()} sees something</b>
    const views: Record<string, (Note: NoteClass) => unknown> = {
      "a region made in the route": Note =>
        live(async () => <b>{`${who()}: ${await Note.count()}`}</b>, { on: [Note] }),
      "a region that routes share": Note => live(sharedRegion, { on: [Note] }),
      "a region that waits": Note =>
        live(
          async () => {
            await new Promise(resolve => setImmediate(resolve))
            return <b>{`${who()}: ${await Note.count()}`}</b>
          },
          { on: [Note] },
        ),
      "a list whose function is made in the route": Note =>
        live(Note.all(), (note: Note) => shared(note)),
      "a list whose function routes share": Note => live(Note.all(), shared),
      "a list whose function shows the user in some rows": Note =>
        live(Note.all(), (note: Note) => (
          <li id={note.domId}>{note.owner === who() ? "mine" : note.text}</li>
        )),
    }
    describe.each(Object.entries(views))("in %s", (_name, view) => {
      it.each([
        ["empty", 0],
        ["with rows", 2],
      ])("%s at first", async (_rows, rows) => {
        const Note = makeNote()
        for (let row = 0; row < rows; row++) await Note.create({ text: `row ${row}`, owner: "ann" })
        const app = open({ entities: [Note], user: userOf, view: () => view(Note) })
        const get = app.get
        app.get = (path, headers = {}) =>
          storage.run(headers["x-user"] as string, () => get(path, headers))
        app.page = async (path = "/", headers = {}) => (await app.get(path, headers)).text()
        const [ann, bob] = await expectTrue(app, ["ann", "bob"], async () => {
          await Note.create({ text: "new", owner: "bob" })
          for (const note of await Note.all())
            await storage.run("a user who writes", () => note.update({ text: "changed" }))
        })
        expect(ann).not.toContain("bob")
        expect(bob).not.toContain("ann")
        expect(ann + bob).not.toContain("nobody")
      })
    })
  })
})

it("Hono's getContext() gives the request of the page in patches of regions and of lists", async () => {
  const Note = makeNote()
  const each = (note: Note) => (
    <li id={note.domId}>{`${getContext().req.header("x-user")}: ${note.text}`}</li>
  )
  const host = new Hono()
  const app = forHono({ entities: [Note] })
  host.use(contextStorage())
  host.use(app)
  host.get("/", () =>
    respond(
      <Page title="Notes">
        {live(
          async () => (
            <b>{`${getContext().req.header("x-user")}: ${await Note.count()}`}</b>
          ),
          { on: [Note] },
        )}
        {live(Note.all(), each)}
      </Page>,
    ),
  )
  const browsers = await Promise.all(
    ["ann", "bob"].map(async user => {
      const headers = { "x-user": user, "nitro-client": "1" }
      const page = await (await host.request(origin, { headers })).text()
      const response = await host.request(origin + streamPath(page), { headers })
      expect(response.status).toBe(200)
      return { user, page, stream: new LiveStream(response) }
    }),
  )
  await Note.create({ text: "new" })
  for (const { user, stream } of browsers) {
    await stream.quiet()
    expect(stream.text).toContain(`<b>${user}: 1</b>`)
    expect(stream.text).toContain(`>${user}: new</li>`)
  }
  await app.close()
})

it("what a stream posted before, as a refused form, is in no patch that others see", async () => {
  const Note = makeNote()
  const each = (note: Note) => (
    <li id={note.domId}>
      <ActionButton call={call(note, "delete")}>x</ActionButton>
    </li>
  )
  let renders = 0
  const counting = (note: Note) => {
    renders++
    return each(note)
  }
  await Note.create({ text: "a" })
  const app = open({ entities: [expose(Note)], view: () => live(Note.all(), counting) })
  await expectTrue(app, ["ann", "bob"], async () => {
    renders = 0
    await Note.create({ text: "b" })
    await rest()
    // Forms look for a refusal in every render, and that makes no view personal.
    expect(renders).toBe(1)
  })
})

describe("two apps in one process", () => {
  const both = (Note: NoteClass) =>
    ["/a", "/b"].map(basePath => ({
      basePath,
      app: nitro({ entities: [expose(Note)], basePath }),
    }))
  const page = (Note: NoteClass, each: (note: Note) => unknown) => () =>
    respond(<Page title="Notes">{live(Note.all(), each as never, { id: "notes" })}</Page>)

  it("keep their own addresses in patches, of one class and one function", async () => {
    const Note = makeNote()
    const each = (note: Note) => <li id={note.domId}>{call(note, "update").href}</li>
    await Note.create({ text: "first" })
    const [a, b] = await Promise.all(
      both(Note).map(async ({ app, basePath }) => {
        const get = (path: string) => app(new Request(origin + path), page(Note, each))
        await (await get("/x")).text()
        return {
          app,
          basePath,
          stream: new LiveStream(await get(streamPath(await (await get("/x")).text()))),
        }
      }),
    )
    await Note.create({ text: "second" })
    for (const one of [a, b]) {
      await one?.stream.quiet()
      expect(
        new Set([...(one?.stream.text ?? "").matchAll(/>(\/\w)\/notes/g)].map(([, base]) => base)),
      ).toEqual(new Set([one?.basePath]))
    }
    await a?.app.close()
    expect([a?.app.openStreams, b?.app.openStreams]).toEqual([0, 1])
    await a?.stream.ended()
    await Note.create({ text: "third" })
    await b?.stream.quiet()
    expect(b?.stream.text.match(/mode append/g)).toHaveLength(2)
    await b?.app.close()
  })

  it("refuse streams once they are closed, and go on responding to pages", async () => {
    const Note = makeNote()
    const [a] = both(Note)
    const get = (path: string) =>
      (a as NonNullable<typeof a>).app(new Request(origin + path), page(Note, Item))
    const html = await (await get("/")).text()
    await a?.app.close()
    expect((await get(streamPath(html))).status).toBe(503)
    expect(a?.app.openStreams).toBe(0)
    expect((await get("/")).status).toBe(200)
  })
})

describe("endStreams", () => {
  class User extends Entity("User", { name: z.string() }) {
    static store = memory()
  }
  const users: Record<string, (request: Request) => unknown> = {
    "a name": userOf,
    "an entity, loaded anew": request => User.get(userOf(request) ?? ""),
    "an object with an id": request => ({ id: userOf(request), roles: [] }),
  }
  it.each(Object.entries(users))(
    "ends the streams of one user, given as %s, who is judged again",
    async (_, user) => {
      const Note = makeNote()
      await User.upsert({ id: "ann", name: "Ann" })
      await User.upsert({ id: "bob", name: "Bob" })
      let isAllowed = true
      const app = open({
        entities: [Note],
        user: user as never,
        view: () => live(Note.all(), Item),
      })
      const get = (path: string, name: string) =>
        app.handle(new Request(origin + path, { headers: { "x-user": name } }), () =>
          isAllowed || name !== "ann"
            ? respond(<Page title="Notes">{live(Note.all(), Item)}</Page>)
            : new Response("no", { status: 403 }),
        )
      const path = streamPath(await (await get("/", "ann")).text())
      const streams = []
      for (const name of ["ann", "ann", "bob"]) streams.push(new LiveStream(await get(path, name)))
      isAllowed = false
      expect(
        app.handle.endStreams(
          await (user(new Request(origin, { headers: { "x-user": "ann" } })) as never),
        ),
      ).toBe(2)
      await Promise.all(streams.slice(0, 2).map(stream => stream.ended()))
      expect(app.handle.openStreams).toBe(1)
      expect((await get(path, "ann")).status).toBe(204)
      await Note.create({ text: "for bob alone" })
      await streams[2]?.quiet()
      expect(streams[2]?.text).toContain("for bob alone")
    },
  )

  it("takes a function, and undefined for visitors", async () => {
    const Note = makeNote()
    const app = open({ entities: [Note], user: userOf, view: () => live(Note.all(), Item) })
    for (const name of ["ann", "bob"]) await as(app, name).load()
    await new TestBrowser(app).load()
    expect(app.handle.endStreams(undefined)).toBe(1)
    expect(app.handle.endStreams((user: unknown) => user === "bob")).toBe(1)
    expect(app.handle.endStreams("zoe")).toBe(0)
    expect(app.handle.openStreams).toBe(1)
  })
})

it("live(…, { on: [] }) and other things that no change could follow are refused", () => {
  const Note = makeNote()
  for (const on of [[], [Note, {}], ["Note"], [undefined]])
    expect(() => live(() => html`x`, { on: on as never })).toThrow(
      expect.objectContaining({ code: "NITRO_LIVE_ARGUMENT" }),
    )
})
