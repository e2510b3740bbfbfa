// Fastify's own ways: bodies that it reads, plugins that hold routes, not-found handlers, and its end.
import fastify, { type FastifyInstance } from "fastify"
import { action, Entity, expose, memory, redirect } from "nitro-ts"
import { context } from "nitro-ts/actions"
import { nitro } from "nitro-ts/fastify"
import { html, render } from "nitro-ts/html"
import { live } from "nitro-ts/live"
import { afterEach, describe, expect, it } from "vitest"
import { z } from "zod"

class Note extends Entity("Note", { text: z.string().min(1) }) {
  static store = memory()
  static archive() {
    return redirect("/archived", { cookies: ["seen=1; Path=/"] })
  }
  static {
    action(this, "archive")
  }
}
const options = { entities: [expose(Note, { allow: () => true })] }

let app: FastifyInstance
afterEach(() => app.close())
const start = () => app.listen({ port: 0, host: "127.0.0.1" })
const post = { method: "POST", headers: { "content-type": "application/json" }, body: "{}" }

it("runs a route whose body Fastify reads in the context of the request", async () => {
  app = fastify()
  await app.register(nitro(options))
  app.post("/own", async request => ({ url: context().request.url, body: request.body }))
  const url = await start()
  const response = await fetch(`${url}/own`, { ...post, body: '{"a":1}' })
  expect(await response.json()).toEqual({ url: `${url}/own`, body: { a: 1 } })
})

it("leaves bodyLimit and content types of Fastify to its own routes", async () => {
  app = fastify({ bodyLimit: 10 })
  await app.register(nitro(options))
  app.post("/own", async () => "own")
  const url = await start()
  const body = JSON.stringify({ text: "x".repeat(100) })
  expect((await fetch(`${url}/own`, { ...post, body })).status).toBe(413)
  expect((await fetch(`${url}/notes`, { ...post, body })).status).toBe(201)
})

it("adds cookies and headers of hooks to its responses, and keeps each cookie", async () => {
  app = fastify()
  app.addHook("onRequest", async (_request, reply) => {
    reply.header("set-cookie", "host=1").header("x-host", "yes")
  })
  await app.register(nitro(options))
  app.addHook("onSend", async (_request, reply) => {
    reply.header("x-sent", "yes")
  })
  const url = await start()
  const response = await fetch(`${url}/notes/archive`, { ...post, redirect: "manual" })
  expect(response.status).toBe(303)
  expect(response.headers.getSetCookie().sort()).toEqual(["host=1", "seen=1; Path=/"])
  expect([response.headers.get("x-host"), response.headers.get("x-sent")]).toEqual(["yes", "yes"])
})

describe("not-found handlers", () => {
  it.each(["before", "after"])("of the application stay, set %s nitro", async order => {
    app = fastify()
    const set = () => app.setNotFoundHandler((_request, reply) => reply.code(404).send("mine"))
    if (order === "before") set()
    await app.register(nitro(options))
    if (order === "after") set()
    const url = await start()
    expect(await (await fetch(`${url}/nowhere`)).text()).toBe("mine")
    expect((await fetch(`${url}/notes`)).status).toBe(200)
  })

  it("below a prefix stay, set before nitro", async () => {
    app = fastify()
    app.register(
      (scope, _options, done) => {
        scope.setNotFoundHandler((_request, reply) => reply.code(404).send("mine"))
        scope.register(nitro(options))
        done()
      },
      { prefix: "/shop" },
    )
    const url = await start()
    expect(await (await fetch(`${url}/shop/nowhere`)).text()).toBe("mine")
    expect((await fetch(`${url}/shop/notes`)).status).toBe(200)
    expect((await fetch(`${url}/notes`)).status).toBe(404)
  })
})

it.each(["/:tenant", "/shops/:shop(^\\d+)"])(
  "refuses the prefix %s, whose path is another one for each request",
  async prefix => {
    app = fastify()
    app.register(
      (scope, _options, done) => {
        scope.register(nitro(options))
        done()
      },
      { prefix },
    )
    await expect(start()).rejects.toMatchObject({ code: "NITRO_BASE_PATH" })
  },
)

it("ends the streams of live pages when it closes", async () => {
  app = fastify()
  await app.register(nitro(options))
  app.get("/", async (_request, reply) => {
    reply.type("text/html")
    return render(html`${live(Note.where(), note => html`<li id=${note.domId}>${note.text}</li>`)}`)
  })
  const url = await start()
  await fetch(`${url}/`)
  const stream = await fetch(`${url}/?_nitro=x`, {
    headers: { "datastar-request": "true", accept: "text/event-stream" },
  })
  expect(stream.status).toBe(200)
  const text = stream.text()
  await app.close()
  expect(typeof (await text)).toBe("string")
})
