// Requests that are sent again: one effect and one response for each key, from any client and after any loss.
import { action, call, expose, Refusal } from "nitro-ts/actions"
import { plugin } from "nitro-ts/app"
import { ActionInput } from "nitro-ts/components"
import { Entity, memory, type QueryScope } from "nitro-ts/entity"
import { nitro } from "nitro-ts/fetch"
import { html } from "nitro-ts/html"
import { sqlite } from "nitro-ts/sqlite"
import { beforeEach, describe, expect, it } from "vitest"
import { z } from "zod"
import { expectErrors } from "../../../test/support/errors.ts"
import { App } from "../../app/app.ts"
import type { Store } from "../../entity/index.ts"
import { type RequestContext, withRequest } from "../context/request-context.ts"
import { sessionOf } from "../context/session.ts"
import { TimedCall } from "../context/timed-call.ts"
import { VisitorSession } from "../context/visitor-session.ts"
import { type RequestKey, requestKeyOf } from "../input/request-key.ts"
import { Idempotency } from "./idempotency.ts"
import { MemoryRecords } from "./idempotency-records.ts"

const formHeaders = {
  "content-type": "application/x-www-form-urlencoded",
  accept: "text/html",
  "sec-fetch-site": "same-origin",
}

describe.each<[string, () => Store, (own: Store) => { store?: Store }]>([
  ["answers in memory", () => memory(), () => ({})],
  ["answers in the store of the entities", () => sqlite(":memory:"), store => ({ store })],
  ["answers in another store", () => memory(), () => ({ store: sqlite(":memory:") })],
])("with %s", (_, makeStore, idempotencyOf) => {
  const store = makeStore()
  let runs = 0
  let release = (): void => {}
  let wait: Promise<void> | undefined
  class Note extends Entity("Note", { text: z.string().min(1) }) {
    static store = store
    @action({ input: { text: z.string() } }) static async add({ text }: { text: string }) {
      runs++
      await wait
      const note = await Note.create({ text })
      if (text === "refuse") throw new Refusal("No.")
      if (text === "fail") throw new Error("broken")
      if (text === "large") return { text: "x".repeat(70_000) }
      if (text === "markup") return html`<p id="a">${runs}</p>`
      return { text: note.text, run: runs }
    }
    @action() static async *stream() {
      runs++
      yield html`<p id="b">${runs}</p>`
    }
    @action({ idempotent: "required" }) static once() {
      runs++
    }
  }
  const options = {
    entities: [expose(Note)],
    user: (request: Request) => request.headers.get("x-user") ?? undefined,
  }
  const app = nitro({ ...options, idempotency: idempotencyOf(store) })
  const post = async (
    path: string,
    key: string | undefined,
    body: unknown,
    headers: Record<string, string> = {},
    to = app,
  ) => {
    const all = {
      "content-type": "application/json",
      ...(key === undefined ? {} : { "idempotency-key": key }),
      ...headers,
    }
    const text = typeof body === "string" ? body : JSON.stringify(body)
    const response = await to(
      new Request(`http://shop.test${path}`, { method: "POST", headers: all, body: text }),
    )
    return {
      status: response.status,
      replayed: response.headers.has("idempotent-replayed"),
      text: await response.text(),
    }
  }
  const add = (key: string | undefined, text: string, headers: Record<string, string> = {}) =>
    post("/notes/add", key, { text }, headers)

  beforeEach(async () => {
    await Note.deleteWhere({}, { all: true })
    runs = 0
    wait = undefined
  })
  let count = 0
  const fresh = () => `key-${++count}`

  it("runs a request once and answers it the same each time", async () => {
    const key = fresh()
    const first = await add(key, "a")
    expect(first).toMatchObject({ status: 200, replayed: false })
    expect(await add(key, "a")).toEqual({ ...first, replayed: true })
    expect(await add(`"${key}"`, "a")).toEqual({ ...first, replayed: true })
    expect([runs, await Note.count()]).toEqual([1, 1])
  })

  it("runs as often as it comes without a key, and once for each key", async () => {
    await add(undefined, "a")
    await add(undefined, "a")
    await add(fresh(), "a")
    await add(fresh(), "a")
    expect([runs, await Note.count()]).toEqual([4, 4])
  })

  it("keeps responses outside of the scopes that a plugin gives a request", async () => {
    const only: QueryScope = entity => entity.definition === Note.definition
    const scoped = nitro({
      ...options,
      idempotency: idempotencyOf(store),
      plugins: [plugin({ name: "notes", setup: () => ({ scopes: () => [only] }) })],
    })
    const key = fresh()
    const first = await post("/notes/add", key, { text: "a" }, {}, scoped)
    expect(first).toMatchObject({ status: 200, replayed: false })
    expect(await post("/notes/add", key, { text: "a" }, {}, scoped)).toEqual({
      ...first,
      replayed: true,
    })
    await scoped.close()
  })

  it("covers the CRUD routes", async () => {
    const key = fresh()
    const first = await post("/notes", key, { text: "a" })
    expect(first.status).toBe(201)
    expect(await post("/notes", key, { text: "a" })).toEqual({ ...first, replayed: true })
    expect(await Note.count()).toBe(1)
  })

  it("lets a second request wait for the response of the first", async () => {
    wait = new Promise(resolve => (release = resolve))
    const key = fresh()
    const both = Promise.all([add(key, "a"), add(key, "a"), add(key, "a")])
    await new Promise(resolve => setTimeout(resolve, 20))
    release()
    const [first, ...others] = await both
    for (const other of others) expect(other).toEqual({ ...first, replayed: true })
    expect([runs, await Note.count()]).toEqual([1, 1])
  })

  it("refuses another body under the key, also while the first runs", async () => {
    const key = fresh()
    await add(key, "a")
    expect(await add(key, "b")).toMatchObject({
      status: 422,
      text: expect.stringContaining("NITRO_IDEMPOTENCY_MISMATCH"),
    })
    expect(await post("/notes/add?text=b", key, {})).toMatchObject({ status: 422 })
    expect(await Note.count()).toBe(1)
  })

  it("knows a request again whose schemas add something new each time", async () => {
    class Stamp extends Entity("Stamp", { text: z.string() }) {
      static store = store
      @action({ input: { nonce: z.string().default(() => crypto.randomUUID()) } })
      static async press({ nonce }: { nonce: string }) {
        return { text: (await Stamp.create({ text: nonce })).text }
      }
    }
    const app = nitro({ entities: [Stamp], idempotency: idempotencyOf(store) })
    const key = fresh()
    const first = await post("/stamps/press", key, {}, {}, app)
    expect(first.status).toBe(200)
    expect(await post("/stamps/press", key, {}, {}, app)).toEqual({ ...first, replayed: true })
  })

  it("takes no notice of the order in a body", async () => {
    class Pair extends Entity("Pair", { a: z.string(), b: z.string() }) {
      static store = store
    }
    const app = nitro({ entities: [expose(Pair)], idempotency: idempotencyOf(store) })
    const key = fresh()
    const first = await post("/pairs", key, '{"a":"1","b":"2"}', {}, app)
    expect(await post("/pairs", key, '{"b":"2","a":"1"}', {}, app)).toEqual({
      ...first,
      replayed: true,
    })
  })

  it("keeps keys of users, methods and paths apart", async () => {
    const key = fresh()
    await add(key, "a", { "x-user": "ann" })
    await add(key, "a", { "x-user": "bob" })
    await add(key, "a", { authorization: "Bearer 1" })
    await add(key, "a", { authorization: "Bearer 2" })
    await add(key, "a")
    await post("/notes", key, { text: "a" })
    expect(await Note.count()).toBe(6)
  })

  it("lets what was taken back run again", async () => {
    const errors = expectErrors()
    for (const text of ["refuse", "fail"]) {
      const key = fresh()
      const [first, second] = [await add(key, text), await add(key, text)]
      expect(second).toEqual(first)
      expect(first.replayed).toBe(false)
    }
    expect(await Note.count()).toBe(0)
    expect(runs).toBe(4)
    expect(errors.map(({ where }) => where)).toEqual(["Note.add", "Note.add"])
    const key = fresh()
    expect(await add(key, "")).toMatchObject({ status: 422 })
    expect(await add(key, "corrected")).toMatchObject({ status: 200 })
  })

  it("says that it was done where the response was too large or a stream", async () => {
    const key = fresh()
    expect((await add(key, "large")).text.length).toBeGreaterThan(70_000)
    expect(await add(key, "large")).toMatchObject({
      status: 409,
      text: expect.stringContaining("NITRO_IDEMPOTENCY_DONE"),
    })
    expect(await Note.count()).toBe(1)
    const script = { "datastar-request": "true" }
    expect((await post("/notes/stream", key, {}, script)).text).toContain('id="b"')
    expect((await post("/notes/stream", key, {}, script)).text).toContain("carried out before")
    expect(runs).toBe(2)
  })

  it("repeats patches to a page's script", async () => {
    const key = fresh()
    const first = await add(key, "markup", { "datastar-request": "true" })
    expect(first.text).toContain("datastar-patch-elements")
    expect(await add(key, "markup", { "datastar-request": "true" })).toEqual({
      ...first,
      replayed: true,
    })
  })

  it("refuses a request without a key where one is required", async () => {
    expect(await post("/notes/once", undefined, {})).toMatchObject({ status: 400 })
    expect(runs).toBe(0)
    expect(await post("/notes/once", fresh(), {})).toMatchObject({ status: 204 })
    expect(runs).toBe(1)
  })

  it.each([["x".repeat(256)], ["ä"], [" "], ["a b"]])("refuses the key %j", async key => {
    const headers = new Headers()
    try {
      headers.set("idempotency-key", key)
    } catch {
      return
    }
    if (headers.get("idempotency-key") === "") return
    expect(await add(key, "a")).toMatchObject({ status: 400 })
  })

  it("takes the key of a form from a field, where another text is another request", async () => {
    const key = fresh()
    const send = async (text: string, headers: Record<string, string> = {}) =>
      (
        await post("/notes/add", undefined, new URLSearchParams({ text, _key: key }).toString(), {
          ...formHeaders,
          ...headers,
        })
      ).status
    expect([await send("a"), await send("a"), await send("edited"), await send("edited")]).toEqual([
      303, 303, 303, 303,
    ])
    expect((await Note.all()).map(note => note.text).sort()).toEqual(["a", "edited"])
    // The same page, given to another browser by a cache.
    await send("a", { "user-agent": "another" })
    expect(await Note.count()).toBe(3)
    // A page's script sends that field with each attempt.
    await send("a", { "datastar-request": "true" })
    await send("a", { "datastar-request": "true" })
    expect(await Note.count()).toBe(5)
  })

  it("checks `allow` again before it repeats a response", async () => {
    let open = true
    const guarded = nitro({
      entities: [expose(Note, { allow: () => open })],
      idempotency: idempotencyOf(store),
    })
    const key = fresh()
    expect(await post("/notes/add", key, { text: "a" }, {}, guarded)).toMatchObject({ status: 200 })
    open = false
    expect(await post("/notes/add", key, { text: "a" }, {}, guarded)).toMatchObject({
      status: 403,
      replayed: false,
    })
  })
})

it("prints one key into the forms of a page, and another into the next page's", async () => {
  class Post extends Entity("Post", { text: z.string() }) {
    static store = memory()
  }
  const app = nitro({ entities: [expose(Post)] })
  const page = async () =>
    (
      await app(new Request("http://shop.test/"), () => {
        const create = call(Post, "create")
        return new Response(
          `${ActionInput({ call: create, name: "text" })}<form>${create.key}</form>`,
        )
      })
    ).text()
  const keysOf = (text: string) =>
    [...text.matchAll(/<input type="hidden" name="_key" value="([\w-]{36})">/g)].map(
      match => match[1],
    )
  const [first, second] = [keysOf(await page()), keysOf(await page())]
  expect(first).toEqual([first[0], first[0]])
  expect(first).toHaveLength(2)
  expect(second[0]).not.toBe(first[0])
  expect(String(call(Post, "create").key)).toBe("")
})

it("keeps responses apart by app", async () => {
  class Item extends Entity("Item", { n: z.int() }) {
    static store = memory()
  }
  const send = (app: ReturnType<typeof nitro>, base: string) =>
    app(
      new Request(`http://shop.test${base}/items`, {
        method: "POST",
        headers: { "content-type": "application/json", "idempotency-key": "k" },
        body: '{"n":1}',
      }),
    )
  for (const base of ["/a", "/b"])
    await send(nitro({ entities: [expose(Item)], basePath: base }), base)
  expect(await Item.count()).toBe(2)
})

it("gives cookies again to the visitor that they were made for, and to no other", async () => {
  const app = new App({ secret: "a long enough key of the app" })
  const idempotency = new Idempotency()
  const respond = async () => ({
    response: new Response("in", { headers: { "set-cookie": "sid=1" } }),
    isStream: false,
  })
  const answer = (headers: Record<string, string>, user?: unknown) => {
    const request = new Request("http://shop.test/login", {
      method: "POST",
      headers: { "idempotency-key": "k", ...headers },
    })
    return withRequest(
      {
        app,
        request,
        requestId: "",
        locale: "en",
        user,
        path: "/login",
        search: "",
        basePath: "",
        flash: undefined,
        extras: new Map(),
        signals: Promise.resolve({}),
        session: new VisitorSession(app, undefined),
      } as RequestContext,
      async () => {
        const key = requestKeyOf({
          request,
          client: "json",
          form: undefined,
          content: () => ({}),
        }) as RequestKey
        const response = await idempotency.once(key, {
          respond,
          store: undefined,
          inUnit: false,
          open: work => work(new TimedCall(request)),
        })
        return [response.headers.has("idempotent-replayed"), response.headers.getSetCookie()]
      },
    )
  }
  expect(await answer({})).toEqual([false, ["sid=1"]])
  // Without a user or a cookie of ours, the key alone does not show that it is the same browser.
  expect(await answer({})).toEqual([true, []])
  expect(await answer({}, "ann")).toEqual([false, ["sid=1"]])
  expect(await answer({}, { id: "ann" })).toEqual([true, ["sid=1"]])
  expect(await answer({}, { id: "bob" })).toEqual([false, ["sid=1"]])
  const session = sessionOf(new Request("http://shop.test/"), undefined, app).cookie as string
  const cookie = session.slice(0, session.indexOf(";"))
  expect(await answer({ cookie })).toEqual([false, ["sid=1"]])
  expect(await answer({ cookie })).toEqual([true, ["sid=1"]])
})

it("holds 16 MiB in memory, and forgets the oldest first", async () => {
  const answers = new MemoryRecords()
  const expiresAt = Date.now() + 60_000
  for (let n = 0; n < 500; n++)
    await answers.add({ id: `${n}`, fingerprint: "", answer: "x".repeat(60_000), expiresAt })
  expect(answers.bytes).toBeLessThanOrEqual(16 * 1024 * 1024)
  expect(await answers.find("0")).toBeUndefined()
  expect(await answers.find("499")).toBeDefined()
  expect(await answers.add({ id: "499", fingerprint: "", answer: null, expiresAt })).toBe(false)
  await answers.add({ id: "old", fingerprint: "", answer: null, expiresAt: Date.now() - 1 })
  expect(await answers.find("old")).toBeUndefined()
})
