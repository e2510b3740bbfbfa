// The adapters over real HTTP: the same app on Hono, on node:http with a handler and as a middleware, and on plain fetch.
import { createServer, type Server } from "node:http"
import type { AddressInfo } from "node:net"
import { Hono } from "hono"
import { call, expose, respond } from "nitro-ts/actions"
import { Entity, memory } from "nitro-ts/entity"
import { nitro as forFetch } from "nitro-ts/fetch"
import { nitro as forHono } from "nitro-ts/hono"
import { Page, render } from "nitro-ts/html"
import { live } from "nitro-ts/live"
import { nitro as forNode } from "nitro-ts/node"
import { afterEach, describe, expect, it } from "vitest"
import { z } from "zod"
import { serve } from "./serve.ts"

function makeNote() {
  return class Note extends Entity("Note", { text: z.string().min(1) }) {
    static store = memory()
  }
}
type Note = InstanceType<ReturnType<typeof makeNote>>

const page = (Note: ReturnType<typeof makeNote>) => (
  <Page title="Notes">
    <form {...call(Note, "create").form}>
      <input {...call(Note, "create").field("text")} />
    </form>
    {live(Note.where(), (note: Note) => (
      <li id={note.domId}>{note.text}</li>
    ))}
  </Page>
)

interface Host {
  url: string
  app: { readonly openStreams: number }
  close(): Promise<void>
}

const hosts: Record<string, (Note: ReturnType<typeof makeNote>) => Promise<Host>> = {
  hono: Note => {
    const app = new Hono()
    const own = forHono({ entities: [expose(Note)] })
    app.use(own)
    app.get("/", () => respond(page(Note)))
    app.get("/denied", c => c.text("no", 403))
    app.get("/broken", c => c.text("no", 500))
    app.get("/plain", () => respond(<Page title="No live views" />))
    return served(app, own)
  },
  fetch: Note => {
    const handle = forFetch({ entities: [expose(Note)] })
    const response = (path: string) => {
      if (path === "/") return respond(page(Note))
      if (path === "/plain") return respond(<Page title="No live views" />)
      return new Response("no", { status: path === "/denied" ? 403 : 500 })
    }
    return served(
      { fetch: request => handle(request, () => response(new URL(request.url).pathname)) },
      handle,
    )
  },
  "node, with a handler": Note => {
    const app = forNode({ entities: [expose(Note)] }, (req, res) =>
      respondOnNode(Note, req.url ?? "/", res),
    )
    return listen(createServer(app), app)
  },
  "node, as a middleware": Note => {
    const middleware = forNode({ entities: [expose(Note)] })
    return listen(
      createServer((req, res) =>
        middleware(req, res, () => void respondOnNode(Note, req.url ?? "/", res)),
      ),
      middleware,
    )
  },
}

async function respondOnNode(
  Note: ReturnType<typeof makeNote>,
  url: string,
  res: import("node:http").ServerResponse,
): Promise<void> {
  const path = new URL(url, "http://x").pathname
  const status = path === "/denied" ? 403 : path === "/broken" ? 500 : 200
  const text =
    status === 200 ? await render(path === "/" ? page(Note) : <Page title="No live views" />) : "no"
  res.writeHead(status, {
    "content-type": "text/html; charset=utf-8",
    "content-length": Buffer.byteLength(text),
  })
  res.write(text)
  res.end()
}

async function served(host: Parameters<typeof serve>[0], app: Host["app"]): Promise<Host> {
  return { ...(await serve(host, { port: 0 })), app }
}

function listen(server: Server, app: Host["app"] & { close(): Promise<void> }): Promise<Host> {
  return new Promise(resolve => {
    server.listen(0, "127.0.0.1", () => {
      const close = async () => {
        await app.close()
        server.closeAllConnections()
        await new Promise(done => server.close(done))
      }
      resolve({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, app, close })
    })
  })
}

let close = async () => {}
afterEach(() => close())

async function streamOf(url: string): Promise<string> {
  const text = await (await fetch(url)).text()
  const path =
    /@get\(&#39;([^&]+(?:&amp;[^&]+)*)&#39;/.exec(text)?.[1] ?? /@get\('([^']+)'/.exec(text)?.[1]
  expect(path, text).toBeDefined()
  return new URL(path as string, url).href
}

describe.each(Object.keys(hosts))("%s", name => {
  it("responds to routes, passes the rest on, and streams what changes", async () => {
    const Note = makeNote()
    const host = await (hosts[name] as (typeof hosts)[string])(Note)
    close = host.close
    const created = await fetch(`${host.url}/notes`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: '{"text":"first"}',
    })
    expect(created.status).toBe(201)
    const html = await (await fetch(`${host.url}/`)).text()
    expect(html).toContain(">first</li>")

    const abort = new AbortController()
    const stream = await fetch(await streamOf(`${host.url}/`), {
      headers: { "datastar-request": "true", accept: "text/event-stream" },
      signal: abort.signal,
    })
    expect(stream.status).toBe(200)
    expect(stream.headers.get("content-type")).toContain("text/event-stream")
    expect(stream.headers.get("cache-control")).toContain("no-transform")
    expect(stream.headers.get("content-length")).toBeNull()
    expect(host.app.openStreams).toBe(1)
    const reader = (stream.body as ReadableStream<Uint8Array>)
      .pipeThrough(new TextDecoderStream())
      .getReader()
    await fetch(`${host.url}/notes`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: '{"text":"second"}',
    })
    let text = ""
    while (!text.includes("second")) {
      const { value, done } = await reader.read()
      if (done) break
      text += value
    }
    expect(text).toContain("data: mode append")
    expect(text).toMatch(/data: elements <li id="note-[\w-]+">second<\/li>/)
    expect(text).not.toContain("first")
    abort.abort()
    await expect.poll(() => host.app.openStreams).toBe(0)
  })

  it("opens no stream where the page is refused, fails, or has no live views", async () => {
    const host = await (hosts[name] as (typeof hosts)[string])(makeNote())
    close = host.close
    const status = async (path: string) =>
      (await fetch(`${host.url}${path}?_nitro=x`, { headers: { "datastar-request": "true" } }))
        .status
    expect(await status("/denied")).toBe(204)
    expect(await status("/plain")).toBe(204)
    expect(await status("/broken")).toBe(503)
    expect(host.app.openStreams).toBe(0)
  })
})

it("serve says who holds the port", async () => {
  const one = await serve({ fetch: () => new Response("one") }, { port: 0 })
  close = one.close
  await expect(
    serve({ fetch: () => new Response("two") }, { port: Number(new URL(one.url).port) }),
  ).rejects.toMatchObject({
    code: "NITRO_PORT_TAKEN",
  })
})

it("serve responds with 500 without the error's text when the application throws", async () => {
  const host = await serve(
    {
      fetch: () => {
        throw new Error("hunter2")
      },
    },
    { port: 0 },
  )
  close = host.close
  const { subscribe } = await import("node:diagnostics_channel")
  subscribe("nitro:error", () => undefined)
  const response = await fetch(host.url)
  expect(response.status).toBe(500)
  expect(await response.text()).not.toContain("hunter2")
})
