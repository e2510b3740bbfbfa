// Return values of actions, and the response that each client gets: the page's script, a form without it, a program.
import { subscribe, unsubscribe } from "node:diagnostics_channel"
import { action, expose, type RedirectOptions, redirect, respond } from "nitro-ts/actions"
import { Command, commands, createHandlers } from "nitro-ts/cqrs"
import { patchSignals, redirectPatch } from "nitro-ts/datastar"
import { Entity, memory } from "nitro-ts/entity"
import { nitro } from "nitro-ts/fetch"
import { html } from "nitro-ts/html"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { z } from "zod"

const origin = "http://shop.test"
const clients = {
  script: { "content-type": "application/json", "datastar-request": "true" },
  "script's form": {
    "content-type": "application/x-www-form-urlencoded",
    "datastar-request": "true",
  },
  form: {
    "content-type": "application/x-www-form-urlencoded",
    accept: "text/html",
    host: "shop.test",
    referer: `${origin}/basket`,
  },
  program: { "content-type": "application/json" },
} as const
type Client = keyof typeof clients

/** The response of an action that returns `value`, and how many rows it wrote. */
async function answer(client: Client, value: () => unknown, method: "GET" | "POST" = "POST") {
  class Row extends Entity("Row", { text: z.string() }) {
    static store = memory()
    @action() static async write(): Promise<unknown> {
      await Row.create({ text: "written" })
      return value()
    }
    @action({ method: "GET" }) static read(): unknown {
      return value()
    }
  }
  const handle = nitro({ entities: [Row] })
  const response = await handle(
    new Request(`${origin}/rows/${method === "GET" ? "read" : "write"}`, {
      method,
      headers: clients[client],
    }),
  )
  const text = await response.text()
  const cookies = response.headers.getSetCookie()
  return {
    status: response.status,
    headers: response.headers,
    cookies,
    text,
    rows: await Row.count(),
  }
}

let reports: { error: Error & { code?: string; fix?: string } }[] = []
const listen = (message: unknown): void => void reports.push(message as (typeof reports)[number])
beforeEach(() => {
  reports = []
  subscribe("nitro:error", listen)
})
afterEach(() => void unsubscribe("nitro:error", listen))

const go = (text: string): string | undefined =>
  /window\.location\.href = (?:'|&#39;)(.*?)(?:'|&#39;)/.exec(text)?.[1]

describe("a redirect", () => {
  const cookies = ["theme=dark; Path=/", "seen=1; Path=/; Max-Age=60"]

  it.each(["form", "program"] as const)(
    "reaches a %s as status, address and cookies",
    async client => {
      const got = await answer(client, () => redirect("/orders?page=2", { cookies }))
      expect(got).toMatchObject({ status: 303, text: "", cookies, rows: 1 })
      expect(got.headers.get("location")).toBe("/orders?page=2")
      expect(got.headers.get("cache-control")).toBe("no-store")
    },
  )

  it.each(["script", "script's form"] as const)(
    "reaches the %s as a patch that goes there, with the cookies",
    async client => {
      const got = await answer(client, () => redirect("/orders?page=2", { cookies }))
      expect(got).toMatchObject({ status: 200, cookies, rows: 1 })
      expect(got.headers.get("content-type")).toContain("text/event-stream")
      expect(got.headers.get("location")).toBeNull()
      expect(go(got.text)).toBe("/orders?page=2")
      // Not a script element, which a policy with a nonce would block.
      expect(got.text).not.toContain("<script")
      expect(got.text.includes("_row_write")).toBe(client === "script's form")
    },
  )

  it.each([301, 302, 303, 307, 308] as const)(
    "has the status %s that the action chose",
    async status => {
      expect((await answer("form", () => redirect("/", { status }))).status).toBe(status)
      expect(go((await answer("script", () => redirect("/", { status }))).text)).toBe("/")
    },
  )

  it("may be any Response with a Location, relative to the action", async () => {
    const relative = () => new Response(null, { status: 302, headers: { location: "../orders" } })
    expect(go((await answer("script", relative)).text)).toBe("/orders")
    const absolute = () => Response.redirect("https://pay.example.org/x?y=1", 302)
    expect(go((await answer("script", absolute)).text)).toBe("https://pay.example.org/x?y=1")
    expect((await answer("form", absolute)).headers.get("location")).toBe(
      "https://pay.example.org/x?y=1",
    )
  })

  it("sets cookies by name, and deletes them", () => {
    const response = redirect("/", { cookies: { session: "a b;c", basket: undefined } })
    expect(response.headers.getSetCookie()).toEqual([
      "session=a%20b%3Bc; Path=/; HttpOnly; SameSite=Lax",
      "basket=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0",
    ])
  })

  it("goes to another site only by a URL", () => {
    expect(redirect(new URL("https://example.org/a")).headers.get("location")).toBe(
      "https://example.org/a",
    )
    expect(redirect("/a b/ü?x=ü#y").headers.get("location")).toBe("/a%20b/%C3%BC?x=%C3%BC#y")
  })

  it.each([
    "//evil.test",
    "///evil.test",
    "/\\evil.test",
    "\\\\evil.test",
    "/\t/evil.test",
    "\t//evil.test",
    "/\n/evil.test",
    "https://evil.test/",
    "javascript:alert(1)",
    "orders",
    "",
    "http://host.invalid/",
    " //evil.test",
  ])("refuses the text %j, which could lead to another site", to => {
    expect(() => redirect(to)).toThrow(expect.objectContaining({ code: "NITRO_REDIRECT_URL" }))
  })

  it.each([
    [new URL("javascript:alert(1)"), {}],
    [new URL("data:text/html,x"), {}],
    ["/", { status: 200 }],
    [undefined, {}],
  ] as unknown as [string, RedirectOptions][])("refuses %s with %j", (to, options) => {
    expect(() => redirect(to, options)).toThrow(
      expect.objectContaining({ code: "NITRO_REDIRECT_URL" }),
    )
  })

  it.each([{ "a=b": "1" }, { "": "1" }, { "a b": undefined }, ["a=1\r\nb: 2"]])(
    "refuses the cookies %j",
    cookies => {
      expect(() => redirect("/", { cookies } as RedirectOptions)).toThrow(
        expect.objectContaining({ code: "NITRO_COOKIE" }),
      )
    },
  )

  it("of a Response never runs script in the page", async () => {
    const hostile = () =>
      new Response(null, { status: 302, headers: { location: "javascript:alert(1)" } })
    for (const client of Object.keys(clients) as Client[]) {
      const got = await answer(client, hostile)
      expect(got.text).not.toContain("alert(1)")
      expect(got.headers.get("location") ?? "").not.toContain("javascript")
      expect(got.rows).toBe(0)
    }
  })

  it("cannot end the string it stands in", async () => {
    const got = await answer("script", () => redirect("/x'-alert(1)-'\"</i><b>"))
    expect(got.text).not.toContain("<b>")
    expect(go(got.text)).not.toContain("'")
  })
})

describe("a Response", () => {
  const teapot = () =>
    new Response("short and stout", {
      status: 418,
      headers: { "x-pot": "tea", "set-cookie": "tea=1" },
    })

  it.each(["form", "program"] as const)("reaches a %s as it is", async client => {
    const got = await answer(client, teapot)
    expect(got).toMatchObject({ status: 418, text: "short and stout", cookies: ["tea=1"] })
    expect(got.headers.get("x-pot")).toBe("tea")
  })

  it("with a refusal in text reaches the script as the page's message", async () => {
    const got = await answer("script", teapot)
    expect(got).toMatchObject({ status: 200, cookies: ["tea=1"] })
    expect(got.headers.get("x-pot")).toBe("tea")
    expect(got.text).toContain('"_alert":"short and stout"')
  })

  it.each([200, 422])("with HTML and status %s reaches the script as a patch", async status => {
    const got = await answer("script's form", () =>
      respond(html`<p id="a">hello</p>`, { status, headers: { "set-cookie": "a=1" } }),
    )
    expect(got).toMatchObject({ status: 200, cookies: ["a=1"] })
    expect(got.text).toContain('elements <p id="a">hello</p>')
    expect(got.text.includes("_row_write")).toBe(status === 200)
  })

  it("with a stream of events, JSON or a script reaches the script as it is", async () => {
    const json = await answer("script", () => Response.json({ n: 1 }, { status: 201 }))
    expect([json.status, json.text]).toEqual([200, '{"n":1}'])
    const events = await answer(
      "script",
      () => new Response("event: x\n\n", { headers: { "content-type": "text/event-stream" } }),
    )
    expect(events.text).toBe("event: x\n\n")
  })

  it("without a body marks the script's form as successful, and keeps its cookies", async () => {
    const done = () => new Response(null, { status: 204, headers: { "set-cookie": "done=1" } })
    const form = await answer("script's form", done)
    expect(form).toMatchObject({ status: 200, cookies: ["done=1"] })
    expect(form.text).toContain("_row_write")
    expect(await answer("script", done)).toMatchObject({ status: 204, cookies: ["done=1"] })
    expect(await answer("form", done)).toMatchObject({ status: 204, cookies: ["done=1"] })
  })

  it("is the response of a command as of an action", async () => {
    class Pay extends Command("Pay", {}) {}
    const handlers = createHandlers()
    handlers.handle(Pay, async () => redirect("/paid"))
    const handle = nitro({ routes: [commands([Pay], { handlers })] })
    const send = (client: Client) =>
      handle(new Request(`${origin}/cmds/pay`, { method: "POST", headers: clients[client] }))
    expect((await send("form")).headers.get("location")).toBe("/paid")
    expect(go(await (await send("script")).text())).toBe("/paid")
  })
})

class Plain {
  readonly a = 1
}
const read = async (): Promise<Response> => {
  const response = new Response("read")
  await response.text()
  return response
}
const cycle = (): unknown => {
  const value: Record<string, unknown> = {}
  value["self"] = value
  return value
}
const refused: readonly (readonly [string, () => unknown, RegExp])[] = [
  ["a function", () => () => 1, /a function/],
  ["a function inside", () => ({ a: [{ b() {} }] }), /a function \(the value\.a\[0\]\.b\)/],
  ["a symbol", () => Symbol("x"), /a symbol/],
  ["a class instance", () => new Plain(), /an instance of Plain/],
  ["a class instance inside", () => ({ a: new Plain() }), /Plain \(the value\.a\)/],
  ["a Map", () => new Map([["a", 1]]), /Object\.fromEntries/],
  ["a Set", () => new Set([1]), /\[\.\.\.value\]/],
  ["an iterator", () => [1].values(), /\[\.\.\.value\]/],
  ["an Error", () => new Error("x"), /an instance of Error/],
  ["a RegExp", () => /x/, /an instance of RegExp/],
  ["bytes", () => new Uint8Array(2), /new Response\(value/],
  ["a Blob", () => new Blob(["x"]), /new Response\(value/],
  ["a stream", () => new ReadableStream(), /new Response\(stream/],
  ["a promise inside", () => ({ a: Promise.resolve(1) }), /Await it/],
  ["a bigint", () => ({ a: 1n }), /String\(value\)/],
  ["a cycle", cycle, /holds itself/],
  ["HTML inside of an object", () => ({ a: html`<p>` }), /alone or in a list/],
  ["HTML and data in a list", () => [html`<p>`, { a: 1 }], /a list of HTML and of other data/],
  ["a Response inside", () => ({ a: new Response() }), /alone/],
  ["a Response in a list", () => [new Response()], /alone/],
  ["a Response that was read", read, /whose body was read already/],
  ["a failed Response", () => Response.error(), /of a failed fetch/],
]

describe.each(Object.keys(clients) as Client[])("the %s does not get", client => {
  it.each(refused)(
    "%s: nothing is written, and the error says what to return",
    async (_, value, message) => {
      const got = await answer(client, value as () => unknown)
      expect(got.rows).toBe(0)
      expect(reports.map(({ error }) => error.code)).toEqual(["NITRO_UNSENDABLE"])
      expect(reports[0]?.error.message).toMatch(message)
      expect(reports[0]?.error.message).toContain("Row.write returned")
      expect(got.text).not.toMatch(message)
    },
  )
})

it.each([
  ["a file", () => new Response("a,b", { headers: { "content-type": "text/csv" } })],
  ["plain text", () => new Response("hello")],
  [
    "a picture",
    () => new Response(new Uint8Array(2), { headers: { "content-type": "image/png" } }),
  ],
  ["a refusal in JSON", () => Response.json({ error: 1 }, { status: 409 })],
])("the script does not get %s, which a form and a program get", async (_, value) => {
  expect(await answer("script", value)).toMatchObject({ rows: 0 })
  expect(reports.map(({ error }) => error.code)).toEqual(["NITRO_UNSENDABLE"])
  for (const client of ["form", "program"] as const)
    expect(await answer(client, value)).toMatchObject({ rows: 1, status: value().status })
})

describe("a page's script that sends a GET", () => {
  it.each([
    ["an object", () => ({ a: 1 })],
    ["text", () => "hello"],
    ["a number", () => 0],
    ["true", () => true],
    ["a list", () => [1]],
  ])("does not get %s, which a program gets", async (_, value) => {
    const got = await answer("script", value, "GET")
    expect(got.status).toBe(200)
    expect(reports.map(({ error }) => error.code)).toEqual(["NITRO_UNSENDABLE"])
    expect(reports[0]?.error.message).toContain("Row.read returned data to the script of a page")
    expect(JSON.parse((await answer("program", value, "GET")).text)).toEqual(value())
  })

  it("does not get the entities of a CRUD route either", async () => {
    class Item extends Entity("Item", { text: z.string() }) {
      static store = memory()
    }
    const item = await Item.create({ text: "a" })
    const handle = nitro({ entities: [expose(Item)] })
    for (const path of ["/items", `/items/${item.id}`])
      await handle(new Request(origin + path, { headers: clients.script }))
    expect(reports.map(({ error }) => error.code)).toEqual(["NITRO_UNSENDABLE", "NITRO_UNSENDABLE"])
  })

  it.each([
    ["HTML", () => html`<p id="a">`, /elements <p id="a">/],
    ["signals", () => patchSignals({ a: 1 }), /signals {"a":1}/],
    [
      "a list of both",
      () => [html`<p id="a">`, false, [patchSignals({ a: 1 }), null]],
      /<p id="a">.*signals/s,
    ],
    ["a way to another page", () => redirectPatch("/x"), /window\.location\.href = '\/x'/],
    ["nothing", () => undefined, /^$/],
    ["null", () => null, /^$/],
    ["an empty list", () => [], /^$/],
  ])("gets %s", async (_, value, text) => {
    expect((await answer("script", value, "GET")).text).toMatch(text)
    expect(reports).toEqual([])
  })
})

describe("a generator", () => {
  it.each(Object.keys(clients) as Client[])(
    "ends for the %s at a value that cannot be sent",
    async client => {
      const generator = async function* () {
        yield html`<p id="a">a</p>`
        yield new Map()
        yield html`<p id="b">b</p>`
      }
      const got = await answer(client, generator)
      expect(got.text).not.toContain('id="b"')
      expect(reports.map(({ error }) => error.message)).toEqual([
        expect.stringMatching(/^Row\.write returned an instance of Map/),
      ])
    },
  )

  it("gives a program plain data, which is nothing to a script that posts", async () => {
    const generator = async function* () {
      yield 1
      yield { a: [null] }
    }
    expect((await answer("program", generator)).text).toBe('{"result":[1,{"a":[null]}]}')
    expect((await answer("script", generator)).text).toBe(": \n\n: \n\n")
    expect(reports).toEqual([])
  })
})
