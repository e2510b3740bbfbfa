import { afterEach, beforeAll, describe, expect, it, vi } from "vitest"
import {
  type Answer,
  element,
  elements,
  fetchEvents,
  isOfficial,
  loadClient,
  received,
  render,
  serve,
  settled,
  signalsEvent,
  startServer,
  stopServer,
  stream,
  waitForRequests,
} from "../support/page.ts"

beforeAll(loadClient)

let events = fetchEvents()
afterEach(async () => {
  setHidden(false)
  await render("")
  events.stop()
  events = fetchEvents()
})

const text = (selector: string): string => element(selector).textContent
const quick = "retryInterval: 20, retryMaxWait: 60"
const openStream = (text: string): Answer => stream(text, { end: "hang" })

/** Tabs cannot be hidden by a script, so the page gets the event alone. */
function setHidden(hidden: boolean): void {
  Object.defineProperty(document, "hidden", { value: hidden, configurable: true })
  document.dispatchEvent(new Event("visibilitychange"))
}

async function start(url: string, options: string, method = "get"): Promise<void> {
  await render(
    `<div id="live" data-init="@${method}('${url}', {${options}})"></div><p id="out"></p>`,
  )
}

const quiet = (): (() => void) => {
  const spy = vi.spyOn(console, "error").mockImplementation(() => {})
  return () => spy.mockRestore()
}

describe("trying again", () => {
  it("is not done after a clean end, unless retry says always", async () => {
    const once = await serve(stream(elements('<p id="out">1</p>')))
    await start(once, quick)
    await expect.poll(() => text("#out")).toBe("1")
    await new Promise(resolve => setTimeout(resolve, 150))
    expect(await received(once)).toHaveLength(1)
    const always = await serve(
      stream(elements('<p id="out">a</p>')),
      openStream(elements('<p id="out">b</p>')),
    )
    await start(always, `retry: 'always', ${quick}`)
    await expect.poll(() => text("#out")).toBe("b")
  })

  it("sends the last event id of what was handled", async () => {
    const url = await serve(
      stream(`id: e1:4\n${signalsEvent({ seq: 4 })}id: e1:5\nevent: datastar-patch-signals\n`, {
        end: "destroy",
      }),
      stream(`id:\n${signalsEvent({ seq: 5 })}`),
      openStream(signalsEvent({ seq: 6 })),
    )
    const restore = quiet()
    await start(url, `retry: 'always', ${quick}`)
    const log = await waitForRequests(url, 3)
    expect(log.map(({ headers }) => headers["last-event-id"])).toEqual([
      undefined,
      isOfficial ? "e1:5" : "e1:4",
      undefined,
    ])
    restore()
  })

  it("is done after a broken connection, with the signals of now", async () => {
    const url = await serve(
      stream(signalsEvent({ turn: 2 }), { end: "destroy" }),
      openStream(elements('<p id="out">back</p>')),
    )
    const restore = quiet()
    await render(
      `<div data-signals="{turn: 1}"></div><div data-init="@get('${url}', {${quick}})"></div><p id="out"></p>`,
    )
    await expect.poll(() => text("#out")).toBe("back")
    const turns = (await received(url)).map(
      ({ url }) =>
        (JSON.parse(new URL(url, "http://x").searchParams.get("datastar")!) as { turn: number })
          .turn,
    )
    if (!isOfficial) expect(turns).toEqual([1, 2])
    restore()
  })

  it.skipIf(isOfficial)(
    "does not send a write again once the server began to respond",
    async () => {
      const restore = quiet()
      const url = await serve(stream(elements('<p id="out">half</p>'), { end: "destroy" }))
      await start(url, quick, "post")
      await expect.poll(() => events.types.at(-1)).toBe("finished")
      expect(await received(url)).toHaveLength(1)
      restore()
    },
  )

  it("is done for error statuses with retry error", async () => {
    const url = await serve(
      { status: 503 },
      { status: 500 },
      stream(elements('<p id="out">ok</p>')),
    )
    await start(url, `retry: 'error', ${quick}`)
    await expect.poll(() => text("#out")).toBe("ok")
    if (!isOfficial)
      // The page has the text before the end of the response.
      await expect
        .poll(() => events.types.filter(type => !type.startsWith("datastar")))
        .toEqual(["started", "error", "retrying", "error", "retrying", "reconnected", "finished"])
  })

  it("is never done with retry never, nor after 204", async () => {
    const restore = quiet()
    const broken = await serve({ end: "refuse" })
    const empty = await serve({ status: 204 })
    if (!isOfficial) await start(broken, `retry: 'never', ${quick}`)
    await start(empty, `retry: 'always', ${quick}`)
    await new Promise(resolve => setTimeout(resolve, 200))
    if (!isOfficial) expect(await received(broken)).toHaveLength(1)
    expect(await received(empty)).toHaveLength(1)
    restore()
  })

  it("is given up after retryMaxCount", async () => {
    const restore = quiet()
    const url = await serve({ end: "refuse" })
    await start(url, "retryInterval: 5, retryMaxWait: 10, retryMaxCount: 3")
    await expect.poll(() => events.types.includes("retries-failed")).toBe(true)
    await expect.poll(() => events.types.at(-1)).toBe("finished")
    if (!isOfficial) expect(await received(url)).toHaveLength(4)
    restore()
  })

  it.skipIf(isOfficial)("waits longer and longer, with jitter, up to retryMaxWait", async () => {
    const restore = quiet()
    const random = vi.spyOn(Math, "random").mockReturnValue(0.5)
    const url = await serve({ end: "refuse" })
    await start(url, "retryInterval: 40, retryScaler: 3, retryMaxWait: 200, retryMaxCount: 4")
    const log = await waitForRequests(url, 5)
    const gaps = log.slice(1).map(({ at }, index) => at - log[index]!.at)
    expect(gaps[0]).toBeGreaterThanOrEqual(35)
    expect(gaps[1]).toBeGreaterThanOrEqual(115)
    expect(gaps[2]).toBeGreaterThanOrEqual(190)
    expect(gaps[3]).toBeLessThan(320)
    random.mockRestore()
    restore()
  })

  it("takes the server's retry time", async () => {
    const url = await serve(
      stream(`retry: 10\n${signalsEvent({ a: 1 })}`),
      openStream(elements('<p id="out">soon</p>')),
    )
    await start(url, "retry: 'always', retryInterval: 60000")
    await expect.poll(() => text("#out")).toBe("soon")
  })

  it.skipIf(isOfficial)("takes Retry-After", async () => {
    const url = await serve(
      { status: 503, headers: { "retry-after": "1" } },
      openStream(elements('<p id="out">served</p>')),
    )
    await start(url, "retry: 'error', retryInterval: 1")
    await expect.poll(() => text("#out"), { timeout: 4000 }).toBe("served")
    const [first, second] = await received(url)
    expect(second!.at - first!.at).toBeGreaterThan(950)
  })

  it.skipIf(isOfficial)("happens at once when the network or the tab comes back", async () => {
    const restore = quiet()
    const url = await serve(
      { end: "refuse" },
      { end: "refuse" },
      openStream(elements('<p id="out">awake</p>')),
    )
    await start(url, "retry: 'always', retryInterval: 60000, retryMaxWait: 60000")
    await expect.poll(() => events.types.filter(type => type === "retrying").length).toBe(1)
    window.dispatchEvent(new Event("online"))
    await expect.poll(() => events.types.filter(type => type === "retrying").length).toBe(2)
    setHidden(false)
    await expect.poll(() => text("#out")).toBe("awake")
    restore()
  })
})

// Datastar's streams outlive their elements: after a few tests they hold every connection that a browser opens to one host.
describe.skipIf(isOfficial)("a live stream", () => {
  it("comes back after the server was restarted", async () => {
    const url = await serve(
      openStream(elements('<p id="out">before</p>')),
      openStream(elements('<p id="out">after</p>')),
    )
    const restore = quiet()
    await start(url, `retry: 'always', retryMaxCount: Infinity, ${quick}`)
    await expect.poll(() => text("#out")).toBe("before")
    await stopServer()
    await expect
      .poll(() => events.types.filter(type => type === "retrying").length)
      .toBeGreaterThan(1)
    await startServer()
    await expect.poll(() => text("#out"), { timeout: 5000 }).toBe("after")
    restore()
  })

  it("that falls silent is opened again; comments keep it open", async () => {
    const url = await serve(
      {
        headers: { "content-type": "text/event-stream" },
        steps: [0, 1, 2, 3, 4].map(() => ({ waitMs: 60, text: ": beat\n\n" })),
        end: "hang",
      },
      openStream(elements('<p id="out">again</p>')),
    )
    await start(url, `retry: 'always', idleTimeout: 150, ${quick}`)
    const [first] = await waitForRequests(url, 1)
    await expect.poll(() => text("#out"), { timeout: 4000 }).toBe("again")
    const [closed, second] = await received(url)
    expect(closed!.closed).toBe(true)
    expect(second!.at - first!.at).toBeGreaterThan(430)
  })

  it("closes while the tab is hidden, unless openWhenHidden", async () => {
    const url = await serve(
      openStream(signalsEvent({ a: 1 })),
      openStream(elements('<p id="out">visible</p>')),
    )
    const kept = await serve(openStream(signalsEvent({ a: 1 })))
    await render(
      `<div data-init="@get('${url}', {retry: 'always'})"></div><div data-init="@get('${kept}', {openWhenHidden: true})"></div><div data-init="@post('${kept}')"></div><p id="out"></p>`,
    )
    await waitForRequests(url, 1)
    await waitForRequests(kept, 2)
    setHidden(true)
    await expect.poll(async () => (await received(url))[0]!.closed).toBe(true)
    await new Promise(resolve => setTimeout(resolve, 50))
    expect(await received(url)).toHaveLength(1)
    expect((await received(kept)).map(({ closed }) => closed)).toEqual([false, false])
    setHidden(false)
    await expect.poll(() => text("#out")).toBe("visible")
    expect(events.types.filter(type => type === "finished")).toEqual([])
  })

  it("ends with its element, or when its attribute changes", async () => {
    const url = await serve(openStream(signalsEvent({ a: 1 })))
    await start(url, "retry: 'always'")
    await waitForRequests(url, 1)
    element("#live").setAttribute("data-init", `@get('${url}?two', {retry: 'always'})`)
    await expect
      .poll(async () => (await received(url)).map(({ closed }) => closed))
      .toEqual([true, false])
    element("#live").remove()
    await expect
      .poll(async () => (await received(url)).map(({ closed }) => closed))
      .toEqual([true, true])
    await settled()
    await expect.poll(() => events.types.filter(type => type === "finished")).toHaveLength(2)
  })

  it("that replaces its own element is read to its end", async () => {
    const url = await serve({
      headers: { "content-type": "text/event-stream" },
      steps: [
        { text: elements("<p></p>", { selector: "#live", mode: "replace" }) },
        { waitMs: 80, text: elements('<p id="out">rest</p>') },
      ],
    })
    await start(url, quick)
    await expect.poll(() => text("#out")).toBe("rest")
  })
})
