// Errors in routes of the host: what is written for clients has its status there too, without a line of the application.

import { subscribe, unsubscribe } from "node:diagnostics_channel"
import { createServer } from "node:http"
import express from "express"
import { Hono } from "hono"
import { HTTPException } from "hono/http-exception"
import { Entity, memory, Refusal, serve } from "nitro-ts"
import { nitro as forFetch } from "nitro-ts/fetch"
import { nitro as forHono } from "nitro-ts/hono"
import { nitro as forNode } from "nitro-ts/node"
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest"
import { z } from "zod"
import { type Host, listen } from "../support/hosts.ts"

class Note extends Entity("Note", { text: z.string().min(1) }) {
  static store = memory()
}

const routes: Readonly<Record<string, () => Promise<unknown>>> = {
  "/require": () => Note.require("none"),
  "/invalid": () => Note.create({ text: "" }),
  "/refused": async () => {
    throw new Refusal("Please log in.", { status: 401 })
  },
  "/broken": async () => {
    throw new Error("hunter2")
  },
  "/definition": async () => Entity("Note", { save: z.string() } as never),
}

const hosts: Readonly<Record<string, () => Promise<Host>>> = {
  fetch: () => {
    const handle = forFetch({ entities: [Note] })
    const response = async (request: Request) =>
      Response.json(await routes[new URL(request.url).pathname]?.())
    return serve({ fetch: request => handle(request, () => response(request)) }, { port: 0 })
  },
  node: () =>
    listen(
      createServer(
        forNode({ entities: [Note] }, async (req, res) => {
          res.end(JSON.stringify(await routes[req.url?.split("?")[0] ?? ""]?.()))
        }),
      ),
    ),
  express: () => {
    const app = express()
    app.use(forNode({ entities: [Note] }))
    for (const [path, response] of Object.entries(routes))
      app.get(path, async (_req, res) => void res.json(await response()))
    return listen(createServer(app))
  },
  hono: () => {
    const app = new Hono()
    app.use(forHono({ entities: [Note] }))
    for (const [path, response] of Object.entries(routes))
      app.get(path, async c => c.json((await response()) as never))
    return serve(app, { port: 0 })
  },
}

let host: Host
let reports: unknown[] = []
const listener = (message: unknown): void => void reports.push(message)
beforeEach(() => {
  reports = []
  subscribe("nitro:error", listener)
  vi.spyOn(console, "error").mockImplementation((...parts) => void reports.push(parts))
})
afterEach(async () => {
  unsubscribe("nitro:error", listener)
  vi.restoreAllMocks()
  await host.close()
})

describe.each(Object.keys(hosts))("on %s", name => {
  beforeEach(async () => {
    host = await (hosts[name] as () => Promise<Host>)()
  })

  it.each([
    ["/require", 404, 'Note "none" not found.'],
    ["/invalid", 422, "text: "],
    ["/refused", 401, "Please log in."],
  ])("%s responds with %i", async (path, status, message) => {
    const response = await fetch(host.url + path, { headers: { accept: "text/html" } })
    expect(response.status).toBe(status)
    // Express answers errors of its routes by itself: with the status, and its own page.
    if (name !== "express") expect(await response.text()).toContain(message)
    expect(reports).toEqual([])
  })

  it.each(["/broken", "/definition"])("%s responds with 500, and is reported", async path => {
    const response = await fetch(host.url + path)
    expect(response.status).toBe(500)
    // Express prints the error while NODE_ENV is neither production nor test, and shows it in its page.
    if (name === "express") return
    expect(await response.text()).not.toMatch(/hunter2|Note/)
    expect(reports.length).toBeGreaterThan(0)
  })

  it("a page's stream ends for good where the page is not found, and comes back where it failed", async () => {
    const status = async (path: string) =>
      (await fetch(`${host.url}${path}?_nitro=x`, { headers: { "datastar-request": "true" } }))
        .status
    expect(await status("/require")).toBe(204)
    expect(await status("/broken")).toBe(503)
  })
})

describe("JSON", () => {
  it.each(["fetch", "node", "hono"])(
    "is the response on %s to a program that accepts nothing else",
    async name => {
      host = await (hosts[name] as () => Promise<Host>)()
      const response = await fetch(`${host.url}/require`, {
        headers: { accept: "application/json" },
      })
      expect(response.status).toBe(404)
      expect(await response.json()).toMatchObject({
        error: { code: "NITRO_ENTITY_NOT_FOUND", status: 404 },
      })
    },
  )
})

it("Hono's own errors, and an application's onError, stay what they are", async () => {
  const app = new Hono()
  app.use(forHono({ entities: [Note] }))
  app.get("/teapot", () => {
    throw new HTTPException(418, { message: "short and stout" })
  })
  app.get("/require", async c => c.json((await Note.require("none")) as never))
  host = await serve(app, { port: 0 })
  expect((await fetch(`${host.url}/teapot`)).status).toBe(418)
  app.onError((error, c) => c.text(`mine: ${error.message}`, 400))
  const response = await fetch(`${host.url}/require`)
  expect([response.status, await response.text()]).toEqual([400, 'mine: Note "none" not found.'])
})

it("a script that asks a route of the host is shown the message", async () => {
  host = await (hosts["hono"] as () => Promise<Host>)()
  const response = await fetch(`${host.url}/refused`, { headers: { "datastar-request": "true" } })
  expect(await response.text()).toContain('signals {"_alert":"Please log in."}')
})
