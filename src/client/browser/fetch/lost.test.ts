import { afterEach, beforeAll, describe, expect, it, vi } from "vitest"
import {
  type Answer,
  element,
  elements,
  frame,
  isOfficial,
  loadClient,
  render,
  serve,
  startServer,
  stopServer,
  stream,
  waitForRequests,
} from "../support/page.ts"

beforeAll(loadClient)
afterEach(() => render(""))

const open = (text: string): Answer => stream(elements(`<p id="out">${text}</p>`), { end: "hang" })
const page = (url: string, more = ""): string =>
  `<div id="live" data-init="@get('${url}', {retry: 'always', retryMaxCount: Infinity, retryInterval: 20, retryMaxWait: 60})"></div><p id="out"></p>${more}`
const sign = (of: Document = document): HTMLElement | null => of.querySelector("#nitro-connection")
const idle = (milliseconds: number): Promise<void> =>
  new Promise(resolve => setTimeout(resolve, milliseconds))

describe.skipIf(isOfficial)("a live stream that is lost", () => {
  it("shows a sign after a second, until it is back", async () => {
    const url = await serve(open("one"), open("two"))
    await render(page(url))
    await waitForRequests(url, 1)
    await stopServer()
    await expect.poll(() => sign()?.textContent).toBe("")
    await expect.poll(() => sign()?.textContent).toBe("Reconnecting…")
    expect(sign()).toMatchObject({ role: "status", hidden: false })
    await startServer()
    await expect.poll(() => element("#out").textContent).toBe("two")
    expect(sign()).toBeNull()
  })

  it("shows none when it comes back at once, nor once its element is gone", async () => {
    const seen: string[] = []
    const observer = new MutationObserver(() => seen.push(sign()?.textContent ?? ""))
    observer.observe(document.body, { childList: true, subtree: true })
    const url = await serve(stream("", { end: "destroy" }), open("two"))
    await render(page(url))
    await expect.poll(() => element("#out").textContent).toBe("two")
    await idle(1100)
    const gone = await serve({ end: "refuse" })
    await render(page(gone))
    await waitForRequests(gone, 2)
    await render("")
    await idle(1100)
    expect(seen.join("")).toBe("")
    expect(sign()).toBeNull()
    observer.disconnect()
  })

  it("shows the element that the page has for it", async () => {
    const url = await serve(
      { end: "refuse" },
      { end: "refuse" },
      ...Array<Answer>(30).fill({ end: "refuse" }),
      open("back"),
    )
    await render(page(url, `<p id="nitro-connection" role="status" hidden>Keine Verbindung</p>`))
    expect(sign()!.hidden).toBe(true)
    await expect.poll(() => sign()!.hidden).toBe(false)
    expect(sign()!.textContent).toBe("Keine Verbindung")
    await expect.poll(() => element("#out").textContent).toBe("back")
    expect(sign()!.hidden).toBe(true)
  })

  it("shows it under a policy without inline styles", async () => {
    const quiet = vi.spyOn(console, "error").mockImplementation(() => {})
    const url = await serve({ end: "refuse" })
    const policy = "default-src 'none'; connect-src *; script-src 'nonce-n' 'strict-dynamic'"
    const meta = '<meta name="nitro-expressions" content="interpret">'
    const inside = await frame(policy, meta, page(url))
    await expect.poll(() => sign(inside.page)?.textContent).toBe("Reconnecting…")
    expect(inside.page.defaultView!.getComputedStyle(sign(inside.page)!).position).toBe("fixed")
    expect(sign(inside.page)!.checkVisibility()).toBe(true)
    expect(inside.violations).toEqual([])
    quiet.mockRestore()
  })
})
