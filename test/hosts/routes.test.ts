// Deep routes and the names of files, on every host by a real listener.
import { mkdtempSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { action, call, Entity, expose, memory } from "nitro-ts"
import { type Plugin, type PluginParts, plugin } from "nitro-ts/app"
import { assets } from "nitro-ts/assets"
import { commands, Query, queries } from "nitro-ts/cqrs"
import { nitro } from "nitro-ts/fetch"
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest"
import { z } from "zod"
import { type Host, hosts } from "../support/hosts.ts"

const taken: unknown[] = []

class Cart extends Entity("Cart", {}) {
  static store = memory()
  @action({
    path: "lines/:line/parts/:part/move",
    input: { line: z.int(), part: z.string(), by: z.int().default(1) },
  })
  move(input: { line: number; part: string; by: number }) {
    taken.push(input)
  }
  @action({
    method: "GET",
    path: "totals/:currency/of/:year",
    input: { currency: z.string(), year: z.int() },
  })
  static totals(input: { currency: string; year: number }) {
    return input
  }
}

const directory = mkdtempSync(join(tmpdir(), "nitro-routes-"))
writeFileSync(join(directory, "logo.svg"), "<svg/>")

type Route = NonNullable<PluginParts["routes"]>[number][number]
const get = (pattern: string): Route => ({
  method: "GET",
  pattern,
  name: `A route at ${pattern}`,
  operation: "read",
  form: () => "",
  input: {},
  run: () => ({ value: { pattern } }),
})
const routes = (...patterns: string[]): Plugin =>
  plugin({ name: "routes", setup: () => ({ routes: [patterns.map(get)] }) })

let host: Host
let cart: Cart
beforeEach(async () => {
  taken.length = 0
  vi.spyOn(console, "log").mockImplementation(() => {})
  cart = await Cart.create({})
})
afterEach(async () => {
  await host?.close()
  vi.restoreAllMocks()
})

describe.each(Object.keys(hosts) as (keyof typeof hosts)[])("on %s", name => {
  beforeEach(async () => {
    host = await hosts[name](
      {
        entities: [expose(Cart, { allow: () => true })],
        assets: assets({ directory }),
        plugins: [routes("/_nitro/openapi.json", "/assets/thumbs/:size")],
      },
      {
        "/assets/of-the-host": () => "of the host",
        "/page": () => String(call(cart, "move", { line: 7, part: "a/b'c" }).href),
      },
    )
  })

  it("the parameters of a path are inputs, converted and validated, for every kind of client", async () => {
    const send = (path: string, type: string, body: string, headers: Record<string, string> = {}) =>
      fetch(host.url + path, {
        method: "POST",
        headers: { "content-type": type, ...headers },
        body,
        redirect: "manual",
      })
    const path = `/carts/${cart.id}/lines/7/parts/a%2Fb/move`
    const json = "application/json"
    expect((await send(path, json, '{"by":2}')).status).toBe(204)
    expect((await send(path, json, "{}", { "datastar-request": "true" })).status).toBe(204)
    const form = "application/x-www-form-urlencoded"
    expect((await send(path, form, "by=3", { accept: "text/html" })).status).toBe(303)
    expect(taken).toEqual([2, 1, 3].map(by => ({ line: 7, part: "a/b", by })))
    const refused = await send(path.replace("/7/", "/x/"), json, "{}")
    expect(await refused.json()).toMatchObject({
      error: { code: "NITRO_INVALID_INPUT", issues: [{ path: "line" }] },
    })
    const page = await (await fetch(`${host.url}/page`)).text()
    expect((await send(page, json, "{}")).status).toBe(204)
    expect(taken.at(-1)).toEqual({ line: 7, part: "a/b'c", by: 1 })
    const totals = await fetch(`${host.url}/carts/totals/eur/of/2026`)
    expect(await totals.json()).toEqual({ currency: "eur", year: 2026 })
  })

  it("files respond to their own names only", async () => {
    const status = async (path: string) => (await fetch(host.url + path)).status
    const textAt = async (path: string) => (await fetch(host.url + path)).text()
    expect(await status("/_nitro/client.js")).toBe(200)
    expect(await textAt("/_nitro/openapi.json")).toContain("openapi.json")
    expect(await textAt("/assets/logo.svg")).toBe("<svg/>")
    expect(await textAt("/assets/thumbs/8")).toContain("thumbs")
    expect(await textAt("/assets/of-the-host")).toBe("of the host")
    expect(await status("/_nitro/none.js")).toBe(404)
    expect(await status("/assets/none.svg")).toBe(404)
  })
})

it("a route at the name of a file of ours collides with it", () => {
  expect(() => nitro({ plugins: [routes("/_nitro/client.js")] })).toThrow(
    /_nitro\/client\.js of nitro and A route at \/_nitro\/client\.js/,
  )
})

it("a call says what its address lacks", () => {
  expect(() => call(cart, "move", { line: 1 })).toThrow(
    expect.objectContaining({
      code: "NITRO_CALL_INPUT",
      message: expect.stringContaining('":part"'),
    }),
  )
})

it("a query may have a field of the name that a sender has in the path", async () => {
  class Mails extends Query("Mails", { sender: z.string() }) {}
  const app = nitro({ routes: [queries([Mails]), commands(["mail.read"])] })
  expect(app.routes.map(({ path }) => path)).toContain("/cmds/mail.read/:sender")
})
