// Bodies of requests: as the client sends them, as the host has parsed them, large, and too large.
import type { HostTools } from "./host-tools.ts"

const kib = 1024
const mib = 1024 * kib

export function bodyTests({ test, expect }: HostTools): void {
  const each = (
    name: string,
    options: { readonly hasBodyParser?: boolean; readonly needs?: "bodyParser" },
  ): void => {
    test(
      `${name}: JSON, a form and multipart`,
      async ({ post, send, Note }) => {
        expect((await post("/notes", { text: "json" })).status).toBe(201)
        const encoded = await send("/notes", {
          method: "POST",
          headers: { accept: "application/json" },
          body: new URLSearchParams({ text: "form & more" }),
        })
        expect(encoded.status).toBe(201)
        const parts = new FormData()
        parts.set("text", "multipart")
        const multipart = await send("/notes", {
          method: "POST",
          headers: { accept: "application/json" },
          body: parts,
        })
        expect(multipart.status).toBe(201)
        const texts = (await Note.all()).map(note => note.text)
        expect(texts.sort()).toEqual(["form & more", "json", "multipart"])
      },
      options,
    )
  }
  each("a body that is still to be read", {})
  each("a body that the host has parsed", { hasBodyParser: true, needs: "bodyParser" })

  test(
    "10 MiB arrive whole",
    async ({ post }) => {
      const words = "tea ".repeat((10 * mib) / 4)
      const response = await post("/notes/echo", { words })
      expect(response.status).toBe(200)
      expect((await response.text()).includes(words)).toBe(true)
    },
    { options: { limits: { maxBodyBytes: 11 * mib } } },
  )

  test(
    "a body above the limit is 413, and the host goes on",
    async ({ post }) => {
      expect((await post("/notes/echo", { words: "x".repeat(2 * kib) })).status).toBe(413)
      expect((await post("/notes/echo", { words: "x" })).status).toBe(200)
    },
    { options: { limits: { maxBodyBytes: kib } } },
  )
}
