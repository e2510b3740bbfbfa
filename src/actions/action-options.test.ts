// The options of an action that shape, limit and describe it, over requests.
import { subscribe, unsubscribe } from "node:diagnostics_channel"
import { action, actionsOf, expose } from "nitro-ts/actions"
import { Entity, memory } from "nitro-ts/entity"
import { nitro } from "nitro-ts/fetch"
import { sqlite } from "nitro-ts/sqlite"
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest"
import { z } from "zod"
import { Buckets } from "./routes/rate-limits.ts"

const json = { "content-type": "application/json", accept: "application/json" }
const post = (path: string, headers: Record<string, string> = {}, body = "{}") =>
  new Request(`http://shop.test${path}`, { method: "POST", headers: { ...json, ...headers }, body })

const reported: { error: unknown }[] = []
const report = (message: unknown) => void reported.push(message as { error: unknown })
beforeEach(() => {
  reported.length = 0
  subscribe("nitro:error", report)
})
afterEach(() => unsubscribe("nitro:error", report))

const shown = z.object({ name: z.string(), price: z.number() })
for (const [kind, store] of [
  ["memory", memory()],
  ["sqlite", sqlite(":memory:")],
] as const) {
  describe(`output on ${kind}`, () => {
    class Product extends Entity("Product", {
      name: z.string(),
      price: z.number(),
      cost: z.number().default(1),
      sku: z.bigint().default(7n),
    }) {
      static store = store
      @action({ output: shown }) one() {
        return this
      }
      @action({ output: z.array(shown) }) static async many() {
        return Product.all()
      }
      @action({ output: z.object({ items: z.array(shown), when: z.date() }) }) static nested() {
        return Product.all().then(items => ({ items, when: new Date(0) }))
      }
      @action({ output: shown }) static async *each() {
        for (const product of await Product.all()) yield product
      }
      @action({ output: z.object({ name: z.string().min(50) }) }) wrong() {
        this.cost = 99
        return { name: `secret of ${this.name}` }
      }
      @action({ output: z.object({ name: z.string().optional() }) }) static response() {
        return new Response("cost: 1") as never
      }
      @action({ output: z.object({ sku: z.string() }) }) text() {
        return this.toJSON() as never
      }
    }
    const app = nitro({ entities: [expose(Product)] })
    let id = ""
    beforeEach(async () => {
      await Product.deleteWhere({}, { all: true })
      ;({ id } = await Product.create({ name: "Desk", price: 5 }))
    })
    const response = async (path: string, headers?: Record<string, string>) => {
      const response = await app(post(path, headers))
      return { status: response.status, body: await response.json() }
    }

    it("lets through only what it lists: of an entity, a list, an object, a generator", async () => {
      const desk = { name: "Desk", price: 5 }
      expect((await response(`/products/${id}/one`)).body).toEqual(desk)
      expect((await response("/products/many")).body).toEqual([desk])
      expect((await response("/products/nested")).body).toEqual({
        items: [desk],
        when: "1970-01-01T00:00:00.000Z",
      })
      expect((await response("/products/each")).body).toEqual({ result: [desk] })
      expect((await response(`/products/${id}/text`)).body).toEqual({ sku: "7" })
    })

    it.each([{}, { "idempotency-key": crypto.randomUUID() }])(
      "responds to a mismatch with 500, without details, and rolls the writes back %#",
      async headers => {
        const { status, body } = await response(`/products/${id}/wrong`, headers)
        expect(status).toBe(500)
        expect(JSON.stringify(body)).not.toMatch(/secret|output|Product|small/i)
        expect((await Product.require(id)).cost).toBe(1)
        expect(reported[0]?.error).toMatchObject({
          code: "NITRO_ACTION_OUTPUT",
          message: expect.stringMatching(/Product\.wrong .*name: /),
        })
      },
    )

    it("refuses a Response, which no schema has looked at", async () => {
      expect((await response("/products/response")).status).toBe(500)
      expect(reported[0]?.error).toMatchObject({ code: "NITRO_ACTION_OUTPUT" })
    })

    it("is about programs: a page gets no data", async () => {
      const response = await app(post(`/products/${id}/wrong`, { "datastar-request": "true" }))
      expect(response.status).toBe(204)
    })
  })

  describe(`unitOfWork on ${kind}`, () => {
    class Step extends Entity("Step", { done: z.int().default(0) }) {
      static store = store
      @action({ unitOfWork: false }) async apart() {
        await this.update({ done: 1 })
        throw new Error("later")
      }
      @action() async together() {
        await this.update({ done: 1 })
        throw new Error("later")
      }
      @action({ unitOfWork: false }) plain() {
        this.done = 5
      }
    }
    const app = nitro({ entities: [Step] })

    it.each([{}, { "idempotency-key": "key" }])(
      "false keeps what was saved before the action failed %#",
      async headers => {
        const { id } = await Step.create({})
        expect((await app(post(`/steps/${id}/together`, headers))).status).toBe(500)
        expect((await Step.require(id)).done).toBe(0)
        expect((await app(post(`/steps/${id}/apart`, headers))).status).toBe(500)
        expect((await Step.require(id)).done).toBe(1)
        expect((await app(post(`/steps/${id}/plain`))).status).toBe(204)
        expect((await Step.require(id)).done).toBe(5)
      },
    )
  })
}

describe("rateLimit", () => {
  class Login extends Entity("Login", { name: z.string() }) {
    static runs = 0
    @action({ rateLimit: { limit: 2, perSeconds: 60 }, input: { name: z.string() } })
    static attempt() {
      Login.runs += 1
    }
    @action({ rateLimit: { limit: 1, perSeconds: 60 } }) static other() {}
  }
  const make = () =>
    nitro({
      entities: [Login],
      user: request => {
        const id = request.headers.get("x-user")
        return id === null ? undefined : { id }
      },
      clientAddress: request => request.headers.get("x-real-ip") ?? undefined,
    })
  let app = make()
  beforeEach(() => {
    app = make()
    Login.runs = 0
  })
  afterEach(() => vi.useRealTimers())
  const attempt = async (headers: Record<string, string> = {}, to = app) =>
    (await to(post("/logins/attempt", headers, '{"name":"a"}'))).status

  it("counts by user, by address of visitors, by action and by app", async () => {
    for (const headers of [
      { "x-user": "1" },
      { "x-real-ip": "2001:db8::1" },
      { "x-real-ip": "2001:db9::1" },
      {},
    ]) {
      expect([await attempt(headers), await attempt(headers), await attempt(headers)]).toEqual([
        204, 204, 429,
      ])
    }
    expect(await attempt({ "x-user": "2", "x-real-ip": "2001:db8::1" })).toBe(204)
    expect((await app(post("/logins/other", { "x-user": "1" }))).status).toBe(204)
    expect(await attempt({ "x-user": "1" }, make())).toBe(204)
  })

  it("says when to come back, and fills up again", async () => {
    vi.useFakeTimers({ toFake: ["performance"] })
    await attempt()
    await attempt()
    const refused = await app(post("/logins/attempt", {}, '{"name":"a"}'))
    expect(refused.headers.get("retry-after")).toBe("30")
    expect(await refused.json()).toEqual({
      error: {
        code: "NITRO_RATE_LIMIT",
        message: "Too many requests. Try again in 30 s.",
        status: 429,
      },
    })
    vi.advanceTimersByTime(29_000)
    expect(await attempt()).toBe(429)
    vi.advanceTimersByTime(1000)
    expect(await attempt()).toBe(204)
    expect(await attempt()).toBe(429)
    expect(Login.runs).toBe(3)
  })

  it("explains it to a page", async () => {
    await attempt()
    await attempt()
    const response = await app(
      post("/logins/attempt", { "datastar-request": "true" }, '{"name":"a"}'),
    )
    expect(await response.text()).toContain("Too many requests. Try again in 30 s.")
  })

  it("does not count what is refused for its input, nor a request that is sent again", async () => {
    for (let i = 0; i < 5; i++)
      expect((await app(post("/logins/attempt", {}, "{}"))).status).toBe(422)
    const again = { "idempotency-key": "0b6a9a6e-1111-4222-8333-000000000001" }
    for (let i = 0; i < 5; i++) expect(await attempt(again)).toBe(204)
    expect(await attempt()).toBe(204)
    expect(await attempt({ "idempotency-key": "0b6a9a6e-1111-4222-8333-000000000002" })).toBe(429)
    expect(Login.runs).toBe(2)
  })

  it("lets no more through at once than one after the other", async () => {
    const statuses = await Promise.all(Array.from({ length: 20 }, () => attempt()))
    expect(statuses.filter(status => status === 204)).toHaveLength(2)
  })

  it("forgets full buckets, and has a bound", () => {
    const buckets = new Buckets()
    const limit = { limit: 1, perSeconds: 1 }
    for (let i = 0; i < 100; i++) buckets.take(String(i), limit, 0)
    buckets.take("later", limit, 2000)
    expect(buckets.size).toBe(1)
    const slow = { limit: 1, perSeconds: 1e6 }
    for (let i = 0; i < 100_050; i++) buckets.take(String(i), slow, 3000)
    expect(buckets.size).toBe(100_000)
  })
})

describe("permission and tags", () => {
  class Invoice extends Entity("Invoice", { total: z.number() }) {
    @action({ permission: "invoices.refund", tags: ["money"] }) refund() {}
    @action() remind() {}
  }
  const app = nitro({
    user: request => ({ rights: request.headers.get("x-rights")?.split(",") ?? [] }),
    entities: [
      expose(Invoice, {
        allow: ({ user, route: { permission } }) =>
          permission === undefined || (user as { rights: string[] }).rights.includes(permission),
      }),
    ],
  })

  it("reach the rule of the class", async () => {
    const { id } = await Invoice.create({ total: 5 })
    const refund = (rights: string) =>
      app(post(`/invoices/${id}/refund`, { "x-rights": rights })).then(({ status }) => status)
    expect(await refund("")).toBe(403)
    expect(await refund("invoices.refund")).toBe(204)
    expect((await app(post(`/invoices/${id}/remind`))).status).toBe(204)
  })

  it("stand in the routes of the app, which are data", () => {
    const refund = app.routes.find(({ action }) => action === "refund")
    expect(refund).toMatchObject({
      method: "POST",
      path: "/invoices/:id/refund",
      name: "Invoice.refund",
      entity: "Invoice",
      operation: "refund",
      label: "Refund",
      permission: "invoices.refund",
      tags: ["money"],
      isTwin: false,
    })
    const twins = app.routes.filter(({ isTwin }) => isTwin).map(({ path }) => path)
    expect(twins).toEqual(["/invoices/:id/update", "/invoices/:id/delete"])
    const create = app.routes.find(({ operation }) => operation === "create")
    expect(create).toMatchObject({ action: undefined, label: "Create", tags: [] })
    expect(Object.keys(create?.input ?? {})).toEqual(["total"])
    const values = app.routes.flatMap(route => Object.values(route))
    expect(values.filter(value => typeof value === "function")).toEqual([])
  })
})

describe("actionsOf", () => {
  class Base extends Entity("Paper", { text: z.string() }) {
    @action({ label: "Send it", icon: "send", confirm: "Sure?" }) send() {}
    @action({ method: "GET" }) static newest() {}
    plain() {}
  }
  class Paper extends Base {
    @action({ path: "put-away", description: "Keeps it for later.", input: { box: z.string() } })
    file() {}
    override send() {}
  }

  it("lists what is marked, with its route and its options", () => {
    expect(actionsOf(Base)).toMatchObject([
      {
        name: "send",
        isStatic: false,
        method: "POST",
        route: "/papers/:id/send",
        label: "Send it",
        icon: "send",
        confirm: "Sure?",
        unitOfWork: true,
      },
      { name: "newest", isStatic: true, method: "GET", route: "/papers/newest", unitOfWork: false },
    ])
  })

  it("follows the class body: what overrides an action is none until it is marked", () => {
    const file = actionsOf(Paper).find(({ name }) => name === "file")
    expect(file).toMatchObject({
      route: "/papers/:id/put-away",
      label: "File",
      description: "Keeps it for later.",
    })
    expect(Object.keys(file?.input ?? {})).toEqual(["box"])
    expect(actionsOf(Paper).map(({ name }) => name)).toEqual(["file", "newest"])
  })
})

it.each([
  [{ permision: "a" }, "NITRO_UNKNOWN_OPTION", 'Did you mean "permission"?'],
  [{ rateLimit: { limit: 5, perSecond: 1 } }, "NITRO_UNKNOWN_OPTION", "perSeconds"],
  [{ rateLimit: { limit: 0, perSeconds: 1 } }, "NITRO_ACTION_OPTION", "whole number"],
  [{ rateLimit: { limit: 1.5, perSeconds: 1 } }, "NITRO_ACTION_OPTION", "whole number"],
  [{ rateLimit: { limit: 1 } }, "NITRO_ACTION_OPTION", "perSeconds"],
  [{ output: { name: "text" } }, "NITRO_ACTION_OPTION", "z.object"],
  [{ status: 404 }, "NITRO_ACTION_OPTION", "status: 201"],
  [{ status: 1000 }, "NITRO_ACTION_OPTION", "status: 201"],
  [{ tags: "money" }, "NITRO_ACTION_OPTION", "tags"],
  [{ label: "" }, "NITRO_ACTION_OPTION", "label"],
  [{ unitOfWork: "no" }, "NITRO_ACTION_OPTION", "unitOfWork"],
  [{ unitOfWork: false, method: "GET" }, "NITRO_ACTION_OPTION", "Leave unitOfWork out"],
])("refuses %j where the class is declared", (options, code, fix) => {
  const declare = () => {
    class Wrong {
      static {
        action(this, "run", options as never)
      }
      run() {}
    }
    return Wrong
  }
  expect(declare).toThrow(
    expect.objectContaining({ code, fix: expect.stringContaining(fix) as string }),
  )
})
