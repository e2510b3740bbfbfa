// `context().session` of a fetch app: cookies that were changed, keys that were replaced, requests at once, expiry, a store, a kill.
import { spawn } from "node:child_process"
import { once } from "node:events"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { action, context, expose } from "nitro-ts/actions"
import { Entity, memory } from "nitro-ts/entity"
import { type NitroOptions, nitro } from "nitro-ts/fetch"
import { sqlite } from "nitro-ts/sqlite"
import { afterEach, describe, expect, it, vi } from "vitest"
import { z } from "zod"

const root = fileURLToPath(new URL("../../..", import.meta.url))
const key = "a long enough key of the app"
const other = "another long enough key, of later"

class Basket extends Entity("Basket", { note: z.string().default("") }) {
  static store = memory()
  @action({ input: { name: z.string(), value: z.any() } }) static put(input: {
    name: string
    value: unknown
  }) {
    context().session.set(input.name, input.value)
  }
  @action({ input: { name: z.string() } }) static async putLate({ name }: { name: string }) {
    const { session } = context()
    session.get(name)
    await new Promise(resolve => setTimeout(resolve, 20))
    session.set(name, true)
  }
  @action() static login() {
    context().session.set("user", "ada")
    context().session.rotate()
  }
}
const makeApp = (options: NitroOptions = {}) =>
  nitro({ secret: key, entities: [expose(Basket, { allow: () => true })], ...options })
type App = ReturnType<typeof makeApp>

const page = () => Response.json(context().session.all())

class Visitor {
  cookie = ""
  app: App
  constructor(app: App) {
    this.app = app
  }
  async send(path: string, body?: object, headers: Record<string, string> = {}) {
    const response = await this.app(
      new Request(`http://shop.test${path}`, {
        method: body === undefined ? "GET" : "POST",
        headers: { cookie: this.cookie, "content-type": "application/json", ...headers },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }),
      page,
    )
    for (const line of response.headers.getSetCookie()) this.cookie = line.split(";")[0] as string
    return response
  }
  async data(): Promise<unknown> {
    return (await this.send("/")).json()
  }
}

afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllEnvs()
})

it.each([
  "nitro-session=",
  `nitro-session=${"x".repeat(32)}`,
  `nitro-session=${"x".repeat(32)}.${"y".repeat(32)}`,
])("takes no cookie that was made up: %s", async cookie => {
  const visitor = new Visitor(makeApp())
  visitor.cookie = cookie
  expect(await visitor.data()).toEqual({})
  await visitor.send("/baskets/put", { name: "a", value: 1 })
  expect(visitor.cookie).not.toContain("xxx")
  expect(await visitor.data()).toEqual({ a: 1 })
})

it("takes no cookie of which one character was changed", async () => {
  const visitor = new Visitor(makeApp())
  await visitor.send("/baskets/put", { name: "a", value: 1 })
  const { cookie } = visitor
  for (let at = "nitro-session=".length; at < cookie.length; at += 7) {
    visitor.cookie = `${cookie.slice(0, at)}${cookie[at] === "A" ? "B" : "A"}${cookie.slice(at + 1)}`
    expect(await visitor.data()).toEqual({})
  }
})

it("outlives the replacement of the secret, and signs the cookie anew", async () => {
  const store = sqlite(":memory:")
  const visitor = new Visitor(makeApp({ sessionStore: store }))
  await visitor.send("/baskets/put", { name: "a", value: 1 })
  const old = visitor.cookie
  visitor.app = makeApp({ sessionStore: store, secret: [other, key] })
  expect(await visitor.data()).toEqual({ a: 1 })
  expect(visitor.cookie).not.toBe(old)
  visitor.app = makeApp({ sessionStore: store, secret: other })
  expect(await visitor.data()).toEqual({ a: 1 })
  visitor.cookie = old
  expect(await visitor.data()).toEqual({})
})

describe.each([
  ["memory", () => ({})],
  ["a store", () => ({ sessionStore: sqlite(":memory:") })],
])("in %s", (_, options: () => NitroOptions) => {
  it("keeps what requests at once set under different names", async () => {
    const visitor = new Visitor(makeApp(options()))
    await visitor.send("/baskets/put", { name: "first", value: 0 })
    const names = Array.from({ length: 8 }, (_, number) => `n${number}`)
    await Promise.all(names.map(name => visitor.send("/baskets/put-late", { name })))
    expect(Object.keys((await visitor.data()) as object).sort()).toEqual(["first", ...names])
  })

  it("is not brought back by a request that began before it was rotated", async () => {
    const visitor = new Visitor(makeApp(options()))
    await visitor.send("/baskets/put", { name: "a", value: 1 })
    const before = visitor.cookie
    const late = visitor.send("/baskets/put-late", { name: "late" })
    await visitor.send("/baskets/login", {})
    await late
    expect(visitor.cookie).not.toBe(before)
    expect(await visitor.data()).toEqual({ a: 1, user: "ada" })
    visitor.cookie = before
    expect(await visitor.data()).toEqual({})
  })

  it("ends after a time without use, and after its longest time in any case", async () => {
    vi.useFakeTimers({ toFake: ["Date"] })
    const app = makeApp({ ...options(), session: { idleSeconds: 100, maxSeconds: 250 } })
    const visitor = new Visitor(app)
    await visitor.send("/baskets/put", { name: "a", value: 1 })
    for (const seconds of [80, 80, 80]) {
      vi.setSystemTime(Date.now() + seconds * 1000)
      expect(await visitor.data()).toEqual({ a: 1 })
    }
    vi.setSystemTime(Date.now() + 20_000)
    expect(await visitor.data()).toEqual({})
  })

  it("is known to the rule that finds the user, and a repeated login brings its cookie again", async () => {
    const app = makeApp({
      ...options(),
      user: () => context().session.get("user"),
    })
    const visitor = new Visitor(app)
    await visitor.send("/baskets/put", { name: "a", value: 1 })
    const { cookie } = visitor
    const headers = { "idempotency-key": "login-1" }
    await visitor.send("/baskets/login", {}, headers)
    const after = visitor.cookie
    expect(after).not.toBe(cookie)
    visitor.cookie = cookie
    await visitor.send("/baskets/login", {}, headers)
    expect(visitor.cookie).toBe(after)
    const seen = await app(
      new Request("http://shop.test/", { headers: { cookie: after } }),
      () => new Response(String(context().user)),
    )
    expect(await seen.text()).toBe("ada")
  })

  it("gives copies, and refuses what JSON cannot hold or what is too much", async () => {
    const app = makeApp(options())
    const text = await app(new Request("http://shop.test/"), () => {
      const { session } = context()
      const list = [1]
      session.set("list", list)
      list.push(2)
      ;(session.get("list") as number[]).push(3)
      const refused = [undefined, () => 1, 1n, "x".repeat(70_000)].map(value => {
        try {
          session.set("bad", value)
        } catch (error) {
          return (error as { code: string }).code
        }
        return "taken"
      })
      session.set("__proto__", { polluted: true })
      return Response.json([session.get("list"), [...new Set(refused)], session.has("toString")])
    })
    expect(await text.json()).toEqual([[1], ["NITRO_SESSION_VALUE"], false])
  })
})

it("answers a form with a redirect that has the cookie", async () => {
  const response = await makeApp()(
    new Request("http://shop.test/baskets/login", {
      method: "POST",
      headers: { "content-type": "application/x-www-form-urlencoded", accept: "text/html" },
      body: "",
    }),
  )
  expect(response.status).toBe(303)
  expect(response.headers.getSetCookie().join()).toMatch(/^nitro-session=[^;]+; Path=\/; HttpOnly/)
})

it("refuses to start in production with a store and no secret, and options that are wrong", () => {
  vi.stubEnv("NODE_ENV", "production")
  vi.stubEnv("NITRO_SECRET", "")
  expect(() => nitro({ sessionStore: sqlite(":memory:") })).toThrow(/secret/)
  expect(() => makeApp({ session: { idleSeconds: 0 } })).toThrow(/idleSeconds/)
  expect(() => makeApp({ sessionStore: {} as never })).toThrow(/no store/)
})

const program = (file: string) => `
import { context } from "nitro-ts/actions"
import { nitro } from "nitro-ts/fetch"
import { sqlite } from "nitro-ts/sqlite"
const app = nitro({ secret: ${JSON.stringify(key)}, sessionStore: sqlite(${JSON.stringify(file)}) })
const response = await app(new Request("http://shop.test/"), () => {
  context().session.set("a", 1)
  return new Response("ok")
})
console.log(response.headers.getSetCookie()[0].split(";")[0])
setInterval(() => {}, 1000)
`

it("is in the store once the response is sent, also if the process is killed then", async () => {
  const folder = mkdtempSync(join(tmpdir(), "nitro-session-"))
  try {
    const file = join(folder, "sessions.db")
    const flags = ["--conditions=source", "--import", "tsx", "--input-type=module", "--eval"]
    const child = spawn(process.execPath, [...flags, program(file)], {
      cwd: root,
      env: { ...process.env, NODE_OPTIONS: "" },
      stdio: ["ignore", "pipe", "inherit"],
    })
    try {
      // A pipe gives buffers.
      const [cookie] = (await once(child.stdout, "data")) as [Buffer]
      child.kill("SIGKILL")
      await once(child, "exit")
      const visitor = new Visitor(makeApp({ sessionStore: sqlite(file) }))
      visitor.cookie = cookie.toString().trim()
      expect(await visitor.data()).toEqual({ a: 1 })
    } finally {
      child.kill("SIGKILL")
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}, 30_000)
