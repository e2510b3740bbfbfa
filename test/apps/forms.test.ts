// The form controls end to end, in Chromium: what is sent, what is refused, what a patch leaves alone, with script and without.
import { readFileSync } from "node:fs"
import { join } from "node:path"
import type { AxeResults } from "axe-core"
import type { Browser, BrowserContextOptions, Page } from "playwright-core"
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest"
import { type RunningApp, startApp, temporaryFolder } from "../support/app.ts"
import { type Complaints, listenForComplaints, openBrowser } from "../support/browser.ts"
import { root } from "../support/imports.ts"

let browser: Browser
let app: RunningApp
const folder = temporaryFolder()
const pages: Page[] = []
const complaints: Complaints[] = []

beforeAll(async () => {
  browser = await openBrowser()
  app = await startApp("test/apps/forms/app.tsx", { cwd: folder.path })
}, 60_000)
afterEach(async () => {
  const errors = complaints.splice(0).flatMap(one => one.errors)
  await Promise.all(pages.splice(0).map(page => page.context().close()))
  expect(errors).toEqual([])
})
afterAll(async () => {
  await browser?.close()
  await app?.end()
  folder.clean()
})

async function visit(path: string, options: BrowserContextOptions = {}): Promise<Page> {
  const context = await browser.newContext({ timezoneId: "America/New_York", ...options })
  const page = await context.newPage()
  page.setDefaultTimeout(8000)
  complaints.push(listenForComplaints(page))
  await page.goto(app.url + path)
  pages.push(page)
  return page
}

const post = (path: string, body: object) =>
  fetch(app.url + path, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  })

/** Fills in everything but the title, which is too short, and sends it. */
async function fillIn(page: Page): Promise<void> {
  await page.getByLabel("Title").fill("ab")
  await page.getByLabel("E-mail").fill("ada@example.org")
  await page.getByLabel("Budget").fill("12.5")
  await page.getByLabel("Notes").fill("line one\nline <two>")
  await page.getByRole("combobox", { name: "City" }).fill("Anywhere")
  await page.getByLabel("Country").selectOption("PT")
  await page.getByLabel("Starts").fill("2026-05-01T18:30")
  await page.getByLabel("Medium").check()
  await page.getByRole("checkbox", { name: "I agree" }).check()
  await page.getByRole("button", { name: "Book" }).click()
}

async function expectFilledIn(page: Page): Promise<void> {
  await expect.poll(() => page.getByLabel("Title").inputValue()).toBe("ab")
  await expect.poll(() => page.getByLabel("Budget").inputValue()).toBe("12.5")
  await expect.poll(() => page.getByLabel("Notes").inputValue()).toBe("line one\nline <two>")
  await expect
    .poll(() => page.getByRole("combobox", { name: "City" }).inputValue())
    .toBe("Anywhere")
  await expect.poll(() => page.getByLabel("Country").inputValue()).toBe("PT")
  await expect.poll(() => page.getByLabel("Starts").inputValue()).toBe("2026-05-01T18:30")
  await expect.poll(() => page.getByLabel("Medium").isChecked()).toBe(true)
  await expect.poll(() => page.getByRole("checkbox", { name: "I agree" }).isChecked()).toBe(true)
  await expect.poll(() => page.getByRole("switch", { name: "Public" }).isChecked()).toBe(false)
}

describe.each([true, false])("a form, with JavaScript: %s", javaScriptEnabled => {
  it("shows each message at its field, keeps what was typed, and sends what is right", async () => {
    const page = await visit("/", { javaScriptEnabled })
    await fillIn(page)
    await page.getByRole("alert").filter({ hasText: "At least three characters." }).waitFor()
    const title = page.getByLabel("Title")
    await expect.poll(() => title.getAttribute("aria-invalid")).toBe("true")
    const described = await title.getAttribute("aria-describedby")
    await expect
      .poll(() => page.locator(`#${described}`).textContent())
      .toBe("At least three characters.")
    await expectFilledIn(page)

    const name = `Party ${javaScriptEnabled}`
    await title.fill(name)
    await page.getByRole("button", { name: "Book" }).click()
    await page.getByRole("listitem").filter({ hasText: name }).waitFor()
    const all = (await (await fetch(`${app.url}/bookings`)).json()) as
      | { data?: object[] }
      | object[]
    const saved = (Array.isArray(all) ? all : (all.data ?? [])).find(
      one => (one as { title: string }).title === name,
    )
    expect(saved).toMatchObject({
      email: "ada@example.org",
      budget: 12.5,
      notes: expect.stringMatching(/^line one\r?\nline <two>$/),
      city: "Anywhere",
      country: "PT",
      starts: "2026-05-01T18:30:00.000Z",
      size: "medium",
      guests: 12,
      isPublic: false,
      agreed: true,
    })
    // The entity is created: the form is as before.
    await expect.poll(() => title.inputValue()).toBe("")
    await expect.poll(() => page.getByRole("checkbox", { name: "I agree" }).isChecked()).toBe(false)
    await expect.poll(() => page.getByLabel("Medium").isChecked()).toBe(false)
  })

  it("shows what is stored, and changes it, unchecked boxes included", async () => {
    const title = `Edited ${javaScriptEnabled}`
    const made = await post("/bookings", {
      title,
      email: "a@example.org",
      city: "Lisbon",
      country: "PT",
      starts: "2026-02-03T04:05:00Z",
      size: "small",
      guests: 3,
      isPublic: true,
      agreed: true,
    })
    const { id } = (await made.json()) as { id: string }
    const page = await visit("/edit", { javaScriptEnabled })
    const form = page.locator("form").filter({ has: page.locator(`input[value="${title}"]`) })
    await expect.poll(() => form.getByLabel("City").inputValue()).toBe("Lisbon")
    await expect.poll(() => form.getByLabel("Country").inputValue()).toBe("PT")
    await expect.poll(() => form.getByLabel("Starts").inputValue()).toBe("2026-02-03T04:05")
    await expect.poll(() => form.getByLabel("small").isChecked()).toBe(true)
    await expect.poll(() => form.getByLabel("Public").isChecked()).toBe(true)
    await form.getByLabel("Public").uncheck()
    await form.getByLabel("medium").check()
    await form.getByLabel("Country").selectOption("DE")
    await form.getByRole("button").click()
    const read = async () => (await (await fetch(`${app.url}/bookings/${id}`)).json()) as object
    await expect.poll(read).toMatchObject({
      isPublic: false,
      size: "medium",
      country: "DE",
      starts: "2026-02-03T04:05:00.000Z",
    })
    await fetch(`${app.url}/bookings/${id}`, { method: "DELETE" })
  })

  it("sends files", async () => {
    const page = await visit("/", { javaScriptEnabled })
    const files = [
      { name: "a.txt", mimeType: "text/plain", buffer: Buffer.from("hello") },
      { name: "<b>.txt", mimeType: "text/plain", buffer: Buffer.from("you") },
    ]
    await page.getByLabel("Files", { exact: true }).setInputFiles(files)
    await page.getByRole("button", { name: "Send" }).click()
    await page.getByRole("listitem").filter({ hasText: "a.txt: 5 bytes" }).first().waitFor()
    await page.getByRole("listitem").filter({ hasText: "<b>.txt: 3 bytes" }).first().waitFor()
  })
})

describe("a patch", () => {
  it("leaves half-typed text, choices and an open list alone", async () => {
    const page = await visit("/pick")
    const city = page.getByRole("combobox", { name: "City" })
    await page.getByLabel("Agree").check()
    await city.pressSequentially("ber")
    await expect.poll(() => page.getByRole("option").allTextContents()).toEqual(["Berlin"])
    await city.press("ArrowDown")
    await page.locator("#more").dispatchEvent("click")
    // The list is still open, and knows what is new.
    await expect
      .poll(() => page.getByRole("option").allTextContents())
      .toEqual(["Berkeley", "Berlin"])
    await expect.poll(() => city.getAttribute("aria-expanded")).toBe("true")
    await expect.poll(() => city.inputValue()).toBe("ber")
    await expect.poll(() => page.getByLabel("Agree").isChecked()).toBe(true)
    const active = await city.getAttribute("aria-activedescendant")
    await expect.poll(() => page.locator(`#${active}`).textContent()).toBe("Berlin")
    await city.press("Enter")
    await expect.poll(() => city.inputValue()).toBe("Berlin")
    const patched = page.waitForResponse(response => response.url().includes("/again"))
    await page.locator("#same").dispatchEvent("click")
    await (await patched).finished()
    await expect.poll(() => city.inputValue()).toBe("Berlin")
    await expect.poll(() => city.getAttribute("role")).toBe("combobox")
    await city.press("ArrowDown")
    await expect.poll(() => page.getByRole("option").first().isVisible()).toBe(true)
  })

  it("leaves chosen files and a moved slider alone", async () => {
    const page = await visit("/pick")
    await page
      .getByLabel("Files", { exact: true })
      .setInputFiles([{ name: "a.txt", mimeType: "text/plain", buffer: Buffer.from("hello") }])
    const slider = page.getByRole("slider")
    await slider.focus()
    await slider.press("End")
    const patched = page.waitForResponse(response => response.url().includes("/again"))
    await page.locator("#more").dispatchEvent("click")
    await (await patched).finished()
    await page.locator("option[value=Berkeley]").waitFor({ state: "attached" })
    await expect
      .poll(() => page.locator(".dropzone-files li").allTextContents())
      .toEqual(["a.txt5 bytes×"])
    await expect
      .poll(() => page.getByLabel("Files", { exact: true }).inputValue())
      .toContain("a.txt")
    await expect.poll(() => slider.inputValue()).toBe("100")
    await expect.poll(() => page.locator("output").textContent()).toBe("100")
  })
})

describe("a combobox", () => {
  it("closes its list at Escape, and leaves the dialog around it open", async () => {
    const page = await visit("/pick")
    await page.evaluate("document.getElementById('dialog').showModal()")
    const field = page.getByRole("combobox", { name: "In a dialog" })
    await field.press("ArrowDown")
    await page.getByRole("option", { name: "Köln" }).waitFor()
    await field.press("Escape")
    await expect.poll(() => page.getByRole("option").count()).toBe(0)
    await expect.poll(() => page.evaluate("dialog.open")).toBe(true)
    await field.click()
    await page.getByRole("option", { name: "Köln" }).click()
    await expect.poll(() => field.inputValue()).toBe("Köln")
    await field.press("Escape")
    await expect.poll(() => page.evaluate("dialog.open")).toBe(false)
  })

  it("is used with the keyboard alone", async () => {
    const page = await visit("/pick")
    const city = page.getByRole("combobox", { name: "City" })
    const options = page.getByRole("option")
    const active = () => page.locator(".combobox .active").allTextContents()
    await city.focus()
    await expect.poll(() => options.count()).toBe(0)
    await city.press("ArrowDown")
    await expect.poll(() => active()).toEqual(["Berlin"])
    await city.press("ArrowUp")
    await expect.poll(() => active()).toEqual(["San Francisco"])
    await city.press("ArrowDown")
    await expect.poll(() => active()).toEqual(["Berlin"])
    await city.press("Escape")
    await expect.poll(() => options.count()).toBe(0)
    await city.press("Alt+ArrowDown")
    await expect.poll(() => options.count()).toBe(4)
    await expect.poll(() => active()).toEqual([])
    await city.press("Alt+ArrowUp")
    await expect.poll(() => options.count()).toBe(0)
    // Words in any order, without case and accents.
    await city.pressSequentially("city new")
    await expect.poll(() => options.allTextContents()).toEqual(["New York City"])
    await city.fill("koln")
    await expect.poll(() => options.allTextContents()).toEqual(["Köln"])
    await city.fill("nowhere")
    await expect.poll(() => options.count()).toBe(0)
    // Free text stays, and Enter sends the form.
    await city.press("Enter")
    await page.waitForURL(/got/)
    expect(page.url()).toContain("city=nowhere")
  })

  it("is used with the mouse, and tells its listeners", async () => {
    const page = await visit("/pick")
    await page.evaluate(
      `window.heard = []; for (const type of ["input", "change"]) document.addEventListener(type, () => window.heard.push(type))`,
    )
    const city = page.getByRole("combobox", { name: "City" })
    await city.click()
    await page.getByRole("option", { name: "San Francisco" }).click()
    await expect.poll(() => city.inputValue()).toBe("San Francisco")
    await expect.poll(() => page.evaluate("window.heard")).toEqual(["input", "change"])
    await expect.poll(() => page.evaluate("document.activeElement.name")).toBe("city")
    await expect.poll(() => page.getByRole("option").count()).toBe(0)
    // All are shown again, with the chosen one marked.
    await city.click()
    await expect
      .poll(() => page.getByRole("option", { selected: true }).allTextContents())
      .toEqual(["San Francisco"])
    await expect.poll(() => page.getByRole("option").count()).toBe(4)
    await page.getByRole("heading").click()
    await expect.poll(() => page.getByRole("option").count()).toBe(0)
  })

  it("that is strict takes nothing but its options", async () => {
    const page = await visit("/pick")
    const fixed = page.getByRole("combobox", { name: "Fixed" })
    await fixed.fill("XX")
    await expect.poll(() => page.getByRole("option").allTextContents()).toEqual(["No match"])
    await fixed.press("ArrowDown")
    await expect.poll(() => fixed.getAttribute("aria-activedescendant")).toBeNull()
    await fixed.press("Tab")
    await page.getByRole("button", { name: "Go" }).click()
    expect(page.url()).toContain("/pick")
    await expect
      .poll(() => page.evaluate("fixed.validationMessage"))
      .toBe("Choose one of the list.")
    // Found by its hint, and brought to the spelling of the option.
    await fixed.fill("german")
    await expect.poll(() => page.getByRole("option").allTextContents()).toEqual(["DE Germany"])
    await fixed.fill("pt")
    await fixed.press("Tab")
    await page.getByRole("button", { name: "Go" }).click()
    await page.waitForURL(/got/)
    expect(page.url()).toContain("fixed=PT")
  })

  it("is a native field with suggestions without JavaScript", async () => {
    const page = await visit("/pick", { javaScriptEnabled: false })
    const city = page.getByLabel("City")
    await expect.poll(() => city.getAttribute("list")).toBe("city_options")
    await city.fill("Berlin")
    await page.getByLabel("Agree").check()
    await page.getByRole("button", { name: "Go" }).click()
    expect(page.url()).toContain("city=Berlin&fixed=&agree=yes")
  })
})

describe("a dropzone", () => {
  const drop = (
    page: Page,
    files: readonly (readonly [name: string, type: string, bytes: number])[],
  ) =>
    page.evaluate(`{
      const transfer = new DataTransfer()
      for (const [name, type, bytes] of ${JSON.stringify(files)}) transfer.items.add(new File([new Uint8Array(bytes)], name, { type }))
      const zone = document.querySelector(".dropzone")
      for (const type of ["dragover", "drop"]) {
        zone.dispatchEvent(new DragEvent(type, { bubbles: true, cancelable: true, dataTransfer: transfer }))
      }
    }`)

  it("takes what is dropped, says what is wrong with it, and lets it be removed", async () => {
    const page = await visit("/")
    await drop(page, [["<i>.png", "image/png", 10]])
    await drop(page, [
      ["big.txt", "text/plain", 300 * 1024],
      ["run.exe", "application/x-msdownload", 5],
      ["fourth.txt", "text/plain", 1],
    ])
    const items = page.locator(".dropzone-files li")
    await expect
      .poll(() => items.allTextContents())
      .toEqual([
        "<i>.png10 bytes×",
        "big.txt300 KBToo large.×",
        "run.exe5 bytesNot one of the types that are taken.×",
        "fourth.txt1 bytesOne file too many.×",
      ])
    const input = page.getByLabel("Files", { exact: true })
    await expect
      .poll(() => page.evaluate('document.querySelector("[type=file]").validationMessage'))
      .toBe("big.txt: Too large.")
    await page.getByRole("button", { name: "Remove big.txt" }).click()
    await page.keyboard.press("Enter")
    await expect
      .poll(() => items.allTextContents())
      .toEqual(["<i>.png10 bytes×", "fourth.txt1 bytes×"])
    await page.getByRole("button", { name: "Send" }).click()
    await page.getByRole("listitem").filter({ hasText: "fourth.txt: 1 bytes" }).waitFor()
    // They are sent: the form is empty again.
    await expect.poll(() => items.count()).toBe(0)
    await expect.poll(() => input.inputValue()).toBe("")
  })
})

it("keeps the value beside a slider in step", async () => {
  const page = await visit("/")
  const slider = page.getByRole("slider")
  await slider.focus()
  await slider.press("ArrowRight")
  await expect.poll(() => page.locator("output").textContent()).toBe("13")
})

it("copies code, and says so", async () => {
  const page = await visit("/charts", { permissions: ["clipboard-read", "clipboard-write"] })
  await page.getByRole("button", { name: "Copy todo.ts" }).click()
  await page.getByRole("status").filter({ hasText: "Copied" }).waitFor()
  const copied = await page.evaluate<string>("navigator.clipboard.readText()")
  expect(copied).toContain(
    '// "<script>" in code is text.\nclass Todo extends Entity("Todo", { title: z.string().min(1) }) {',
  )
})

const axe = readFileSync(join(root, "node_modules/axe-core/axe.min.js"), "utf8")

async function violations(page: Page): Promise<string[]> {
  // The page's policy would not run it.
  const session = await page.context().newCDPSession(page)
  await session.send("Page.setBypassCSP", { enabled: true })
  await page.evaluate(axe)
  const results = await page.evaluate<AxeResults>("axe.run()")
  return results.violations.map(
    ({ id, help, nodes }) => `${id}: ${help}: ${nodes.map(node => node.html).join(" ")}`,
  )
}

describe.each(["light", "dark"] as const)("in %s, accessibly", colorScheme => {
  it("are the forms, with messages and an open list", async () => {
    const page = await visit("/", { colorScheme })
    expect(await violations(page)).toEqual([])
    await page.getByRole("button", { name: "Book" }).click()
    await page.getByRole("alert").filter({ hasText: "At least three characters." }).waitFor()
    await page.getByRole("combobox", { name: "City" }).click()
    await page.getByRole("option").first().waitFor()
    expect(await violations(page)).toEqual([])
  })

  it("are the charts and what else shows data", async () => {
    const page = await visit("/charts", { colorScheme })
    expect(await violations(page)).toEqual([])
  })
})
