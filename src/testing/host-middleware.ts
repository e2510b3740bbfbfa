// The surroundings of an adapter on a host: a mount path, and compression.
import { call } from "../actions/index.ts"
import { html, render } from "../html/index.ts"
import { listPage, openStream } from "./host-live.ts"
import { type HostTools, readUntil } from "./host-tools.ts"

const gzip = { "accept-encoding": "gzip" }

export function middlewareTests({ test, expect }: HostTools): void {
  test(
    "mounted below a path it responds there, and its addresses have the path",
    async ({ send, post, Note }) => {
      expect((await post("/shop/notes", { text: "first" })).status).toBe(201)
      const [note] = await Note.all()
      expect((await send(`/shop/notes/${note?.id}`)).status).toBe(200)
      const page = await (await send("/shop/page")).text()
      expect(page.includes('action="/shop/notes"')).toBe(true)
      expect((await send("/notes")).status).toBe(404)
      expect((await send("/shop/nowhere")).status).toBe(404)
    },
    {
      mount: "/shop",
      needs: "mount",
      pages: Note => ({
        "/page": () => render(html`<form ${call(Note, "create").form}></form>`),
      }),
    },
  )

  test(
    "compressed responses are whole",
    async ({ send, post }) => {
      const words = "tea ".repeat(10_000)
      const echoed = await post("/notes/echo", { words }, gzip)
      expect((await echoed.text()).includes(words)).toBe(true)
      const page = await send("/own", { headers: gzip })
      expect(page.headers.get("content-encoding")).toBe("gzip")
      expect((await page.text()).length).toBe(40_000)
    },
    {
      hasCompression: true,
      needs: "compression",
      pages: () => ({ "/own": () => "tea ".repeat(10_000) }),
    },
  )

  test(
    "compression holds no live change back",
    async client => {
      const left = new AbortController()
      const stream = await openStream(client, { headers: gzip, signal: left.signal })
      // Once at most: by the middleware, or by the app.
      expect(stream.headers.get("content-encoding") ?? "gzip").toBe("gzip")
      await client.post("/notes", { text: "second" })
      // A stream has a body.
      const text = await readUntil(stream.body as ReadableStream<Uint8Array>, "second")
      expect(text.includes("second")).toBe(true)
      left.abort()
    },
    {
      hasCompression: true,
      needs: "compression",
      pages: listPage,
    },
  )
}
