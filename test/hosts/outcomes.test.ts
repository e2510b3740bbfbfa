// Status, headers and cookies that an action sets, for each kind of client, on every host by a real listener; and middleware.
import { action, Entity, expose, memory, Refusal, redirect } from "nitro-ts"
import { context, type OperationMiddleware, outcome, queuePatch } from "nitro-ts/actions"
import { plugin } from "nitro-ts/app"
import { Command, commands, createHandlers, Query, queries } from "nitro-ts/cqrs"
import { patchSignals } from "nitro-ts/datastar"
import { html } from "nitro-ts/html"
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest"
import { z } from "zod"
import { type Host, hosts } from "../support/hosts.ts"

const extra = { headers: { "X-Total": "3" }, cookies: { seen: "1", gone: undefined } }

class Sale extends Entity("Sale", { text: z.string().default("") }) {
  static store = memory()
  @action() static async begin() {
    const sale = await Sale.create({ text: "begun" })
    return outcome({ id: sale.id }, { status: 201, ...extra })
  }
  @action() static patch() {
    return outcome(html`<p id="total">3</p>`, { status: 202, ...extra })
  }
  @action() static nothing() {
    return outcome(undefined, extra)
  }
  @action() static async *steps() {
    yield html`<p id="step">one</p>`
  }
  @action() static stream() {
    return outcome(Sale.steps(), extra)
  }
  @action() static go() {
    return outcome(redirect("/there", { cookies: { own: "1" } }), extra)
  }
  @action({ input: { kind: z.string() } }) static async bad({ kind }: { kind: string }) {
    await Sale.create({ text: "bad" })
    if (kind === "status") return outcome(1, { status: 404 })
    if (kind === "type") return outcome(1, { headers: { "Content-Type": "text/html" } })
    if (kind === "cookie") return outcome(1, { headers: { "Set-Cookie": "a=1" } })
    return outcome(1, { headers: { "x-a": "1\r\nx-b: 2" } })
  }
}

class Rename extends Command("Rename", { text: z.string() }) {}
class Count extends Query("Count", { from: z.int() }) {}

const seen: string[] = []
const noted: OperationMiddleware = async ({ route, input, user }, next) => {
  seen.push(`${route.name} ${JSON.stringify(input)} ${String(user)}`)
  return await next()
}

let host: Host
beforeEach(() => {
  seen.length = 0
  vi.spyOn(console, "log").mockImplementation(() => {})
})
afterEach(async () => {
  await host.close()
  vi.restoreAllMocks()
})

const clients = {
  script: { "content-type": "application/json", "datastar-request": "true" },
  form: { "content-type": "application/x-www-form-urlencoded", accept: "text/html" },
  program: { "content-type": "application/json" },
}
const post = (path: string, client: keyof typeof clients, body = "", headers = {}) =>
  fetch(host.url + path, {
    method: "POST",
    headers: { ...clients[client], ...headers },
    body,
    redirect: "manual",
  })
const cookies = [
  "seen=1; Path=/; HttpOnly; SameSite=Lax",
  "gone=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0",
]

describe.each(Object.keys(hosts) as (keyof typeof hosts)[])("on %s", name => {
  beforeEach(async () => {
    const handlers = createHandlers()
    handlers.handle(Rename, ({ text }) => outcome({ text }, { status: 202, ...extra }))
    handlers.handle(Count, ({ from }) => from + 1)
    host = await hosts[name]({
      entities: [expose(Sale, { allow: () => true })],
      routes: [commands([Rename], { handlers }), queries([Count], { handlers })],
      user: () => "ann" as never,
      middleware: [noted],
    })
  })

  it("headers and cookies reach every client, and the status those that see one", async () => {
    const expected = { begin: [204, 303, 201], patch: [200, 303, 202], nothing: [204, 303, 204] }
    for (const [path, statuses] of Object.entries(expected)) {
      for (const [at, client] of (["script", "form", "program"] as const).entries()) {
        const response = await post(`/sales/${path}`, client)
        const label = `${path} ${client}`
        expect(response.status, label).toBe(statuses[at])
        expect(response.headers.get("x-total"), label).toBe("3")
        expect(response.headers.getSetCookie(), label).toEqual(cookies)
      }
    }
    const streamed = await post("/sales/stream", "script")
    expect([streamed.headers.get("x-total"), await streamed.text()]).toEqual([
      "3",
      expect.stringContaining("one"),
    ])
    const gone = await post("/sales/go", "program")
    expect([gone.status, gone.headers.get("location"), gone.headers.get("x-total")]).toEqual([
      303,
      "/there",
      "3",
    ])
    expect(gone.headers.getSetCookie()).toEqual([
      "own=1; Path=/; HttpOnly; SameSite=Lax",
      ...cookies,
    ])
  })

  it("those of a command too, and a response that is given again has them", async () => {
    const body = '{"text":"x"}'
    const key = { "idempotency-key": crypto.randomUUID() }
    for (const replayed of [null, "true"]) {
      const response = await post("/cmds/rename", "program", body, key)
      expect([response.status, await response.json()]).toEqual([202, { text: "x" }])
      expect(response.headers.get("x-total")).toBe("3")
      expect(response.headers.get("idempotent-replayed")).toBe(replayed)
    }
  })

  it("one pipeline sees actions, CRUD, commands and queries, with input and user", async () => {
    await post("/sales/begin", "program")
    await post("/sales", "program", '{"text":"made"}')
    await post("/cmds/rename", "program", '{"text":"x"}')
    expect(await (await fetch(`${host.url}/queries/count?from=2`)).json()).toBe(3)
    await post("/sales/none", "program")
    expect(seen).toEqual([
      "Sale.begin {} ann",
      'Sale.create {"text":"made"} ann',
      'Rename {"text":"x"} ann',
      'Count {"from":2} ann',
    ])
  })

  it("what cannot be set is refused, and what was written is taken back", async () => {
    vi.spyOn(console, "error").mockImplementation(() => {})
    const before = await Sale.count()
    for (const kind of ["status", "type", "cookie", "break"])
      expect((await post("/sales/bad", "program", JSON.stringify({ kind }))).status, kind).toBe(500)
    expect(await Sale.count()).toBe(before)
  })
})

describe("middleware", () => {
  const start = async (...middleware: OperationMiddleware[]) => {
    host = await hosts.fetch({
      entities: [expose(Sale, { allow: () => true })],
      middleware: [noted],
      plugins: middleware.map((each, at) =>
        plugin({ name: `plugin-${at}`, setup: () => ({ middleware: each }) }),
      ),
    })
  }

  it("runs inside of the unit of work: an error of it rolls the action back", async () => {
    await start(async (_, next) => {
      await next()
      throw new Error("an audit that failed")
    })
    vi.spyOn(console, "error").mockImplementation(() => {})
    const before = await Sale.count()
    expect((await post("/sales/begin", "program")).status).toBe(500)
    expect(await Sale.count()).toBe(before)
  })

  it("may respond alone, or change the result; the first listed is outermost", async () => {
    await start(
      async (_, next) => {
        const inner = await next()
        return { inner }
      },
      () => "short",
    )
    const before = await Sale.count()
    expect(await (await post("/sales/begin", "program")).json()).toEqual({ inner: "short" })
    expect([await Sale.count(), seen.length]).toEqual([before, 1])
  })

  it.each<[string, OperationMiddleware]>([
    ["called next() twice", async (_, next) => [await next(), await next()]],
    ["neither called next()", () => undefined],
  ])("that %s is an error, and nothing is written", async (text, broken) => {
    await start(broken)
    const errors: unknown[] = []
    vi.spyOn(console, "error").mockImplementation((...args) => void errors.push(args[1]))
    const before = await Sale.count()
    expect((await post("/sales/begin", "program")).status).toBe(500)
    expect(errors).toMatchObject([
      { code: "NITRO_MIDDLEWARE", message: expect.stringContaining(text) },
    ])
    expect(await Sale.count()).toBe(before)
  })

  it("is not asked before the rule has passed", async () => {
    host = await hosts.fetch({
      entities: [expose(Sale, { allow: () => false })],
      middleware: [noted],
    })
    expect((await post("/sales/begin", "program")).status).toBe(403)
    expect(seen).toEqual([])
  })
})

const typed = (text: string, type: string, headers: Record<string, string> = {}) =>
  new Response(text, { headers: { "content-type": type, ...headers } })
const responses = {
  json: () => Response.json({ n: 1 }),
  missing: () => Response.json({ n: 1 }, { headers: { "datastar-only-if-missing": "true" } }),
  markup: () =>
    typed("<li>$&</li>", "text/html", { "datastar-selector": "#list", "datastar-mode": "append" }),
  script: () => typed("go()", "text/javascript"),
  events: () => typed("event: x\n\n", "text/event-stream", { "content-length": "10" }),
  none: () => new Response(null, { status: 204 }),
}

describe("a request", () => {
  class Word extends Entity("Word", {}) {
    static store = memory()
    @action({ input: { how: z.string() } }) static say({ how }: { how: string }) {
      queuePatch(patchSignals({ unread: 3 }))
      if (how === "fail") throw new Refusal("no")
      if (how === "stream") return Word.slowly()
      if (how === "response") return redirect("/there")
      if (how in responses) return responses[how as keyof typeof responses]()
      return how === "html" ? html`<p id="said">said</p>` : undefined
    }
    static async *slowly() {
      yield html`<p id="said">said</p>`
      queuePatch(patchSignals({ late: 1 }))
    }
    @action({ method: "GET" }) static language() {
      return { locale: context().locale }
    }
  }
  const say = async (how: string, client: keyof typeof clients) =>
    (
      await post("/words/say", client, client === "form" ? `how=${how}` : JSON.stringify({ how }))
    ).text()

  it.each(Object.keys(hosts) as (keyof typeof hosts)[])(
    "sends queued patches behind those of its action, to the script alone, on %s",
    async name => {
      host = await hosts[name]({ entities: [expose(Word, { allow: () => true })] })
      expect(await say("", "script")).toContain('{"unread":3}')
      expect(await say("html", "script")).toMatch(/said[\s\S]*"unread":3/)
      expect(await say("stream", "script")).toMatch(/said[\s\S]*"unread":3[\s\S]*"late":1/)
      expect(await say("response", "script")).toMatch(/"unread":3[\s\S]*location/)
      expect(await say("fail", "script")).not.toContain("unread")
      expect(await say("", "program")).toBe("")
      expect(await say("", "form")).toBe("")
    },
  )

  it("sends queued patches ahead of what a Response of each kind does to the page", async () => {
    host = await hosts.fetch({ entities: [expose(Word, { allow: () => true })] })
    const kinds = Object.keys(responses)
    const texts = await Promise.all(kinds.map(how => say(how, "script")))
    const all = Object.fromEntries(kinds.map((how, at) => [how, texts[at]]))
    const unread = 'event: datastar-patch-signals\ndata: signals {"unread":3}\n\n'
    expect(all).toEqual({
      json: `${unread}event: datastar-patch-signals\ndata: signals {"n":1}\n\n`,
      missing: `${unread}event: datastar-patch-signals\ndata: onlyIfMissing true\ndata: signals {"n":1}\n\n`,
      markup: `${unread}event: datastar-patch-elements\ndata: selector #list\ndata: mode append\ndata: elements <li>$&</li>\n\n`,
      script: expect.stringMatching(/"unread":3[\s\S]*elements <script[^>]*>go\(\)<\/script>/),
      events: `${unread}event: x\n\n`,
      none: unread,
    })
  })

  it("has the language that the app chooses, else that of its header", async () => {
    host = await hosts.fetch({
      entities: [expose(Word, { allow: () => true })],
      locale: request => new URL(request.url).searchParams.get("lang") ?? undefined,
    })
    const ask = async (path: string) =>
      (await fetch(host.url + path, { headers: { "accept-language": "fr" } })).json()
    expect(await ask("/words/language?lang=it")).toEqual({ locale: "it" })
    expect(await ask("/words/language")).toEqual({ locale: "fr" })
  })
})
