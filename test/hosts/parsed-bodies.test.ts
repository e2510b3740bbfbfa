// Bodies that middleware has read before nitro: each request is answered as it is without the middleware, on every host.
import { subscribe, unsubscribe } from "node:diagnostics_channel"
import { mkdtempSync } from "node:fs"
import { createServer, type IncomingMessage } from "node:http"
import { tmpdir } from "node:os"
import { join } from "node:path"
import querystring from "node:querystring"
import cookieSession from "cookie-session"
import express from "express"
import { Hono, type MiddlewareHandler } from "hono"
import { bodyLimit } from "hono/body-limit"
import multer from "multer"
import { action, expose, serve } from "nitro-ts"
import { Entity, embedded, memory, ValueObject } from "nitro-ts/entity"
import { nitro as forFetch } from "nitro-ts/fetch"
import { nitro as forHono } from "nitro-ts/hono"
import { nitro as forNode } from "nitro-ts/node"
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest"
import { z } from "zod"
import { type Host, hosts, listen } from "../support/hosts.ts"

class Address extends ValueObject("Address", { city: z.string().min(1), zip: z.int() }) {}
class Order extends Entity("Order", {
  text: z.string().min(1),
  amount: z.number().default(0),
  express: z.boolean().default(false),
  tags: z.array(z.string()).default([]),
  address: embedded(Address).nullable().default(null),
}) {
  static store = memory()
  @action({ input: { picture: z.file(), title: z.string() } })
  static async upload({ picture, title }: { picture: File; title: string }) {
    return {
      title,
      name: picture.name,
      type: picture.type,
      bytes: [...new Uint8Array(await picture.arrayBuffer())],
    }
  }
  @action({ input: { data: z.unknown() } }) static async echo({ data }: { data: unknown }) {
    return { data: data ?? null, orders: await Order.all().count() }
  }
  @action() static async nothing() {
    return { done: true }
  }
}

const options = { entities: [expose(Order)], limits: { maxBodyBytes: 64 * 1024, maxFields: 50 } }

const onExpress =
  (...middleware: express.RequestHandler[]) =>
  (): Promise<Host> => {
    const app = express()
    for (const each of middleware) app.use(each)
    app.use(forNode(options))
    return listen(createServer(app))
  }
const onHono =
  (...middleware: MiddlewareHandler[]) =>
  (): Promise<Host> => {
    const app = new Hono()
    for (const each of middleware) app.use(each)
    app.use(forHono(options))
    return serve(app, { port: 0 })
  }

async function bytesOf(req: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of req) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}
/** node:http with a reader of its own, which leaves on the request what `keep` makes of the bytes. */
const onNode = (keep: (bytes: Buffer, type: string) => object) => (): Promise<Host> => {
  const nitro = forNode(options)
  return listen(
    createServer(async (req, res) => {
      if (req.method !== "GET")
        Object.assign(req, keep(await bytesOf(req), req.headers["content-type"] ?? ""))
      nitro(req, res)
    }),
  )
}
const parsedByHand = (bytes: Buffer, type: string): unknown => {
  const text = bytes.toString()
  if (/^application\/.*json/i.test(type) && text !== "") return JSON.parse(text) as unknown
  return /urlencoded/i.test(type) ? querystring.parse(text) : text
}

const form = "application/x-www-form-urlencoded"
const limit = "10mb"
/** Only what reads the bodies of these types; each request is tried where its body is read, and where it is not. */
const starts: Readonly<Record<string, () => Promise<Host>>> = {
  "express.json": onExpress(express.json({ limit })),
  "express.json, not strict": onExpress(express.json({ limit, strict: false, type: () => true })),
  "express.urlencoded, extended": onExpress(
    express.urlencoded({ limit, extended: true, parameterLimit: 100_000 }),
  ),
  "express.urlencoded, plain": onExpress(
    express.urlencoded({ limit, extended: false, parameterLimit: 100_000 }),
  ),
  "express.text": onExpress(express.text({ limit, type: () => true })),
  "express.raw": onExpress(express.raw({ limit, type: () => true })),
  "all parsers of Express": onExpress(
    express.json({ limit }),
    express.urlencoded({ limit, extended: true, parameterLimit: 100_000 }),
    express.text({ limit }),
    multer({ limits: { fieldSize: 1e7 } }).any(),
  ),
  "multer, any": onExpress(multer().any()),
  "multer, single": onExpress(multer().single("picture")),
  "multer, fields": onExpress(multer().fields([{ name: "picture" }])),
  "cookie-session before the parsers": onExpress(
    cookieSession({ keys: ["k"] }),
    express.json({ limit }),
    express.urlencoded({ limit }),
  ),
  "c.req.json": onHono(async (c, next) => {
    await c.req.json().catch(() => undefined)
    await next()
  }),
  "c.req.text": onHono(async (c, next) => {
    if (!c.req.header("content-type")?.startsWith("multipart")) await c.req.text()
    await next()
  }),
  "c.req.parseBody": onHono(async (c, next) => {
    await c.req.parseBody({ all: true })
    await next()
  }),
  "c.req.formData": onHono(async (c, next) => {
    if (/form/.test(c.req.header("content-type") ?? "")) await c.req.formData()
    await next()
  }),
  "c.req.arrayBuffer": onHono(async (c, next) => {
    await c.req.arrayBuffer()
    await next()
  }),
  "c.req.blob": onHono(async (c, next) => {
    await c.req.blob()
    await next()
  }),
  "hono, a request made of another": onHono(async (c, next) => {
    c.req.raw = new Request(c.req.raw, { headers: { ...c.req.header(), "x-more": "1" } })
    await next()
  }),
  "hono, app.mount": () => {
    const app = new Hono()
    app.mount("/", forFetch(options) as (request: Request) => Promise<Response>)
    return serve(app, { port: 0 })
  },
  "hono/body-limit": onHono(bodyLimit({ maxSize: 1e7 })),
  "req.body as a value, as Fastify and Koa have it": onNode((bytes, type) => ({
    body: parsedByHand(bytes, type),
  })),
  "req.body as bytes": onNode(bytes => ({ body: bytes })),
  "req.rawBody": onNode(bytes => ({ rawBody: bytes })),
  "req.rawBody as text": onNode(bytes => ({ rawBody: bytes.toString() })),
}

interface Sent {
  readonly path?: string
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body: string
  /** How many times it is sent. */
  readonly times?: number
}
const json = (value: unknown, more: Partial<Sent> = {}): Sent => ({
  ...more,
  headers: { "content-type": "application/json", ...more.headers },
  body: typeof value === "string" ? value : JSON.stringify(value),
})
const posted = (body: string, more: Partial<Sent> = {}): Sent => ({
  ...more,
  headers: { "content-type": form, ...more.headers },
  body,
})
const boundary = "----WebKitFormBoundary7MA4YWxk"
const parts = (...list: readonly (readonly [head: string, content: string])[]): Sent => ({
  headers: { "content-type": `multipart/form-data; boundary=${boundary}` },
  body: `${list.map(([head, content]) => `--${boundary}\r\ncontent-disposition: form-data; ${head}\r\n\r\n${content}\r\n`).join("")}--${boundary}--\r\n`,
})
const field = (name: string, content: string): [string, string] => [`name="${name}"`, content]
const script = { "datastar-request": "true" }
const keyed = (key: string) => ({ "idempotency-key": key })
const nested = (depth: number): string => `{"data":${"[".repeat(depth)}${"]".repeat(depth)}}`

const requests: Readonly<Record<string, Sent | readonly Sent[]>> = {
  "JSON with a number, a list and an object": json({
    text: "a",
    amount: 1.5,
    tags: ["x", "y"],
    address: { city: "Ulm", zip: 89073 },
  }),
  "JSON of another type by its suffix": {
    ...json({ text: "a" }),
    headers: { "content-type": "application/vnd.shop+json" },
  },
  "JSON whose numbers are text": json({ text: "a", amount: "1" }),
  "JSON with an unknown name": json({ text: "a", admin: true }),
  "JSON with __proto__": json('{"text":"a","__proto__":{"amount":5}}'),
  "JSON that is a list": json([1, 2]),
  "JSON that is refused": json({ text: "" }),
  "JSON as deep as it may be": json(nested(63), { path: "/orders/echo" }),
  "JSON that is too deep": json(nested(64), { path: "/orders/echo" }),
  "JSON with as many values as it may have": json(`{"data":[${Array(2500).fill(1)}]}`, {
    path: "/orders/echo",
  }),
  "JSON with too many values": json(`{"data":[${Array(2501).fill(1)}]}`, { path: "/orders/echo" }),
  "JSON that is too large": json({ text: "x".repeat(70_000) }),
  "empty JSON": json({}, { path: "/orders/nothing" }),
  "JSON from another site": json({ text: "a" }, { headers: { origin: "http://evil.test" } }),
  "JSON of a patch": json({ amount: 4 }, { method: "PATCH", path: "/orders/ID" }),
  "the page's script": json({ text: "a", amount: 2, other: "signal" }, { headers: script }),
  "the page's script, refused": json({ text: "" }, { headers: script }),
  "a form": posted("text=a+b%26&amount=1.5&express=false&express=true&tags=&tags=x&tags=y"),
  "a form with parts": posted("text=a&address.city=Ulm&address.zip=89073"),
  "a form with a wrong part": posted("text=a&address.city=&address.zip=x"),
  "a form with one of a list": posted("text=a&tags=x"),
  "a form with an unknown name": posted("text=a&admin=1"),
  "a form with as many fields as it may have": posted(`text=a${"&tags=x".repeat(49)}`),
  "a form with too many fields": posted(`text=a${"&tags=x".repeat(50)}`),
  "a form that is too large": posted(`text=${"x".repeat(70_000)}`),
  "a form of a browser, refused": posted("text=&amount=3", { headers: { accept: "text/html" } }),
  "a form of the page's script": posted("text=a&amount=2", { headers: script }),
  "an empty form": posted("", { path: "/orders/nothing" }),
  "a form from another site": posted("text=a", { headers: { "sec-fetch-site": "cross-site" } }),
  "a multipart form": parts(
    field("text", "ä"),
    field("amount", "2"),
    field("tags", ""),
    field("tags", "x"),
    field("tags", "y"),
  ),
  "a multipart form with parts": parts(
    field("text", "a"),
    field("address.city", "Ulm"),
    field("address.zip", "1"),
  ),
  "a multipart form with too many parts": parts(
    field("text", "a"),
    ...Array<[string, string]>(50).fill(field("tags", "x")),
  ),
  "a multipart form with a file": {
    ...parts(field("title", "T"), [
      `name="picture"; filename="a.png"\r\ncontent-type: image/png`,
      "\u0001\u0002",
    ]),
    path: "/orders/upload",
  },
  "a file of an unknown name": parts(field("text", "a"), [
    `name="picture"; filename="a.png"\r\ncontent-type: image/png`,
    "\u0001",
  ]),
  "text that looks like JSON": { headers: { "content-type": "text/plain" }, body: '{"text":"a"}' },
  "a repeated key": json({ data: 1 }, { path: "/orders/echo", headers: keyed("a"), times: 2 }),
  "a repeated key of a form": posted("text=a&amount=1", { headers: keyed("b"), times: 2 }),
  "a key of another body": [
    json({ text: "a" }, { headers: keyed("c") }),
    json({ text: "b" }, { headers: keyed("c") }),
  ],
  "a key of another form": [
    posted("text=a", { headers: keyed("d") }),
    posted("text=b", { headers: keyed("d") }),
  ],
}

let host: Host
beforeEach(async () => {
  vi.spyOn(console, "error").mockImplementation(() => {})
  vi.spyOn(console, "log").mockImplementation(() => {})
  await Order.deleteWhere({}, { all: true })
})
afterEach(async () => {
  await host.close()
  vi.restoreAllMocks()
})

async function responsesOf(sent: Sent | readonly Sent[]): Promise<unknown[]> {
  const responses: unknown[] = []
  for (const { path = "/orders", method = "POST", headers = {}, body, times = 1 } of [
    sent,
  ].flat() as Sent[]) {
    for (let time = 0; time < times; time++) {
      const { id } = path.includes("ID") ? await Order.create({ text: "old" }) : { id: "" }
      const response = await fetch(host.url + path.replace("ID", String(id)), {
        method,
        headers,
        body,
        redirect: "manual",
      })
      const text = (await response.text()).replaceAll(
        /\d{10,}(?:\.\d+)?|[\da-f]{8}-[\da-f-]{27}|[\da-f]{12}|"\w+At":"[^"]*"/g,
        "…",
      )
      responses.push([
        response.status,
        response.headers.get("content-type"),
        response.headers.get("idempotent-replayed"),
        text,
      ])
    }
  }
  const orders = await Order.all()
  return [
    ...responses,
    orders.map(({ text, amount, express, tags, address }) => ({
      text,
      amount,
      express,
      tags,
      address,
    })),
  ]
}

/** A parser that takes everything for JSON refuses the rest before nitro sees it. */
const arrives = (name: string, sent: Sent): boolean =>
  name !== "express.json, not strict" || /json/.test(sent.headers?.["content-type"] ?? "")

describe.each(Object.entries(starts))("behind %s", (name, start) => {
  it.each(Object.entries(requests).filter(([, sent]) => arrives(name, [sent].flat()[0] as Sent)))(
    "%s",
    async (_, sent) => {
      host =
        await hosts[name.startsWith("c.") || name.startsWith("hono") ? "hono" : "node"](options)
      const wanted = await responsesOf(sent)
      await host.close()
      await Order.deleteWhere({}, { all: true })
      host = await start()
      expect(await responsesOf(sent)).toEqual(wanted)
    },
  )
})

/** Of one request: the status, the text, and the orders that are there afterwards. */
async function outcomeOf(sent: Sent): Promise<{ status: number; text: string; orders: unknown }> {
  const [response, orders] = await responsesOf(sent)
  const [status, , , text] = response as [number, string, string | null, string]
  return { status, text, orders }
}

describe("a body of unknown length", () => {
  const chunked = async (text: string, type: string): Promise<[number, number]> => {
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(Buffer.from(text.slice(0, 10)))
        controller.enqueue(Buffer.from(text.slice(10)))
        controller.close()
      },
    })
    const init = { method: "POST", headers: { "content-type": type }, body, duplex: "half" }
    const response = await fetch(`${host.url}/orders`, init as RequestInit)
    await response.text()
    return [response.status, await Order.all().count()]
  }

  it.each(Object.entries(starts).filter(([name]) => name !== "express.json, not strict"))(
    "has the same limit behind %s",
    async (_, start) => {
      host = await start()
      const long = "x".repeat(70_000)
      expect(await chunked(JSON.stringify({ text: long }), "application/json")).toEqual([413, 0])
      expect(await chunked(`text=${long}`, form)).toEqual([413, 0])
      expect(await chunked('{"text":"a short one"}', "application/json")).toEqual([201, 1])
      expect(await chunked("text=another+short+one", form)).toEqual([201, 2])
    },
  )
})

describe("what stands on the request", () => {
  it("is what counts, where middleware has changed it", async () => {
    host = await onExpress(express.json(), (req, _res, next) => {
      req.body = { ...(req.body as object), text: "cleaned" }
      next()
    })()
    expect(await outcomeOf(json({ text: "a", amount: 1 }))).toMatchObject({
      status: 201,
      orders: [{ text: "cleaned", amount: 1 }],
    })
  })

  it("does not count where the body is still to be read: body-parser 1 leaves an empty object there", async () => {
    host = await onExpress((req, _res, next) => {
      req.body = {}
      next()
    })()
    expect(await outcomeOf(json({ text: "a" }))).toMatchObject({
      status: 201,
      orders: [{ text: "a" }],
    })
  })

  it("takes a[b] of qs for a part, and refuses by name what leads nowhere", async () => {
    host = await onExpress(express.urlencoded({ extended: true }))()
    const created = { text: "a", tags: ["x", "y"], address: { city: "Ulm", zip: 5 } }
    const sent = posted("text=a&address[city]=Ulm&address[zip]=5&tags[]=x&tags[]=y")
    expect(await outcomeOf(sent)).toMatchObject({ status: 201, orders: [created] })
    const wrong = await outcomeOf(posted("text=a&items[0][name]=x"))
    expect(wrong).toMatchObject({ status: 422, text: expect.stringContaining("items.0.name") })
  })
})

/** Middleware that keeps nothing of what it reads, by host, and a word of the line to write there. */
const losing: Readonly<Record<string, readonly [start: () => Promise<Host>, word: string]>> = {
  "node:http": [onNode(() => ({})), "request.body"],
  Express: [
    onExpress((req, _res, next) => {
      req.resume().on("end", next)
    }),
    "request.body",
  ],
  "multer that writes files to disk": [
    onExpress(multer({ dest: mkdtempSync(join(tmpdir(), "nitro-uploads-")) }).any()),
    "memoryStorage",
  ],
  Hono: [
    onHono(async (c, next) => {
      await c.req.raw.text()
      await next()
    }),
    "c.req.json()",
  ],
  fetch: [
    () => {
      const handle = forFetch(options)
      return serve(
        {
          fetch: async request => {
            await request.text()
            return handle(request)
          },
        },
        { port: 0 },
      )
    },
    "request.clone()",
  ],
}

describe("a body that was read and not kept", () => {
  let reports: { readonly error: { readonly code?: string; readonly fix?: string } }[] = []
  const report = (message: unknown): void => void reports.push(message as (typeof reports)[number])
  beforeEach(() => {
    reports = []
    subscribe("nitro:error", report)
  })
  afterEach(() => unsubscribe("nitro:error", report))

  it.each(Object.entries(losing))(
    "is an error of the server under %s, and the report names the line to write",
    async (_, [start, word]) => {
      host = await start()
      const { status, text, orders } = await outcomeOf(
        requests["a multipart form with a file"] as Sent,
      )
      expect([status, orders]).toEqual([500, []])
      expect(text).not.toContain("NITRO_BODY_LOST")
      expect(reports.map(({ error }) => [error.code, error.fix])).toEqual([
        ["NITRO_BODY_LOST", expect.stringContaining(word)],
      ])
    },
  )

  it("needs no body where none was sent", async () => {
    host = await (losing["Express"] as (typeof losing)[string])[0]()
    expect(await outcomeOf({ path: "/orders/nothing", body: "", headers: {} })).toMatchObject({
      status: 200,
    })
  })
})
