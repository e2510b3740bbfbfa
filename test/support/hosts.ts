// The hosts that nitro runs on, each with a real listener: the same application and the same client for all of them.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import { Elysia } from "elysia"
import express from "express"
import express4 from "express4"
import fastify from "fastify"
import { H3 } from "h3"
import { Hono } from "hono"
import Koa from "koa"
import { serve } from "nitro-ts"
import { nitro as forElysia } from "nitro-ts/elysia"
import { nitro as forExpress } from "nitro-ts/express"
import { nitro as forFastify } from "nitro-ts/fastify"
import { nitro as forFetch, type NitroOptions } from "nitro-ts/fetch"
import { nitro as forH3 } from "nitro-ts/h3"
import { nitro as forHono } from "nitro-ts/hono"
import { nitro as forKoa } from "nitro-ts/koa"
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

async function respondOnNode(
  pages: Pages,
  req: IncomingMessage,
  res: ServerResponse,
): Promise<void> {
  const page = pages[(req.url ?? "/").split("?")[0] as string]
  const text = page ? await page() : "not found"
  res.writeHead(page ? 200 : 404, html).end(text)
}

const onExpress =
  (make: typeof express): StartHost =>
  (options, pages = {}) => {
    const app = make()
    app.use(forExpress(options))
    for (const [path, page] of Object.entries(pages)) {
      app.get(path, async (_req, res, next) => {
        // Express 4 does not wait for a promise.
        try {
          res.type("html").send(await page())
        } catch (error) {
          next(error)
        }
      })
    }
    return listen(createServer(app))
  }

export type HostName =
  | "fetch"
  | "node"
  | "express"
  | "express 4"
  | "fastify"
  | "hono"
  | "koa"
  | "h3"
  | "elysia"

export const hosts: Readonly<Record<HostName, StartHost>> = {
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
    listen(createServer(forNode(options, (req, res) => respondOnNode(pages, req, res)))),
  express: onExpress(express),
  "express 4": onExpress(express4),
  fastify: async (options, pages = {}) => {
    const app = fastify()
    await app.register(forFastify(options))
    for (const [path, page] of Object.entries(pages)) {
      app.get(path, async (_request, reply) => {
        reply.type("text/html; charset=utf-8")
        return await page()
      })
    }
    const url = await app.listen({ port: 0, host: "127.0.0.1" })
    return {
      url,
      async close() {
        app.server.closeAllConnections()
        await app.close()
      },
    }
  },
  hono: (options, pages = {}) => {
    const app = new Hono()
    app.use(forHono(options))
    for (const [path, page] of Object.entries(pages)) app.get(path, async c => c.html(await page()))
    return serve(app, { port: 0 })
  },
  koa: (options, pages = {}) => {
    const app = new Koa()
    app.silent = true
    app.use(forKoa(options))
    app.use(async context => {
      const page = pages[context.path]
      if (page === undefined) return
      context.type = "html"
      context.body = await page()
    })
    return listen(createServer(app.callback()))
  },
  h3: (options, pages = {}) => {
    const app = new H3()
    app.use(forH3(options))
    for (const [path, page] of Object.entries(pages))
      app.get(path, async event => {
        event.res.headers.set("content-type", "text/html; charset=utf-8")
        return await page()
      })
    return serve({ fetch: request => app.fetch(request) }, { port: 0 })
  },
  elysia: (options, pages = {}) => {
    const app = new Elysia().use(forElysia(options))
    for (const [path, page] of Object.entries(pages))
      app.get(path, async ({ set }) => {
        set.headers["content-type"] = "text/html; charset=utf-8"
        return await page()
      })
    return serve({ fetch: request => app.fetch(request) }, { port: 0 })
  },
}
