// Drives examples/orders over HTTP and in Chromium: REST, the command, two pages in step, forms without JavaScript, a restart.
import { readFileSync } from "node:fs"
import { join } from "node:path"
import type { Browser, BrowserContext, Page } from "playwright-core"
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest"
import { type RunningApp, startApp, temporaryFolder } from "../support/app.ts"
import { listenForComplaints, openBrowser } from "../support/browser.ts"

const file = "examples/orders/app.tsx"
let browser: Browser
let folder: ReturnType<typeof temporaryFolder>
let app: RunningApp
const contexts: BrowserContext[] = []

beforeAll(async () => {
  browser = await openBrowser()
}, 60_000)
afterAll(() => browser?.close())
beforeEach(async () => {
  folder = temporaryFolder()
  app = await startApp(file, { cwd: folder.path })
}, 60_000)
afterEach(async () => {
  await Promise.all(contexts.splice(0).map(context => context.close()))
  await app.end()
  folder.clean()
})

interface Row {
  readonly id: string
  readonly name: string
  readonly status: string
  readonly reserved: boolean | number
  readonly stock: number
}

async function get<T = Row[]>(path: string): Promise<T> {
  return (await (await fetch(app.url + path)).json()) as T
}

function post(path: string, body: object = {}): Promise<Response> {
  return fetch(app.url + path, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  })
}

async function productId(name: string): Promise<string> {
  return (await get(`/products?name=${name}`))[0]?.id ?? "missing"
}

async function placed(name: string, quantity: number, customer = "ada@example.org"): Promise<Row> {
  const response = await post("/cmds/place-order", {
    customer,
    productId: await productId(name),
    quantity,
  })
  expect(response.status).toBe(200)
  return (await response.json()) as Row
}

describe("over HTTP", () => {
  it("places, pays and ships, and three handlers hear of it", async () => {
    const { id } = await placed("Desk", 2)
    expect(await get<Row>(`/orders/${id}`)).toMatchObject({ status: "placed", reserved: true })
    expect((await post(`/orders/${id}/pay`)).status).toBe(204)
    expect((await post(`/orders/${id}/ship`)).status).toBe(204)
    expect(await get<Row>(`/orders/${id}`)).toMatchObject({ status: "shipped" })
    expect(await get("/products?name=Desk")).toMatchObject([{ stock: 1, reserved: 0 }])
    expect((await get<{ event: string }[]>("/audit-entries")).map(({ event }) => event)).toEqual([
      "order.placed",
      "order.paid",
      "order.shipped",
    ])
    const mails = readFileSync(join(folder.path, "outbox.jsonl"), "utf8").trim().split("\n")
    expect(mails.map(mail => (JSON.parse(mail) as { subject: string }).subject)).toEqual([
      "Thank you for your order",
      "Your order is on its way",
    ])
  })

  it("keeps an order whose mail failed, and says so where it runs", async () => {
    const { id } = await placed("Desk", 2, "eve@nobody.invalid")
    expect(await get<Row>(`/orders/${id}`)).toMatchObject({ status: "placed", reserved: true })
    expect(await get("/audit-entries")).toHaveLength(1)
    await expect
      .poll(() => app.output())
      .toContain('the handler "mailsReceipt" of the event "order.placed"')
  })

  it("responds to refusals with what is wrong, and opens nothing else", async () => {
    const { id } = await placed("Desk", 1)
    const ship = await post(`/orders/${id}/ship`)
    expect([ship.status, await ship.json()]).toEqual([
      409,
      {
        error: {
          code: "NITRO_REFUSED",
          status: 409,
          message: "An order that is placed cannot be shipped.",
        },
      },
    ])
    const wrong = await post("/cmds/place-order", {
      customer: "Ada",
      productId: "unicorn",
      quantity: 0,
    })
    expect([wrong.status, await wrong.json()]).toMatchObject([
      422,
      { error: { issues: [{ path: "customer" }, { path: "quantity" }] } },
    ])
    const closed = [
      post("/orders", { customer: "a@b.cd" }),
      post(`/orders/${id}/delete`),
      fetch(`${app.url}/orders/${id}`, { method: "DELETE" }),
      post(`/orders/${id}/become`, { status: "shipped" }),
      post("/cmds/order.shipped", { id }),
      post("/products", { name: "Free desk", cents: 0 }),
    ]
    expect(
      (await Promise.all(closed))
        .map(({ status }) => status)
        .filter(status => status !== 404 && status !== 405),
    ).toEqual([])
    expect(await get<Row>(`/orders/${id}`)).toMatchObject({ status: "placed" })
  })

  it("promises no stock twice when fifty order at once", async () => {
    const id = await productId("Lamp")
    const orders = await Promise.all(
      Array.from({ length: 50 }, (_, i) =>
        post("/cmds/place-order", {
          customer: `c${i}@example.org`,
          productId: id,
          quantity: 1,
        }).then(response => response.status),
      ),
    )
    expect(orders.filter(status => status === 200)).toHaveLength(50)
    expect((await get("/orders?limit=100&reserved=true")).length).toBe(20)
    expect(await get("/products?name=Lamp")).toMatchObject([{ stock: 20, reserved: 20 }])
    expect(await get("/audit-entries?limit=100")).toHaveLength(50)
  })

  it("has everything again after a restart", async () => {
    const { id } = await placed("Desk", 2)
    await app.end("SIGKILL")
    app = await startApp(file, { cwd: folder.path })
    expect(await get<Row>(`/orders/${id}`)).toMatchObject({ status: "placed", reserved: true })
    expect(await get("/products")).toHaveLength(3)
  })
})

async function open(
  options: { javaScriptEnabled?: boolean } = {},
): Promise<{ page: Page; complaints: string[] }> {
  const context = await browser.newContext(options)
  contexts.push(context)
  const page = await context.newPage()
  const { errors } = listenForComplaints(page)
  page.removeAllListeners("dialog")
  page.on("dialog", dialog => void dialog.accept())
  await page.goto(app.url)
  return { page, complaints: errors }
}
const orders = (page: Page) => page.locator("section").first().getByRole("listitem")
const heading = (page: Page) => page.locator(".page-heading p")

async function order(page: Page, what: RegExp, quantity: string, customer: string): Promise<void> {
  const value = await page.getByRole("option", { name: what }).getAttribute("value")
  await page.getByLabel("What").selectOption(value)
  await page.getByLabel("How many").fill(quantity)
  await page.getByLabel("For whom").fill(customer)
  await page.getByRole("button", { name: "Place order" }).click()
}

describe("in the browser", () => {
  it("keeps two pages in step from the order to its shipping", async () => {
    const [one, two] = await Promise.all([open(), open()])
    await order(one.page, /Desk/, "2", "ada@example.org")
    for (const { page } of [one, two]) {
      await expect.poll(() => heading(page).textContent()).toBe("Open orders: 1")
      await expect
        .poll(() => orders(page).allInnerTexts())
        .toEqual([expect.stringMatching(/2 × Desk\s+ada@example.org\s+€498.00\s+placed/)])
      await page.getByText("1 free, 2 reserved").waitFor()
    }
    expect(await one.page.getByLabel("For whom").inputValue()).toBe("")

    await order(two.page, /Desk/, "2", "bob@example.org")
    await orders(one.page).getByText("waits for stock").waitFor()
    await one.page.getByLabel("5 more of Desk").click()
    await expect.poll(() => orders(two.page).getByText("waits for stock").count()).toBe(0)

    await orders(two.page).last().getByRole("button", { name: "Pay" }).click()
    await orders(one.page).last().getByRole("button", { name: "Ship" }).click()
    await orders(two.page).last().getByText("shipped").waitFor()
    await orders(one.page).first().getByRole("button", { name: "Cancel" }).click()
    await orders(two.page).first().getByText("cancelled").waitFor()
    for (const { page, complaints } of [one, two]) {
      await expect.poll(() => heading(page).textContent()).toBe("Open orders: 0")
      expect(complaints).toEqual([])
    }
  })

  it("shows what is wrong by the field and keeps what was typed", async () => {
    const { page } = await open()
    await page.locator("form.place").evaluate(form => Object.assign(form, { noValidate: true }))
    await order(page, /Lamp/, "100", "ada")
    await page.getByText("We send at most 99.").waitFor()
    await page.getByText("Where shall we write to?").waitFor()
    expect(await page.getByLabel("For whom").inputValue()).toBe("ada")
    await order(page, /Lamp/, "2", "ada@example.org")
    await orders(page).getByText("2 × Lamp").waitFor()
    await expect.poll(() => page.getByText("We send at most 99.").isVisible()).toBe(false)
  })

  it("shows a late customer the reason", async () => {
    const { page } = await open()
    await order(page, /Desk/, "1", "ada@example.org")
    const pay = orders(page).getByRole("button", { name: "Pay" })
    await pay.waitFor()
    const [{ id } = { id: "" }] = await get("/orders")
    // Another window is faster, in the moment in which this one's request is on its way.
    await page.route(`**/orders/${id}/pay`, async route => {
      await post(`/orders/${id}/cancel`)
      await route.continue()
    })
    await pay.click()
    await page.getByRole("alert").getByText("An order that is cancelled cannot be paid.").waitFor()
    await orders(page).getByText("cancelled").waitFor()
  })

  it("works without JavaScript", async () => {
    const { page } = await open({ javaScriptEnabled: false })
    await order(page, /Chair/, "2", "ada@example.org")
    expect(await heading(page).textContent()).toBe("Open orders: 1")
    await orders(page).getByRole("button", { name: "Pay" }).click()
    await orders(page).getByRole("button", { name: "Ship" }).click()
    expect(await orders(page).allInnerTexts()).toEqual([expect.stringContaining("shipped")])
  })
})
