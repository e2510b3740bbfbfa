// Commands, queries and events as routes, for programs, pages and forms.
import { subscribe, unsubscribe } from "node:diagnostics_channel"
import { respond } from "nitro-ts/actions"
import {
  Command,
  commands,
  createHandlers,
  type Handlers,
  Query,
  queries,
  send,
  withHandlers,
} from "nitro-ts/cqrs"
import { Entity, memory } from "nitro-ts/entity"
import { createEvents, type Events, event } from "nitro-ts/events"
import { type NitroHandler, nitro } from "nitro-ts/fetch"
import { html } from "nitro-ts/html"
import { beforeEach, describe, expect, it } from "vitest"
import { z } from "zod"
import { currentRequest, Refusal } from "../actions/index.ts"

class Product extends Entity("Product", { name: z.string(), stock: z.int().default(0) }) {
  static store = memory()
}
class Restock extends Command("Restock", {
  productId: z.string(),
  quantity: z.int().positive().max(100),
  note: z.string().optional(),
}) {}
class ImportAll extends Command("ImportAll", {}) {}
class StockOf extends Query("StockOf", {
  productId: z.string(),
  atLeast: z.coerce.number().default(0),
}) {}

const restocked = event("product.restocked", {
  schema: z.object({ id: z.string(), quantity: z.int() }),
})
const touched = event("product.touched")

let handlers: Handlers
let events: Events
let handle: NitroHandler
let product: Product
const seen: unknown[] = []

beforeEach(async () => {
  handlers = createHandlers()
  events = createEvents({ onError: () => {} })
  seen.length = 0
  product = await Product.create({ name: "Desk" })
  handlers.handle(Restock, async ({ productId, quantity }, { sender }) => {
    const found = await Product.require(productId)
    await found.update({ stock: found.stock + quantity })
    if (found.stock > 150) throw new Refusal("The shelf is full.", { field: "quantity" })
    seen.push(sender)
    return found
  })
  handlers.handle(ImportAll, async function* () {
    yield html`<p id="progress">1</p>`
    yield html`<p id="progress">2</p>`
  })
  handlers.handle(StockOf, async ({ productId, atLeast }) => ({
    enough: (await Product.require(productId)).stock >= atLeast,
  }))
  handle = nitro({
    routes: [
      commands([Restock, ImportAll, restocked, touched, "app.pinged"], {
        handlers,
        events,
        allow: ({ request }) => !request.headers.has("x-banned"),
      }),
      queries([StockOf], { handlers }),
    ],
  })
})

const origin = "http://shop.test"
const json = { "content-type": "application/json" }
const datastar = { ...json, "datastar-request": "true" }
const form = {
  "content-type": "application/x-www-form-urlencoded",
  accept: "text/html",
  host: "shop.test",
  referer: `${origin}/desk`,
}
const post = (path: string, body: object | string = {}, headers: Record<string, string> = json) =>
  handle(
    new Request(origin + path, {
      method: "POST",
      headers,
      body: typeof body === "string" ? body : JSON.stringify(body),
    }),
  )
const get = (path: string) => handle(new Request(origin + path))
const errorOf = async (response: Response) =>
  ((await response.json()) as { error: { code: string; issues?: unknown } }).error

describe("commands", () => {
  it("run from JSON and answer with the result", async () => {
    const response = await post("/cmds/restock", { productId: product.id, quantity: 5 })
    expect([response.status, await response.json()]).toEqual([
      200,
      { id: product.id, name: "Desk", stock: 5 },
    ])
    expect((await Product.require(product.id)).stock).toBe(5)
  })

  it("pass the user to the handler", async () => {
    await post(`/cmds/restock/${encodeURIComponent("shop 1/ü")}`, {
      productId: product.id,
      quantity: 5,
    })
    await post("/cmds/restock", { productId: product.id, quantity: 5 })
    expect(seen).toEqual(["shop 1/ü", undefined])
  })

  it("take text from forms and go back to the page, with what was refused", async () => {
    const done = await post("/cmds/restock", `productId=${product.id}&quantity=7`, form)
    expect([done.status, done.headers.get("location")]).toEqual([303, "/desk"])
    expect((await Product.require(product.id)).stock).toBe(7)
    const refused = await post("/cmds/restock", `productId=${product.id}&quantity=many`, form)
    expect(refused.status).toBe(303)
    const page = await handle(
      new Request(`${origin}/desk`, {
        headers: { cookie: (refused.headers.get("set-cookie") ?? "").split(";")[0] ?? "" },
      }),
      () =>
        respond(
          html`<form ${send(Restock).form}><input ${send(Restock).field("quantity")}>${send(Restock).error("quantity")}</form>`,
        ),
    )
    const text = await page.text()
    expect(text).toMatch(/<input [^>]*value="many"/)
    expect(text).toMatch(/role="alert"[^>]*>[^<]*expected number/)
  })

  it("take the names they know from a page's signals and show refusals by the field", async () => {
    const signals = { productId: product.id, quantity: 8, somethingElse: true }
    expect((await post("/cmds/restock", signals, datastar)).status).toBe(204)
    const refused = await post("/cmds/restock", { ...signals, quantity: 0 }, datastar)
    expect([refused.status, await refused.text()]).toEqual([
      200,
      expect.stringContaining("datastar-patch-signals"),
    ])
    expect((await Product.require(product.id)).stock).toBe(8)
  })

  it.each([
    [{ quantity: 5 }, 422, "NITRO_CQRS_INPUT"],
    [{ productId: "x", quantity: "5" }, 422, "NITRO_CQRS_INPUT"],
    [{ productId: "x", quantity: 5, admin: true }, 422, "NITRO_UNKNOWN_INPUT"],
    [{ productId: "nobody", quantity: 5 }, 404, "NITRO_ENTITY_NOT_FOUND"],
    ["{", 400, "NITRO_BAD_REQUEST"],
  ])("refuse %j with %i", async (body, status, code) => {
    const response = await post("/cmds/restock", body)
    expect([response.status, (await errorOf(response)).code]).toEqual([status, code])
  })

  it("take back what a refused command wrote", async () => {
    for (const quantity of [100, 50])
      await post("/cmds/restock", { productId: product.id, quantity })
    const full = await post("/cmds/restock", { productId: product.id, quantity: 50 })
    expect([full.status, await errorOf(full)]).toMatchObject([
      409,
      { issues: [{ path: "quantity", message: "The shelf is full." }] },
    ])
    expect((await Product.require(product.id)).stock).toBe(150)
  })

  it("stream what a generator yields", async () => {
    const text = await (await post("/cmds/import-all", {}, datastar)).text()
    expect(text.match(/id="progress">\d/g)).toEqual(['id="progress">1', 'id="progress">2'])
    expect(await (await post("/cmds/import-all")).json()).toEqual({
      result: ['<p id="progress">1</p>', '<p id="progress">2</p>'],
    })
  })

  it("refuse other sites, other methods, and whom the rule refuses", async () => {
    expect(
      (await post("/cmds/restock", {}, { ...json, "sec-fetch-site": "cross-site" })).status,
    ).toBe(403)
    expect((await get("/cmds/restock")).status).toBe(405)
    expect(
      await errorOf(await post("/cmds/restock", {}, { ...json, "x-banned": "1" })),
    ).toMatchObject({ code: "NITRO_FORBIDDEN" })
    expect((await Product.require(product.id)).stock).toBe(0)
  })

  it("are closed unless they are listed", async () => {
    class Hidden extends Command("Hidden", {}) {}
    handlers.handle(Hidden, () => seen.push("hidden"))
    for (const path of [
      "/cmds/hidden",
      "/cmds",
      "/cmds/",
      "/cmds/restock/a/b",
      "/cmds/product.deleted",
      "/queries/restock",
    ]) {
      expect((await post(path)).status, path).toBe(404)
    }
    expect(seen).toEqual([])
  })

  it("say nothing of why a handler is missing", async () => {
    const app = nitro({ routes: [commands([Restock], { handlers: createHandlers() })] })
    const body = JSON.stringify({ productId: "p", quantity: 1 })
    const reported: unknown[] = []
    const listen = (message: unknown) => void reported.push(message)
    subscribe("nitro:error", listen)
    const response = await app(
      new Request(`${origin}/cmds/restock`, { method: "POST", headers: json, body }),
    )
    unsubscribe("nitro:error", listen)
    expect([response.status, await errorOf(response)]).toMatchObject([
      500,
      { code: "NITRO_INTERNAL" },
    ])
    expect(reported).toMatchObject([
      { where: "Restock", error: expect.objectContaining({ code: "NITRO_CQRS_NO_HANDLER" }) },
    ])
  })

  it("go to the set of handlers in force when none is named", async () => {
    const app = nitro({ routes: [commands([ImportAll])] })
    const fake = createHandlers()
    fake.handle(ImportAll, () => "faked")
    const response = await withHandlers(fake, () =>
      app(new Request(`${origin}/cmds/import-all`, { method: "POST" })),
    )
    expect(await response.json()).toBe("faked")
  })
})

describe("queries", () => {
  it("take their fields from the address", async () => {
    expect(
      await (await get(`/queries/stock-of?productId=${product.id}&utm_source=mail`)).json(),
    ).toEqual({ enough: true })
    expect(await (await get(`/queries/stock-of?productId=${product.id}&atLeast=1`)).json()).toEqual(
      { enough: false },
    )
    expect((await get("/queries/stock-of")).status).toBe(422)
    expect((await post("/queries/stock-of")).status).toBe(405)
  })
})

describe("events", () => {
  it("give what their handlers yield to the page as it comes", async () => {
    events.on(
      "product.restocked",
      async function* ({ id, quantity }: { id: string; quantity: number }) {
        yield html`<p id="stock">${id}: ${quantity}</p>`
        yield html`<p id="stock">done</p>`
      },
    )
    events.on(
      "product.*",
      (_, ctx) => void seen.push([ctx.event, ctx.sender, currentRequest()?.path]),
    )
    const text = await (
      await post("/cmds/product.restocked/shop-1", { id: "p1", quantity: 3, other: 1 }, datastar)
    ).text()
    expect(text.match(/id="stock">[^<]*/g)).toEqual(['id="stock">p1: 3', 'id="stock">done'])
    expect(seen).toEqual([["product.restocked", "shop-1", "/cmds/product.restocked/shop-1"]])
  })

  it("give a program the list of values, and a form its page", async () => {
    events.on("product.restocked", async () => "noted")
    expect(await (await post("/cmds/product.restocked", { id: "p1", quantity: 3 })).json()).toEqual(
      { result: ["noted"] },
    )
    const back = await post("/cmds/product.restocked", "id=p1&quantity=3", form)
    expect([back.status, back.headers.get("location")]).toEqual([303, "/desk"])
  })

  it("isolate a handler from another's failure", async () => {
    events.on("app.pinged", () => {
      throw new Error("password=hunter2")
    })
    events.on("app.pinged", () => "pong")
    expect(await (await post("/cmds/app.pinged")).json()).toEqual({ result: ["pong"] })
  })

  it("refuse a payload before any handler runs, and any input without a schema", async () => {
    events.on("**", () => void seen.push("ran"))
    const wrong = await post("/cmds/product.restocked", { id: "p1", quantity: "lots" })
    expect([wrong.status, await errorOf(wrong)]).toMatchObject([
      422,
      { code: "NITRO_CQRS_INPUT", issues: [{ path: "quantity" }] },
    ])
    expect((await post("/cmds/product.restocked", { id: "p1", quantity: 1, more: 1 })).status).toBe(
      422,
    )
    expect((await post("/cmds/product.touched", { id: "p1" })).status).toBe(422)
    expect(seen).toEqual([])
    expect((await post("/cmds/product.touched")).status).toBe(200)
    expect(seen).toEqual(["ran"])
  })

  it("close their generators when the page leaves", async () => {
    let closed = false
    events.on("app.pinged", async function* () {
      try {
        for (let i = 0; ; i++) yield html`<p id="i">${i}</p>`
      } finally {
        closed = true
      }
    })
    const reader = (await post("/cmds/app.pinged", {}, datastar)).body?.getReader()
    await reader?.read()
    await reader?.cancel()
    await expect.poll(() => closed).toBe(true)
  })
})

describe("what cannot work stops the app at start-up", () => {
  it.each([
    [
      "a query among the commands",
      () => commands([StockOf as never]),
      "StockOf is no command class",
    ],
    ["a command among the queries", () => queries([Restock as never]), "Restock is no query class"],
    [
      "a schema that is no object",
      () => commands([event("odd", { schema: z.string() })]),
      "its schema is no z.object",
    ],
  ])("%s", (_, make, message) => expect(make).toThrow(message))

  it("a command twice", () => {
    expect(() => nitro({ routes: [commands([Restock]), commands([Restock])] })).toThrow(
      "Restock and Restock both handle POST /cmds/restock",
    )
  })
})

describe("send", () => {
  it("is an expression, a form and a link", () => {
    expect(send(Restock).source).toBe("@post('/cmds/restock')")
    expect(send(Restock).form).toMatchObject({ method: "post", action: "/cmds/restock" })
    expect(send(StockOf, { productId: "p 1" }).href).toBe("/queries/stock-of?productId=p+1")
    expect(send("app.pinged", undefined, { confirm: "Sure?" }).source).toContain("confirm(")
  })

  it("keeps a hostile sender inside of the address", () => {
    const { source, href } = send("app.pinged", undefined, { sender: "a'); @post('/x" })
    expect(href).toBe("/cmds/app.pinged/a%27)%3B%20%40post(%27%2Fx")
    expect(source).toBe(`@post('${href}')`)
  })
})
