// The id of a request, on every host by a real listener: taken or made, sent back, and in everything that is logged of it.
import { subscribe, unsubscribe } from "node:diagnostics_channel"
import { createServer } from "node:http"
import express from "express"
import { Hono } from "hono"
import { requestId } from "hono/request-id"
import { action, Entity, expose, memory, serve } from "nitro-ts"
import { context } from "nitro-ts/actions"
import { currentContext, emit, on } from "nitro-ts/events"
import type { NitroOptions } from "nitro-ts/fetch"
import { nitro as forHono } from "nitro-ts/hono"
import { nitro as forNode } from "nitro-ts/node"
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest"
import { type Host, hosts, listen } from "../support/hosts.ts"

const seen: unknown[] = []

class Task extends Entity("Task", {}) {
  static store = memory()
  @action() static async run() {
    seen.push(context().requestId)
    const off = on("task.ran", async () => {
      await new Promise(resolve => setImmediate(resolve))
      seen.push(currentContext()?.correlationId)
    })
    await emit("task.ran", 1)
    off()
  }
  @action() static fail() {
    throw new Error("on purpose")
  }
}

const options = (): NitroOptions => ({ entities: [expose(Task, { allow: () => true })] })
const reported: { readonly where: string; readonly requestId?: string }[] = []
const note = (message: unknown) => void reported.push(message as (typeof reported)[number])
let host: Host
beforeEach(() => {
  seen.length = 0
  reported.length = 0
  subscribe("nitro:error", note)
  vi.spyOn(console, "log").mockImplementation(() => {})
})
afterEach(async () => {
  unsubscribe("nitro:error", note)
  await host.close()
  vi.restoreAllMocks()
})
const idOf = ({ headers }: Response) => headers.get("x-request-id")
const post = (path: string, headers: Record<string, string> = {}) =>
  fetch(host.url + path, { method: "POST", headers })
const uuid = /^[0-9a-f-]{36}$/

describe.each(Object.keys(hosts) as (keyof typeof hosts)[])("on %s", name => {
  beforeEach(async () => {
    host = await hosts[name](options(), {
      "/page": () => String(context().requestId),
      "/broken": () => {
        throw new Error("a broken page")
      },
    })
  })

  it("one that came is kept: in the response, the context and the correlation of events", async () => {
    const response = await post("/tasks/run", { "x-request-id": "client-1/a:b" })
    expect([idOf(response), ...seen]).toEqual(["client-1/a:b", "client-1/a:b", "client-1/a:b"])
    const page = await fetch(`${host.url}/page`, { headers: { "x-request-id": "client-2" } })
    expect([idOf(page), await page.text()]).toEqual(["client-2", "client-2"])
  })

  it("one is made where none came, or one that could forge a line of a log", async () => {
    const given = [{}, { "x-request-id": "a b" }, { "x-request-id": "x".repeat(129) }]
    const ids: (string | null)[] = []
    for (const headers of given) ids.push(idOf(await post("/tasks/run", headers)))
    for (const id of ids) expect(id).toMatch(uuid)
    expect(new Set(ids).size).toBe(3)
    expect(seen).toEqual(ids.flatMap(id => [id, id]))
    const page = await fetch(`${host.url}/page`)
    expect(idOf(page)).toMatch(uuid)
    expect(await page.text()).toBe(idOf(page))
  })

  it("is in the log of what fails", async () => {
    expect(idOf(await post("/tasks/fail", { "x-request-id": "r-1" }))).toBe("r-1")
    expect(idOf(await post("/tasks/none", { "x-request-id": "r-2" }))).toBe("r-2")
    expect(reported).toMatchObject([{ module: "actions", where: "Task.fail", requestId: "r-1" }])
  })
})

it.each(["fetch", "node"] as const)(
  "is in the log of a page that fails, where nitro logs it: %s",
  async name => {
    const fail = () => Promise.reject(new Error("a broken page"))
    host = await hosts[name](options(), { "/broken": fail })
    const broken = await fetch(`${host.url}/broken`, { headers: { "x-request-id": "r-3" } })
    expect(broken.status).toBe(500)
    expect(reported).toMatchObject([{ module: "adapters", requestId: "r-3" }])
  },
)

it("is the one that Hono's own middleware gave", async () => {
  const app = new Hono()
  app.use(requestId({ generator: () => "hono-1" }))
  app.use(forHono(options()))
  app.get("/page", c => c.text(context().requestId))
  host = await serve(app, { port: 0 })
  expect(idOf(await post("/tasks/run"))).toBe("hono-1")
  const page = await fetch(`${host.url}/page`)
  expect([idOf(page), await page.text()]).toEqual(["hono-1", "hono-1"])
})

it("is the one that middleware of Express has put on the response, for both of two apps", async () => {
  const app = express()
  app.use((_req, res, next) => {
    res.set("X-Request-Id", "express-1")
    next()
  })
  app.use("/a", forNode(options()))
  app.use("/b", forNode(options()))
  app.get("/page", (_req, res) => void res.send("x"))
  host = await listen(createServer(app))
  for (const path of ["/a/tasks/run", "/b/tasks/run"])
    expect(idOf(await post(path))).toBe("express-1")
  expect(seen.slice(0, 2)).toEqual(["express-1", "express-1"])
  expect(idOf(await fetch(`${host.url}/page`))).toBe("express-1")
})
