// The host's own routes: untouched, in the context of their request, and live.
import { context } from "../actions/index.ts"
import { listPage, openStream } from "./host-live.ts"
import { type HostTools, readUntil } from "./host-tools.ts"

export function pageTests({ test, expect }: HostTools): void {
  test(
    "routes of the host respond as they do without nitro",
    async ({ send }) => {
      const page = await send("/own?x=1")
      expect(page.status).toBe(200)
      expect(page.headers.get("content-type")?.startsWith("text/html")).toBe(true)
      expect(await page.text()).toBe("<p>own</p>")
      expect((await send("/own", { method: "HEAD" })).status).toBe(200)
      expect((await send("/nowhere")).status).toBe(404)
    },
    { pages: () => ({ "/own": () => "<p>own</p>" }) },
  )

  test(
    "a page and an action read the signals of their request",
    async ({ send, post }) => {
      const query = `?datastar=${encodeURIComponent('{"draft":"a&b","n":1}')}`
      const page = await send(`/signals${query}`, { headers: { "datastar-request": "true" } })
      expect(await page.text()).toBe('<p>{"draft":"a&b","n":1}</p>')
      expect(await (await send(`/signals${query}`)).text()).toBe("<p>{}</p>")
      expect(await (await post("/notes/seen", {})).json()).toEqual({})
      const script = await post("/notes/seen", { draft: "x" }, { "datastar-request": "true" })
      expect(await script.json()).toEqual({ draft: "x" })
    },
    {
      pages: () => ({
        "/signals": async () => `<p>${JSON.stringify(await context().signals)}</p>`,
      }),
    },
  )

  test(
    "two requests at once each see their own request and user",
    async ({ send }) => {
      const users = ['{"id":"ada"}', '{"id":"bob"}']
      const texts = await Promise.all(
        users.map(async user => (await send("/who", { headers: { "x-user": user } })).text()),
      )
      expect(texts).toEqual(users.map(user => `<p>${user} ${user}</p>`))
    },
    {
      options: { user: async request => JSON.parse(request.headers.get("x-user") ?? "{}") },
      pages: () => ({
        "/who": async () => {
          await new Promise(resolve => setTimeout(resolve, 20))
          const { request, user } = context()
          return `<p>${request.headers.get("x-user")} ${JSON.stringify(user)}</p>`
        },
      }),
    },
  )

  test(
    "a live page streams a change, and the stream ends with its reader",
    async client => {
      await client.Note.create({ text: "first" })
      const left = new AbortController()
      const stream = await openStream(client, { signal: left.signal })
      expect(stream.status).toBe(200)
      expect(stream.headers.get("content-type")?.startsWith("text/event-stream")).toBe(true)
      expect(stream.headers.get("cache-control")?.includes("no-transform")).toBe(true)
      expect(stream.headers.get("content-length")).toBe(null)
      await client.post("/notes", { text: "second" })
      // A stream has a body.
      const text = await readUntil(stream.body as ReadableStream<Uint8Array>, "second")
      expect(text.includes("second")).toBe(true)
      left.abort()
    },
    { pages: listPage },
  )

  test(
    "a page without live views opens no stream, and one that fails makes the page come back",
    async ({ send }) => {
      const headers = { "datastar-request": "true" }
      expect((await send("/plain?_nitro=x", { headers })).status).toBe(204)
      expect((await send("/fails?_nitro=x", { headers })).status).toBe(503)
    },
    {
      hasErrorHandler: true,
      needs: "errorHandler",
      pages: () => ({
        "/plain": () => "<p>plain</p>",
        "/fails": () => {
          throw new Error("no")
        },
      }),
    },
  )

  test(
    "an error of the host's route goes to the host's error handler",
    async ({ send }) => {
      const response = await send("/fails")
      expect(response.status).toBe(500)
      expect(await response.text()).toBe("handled: out of tea")
    },
    {
      hasErrorHandler: true,
      needs: "errorHandler",
      pages: () => ({
        "/fails": () => {
          throw new Error("out of tea")
        },
      }),
    },
  )
}
