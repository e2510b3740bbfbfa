// The examples are accessible: axe finds nothing, by day and by night, with and without entries.
import { readFileSync } from "node:fs"
import { join } from "node:path"
import type { AxeResults } from "axe-core"
import type { Browser, Page } from "playwright-core"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { type RunningApp, startApp, temporaryFolder } from "./support/app.ts"
import { openBrowser } from "./support/browser.ts"
import { root } from "./support/imports.ts"

const axe = readFileSync(join(root, "node_modules/axe-core/axe.min.js"), "utf8")
let browser: Browser

beforeAll(async () => {
  browser = await openBrowser()
}, 60_000)
afterAll(() => browser?.close())

/** Findings of axe, as sentences. */
async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe)
  const results = await page.evaluate<AxeResults>("axe.run()")
  return results.violations.map(
    ({ id, help, nodes }) => `${id}: ${help}: ${nodes.map(node => node.html).join(" ")}`,
  )
}

/** How many list items show this text, or hold it in a field. */
async function entries(page: Page, text: string): Promise<number> {
  const values = await page
    .locator("li input")
    .evaluateAll<string[], { value: string }>(inputs => inputs.map(input => input.value))
  return (
    values.filter(value => value.includes(text)).length +
    (await page.getByRole("listitem").filter({ hasText: text }).count())
  )
}

it("finds a fault when there is one", async () => {
  const page = await browser.newPage()
  await page.setContent("<title>Fault</title><main><button></button></main>")
  expect(await violations(page)).toContainEqual(expect.stringContaining("button-name"))
  await page.close()
})

/** Each example, and what to type into its form for an entry to appear. */
const examples: readonly (readonly [file: string, entry: string | undefined])[] = [
  ["examples/todo/app.tsx", "Milk"],
  ["examples/counter/app.tsx", undefined],
  ["examples/orders/app.tsx", "ada@example.org"],
]

describe.each(examples)("%s", (file, entry) => {
  const folder = temporaryFolder()
  let app: RunningApp

  beforeAll(async () => {
    app = await startApp(file, { cwd: folder.path })
  }, 60_000)
  afterAll(async () => {
    await app?.end()
    folder.clean()
  })

  it.each(["light", "dark"] as const)("has no violation in %s", async colorScheme => {
    const context = await browser.newContext({ colorScheme })
    const page = await context.newPage()
    await page.goto(app.url)
    expect(await violations(page)).toEqual([])
    if (entry !== undefined) {
      const before = await entries(page, entry)
      const field = page.getByRole("textbox").first()
      await field.fill(entry)
      await field.press("Enter")
      await expect.poll(() => entries(page, entry)).toBeGreaterThan(before)
      expect(await violations(page)).toEqual([])
    }
    await context.close()
  })
})
