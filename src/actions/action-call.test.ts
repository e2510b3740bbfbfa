// Arguments of an action besides its input, and its forms before and after.
import { createServer } from "node:http"
import { type AddressInfo, connect } from "node:net"
import { type ActionCall, action, call } from "nitro-ts/actions"
import { ActionInput } from "nitro-ts/components"
import { Entity, memory } from "nitro-ts/entity"
import { nitro } from "nitro-ts/node"
import { expect, it } from "vitest"
import { z } from "zod"

let seen: ActionCall | undefined
let started = (): void => {}
let aborted = (): void => {}
class Article extends Entity("Article", { title: z.string(), body: z.string().default("") }) {
  static store = memory()
  @action({ input: { body: z.string() } }) async comment(
    { body }: { body: string },
    given: ActionCall,
  ) {
    seen = given
    if (body !== "wait") return
    const gone = new Promise<void>(resolve =>
      given.signal.addEventListener("abort", () => resolve()),
    )
    started()
    await gone
    this.title = "went on"
    aborted()
  }
}

it("gets the user, the request, and a signal that aborts when the client leaves, after which its writes are kept", async () => {
  const { id } = await Article.create({ title: "A" })
  const server = createServer(nitro({ entities: [Article], user: () => "ann" }))
  await new Promise<void>(resolve => server.listen(0, "127.0.0.1", resolve))
  const { port } = server.address() as AddressInfo
  const headers = { "content-type": "application/json" }
  await fetch(`http://127.0.0.1:${port}/articles/${id}/comment`, {
    method: "POST",
    headers,
    body: '{"body":"b"}',
  })
  expect(seen).toMatchObject({ user: "ann" })
  expect(seen?.request.method).toBe("POST")
  expect(seen?.signal.aborted).toBe(false)

  const [begun, ended] = [
    new Promise<void>(resolve => (started = resolve)),
    new Promise<void>(resolve => (aborted = resolve)),
  ]
  const socket = connect(port, "127.0.0.1")
  const body = '{"body":"wait"}'
  socket.write(
    `POST /articles/${id}/comment HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
  )
  await begun
  socket.destroy()
  await ended
  while ((await Article.require(id)).title !== "went on")
    await new Promise(resolve => setImmediate(resolve))
  server.closeAllConnections()
  await new Promise(resolve => server.close(resolve))
})

it("starts with an empty field and clears it where an action makes something, though the entity has a field of the name", async () => {
  const article = await Article.create({ title: "A", body: "of the article" })
  const comment = call(article, "comment")
  const update = call(article, "update")
  expect(String(ActionInput({ call: comment, name: "body" }))).not.toContain("of the article")
  expect(comment.field("body").value).toBeUndefined()
  expect(comment.field("body")["data-effect"].source).toContain("el.value = el.defaultValue")
  expect(String(ActionInput({ call: update, name: "body" }))).toContain('value="of the article"')
  expect(update.field("body")["data-effect"].source).toContain("el.defaultValue = el.value")
})

it("prints no value into a password", async () => {
  const article = await Article.create({ title: "shown" })
  expect(
    String(ActionInput({ call: call(article, "update"), name: "title", type: "password" })),
  ).not.toContain("shown")
})
