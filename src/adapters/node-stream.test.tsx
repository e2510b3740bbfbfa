// Streams over real sockets of node:http: as shared chunks where nothing looks at them, else by `write` of the response.
import {
  createServer,
  get,
  type IncomingMessage,
  OutgoingMessage,
  type ServerResponse,
} from "node:http"
import { type AddressInfo, connect } from "node:net"
import { gunzipSync } from "node:zlib"
import { respond } from "nitro-ts/actions"
import { Entity, memory } from "nitro-ts/entity"
import { Page } from "nitro-ts/html"
import { live } from "nitro-ts/live"
import { nitro } from "nitro-ts/node"
import { afterEach, beforeEach, expect, it, vi } from "vitest"
import { z } from "zod"
import { Frame } from "../live/frame.ts"
import { streamPath } from "../live/support/live-pages.tsx"
import { NodeSink } from "./node-sink.ts"

class Row extends Entity("Row", { text: z.string() }) {
  static store = memory()
}
const Item = (row: Row) => <li id={row.domId}>{row.text}</li>
const html = async () => (await respond(<Page title="Rows">{live(Row.all(), Item)}</Page>)).text()

let app: ReturnType<typeof nitro>
let server: ReturnType<typeof createServer>
let port: number
let path: string
/** A middleware in front. */
let before = (_res: ServerResponse): void => {}
/** Pending responses wait for it. */
let slow = Promise.resolve()

beforeEach(async () => {
  await Row.deleteWhere({}, { all: true })
  before = () => {}
  slow = Promise.resolve()
  app = nitro({ entities: [Row] }, async (req, res) => {
    if (req.url === "/slow") await slow
    res.setHeader("content-type", "text/html")
    res.end(req.url === "/slow" ? "slow answer" : await html())
  })
  server = createServer((req, res) => {
    before(res)
    if (!res.writableEnded) app(req, res)
  })
  await new Promise<void>(resolve => server.listen(0, "127.0.0.1", resolve))
  port = (server.address() as AddressInfo).port
  path = streamPath(await (await fetch(`http://127.0.0.1:${port}/`)).text())
})
afterEach(async () => {
  vi.restoreAllMocks()
  await app.close()
  server.closeAllConnections()
  await new Promise(resolve => server.close(resolve))
})

/** Everything that comes over a connection that sends `text`. */
function raw(text: string) {
  const socket = connect(port, "127.0.0.1")
  socket.write(text)
  let seen = ""
  socket.on("data", data => (seen += data)).on("error", () => {})
  return { socket, text: () => seen }
}
const request = (address: string, version = "1.1", more = ""): string =>
  `GET ${address} HTTP/${version}\r\nhost: app.test\r\n${more}\r\n`

/** The response without its chunks. @throws where they are not well-formed. */
function bodyOf(response: string): string {
  let rest = Buffer.from(response.slice(response.indexOf("\r\n\r\n") + 4))
  let body = ""
  while (rest.length > 0) {
    const [head] = rest.toString("latin1").split("\r\n", 1) as [string]
    const length = Number.parseInt(head, 16)
    body += rest.subarray(head.length + 2, head.length + 2 + length)
    expect(rest.subarray(head.length + 2 + length).toString("latin1")).toMatch(/^\r\n/)
    rest = rest.subarray(head.length + 4 + length)
    if (length === 0) expect(rest.length).toBe(0)
  }
  return body
}

async function changes(readers: readonly { text(): string }[]): Promise<void> {
  for (const text of ["first", "zweite Ü", "third"]) {
    await Row.create({ text })
    for (const reader of readers) await expect.poll(reader.text).toContain(`>${text}</li>`)
  }
}

it("go to the socket as chunks that are made once, and end as a response does", async () => {
  const readers = [raw(request(path)), raw(request(path))]
  for (const reader of readers) await expect.poll(reader.text).toContain("id: ")
  const write = vi.spyOn(OutgoingMessage.prototype, "write")
  await changes(readers)
  expect(write).not.toHaveBeenCalled()
  app.endStreams(() => true)
  for (const reader of readers) await expect.poll(reader.text).toMatch(/\r\n0\r\n\r\n$/)
  const [one, two] = readers.map(reader => bodyOf(reader.text()))
  expect(one).toBe(two)
  expect(one?.match(/^id: /gm)).toHaveLength(4)
})

it("go through a `write` that a middleware has replaced", async () => {
  const written: string[] = []
  before = res => {
    const { write } = res
    res.write = (chunk: unknown) => {
      written.push(Buffer.from(chunk as Uint8Array).toString())
      return write.call(res, chunk, "utf8")
    }
  }
  const reader = raw(request(path, "1.1", "accept-encoding: gzip\r\n"))
  await changes([reader])
  expect(written.filter(each => each.includes("event: "))).toHaveLength(3)
  expect(reader.text()).not.toContain("content-encoding")
})

it("reach a client of HTTP/1.0, which knows no chunks", async () => {
  const reader = raw(request(path, "1.0"))
  await changes([reader])
  app.endStreams(() => true)
  await expect.poll(() => reader.socket.readableEnded).toBe(true)
  expect(reader.text()).not.toMatch(/transfer-encoding|\r\n0\r\n/)
})

it("wait for the responses before them on their connection", async () => {
  let open = (): void => {}
  slow = new Promise(resolve => {
    open = resolve
  })
  const reader = raw(request("/slow") + request(path))
  await expect.poll(() => app.openStreams).toBe(1)
  await Row.create({ text: "early" })
  await new Promise(resolve => setTimeout(resolve, 50))
  expect(reader.text()).toBe("")
  open()
  await changes([reader])
  const responses = reader.text().split(/(?=HTTP\/1\.1 200)/)
  expect(responses).toHaveLength(2)
  expect(responses[0]).toContain("slow answer")
  expect(bodyOf(responses[1] as string)).toMatch(/>early<[\s\S]*>third</)
})

it.each([
  ["gzip, deflate, br", true],
  ["br;q=1.0, GZIP;q=0.5", true],
  ["gzip;q=0", false],
  ["x-gzip", false],
  ["", false],
])("are compressed for a client that takes %j: %s", async (accepted, isCompressed) => {
  const incoming = await new Promise<IncomingMessage>(resolve =>
    get({ port, path, headers: { "accept-encoding": accepted } }, resolve),
  )
  expect([incoming.headers["content-encoding"], incoming.headers.vary]).toEqual(
    isCompressed ? ["gzip", "accept-encoding"] : [undefined, undefined],
  )
  const parts: Buffer[] = []
  incoming.on("data", part => parts.push(part))
  const ended = new Promise(resolve => incoming.on("end", resolve))
  const plain = raw(request(path))
  await expect.poll(plain.text).toContain("id: ")
  await changes([plain])
  app.endStreams(() => true)
  await ended
  expect(incoming.complete).toBe(true)
  const all = Buffer.concat(parts)
  // It throws where the checksum at its end is wrong.
  expect((isCompressed ? gunzipSync(all) : all).toString()).toBe(bodyOf(plain.text()))
})

it("hold little for a reader that takes nothing, which gets the present state later", async () => {
  const row = await Row.create({ text: "" })
  const reader = raw(request(path))
  await expect.poll(reader.text).toContain("id: ")
  reader.socket.pause()
  const count = 400
  for (let i = 0; i < count; i++) {
    await row.update({ text: `${i} ${"x".repeat(30_000)}` })
    await new Promise(resolve => setImmediate(resolve))
  }
  reader.socket.resume()
  await expect.poll(reader.text, { timeout: 10_000 }).toContain(`>${count - 1} x`)
  expect(reader.text().length).toBeLessThan((count * 30_000) / 2)
})

it("hold nothing of the route that opened them but one listener", async () => {
  let opened: ServerResponse | undefined
  before = res => {
    opened = res
  }
  const reader = raw(request(path))
  await expect.poll(reader.text).toContain("id: ")
  expect(opened?.listenerCount("close")).toBe(1)
  expect(opened?.write).toBe(OutgoingMessage.prototype.write)
  expect(reader.text()).toMatch(/^x-request-id: /im)
})

it("end when their client leaves", async () => {
  const reader = raw(request(path))
  await expect.poll(() => app.openStreams).toBe(1)
  reader.socket.destroy()
  await expect.poll(() => app.openStreams).toBe(0)
  await Row.create({ text: "without a reader" })
})

it.each([false, true])(
  "write nothing into the next response once something else has ended theirs, gzip: %s",
  async isGzip => {
    before = res => {
      if (res.req.url !== "/ended") return
      res.setHeader("transfer-encoding", "chunked")
      const sink = new NodeSink(res, isGzip)
      for (const text of ["head", "on the socket"]) sink.write(Frame.of(text, true))
      res.end()
      sink.write(Frame.of("too late", true))
      sink.close()
    }
    const reader = raw(request("/ended") + request("/slow"))
    await expect.poll(reader.text).toContain("slow answer")
    expect(reader.text()).toMatch(/\r\n0\r\n\r\nHTTP\/1\.1 200[\s\S]*slow answer/)
    expect(reader.text()).not.toContain("too late")
  },
)

it("go on over the sockets of a server with a larger buffer", async () => {
  const large = createServer({ highWaterMark: 4 * 1024 * 1024 }, (req, res) => app(req, res))
  await new Promise<void>(resolve => large.listen(0, "127.0.0.1", resolve))
  const { port: own } = large.address() as AddressInfo
  try {
    const row = await Row.create({ text: "" })
    const socket = connect(own, "127.0.0.1")
    let seen = ""
    socket.on("data", data => (seen += data)).on("error", () => {})
    socket.write(request(path))
    await expect.poll(() => seen).toContain("id: ")
    await row.update({ text: "on the socket" })
    await expect.poll(() => seen).toContain("on the socket")
    socket.pause()
    for (let i = 0; i < 200; i++) {
      await row.update({ text: `${i} ${"x".repeat(30_000)}` })
      await new Promise(resolve => setImmediate(resolve))
    }
    socket.resume()
    await expect.poll(() => seen, { timeout: 5000 }).toContain(">199 x")
    socket.destroy()
  } finally {
    large.closeAllConnections()
    await new Promise(resolve => large.close(resolve))
  }
})
