// The focus after a refused form, with and without script: it stands in the first field that is wrong, not on the button.
import { Hono } from "hono"
import { call, Entity, expose, memory, Page, respond, serve } from "nitro-ts"
import { ActionInput } from "nitro-ts/components"
import { nitro } from "nitro-ts/hono"
import type { Browser, Page as BrowserPage } from "playwright-core"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { z } from "zod"
import { openBrowser } from "./support/browser.ts"

class Order extends Entity("Order", {
  customer: z.string().min(3),
  note: z.string().default(""),
  quantity: z.coerce.number().int().min(1).max(9),
  size: z.enum(["small", "large"]),
}) {
  static store = memory()
}

let browser: Browser
let url: string
let close: () => Promise<void>

beforeAll(async () => {
  browser = await openBrowser()
  const app = new Hono()
  app.use(nitro({ entities: [expose(Order, { allow: () => true })] }))
  app.get("/", () => {
    const create = call(Order, "create")
    return respond(
      <Page title="Order">
        <form {...create.form}>
          <input {...create.field("customer")} aria-label="Customer" />
          {create.error("customer")}
          <input {...create.field("note")} aria-label="Note" />
          <div style="height: 3000px" />
          <input {...create.field("quantity")} aria-label="Quantity" />
          {create.error("quantity")}
          <div {...create.choice("size")}>
            <input type="radio" name="size" value="small" aria-label="Small" />
            <input type="radio" name="size" value="large" aria-label="Large" />
          </div>
          {create.error("size")}
          <button type="submit">Order</button>
        </form>
        <input aria-label="Elsewhere" />
        <ActionInput call={create} name="customer" />
      </Page>,
    )
  })
  ;({ url, close } = await serve(app, { port: 0 }))
}, 60_000)
afterAll(async () => {
  await browser?.close()
  await close?.()
})

const focused = (page: BrowserPage) =>
  page.evaluate(
    "document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.localName",
  )

const cases: [wrong: string, values: Record<string, string>, field: string][] = [
  ["the first of several", { Quantity: "0" }, "Customer"],
  ["one in the middle", { Customer: "Ada Lovelace", Quantity: "99" }, "Quantity"],
  ["a group of radio buttons", { Customer: "Ada Lovelace", Quantity: "2" }, "Small"],
]

describe.each([
  ["with script", true],
  ["without script", false],
])("%s", (_, javaScriptEnabled) => {
  it.each(cases)("%s", async (_wrong, values, field) => {
    const context = await browser.newContext({ javaScriptEnabled })
    const page = await context.newPage()
    await page.goto(url)
    for (const [label, text] of Object.entries(values)) await page.getByLabel(label).fill(text)
    await page.getByRole("button", { name: "Order" }).click()
    await page.getByRole("alert").filter({ hasText: /\w/ }).first().waitFor()
    if (javaScriptEnabled) await expect.poll(() => focused(page)).toBe(field)
    // A group is no control, so that without script the page is only shown from there on.
    else if (field !== "Small")
      expect(await page.locator("form").first().locator(":focus").getAttribute("aria-label")).toBe(
        field,
      )
    await context.close()
  })
})

it("stays where the user has gone meanwhile", async () => {
  const page = await browser.newPage()
  let response: () => void = () => {}
  const held = new Promise<void>(resolve => {
    response = resolve
  })
  await page.route("**/orders", async route => {
    await held
    await route.continue()
  })
  await page.goto(url)
  await page.getByRole("button", { name: "Order" }).click()
  await page.getByLabel("Elsewhere").focus()
  response()
  await page.getByRole("alert").filter({ hasText: /\w/ }).first().waitFor()
  expect(await focused(page)).toBe("Elsewhere")
  await page.close()
})
