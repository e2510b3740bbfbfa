// Responses of actions and CRUD routes to programs, forms and scripts, on any host.
import type { HostTools } from "./host-tools.ts"

const form = { "content-type": "application/x-www-form-urlencoded", accept: "text/html" }
const script = { "datastar-request": "true" }

export function responseTests({ test, expect }: HostTools): void {
  test("CRUD routes create, list, read, change and delete", async ({ send, post, Note }) => {
    const created = await post("/notes", { text: "first" })
    expect(created.status).toBe(201)
    const [note] = await Note.all()
    const path = `/notes/${note?.id}`
    // The JSON of a note.
    expect(((await (await send(path)).json()) as { text: string }).text).toBe("first")
    const changed = await send(path, {
      method: "PATCH",
      headers: { "content-type": "application/json" },
      body: '{"text":"second"}',
    })
    expect(changed.status).toBe(200)
    expect((await (await send("/notes")).text()).includes("second")).toBe(true)
    expect((await send(path, { method: "DELETE" })).ok).toBe(true)
    expect((await send(path)).status).toBe(404)
    expect(await Note.count()).toBe(0)
  })

  test("a form gets a redirect, a program and a script what suits them", async ({
    send,
    post,
    Note,
  }) => {
    const note = await Note.create({ text: "first" })
    const path = `/notes/${note.id}/like`
    expect((await post(path, {})).ok).toBe(true)
    const response = await send(path, { method: "POST", headers: form })
    expect(response.status).toBe(303)
    const patches = await post(path, {}, script)
    expect(patches.ok).toBe(true)
    await patches.text()
    expect((await Note.require(note.id)).likes).toBe(3)
  })

  test("a redirect keeps its address and each of its cookies", async ({ send }) => {
    const response = await send("/notes/archive", { method: "POST", headers: form })
    expect(response.status).toBe(303)
    expect(response.headers.get("location")).toBe("/archived")
    const cookies = response.headers.getSetCookie()
    for (const cookie of ["seen=1; Path=/", "basket=; Path=/; Max-Age=0"])
      expect(cookies.includes(cookie)).toBe(true)
  })

  test("a Response of an action keeps status, headers and body", async ({ post, send }) => {
    const response = await post("/notes/teapot", {})
    expect(response.status).toBe(418)
    expect(response.headers.get("x-pot")).toBe("tea")
    expect(await response.text()).toBe("short and stout")
    const menu = await send("/notes/menu")
    expect(menu.headers.get("content-type")).toBe("text/plain")
    expect(await menu.text()).toBe("tea")
  })

  test("HEAD has the headers of GET and no body", async ({ send }) => {
    const response = await send("/notes/menu", { method: "HEAD" })
    expect(response.status).toBe(200)
    expect(response.headers.get("content-type")).toBe("text/plain")
    expect(await response.text()).toBe("")
  })

  test("a method that a route does not have is 405 and names those that it has", async ({
    send,
    Note,
  }) => {
    const { id } = await Note.create({ text: "first" })
    const response = await send(`/notes/${id}/like`)
    expect(response.status).toBe(405)
    expect(response.headers.get("allow")?.includes("POST")).toBe(true)
  })

  test("an error of an action is 500 without its text, and input is refused with its field", async ({
    post,
  }) => {
    const failed = await post("/notes/broken", {})
    expect(failed.status).toBe(500)
    expect((await failed.text()).includes("a detail of the server")).toBe(false)
    const refused = await post("/notes", { text: "" })
    expect(refused.status).toBe(422)
    expect((await refused.text()).includes("text")).toBe(true)
  })

  test("a body that is streamed arrives in its parts", async ({ send, steps }) => {
    const response = await send("/notes/parts")
    // A stream has a body.
    const reader = (response.body as ReadableStream<Uint8Array>)
      .pipeThrough(new TextDecoderStream())
      .getReader()
    expect((await reader.read()).value).toBe("one,")
    steps.finish()
    let rest = ""
    for (let part = await reader.read(); !part.done; part = await reader.read()) rest += part.value
    expect(rest).toBe("two")
  })
}
