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

  test(
    "a 10 MiB upload is streamed to its action",
    async ({ send, steps }) => {
      const size = 10 * mib
      let sent = 0
      // The second half waits until the action has the first piece, so that nothing can have gathered the whole.
      const body = upload(size, async bytes => {
        if (bytes >= size / 2) await steps.begun
        sent = bytes
      })
      const sending = send("/notes/upload", { method: "POST", headers: binary, ...body })
      await steps.begun
      expect(sent <= size / 2).toBe(true)
      steps.finish()
      const response = await sending
      expect(response.status).toBe(200)
      // The action of this suite returns it.
      const { bytes, largest } = (await response.json()) as { bytes: number; largest: number }
      expect(bytes).toBe(size)
      expect(largest <= mib).toBe(true)
    },
    { options: { limits: { maxBodyBytes: 11 * mib } } },
  )

  test(
    "a client cannot send faster than the action reads",
    async ({ send, steps }) => {
      let sent = 0
      const body = upload(64 * mib, async bytes => {
        sent = bytes
      })
      const sending = send("/notes/upload", { method: "POST", headers: binary, ...body })
      await steps.begun
      const [first, second] = [await settled(() => sent), sent]
      // Buffers of the system and of the host hold a few mebibytes.
      expect(first < 32 * mib).toBe(true)
      expect(second).toBe(first)
      steps.finish()
      // The action of this suite returns it.
      expect(((await (await sending).json()) as { bytes: number }).bytes).toBe(64 * mib)
    },
    { options: { limits: { maxBodyBytes: 65 * mib } } },
  )

  test(
    "a streamed body above the limit is 413, and the host goes on",
    async ({ send, steps }) => {
      steps.finish()
      const body = upload(4 * mib, async () => {})
      const response = await send("/notes/upload", { method: "POST", headers: binary, ...body })
      expect(response.status).toBe(413)
      const small = await send("/notes/upload", { method: "POST", headers: binary, body: "tea" })
      expect(await small.json()).toEqual({ bytes: 3, largest: 3 })
    },
    { options: { limits: { maxBodyBytes: mib } } },
  )

  test("files of a form are streamed one after the other", async ({ send }) => {
    const parts = new FormData()
    parts.set("title", "Tea & more")
    parts.set("leaves", new File(["x".repeat(300_000)], 'gr"een.txt', { type: "text/plain" }))
    parts.set("cup", new File([], "cup.txt", { type: "text/csv" }))
    const response = await send("/notes/files", { method: "POST", body: parts })
    expect(await response.json()).toEqual([
      { name: "title", filename: null, type: "", bytes: 10 },
      { name: "leaves", filename: 'gr"een.txt', type: "text/plain", bytes: 300_000 },
      { name: "cup", filename: "cup.txt", type: "text/csv", bytes: 0 },
    ])
  })

  test("a client that leaves in the middle of a streamed body aborts its action", async client => {
    const left = new AbortController()
    const body = upload(mib, async bytes => {
      if (bytes > mib / 2) await new Promise(() => {})
    })
    const sending = client
      .send("/notes/upload", { method: "POST", headers: binary, signal: left.signal, ...body })
      .catch(() => "left")
    await client.steps.begun
    client.steps.finish()
    left.abort()
    expect(await sending).toBe("left")
    expect(await client.steps.aborted).toBe("NITRO_BAD_REQUEST")
  })
}

const binary = { "content-type": "application/octet-stream", accept: "application/json" }
const piece = new Uint8Array(64 * kib)

/** A body whose pieces are sent once `before` has resolved, called with the number of bytes before them. */
function upload(size: number, before: (sent: number) => Promise<void>): RequestInit {
  let sent = 0
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        await before(sent)
        if (sent >= size) return controller.close()
        sent += piece.byteLength
        controller.enqueue(piece)
      },
    },
    { highWaterMark: 0 },
  )
  // The types of node do not know that a stream needs it.
  return { body, duplex: "half" } as RequestInit
}

/** The value once it has stayed the same for half a second. */
async function settled(value: () => number): Promise<number> {
  for (let last = -1; ; ) {
    const now = value()
    if (now === last) return now
    last = now
    await new Promise(resolve => setTimeout(resolve, 500))
  }
}
