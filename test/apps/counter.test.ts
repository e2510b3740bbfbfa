// Drives examples/counter in Chromium.
import type { Browser } from "playwright-core"
import { afterAll, beforeAll, expect, it } from "vitest"
import { type RunningApp, startApp, temporaryFolder } from "../support/app.ts"
import { listenForComplaints, openBrowser } from "../support/browser.ts"

let browser: Browser
let app: RunningApp
const folder = temporaryFolder()

beforeAll(async () => {
  browser = await openBrowser()
  app = await startApp("examples/counter/app.tsx", { cwd: folder.path })
}, 60_000)
afterAll(async () => {
  await browser.close()
  await app.end()
  folder.clean()
})

it("counts in every open page, with input and a question before the reset", async () => {
  const one = await browser.newPage()
  const two = await browser.newPage()
  const complaints = listenForComplaints(one)
  await Promise.all([one.goto(app.url), two.goto(app.url)])
  const count = () => two.locator("main h1").textContent()
  await one.getByRole("button", { name: "+1", exact: true }).click()
  await expect.poll(count).toBe("1")
  await one.getByRole("button", { name: "+10" }).click()
  await expect.poll(count).toBe("11")

  await one.getByRole("button", { name: "Reset" }).click()
  await expect.poll(() => complaints.dialogs).toEqual(["Back to zero?"])
  expect(await count()).toBe("11")
  await two.getByRole("button", { name: "Reset" }).click()
  two.on("dialog", dialog => void dialog.accept())
  await two.getByRole("button", { name: "Reset" }).click()
  await expect.poll(count).toBe("0")
  expect(complaints.errors).toEqual([])
})

it("refuses input of the wrong type and names it", async () => {
  // The class is not exposed, so the page is the only place that shows the id.
  expect((await fetch(`${app.url}/counters`)).status).toBe(404)
  const id = /id="counter-([\w-]+)"/.exec(await (await fetch(app.url)).text())?.[1]
  const response = await fetch(`${app.url}/counters/${id}/add?amount=abc`, {
    method: "POST",
    headers: { accept: "application/json" },
  })
  expect(response.status).toBe(422)
  expect(await response.json()).toMatchObject({
    error: { code: "NITRO_INVALID_INPUT", issues: [{ path: "amount" }] },
  })
})
