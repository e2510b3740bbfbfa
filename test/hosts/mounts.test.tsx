// Base paths and mounts, by real listeners: everything that an app serves and prints stands below its base path.
import { subscribe, unsubscribe } from "node:diagnostics_channel"
import { mkdtempSync, writeFileSync } from "node:fs"
import { createServer } from "node:http"
import { tmpdir } from "node:os"
import { join } from "node:path"
import express from "express"
import { Hono } from "hono"
import { action, call, expose, live, Page, redirect, respond, serve } from "nitro-ts"
import { assets } from "nitro-ts/assets"
import { ActionButton } from "nitro-ts/components"
import { Entity, memory } from "nitro-ts/entity"
import { nitro as forFetch, type NitroOptions } from "nitro-ts/fetch"
import { nitro as forHono } from "nitro-ts/hono"
import { type Markup, render } from "nitro-ts/html"
import { nitro as forNode } from "nitro-ts/node"
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest"
import { z } from "zod"
import { type Host, listen } from "../support/hosts.ts"

const makeNote = () =>
  class Note extends Entity("Note", { text: z.string().min(1) }) {
    static store = memory()
    @action() static async leave() {
      return redirect(call(Note, "list").href)
    }
    @action({ method: "GET" }) static async home() {
      return redirect(call(Note, "list").href)
    }
  }
type Note = ReturnType<typeof makeNote>

const directory = mkdtempSync(join(tmpdir(), "nitro-mounts-"))
writeFileSync(join(directory, "logo.svg"), "<svg/>")
const files = assets({ directory })

const pageOf = (Note: Note): Markup => (
  <Page title="Notes" highlight styles={[files.style("logo.svg")]}>
    <form {...call(Note, "create").form}>
      <input {...call(Note, "create").field("text")} />
      {call(Note, "create").error("text")}
    </form>
    <ActionButton call={call(Note, "leave")}>Leave</ActionButton>
    <a href={call(Note, "list").href}>All</a>
    {live(Note.where(), note => (
      <li id={note.domId}>
        {note.text} <ActionButton call={call(note, "delete")}>Delete</ActionButton>
      </li>
    ))}
  </Page>
)

type Start = (options: NitroOptions, Note: Note) => Promise<Host>
const page = (Note: Note) => async (_req: express.Request, res: express.Response) =>
  void res.type("html").send(await render(pageOf(Note)))

/** The ways to put an app below `/shop`, with the options that they need. */
const ways: Readonly<Record<string, readonly [start: Start, options?: NitroOptions]>> = {
  "Express, app.use(path)": [
    (options, Note) => {
      const app = express()
      app.use("/shop", forNode(options))
      app.get("/shop", page(Note))
      return listen(createServer(app))
    },
  ],
  "Express, a router": [
    (options, Note) => {
      const router = express.Router().use(forNode(options))
      router.get("/", page(Note))
      return listen(createServer(express().use("/shop", router)))
    },
  ],
  "Express, an app in an app": [
    (options, Note) => {
      const inner = express().use(forNode(options))
      inner.get("/", page(Note))
      return listen(createServer(express().use("/shop", inner)))
    },
  ],
  "Express, routers in one another": [
    (options, Note) => {
      const inner = express.Router().use(forNode(options))
      inner.get("/", page(Note))
      const outer = express.Router().use("/", inner)
      return listen(
        createServer(express().use(express.json(), express.urlencoded()).use("/shop", outer)),
      )
    },
  ],
  "Express, mounted and configured": [
    (options, Note) => {
      const app = express()
      app.use("/shop", forNode(options))
      app.get("/shop", page(Note))
      return listen(createServer(app))
    },
    { basePath: "/shop" },
  ],
  "Express, configured only": [
    (options, Note) => {
      const app = express()
      app.use(forNode(options))
      app.get("/shop", page(Note))
      return listen(createServer(app))
    },
    { basePath: "/shop/" },
  ],
  "connect's way: an originalUrl without a baseUrl": [
    (options, Note) => {
      const nitro = forNode(options, async (_req, res) => {
        res.setHeader("content-type", "text/html").end(await render(pageOf(Note)))
      })
      return listen(
        createServer((req, res) => {
          const url = req.url ?? "/"
          if (!/^\/shop(?=[/?]|$)/.test(url)) return void res.writeHead(404).end()
          Object.assign(req, {
            originalUrl: url,
            url: url.slice(5).startsWith("/") ? url.slice(5) : `/${url.slice(5)}`,
          })
          return nitro(req, res)
        }),
      )
    },
  ],
  "node:http, configured": [
    (options, Note) =>
      listen(
        createServer(
          forNode(options, async (req, res) => {
            const isPage = req.url?.split("?")[0] === "/shop"
            res
              .writeHead(isPage ? 200 : 404, { "content-type": "text/html" })
              .end(isPage ? await render(pageOf(Note)) : "")
          }),
        ),
      ),
    { basePath: "/shop" },
  ],
  "Hono, app.route": [
    (options, Note) => {
      const inner = new Hono()
      inner.use(forHono(options))
      inner.get("/", () => respond(pageOf(Note)))
      return serve(new Hono().route("/shop", inner), { port: 0 })
    },
  ],
  "Hono, app.basePath": [
    (options, Note) => {
      const app = new Hono().basePath("/shop")
      app.use(forHono(options))
      app.get("/", () => respond(pageOf(Note)))
      return serve(app, { port: 0 })
    },
  ],
  "Hono, app.use(path)": [
    (options, Note) => {
      const app = new Hono()
      app.use("/shop/*", forHono(options))
      app.get("/shop", () => respond(pageOf(Note)))
      return serve(app, { port: 0 })
    },
  ],
  "Hono, configured only": [
    (options, Note) => {
      const app = new Hono()
      app.use(forHono(options))
      app.get("/shop", () => respond(pageOf(Note)))
      return serve(app, { port: 0 })
    },
    { basePath: "/shop" },
  ],
  "Hono, app.mount with the request as it is": [
    (options, Note) => {
      const handle = forFetch(options)
      const app = new Hono()
      app.mount("/shop", request => handle(request, () => respond(pageOf(Note))), {
        replaceRequest: false,
      })
      return serve(app, { port: 0 })
    },
    { basePath: "/shop" },
  ],
  "fetch, configured": [
    (options, Note) => {
      const handle = forFetch(options)
      const response = (request: Request) =>
        new URL(request.url).pathname === "/shop"
          ? respond(pageOf(Note))
          : new Response("", { status: 404 })
      return serve({ fetch: request => handle(request, () => response(request)) }, { port: 0 })
    },
    { basePath: "/shop" },
  ],
}

let host: Host
let reports: string[] = []
const report = (message: unknown): void =>
  void reports.push((message as { readonly error: Error }).error.message)
beforeEach(() => {
  reports = []
  subscribe("nitro:error", report)
  vi.spyOn(console, "log").mockImplementation(() => {})
})
afterEach(async () => {
  unsubscribe("nitro:error", report)
  await host.close()
  vi.restoreAllMocks()
})

const decoded = (text: string): string => text.replaceAll("&#39;", "'").replaceAll("&amp;", "&")
/** Every address of this site that a page holds. */
const addressesIn = (html: string): string[] =>
  [
    ...decoded(html).matchAll(
      /(?:href|src|action)="(\/[^"]*)"|@(?:get|post|put|patch|delete)\('([^']+)'/g,
    ),
  ].map(match => (match[1] ?? match[2]) as string)
const urlencoded = { "content-type": "application/x-www-form-urlencoded", accept: "text/html" }
const post = (path: string, body: string, headers: Record<string, string> = urlencoded) =>
  fetch(host.url + path, { method: "POST", body, headers, redirect: "manual" })

async function readUntil(response: Response, text: string): Promise<string> {
  const reader = (response.body as ReadableStream<Uint8Array>).getReader()
  let seen = ""
  while (!seen.includes(text)) {
    const { done, value } = await reader.read()
    if (done) break
    seen += Buffer.from(value)
  }
  await reader.cancel()
  return seen
}

describe.each(Object.entries(ways))("%s", (_, [start, more = {}]) => {
  let Note: Note
  beforeEach(async () => {
    Note = makeNote()
    host = await start({ entities: [expose(Note)], assets: files, ...more }, Note)
  })

  it("prints every address of a page below the base path, the first time too, and each responds there", async () => {
    await Note.create({ text: "first" })
    const html = await (await fetch(`${host.url}/shop?a=1`)).text()
    const addresses = addressesIn(html)
    expect(addresses.filter(address => !/^\/shop(?:[/?]|$)/.test(address))).toEqual([])
    for (const part of [
      "/_nitro/client.js",
      "/_nitro/kit.css",
      "/_nitro/highlight",
      "/assets/logo",
      "/notes/leave",
      "/shop?a=1&_nitro=",
    ]) {
      expect(
        addresses.filter(address => address.includes(part)),
        part,
      ).not.toEqual([])
    }
    for (const address of addresses.filter(address => /_nitro\/|\/assets\//.test(address))) {
      expect([address, (await fetch(host.url + address)).status]).toEqual([address, 200])
    }
    expect(reports).toEqual([])
  })

  it("serves nothing at the root", async () => {
    for (const path of ["/_nitro/client.js", "/notes"])
      expect((await fetch(host.url + path)).status).toBe(404)
  })

  it("takes forms, and sends them back to their page", async () => {
    const done = await post("/shop/notes", "text=a", {
      ...urlencoded,
      referer: `${host.url}/shop?x=1`,
    })
    expect([done.status, done.headers.get("location")]).toEqual([303, "/shop?x=1"])
    expect((await post("/shop/notes", "text=b")).headers.get("location")).toBe("/shop/")
    expect((await post("/shop/notes/leave", "")).headers.get("location")).toBe("/shop/notes")
    expect(
      (await fetch(`${host.url}/shop/notes/home`, { redirect: "manual" })).headers.get("location"),
    ).toBe("/shop/notes")
    const list = (await (await fetch(`${host.url}/shop/notes`)).json()) as { text: string }[]
    expect(list.map(({ text }) => text).sort()).toEqual(["a", "b"])
    expect(reports).toEqual([])
  })

  it("shows what a refused form was told, once", async () => {
    const refused = await post("/shop/notes", "text=", {
      ...urlencoded,
      referer: `${host.url}/shop`,
    })
    const cookie = refused.headers
      .getSetCookie()
      .map(one => one.split(";")[0])
      .join("; ")
    expect(cookie).toContain("nitro-flash-shop=")
    expect(await (await fetch(`${host.url}/shop`, { headers: { cookie } })).text()).toContain(
      'aria-invalid="true"',
    )
  })

  it("streams what changes, with addresses below the base path", async () => {
    const html = await (await fetch(`${host.url}/shop`)).text()
    const address = addressesIn(html).find(one => one.includes("_nitro=")) as string
    const stream = await fetch(host.url + address, { headers: { "datastar-request": "true" } })
    expect(stream.status).toBe(200)
    const note = await Note.create({ text: "later" })
    expect(await readUntil(stream, "</li>")).toContain(`action="/shop/notes/${note.id}/delete"`)
  })
})

describe("two apps on two mounts in one process", () => {
  const twice: Readonly<Record<string, (a: Note, b: Note) => Promise<Host>>> = {
    Express: (A, B) => {
      const app = express()
      for (const [path, Note] of [
        ["/a", A],
        ["/b", B],
      ] as const) {
        app.use(path, forNode({ entities: [expose(Note)], secret: "one secret for both" }))
        app.get(path, page(Note))
      }
      return listen(createServer(app))
    },
    Hono: (A, B) => {
      const app = new Hono()
      for (const [path, Note] of [
        ["/a", A],
        ["/b", B],
      ] as const) {
        const inner = new Hono()
        inner.use(forHono({ entities: [expose(Note)], secret: "one secret for both" }))
        inner.get("/", () => respond(pageOf(Note)))
        app.route(path, inner)
      }
      return serve(app, { port: 0 })
    },
  }

  it.each(Object.entries(twice))("keep apart on %s", async (_, start) => {
    const [A, B] = [makeNote(), makeNote()]
    host = await start(A, B)
    const [a, b] = await Promise.all(
      ["/a", "/b"].map(async path => addressesIn(await (await fetch(host.url + path)).text())),
    )
    expect(a?.every(address => /^\/(?:a[/?]|assets)/.test(address))).toBe(true)
    expect(b?.every(address => /^\/(?:b[/?]|assets)/.test(address))).toBe(true)
    // A form that `/a` refused says nothing on `/b`.
    const refused = await post("/a/notes", "text=", { ...urlencoded, referer: `${host.url}/a` })
    const cookie = refused.headers
      .getSetCookie()
      .map(one => one.split(";")[0])
      .join("; ")
    expect(await (await fetch(`${host.url}/b`, { headers: { cookie } })).text()).not.toContain(
      ' aria-invalid="true"',
    )
    expect(await (await fetch(`${host.url}/a`, { headers: { cookie } })).text()).toContain(
      ' aria-invalid="true"',
    )
    const streams = await Promise.all(
      [a, b].map(addresses =>
        fetch(host.url + (addresses?.find(one => one.includes("_nitro=")) as string), {
          headers: { "datastar-request": "true" },
        }),
      ),
    )
    const [one, two] = [await A.create({ text: "in a" }), await B.create({ text: "in b" })]
    const texts = await Promise.all(streams.map(stream => readUntil(stream, "</li>")))
    expect(texts[0]).toContain(`action="/a/notes/${one.id}/delete"`)
    expect(texts[1]).toContain(`action="/b/notes/${two.id}/delete"`)
  })
})

describe("a base path that cannot work", () => {
  const Note = makeNote()
  const status = async (path: string) => (await fetch(host.url + path)).status

  it("names both where the mount is another one, on Express and on Hono", async () => {
    const options = { entities: [expose(Note)], basePath: "/api" }
    const inner = new Hono()
    inner.use(forHono(options))
    for (const start of [
      () => listen(createServer(express().use("/shop", forNode(options)))),
      () => serve(new Hono().route("/shop", inner), { port: 0 }),
    ]) {
      reports = []
      host = await start()
      expect(await status("/shop/notes")).toBe(500)
      expect(reports).toEqual([
        'nitro({ basePath: "/api" }) is mounted at "/shop": no request can reach what it serves.',
      ])
      await host.close()
    }
    host = { url: "", close: async () => {} }
  })

  it("names both where one app is mounted twice", async () => {
    const one = forNode({ entities: [expose(Note)] })
    host = await listen(createServer(express().use("/a", one).use("/b", one)))
    expect([await status("/a/notes"), await status("/A/notes"), await status("/b/notes")]).toEqual([
      200, 200, 500,
    ])
    expect(reports).toEqual(['One nitro() is mounted at "/a" and at "/b".'])
  })

  it("patterns of Hono's app.use are mounts unless a base path is written", async () => {
    const pageOnly = forHono({ entities: [expose(Note)] })
    const app = new Hono()
    app.get("/start", pageOnly, () => respond(pageOf(Note)))
    host = await serve(app, { port: 0 })
    expect(addressesIn(await (await fetch(`${host.url}/start`)).text())).toContain("/notes/leave")
    await host.close()

    for (const [options, client, notes, reported] of [
      [{}, 404, 500, ['One nitro() is mounted at "/_nitro" and at "/notes".']],
      [{ basePath: "" }, 200, 200, []],
    ] as const) {
      const own = forHono({ entities: [expose(Note)], ...options })
      const filtered = new Hono().use("/_nitro/*", own).use("/notes/*", own)
      host = await serve(filtered, { port: 0 })
      reports = []
      expect([await status("/_nitro/client.js"), await status("/notes"), reports]).toEqual([
        client,
        notes,
        reported,
      ])
      await host.close()
    }
    host = { url: "", close: async () => {} }
  })

  it("may be longer than the mount", async () => {
    host = await listen(
      createServer(
        express().use("/shop", forNode({ entities: [expose(Note)], basePath: "/shop/api" })),
      ),
    )
    expect([
      await status("/shop/api/notes"),
      await status("/shop/api/_nitro/client.js"),
      await status("/shop/notes"),
    ]).toEqual([200, 200, 404])
  })

  it.each(["shop", "//shop", "/shop?x", "https://shop.test", "/a b"])(
    "is refused when it is %j",
    basePath => {
      host = { url: "", close: async () => {} }
      expect(() => forFetch({ basePath })).toThrow(
        expect.objectContaining({ code: "NITRO_BASE_PATH" }),
      )
    },
  )
})

it("follows an address that the host has rewritten, and keeps the page's own", async () => {
  const Note = makeNote()
  const app = express()
  app.use((req, _res, next) => {
    req.url = req.url.replace(/^\/de(?=\/)/, "")
    next()
  })
  app.use(forNode({ entities: [expose(Note)] }))
  app.get("/start", page(Note))
  host = await listen(createServer(app))
  expect((await fetch(`${host.url}/de/notes`)).status).toBe(200)
  const addresses = addressesIn(await (await fetch(`${host.url}/de/start`)).text())
  expect(addresses.find(address => address.includes("_nitro="))).toMatch(/^\/de\/start\?_nitro=/)
  expect(addresses).toContain("/notes/leave")
})
