// Plugins: a toy of each seam, written with public imports, and what is refused.
import { action, context, expose, Refusal, respond } from "nitro-ts/actions"
import { type Plugin, plugin } from "nitro-ts/app"
import { Command, commands, handle } from "nitro-ts/cqrs"
import { Entity, memory, recordChanges, scope } from "nitro-ts/entity"
import { nitro } from "nitro-ts/fetch"
import { html, Page } from "nitro-ts/html"
import { afterEach, describe, expect, it, vi } from "vitest"
import { z } from "zod"
import { expectErrors } from "../../test/support/errors.ts"

afterEach(() => vi.restoreAllMocks())

function makeNote() {
  class Note extends Entity("Note", { text: z.string(), owner: z.string().default("") }) {
    static store = memory()
    shout() {
      this.text = this.text.toUpperCase()
    }
    static {
      action(this, "shout")
    }
  }
  return Note
}

const json = { accept: "application/json" }
const asUser = (user: string) => ({ ...json, "x-user": user })

/** The user and their rows: a plugin such as signing in and access rules will be. */
const owners = (Note: ReturnType<typeof makeNote>): Plugin =>
  plugin({
    name: "owners",
    setup: () => ({
      context: async ({ request }) => ({ user: request.headers.get("x-user") as never }),
      scopes: ({ user }) => [scope(Note, { owner: String(user) })],
    }),
  })

describe("a plugin", () => {
  it("sets the user, and the rows they see in routes, actions and pages", async () => {
    const Note = makeNote()
    const app = nitro({ entities: [expose(Note)], plugins: [owners(Note)] })
    const mine = await Note.create({ text: "mine", owner: "ann" })
    const theirs = await Note.create({ text: "theirs", owner: "bob" })
    const get = async (path: string, user: string) =>
      app(new Request(`http://app.test${path}`, { headers: asUser(user) }))
    expect(await (await get("/notes", "ann")).json()).toMatchObject([{ text: "mine" }])
    expect((await get(`/notes/${mine.id}`, "ann")).status).toBe(200)
    expect((await get(`/notes/${theirs.id}`, "ann")).status).toBe(404)
    const post = (path: string, user: string, body?: object) =>
      app(
        new Request(`http://app.test${path}`, {
          method: "POST",
          headers: { ...asUser(user), "content-type": "application/json" },
          ...(body && { body: JSON.stringify(body) }),
        }),
      )
    expect((await post(`/notes/${theirs.id}/shout`, "ann")).status).toBe(404)
    expect((await post(`/notes/${mine.id}/shout`, "ann")).status).toBe(204)
    const refused = await post("/notes", "ann", { text: "x", owner: "bob" })
    expect([refused.status, await refused.json()]).toMatchObject([
      403,
      { error: { code: "NITRO_SCOPE" } },
    ])
    const page = await app(new Request("http://app.test/", { headers: asUser("bob") }), async () =>
      respond(html`${context().user as never}: ${(await Note.all()).map(n => n.text)}`),
    )
    expect(await page.text()).toContain("bob: theirs")
    expect((await Note.all()).map(({ text }) => text).sort()).toEqual(["MINE", "theirs"])
    await app.close()
  })

  it("runs around the routes of the app, the first outermost, and may respond itself", async () => {
    const Note = makeNote()
    const order: string[] = []
    const around = (name: string): Plugin =>
      plugin({
        name,
        setup: () => ({
          async around({ path }, next) {
            order.push(`${name} ${path}`)
            if (name === "inner" && path.endsWith("/none"))
              return new Response("slow down", { status: 429 })
            const response = await next()
            order.push(`${name} ${response.status}`)
            return response
          },
        }),
      })
    const app = nitro({ entities: [expose(Note)], plugins: [around("outer"), around("inner")] })
    await app(new Request("http://app.test/notes", { headers: json }))
    expect(order).toEqual(["outer /notes", "inner /notes", "inner 200", "outer 200"])
    const response = await app(new Request("http://app.test/notes/none", { headers: json }))
    expect([response.status, await response.text()]).toEqual([429, "slow down"])
    expect(app.plugins).toEqual(["outer", "inner"])
    await app.close()
  })

  it("records changes in the transaction of a route, until its app is closed", async () => {
    const Note = makeNote()
    class Entry extends Entity("Entry", { op: z.string(), by: z.string(), path: z.string() }) {
      static store = Note.store
    }
    let isRefusing = false
    const audit = plugin({
      name: "audit",
      setup: () => ({
        close: recordChanges([Note], async changes => {
          const { user, path } = context()
          await Entry.createMany(changes.map(({ op }) => ({ op, by: String(user), path })))
          if (isRefusing) throw new Refusal("Not recorded.", { status: 409 })
        }),
      }),
    })
    const app = nitro({ entities: [expose(Note)], plugins: [owners(Note), audit] })
    const post = (text: string) =>
      app(
        new Request("http://app.test/notes", {
          method: "POST",
          headers: { ...asUser("ann"), "content-type": "application/json" },
          body: JSON.stringify({ text, owner: "ann" }),
        }),
      )
    expect((await post("kept")).status).toBe(201)
    isRefusing = true
    expect((await post("taken back")).status).toBe(409)
    expect((await Note.all()).map(({ text }) => text)).toEqual(["kept"])
    await app.close()
    await Note.create({ text: "later", owner: "ann" })
    expect((await Entry.all()).map(({ op, by, path }) => [op, by, path])).toEqual([
      ["create", "ann", "/notes"],
    ])
  })

  it("adds routes, and is closed with the app, the last first", async () => {
    class Ping extends Command("Ping", { word: z.string() }) {}
    handle(Ping, ({ word }) => ({ pong: word }))
    expectErrors()
    vi.spyOn(console, "error").mockImplementation(() => {})
    const closed: string[] = []
    let routesAtSetup: readonly unknown[] = []
    const app = nitro({
      plugins: ["a", "b", "c"].map(name =>
        plugin({
          name,
          setup(own) {
            routesAtSetup = own.routes
            return {
              ...(name === "b" && { routes: [commands([Ping])] }),
              close: async () => {
                closed.push(name)
                if (name === "b") throw new Error("b cannot close")
              },
            }
          },
        }),
      ),
    })
    expect(routesAtSetup).toEqual([])
    expect(app.routes.map(({ name }) => name)).toContain("Ping")
    const route = app.routes.find(({ method }) => method === "POST")?.path ?? ""
    const response = await app(
      new Request(`http://app.test${route}`, {
        method: "POST",
        headers: { ...json, "content-type": "application/json" },
        body: JSON.stringify({ word: "hello" }),
      }),
    )
    expect(await response.json()).toEqual({ pong: "hello" })
    await app.close()
    expect(closed).toEqual(["c", "b", "a"])
  })

  it("fails the request when it cannot determine the user, and lets nothing through", async () => {
    const Note = makeNote()
    let reads = 0
    const failing = plugin({
      name: "failing",
      setup: () => ({
        context: async () => {
          throw new Refusal("No session.", { status: 401 })
        },
      }),
    })
    const app = nitro({ entities: [expose(Note)], plugins: [failing] })
    for (const path of ["/", "/notes"]) {
      const response = await app(new Request(`http://app.test${path}`, { headers: json }), () => {
        reads++
        return new Response("page")
      })
      expect([response.status, await response.json()]).toMatchObject([
        401,
        { error: { message: "No session." } },
      ])
    }
    expect(reads).toBe(0)
    await app.close()
  })

  it("adds to the end of the pages of its app, and of no other", async () => {
    const banner = (name: string, wait: number) =>
      plugin({
        name: "banner",
        setup: () => ({
          pageEnd: async ({ nonce }) => {
            await new Promise(done => setTimeout(done, wait))
            return html`<i nonce="${nonce}">${name} ${context().path} ${context().basePath}</i>`
          },
        }),
      })
    const apps = [1, 2].map(n =>
      nitro({ basePath: `/app-${n}`, plugins: [banner(`app ${n}`, 3 - n)] }),
    )
    const plain = nitro({})
    const page = async (app: typeof plain, path: string) => {
      const response = await app(new Request(`http://app.test${path}`), () =>
        respond(Page({ title: "T", nonce: "abc" }, Promise.resolve("x"))),
      )
      return response.text()
    }
    const pages = await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        page(apps[n % 2] as typeof plain, `/app-${1 + (n % 2)}/${n}`),
      ),
    )
    for (const [n, text] of pages.entries()) {
      const own = 1 + (n % 2)
      expect(text).toContain(`<i nonce="abc">app ${own} /app-${own}/${n} /app-${own}</i></body>`)
      expect(text).toContain(`src="/app-${own}/_nitro/client.js`)
      expect(text).not.toContain(`app ${3 - own}`)
      expect(text.match(/id="nitro-alert"/g)).toHaveLength(1)
    }
    expect(await page(plain, "/")).not.toContain("<i")
    expect(apps.map(({ plugins }) => plugins)).toEqual([["banner"], ["banner"]])
    await Promise.all([...apps, plain].map(app => app.close()))
  })

  it("keeps what is one app's from another's", async () => {
    const Note = makeNote()
    await Note.create({ text: "mine", owner: "ann" })
    await Note.create({ text: "theirs", owner: "bob" })
    const [one, two] = [
      nitro({ entities: [expose(Note)], plugins: [owners(Note)] }),
      nitro({ entities: [expose(Note)] }),
    ]
    const list = async (app: typeof one) =>
      (await (
        await app(new Request("http://app.test/notes", { headers: asUser("ann") }))
      ).json()) as { text: string }[]
    const all = await Promise.all(
      Array.from({ length: 20 }, (_, n) => list(n % 2 === 0 ? one : two)),
    )
    expect(all.map(rows => rows.length)).toEqual(all.map((_, n) => (n % 2 === 0 ? 1 : 2)))
    await Promise.all([one.close(), two.close()])
  })
})

it.each([
  ["no name", () => plugin({ setup: () => undefined } as never), "NITRO_PLUGIN"],
  ["no setup", () => plugin({ name: "x" } as never), "NITRO_PLUGIN"],
  [
    "a misspelt member",
    () => plugin({ name: "x", setup() {}, close() {} } as never),
    "NITRO_UNKNOWN_OPTION",
  ],
  [
    "a misspelt part",
    () => nitro({ plugins: [plugin({ name: "x", setup: () => ({ scope: () => [] }) as never })] }),
    "NITRO_UNKNOWN_OPTION",
  ],
  [
    "one name twice",
    () =>
      nitro({ plugins: [plugin({ name: "x", setup() {} }), plugin({ name: "x", setup() {} })] }),
    "NITRO_PLUGIN",
  ],
  [
    "an async setup",
    () => nitro({ plugins: [plugin({ name: "x", setup: (async () => ({})) as never })] }),
    "NITRO_PLUGIN",
  ],
])("refuses %s", (_, make, code) => {
  expect(make).toThrow(expect.objectContaining({ code }))
})
