// The page in a real browser: it shows the document and sends a request from it, and its policy has nothing to refuse.
import { expose } from "nitro-ts/actions"
import { Entity, memory } from "nitro-ts/entity"
import { nitro } from "nitro-ts/fetch"
import { openapi } from "nitro-ts/openapi"
import { chromium } from "playwright-core"
import { expect, it } from "vitest"
import { z } from "zod"
import { chromiumArgs, chromiumPath } from "../../../test/support/chromium.ts"

it("shows each operation and runs one in Chromium", { timeout: 60_000 }, async () => {
  class Desk extends Entity("DocsDesk", { name: z.string() }) {
    static store = memory()
  }
  await Desk.create({ name: "oak" })
  const app = nitro({
    basePath: "/shop",
    entities: [expose(Desk, { crud: ["list", "create"], allow: () => true })],
    plugins: [openapi({ title: "Desks", version: "1.0.0", docs: true })],
  })
  const browser = await chromium.launch({ executablePath: chromiumPath(), args: chromiumArgs })
  try {
    const tab = await browser.newPage()
    const foreign: string[] = []
    const faults: string[] = []
    tab.on("console", message => {
      if (message.type() === "error") faults.push(message.text())
    })
    tab.on("pageerror", error => faults.push(error.message))
    await tab.route("**/*", async route => {
      const request = route.request()
      const url = new URL(request.url())
      if (url.host !== "docs.test") {
        foreign.push(request.url())
        return route.abort()
      }
      if (url.pathname === "/favicon.ico") return route.fulfill({ status: 204 })
      const response = await app(
        new Request(request.url(), { method: request.method(), headers: request.headers() }),
      )
      return route.fulfill({
        status: response.status,
        headers: Object.fromEntries(response.headers),
        body: Buffer.from(await response.arrayBuffer()),
      })
    })
    await tab.goto("http://docs.test/shop/_nitro/docs")
    await tab.waitForSelector(".opblock")
    expect(await tab.locator(".opblock-summary-path").allInnerTexts()).toEqual([
      expect.stringContaining("docs-desks"),
      expect.stringContaining("docs-desks"),
    ])
    await tab.locator(".opblock-get .opblock-summary-control").click()
    await tab.locator(".try-out__btn").click()
    await tab.locator(".opblock-get .execute").click()
    // The response to the request that the page has sent.
    await tab.locator(".live-responses-table", { hasText: "oak" }).first().waitFor()
    expect(foreign).toEqual([])
    expect(faults).toEqual([])
  } finally {
    await browser.close()
  }
})
