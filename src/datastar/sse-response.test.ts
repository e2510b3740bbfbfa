import { subscribe, unsubscribe } from "node:diagnostics_channel"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import {
  comment,
  eventStream,
  patchSignals,
  type SseText,
  sseHeaders,
  sseResponse,
} from "./index.ts"

let reports: { error: Error; where: string }[] = []
const listen = (message: unknown): void => void reports.push(message as (typeof reports)[number])
const seen = (): string[] => reports.map(({ error, where }) => `${where}: ${error.message}`)
beforeEach(() => {
  reports = []
  subscribe("nitro:error", listen)
})
afterEach(() => void unsubscribe("nitro:error", listen))

it("sends headers that keep proxies from holding events back, and no header that HTTP/2 forbids", () => {
  const response = sseResponse([], {
    headers: { "cache-control": "public", "x-own": "1" },
    status: 200,
  })
  expect(Object.fromEntries(response.headers)).toEqual({ ...sseHeaders, "x-own": "1" })
  expect(sseHeaders).toEqual({
    "content-type": "text/event-stream",
    "cache-control": "no-cache, no-transform",
    "x-accel-buffering": "no",
  })
})

it("sends one event, a list, and events as they come", async () => {
  async function* slowly(): AsyncGenerator<SseText> {
    yield patchSignals({ a: 1 })
    await new Promise(done => setTimeout(done, 5))
    yield patchSignals({ a: "ä" })
  }
  expect(await sseResponse(comment("x")).text()).toBe(": x\n\n")
  expect(await sseResponse([comment("x"), comment("y")]).text()).toBe(": x\n\n: y\n\n")
  expect(await sseResponse(slowly()).text()).toBe(
    `${patchSignals({ a: 1 })}${patchSignals({ a: "ä" })}`,
  )
})

const stored =
  "event: datastar-patch-elements\ndata: selector body\ndata: mode append\ndata: elements <script>alert(1)</script>\n\n"

it.each<[string, (text: string) => unknown]>([
  ["a string", text => text],
  ["a String object", text => new String(text)],
  ["a list of strings", text => [text]],
  ["a list with an event in front", text => [comment(), text]],
  ["an object that prints as one", text => [{ toString: () => text }]],
  [
    "an object with the class's name",
    text => [{ constructor: { name: "SseText" }, text, toString: () => text }],
  ],
  [
    "a generator",
    text =>
      (function* () {
        yield text
      })(),
  ],
  [
    "an async generator",
    text =>
      (async function* () {
        yield text
      })(),
  ],
  ["null", () => [null]],
  ["two events that + joined", () => `${comment()}${comment()}`],
])("sends no event that is %s", async (_, make) => {
  const events = make(stored) as SseText
  const sent = async (): Promise<string> => await sseResponse(events).text()
  await expect(sent()).rejects.toThrow(expect.objectContaining({ code: "NITRO_SSE_TEXT" }))
  expect(seen()).toHaveLength(1)
})

it("runs the generator no further than the page reads", async () => {
  let made = 0
  function* many(): Generator<SseText> {
    for (;;) yield comment(String(made++))
  }
  const reader = eventStream(many()).getReader()
  expect(made).toBe(0)
  await reader.read()
  await reader.read()
  expect(made).toBe(2)
  await reader.cancel()
})

it("ends the generator when the page goes away", async () => {
  let ended: (() => void) | undefined
  const end = new Promise<void>(done => {
    ended = done
  })
  async function* forEver(): AsyncGenerator<SseText> {
    try {
      for (;;) {
        yield comment("tick")
        await new Promise(done => setTimeout(done, 2))
      }
    } finally {
      ended?.()
    }
  }
  const server = createServer((_, reply) => {
    const reader = (sseResponse(forEver()).body as ReadableStream<Uint8Array>).getReader()
    reply.on("close", () => void reader.cancel())
    const pump = async (): Promise<void> => {
      for (let next = await reader.read(); !next.done; next = await reader.read())
        reply.write(next.value)
    }
    pump().catch(() => reply.destroy())
  })
  await new Promise<void>(done => server.listen(0, "127.0.0.1", done))
  try {
    const page = new AbortController()
    const response = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, {
      signal: page.signal,
    })
    await response.body?.getReader().read()
    page.abort()
    await end
    expect(seen()).toEqual([])
  } finally {
    server.closeAllConnections()
    await new Promise(done => server.close(done))
  }
})

describe("an error of the generator", () => {
  it.each<[string, () => unknown]>([
    [
      "before the first event",
      // biome-ignore lint/correctness/useYield: failing before the first event is the case.
      async function* () {
        throw new Error("database is gone")
      },
    ],
    [
      "after an event",
      async function* () {
        yield comment()
        throw new Error("database is gone")
      },
    ],
    [
      "in a generator that is not async",
      function* () {
        yield comment()
        throw new Error("database is gone")
      },
    ],
    [
      "when the iterable is opened",
      () => ({
        [Symbol.asyncIterator]() {
          throw new Error("database is gone")
        },
      }),
    ],
  ])("is reported and breaks the stream, %s", async (_, make) => {
    await expect(sseResponse(make() as AsyncIterable<SseText>).text()).rejects.toThrow(
      "database is gone",
    )
    expect(seen()).toEqual(["an event stream: database is gone"])
  })

  it("runs no further behind a value that is no event", async () => {
    const log: string[] = []
    async function* wrong(): AsyncGenerator<SseText> {
      try {
        yield "event: x" as unknown as SseText
        log.push("went on")
      } finally {
        log.push("ended")
      }
    }
    await expect(sseResponse(wrong()).text()).rejects.toThrow("not an event")
    expect(log).toEqual(["ended"])
    expect(seen()[0]).toMatch(/^an event stream: .*not an event/)
  })

  it("is reported when the page has gone and the clean-up fails", async () => {
    async function* untidy(): AsyncGenerator<SseText> {
      try {
        for (;;) yield comment()
      } finally {
        // biome-ignore lint/correctness/noUnsafeFinally: a clean-up that fails is the case.
        throw new Error("not closed")
      }
    }
    const reader = eventStream(untidy()).getReader()
    await reader.read()
    await reader.cancel()
    expect(seen()).toEqual(["the end of an event stream: not closed"])
  })
})
