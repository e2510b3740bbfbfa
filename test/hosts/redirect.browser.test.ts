// An action that redirects, in Chromium: by the script under a policy without inline script, and by a form without script.
import { randomBytes } from "node:crypto"
import { Hono } from "hono"
import { action, call, Entity, memory, Page, redirect, respond, serve } from "nitro-ts"
import { ActionInput } from "nitro-ts/components"
import { nitro } from "nitro-ts/hono"
import { html } from "nitro-ts/html"
import type { Browser } from "playwright-core"
import { afterAll, beforeAll, expect, it } from "vitest"
import { z } from "zod"
import { openBrowser } from "../support/browser.ts"
import type { Host } from "../support/hosts.ts"

class Order extends Entity("Order", { text: z.string().default("") }) {
  static store = memory()
  @action({ input: { text: z.string() } }) write({ text }: { text: string }) {
    this.text = text
    return redirect(`/done?text=${encodeURIComponent(text)}`, { cookies: { seen: "1" } })
  }
}

let browser: Browser
let host: Host
beforeAll(async () => {
  browser = await openBrowser()
  const order = await Order.create({})
  const app = new Hono()
  app.use(nitro({ entities: [Order] }))
  const page = (content: unknown) => {
    const nonce = randomBytes(16).toString("base64")
    const policy = `default-src 'self'; script-src 'nonce-${nonce}'; style-src 'nonce-${nonce}'; img-src data:; base-uri 'none'`
    return respond(Page({ title: "Order", nonce, children: content as never }), {
      headers: { "content-security-policy": policy },
    })
  }
  app.get("/", () => page(ActionInput({ call: call(order, "write"), name: "text", label: "Text" })))
  app.get("/done", c => page(html`<h1>${c.req.query("text")}, ${c.req.header("cookie")}</h1>`))
  host = await serve(app, { port: 0 })
}, 60_000)
afterAll(async () => {
  await browser.close()
  await host.close()
})

it.each([
  ["with script", true],
  ["without script", false],
])("goes to the page %s, with the cookie, and back again", async (_, javaScriptEnabled) => {
  const context = await browser.newContext({ javaScriptEnabled })
  const page = await context.newPage()
  const errors: string[] = []
  page.on("console", message => void (message.type() === "error" && errors.push(message.text())))
  await page.goto(host.url)
  await page.getByLabel("Text").fill('it\'s </i> "done"')
  await page.getByLabel("Text").press("Enter")
  await page.waitForURL("**/done?**")
  expect(await page.locator("h1").textContent()).toContain('it\'s </i> "done", ')
  expect(await page.locator("h1").textContent()).toContain("seen=1")
  await page.goBack()
  expect(new URL(page.url()).pathname).toBe("/")
  expect(errors).toEqual([])
  await context.close()
})
