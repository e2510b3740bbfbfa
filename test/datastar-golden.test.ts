// The protocol's own conformance cases, against a real HTTP server. They are third-party data and not kept here:
// NITRO_DATASTAR_GOLDEN names the folder of `get|post/NAME/{input.json,output.txt}`.
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { createServer, type IncomingMessage, type Server } from "node:http"
import type { AddressInfo } from "node:net"
import { resolve } from "node:path"
import {
  executeScript,
  patchElements,
  patchSignals,
  readSignals,
  type SseText,
  sseResponse,
} from "nitro-ts/datastar"
import { raw } from "nitro-ts/html"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { root } from "./support/imports.ts"

interface AskedEvent {
  readonly type: "patchElements" | "patchSignals" | "executeScript"
  readonly elements?: string
  readonly signals?: object
  readonly "signals-raw"?: string
  readonly script?: string
}

const folder = resolve(root, process.env["NITRO_DATASTAR_GOLDEN"] ?? "../shared/datastar-golden")
const missing = existsSync(folder)
  ? ""
  : `no conformance cases at ${folder}; set NITRO_DATASTAR_GOLDEN to their folder`
if (missing !== "") console.info(`datastar-golden is skipped: ${missing}`)

/** One event, as the `events` of the request's signals ask for it. */
function response({
  type,
  elements,
  signals,
  "signals-raw": json,
  script,
  ...options
}: AskedEvent): SseText {
  if (type === "patchElements") return patchElements(raw(elements ?? ""), options)
  if (type === "patchSignals") return patchSignals(json ?? signals ?? {}, options)
  return executeScript(script ?? "", options)
}

async function handle(request: Request): Promise<Response> {
  const { events } = (await readSignals(request)) as { events: AskedEvent[] }
  return sseResponse(events.map(response))
}

function toRequest(message: IncomingMessage): Request {
  const { method = "GET", url = "/", headers } = message
  const hasBody = method !== "GET" && method !== "DELETE"
  return new Request(`http://127.0.0.1${url}`, {
    method,
    headers: headers as Record<string, string>,
    ...(hasBody ? { body: message as unknown as ReadableStream, duplex: "half" } : {}),
  })
}

/** Lines of an event by field; the parts of `data` by their first word, whose order is free. */
function parse(stream: string): Record<string, unknown>[] {
  return stream
    .split(/\n\n+/)
    .filter(block => block.trim() !== "")
    .map(block => {
      const fields: Record<string, string> = {}
      const data: Record<string, string[]> = {}
      for (const line of block.split("\n").filter(text => text !== "")) {
        const [, name = "", text = ""] = /^([^:]*):[ ]?(.*)$/.exec(line) ?? []
        if (name !== "data") fields[name] = text
        else {
          const word = text.split(" ", 1)[0] as string
          data[word] = [...(data[word] ?? []), text.slice(word.length + 1).trimEnd()]
        }
      }
      return { ...fields, data }
    })
}

/** Stricter than the protocol's own runner: event, id, retry, data in this order, and a blank line after each event. */
function expectFieldOrder(stream: string): void {
  expect(stream.endsWith("\n\n")).toBe(true)
  for (const event of stream.slice(0, -2).split("\n\n")) {
    const order = event
      .split("\n")
      .map(line => ["event", "id", "retry", "data"].indexOf(line.split(":", 1)[0] as string))
    expect(order).not.toContain(-1)
    expect(order).toEqual([...order].sort((a, b) => a - b))
  }
}

describe.skipIf(missing !== "")(
  `the protocol's conformance cases${missing === "" ? "" : ` (${missing})`}`,
  () => {
    let server: Server
    let address = ""

    beforeAll(async () => {
      server = createServer((message, reply) => {
        handle(toRequest(message)).then(
          async response => {
            reply.writeHead(response.status, Object.fromEntries(response.headers))
            reply.end(Buffer.from(await response.arrayBuffer()))
          },
          (error: unknown) => reply.writeHead(500).end(String(error)),
        )
      })
      await new Promise<void>(done => server.listen(0, "127.0.0.1", done))
      address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/test`
    })
    afterAll(async () => {
      await new Promise(done => server.close(done))
    })

    for (const kind of missing === "" ? (["get", "post"] as const) : []) {
      for (const name of readdirSync(`${folder}/${kind}`).sort()) {
        it(`${kind}/${name}`, async () => {
          const input = readFileSync(`${folder}/${kind}/${name}/input.json`, "utf8")
          const expected = readFileSync(`${folder}/${kind}/${name}/output.txt`, "utf8")
          const headers = { accept: "text/event-stream", "datastar-request": "true" }
          const response =
            kind === "get"
              ? await fetch(`${address}?datastar=${encodeURIComponent(input)}`, { headers })
              : await fetch(address, {
                  method: "POST",
                  headers: { ...headers, "content-type": "application/json" },
                  body: input,
                })
          const stream = await response.text()
          expect(response.status, stream).toBe(200)
          expect(response.headers.get("content-type")).toMatch(/^text\/event-stream/)
          expect(response.headers.get("cache-control")).toMatch(/no-cache/)
          expect(parse(stream)).toEqual(parse(expected))
          expectFieldOrder(stream)
        })
      }
    }
  },
)
