// A sink of another kind: the stream of a live page over a WebSocket, which knows only what the package exports.
import { readFileSync } from "node:fs"
import { createServer } from "node:http"
import { type AddressInfo, connect, type Socket } from "node:net"
import { serve } from "nitro-ts"
import { respond } from "nitro-ts/actions"
import { Entity, memory } from "nitro-ts/entity"
import { nitro } from "nitro-ts/fetch"
import { Page } from "nitro-ts/html"
import { attachStream, live } from "nitro-ts/live"
import { afterEach, beforeEach, expect, it } from "vitest"
import { z } from "zod"
import { streamPath } from "../src/live/support/live-pages.tsx"
import { upgrade } from "./support/websocket.ts"

class Row extends Entity("Row", { text: z.string() }) {
  static store = memory()
}
const Item = (row: Row) => <li id={row.domId}>{row.text}</li>
const page = () => respond(<Page title="Rows">{live(Row.all(), Item)}</Page>)

let app: ReturnType<typeof nitro>
let server: ReturnType<typeof createServer>
let path: string

beforeEach(async () => {
  await Row.deleteWhere({}, { all: true })
  app = nitro({ entities: [Row] })
  path = streamPath(await (await app(new Request("http://app.test/"), page)).text())
  server = createServer().on("upgrade", async (req, socket) => {
    upgrade(req, socket, await app(new Request(`http://app.test${req.url}`), page))
  })
  await new Promise<void>(resolve => server.listen(0, "127.0.0.1", resolve))
})
afterEach(async () => {
  await app.close()
  server.closeAllConnections()
  await new Promise(resolve => server.close(resolve))
})

interface Reader {
  readonly socket: Socket
  /** Everything that came, as the messages say. */
  readonly text: () => string
  readonly bytes: () => number
  readonly isClosed: () => boolean
}

function open(address: string): Reader {
  const socket = connect((server.address() as AddressInfo).port, "127.0.0.1")
  socket.write(
    `GET ${address} HTTP/1.1\r\nhost: app.test\r\nupgrade: websocket\r\nconnection: Upgrade\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\nsec-websocket-version: 13\r\n\r\n`,
  )
  const parts: Buffer[] = []
  socket.on("data", data => parts.push(data)).on("error", () => {})
  const read = () => {
    const all = Buffer.concat(parts)
    let at = all.indexOf("\r\n\r\n") + 4
    let text = all.subarray(0, at).toString()
    let isClosed = false
    while (at >= 4 && at + 2 <= all.length) {
      const [kind, short = 0] = [all[at], all[at + 1]]
      const length = short < 126 ? short : all.readUInt16BE(at + 2)
      at += short < 126 ? 2 : 4
      if (kind === 0x88) isClosed = true
      text += all.subarray(at, at + length).toString()
      at += length
    }
    return { text, isClosed, bytes: all.length }
  }
  return {
    socket,
    text: () => read().text,
    bytes: () => read().bytes,
    isClosed: () => read().isClosed,
  }
}

it("gets each change as the page's stream would, and its end", async () => {
  const [one, two] = [open(path), open(path)]
  await expect.poll(() => [one.text(), two.text()].every(text => text.includes("id: "))).toBe(true)
  expect(one.text()).toContain("sec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
  await Row.create({ text: "first" })
  await expect.poll(one.text).toContain(">first</li>")
  await expect.poll(two.text).toContain(">first</li>")
  expect(app.openStreams).toBe(2)
  one.socket.destroy()
  await expect.poll(() => app.openStreams).toBe(1)
  app.endStreams(() => true)
  await expect.poll(two.isClosed).toBe(true)
  expect(app.openStreams).toBe(0)
})

it("gets the present state after it has read too slowly", async () => {
  const row = await Row.create({ text: "" })
  const reader = open(path)
  await expect.poll(reader.text).toContain("id: ")
  reader.socket.pause()
  const count = 400
  for (let i = 0; i < count; i++) {
    await row.update({ text: `${i} ${"x".repeat(30_000)}` })
    await new Promise(resolve => setImmediate(resolve))
  }
  reader.socket.resume()
  await expect.poll(reader.text, { timeout: 10_000 }).toContain(`>${count - 1} x`)
  expect(reader.bytes()).toBeLessThan((count * 30_000) / 2)
})

it("is refused with the status of a response that is no stream, and so is a copy of one", async () => {
  const refused = open("/nothing?_nitro=x")
  await app.close()
  await expect.poll(refused.text).toContain("HTTP/1.1 503")
  const other = nitro({ entities: [Row] })
  const stream = await other(new Request(`http://app.test${path}`), page)
  const sink = { write: () => true, queuedBytes: 0, onDrain() {}, close() {} }
  expect(attachStream(new Response(stream.body, stream), sink)).toBeUndefined()
  expect(attachStream(stream, sink)).toBeTypeOf("function")
  expect(attachStream(stream, sink)).toBeUndefined()
  await other.close()
})

it("needs less than 60 lines", () => {
  const lines = readFileSync(new URL("support/websocket.ts", import.meta.url), "utf8").split("\n")
  const code = lines.filter(line => line.trim() !== "")
  console.log(`the sink has ${code.length} lines`)
  expect(code.length).toBeLessThan(60)
  expect(lines.filter(line => /from "(?!node:|nitro-ts)/.test(line))).toEqual([])
})

it("takes the stream of a request to a node host, and ends with its connection", async () => {
  const frames: Uint8Array[] = []
  let end: (() => void) | undefined
  const host = await serve(
    {
      async fetch(request: Request) {
        const response = await app(request, page)
        if (!request.url.includes("_nitro")) return response
        end = attachStream(response, {
          write: ({ bytes }) => frames.push(bytes) > 0,
          queuedBytes: 0,
          onDrain() {},
          close() {},
        })
        // It stays open.
        return new Response(
          new ReadableStream({ start: controller => controller.enqueue(Buffer.from("taken")) }),
        )
      },
    },
    { port: 0 },
  )
  const text = () => Buffer.concat(frames).toString()
  try {
    const address = streamPath(await (await fetch(`${host.url}/`)).text())
    const left = new AbortController()
    const headers = { "datastar-request": "true" }
    await fetch(host.url + address, { headers, signal: left.signal })
    expect(end).toBeDefined()
    await Row.create({ text: "over node" })
    await expect.poll(text).toContain("over node")
    expect(app.openStreams).toBe(1)
    left.abort()
    await expect.poll(() => app.openStreams).toBe(0)
  } finally {
    await host.close()
  }
})
