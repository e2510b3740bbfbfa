// The contract of host adapters on every host that nitro has an adapter for, with the middleware that their users put around it.
import { subscribe } from "node:diagnostics_channel"
import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import fastifyCompress from "@fastify/compress"
import compression from "compression"
import { Elysia } from "elysia"
import express from "express"
import express4 from "express4"
import fastify from "fastify"
import { H3 } from "h3"
import { Hono } from "hono"
import { compress } from "hono/compress"
import Koa from "koa"
import bodyParser from "koa-bodyparser"
import koaCompress from "koa-compress"
import mount from "koa-mount"
import { serve } from "nitro-ts"
import { nitro as forElysia } from "nitro-ts/elysia"
import { nitro as forExpress } from "nitro-ts/express"
import { nitro as forFastify } from "nitro-ts/fastify"
import { nitro as forFetch } from "nitro-ts/fetch"
import { nitro as forH3 } from "nitro-ts/h3"
import { nitro as forHono } from "nitro-ts/hono"
import { nitro as forKoa } from "nitro-ts/koa"
import { nitro as forNode } from "nitro-ts/node"
import { type HostFeature, type HostSetup, hostSuite, type RunningHost } from "nitro-ts/testing"
import { describe, expect, it, vi } from "vitest"
import { listen } from "../support/hosts.ts"

// The suite breaks an action on purpose.
subscribe("nitro:error", () => undefined)
vi.spyOn(console, "log").mockImplementation(() => undefined)

const html = { "content-type": "text/html; charset=utf-8" }
const handled = (error: unknown): string => `handled: ${(error as Error).message}`

const onExpress =
  (make: typeof express) =>
  ({ options, pages, mount, ...has }: HostSetup): Promise<RunningHost> => {
    const app = make()
    app.set("env", "test")
    if (has.hasCompression) app.use(compression())
    if (has.hasBodyParser) app.use(make.json(), make.urlencoded({ extended: false }))
    app.use(mount || "/", forExpress(options))
    for (const [path, page] of Object.entries(pages)) {
      app.get(mount + path, async (_request, response, next) => {
        try {
          response.type("html").send(await page())
        } catch (error) {
          next(error)
        }
      })
    }
    if (has.hasErrorHandler) {
      // Express knows a handler of errors by its four parameters.
      app.use((error: unknown, _request: unknown, response: express.Response, _next: unknown) => {
        response.status(500).send(handled(error))
      })
    }
    return listen(createServer(app))
  }

const onNode = ({ options, pages, mount, ...has }: HostSetup): Promise<RunningHost> => {
  const app = forNode({ ...options, ...(mount && { basePath: mount }) })
  const around = has.hasCompression ? compression() : undefined
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const page = pages[(request.url ?? "").slice(mount.length).split("?")[0] as string]
    if (page === undefined || !request.url?.startsWith(mount)) return response.writeHead(404).end()
    // First: a page may set a cookie.
    const text = await page()
    return response.writeHead(200, html).end(text)
  }
  return listen(
    createServer((request, response) => {
      const run = () => app(request, response, () => answer(request, response))
      if (around === undefined) run()
      else around(request as never, response as never, run)
    }),
  )
}

const onFetch = ({ options, pages, mount, hasErrorHandler }: HostSetup): Promise<RunningHost> => {
  const handle = forFetch({ ...options, ...(mount && { basePath: mount }) })
  const response = async (request: Request) => {
    const { pathname } = new URL(request.url)
    const page = pathname.startsWith(mount) ? pages[pathname.slice(mount.length)] : undefined
    return page === undefined
      ? new Response("not found", { status: 404 })
      : new Response(await page(), { headers: html })
  }
  const handleErrors = async (request: Request) => {
    try {
      return await handle(request, () => response(request))
    } catch (error) {
      if (!hasErrorHandler) throw error
      return new Response(handled(error), { status: 500 })
    }
  }
  return serve({ fetch: handleErrors }, { port: 0 })
}

const onHono = ({ options, pages, mount, ...has }: HostSetup): Promise<RunningHost> => {
  const inner = new Hono()
  inner.use(forHono(options))
  for (const [path, page] of Object.entries(pages)) inner.get(path, async c => c.html(await page()))
  const app = new Hono()
  if (has.hasCompression) app.use(compress())
  if (has.hasBodyParser) {
    app.use(async (c, next) => {
      const type = c.req.header("content-type") ?? ""
      if (type.includes("json")) await c.req.json()
      else if (type.includes("form")) await c.req.parseBody()
      await next()
    })
  }
  app.route(mount || "/", inner)
  if (has.hasErrorHandler) app.onError((error, c) => c.text(handled(error), 500))
  return serve(app, { port: 0 })
}

const onFastify = async ({ options, pages, mount, ...has }: HostSetup): Promise<RunningHost> => {
  const app = fastify()
  if (has.hasCompression) await app.register(fastifyCompress)
  if (has.hasErrorHandler)
    app.setErrorHandler((error, _request, reply) => reply.code(500).send(handled(error)))
  app.register(
    (scope, _options, done) => {
      scope.register(forFastify(options))
      for (const [path, page] of Object.entries(pages)) {
        scope.get(path, async (_request, reply) => {
          reply.type("text/html; charset=utf-8")
          return await page()
        })
      }
      done()
    },
    mount === "" ? {} : { prefix: mount },
  )
  const url = await app.listen({ port: 0, host: "127.0.0.1" })
  return {
    url,
    async close() {
      app.server.closeAllConnections()
      await app.close()
    },
  }
}

const onKoa = ({ options, pages, mount: path, ...has }: HostSetup): Promise<RunningHost> => {
  const inner = new Koa()
  inner.use(forKoa(options))
  inner.use(async context => {
    const page = pages[context.path]
    if (page === undefined) return
    context.type = "html"
    context.body = await page()
  })
  const app = new Koa()
  app.silent = true
  if (has.hasErrorHandler) {
    app.use(async (context, next) => {
      try {
        await next()
      } catch (error) {
        context.status = 500
        context.body = handled(error)
      }
    })
  }
  if (has.hasCompression) app.use(koaCompress())
  if (has.hasBodyParser) app.use(bodyParser())
  app.use(mount(path || "/", inner))
  return listen(createServer(app.callback()))
}

const onH3 = ({ options, pages, mount, hasErrorHandler }: HostSetup): Promise<RunningHost> => {
  const inner = new H3()
  inner.use(forH3(options))
  for (const [path, page] of Object.entries(pages))
    inner.get(path, async event => {
      event.res.headers.set("content-type", html["content-type"])
      return await page()
    })
  const app = new H3(
    hasErrorHandler
      ? {
          silent: true,
          onError: error => new Response(handled(error.cause ?? error), { status: 500 }),
        }
      : { silent: true },
  )
  app.mount(mount || "/", inner)
  return serve({ fetch: request => app.fetch(request) }, { port: 0 })
}

const onElysia = ({ options, pages, mount, hasErrorHandler }: HostSetup): Promise<RunningHost> => {
  const app = new Elysia().use(forElysia({ ...options, ...(mount && { basePath: mount }) }))
  if (hasErrorHandler)
    app.onError(({ error, code }) =>
      code === "NOT_FOUND" ? undefined : new Response(handled(error), { status: 500 }),
    )
  for (const [path, page] of Object.entries(pages)) {
    app.get(mount + path, async ({ set }) => {
      set.headers["content-type"] = html["content-type"]
      return await page()
    })
  }
  return serve({ fetch: request => app.fetch(request) }, { port: 0 })
}

const hosts: Readonly<
  Record<string, [start: (setup: HostSetup) => Promise<RunningHost>, ...missing: HostFeature[]]>
> = {
  fetch: [onFetch, "bodyParser", "compression"],
  "node:http": [onNode, "bodyParser", "errorHandler"],
  "Express 5": [onExpress(express)],
  "Express 4": [onExpress(express4)],
  "Fastify 5": [onFastify],
  "Hono 4": [onHono],
  "Koa 3": [onKoa],
  "h3 2": [onH3, "bodyParser", "compression"],
  Elysia: [onElysia, "bodyParser", "compression"],
}
for (const [name, [start, ...missing]] of Object.entries(hosts))
  hostSuite({ describe, it, expect }, { name, start, missing })
