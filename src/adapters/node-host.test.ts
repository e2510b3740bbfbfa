// The seam of hosts on node:http: one like Koa, whose routes set a status and a body that the host writes when they are done.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import { expose } from "nitro-ts/actions"
import { Entity, memory } from "nitro-ts/entity"
import { render } from "nitro-ts/html"
import { live } from "nitro-ts/live"
import { afterEach, expect, it } from "vitest"
import { z } from "zod"
import { createNodeHost } from "./node-host.ts"

let server: Server | undefined
afterEach(() => {
  server?.closeAllConnections()
  server?.close()
})

class Note extends Entity("Note", { text: z.string() }) {
  static store = memory()
}

interface Reply {
  status: number
  body: string
}

/** As an adapter of such a host is written; `mount` is what the host strips from the front of addresses. */
async function start(route: (reply: Reply) => unknown, mount?: string): Promise<string> {
  const host = createNodeHost({ entities: [expose(Note)] })
  const handle = async (req: IncomingMessage, res: ServerResponse): Promise<void> => {
    const reply: Reply = { status: 404, body: "none" }
    const run = async () => route(reply)
    const url = req.url ?? "/"
    if (mount !== undefined) req.url = url.slice(mount.length) || "/"
    const hasResponded = await host.respond({
      req,
      res,
      next: run,
      mount: mount === undefined ? undefined : { path: mount, url },
      statusOf: async runRoute => {
        await runRoute()
        return reply.status
      },
    })
    if (!hasResponded) res.writeHead(reply.status).end(reply.body)
  }
  server = createServer((req, res) => {
    handle(req, res).catch((error: Error) => res.writeHead(500).end(error.message))
  })
  await new Promise<void>(done => server?.listen(0, "127.0.0.1", done))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const json = { accept: "application/json" }

it("answers what is the app's, and lets the host write what its route gave", async () => {
  const url = await start(reply => Object.assign(reply, { status: 200, body: "a page" }))
  expect(await (await fetch(`${url}/notes`, { headers: json })).json()).toEqual([])
  const page = await fetch(`${url}/page`)
  expect([page.status, await page.text()]).toEqual([200, "a page"])
  expect(page.headers.get("x-request-id")).toBeTruthy()
})

it("sends a stream in place of a route that writes nothing itself", async () => {
  const url = await start(async reply => {
    reply.status = 200
    reply.body = await render(live(Note.all().count()))
  })
  const stream = await fetch(`${url}/page?_nitro=x`)
  expect(stream.headers.get("content-type")).toMatch(/^text\/event-stream/)
  await stream.body?.cancel()
})

it.each([
  [404, 204],
  [500, 503],
])("sends a stream whose route gives %i with %i", async (status, expected) => {
  const url = await start(reply => Object.assign(reply, { status }))
  expect((await fetch(`${url}/page?_nitro=x`)).status).toBe(expected)
})

it("leaves errors of a route to the host", async () => {
  const url = await start(() => {
    throw new Error("the route failed")
  })
  const response = await fetch(`${url}/page`)
  expect([response.status, await response.text()]).toEqual([500, "the route failed"])
})

it("takes the mount path that the host says", async () => {
  const url = await start(reply => Object.assign(reply, { status: 200, body: "a page" }), "/shop")
  expect(await (await fetch(`${url}/shop/notes`, { headers: json })).json()).toEqual([])
  expect((await fetch(`${url}/shop/_nitro/client.js`)).status).toBe(200)
  expect(await (await fetch(`${url}/shop/page`)).text()).toBe("a page")
})
