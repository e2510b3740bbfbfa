// Responses of an action, on every host by a real listener: redirects, cookies, and the host's own cookies and headers.
import { AsyncLocalStorage } from "node:async_hooks"
import { mkdtempSync, writeFileSync } from "node:fs"
import { createServer, type ServerResponse } from "node:http"
import { tmpdir } from "node:os"
import { join } from "node:path"
import express from "express"
import { type Context, Hono } from "hono"
import { setCookie } from "hono/cookie"
import {
  action,
  call,
  Entity,
  expose,
  live,
  memory,
  Page,
  redirect,
  respond,
  serve,
} from "nitro-ts"
import { assets } from "nitro-ts/assets"
import { ActionButton } from "nitro-ts/components"
import type { NitroOptions } from "nitro-ts/fetch"
import { nitro as forHono } from "nitro-ts/hono"
import { html, render } from "nitro-ts/html"
import { nitro as forNode } from "nitro-ts/node"
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest"
import { z } from "zod"
import { type Host, hosts, listen } from "../support/hosts.ts"

let onAction: () => void = () => {}

class Order extends Entity("Order", { text: z.string().default("") }) {
  static store = memory()
  @action() async pay() {
    this.text = "paid"
    onAction()
    return redirect(`/orders-of/${this.id}`, {
      cookies: ["basket=; Path=/; Max-Age=0", "seen=1; Path=/"],
    })
  }
  @action() static teapot() {
    return new Response("short and stout", { status: 418, headers: { "x-pot": "tea" } })
  }
  @action() static broken() {
    throw new Error("hunter2")
  }
  @action() static async *steps() {
    yield html`<p id="step">one</p>`
  }
  @action({ method: "GET" }) static menu() {
    return respond(html`<p id="menu">tea</p>`)
  }
}

class Locked extends Entity("Locked", { text: z.string().default("") }) {
  static store = memory()
}
const directory = mkdtempSync(join(tmpdir(), "nitro-answers-"))
writeFileSync(join(directory, "logo.svg"), "<svg/>")
const files = assets({ directory })
const exposed = (): NitroOptions => ({
  entities: [expose(Order), expose(Locked, { allow: () => false })],
  assets: files,
  limits: { maxBodyBytes: 1000 },
})

let host: Host
let order: Order
beforeEach(async () => {
  onAction = () => {}
  vi.spyOn(console, "error").mockImplementation(() => {})
  vi.spyOn(console, "log").mockImplementation(() => {})
  order = await Order.create({})
})
afterEach(async () => {
  await host.close()
  vi.restoreAllMocks()
})

const clients = {
  script: { "content-type": "application/json", "datastar-request": "true" },
  form: { "content-type": "application/x-www-form-urlencoded", accept: "text/html" },
  program: { "content-type": "application/json" },
}
const post = (path: string, client: keyof typeof clients) =>
  fetch(host.url + path, { method: "POST", headers: clients[client], redirect: "manual" })
const own = ["basket=; Path=/; Max-Age=0", "seen=1; Path=/"]

describe.each(Object.keys(hosts) as (keyof typeof hosts)[])("on %s", name => {
  beforeEach(async () => {
    host = await hosts[name]({ entities: [expose(Order)] })
  })

  it("a redirect sends form, program and script to the address, with cookies, and the change is kept", async () => {
    for (const client of ["form", "program"] as const) {
      const response = await post(`/orders/${order.id}/pay`, client)
      expect([response.status, response.headers.get("location")]).toEqual([
        303,
        `/orders-of/${order.id}`,
      ])
      expect(response.headers.getSetCookie()).toEqual(own)
    }
    const response = await post(`/orders/${order.id}/pay`, "script")
    expect([response.status, response.headers.get("content-type")]).toEqual([
      200,
      "text/event-stream",
    ])
    expect(response.headers.getSetCookie()).toEqual(own)
    expect(await response.text()).toContain(
      `window.location.href = &#39;/orders-of/${order.id}&#39;`,
    )
    expect((await Order.require(order.id)).text).toBe("paid")
  })

  it("a Response keeps its status, headers and body", async () => {
    const response = await post("/orders/teapot", "program")
    expect([response.status, response.headers.get("x-pot"), await response.text()]).toEqual([
      418,
      "tea",
      "short and stout",
    ])
    const menu = await fetch(`${host.url}/orders/menu`)
    expect([menu.headers.get("content-type"), await menu.text()]).toEqual([
      "text/html; charset=utf-8",
      '<p id="menu">tea</p>',
    ])
    const head = await fetch(`${host.url}/orders/menu`, { method: "HEAD" })
    expect([head.status, await head.text()]).toEqual([200, ""])
  })
})

const page = () =>
  html`${live(Order.where(), (each: Order) => html`<li id=${each.domId}>${ActionButton({ call: call(each, "pay") }, "Pay")}</li>`)}`
const streamAddress = (text: string) =>
  (/@get\((?:'|&#39;)(.*?)(?:'|&#39;)/.exec(text)?.[1] ?? "none").replaceAll("&amp;", "&")

const json = { "content-type": "application/json" }
const send = (path: string, body: string, headers: Record<string, string>) =>
  fetch(host.url + path, { method: "POST", headers, body, redirect: "manual" })

/** Every kind of response: what is ours, the host's page, and its stream. */
async function everyResponse(): Promise<Record<string, Response>> {
  const text = await (await fetch(host.url)).text()
  const abort = new AbortController()
  const client = await fetch(`${host.url}/_nitro/client.js`)
  const logo = files.url("logo.svg")
  const streamOf = (search: string) =>
    fetch(`${host.url}${search}`, {
      headers: { "datastar-request": "true" },
      signal: abort.signal,
      redirect: "manual",
    })
  const responses = {
    list: await fetch(`${host.url}/orders`),
    "list, by HEAD": await fetch(`${host.url}/orders`, { method: "HEAD" }),
    missing: await fetch(`${host.url}/orders/none`),
    "another method": await fetch(`${host.url}/orders`, { method: "PATCH" }),
    created: await send("/orders", '{"text":"a"}', json),
    "no content": await send(`/orders/${(await Order.create({})).id}/delete`, "{}", json),
    "no JSON": await send("/orders", "{", json),
    "not valid": await send("/orders", '{"text":5}', json),
    "too large": await send("/orders", JSON.stringify({ text: "x".repeat(2000) }), json),
    "another site": await send("/orders", "{}", { ...json, "sec-fetch-site": "cross-site" }),
    "not allowed": await send("/lockeds", "{}", json),
    broken: await send("/orders/broken", "{}", json),
    "a Response": await post("/orders/teapot", "program"),
    markup: await fetch(`${host.url}/orders/menu`),
    generator: await send("/orders/steps", "{}", { ...json, "datastar-request": "true" }),
    client,
    "client, not modified": await fetch(`${host.url}/_nitro/client.js`, {
      headers: { "if-none-match": client.headers.get("etag") as string },
    }),
    "no client": await fetch(`${host.url}/_nitro/none.js`),
    asset: await fetch(host.url + logo),
    "part of an asset": await fetch(host.url + logo, { headers: { range: "bytes=1-2" } }),
    "no part of an asset": await fetch(host.url + logo, { headers: { range: "bytes=999-" } }),
    "no asset": await fetch(`${host.url}/assets/none.svg`),
    redirect: await post(`/orders/${order.id}/pay`, "form"),
    "form, refused": await send("/orders", "text=a&nothing=1", clients.form),
    script: await post(`/orders/${order.id}/pay`, "script"),
    "script, refused": await send("/orders", "nothing=1", {
      ...clients.form,
      "datastar-request": "true",
    }),
    page: await fetch(host.url),
    stream: await streamOf(streamAddress(text)),
    "stream that asks once": await streamOf(`${streamAddress(text)}&_nitro_once=1`),
    "stream of a page without live views": await streamOf("/plain?_nitro=x"),
  }
  abort.abort()
  return responses
}

const headersOf = async (): Promise<Record<string, (number | string | null)[]>> =>
  Object.fromEntries(
    Object.entries(await everyResponse()).map(([kind, { status, headers }]) => [
      kind,
      [
        status,
        headers.get("x-frame-options"),
        headers.get("vary")?.includes("origin") ? "origin" : null,
        headers.getSetCookie().includes("host=1; Path=/") ? "host" : null,
      ],
    ]),
  )
/** The status of each, so that none of them is another kind of response than it says. */
const statuses = {
  list: 200,
  "list, by HEAD": 200,
  missing: 404,
  "another method": 405,
  created: 201,
  "no content": 204,
  "no JSON": 400,
  "not valid": 422,
  "too large": 413,
  "another site": 403,
  "not allowed": 403,
  broken: 500,
  "a Response": 418,
  markup: 200,
  generator: 200,
  client: 200,
  "client, not modified": 304,
  "no client": 404,
  asset: 200,
  "part of an asset": 206,
  "no part of an asset": 416,
  "no asset": 404,
  redirect: 303,
  "form, refused": 303,
  script: 200,
  "script, refused": 200,
  page: 200,
  stream: 200,
  "stream that asks once": 200,
  "stream of a page without live views": 204,
}
const everywhere = Object.fromEntries(
  Object.entries(statuses).map(([kind, status]) => [kind, [status, "DENY", "origin", "host"]]),
)

describe("the headers and cookies that a middleware of the host set before", () => {
  it("are on every response under Hono, whatever of it is sent", async () => {
    const app = new Hono()
    app.use((c, next) => {
      c.header("x-frame-options", "DENY")
      c.header("vary", "origin", { append: true })
      setCookie(c, "host", "1")
      return next()
    })
    app.use(forHono(exposed()))
    app.get("/", () => respond(Page({ title: "Orders", children: page() })))
    app.get("/plain", () => respond(html`<p>plain`))
    host = await serve(app, { port: 0 })
    expect(await headersOf()).toEqual(everywhere)
  })

  it("are on every response under Hono where a middleware has read c.res, and beside the cookies of the response", async () => {
    const app = new Hono()
    app.use(async (c, next) => {
      c.res.headers.set("x-frame-options", "DENY")
      c.res.headers.append("vary", "origin")
      c.res.headers.append("set-cookie", "host=1; Path=/")
      await next()
    })
    app.use(forHono(exposed()))
    app.get("/", () => respond(Page({ title: "Orders", children: page() })))
    app.get("/plain", () => respond(html`<p>plain`))
    host = await serve(app, { port: 0 })
    expect(await headersOf()).toEqual(everywhere)
    const { redirect: response } = await everyResponse()
    expect(response?.headers.getSetCookie().sort()).toEqual([...own, "host=1; Path=/"].sort())
  })

  it("are on every response under Express", async () => {
    const app = express()
    app.use((_req, res, next) => {
      res.set("x-frame-options", "DENY").vary("origin")
      res.append("set-cookie", "host=1; Path=/")
      next()
    })
    app.use(forNode(exposed()))
    app.get("/", async (_req, res) => {
      res.send(await render(Page({ title: "Orders", children: page() })))
    })
    app.get("/plain", (_req, res) => void res.send("plain"))
    host = await listen(createServer(app))
    expect(await headersOf()).toEqual(everywhere)
    const { redirect: response } = await everyResponse()
    expect(response?.headers.getSetCookie().sort()).toEqual([...own, "host=1; Path=/"].sort())
  })

  it("are on every response under node:http", async () => {
    const nitro = forNode(exposed(), async (req, res) => {
      if (req.url?.startsWith("/assets/")) res.statusCode = 404
      res.end(
        req.url?.startsWith("/plain")
          ? "plain"
          : await render(Page({ title: "Orders", children: page() })),
      )
    })
    host = await listen(
      createServer((req, res) => {
        res
          .setHeader("x-frame-options", "DENY")
          .setHeader("vary", "origin")
          .setHeader("set-cookie", "host=1; Path=/")
        nitro(req, res)
      }),
    )
    expect(await headersOf()).toEqual(everywhere)
  })
})

describe("a cookie that the action sets by the host's own means", () => {
  it("is sent under Hono, beside those of the response", async () => {
    const contexts = new AsyncLocalStorage<Context>()
    const app = new Hono()
    app.use((c, next) => contexts.run(c, next))
    app.use(forHono({ entities: [Order] }))
    onAction = () => setCookie(contexts.getStore() as Context, "user", "ann", { httpOnly: true })
    host = await serve(app, { port: 0 })
    for (const client of ["form", "script", "program"] as const) {
      const cookies = (await post(`/orders/${order.id}/pay`, client)).headers.getSetCookie()
      expect(cookies.sort()).toEqual([...own, "user=ann; Path=/; HttpOnly"].sort())
    }
  })

  it("is sent under Express, beside those of the response", async () => {
    const responses = new AsyncLocalStorage<express.Response>()
    const app = express()
    app.use((_req, res, next) => responses.run(res, next))
    app.use(forNode({ entities: [Order] }))
    onAction = () =>
      void (responses.getStore() as express.Response).cookie("user", "ann", { httpOnly: true })
    host = await listen(createServer(app))
    for (const client of ["form", "script", "program"] as const) {
      const cookies = (await post(`/orders/${order.id}/pay`, client)).headers.getSetCookie()
      expect(cookies.sort()).toEqual([...own, "user=ann; Path=/; HttpOnly"].sort())
    }
  })

  it("is sent under node:http", async () => {
    const responses = new AsyncLocalStorage<ServerResponse>()
    const nitro = forNode({ entities: [Order] })
    onAction = () => void responses.getStore()?.appendHeader("set-cookie", "user=ann")
    host = await listen(createServer((req, res) => responses.run(res, () => nitro(req, res))))
    const cookies = (await post(`/orders/${order.id}/pay`, "form")).headers.getSetCookie()
    expect(cookies.sort()).toEqual([...own, "user=ann"].sort())
  })
})

it("a header that the response and the host both set is the response's", async () => {
  const app = new Hono()
  app.use((c, next) => {
    c.header("cache-control", "public, max-age=600")
    return next()
  })
  app.use(forHono({ entities: [expose(Order)] }))
  app.get("/", () => respond(html`<p>`, { headers: { "cache-control": "private" } }))
  host = await serve(app, { port: 0 })
  expect((await fetch(`${host.url}/orders`)).headers.get("cache-control")).toBe("private, no-cache")
  expect((await fetch(host.url)).headers.get("cache-control")).toBe("private")
  expect((await fetch(`${host.url}/none`)).headers.get("cache-control")).toBe("public, max-age=600")
})

it("a page's own cookie is sent under Hono, set by setCookie and answered by respond", async () => {
  const app = new Hono()
  app.use(forHono({ entities: [] }))
  app.get("/", c => {
    setCookie(c, "theme", "dark")
    return respond(html`<p>`, { headers: { "set-cookie": "own=1" } })
  })
  host = await serve(app, { port: 0 })
  expect((await fetch(host.url)).headers.getSetCookie().sort()).toEqual([
    "own=1",
    "theme=dark; Path=/",
  ])
})
