// The hosts that nitro runs on, each with a real listener: the same application and the same client for all of them.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import express from "express"
import { Hono } from "hono"
import { serve } from "nitro-ts"
import { nitro as forFetch, type NitroOptions } from "nitro-ts/fetch"
import { nitro as forHono } from "nitro-ts/hono"
import { nitro as forNode } from "nitro-ts/node"

export interface Host {
  readonly url: string
  close(): Promise<void>
}

/** The application's own routes, by path; what they return is sent as HTML. */
export type Pages = Readonly<Record<string, () => Promise<string> | string>>

export type StartHost = (options: NitroOptions, pages?: Pages) => Promise<Host>

export function listen(server: Server): Promise<Host> {
  return new Promise(resolve => {
    server.listen(0, "127.0.0.1", () => {
      const close = async () => {
        server.closeAllConnections()
        await new Promise(done => server.close(done))
      }
      resolve({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close })
    })
  })
}

const html = { "content-type": "text/html; charset=utf-8" }

async function answerNode(pages: Pages, req: IncomingMessage, res: ServerResponse): Promise<void> {
  const page = pages[(req.url ?? "/").split("?")[0] as string]
  const text = page ? await page() : "not found"
  res.writeHead(page ? 200 : 404, html).end(text)
}

export const hosts: Readonly<Record<"fetch" | "node" | "express" | "hono", StartHost>> = {
  fetch: (options, pages = {}) => {
    const handle = forFetch(options)
    const page = async (request: Request) => {
      const page = pages[new URL(request.url).pathname]
      return new Response(page ? await page() : "not found", {
        status: page ? 200 : 404,
        headers: html,
      })
    }
    return serve({ fetch: request => handle(request, () => page(request)) }, { port: 0 })
  },
  node: (options, pages = {}) =>
    listen(createServer(forNode(options, (req, res) => answerNode(pages, req, res)))),
  express: (options, pages = {}) => {
    const app = express()
    app.use(forNode(options))
    for (const [path, page] of Object.entries(pages)) {
      app.get(path, async (_req, res) => {
        res.type("html").send(await page())
      })
    }
    return listen(createServer(app))
  },
  hono: (options, pages = {}) => {
    const app = new Hono()
    app.use(forHono(options))
    for (const [path, page] of Object.entries(pages)) app.get(path, async c => c.html(await page()))
    return serve(app, { port: 0 })
  },
}
