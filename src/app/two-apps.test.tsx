// Two apps in one process: stores, base paths, rules, users, secrets and limits of one never reach the other, however requests mix.
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { action, context, expose, respond } from "nitro-ts/actions"
import { plugin } from "nitro-ts/app"
import { Entity, memory, scope } from "nitro-ts/entity"
import { nitro } from "nitro-ts/fetch"
import { html, Page } from "nitro-ts/html"
import { live } from "nitro-ts/live"
import { nitro as onNode } from "nitro-ts/node"
import { sqlite } from "nitro-ts/sqlite"
import { expect, it } from "vitest"
import { z } from "zod"

const json = { accept: "application/json", "content-type": "application/json" }

function makeApp(name: "one" | "two", basePath: string) {
  const store = name === "one" ? memory() : sqlite(":memory:")
  class Note extends Entity("Note", { text: z.string().max(20), owner: z.string() }) {
    static store = store
    shout() {
      this.text = `${name} ${context().user as never} ${context().app.basePath}`
    }
    static {
      action(this, "shout")
    }
  }
  const own = plugin({
    name: "own",
    setup: () => ({
      context: async ({ request }) => ({
        user: `${name}-${request.headers.get("x-user")}` as never,
      }),
      scopes: ({ user }) => [scope(Note, { owner: String(user) })],
      pageEnd: () => html`<i>${name}</i>`,
    }),
  })
  const app = nitro({
    basePath,
    secret: `a long enough secret of app ${name}`,
    entities: [expose(Note, { allow: ({ user }) => String(user).startsWith(`${name}-`) })],
    plugins: [own],
    limits: { maxBodyBytes: name === "one" ? 200 : 400, maxStreams: name === "one" ? 1 : 2 },
  })
  return { app, Note, name, basePath }
}

type Made = ReturnType<typeof makeApp>

const send = (app: Made["app"], url: string, user: string, init: RequestInit = {}) =>
  app(new Request(`http://app.test${url}`, { ...init, headers: { ...json, "x-user": user } }))

it("never mix, in requests side by side", async () => {
  const made = [makeApp("one", "/one"), makeApp("two", "/two")]
  const work = made.flatMap(({ app, name, basePath, Note }) =>
    Array.from({ length: 25 }, (_, n) => async () => {
      const [user, owner] = [`u${n % 5}`, `${name}-u${n % 5}`]
      const body = JSON.stringify({ text: `${name} ${n}`, owner })
      const created = await send(app, `${basePath}/notes`, user, { method: "POST", body })
      expect(created.status).toBe(201)
      const { id } = (await created.json()) as { id: string }
      const shouted = await send(app, `${basePath}/notes/${id}/shout`, user, { method: "POST" })
      expect(shouted.status).toBe(204)
      const read = await send(app, `${basePath}/notes/${id}`, user)
      expect(await read.json()).toMatchObject({ text: `${name} ${owner} ${basePath}`, owner })
      const list = (await (await send(app, `${basePath}/notes`, user)).json()) as {
        owner: string
      }[]
      expect(list.every(note => note.owner === owner)).toBe(true)
      const page = await app(
        new Request(`http://app.test${basePath}/page`, { headers: { "x-user": user } }),
        () => respond(Page({ title: name }, live(Note.all().count()))),
      )
      const text = await page.text()
      expect(text).toContain(`<i>${name}</i>`)
      expect(text).toContain(`${basePath}/_nitro/client.js`)
      expect(text).not.toContain(name === "one" ? "/two" : "/one")
    }),
  )
  // One of each in turn.
  const mixed = work.map((_, n) => work[(n % 2) * 25 + Math.floor(n / 2)] as (typeof work)[number])
  await Promise.all(mixed.map(run => run()))
  for (const { Note } of made) expect(await Note.count()).toBe(25)

  // The limits of each.
  const large = JSON.stringify({ text: "x", owner: "y".repeat(250) })
  const statuses = made.map(async ({ app, basePath }) => {
    const response = await send(app, `${basePath}/notes`, "u1", { method: "POST", body: large })
    return response.status
  })
  expect(await Promise.all(statuses)).toEqual([413, 403])
  await Promise.all(made.map(({ app }) => app.close()))
})

it("end their streams alone, and count them alone", async () => {
  const [one, two] = [makeApp("one", "/one"), makeApp("two", "/two")] as [Made, Made]
  const open = ({ app, basePath, Note }: Made) =>
    app(new Request(`http://app.test${basePath}/?_nitro=x`, { headers: { "x-user": "u" } }), () =>
      respond(live(Note.all().count())),
    )
  expect((await open(one)).status).toBe(200)
  expect((await open(one)).status).toBe(503)
  expect((await open(two)).status).toBe(200)
  expect((await open(two)).status).toBe(200)
  expect([one.app.openStreams, two.app.openStreams]).toEqual([1, 2])
  await one.app.close()
  expect([one.app.openStreams, two.app.openStreams]).toEqual([0, 2])
  await two.app.close()
})

it("respond with the response class of their hosts", async () => {
  class Item extends Entity("Item", { n: z.int() }) {
    static store = memory()
  }
  const seen: Response[] = []
  const noting = plugin({
    name: "noting",
    setup: () => ({
      async around(_, next) {
        const response = await next()
        seen.push(response)
        return response
      },
    }),
  })
  const node = onNode({ entities: [expose(Item)], plugins: [noting] })
  const server = createServer(node)
  await new Promise<void>(done => server.listen(0, "127.0.0.1", done))
  const plain = nitro({ entities: [expose(Item)], plugins: [noting] })
  const { port } = server.address() as AddressInfo
  expect(await (await fetch(`http://127.0.0.1:${port}/items`, { headers: json })).json()).toEqual(
    [],
  )
  await plain(new Request("http://app.test/items", { headers: json }))
  await Promise.all([node.close(), plain.close()])
  server.closeAllConnections()
  server.close()
  // srvx's class writes to node's response without the cost of a web Response.
  expect(seen.map(response => "_toNodeResponse" in response)).toEqual([true, false])
})
