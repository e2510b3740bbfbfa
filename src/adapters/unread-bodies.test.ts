// Bodies that no action gets to see, over real sockets: too large, refused before they are read, broken off.
import { subscribe, unsubscribe } from "node:diagnostics_channel"
import { createServer } from "node:http"
import { type AddressInfo, connect, type Socket } from "node:net"
import express from "express"
import { Hono } from "hono"
import { expose } from "nitro-ts/actions"
import { Entity, memory } from "nitro-ts/entity"
import { nitro as forFetch } from "nitro-ts/fetch"
import { nitro as forHono } from "nitro-ts/hono"
import { nitro as forNode } from "nitro-ts/node"
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest"
import { z } from "zod"
import { serve } from "./serve.ts"

class Note extends Entity("Note", { text: z.string() }) {
  static store = memory()
}
class Locked extends Entity("Locked", { text: z.string() }) {
  static store = memory()
}
const options = {
  entities: [expose(Note), expose(Locked, { allow: () => false })],
  limits: { maxBodyBytes: 64 * 1024 },
}

const listen = (
  listener: Parameters<typeof createServer>[1],
): Promise<{ port: number; close: () => void }> =>
  new Promise(resolve => {
    const server = createServer(listener).listen(0, "127.0.0.1", () =>
      resolve({
        port: (server.address() as AddressInfo).port,
        close: () => server.close().closeAllConnections(),
      }),
    )
  })
const served = async (app: Parameters<typeof serve>[0]) => {
  const server = await serve(app, { port: 0 })
  return { port: Number(new URL(server.url).port), close: () => void server.close() }
}
const hosts: Record<string, () => Promise<{ port: number; close: () => void }>> = {
  node: () => listen(forNode(options)),
  express: () => listen(express().use(forNode(options))),
  hono: () => served(new Hono().use(forHono(options))),
  fetch: () => served({ fetch: forFetch(options) }),
}

let end = () => {}
let reports: unknown[] = []
const report = (message: unknown) => void reports.push(message)
beforeEach(() => {
  reports = []
  subscribe("nitro:error", report)
  vi.spyOn(console, "log").mockImplementation(() => {})
})
afterEach(() => {
  unsubscribe("nitro:error", report)
  vi.restoreAllMocks()
  end()
})

/** One connection: sends bytes as they are and reads one response after the other. */
class Connection {
  readonly #socket: Socket
  #text = ""
  #wake = () => {}
  #error: Error | undefined

  constructor(port: number) {
    this.#socket = connect(port, "127.0.0.1")
    this.#socket.on("data", data => {
      this.#text += data
      this.#wake()
    })
    this.#socket.on("error", error => {
      this.#error = error
      this.#wake()
    })
    this.#socket.on("close", () => {
      this.#error ??= new Error("closed")
      this.#wake()
    })
  }

  send(bytes: string | Buffer): void {
    this.#socket.write(bytes)
  }

  /** The head of the next response; its body, of a known length or chunked, is dropped. */
  async answer(): Promise<string> {
    for (;;) {
      const end = this.#text.indexOf("\r\n\r\n")
      const head = this.#text.slice(0, end)
      const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0)
      const isChunked = /transfer-encoding: chunked/i.test(head)
      const last = isChunked ? this.#text.indexOf("0\r\n\r\n", end) + 5 : end + 4 + length
      if (end >= 0 && last > end + 4 - 1 && this.#text.length >= last && (!isChunked || last > 5)) {
        this.#text = this.#text.slice(last)
        return head
      }
      if (this.#error) throw this.#error
      await new Promise<void>(resolve => {
        this.#wake = resolve
      })
    }
  }

  leave(): Promise<void> {
    return new Promise(resolve => {
      this.#socket.once("close", () => resolve())
      this.#socket.destroy()
    })
  }
}

const head = (path: string, more: string) =>
  `POST ${path} HTTP/1.1\r\nhost: shop.test\r\ncontent-type: application/json\r\n${more}\r\n\r\n`
const large = Buffer.alloc(1024 * 1024, "x")
const chunked = (bytes: Buffer): Buffer =>
  Buffer.concat([
    Buffer.from(`${bytes.length.toString(16)}\r\n`),
    bytes,
    Buffer.from("\r\n0\r\n\r\n"),
  ])

describe.each(Object.entries(hosts))("%s", (_, start) => {
  it.each([
    ["declared to be too large", "/notes", 413, `content-length: ${large.length}`, large],
    ["found to be too large", "/notes", 413, "transfer-encoding: chunked", chunked(large)],
    ["refused by `allow`", "/lockeds", 403, `content-length: ${large.length}`, large],
    [
      "refused by `allow`, of unknown length",
      "/lockeds",
      403,
      "transfer-encoding: chunked",
      chunked(large),
    ],
    [
      "sent from another site",
      "/notes",
      403,
      `sec-fetch-site: cross-site\r\ncontent-length: ${large.length}`,
      large,
    ],
    ["sent to a path of another method", "/notes/1", 405, `content-length: ${large.length}`, large],
    [
      "of an unknown type",
      "/notes",
      415,
      `content-type: text/plain\r\ncontent-length: ${large.length}`,
      large,
    ],
  ])("keeps the connection after a body that is %s", async (_, path, status, more, body) => {
    const server = await start()
    end = server.close
    const connection = new Connection(server.port)
    const wanted = more.startsWith("content-type")
      ? head(path, more).replace("content-type: application/json\r\n", "")
      : head(path, more)
    connection.send(wanted)
    connection.send(body)
    expect(await connection.answer()).toContain(`HTTP/1.1 ${status} `)
    connection.send("GET /notes HTTP/1.1\r\nhost: shop.test\r\n\r\n")
    expect(await connection.answer()).toContain("HTTP/1.1 200 ")
    await connection.leave()
  })

  it.each([
    ["of a known length", `content-length: ${large.length}`, '{"text":"half'],
    ["of unknown length", "transfer-encoding: chunked", '5\r\n{"tex\r\n'],
    [
      "of a form",
      `content-type: multipart/form-data; boundary=x\r\ncontent-length: 5000`,
      "--x\r\n",
    ],
  ])("reports nothing when the client leaves in the middle of a body %s", async (_, more, body) => {
    const server = await start()
    end = server.close
    const connection = new Connection(server.port)
    connection.send(head("/notes", more))
    connection.send(body)
    // It must be in the middle of reading: the next response shows that the server has been busy with other things since.
    const other = new Connection(server.port)
    const ask = async () => {
      other.send("GET /notes HTTP/1.1\r\nhost: shop.test\r\n\r\n")
      await other.answer()
    }
    await ask()
    await connection.leave()
    for (let round = 0; round < 5; round++) await ask()
    expect(reports).toEqual([])
    await other.leave()
  })
})
