// Entity tags over HTTP: what a client has is not sent again, and what it has read must still be so when it writes.
import { action, expose } from "nitro-ts/actions"
import { Entity, field, memory, type Store } from "nitro-ts/entity"
import { nitro } from "nitro-ts/fetch"
import { html } from "nitro-ts/html"
import { sqlite } from "nitro-ts/sqlite"
import { beforeEach, describe, expect, it } from "vitest"
import { z } from "zod"

const stores: Readonly<Record<string, () => Store>> = {
  memory: () => memory(),
  SQLite: () => sqlite({ file: ":memory:", schema: "sync" }),
}

const formType = "application/x-www-form-urlencoded"

function makeNotes(store: Store) {
  class Note extends Entity("Note", {
    title: z.string().min(1),
    stars: z.int().default(0),
    secret: field(z.string(), { hidden: true }).default("s"),
  }) {
    static store = store
    @action() star() {
      this.stars += 1
      return this
    }
    @action({ method: "GET" }) async *lines() {
      yield html`<p id="a">a</p>`
      throw new Error("A HEAD request makes no body.")
    }
  }
  const app = nitro({ entities: [expose(Note, { allow: () => true })] })
  const send = (
    method: string,
    path: string,
    headers: Readonly<Record<string, string>> = {},
    body?: object | string,
  ) =>
    app(
      new Request(`http://notes.test${path}`, {
        method,
        headers: { ...(body && { "content-type": "application/json" }), ...headers },
        ...(body && { body: typeof body === "string" ? body : JSON.stringify(body) }),
      }),
    )
  return { Note, send }
}

describe.each(Object.entries(stores))("entity tags on %s", (_, makeStore) => {
  let { Note, send } = makeNotes(memory())
  let path = ""
  const tagOf = async (of = path) => (await send("GET", of)).headers.get("etag") ?? ""

  beforeEach(async () => {
    ;({ Note, send } = makeNotes(makeStore()))
    const { id } = await Note.create({ title: "Pens" })
    path = `/notes/${id}`
  })

  it("sends an entity and a list again only when they have changed", async () => {
    for (const of of [path, "/notes", "/notes?fields=title&total=true"]) {
      const first = await send("GET", of)
      const tag = first.headers.get("etag") ?? ""
      expect(tag).toMatch(/^"[\w-]{22}"$/)
      expect(first.headers.get("cache-control")).toBe("private, no-cache")
      expect(first.headers.get("vary")).toContain("cookie")
      for (const known of [tag, `W/${tag}`, `"other", ${tag}`, "*"]) {
        const again = await send("GET", of, { "if-none-match": known })
        expect([again.status, await again.text()]).toEqual([304, ""])
        expect(again.headers.get("etag")).toBe(tag)
        expect(again.headers.get("x-total-count")).toBe(first.headers.get("x-total-count"))
      }
      expect((await send("GET", of, { "if-none-match": '"other"' })).status).toBe(200)
    }
    const tags = [await tagOf(), await tagOf("/notes")]
    await send("PATCH", path, {}, { title: "Ink" })
    expect([await tagOf(), await tagOf("/notes")].filter(tag => tags.includes(tag))).toEqual([])
  })

  it("does not change a tag with a hidden field, which no reader sees", async () => {
    const tag = await tagOf()
    const note = await Note.require(path.slice("/notes/".length))
    note.secret = "t"
    await note.save()
    expect(await tagOf()).toBe(tag)
  })

  it("gives the tag of what was written, which is that of a read", async () => {
    const made = await send("POST", "/notes", {}, { title: "Ink" })
    const { id } = (await made.json()) as { id: string }
    expect(made.headers.get("etag")).toBe(await tagOf(`/notes/${id}`))
    expect(made.headers.get("cache-control")).toBe("no-store")
    const changed = await send("PUT", path, {}, { title: "Paper" })
    expect(changed.headers.get("etag")).toBe(await tagOf())
  })

  it("writes what is as it was read, and else answers 409 with the present state", async () => {
    const tag = await tagOf()
    const first = await send("PATCH", path, { "if-match": tag }, { stars: 1 })
    expect(first.status).toBe(200)
    const second = await send("PATCH", path, { "if-match": tag }, { title: "Ink" })
    expect(second.status).toBe(409)
    const { error } = (await second.json()) as { error: Record<string, unknown> }
    expect(error).toMatchObject({
      code: "NITRO_STALE_ENTITY",
      entity: "Note",
      current: { title: "Pens", stars: 1 },
    })
    expect(JSON.stringify(error)).not.toContain("secret")
    const now = first.headers.get("etag") ?? ""
    expect((await send("PATCH", path, { "if-match": `"x", W/${now}` }, { stars: 2 })).status).toBe(
      200,
    )
    expect((await send("PATCH", path, { "if-match": "*" }, { stars: 3 })).status).toBe(200)
    await expect((await send("GET", path)).json()).resolves.toMatchObject({
      title: "Pens",
      stars: 3,
    })
  })

  it.each([
    ["PUT", "", { title: "Ink" }],
    ["POST", "/update", { title: "Ink" }],
    ["DELETE", "", undefined],
    ["POST", "/delete", {}],
    ["POST", "/star", {}],
  ] as const)("holds for %s %s", async (method, rest, body) => {
    const refused = await send(method, path + rest, { "if-match": '"other"' }, body)
    expect(refused.status).toBe(409)
    expect(JSON.stringify(await refused.json())).not.toContain("secret")
    expect(await Note.where()).toMatchObject([{ title: "Pens", stars: 0 }])
    const done = await send(method, path + rest, { "if-match": await tagOf() }, body)
    expect(done.ok).toBe(true)
  })

  it("lets one of twenty writers win that have read the same", async () => {
    const tag = await tagOf()
    const all = await Promise.all(
      Array.from({ length: 20 }, (_, stars) =>
        send("PATCH", path, { "if-match": tag }, { stars: stars + 1 }),
      ),
    )
    expect(all.map(({ status }) => status).sort()).toEqual([200, ...Array(19).fill(409)])
    const winner = (await all.find(({ status }) => status === 200)?.json()) as { stars: number }
    expect(await Note.where()).toMatchObject([{ stars: winner.stars }])
  })

  it("is about JSON alone: pages and forms get no tag", async () => {
    const script = await send("PATCH", path, { "datastar-request": "true" }, { title: "Ink" })
    expect([script.status, script.headers.get("etag")]).toEqual([204, null])
    const form = await send(
      "POST",
      `${path}/update`,
      { "content-type": formType, accept: "text/html" },
      "title=Pens",
    )
    expect([form.status, form.headers.get("etag")]).toEqual([303, null])
  })

  it("answers HEAD as GET without a body, and OPTIONS with the methods of a path", async () => {
    for (const of of [path, "/notes?total=true"]) {
      const [head, get] = [await send("HEAD", of), await send("GET", of)]
      expect([head.status, await head.text()]).toEqual([200, ""])
      for (const { headers } of [head, get]) headers.delete("x-request-id")
      expect([...head.headers]).toEqual([...get.headers])
    }
    const stream = await send("HEAD", `${path}/lines`, { "datastar-request": "true" })
    expect([stream.status, await stream.text()]).toEqual([200, ""])
    const tag = await tagOf()
    expect((await send("HEAD", path, { "if-none-match": tag })).status).toBe(304)
    const methods = await send("OPTIONS", path)
    expect([methods.status, methods.headers.get("allow")]).toEqual([
      204,
      "GET, HEAD, PATCH, PUT, DELETE",
    ])
    const wrong = await send("PATCH", "/notes", {}, {})
    expect([wrong.status, wrong.headers.get("allow")]).toEqual([405, "GET, HEAD, POST"])
    expect((await send("OPTIONS", "/nothing")).status).toBe(404)
  })

  it("refuses a delete and slow actions after another writer, whichever fields it wrote", async () => {
    const sleep = (ms: number) => new Promise(resolve => setTimeout(resolve, ms))
    const store = makeStore()
    class Doc extends Entity("Doc", { a: z.string().default(""), b: z.string().default("") }) {
      static store = store
      async beforeDelete() {
        await sleep(60)
      }
      @action({ input: { text: z.string() } }) async slow({ text }: { text: string }) {
        await sleep(60)
        this.a = text
      }
    }
    const app = nitro({ entities: [expose(Doc, { allow: () => true })] })
    const to = (method: string, rest: string, tag: string, body: object, key?: string) =>
      app(
        new Request(`http://docs.test/docs/${rest}`, {
          method,
          headers: {
            "content-type": "application/json",
            "if-match": tag,
            ...(key !== undefined && { "idempotency-key": key }),
          },
          body: JSON.stringify(body),
        }),
      )
    for (const [method, path] of [
      ["DELETE", ""],
      ["POST", "/slow"],
    ] as const)
      for (const key of [undefined, "key-1"]) {
        const { id } = await Doc.create({})
        const read = await app(new Request(`http://docs.test/docs/${id}`))
        const tag = read.headers.get("etag") ?? ""
        const slow = to(method, id + path, tag, { text: "late" }, key && key + path)
        await sleep(15)
        expect((await to("PATCH", id, tag, { b: "first" })).status).toBe(200)
        expect((await slow).status).toBe(409)
        expect(await Doc.get(id)).toMatchObject({ a: "", b: "first" })
      }
  })

  it("shows nothing of an entity that middleware hides, and gives no tag for what it replaces", async () => {
    const store = makeStore()
    class Sock extends Entity("Sock", { a: z.string(), salary: z.number().default(7) }) {
      static store = store
    }
    const app = nitro({
      entities: [expose(Sock, { allow: () => true })],
      middleware: [
        async (_, next) => {
          const value = await next()
          return value instanceof Sock ? { id: value.id, a: value.a } : value
        },
      ],
    })
    const { id } = await Sock.create({ a: "1" })
    const address = `http://socks.test/socks/${id}`
    expect((await app(new Request(address))).headers.get("etag")).toBeNull()
    const refused = await app(
      new Request(address, {
        method: "PATCH",
        headers: { "content-type": "application/json", "if-match": '"x"' },
        body: JSON.stringify({ a: "2" }),
      }),
    )
    expect(refused.status).toBe(409)
    expect(await refused.text()).not.toContain("salary")
  })

  it("takes another If-Match with the same idempotency key for another request", async () => {
    const headers = { "idempotency-key": "one", "if-match": await tagOf() }
    expect((await send("PATCH", path, headers, { stars: 1 })).status).toBe(200)
    expect((await send("PATCH", path, headers, { stars: 1 })).status).toBe(200)
    const other = await send("PATCH", path, { ...headers, "if-match": '"x"' }, { stars: 1 })
    expect(other.status).toBe(422)
  })

  it("has no body for HEAD, whatever the status", async () => {
    for (const of of [`${path}/star`, "/notes?nothing=1", "/notes/none"]) {
      const head = await send("HEAD", of)
      expect([head.ok, await head.text()]).toEqual([false, ""])
    }
  })
})
