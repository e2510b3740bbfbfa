// Two browsers over real HTTP: each has separate rows, on its page and in the stream of its page.
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { expose, respond } from "nitro-ts/actions"
import { Entity, memory, withPartition } from "nitro-ts/entity"
import { nitro } from "nitro-ts/fetch"
import { Page, render } from "nitro-ts/html"
import { live } from "nitro-ts/live"
import { nitro as forNode } from "nitro-ts/node"
import { afterAll, beforeAll, expect, it } from "vitest"
import { z } from "zod"

class Note extends Entity("Note", { text: z.string() }) {
  static store = memory({ partition: "session" })
}
class Board extends Entity("Board", { text: z.string() }) {
  static store = memory()
}

const item = (row: Note | Board) => <li id={row.domId}>{row.text}</li>
const page = () => (
  <Page title="Notes">
    {live(Note.all(), item, { id: "notes" })}
    {live(Note.where().count(), { id: "count" })}
    {live(Board.all(), item, { id: "boards" })}
  </Page>
)

let url = ""
const app = forNode({ entities: [expose(Note), expose(Board)] }, async (_, res) => {
  const text = await render(page())
  res.writeHead(200, { "content-type": "text/html" })
  res.end(text)
})
const server = createServer(app)
beforeAll(async () => {
  await new Promise<void>(resolve => server.listen(0, "127.0.0.1", resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(async () => {
  await app.close()
  server.closeAllConnections()
  await new Promise(resolve => server.close(resolve))
})

/** A browser: keeps its cookies, opens the page and listens to its stream. */
class Browser {
  cookie = ""
  text = ""

  async get(path: string, headers: Record<string, string> = {}): Promise<Response> {
    const response = await fetch(url + path, { headers: { cookie: this.cookie, ...headers } })
    for (const line of response.headers.getSetCookie()) this.cookie = line.split(";")[0] as string
    return response
  }

  async open(): Promise<string> {
    const html = await (await this.get("/")).text()
    const path = JSON.parse(
      `"${/@get\(&#39;(.+?)&#39;/.exec(html)?.[1]?.replaceAll("&amp;", "&")}"`,
    ) as string
    const stream = await this.get(path, { "datastar-request": "true" })
    expect(stream.status).toBe(200)
    const reader = (stream.body as ReadableStream<Uint8Array>)
      .pipeThrough(new TextDecoderStream())
      .getReader()
    void (async () => {
      for (let part = await reader.read(); !part.done; part = await reader.read())
        this.text += part.value
    })().catch(() => undefined)
    return html
  }

  async post(path: string, body: object): Promise<Response> {
    const headers = { "content-type": "application/json", cookie: this.cookie }
    const response = await fetch(url + path, {
      method: "POST",
      headers,
      body: JSON.stringify(body),
    })
    for (const line of response.headers.getSetCookie()) this.cookie = line.split(";")[0] as string
    return response
  }
}

it("gives each browser its own rows, and its page no patch of another's", async () => {
  const [ann, bob] = [new Browser(), new Browser()]
  await ann.open()
  await bob.open()
  expect(ann.cookie).toMatch(/^nitro-session=[\w-]{32}\.[\w-]{32}$/)
  expect(bob.cookie).not.toBe(ann.cookie)
  await ann.post("/notes", { text: "ann's secret" })
  await bob.post("/notes", { text: "bob's secret" })
  await ann.post("/boards", { text: "for all" })
  await expect.poll(() => ann.text.includes("for all") && bob.text.includes("for all")).toBe(true)
  await expect
    .poll(() => ann.text.includes("ann&#39;s secret") && bob.text.includes("bob&#39;s secret"))
    .toBe(true)
  expect(ann.text).not.toContain("bob")
  expect(bob.text).not.toContain("ann")
  expect(ann.text).not.toContain(">2</span>")
  const list = async (browser: Browser): Promise<string[]> =>
    ((await (await browser.get("/notes")).json()) as Note[]).map(({ text }) => text)
  expect([await list(ann), await list(bob), await list(new Browser())]).toEqual([
    ["ann's secret"],
    ["bob's secret"],
    [],
  ])
  const [note] = (await (await ann.get("/notes")).json()) as Note[]
  expect((await bob.get(`/notes/${note?.id}`)).status).toBe(404)
  expect(await (await ann.get("/")).text()).toContain("ann&#39;s secret")
  expect(await (await bob.get("/")).text()).not.toContain("ann&#39;s secret")
})

it("keeps two tabs of one browser the same", async () => {
  const tab = new Browser()
  await tab.open()
  const other = new Browser()
  other.cookie = tab.cookie
  await other.open()
  await tab.post("/notes", { text: "in both tabs" })
  await expect
    .poll(() => tab.text.includes("in both tabs") && other.text.includes("in both tabs"))
    .toBe(true)
})

it("sets the cookie once, out of reach of scripts, and takes no name that it did not make", async () => {
  const first = await fetch(url)
  await first.text()
  const [cookie = ""] = first.headers.getSetCookie()
  expect(cookie).toMatch(/^nitro-session=[\w-]{32}\.[\w-]{32}; Path=\/; HttpOnly; SameSite=Lax$/)
  const again = await fetch(url, { headers: { cookie: cookie.split(";")[0] as string } })
  await again.text()
  expect(again.headers.getSetCookie()).toEqual([])
  const forged = await fetch(url, { headers: { cookie: "nitro-session=ann" } })
  await forged.text()
  expect(forged.headers.getSetCookie()).toHaveLength(1)
})

it("takes who it is from the app, where that knows", async () => {
  const handle = nitro({
    entities: [expose(Note)],
    partition: request => request.headers.get("x-user") ?? undefined,
  })
  const send = (user: string, method: string, body?: object): Promise<Response> =>
    handle(
      new Request("https://app.test/notes", {
        method,
        headers: { "content-type": "application/json", "x-user": user },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }),
    )
  const created = await send("ann", "POST", { text: "mine" })
  expect([created.status, created.headers.getSetCookie()]).toEqual([201, []])
  expect(await (await send("ann", "GET")).json()).toHaveLength(1)
  expect(await (await send("bob", "GET")).json()).toEqual([])
  const unknown = await send("", "GET")
  expect(unknown.headers.getSetCookie()[0]).toMatch(/; Secure$/)
  const inside = await withPartition("job", () =>
    handle(new Request("https://app.test/"), () => respond(page())),
  )
  expect(inside.headers.getSetCookie()).toEqual([])
})
