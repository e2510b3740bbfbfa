// The whole of an app over fetch: CRUD, actions, three kinds of clients, refusals.

import { subscribe, unsubscribe } from "node:diagnostics_channel"
import { gunzipSync } from "node:zlib"
import { action, call, expose, respond } from "nitro-ts/actions"
import { Entity, memory } from "nitro-ts/entity"
import { type NitroHandler, nitro } from "nitro-ts/fetch"
import { html, Page } from "nitro-ts/html"
import { beforeEach, describe, expect, it } from "vitest"
import { z } from "zod"
import { errorSignal, formSignal } from "../actions/contract/form-keys.ts"

function makeApp(options: Partial<Parameters<typeof nitro>[0]> = {}) {
  class Product extends Entity(
    "Product",
    {
      name: z.string().min(1).max(20),
      price: z.number().nonnegative(),
      stock: z.int().default(0),
      secret: z.string().default(""),
    },
    { timestamps: true, guarded: ["secret"] },
  ) {
    static store = memory()
    @action({ input: { quantity: z.int().positive() } }) restock({
      quantity,
    }: {
      quantity: number
    }) {
      this.stock += quantity
    }
    @action() sellOut() {
      this.stock = 0
      return html`<p id="sold">sold</p>`
    }
    @action() breaks() {
      throw new Error("password=hunter2")
    }
    @action() async *steps() {
      yield html`<p id="step">one</p>`
      yield html`<p id="step">two</p>`
    }
    @action({ method: "GET" }) static async cheapest() {
      return Product.where().orderBy("price").first()
    }
    @action() static async failAfterCreate() {
      await Product.create({ name: "ghost", price: 1 })
      throw new Error("no")
    }
    hidden() {
      this.stock = -1
    }
  }
  return { Product, handle: nitro({ entities: [expose(Product)], ...options }) }
}

let Product: ReturnType<typeof makeApp>["Product"]
let handle: NitroHandler
beforeEach(() => {
  ;({ Product, handle } = makeApp())
})

const origin = "http://shop.test"
const json = { "content-type": "application/json" }
const form = {
  "content-type": "application/x-www-form-urlencoded",
  accept: "text/html",
  host: "shop.test",
  referer: `${origin}/products?page=2`,
}
const send = (
  method: string,
  path: string,
  body?: string,
  headers: Record<string, string> = json,
) =>
  handle(new Request(origin + path, { method, headers, ...(body === undefined ? {} : { body }) }))
const productForm = "product_create"
const signalsOf = (text: string) =>
  JSON.parse(text.slice(text.indexOf("signals ") + 8)) as Record<string, unknown>
const datastar = { ...json, "datastar-request": "true" }

describe("CRUD for programs", () => {
  it("creates, reads, lists, changes and deletes", async () => {
    const created = await send("POST", "/products", '{"name":"Desk","price":99}')
    expect(created.status).toBe(201)
    const desk = (await created.json()) as { id: string }
    expect(desk).toMatchObject({ name: "Desk", price: 99, stock: 0 })
    expect(await (await send("GET", `/products/${desk.id}`)).json()).toMatchObject({ name: "Desk" })
    expect(
      await (await send("PATCH", `/products/${desk.id}`, '{"price":80}')).json(),
    ).toMatchObject({ name: "Desk", price: 80 })
    expect(await (await send("PUT", `/products/${desk.id}`, '{"stock":3}')).json()).toMatchObject({
      stock: 3,
    })
    expect(await (await send("GET", "/products")).json()).toHaveLength(1)
    expect((await send("DELETE", `/products/${desk.id}`)).status).toBe(204)
    expect((await send("GET", `/products/${desk.id}`)).status).toBe(404)
  })

  it("filters, sorts and pages a list by the query", async () => {
    for (const [name, price] of [
      ["a", 3],
      ["b", 1],
      ["c", 2],
      ["d", 2],
    ] as const)
      await Product.create({ name, price })
    const names = async (query: string) =>
      ((await (await send("GET", `/products${query}`)).json()) as { name: string }[]).map(
        p => p.name,
      )
    expect(await names("?sort=-price,name")).toEqual(["a", "c", "d", "b"])
    expect(await names("?price=2&sort=name")).toEqual(["c", "d"])
    expect(await names("?price=1&price=3&sort=name")).toEqual(["a", "b"])
    expect(await names("?sort=name&limit=2&offset=1")).toEqual(["b", "c"])
  })

  it.each([
    ["?nope=1", 400],
    ["?limit=-1", 400],
    ["?limit=1e9", 400],
    ["?sort=nope", 400],
    ["?sort=name,-name", 400],
    ["?price=abc", 400],
    ["?price=0x10", 400],
    ["?stock=", 400],
    ["?createdAt=yesterday", 400],
    ["?limit=1&limit=2", 400],
  ])("refuses a list with %s", async (query, status) => {
    expect((await send("GET", `/products${query}`)).status).toBe(status)
  })

  it("names every wrong field of a refused create", async () => {
    const response = await send("POST", "/products", '{"name":"","price":-1}')
    expect(response.status).toBe(422)
    const { error } = (await response.json()) as {
      error: { code: string; issues: { path: string }[] }
    }
    expect(error.code).toBe("NITRO_VALIDATION")
    expect(error.issues.map(issue => issue.path).sort()).toEqual(["name", "price"])
  })

  it.each(["nmae", "id", "createdAt", "secret", "__proto__"])(
    "refuses the name %s, which input may not set",
    async name => {
      const response = await send("POST", "/products", `{"name":"Desk","price":1,"${name}":"x"}`)
      expect(response.status).toBe(422)
      expect(await response.json()).toMatchObject({ error: { code: "NITRO_UNKNOWN_INPUT" } })
      expect(await Product.count()).toBe(0)
    },
  )
})

describe("actions", () => {
  it("run with validated input, and save what they changed", async () => {
    const desk = await Product.create({ name: "Desk", price: 99 })
    expect((await send("POST", `/products/${desk.id}/restock`, '{"quantity":5}')).status).toBe(204)
    expect((await send("POST", `/products/${desk.id}/restock?quantity=2`)).status).toBe(204)
    expect((await Product.require(desk.id)).stock).toBe(7)
  })

  it.each(['{"quantity":"abc"}', '{"quantity":-1}', "{}", '{"quantity":1,"price":0}'])(
    "refuse %s before they run",
    async body => {
      const desk = await Product.create({ name: "Desk", price: 99 })
      const response = await send("POST", `/products/${desk.id}/restock`, body)
      expect(response.status).toBe(422)
      expect((await Product.require(desk.id)).stock).toBe(0)
    },
  )

  it("are found by the class, answer a value as JSON, and a generator as a list", async () => {
    await Product.create({ name: "Desk", price: 99 })
    const lamp = await Product.create({ name: "Lamp", price: 9 })
    expect(await (await send("GET", "/products/cheapest")).json()).toMatchObject({ id: lamp.id })
    expect(await (await send("POST", `/products/${lamp.id}/steps`)).json()).toEqual({
      result: ['<p id="step">one</p>', '<p id="step">two</p>'],
    })
  })

  it("never run by a GET, an unknown name or an unmarked method", async () => {
    const desk = await Product.create({ name: "Desk", price: 99, stock: 4 })
    const get = await send("GET", `/products/${desk.id}/sell-out`)
    expect(get.status).toBe(405)
    expect(get.headers.get("allow")).toBe("POST")
    for (const name of ["hidden", "save", "constructor", "toString", "nope", "__proto__"]) {
      expect((await send("POST", `/products/${desk.id}/${name}`)).status).toBe(404)
    }
    expect((await Product.require(desk.id)).stock).toBe(4)
    expect((await send("POST", "/products/unknown/sell-out")).status).toBe(404)
  })

  it("show nothing of an error inside them, and report it", async () => {
    const reported: unknown[] = []
    const listen = (message: unknown) => reported.push(message)
    subscribe("nitro:error", listen)
    const desk = await Product.create({ name: "Desk", price: 99 })
    const response = await send("POST", `/products/${desk.id}/breaks`)
    unsubscribe("nitro:error", listen)
    expect(response.status).toBe(500)
    expect(await response.text()).not.toContain("hunter2")
    expect(reported).toMatchObject([{ where: "Product.breaks" }])
  })

  it("undo everything when they fail", async () => {
    const quiet = () => undefined
    subscribe("nitro:error", quiet)
    expect((await send("POST", "/products/fail-after-create")).status).toBe(500)
    unsubscribe("nitro:error", quiet)
    expect(await Product.count()).toBe(0)
  })
})

describe("hooks that write", () => {
  it("are undone with the write they belong to", async () => {
    const store = memory()
    class Entry extends Entity("Entry", { text: z.string() }) {
      static store = store
    }
    class Note extends Entity("Note", { text: z.string() }) {
      static store = store
      async beforeCreate() {
        await Entry.create({ text: `about to add ${this.text}` })
      }
      afterSave() {
        if (this.text === "bad") throw new Error("no")
      }
    }
    const app = nitro({ entities: [expose(Note)] })
    const post = (text: string) =>
      app(
        new Request(`${origin}/notes`, {
          method: "POST",
          headers: json,
          body: JSON.stringify({ text }),
        }),
      )
    const quiet = () => undefined
    subscribe("nitro:error", quiet)
    expect((await post("bad")).status).toBe(500)
    unsubscribe("nitro:error", quiet)
    expect([await Note.count(), await Entry.count()]).toEqual([0, 0])
    expect((await post("good")).status).toBe(201)
    expect([await Note.count(), await Entry.count()]).toEqual([1, 1])
  })
})

describe("a page's script", () => {
  it("gets patches, or 204 where there is nothing to patch", async () => {
    const desk = await Product.create({ name: "Desk", price: 99 })
    const patched = await send("POST", `/products/${desk.id}/sell-out`, "{}", datastar)
    expect(patched.headers.get("content-type")).toContain("text/event-stream")
    expect(await patched.text()).toBe(
      'event: datastar-patch-elements\ndata: elements <p id="sold">sold</p>\n\n',
    )
    expect(
      (
        await send(
          "POST",
          `/products/${desk.id}/restock`,
          '{"quantity":1,"another_signal":true}',
          datastar,
        )
      ).status,
    ).toBe(204)
    expect(
      await (await send("POST", `/products/${desk.id}/steps`, "{}", datastar)).text(),
    ).toContain('<p id="step">two</p>')
  })

  it("gets the messages of a refused form as signals of that form", async () => {
    const response = await send("POST", "/products", "name=&price=abc", {
      ...form,
      "datastar-request": "true",
    })
    expect(response.status).toBe(200)
    const signals = signalsOf(await response.text())
    expect(signals[errorSignal(productForm, "name")]).toMatch(/./)
    expect(signals[errorSignal(productForm, "price")]).toMatch(/./)
    expect(Object.keys(signals)).not.toContain(formSignal(productForm))
  })

  it("is notified when a form succeeded, with its messages cleared", async () => {
    const response = await send("POST", "/products", "name=Desk&price=9.5", {
      ...form,
      "datastar-request": "true",
    })
    expect(signalsOf(await response.text())).toEqual({
      _alert: "",
      [formSignal(productForm)]: expect.any(Number),
      [errorSignal(productForm, "name")]: "",
      [errorSignal(productForm, "price")]: "",
    })
    expect((await Product.all())[0]).toMatchObject({ name: "Desk", price: 9.5 })
  })

  it("gets what belongs to no field as the page's alert", async () => {
    const text = await (await send("POST", "/products/nope/sell-out", "{}", datastar)).text()
    expect(signalsOf(text)).toEqual({ _alert: expect.stringContaining("nope") })
  })
})

describe("a browser without script", () => {
  it("is sent back to its page after a post", async () => {
    const response = await send("POST", "/products", "name=Desk&price=9", form)
    expect(response.status).toBe(303)
    expect(response.headers.get("location")).toBe("/products?page=2")
    const desk = (await Product.all())[0]
    expect((await send("POST", `/products/${desk?.id}/update`, "price=10", form)).status).toBe(303)
    expect((await Product.all())[0]?.price).toBe(10)
    expect((await send("POST", `/products/${desk?.id}/delete`, "", form)).status).toBe(303)
    expect(await Product.count()).toBe(0)
  })

  it.each(["http://evil.test/x", "not a url", ""])(
    "is never sent to another site (referer %j)",
    async referer => {
      const response = await send("POST", "/products", "name=Desk&price=9", { ...form, referer })
      expect(response.headers.get("location")).toBe("/")
    },
  )

  it("finds its typed values and messages on the page that follows a refusal", async () => {
    const refused = await send("POST", "/products", `name=${"x".repeat(30)}&price=9`, form)
    const cookie = refused.headers.get("set-cookie")?.split(";")[0] ?? ""
    const page = () => {
      const add = call(Product, "create")
      return respond(
        <form {...add.form}>
          <input {...add.field("name")} />
          {add.error("name")}
        </form>,
      )
    }
    const response = await handle(new Request(`${origin}/new`, { headers: { cookie } }), page)
    const text = await response.text()
    expect(text).toContain(`value="${"x".repeat(30)}"`)
    expect(text).toMatch(/role="alert"[^>]*>[^<]+</)
    expect(response.headers.get("set-cookie")).toContain("Max-Age=0")
    expect(await (await handle(new Request(`${origin}/new`), page)).text()).not.toContain("xxx")
  })
})

describe("protection", () => {
  it("refuses another site's post and changes nothing", async () => {
    const response = await send("POST", "/products", '{"name":"Desk","price":1}', {
      ...json,
      "sec-fetch-site": "cross-site",
      origin: "http://evil.test",
    })
    expect(response.status).toBe(403)
    expect(await Product.count()).toBe(0)
  })

  it("limits bodies", async () => {
    const small = makeApp({ limits: { maxBodyBytes: 100 } })
    const response = await small.handle(
      new Request(`${origin}/products`, {
        method: "POST",
        headers: json,
        body: JSON.stringify({ name: "x".repeat(200) }),
      }),
    )
    expect(response.status).toBe(413)
  })

  it("offers only what is exposed, to those who are allowed", async () => {
    const { Product } = makeApp()
    const asked: string[] = []
    const handle = nitro({
      entities: [
        expose(Product, {
          crud: ["read"],
          allow: ({ request, operation }) => {
            asked.push(operation)
            return request.headers.has("authorization")
          },
        }),
      ],
    })
    const desk = await Product.create({ name: "Desk", price: 1 })
    expect((await handle(new Request(`${origin}/products`))).status).toBe(404)
    expect((await handle(new Request(`${origin}/products/${desk.id}`))).status).toBe(403)
    expect(
      (
        await handle(
          new Request(`${origin}/products/${desk.id}`, { headers: { authorization: "x" } }),
        )
      ).status,
    ).toBe(200)
    expect(
      (await handle(new Request(`${origin}/products/${desk.id}`, { method: "DELETE" }))).status,
    ).toBe(405)
    expect(
      (await handle(new Request(`${origin}/products/${desk.id}/sell-out`, { method: "POST" })))
        .status,
    ).toBe(403)
    expect(asked).toEqual(["read", "read", "sellOut"])
  })

  it("finds two routes for one path at start-up and names both", () => {
    class One extends Entity("One", { a: z.string() }, { plural: "things" }) {
      @action({ path: "go" }) left() {}
      @action({ path: "go" }) right() {}
    }
    expect(() => nitro({ entities: [One] })).toThrow(/One\.left and One\.right/)
    class Two extends Entity("Two", { a: z.string() }, { plural: "products" }) {}
    expect(() => nitro({ entities: [expose(Product), expose(Two)] })).toThrow(
      /Product\.list and Two\.list/,
    )
  })

  it("responds to a broken path with 400, not 500", async () => {
    expect((await send("GET", "/products/%E0%A4%A")).status).toBe(400)
  })
})

describe("paths", () => {
  it("may stand under a prefix, which calls know", async () => {
    const { Product, handle } = makeApp({ basePath: "/api" })
    expect((await handle(new Request(`${origin}/products`))).status).toBe(404)
    expect((await handle(new Request(`${origin}/api/products`))).status).toBe(200)
    const response = await handle(new Request(`${origin}/x`), () =>
      respond(html`<a href="${call(Product, "list").href}">all</a>`),
    )
    expect(await response.text()).toBe('<a href="/api/products">all</a>')
  })

  it("that are not ours go to the host", async () => {
    for (const path of ["/", "/product", "/productsx", "/products/a/b/c"]) {
      expect(
        await (await handle(new Request(origin + path), () => new Response("host"))).text(),
      ).toBe("host")
    }
    expect((await handle(new Request(`${origin}/else`))).status).toBe(404)
  })

  it("take any id", async () => {
    const odd = await Product.create({ id: "a/b ü?", name: "odd", price: 1 })
    const read = call(odd, "read").href
    expect(await (await send("GET", read)).json()).toMatchObject({ name: "odd" })
  })
})

describe("assets", () => {
  it("serves the client and the stylesheet of a page, immutable under their version", async () => {
    const page = await (
      await handle(new Request(`${origin}/`), () => respond(<Page title="T">x</Page>))
    ).text()
    const urls = [...page.matchAll(/(?:src|href)="(\/_nitro\/[^"]+)"/g)].map(
      match => match[1] as string,
    )
    expect(urls.map(url => url.split("?")[0]).sort()).toEqual([
      "/_nitro/basecoat.css",
      "/_nitro/client.js",
      "/_nitro/kit.css",
      "/_nitro/kit.js",
    ])
    for (const url of urls) {
      const response = await handle(new Request(origin + url))
      expect(response.status).toBe(200)
      expect(response.headers.get("cache-control")).toContain("immutable")
      expect((await response.text()).length).toBeGreaterThan(100)
      const bare = await handle(new Request(origin + url.split("?")[0]))
      expect(bare.headers.get("cache-control")).toBe("no-cache")
      const again = await handle(
        new Request(origin + url, { headers: { "if-none-match": bare.headers.get("etag") ?? "" } }),
      )
      expect(again.status).toBe(304)
      expect(await (await handle(new Request(origin + url, { method: "HEAD" }))).text()).toBe("")
    }
    expect((await handle(new Request(`${origin}/_nitro/nope.js`))).status).toBe(404)
    expect(
      (await handle(new Request(`${origin}/_nitro/client.js`, { method: "POST" }))).status,
    ).toBe(405)
  })

  it("sends them compressed where accepted, each representation with a separate tag", async () => {
    const ask = (headers: Record<string, string>) =>
      handle(new Request(`${origin}/_nitro/basecoat.css`, { headers }))
    const packed = await ask({ "accept-encoding": "br, gzip;q=0.5" })
    expect([packed.headers.get("content-encoding"), packed.headers.get("vary")]).toEqual([
      "gzip",
      "accept-encoding",
    ])
    const bytes = Buffer.from(await packed.arrayBuffer())
    expect(bytes.length).toBeLessThan(30_000)
    const plain = await ask({ "accept-encoding": "gzip;q=0, br" })
    expect(plain.headers.get("content-encoding")).toBe(null)
    expect(gunzipSync(bytes).toString()).toBe(await plain.text())
    expect(packed.headers.get("etag")).not.toBe(plain.headers.get("etag"))
    const tag = packed.headers.get("etag") ?? ""
    expect(
      (await ask({ "accept-encoding": "gzip", "if-none-match": `"x", W/${tag}` })).status,
    ).toBe(304)
    expect((await ask({ "if-none-match": tag })).status).toBe(200)
  })
})
