// The live page under test: a list of ten rows, of which each POST changes one. `HOST_KIND` chooses what serves it.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import express from "express"
import { Hono } from "hono"
import { serve } from "nitro-ts"
import { Entity, memory } from "nitro-ts/entity"
import { nitro as forHono } from "nitro-ts/hono"
import { layout, Page } from "nitro-ts/html"
import { live } from "nitro-ts/live"
import { nitro as forNode } from "nitro-ts/node"
import { z } from "zod"

class Row extends Entity("Row", { text: z.string(), tick: z.int().default(0) }) {
  static store = memory()
}
const rows = await Promise.all(
  Array.from({ length: 10 }, (_, i) => Row.create({ text: `row ${i} `.repeat(60) })),
)
let tick = 0
async function bump(): Promise<void> {
  tick += 1
  await rows[tick % rows.length]?.update({ tick })
}

const Item = (row: Row) => (
  <li id={row.domId} data-tick={`t${row.tick}.`}>
    {row.text}
  </li>
)
const Shell = layout<{ title: string }>(({ title, children }) => (
  <Page title={title}>{children}</Page>
))
const page = Shell.wrap({ title: "Rows" }, (..._host: unknown[]) => live(Row.all(), Item))

const port = Number(process.env["PORT"])
if (process.env["HOST_KIND"] === "hono") {
  const app = new Hono()
  app.use(forHono({ entities: [Row] }))
  app.get("/", page)
  app.get("/ping", c => c.text("pong"))
  app.post("/", async c => {
    await bump()
    return c.body(null, 204)
  })
  await serve(app, { port })
} else {
  const send = async (req: IncomingMessage, res: ServerResponse): Promise<void> => {
    if (req.method === "GET" && req.url !== "/ping") return void (await page(req, res))
    if (req.method === "POST") await bump()
    res.end("pong")
  }
  const app =
    process.env["HOST_KIND"] === "express"
      ? express()
          .use(forNode({ entities: [Row] }))
          .use((req, res) => void send(req, res))
      : forNode({ entities: [Row] }, send)
  const server = createServer(app)
  server.keepAliveTimeout = 60_000
  server.listen({ port, host: "127.0.0.1", backlog: 4096 }, () => {
    const address = server.address()
    if (address !== null && typeof address === "object")
      console.log(`listening on http://127.0.0.1:${address.port}`)
  })
}
