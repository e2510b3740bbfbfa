// The address that limits count visitors by, on hosts that listen: two clients of one machine by two loopback addresses.
import { createServer, request, type Server } from "node:http"
import type { AddressInfo } from "node:net"
import express from "express"
import { Hono } from "hono"
import { action } from "nitro-ts/actions"
import { Entity } from "nitro-ts/entity"
import { nitro as forHono } from "nitro-ts/hono"
import { nitro as forNode } from "nitro-ts/node"
import { afterEach, expect, it } from "vitest"
import { serve } from "./serve.ts"

const Login = () =>
  class Login extends Entity("Login", {}) {
    static {
      action(this, "attempt", { rateLimit: { limit: 1, perSeconds: 3600 } })
    }
    static attempt() {}
  }

let close: (() => Promise<unknown>) | undefined
afterEach(() => close?.())

async function listening(server: Server): Promise<number> {
  await new Promise<void>(resolve => server.listen(0, "0.0.0.0", resolve))
  close = () => new Promise(resolve => server.close(resolve))
  return (server.address() as AddressInfo).port
}

const hosts: Record<string, () => Promise<number>> = {
  hono: async () => {
    const app = new Hono()
    app.use(forHono({ entities: [Login()] }))
    const running = await serve(app, { port: 0, host: "0.0.0.0" })
    close = () => running.close()
    return Number(new URL(running.url).port)
  },
  node: () => listening(createServer(forNode({ entities: [Login()] }))),
  express: () => {
    const app = express()
    app.use(forNode({ entities: [Login()] }))
    return listening(createServer(app))
  },
}

function attempt(port: number, localAddress: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const options = {
      port,
      localAddress,
      host: "127.0.0.1",
      method: "POST",
      path: "/logins/attempt",
    }
    request({ ...options, agent: false }, response => {
      response.resume()
      resolve(response.statusCode)
    })
      .on("error", reject)
      .end()
  })
}

// Only Linux has all of 127.0.0.0/8.
it.skipIf(process.platform !== "linux").each(Object.keys(hosts))("is known on %s", async name => {
  const port = await (hosts[name] as () => Promise<number>)()
  expect(await attempt(port, "127.0.0.1")).toBe(204)
  expect(await attempt(port, "127.0.0.1")).toBe(429)
  expect(await attempt(port, "127.0.0.2")).toBe(204)
  expect(await attempt(port, "127.0.0.2")).toBe(429)
})
