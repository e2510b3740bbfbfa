// Bulk writes over HTTP: all rows or none, every fault at once, and no way around the rules for single rows.
import { subscribe, unsubscribe } from "node:diagnostics_channel"
import { Refusal } from "nitro-ts"
import { action, type ExposeOptions, expose } from "nitro-ts/actions"
import {
  Entity,
  field,
  memory,
  observeChanges,
  ref,
  type Store,
  scope,
  withScopes,
} from "nitro-ts/entity"
import { nitro } from "nitro-ts/fetch"
import { sqlite } from "nitro-ts/sqlite"
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest"
import { z } from "zod"
import { MapStore } from "../../../test/support/map-store.ts"

const stores: Readonly<Record<string, () => Store>> = {
  memory: () => memory(),
  SQLite: () => sqlite({ file: ":memory:", schema: "sync" }),
}

type Answer = {
  status: number
  results?: { status: number; id: string; value?: Record<string, unknown> }[]
  error?: { code: string; message: string; issues?: { path: string; message: string }[] }
}

function makeShop(store: Store) {
  class Product extends Entity(
    "Product",
    {
      sku: z.string().min(1),
      title: z.string().min(1),
      price: z.number().min(0).default(1),
      since: z.date().nullable().default(null),
      owner: z.string().default("ann"),
      cost: field(z.number(), { hidden: true }).default(7),
      rank: z.number().default(0),
    },
    { unique: ["sku"], version: true, guarded: ["rank"] },
  ) {
    static store = store
  }
  return Product
}

describe.each(Object.keys(stores))("bulk writes, in %s", kind => {
  let store: Store
  let Product: ReturnType<typeof makeShop>
  let handle: ReturnType<typeof nitro>

  beforeEach(() => {
    store = (stores[kind] as () => Store)()
    Product = makeShop(store)
    handle = nitro({ entities: [expose(Product, { bulk: true })] })
  })

  const send = async (
    method: string,
    path: string,
    body: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer> => {
    const response = await handle(
      new Request(`http://app.test${path}`, {
        method,
        headers: { "content-type": "application/json", ...headers },
        body: typeof body === "string" ? body : JSON.stringify(body),
      }),
    )
    const text = await response.text()
    return { ...(text.startsWith("{") ? JSON.parse(text) : { text }), status: response.status }
  }
  const create = (items: unknown, headers?: Record<string, string>) =>
    send("POST", "/products/bulk", { items }, headers)
  const update = (items: unknown, headers?: Record<string, string>) =>
    send("PATCH", "/products/bulk", { items }, headers)
  const remove = (ids: unknown) => send("DELETE", "/products/bulk", { ids })
  const paths = ({ error }: Answer) => error?.issues?.map(({ path }) => path)
  const products = (count: number) =>
    Product.createMany(
      Array.from({ length: count }, (_, n) => ({ sku: `s${n}`, title: `Product ${n}` })),
    )
  const titles = async () => (await Product.where().orderBy("sku")).map(({ title }) => title)

  describe("create", () => {
    it("stores all rows and responds with each in its place", async () => {
      const answer = await create([
        { sku: "b", title: "Bread", since: "2026-05-01" },
        { sku: "a", title: "Apple", price: 3 },
      ])
      expect(answer.status).toBe(201)
      expect(answer.results?.map(({ status, value }) => [status, value?.["title"]])).toEqual([
        [201, "Bread"],
        [201, "Apple"],
      ])
      const [bread] = await Product.where({ sku: "b" })
      expect(bread?.since).toEqual(new Date("2026-05-01"))
      expect(answer.results?.[0]?.id).toBe(bread?.id)
      expect(JSON.stringify(answer)).not.toContain("cost")
    })

    it("stores nothing when one row is not valid, and names the fault", async () => {
      const answer = await create([
        { sku: "a", title: "A" },
        { sku: "b", title: "" },
        { sku: "c", title: "C" },
      ])
      expect([answer.status, answer.error?.code]).toEqual([422, "NITRO_VALIDATION"])
      expect(paths(answer)).toEqual(["items.1.title"])
      expect(await Product.count()).toBe(0)
    })

    it("names the faults of all rows at once", async () => {
      const answer = await create([
        { sku: "", title: "" },
        { sku: "b", title: "B", titel: "B" },
        "C",
        { sku: "d", title: "D", price: -1, colour: "red", __proto__: null },
      ])
      expect(answer.status).toBe(422)
      expect(paths(answer)).toEqual([
        "items.0.sku",
        "items.0.title",
        "items.1.titel",
        "items.2",
        "items.3.colour",
      ])
      expect(await Product.count()).toBe(0)
    })

    it("names every row of a hundred that are not valid", async () => {
      const answer = await create(
        Array.from({ length: 100 }, (_, n) => ({ sku: `${n}`, title: "" })),
      )
      expect(paths(answer)).toHaveLength(100)
      expect(answer.error?.message.length).toBeLessThan(4100)
    })

    it("stores nothing when the store refuses a row in the middle, and names it", async () => {
      await Product.create({ sku: "taken", title: "There" })
      const answer = await create([
        { sku: "a", title: "A" },
        { sku: "taken", title: "B" },
        { sku: "c", title: "C" },
        { sku: "c", title: "C again" },
        { sku: "e", title: "E" },
      ])
      expect([answer.status, answer.error?.code]).toEqual([409, "NITRO_DUPLICATE"])
      expect(paths(answer)).toEqual(["items.1.sku", "items.3.sku"])
      expect(await titles()).toEqual(["There"])
    })

    it("gives up the search for duplicates after some", async () => {
      await products(100)
      const answer = await create(
        Array.from({ length: 100 }, (_, n) => ({ sku: `s${n}`, title: "again" })),
      )
      expect(answer.status).toBe(409)
      expect(paths(answer)?.length).toBeGreaterThan(10)
      expect(await Product.count()).toBe(100)
    })

    it.each(["cost", "rank", "id", "createdAt", "version", "constructor"])(
      "never sets %s",
      async name => {
        const answer = await create([{ sku: "a", title: "A", [name]: 1 }])
        expect([answer.status, answer.error?.code]).toEqual([422, "NITRO_UNKNOWN_INPUT"])
        expect(paths(answer)).toEqual([`items.0.${name}`])
      },
    )

    it("refuses the name of a prototype", async () => {
      const body = '{"items":[{"sku":"a","title":"A","__proto__":{"title":"B"}}]}'
      const answer = await send("POST", "/products/bulk", body)
      expect([answer.status, paths(answer)]).toEqual([422, ["items.0.__proto__"]])
      expect(await Product.count()).toBe(0)
    })
  })

  describe("update", () => {
    it("stores the changes of all rows", async () => {
      const [a, b, c] = await products(3)
      const answer = await update([
        { id: c?.id, title: "C" },
        { id: a?.id, price: 5, since: "2026-05-01T10:00" },
      ])
      expect(answer.status).toBe(200)
      expect(answer.results?.map(({ status, id }) => [status, id])).toEqual([
        [200, c?.id],
        [200, a?.id],
      ])
      expect(answer.results?.[1]?.value).toMatchObject({ price: 5, version: 2 })
      expect(await titles()).toEqual(["Product 0", "Product 1", "C"])
      expect((await b?.reload())?.version).toBe(1)
    })

    it("names all faults, missing rows too, and stores nothing", async () => {
      const [a, b] = await products(2)
      const answer = await update([
        { id: "nowhere", title: "X" },
        { id: a?.id, title: "A" },
        { id: b?.id, title: "", price: -1, cost: 3 },
        { title: "no id" },
        { id: a?.id, title: "twice" },
        { id: { a: 1 }, title: "an object" },
      ])
      expect([answer.status, answer.error?.code]).toEqual([404, "NITRO_ENTITY_NOT_FOUND"])
      expect(paths(answer)).toEqual([
        "items.0",
        "items.2.cost",
        "items.3.id",
        "items.4.id",
        "items.5.id",
      ])
      expect(await titles()).toEqual(["Product 0", "Product 1"])
    })

    it("names every field of a row that is not valid", async () => {
      const [a, b] = await products(2)
      const answer = await update([
        { id: a?.id, title: "A" },
        { id: b?.id, title: "", price: -1 },
      ])
      expect([answer.status, answer.error?.code]).toEqual([422, "NITRO_VALIDATION"])
      expect(paths(answer)).toEqual(["items.1.title", "items.1.price"])
      expect(await titles()).toEqual(["Product 0", "Product 1"])
    })

    it("refuses a row that was saved by another request", async () => {
      const [a, b] = await products(2)
      await b?.update({ title: "newer" })
      const answer = await update([
        { id: a?.id, title: "A", version: 1 },
        { id: b?.id, title: "B", version: 1 },
      ])
      expect([answer.status, answer.error?.code]).toEqual([409, "NITRO_STALE_ENTITY"])
      expect(paths(answer)).toEqual(["items.1"])
      expect(await titles()).toEqual(["Product 0", "newer"])
      const current = await update([
        { id: a?.id, title: "A", version: 1 },
        { id: b?.id, title: "B", version: 2 },
      ])
      expect(current.status).toBe(200)
      expect(await update([{ id: a?.id, title: "A", version: "2" }])).toMatchObject({ status: 422 })
    })

    it("names a row that takes the unique value of another", async () => {
      const [a, b, c] = await products(3)
      const answer = await update([
        { id: a?.id, title: "A" },
        { id: c?.id, sku: b?.sku },
      ])
      expect([answer.status, paths(answer)]).toEqual([409, ["items.1.sku"]])
      expect(await titles()).toEqual(["Product 0", "Product 1", "Product 2"])
    })
  })

  describe("delete", () => {
    it.each([
      ["DELETE", "/products/bulk"],
      ["POST", "/products/bulk/delete"],
    ])("deletes all rows by %s %s", async (method, path) => {
      const [a, b, c] = await products(3)
      const answer = await send(method, path, { ids: [c?.id, a?.id] })
      expect(answer.status).toBe(200)
      expect(answer.results).toEqual([
        { status: 204, id: c?.id },
        { status: 204, id: a?.id },
      ])
      expect(await titles()).toEqual([b?.title])
    })

    it("takes ids from the query too, where a client sends no body", async () => {
      const [a, b, c] = await products(3)
      const response = await handle(
        new Request(`http://app.test/products/bulk?ids=${a?.id}&ids=${c?.id}`, {
          method: "DELETE",
        }),
      )
      expect(response.status).toBe(200)
      expect(await titles()).toEqual([b?.title])
    })

    it("deletes nothing when one is missing, or comes twice", async () => {
      const [a] = await products(1)
      const answer = await remove([a?.id, "nowhere", a?.id, null])
      expect([answer.status, answer.error?.code]).toEqual([404, "NITRO_ENTITY_NOT_FOUND"])
      expect(paths(answer)).toEqual(["ids.1", "ids.2", "ids.3"])
      expect(await Product.count()).toBe(1)
    })

    it("leaves the route of a single row as it was", async () => {
      const [a] = await products(1)
      const response = await handle(
        new Request(`http://app.test/products/${a?.id}`, {
          method: "DELETE",
          headers: { "content-type": "application/json" },
          body: "not JSON",
        }),
      )
      expect(response.status).toBe(204)
    })
  })

  it.each([
    ["no list", {}],
    ["a list that is none", { items: { 0: {} } }],
    ["an empty list", { items: [] }],
    ["another name", { item: [] }],
    [
      "1,001 rows",
      { items: Array.from({ length: 1001 }, (_, n) => ({ sku: `${n}`, title: "T" })) },
    ],
  ])("refuses %s", async (_, body) => {
    const answer = await send("POST", "/products/bulk", body)
    expect(answer.status).toBe(422)
    expect(answer.error?.code).toMatch(/^NITRO_(INVALID|UNKNOWN)_INPUT$/)
    expect(paths(answer)).toEqual([answer.error?.code === "NITRO_INVALID_INPUT" ? "items" : "item"])
    expect(await Product.count()).toBe(0)
  })

  it("refuses a body that is no JSON, or too large", async () => {
    expect(await send("POST", "/products/bulk", "{")).toMatchObject({ status: 400 })
    expect(await send("DELETE", "/products/bulk", "{")).toMatchObject({ status: 400 })
    expect(await send("POST", "/products/bulk", "a", { "content-type": "text/csv" })).toMatchObject(
      { status: 415 },
    )
    expect(
      await send("DELETE", "/products/bulk", `{"ids":["${"x".repeat(1024 * 1024)}"]}`),
    ).toMatchObject({ status: 413 })
  })

  it("takes the rows that the option allows", async () => {
    handle = nitro({ entities: [expose(Product, { bulk: { maxRows: 2 } })] })
    const rows = ["a", "b", "c"].map(sku => ({ sku, title: sku }))
    expect(await create(rows)).toMatchObject({ status: 422 })
    expect(await create(rows.slice(1))).toMatchObject({ status: 201 })
  })

  it("adds a few statements to those of a thousand rows, and announces each row once", async () => {
    let statements = 0
    const note = () => statements++
    const changes: string[] = []
    const cost = async (run: () => Promise<Answer>) => {
      statements = 0
      expect((await run()).results).toHaveLength(1000)
      return statements
    }
    const stop = observeChanges(({ op }) => changes.push(op))
    const rows = Array.from({ length: 1000 }, (_, n) => ({ sku: `s${n}`, title: `Product ${n}` }))
    await Product.count()
    subscribe("nitro:query:start", note)
    try {
      expect(await cost(() => create(rows))).toBeLessThan(1010)
      const ids = (await Product.all()).map(({ id }) => id)
      expect(await cost(() => update(ids.map(id => ({ id, price: 9 }))))).toBeLessThan(1012)
      expect(await cost(() => remove(ids))).toBeLessThan(1014)
    } finally {
      unsubscribe("nitro:query:start", note)
      stop()
    }
    expect(await Product.count()).toBe(0)
    const times = (op: string) => changes.filter(each => each === op).length
    expect(["create", "update", "delete"].map(times)).toEqual([1000, 1000, 1000])
  })

  it("deletes a thousand rows that nothing watches in a few statements", async () => {
    const ids = (await products(1000)).map(({ id }) => id)
    let statements = 0
    const note = () => statements++
    subscribe("nitro:query:start", note)
    expect(await remove(ids)).toMatchObject({ status: 200 })
    unsubscribe("nitro:query:start", note)
    expect(statements).toBeLessThan(14)
  })

  it("announces nothing of a refused request", async () => {
    const changes: string[] = []
    await Product.create({ sku: "c", title: "C" })
    const stop = observeChanges(({ op }) => changes.push(op))
    await create(["a", "b", "c"].map(sku => ({ sku, title: sku })))
    stop()
    expect(changes).toEqual([])
  })

  it("runs a request that is sent again once", async () => {
    const headers = { "idempotency-key": "k1" }
    const first = await create([{ sku: "a", title: "A" }], headers)
    const again = await create([{ sku: "a", title: "A" }], headers)
    expect([first.status, again]).toEqual([201, first])
    const other = await create([{ sku: "b", title: "B" }], headers)
    expect(other.error?.code).toBe("NITRO_IDEMPOTENCY_MISMATCH")
    expect(await Product.count()).toBe(1)
    const [only] = await Product.all()
    const key = { "idempotency-key": "k2" }
    const deleted = await send("DELETE", "/products/bulk", { ids: [only?.id] }, key)
    expect(await send("DELETE", "/products/bulk", { ids: [only?.id] }, key)).toEqual(deleted)
    const mismatch = await send("DELETE", "/products/bulk", { ids: ["x"] }, key)
    expect(mismatch.error?.code).toBe("NITRO_IDEMPOTENCY_MISMATCH")
  })

  it("refuses what another site sends", async () => {
    const answer = await create([{ sku: "a", title: "A" }], { "sec-fetch-site": "cross-site" })
    expect([answer.status, answer.error?.code]).toEqual([403, "NITRO_CROSS_SITE"])
  })

  it("deletes the rows that are ticked in a form", async () => {
    const [a, b, c] = await products(3)
    const response = await handle(
      new Request("http://app.test/products/bulk/delete", {
        method: "POST",
        headers: { "content-type": "application/x-www-form-urlencoded", accept: "text/html" },
        body: `ids=${a?.id}&ids=${c?.id}`,
      }),
    )
    expect(response.status).toBe(303)
    expect(await titles()).toEqual([b?.title])
  })

  it("runs middleware around the write, behind the rule and the checks", async () => {
    const runs: unknown[] = []
    handle = nitro({
      entities: [expose(Product, { bulk: true, allow: ({ input }) => input["title"] !== "no" })],
      middleware: [
        async ({ route, input }, next) => {
          runs.push([route.name, input])
          const result = await next()
          if (JSON.stringify(input).includes("later")) throw new Refusal("Too late.")
          return result
        },
      ],
    })
    const row = (title: string) => ({ sku: title, title })
    expect((await create([row("yes")])).status).toBe(201)
    expect(runs).toEqual([["Product.bulkCreate", { items: [row("yes")] }]])
    expect((await create([row("a"), row("no")])).status).toBe(403)
    expect((await create([row("a"), row("")])).status).toBe(422)
    expect(runs).toHaveLength(1)
    expect((await create([row("later")])).status).toBe(409)
    expect(await titles()).toEqual(["yes"])
  })

  it("does not name a hidden field that keeps a row from being valid", async () => {
    class Account extends Entity("Account", {
      name: z.string(),
      pin: field(z.string(), { hidden: true }),
    }) {
      static store = store
    }
    const errors = vi.spyOn(console, "error").mockImplementation(() => {})
    handle = nitro({ entities: [expose(Account, { bulk: true })] })
    const answer = await send("POST", "/accounts/bulk", { items: [{ name: "ann" }] })
    expect(answer.status).toBe(500)
    expect(JSON.stringify(answer)).not.toContain("pin")
    const both = await send("POST", "/accounts/bulk", { items: [{ name: 1 }] })
    expect([both.status, paths(both)]).toEqual([422, ["items.0.name"]])
    expect(JSON.stringify(both)).not.toContain("pin")
    errors.mockRestore()
  })

  describe("allow", () => {
    type Rule = NonNullable<ExposeOptions<typeof Product>["allow"]>
    const allowing = (allow: Rule) => {
      handle = nitro({
        user: request => ({ name: request.headers.get("x-user") ?? "" }) as never,
        entities: [expose(Product, { bulk: true, allow })],
      })
    }
    const as = (name: string) => ({ "x-user": name })
    const nameOf = (user: unknown) => (user as { name: string }).name

    it("is called for the bulk operation before the body is read", async () => {
      const operations: string[] = []
      allowing(({ operation }) => {
        operations.push(operation)
        return false
      })
      for (const [method, path] of [
        ["POST", "/products/bulk"],
        ["PATCH", "/products/bulk"],
        ["DELETE", "/products/bulk"],
        ["POST", "/products/bulk/delete"],
      ] as const)
        expect(await send(method, path, "{")).toMatchObject({ status: 403 })
      expect(operations).toEqual(["bulkCreate", "bulkUpdate", "bulkDelete", "bulkDelete"])
    })

    it("has to let each row through, by its target", async () => {
      const [a, b] = await products(2)
      await b?.update({ owner: "bob" })
      allowing(({ target, user }) => target?.owner === nameOf(user))
      const items = [
        { id: a?.id, title: "A" },
        { id: b?.id, title: "B" },
      ]
      const refused = await update(items, as("ann"))
      expect([refused.status, refused.error?.code]).toEqual([403, "NITRO_FORBIDDEN"])
      expect(paths(refused)).toEqual(["items.1"])
      expect(await update(items.slice(0, 1), as("ann"))).toMatchObject({ status: 200 })
      const ids = { ids: [a?.id, b?.id] }
      expect(await send("DELETE", "/products/bulk", ids, as("ann"))).toMatchObject({ status: 403 })
      expect(await send("DELETE", "/products/bulk", { ids: [b?.id] }, as("bob"))).toMatchObject({
        status: 200,
      })
      expect(await titles()).toEqual(["A"])
    })

    it("shows a client that it refuses neither which ids exist nor other faults", async () => {
      const [a] = await products(1)
      allowing(({ target, user }) => target?.owner === nameOf(user))
      const there = await update([{ id: a?.id, title: "", nothing: 1 }], as("eve"))
      const nowhere = await update([{ id: "nowhere", title: "", nothing: 1 }], as("eve"))
      expect(there).toEqual(nowhere)
      expect(there.status).toBe(403)
    })

    it.each<[string, Rule]>([
      ["refuses the single operation", ({ operation }) => operation !== "update"],
      ["refuses the bulk operation", ({ operation }) => operation !== "bulkUpdate"],
      [
        "looks at the target first",
        ({ operation, target }) => target !== null && operation !== "bulkUpdate",
      ],
      [
        "refuses the input of a row",
        ({ operation, input }) => operation !== "update" || input["price"] !== 5,
      ],
      [
        "throws",
        ({ operation }) => {
          if (operation === "update") throw new Refusal("no", { status: 403 })
          return true
        },
      ],
    ])("refuses all where it %s", async (_, allow) => {
      const [a, b] = await products(2)
      allowing(allow)
      const answer = await update([
        { id: a?.id, price: 4 },
        { id: b?.id, price: 5 },
      ])
      expect(answer.status).toBe(403)
      expect((await a?.reload())?.price).toBe(1)
    })

    it("sees the input of each new row", async () => {
      allowing(
        ({ operation, input, user }) =>
          operation === "bulkCreate" || input["owner"] === nameOf(user),
      )
      const mine = { sku: "a", title: "A", owner: "ann" }
      const theirs = { sku: "b", title: "B", owner: "bob" }
      const refused = await create([mine, theirs], as("ann"))
      expect([refused.status, paths(refused)]).toEqual([403, ["items.1"]])
      expect(await create([mine], as("ann"))).toMatchObject({ status: 201 })
    })

    it("is called twice where it looks at no row", async () => {
      const rule = vi.fn((_: unknown) => true)
      allowing(rule)
      await create(Array.from({ length: 50 }, (_, n) => ({ sku: `${n}`, title: "T" })))
      expect(rule.mock.calls.length).toBeLessThan(4)
    })
  })

  it("leaves rows outside of the scopes of its request alone", async () => {
    const [a, b] = await products(2)
    await b?.update({ owner: "bob" })
    const scopes = [scope(Product, { owner: "ann" })]
    const within = <T>(run: () => Promise<T>) => withScopes(scopes, run)
    const missing = await within(() =>
      update([
        { id: a?.id, title: "A" },
        { id: b?.id, title: "B" },
      ]),
    )
    expect([missing.status, paths(missing)]).toEqual([404, ["items.1"]])
    const deleted = await within(() => remove([a?.id, b?.id]))
    expect([deleted.status, paths(deleted)]).toEqual([404, ["ids.1"]])
    const given = await within(() => update([{ id: a?.id, owner: "bob" }]))
    expect([given.status, given.error?.code, paths(given)]).toEqual([
      403,
      "NITRO_SCOPE",
      ["items.0"],
    ])
    const created = await within(() =>
      create([
        { sku: "x", title: "X" },
        { sku: "y", title: "Y", owner: "bob" },
      ]),
    )
    expect([created.status, paths(created)]).toEqual([403, ["items.1"]])
    expect(await titles()).toEqual(["Product 0", "Product 1"])
  })

  it("deletes no row that a scope keeps", async () => {
    const [a, b] = await products(2)
    await b?.update({ owner: "bob" })
    const kept = await withScopes([scope(Product, { owner: "ann" }, ["delete"])], () =>
      remove([a?.id, b?.id]),
    )
    expect([kept.status, kept.error?.code, paths(kept)]).toEqual([403, "NITRO_SCOPE", ["ids.1"]])
    expect(await Product.count()).toBe(2)
  })

  it("runs hooks, and names the row that one refuses", async () => {
    const saved: string[] = []
    class Task extends Entity("Task", { text: z.string() }) {
      static store = store
      beforeSave() {
        if (this.text === "no") throw new Refusal("Not this one.", { field: "text", status: 400 })
      }
      afterSave() {
        saved.push(this.text)
      }
      beforeDelete() {
        if (this.text === "kept") throw new Refusal("Kept.")
      }
    }
    handle = nitro({ entities: [expose(Task, { bulk: true })] })
    const good = await send("POST", "/tasks/bulk", { items: [{ text: "a" }, { text: "kept" }] })
    expect([good.status, saved]).toEqual([201, ["a", "kept"]])
    const items = [{ text: "b" }, { text: "no" }]
    const bad = await send("POST", "/tasks/bulk", { items })
    expect([bad.status, paths(bad)]).toEqual([400, ["items.1.text"]])
    const ids = good.results?.map(({ id }) => id)
    const kept = await send("DELETE", "/tasks/bulk", { ids })
    expect([kept.status, paths(kept)]).toEqual([409, ["ids.1"]])
    expect(await Task.count()).toBe(2)
  })

  it("writes by the methods of a class that has its own", async () => {
    class Memo extends Entity("Memo", { text: z.string(), slug: z.string() }) {
      static store = store
      override async update(data: never) {
        if (this.slug === "locked") throw new Refusal("Locked.")
        return super.update(data)
      }
    }
    const inherited = Memo.create.bind(Memo)
    Object.assign(Memo, {
      create: ({ text }: { text: string }) => inherited({ text, slug: text.toLowerCase() }),
    })
    handle = nitro({ entities: [expose(Memo, { bulk: true })] })
    const made = await send("POST", "/memos/bulk", {
      items: [{ text: "Locked" }, { text: "Open" }],
    })
    expect(made.results?.map(({ value }) => value?.["slug"])).toEqual(["locked", "open"])
    const [locked, open] = made.results?.map(({ id }) => id) ?? []
    const items = [
      { id: open, text: "o" },
      { id: locked, text: "l" },
    ]
    const refused = await send("PATCH", "/memos/bulk", { items })
    expect([refused.status, paths(refused)]).toEqual([409, ["items.1"]])
    expect(await Memo.count({ text: "o" })).toBe(0)
  })

  it("deletes rows that go along with another one", async () => {
    class Folder extends Entity("Folder", {
      name: z.string(),
      parentId: ref("Folder", { onDelete: "cascade" }).nullable().default(null),
    }) {
      static store = store
    }
    handle = nitro({ entities: [expose(Folder, { bulk: true })] })
    const top = await Folder.create({ name: "top" })
    const inner = await Folder.create({ name: "inner", parentId: top.id })
    const answer = await send("DELETE", "/folders/bulk", { ids: [top.id, inner.id] })
    expect([answer.status, await Folder.count()]).toEqual([200, 0])
  })

  it("refuses references that lead to nothing", async () => {
    class Owner extends Entity("Owner", { name: z.string() }) {
      static store = store
    }
    class Pet extends Entity("Pet", { ownerId: ref("Owner") }) {
      static store = store
    }
    handle = nitro({ entities: [expose(Pet, { bulk: true }), Owner] })
    const { id } = await Owner.create({ name: "ann" })
    const items = [{ ownerId: id }, { ownerId: "nowhere" }]
    const answer = await send("POST", "/pets/bulk", { items })
    expect([answer.status, answer.error?.code]).toEqual([409, "NITRO_REFERENCE"])
    expect(await Pet.count()).toBe(0)
  })

  it("knows ids of several fields", async () => {
    class Seat extends Entity(
      "Seat",
      { hall: z.string(), place: z.int(), taken: z.boolean().default(false) },
      { id: ["hall", "place"] },
    ) {
      static store = store
    }
    handle = nitro({ entities: [expose(Seat, { bulk: true })] })
    const items = Array.from({ length: 1000 }, (_, place) => ({ hall: "a", place }))
    const made = await send("POST", "/seats/bulk", { items })
    const ids = made.results?.map(({ id }) => id) ?? []
    const changed = await send("PATCH", "/seats/bulk", {
      items: ids.map(id => ({ id, taken: true })),
    })
    expect([changed.status, await Seat.count({ taken: true })]).toEqual([200, 1000])
    expect((await send("DELETE", "/seats/bulk", { ids })).status).toBe(200)
    expect(await Seat.count()).toBe(0)
  })
})

describe("the option bulk", () => {
  class Note extends Entity("Note", { text: z.string() }) {
    static {
      action(this, "bulkRate")
    }
    static bulkRate() {
      return "rated"
    }
  }
  const bulkPaths = (options: ExposeOptions<typeof Note>) =>
    nitro({ entities: [expose(Note, options)] })
      .routes.filter(({ operation }) => /^bulk[CUD]/.test(operation))
      .map(
        ({ method, path, operation, isTwin }) =>
          `${method} ${path} ${operation}${isTwin ? " twin" : ""}`,
      )

  it("is off by default, and adds routes for what crud lists", () => {
    expect(bulkPaths({})).toEqual([])
    expect(bulkPaths({ bulk: false })).toEqual([])
    expect(bulkPaths({ bulk: true })).toEqual([
      "POST /notes/bulk bulkCreate",
      "PATCH /notes/bulk bulkUpdate",
      "DELETE /notes/bulk bulkDelete",
      "POST /notes/bulk/delete bulkDelete twin",
    ])
    expect(bulkPaths({ bulk: true, crud: ["list", "update"] })).toEqual([
      "PATCH /notes/bulk bulkUpdate",
    ])
  })

  it("describes the rows in the routes of the app", () => {
    const { routes } = nitro({ entities: [expose(Note, { bulk: { maxRows: 3 } })] })
    const { input } = routes.find(({ operation }) => operation === "bulkUpdate") ?? {}
    expect(input?.["items"]?.safeParse([{ id: "a", text: "b" }]).success).toBe(true)
    expect(input?.["items"]?.safeParse([{ text: "b" }]).success).toBe(false)
    expect(input?.["items"]?.safeParse([1, 2, 3, 4].map(id => ({ id }))).success).toBe(false)
  })

  it("is refused where it is misspelt or adds nothing", () => {
    const wrong = (options: object) => () => expose(Note, options)
    expect(wrong({ bulks: true })).toThrow(expect.objectContaining({ fix: 'Did you mean "bulk"?' }))
    expect(wrong({ bulk: { maxrows: 1 } })).toThrow(/no option "maxrows"/)
    expect(wrong({ bulk: { maxRows: 0 } })).toThrow(/maxRows .* is 0/)
    expect(wrong({ bulk: "yes" })).toThrow(/neither true, false nor an object/)
    expect(wrong({ bulk: true, crud: ["list"] })).toThrow(/adds no route/)
  })

  it("leaves a row whose id is bulk to the routes that have no other", async () => {
    class Word extends Entity("Word", { id: z.string(), text: z.string() }) {}
    const handle = nitro({ entities: [expose(Word, { bulk: true })] })
    await Word.create({ id: "bulk", text: "a" })
    const send = (method: string, path: string, body?: object) =>
      handle(
        new Request(`http://app.test${path}`, {
          method,
          headers: { "content-type": "application/json" },
          ...(body && { body: JSON.stringify(body) }),
        }),
      )
    expect((await send("GET", "/words/bulk")).status).toBe(200)
    expect((await send("PUT", "/words/bulk", { text: "b" })).status).toBe(200)
    expect((await send("DELETE", "/words/bulk")).status).toBe(422)
    expect(await Word.count({ text: "b" })).toBe(1)
  })

  it("needs a store with transactions", async () => {
    class Item extends Entity("Item", { text: z.string() }) {
      static store = new MapStore()
    }
    const errors = vi.spyOn(console, "error").mockImplementation(() => {})
    const handle = nitro({ entities: [expose(Item, { bulk: true })] })
    const response = await handle(
      new Request("http://app.test/items/bulk", {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: '{"items":[{"text":"a"}]}',
      }),
    )
    expect(response.status).toBe(500)
    expect(await Item.count()).toBe(0)
    vi.stubEnv("NODE_ENV", "production")
    const ready = nitro({ entities: [expose(Item, { bulk: true })], secret: "x".repeat(32) }).ready
    await expect(ready).rejects.toThrow(/lacks the capability "transactions"/)
    vi.unstubAllEnvs()
    errors.mockRestore()
  })
})

afterEach(() => vi.restoreAllMocks())

it.each(Object.keys(stores))(
  "names the faulty rows of a class with a hidden field items, in %s",
  async kind => {
    const store = (stores[kind] as () => Store)()
    class Cart extends Entity("Cart", {
      name: z.string().min(1),
      items: field(z.string(), { hidden: true }).default(""),
    }) {
      static store = store
    }
    const handle = nitro({ entities: [expose(Cart, { bulk: true, allow: () => true })] })
    const response = await handle(
      new Request("http://app.test/carts/bulk", {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ items: [{ name: "" }] }),
      }),
    )
    expect(response.status).toBe(422)
    expect(await response.json()).toMatchObject({ error: { issues: [{ path: "items.0.name" }] } })
  },
)

it.each(Object.keys(stores))(
  "refuses If-Match, and calls a slow rule for rows side by side, in %s",
  async kind => {
    const store = (stores[kind] as () => Store)()
    class Doc extends Entity("Doc", { a: z.string().default("") }) {
      static store = store
    }
    let running = 0
    let most = 0
    const handle = nitro({
      entities: [
        expose(Doc, {
          bulk: true,
          allow: async ({ operation, target }) => {
            if (operation !== "update") return true
            most = Math.max(most, ++running)
            await new Promise(resolve => setTimeout(resolve, 5))
            running -= 1
            return target !== undefined
          },
        }),
      ],
    })
    const docs = await Doc.createMany(Array.from({ length: 120 }, () => ({})))
    const update = (headers: Readonly<Record<string, string>>) =>
      handle(
        new Request("http://app.test/docs/bulk", {
          method: "PATCH",
          headers: { "content-type": "application/json", ...headers },
          body: JSON.stringify({ items: docs.map(({ id }) => ({ id, a: "b" })) }),
        }),
      )
    expect((await update({ "if-match": '"x"' })).status).toBe(400)
    expect(await Doc.count({ a: "b" })).toBe(0)
    expect((await update({})).status).toBe(200)
    expect(await Doc.count({ a: "b" })).toBe(120)
    expect(most).toBe(50)
  },
)
