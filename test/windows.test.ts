// Several windows of one browser on live pages: they share streams, keep two connections free, and replace a leader that is gone.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import type { Browser, BrowserContext, Page } from "playwright-core"
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest"
import { clientAssets } from "../src/client/index.ts"
import { openBrowser } from "./support/browser.ts"

/** A list for each path and user, with a stream of its changes. Another user's rows carry that user's name. */
class LiveServer {
  readonly streams = new Map<ServerResponse, { readonly path: string; readonly user: string }>()
  readonly polls: string[] = []
  readonly #rows = new Map<string, number>()
  readonly #server: Server = createServer(
    (request, response) => void this.#answer(request, response),
  )

  async start(port = 0): Promise<string> {
    await new Promise<void>(resolve => this.#server.listen(port, "127.0.0.1", resolve))
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  stop(): void {
    this.#server.closeAllConnections()
    this.#server.close()
  }

  /** Paths of the open streams. */
  get open(): string[] {
    return [...this.streams.values()].map(({ path }) => path)
  }

  rows(path: string): number {
    return this.#rows.get(path) ?? 0
  }

  add(path: string): void {
    const next = this.rows(path) + 1
    this.#rows.set(path, next)
    for (const [response, { user }] of [...this.streams].filter(
      ([, stream]) => stream.path === path,
    ))
      response.write(
        `event: datastar-patch-elements\ndata: mode append\ndata: selector #list\ndata: elements ${row(next, user)}\n\nid: e:${next}:v\n\n`,
      )
  }

  #list(path: string, user: string): string {
    return `<ul id="list">${Array.from({ length: this.rows(path) }, (_, index) => row(index + 1, user)).join("")}</ul>`
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://x")
    const user = /user=(\w+)/.exec(request.headers.cookie ?? "")?.[1] ?? "visitor"
    const asset = clientAssets.get(pathname.slice("/_nitro/".length))
    if (asset)
      return void response.writeHead(200, { "content-type": asset.type }).end(await asset.load())
    const asked = searchParams.get("_nitro")
    const now = this.rows(pathname)
    if (asked === null) {
      const options =
        "{filterSignals: {include: /^$/}, openWhenHidden: false, retry: 'always', retryMaxCount: Infinity, requestCancellation: 'disabled'}"
      return void response
        .writeHead(200, { "content-type": "text/html" })
        .end(
          `<!doctype html><script type="module" src="/_nitro/client.js"></script>${this.#list(pathname, user)}<div id="nitro-live" data-init="@get('${pathname}?_nitro=e:${now}:v~${user}', ${options})"></div>`,
        )
    }
    const cursor = String(request.headers["last-event-id"] ?? asked)
    const has = /^e:(\d+):v(?:~(\w+))?$/.exec(cursor)
    const isKnown = has !== null && Number(has[1]) === now
    const first = `${isKnown ? "" : `event: datastar-patch-elements\ndata: elements ${this.#list(pathname, user)}\n\n`}id: e:${now}:v\n\n`
    response.writeHead(200, { "content-type": "text/event-stream" })
    response.write(first)
    if (searchParams.get("_nitro_once") === "1") {
      this.polls.push(pathname)
      return void response.end()
    }
    this.streams.set(response, { path: pathname, user })
    response.on("close", () => this.streams.delete(response))
  }
}

const row = (number: number, user: string): string => `<li id="r${number}">${number} ${user}</li>`

let browser: Browser
let context: BrowserContext
let server: LiveServer
let url: string

beforeAll(async () => {
  browser = await openBrowser()
}, 60_000)
afterAll(() => browser.close())
beforeEach(async () => {
  server = new LiveServer()
  url = await server.start()
  context = await browser.newContext()
})
afterEach(async () => {
  await context.close()
  server.stop()
})

async function open(path: string): Promise<Page> {
  const page = await context.newPage()
  await page.goto(url + path)
  return page
}

const shown = (page: Page): Promise<string[]> => page.locator("#list > li").allTextContents()
const truth = (path: string, user = "visitor"): string[] =>
  Array.from({ length: server.rows(path) }, (_, index) => `${index + 1} ${user}`)

async function expectTruth(pages: readonly Page[], path: string, user?: string): Promise<void> {
  for (const page of pages)
    await expect.poll(() => shown(page), { timeout: 20_000 }).toEqual(truth(path, user))
}

describe("windows at one address", () => {
  it("share one stream, however many they are, and all show every change once", async () => {
    const pages = [await open("/a")]
    await expect.poll(() => server.open).toEqual(["/a"])
    for (let index = 0; index < 6; index++) {
      pages.push(await open("/a"))
      server.add("/a")
    }
    await expectTruth(pages, "/a")
    server.add("/a")
    await expectTruth(pages, "/a")
    expect(server.open).toEqual(["/a"])
  }, 120_000)

  it("go on when the one that reads the stream is closed", async () => {
    const pages = [await open("/a")]
    await expect.poll(() => server.open).toEqual(["/a"])
    pages.push(await open("/a"), await open("/a"))
    server.add("/a")
    await expectTruth(pages, "/a")
    await pages.shift()?.close()
    server.add("/a")
    await expectTruth(pages, "/a")
    expect(server.open).toEqual(["/a"])
  }, 120_000)

  it("go on when the one that reads the stream hangs, and read one stream again once it is back", async () => {
    const [first, ...others] = [await open("/a"), await open("/a"), await open("/a")] as [
      Page,
      ...Page[],
    ]
    server.add("/a")
    await expectTruth([first, ...others], "/a")
    const hangs = first.evaluate(() => {
      const end = Date.now() + 20_000
      while (Date.now() < end);
    })
    server.add("/a")
    await expectTruth(others, "/a")
    await hangs
    server.add("/a")
    await expectTruth([first, ...others], "/a")
    await expect.poll(() => server.open, { timeout: 20_000 }).toEqual(["/a"])
  }, 120_000)

  it("let go of the stream while they are hidden, and catch up when they are shown", async () => {
    const show = (page: Page, hidden: boolean): Promise<void> =>
      page.evaluate(value => {
        const { document } = globalThis as unknown as { document: EventTarget }
        Object.defineProperty(document, "hidden", { value, configurable: true })
        document.dispatchEvent(new Event("visibilitychange"))
      }, hidden)
    const pages = [await open("/a"), await open("/a")] as [Page, Page]
    server.add("/a")
    await expectTruth(pages, "/a")
    await show(pages[0], true)
    server.add("/a")
    await expectTruth([pages[1]], "/a")
    await show(pages[1], true)
    await expect.poll(() => server.open).toEqual([])
    server.add("/a")
    await show(pages[0], false)
    await expectTruth([pages[0]], "/a")
    await show(pages[1], false)
    await expectTruth(pages, "/a")
    expect(server.open).toEqual(["/a"])
  }, 60_000)

  it("say that the server is gone in all of them, until it is back", async () => {
    const pages = [await open("/a"), await open("/a")]
    await expect.poll(() => server.open).toEqual(["/a"])
    const port = Number(new URL(url).port)
    server.stop()
    for (const page of pages)
      await page.getByRole("status").filter({ hasText: "Reconnecting…" }).waitFor()
    await server.start(port)
    for (const page of pages) await page.getByRole("status").waitFor({ state: "detached" })
    server.add("/a")
    await expectTruth(pages, "/a")
  }, 120_000)
})

describe("windows at many addresses", () => {
  it("load, and open four streams at most; the others ask every few seconds", async () => {
    const paths = ["/a", "/b", "/c", "/d", "/e", "/f", "/g"]
    const pages = await Promise.all(paths.map(open))
    for (const path of paths) server.add(path)
    for (const [index, path] of paths.entries()) await expectTruth([pages[index] as Page], path)
    await expect.poll(() => server.open.length, { timeout: 20_000 }).toBe(4)
    const rest = paths.filter(path => !server.open.includes(path))
    server.polls.length = 0
    for (const path of rest) server.add(path)
    for (const path of rest) await expectTruth([pages[paths.indexOf(path)] as Page], path)
    expect(new Set(server.polls)).toEqual(new Set(rest))
    expect(server.open.length).toBe(4)
    // Once one is closed, another one takes its stream.
    const first = paths.indexOf(server.open[0] as string)
    await pages[first]?.close()
    await expect
      .poll(() => [server.open.length, server.open.includes(paths[first] as string)], {
        timeout: 20_000,
      })
      .toEqual([4, false])
  }, 120_000)
})

describe("windows of different users", () => {
  it("never share: after a login elsewhere each page reads what is its own", async () => {
    const visitor = await open("/a")
    await expect.poll(() => server.open).toEqual(["/a"])
    await context.addCookies([{ name: "user", value: "ann", url }])
    const ann = await open("/a")
    await expect
      .poll(() => [...server.streams.values()].map(({ user }) => user).sort())
      .toEqual(["ann", "visitor"])
    server.add("/a")
    await expectTruth([visitor], "/a", "visitor")
    await expectTruth([ann], "/a", "ann")
  }, 60_000)
})
