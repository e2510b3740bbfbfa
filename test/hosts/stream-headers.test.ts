// Headers that a page's route sets for its own body are not those of the stream in its place, on each host.
import { createServer } from "node:http"
import express from "express"
import fastify from "fastify"
import { H3 } from "h3"
import { Hono } from "hono"
import Koa from "koa"
import { Entity, memory, serve } from "nitro-ts"
import { nitro as forExpress } from "nitro-ts/express"
import { nitro as forFastify } from "nitro-ts/fastify"
import { nitro as forH3 } from "nitro-ts/h3"
import { nitro as forHono } from "nitro-ts/hono"
import { html, Page, render } from "nitro-ts/html"
import { nitro as forKoa } from "nitro-ts/koa"
import { live } from "nitro-ts/live"
import { expect, it } from "vitest"
import { z } from "zod"
import { type Host, listen } from "../support/hosts.ts"

class Note extends Entity("Note", { text: z.string() }) {
  static store = memory()
}
const page = () =>
  render(
    Page(
      { title: "Notes" },
      live(Note.where(), note => html`<li id=${note.domId}>${note.text}</li>`),
    ),
  )
const ofThePage = {
  etag: '"page"',
  "last-modified": "Thu, 01 Jan 2026 00:00:00 GMT",
  "content-disposition": "inline",
}
const own = { ...ofThePage, "x-own": "yes" }
const set = (header: (name: string, value: string) => unknown) => {
  for (const [name, value] of Object.entries(own)) header(name, value)
}

const hosts: Readonly<Record<string, () => Promise<Host>>> = {
  Express() {
    const app = express().use(forExpress({ entities: [Note] }))
    app.get("/", async (_request, response) => {
      set((name, value) => response.setHeader(name, value))
      response.type("html").send(await page())
    })
    return listen(createServer(app))
  },
  async Fastify() {
    const app = fastify()
    await app.register(forFastify({ entities: [Note] }))
    app.get("/", async (_request, reply) => {
      set((name, value) => reply.header(name, value))
      reply.type("text/html")
      return await page()
    })
    const url = await app.listen({ port: 0, host: "127.0.0.1" })
    return { url, close: () => app.close() }
  },
  Koa() {
    const app = new Koa()
    app.use(forKoa({ entities: [Note] }))
    app.use(async context => {
      set((name, value) => context.set(name, value))
      context.type = "html"
      context.body = await page()
    })
    return listen(createServer(app.callback()))
  },
  h3() {
    const app = new H3()
    app.use(forH3({ entities: [Note] }))
    app.get("/", async event => {
      set((name, value) => event.res.headers.set(name, value))
      event.res.headers.set("content-type", "text/html")
      return await page()
    })
    return serve({ fetch: request => app.fetch(request) }, { port: 0 })
  },
  Hono() {
    const app = new Hono()
    app.use(forHono({ entities: [Note] }))
    app.get("/", async c => c.html(await page(), 200, own))
    return serve(app, { port: 0 })
  },
}

it.each(Object.entries(hosts))("%s", async (_, start) => {
  const host = await start()
  const left = new AbortController()
  try {
    const first = await fetch(`${host.url}/`)
    expect(first.headers.get("etag")).toBe('"page"')
    const path = /@get\((?:'|&#39;)(.*?)(?:'|&#39;)/.exec(await first.text())?.[1] as string
    const stream = await fetch(host.url + path.replaceAll("&amp;", "&"), {
      headers: { "datastar-request": "true" },
      signal: left.signal,
    })
    expect(stream.headers.get("content-type")).toContain("text/event-stream")
    for (const [name, value] of Object.entries(ofThePage))
      expect([name, stream.headers.get(name)]).not.toEqual([name, value])
  } finally {
    left.abort()
    await host.close()
  }
})
