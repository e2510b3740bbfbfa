// The end of a server: streams end at once, idle connections delay nothing, pending responses are finished.
import { once } from "node:events"
import { connect } from "node:net"
import { Hono } from "hono"
import { respond } from "nitro-ts/actions"
import { Entity, memory } from "nitro-ts/entity"
import { nitro } from "nitro-ts/hono"
import { Page } from "nitro-ts/html"
import { live } from "nitro-ts/live"
import { expect, it } from "vitest"
import { z } from "zod"
import { serve } from "./serve.ts"

class Note extends Entity("Note", { text: z.string() }) {
  static store = memory()
}

/** Longer than the test has: who waits for it fails. */
const graceMs = 3_600_000

function makeApp() {
  const host = new Hono()
  const app = nitro({ entities: [Note] })
  host.use(app)
  host.get("/", () => respond(<Page title="Notes">{live(Note.all().count())}</Page>))
  return { host, app }
}

async function openStream(url: string): Promise<{ ended: Promise<unknown> }> {
  const response = await fetch(`${url}/?_nitro=x`, { headers: { "datastar-request": "true" } })
  expect(response.status).toBe(200)
  const reader = (response.body as ReadableStream<Uint8Array>).getReader()
  await reader.read()
  const drain = async (): Promise<void> => {
    while (!(await reader.read()).done);
  }
  return { ended: drain() }
}

it("ends open pages and idle connections at once", async () => {
  const { host, app } = makeApp()
  const server = await serve(host, { port: 0, graceMs })
  const streams = await Promise.all([openStream(server.url), openStream(server.url)])
  await (await fetch(server.url)).text()
  // A browser opens connections in advance, and sends nothing on them.
  const silent = connect(Number(new URL(server.url).port), "127.0.0.1")
  await once(silent, "connect")
  expect(app.openStreams).toBe(2)
  await server.close()
  await Promise.all(streams.map(({ ended }) => ended))
  expect(app.openStreams).toBe(0)
  silent.destroy()
})

it("finishes what is under way first", async () => {
  let release = (): void => undefined
  const released = new Promise<void>(resolve => {
    release = resolve
  })
  let started = (): void => undefined
  const begun = new Promise<void>(resolve => {
    started = resolve
  })
  const server = await serve(
    {
      async fetch() {
        started()
        await released
        return new Response("done")
      },
    },
    { port: 0, graceMs },
  )
  const response = fetch(server.url)
  await begun
  const closing = server.close()
  release()
  expect(await (await response).text()).toBe("done")
  await closing
})

it("stops after its grace, whatever is under way", async () => {
  let started = (): void => undefined
  const begun = new Promise<void>(resolve => {
    started = resolve
  })
  const fetchNever = () => {
    started()
    return new Promise<Response>(() => undefined)
  }
  const server = await serve({ fetch: fetchNever }, { port: 0, graceMs: 1 })
  const response = fetch(server.url).catch(error => String(error))
  await begun
  await server.close()
  expect(await response).toContain("fetch failed")
})

it("ends its own streams alone", async () => {
  const { host, app } = makeApp()
  const [one, two] = await Promise.all([
    serve(host, { port: 0, graceMs }),
    serve(host, { port: 0, graceMs }),
  ])
  const streams = await Promise.all([openStream(one.url), openStream(two.url)])
  await one.close()
  await streams[0]?.ended
  expect(app.openStreams).toBe(1)
  await two.close()
})
