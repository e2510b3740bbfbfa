// Pages as responses on web hosts and on node:http: status, headers, and what becomes of errors and of readers that leave.
import { subscribe, unsubscribe } from "node:diagnostics_channel"
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import express from "express"
import { afterEach, beforeEach, expect, it } from "vitest"
import type { NitroError } from "../../shared/errors.ts"
import { type Child, html, layout, type Markup, Suspense } from "../index.ts"
import { isNodeResponse, type NodeResponse, toResponse, writeTo } from "./response.ts"

const later = <T,>(value: () => T, ms = 5): Promise<T> =>
  new Promise(done => setTimeout(() => done(value()), ms))
const failLater = (): Promise<never> =>
  new Promise((_, fail) => setTimeout(() => fail(new Error("late failure")), 20))

interface Report {
  readonly error: Error
  readonly where: string
}
let reports: Report[] = []
const listen = (message: unknown): void => void reports.push(message as Report)
beforeEach(() => {
  reports = []
  subscribe("nitro:error", listen)
})

const servers: Server[] = []
afterEach(async () => {
  unsubscribe("nitro:error", listen)
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    await new Promise(done => server.close(done))
  }
})

async function serve(
  handler: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<string> {
  const server = createServer(handler)
  servers.push(server)
  await new Promise<void>(done => server.listen(0, "127.0.0.1", done))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** Handlers of node:http know it under a type with more overloads. */
const nodeResponse = (response: ServerResponse): NodeResponse => response as unknown as NodeResponse

/** Writes the page to a response of node:http; an error becomes the text of a 500. */
const page = (make: () => Markup, options: Parameters<typeof writeTo>[2] = {}) =>
  serve((_, response) => {
    writeTo(nodeResponse(response), make(), options).catch((error: Error) => {
      response.statusCode = 500
      response.end(error.message)
    })
  })

it.each([false, true, "in-order"] as const)(
  "sends status and headers on node:http (stream: %s)",
  async stream => {
    const url = await page(() => html`<p>${later(() => "x")}</p>`, {
      status: 404,
      headers: { "x-own": "1" },
      stream,
    })
    const response = await fetch(url)
    expect([response.status, response.headers.get("x-own"), await response.text()]).toEqual([
      404,
      "1",
      "<p>x</p>",
    ])
    expect(response.headers.get("content-type")).toBe("text/html; charset=utf-8")
  },
)

it("keeps the status and the content type that the host has set, unless options set others", async () => {
  const url = await serve((_, response) => {
    response.statusCode = 410
    response.setHeader("content-type", "application/xhtml+xml")
    void writeTo(nodeResponse(response), html`<p>gone</p>`, {})
  })
  const response = await fetch(url)
  expect([response.status, response.headers.get("content-type")]).toEqual([
    410,
    "application/xhtml+xml",
  ])
})

it.each([false, true, "in-order"] as const)(
  "sends status and headers as a web Response (stream: %s)",
  async stream => {
    const response = await toResponse(html`<p>${later(() => "x")}</p>`, {
      status: 404,
      statusText: "Gone",
      headers: { "x-own": "1" },
      stream,
    })
    expect([
      response.status,
      response.statusText,
      response.headers.get("x-own"),
      await response.text(),
    ]).toEqual([404, "Gone", "1", "<p>x</p>"])
  },
)

it("gives an error of a whole page to the host, which can still respond", async () => {
  const url = await page(() => html`<p>${failLater()}</p>`)
  const response = await fetch(url)
  expect([response.status, await response.text()]).toEqual([500, "late failure"])
  await expect(toResponse(html`<p>${failLater()}</p>`, {})).rejects.toThrow("late failure")
  expect(reports).toEqual([])
})

it("gives an error to the host as long as nothing of a streamed page is sent", async () => {
  const url = await page(() => html`${Promise.reject(new Error("at once"))}`, { stream: true })
  const response = await fetch(url)
  expect([response.status, await response.text()]).toEqual([500, "at once"])
  expect(reports).toEqual([])
})

const halves: Readonly<Record<string, () => Markup>> = {
  "an async child": () => html`<p>first ${failLater()}</p>`,
  "a suspended child": () =>
    html`<p>first ${Suspense({ fallback: "wait", children: failLater })}</p>`,
  "a generator": () =>
    html`<p>${(async function* (): AsyncGenerator<Child> {
      yield "first"
      await failLater()
    })()}</p>`,
  "a value that is no child": () => html`<p>first ${later(() => ({ a: 1 }) as never, 20)}</p>`,
}

it.each(Object.entries(halves))(
  "reports the error of %s once a part of the page is sent, and breaks the connection",
  async (_, make) => {
    const url = await page(make, { stream: true })
    const response = await fetch(url)
    expect(response.status).toBe(200)
    await expect(response.text()).rejects.toThrow()
    expect(reports.map(({ where }) => where)).toEqual(["a page that is streamed"])

    reports = []
    const web = await toResponse(make(), { stream: true })
    await expect(web.text()).rejects.toThrow()
    expect(reports.map(({ where }) => where)).toEqual(["a page that is streamed"])
  },
)

it("reports nothing when the reader leaves, and ends the work", async () => {
  let ended = 0
  const leave = (fail: (error: Error) => void): void => {
    ended++
    fail(new Error("left"))
  }
  const forever = (): Markup =>
    html`<p>first ${Suspense({ children: ({ signal }) => new Promise<string>((_, fail) => signal.addEventListener("abort", () => leave(fail))) })}</p>`
  const url = await page(forever, { stream: true })
  const reading = new AbortController()
  const response = await fetch(url, { signal: reading.signal })
  await response.body?.getReader().read()
  reading.abort()
  await expect.poll(() => ended).toBe(1)

  const reader = (await toResponse(forever(), { stream: true })).body?.getReader()
  await reader?.read()
  await reader?.cancel("left")
  await expect.poll(() => ended).toBe(2)
  expect(reports).toEqual([])
})

it("writes nothing to a response whose reader has left before the page was ready", async () => {
  let written: Promise<void> | undefined
  let wrote = 0
  const url = await serve((_, response) => {
    response.write = () => wrote++ === 0
    const closed = new Promise<void>(done => response.once("close", done))
    written = writeTo(nodeResponse(response), html`<p>${closed.then(() => "x")}</p>`, {
      status: 201,
    })
  })
  const leave = new AbortController()
  const response = fetch(url, { signal: leave.signal }).catch(() => undefined)
  await expect.poll(() => written !== undefined).toBe(true)
  leave.abort()
  await response
  await written
  expect(wrote).toBe(0)
})

it("says what to write when a page is sent by Express as JSON", async () => {
  const app = express()
  app.get("/", (_, response) => void response.send(<p>x</p>))
  app.get("/json", (_, response) => void response.json({ page: <p>x</p> }))
  app.use(
    ((error, _request, response, _next) =>
      void response.status(500).send((error as NitroError).fix)) as express.ErrorRequestHandler,
  )
  const url = await serve(app)
  for (const path of ["/", "/json"]) {
    const response = await fetch(url + path)
    expect([response.status, await response.text()]).toEqual([
      500,
      expect.stringContaining("response.send(String(markup))"),
    ])
  }
})

it("ends the work behind a whole page when the reader leaves, and reports nothing", async () => {
  const reasons: unknown[] = []
  let started = false
  const url = await page(() => {
    started = true
    return html`<p>${Suspense({ children: ({ signal }) => new Promise<string>(() => signal.addEventListener("abort", () => reasons.push(signal.reason))) })}</p>`
  })
  const leave = new AbortController()
  const response = fetch(url, { signal: leave.signal }).catch(() => undefined)
  await expect.poll(() => started).toBe(true)
  leave.abort()
  await response
  await expect.poll(() => reasons.length).toBe(1)
  expect(reports).toEqual([])
})

it("responds with 500 on node:http, which ignores the rejection of a handler", async () => {
  const Shell = layout(({ children }) => html`<main>${children}</main>`)
  const unhandled: unknown[] = []
  const note = (reason: unknown): void => void unhandled.push(reason)
  process.on("unhandledRejection", note)
  try {
    const broken = Shell.wrap((_request: IncomingMessage, _response: ServerResponse): Child => {
      throw new Error("down")
    })
    const half = Shell.wrap(
      {},
      (_request: IncomingMessage, _response: ServerResponse) => html`first ${failLater()}`,
      { stream: true },
    )
    const url = await serve(
      (request, response) => void (request.url === "/half" ? half : broken)(request, response),
    )
    const response = await fetch(url)
    expect([response.status, await response.text()]).toEqual([500, "Internal Server Error"])
    await expect(fetch(`${url}/half`).then(answer => answer.text())).rejects.toThrow()
    expect(reports.map(({ error, where }) => [error.message, where])).toEqual([
      ["down", "a handler in a layout"],
      ["late failure", "a page that is streamed"],
    ])
    expect(unhandled).toEqual([])
  } finally {
    process.off("unhandledRejection", note)
  }
})

it("hands errors on to Express", async () => {
  const Shell = layout(({ children }) => html`<main>${children}</main>`)
  const app = express()
  app.get(
    "/",
    Shell.wrap((_request: express.Request, _response: express.Response): Child => {
      throw new Error("down")
    }),
  )
  app.use(
    ((error, _request, response, _next) =>
      void response.status(503).send((error as Error).message)) as express.ErrorRequestHandler,
  )
  const url = await serve(app)
  const response = await fetch(url)
  expect([response.status, await response.text()]).toEqual([503, "down"])
  expect(reports).toEqual([])
})

it("takes no web Response and no other object for a response of node:http", () => {
  expect([new Response(), {}, null, undefined, "x", { setHeader: 1 }].map(isNodeResponse)).toEqual(
    Array(6).fill(false),
  )
})
