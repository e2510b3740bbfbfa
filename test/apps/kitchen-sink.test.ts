// Drives examples/kitchen-sink in Chromium: every component by keyboard, through patches, without JavaScript, for axe.
import { readFileSync } from "node:fs"
import { join } from "node:path"
import type { AxeResults } from "axe-core"
import type { Browser, BrowserContext, BrowserContextOptions, Locator, Page } from "playwright-core"
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest"
import { type RunningApp, startApp, temporaryFolder } from "../support/app.ts"
import { type Complaints, listenForComplaints, openBrowser } from "../support/browser.ts"
import { root } from "../support/imports.ts"

const axe = readFileSync(join(root, "node_modules/axe-core/axe.min.js"), "utf8")
let browser: Browser
let app: RunningApp
const folder = temporaryFolder()
const contexts: BrowserContext[] = []

beforeAll(async () => {
  browser = await openBrowser()
  app = await startApp("examples/kitchen-sink/app.tsx", { cwd: folder.path })
}, 60_000)
afterAll(async () => {
  await browser?.close()
  await app?.end()
  folder.clean()
})
afterEach(async () => {
  await Promise.all(contexts.splice(0).map(context => context.close()))
})

async function open(
  options: BrowserContextOptions = {},
): Promise<Page & { complaints: Complaints }> {
  const context = await browser.newContext({
    viewport: { width: 1100, height: 900 },
    reducedMotion: "reduce",
    ...options,
  })
  contexts.push(context)
  const page = await context.newPage()
  const complaints = listenForComplaints(page)
  // Under a strict policy the client fetches its interpreter once the page has loaded, and only then handles events.
  await page.goto(app.url, { waitUntil: "networkidle" })
  return Object.assign(page, { complaints })
}

const button = (page: Page, name: string): Locator =>
  page.getByRole("button", { name, exact: true })
interface Combobox {
  readonly ariaActiveDescendantElement: { readonly textContent: string }
}
/** The focused element, in words. */
const focused = (page: Page): Promise<string> =>
  page.evaluate(
    "document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent.trim()",
  )
const isIn = (page: Page, selector: string): Promise<boolean> =>
  page.evaluate(`document.activeElement.closest(${JSON.stringify(selector)}) !== null`)

/** The server sends the page's main part again, as it was at first. */
async function patch(page: Page): Promise<void> {
  const result = page.waitForResponse(/\/again/)
  // Not by the mouse: a modal dialog may lie over the button.
  await page.evaluate("document.querySelector('[data-on\\\\:click*=again]').click()")
  await (await result).finished()
  await page.waitForTimeout(150)
}

it("runs under a policy without inline script and inline style, and complains of nothing", async () => {
  const page = await open()
  await button(page, "Edit profile").click()
  await page.keyboard.press("Escape")
  await button(page, "Save the order").click()
  await page.getByRole("region", { name: "Notifications" }).getByText("Saved").waitFor()
  expect(page.complaints.errors).toEqual([])
})

it("prints the same page each time, with every id once", async () => {
  const text = async (): Promise<string> =>
    (await (await fetch(app.url)).text()).replaceAll(/nonce="[^"]*"/g, "")
  const page = await text()
  expect(await text()).toBe(page)
  const ids = [...page.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id)
  expect(ids.filter((id, at) => ids.indexOf(id) !== at)).toEqual([])
  const known = new Set(ids)
  const named = [
    ...page.matchAll(
      / (?:aria-labelledby|aria-describedby|aria-controls|commandfor|popovertarget)="([^"]*)"/g,
    ),
  ]
  expect(named.filter(([, id]) => !known.has(id))).toEqual([])
})

describe("dialogs and sheets", () => {
  it.each(["Edit profile", "Delete", "Filters", "From below"])(
    "%s holds the focus and gives it back at Escape",
    async name => {
      const page = await open()
      await button(page, name).first().focus()
      await page.keyboard.press("Enter")
      await expect.poll(() => isIn(page, "dialog:modal")).toBe(true)
      for (let i = 0; i < 6; i++) {
        await page.keyboard.press(i < 4 ? "Tab" : "Shift+Tab")
        // After its last element comes the browser's own bar, where the document has no focus.
        const lost = await page.evaluate(
          "document.hasFocus() && document.activeElement !== document.body && !document.activeElement.closest('dialog:modal')",
        )
        expect(lost).toBe(false)
      }
      await page.keyboard.press("Escape")
      await expect.poll(() => page.locator("dialog[open]").count()).toBe(0)
      await expect.poll(() => focused(page)).toBe(name)
    },
  )

  it("closes by its button and by a click beside it, but an alert waits for a choice", async () => {
    const page = await open()
    const shown = page.locator("dialog:modal")
    await button(page, "Edit profile").click()
    await expect.poll(() => shown.getAttribute("aria-labelledby")).toBe("profile-title")
    await shown.getByRole("button", { name: "Close" }).click()
    await expect.poll(() => shown.count()).toBe(0)
    await button(page, "Edit profile").click()
    await page.mouse.click(20, 20)
    await expect.poll(() => shown.count()).toBe(0)
    await button(page, "Delete").first().click()
    await page.mouse.click(20, 20)
    await page.waitForTimeout(100)
    await expect.poll(() => page.getByRole("alertdialog").count()).toBe(1)
    await button(page, "Keep it").click()
    await expect.poll(() => shown.count()).toBe(0)
  })
})

describe("the menu", () => {
  const openMenu = async (key: string): Promise<Page> => {
    const page = await open()
    await button(page, "Account").focus()
    await page.keyboard.press(key)
    await page.getByRole("menu").waitFor()
    return page
  }

  it("opens with its first or its last item, and moves with arrows, Home and End past what is switched off", async () => {
    const page = await openMenu("ArrowUp")
    await expect.poll(() => focused(page)).toBe("Log out")
    await page.keyboard.press("ArrowDown")
    await expect.poll(() => focused(page)).toBe("Profile")
    await page.keyboard.press("End")
    await expect.poll(() => focused(page)).toBe("Log out")
    await page.keyboard.press("Home")
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("ArrowDown")
    await expect.poll(() => focused(page)).toBe("Show the grid")
    await page.keyboard.press("ArrowUp")
    await expect.poll(() => focused(page)).toContain("Billing")
  })

  it("finds an item by its first letters", async () => {
    const page = await openMenu("Enter")
    await expect.poll(() => focused(page)).toBe("Profile")
    await page.keyboard.press("c")
    await expect.poll(() => focused(page)).toBe("Cosy")
    await page.waitForTimeout(600)
    await page.keyboard.type("com")
    await expect.poll(() => focused(page)).toBe("Compact")
    await page.waitForTimeout(600)
    await page.keyboard.press("x")
    await expect.poll(() => focused(page)).toBe("Compact")
  })

  it("closes at Escape, Tab and a choice, and gives the focus back", async () => {
    const page = await openMenu("ArrowDown")
    await expect.poll(() => focused(page)).toBe("Profile")
    await page.keyboard.press("Escape")
    await expect.poll(() => page.getByRole("menu").count()).toBe(0)
    await expect.poll(() => focused(page)).toBe("Account")
    await page.keyboard.press("ArrowDown")
    await page.getByRole("menu").waitFor()
    await page.keyboard.press("Tab")
    await expect.poll(() => page.getByRole("menu").count()).toBe(0)
    await button(page, "Account").press("Enter")
    await page.getByRole("menuitem", { name: "Billing" }).click()
    await expect.poll(() => page.getByRole("menu").count()).toBe(0)
  })

  it("keeps what is on and off in signals, and stays open for more", async () => {
    const page = await openMenu("ArrowDown")
    const grid = page.getByRole("menuitemcheckbox", { name: "Show the grid" })
    await expect.poll(() => grid.getAttribute("aria-checked")).toBe("true")
    await page.keyboard.press("s")
    await page.keyboard.press("Enter")
    await expect.poll(() => grid.getAttribute("aria-checked")).toBe("false")
    await page.getByRole("menuitemradio", { name: "Compact" }).click()
    await expect
      .poll(() => page.getByRole("menuitemradio", { name: "Cosy" }).getAttribute("aria-checked"))
      .toBe("false")
    await expect.poll(() => page.getByRole("menu").count()).toBe(1)
  })
})

describe("tabs", () => {
  it.each([
    ["Settings", "ArrowRight", "ArrowLeft"],
    ["Settings, underlined", "ArrowRight", "ArrowLeft"],
    ["Settings, upright", "ArrowDown", "ArrowUp"],
  ])("%s: arrows, Home and End choose and show the panel", async (name, next, previous) => {
    const page = await open()
    const list = page.getByRole("tablist", { name, exact: true })
    const chosen = async (tab: string): Promise<void> => {
      await expect
        .poll(() => list.getByRole("tab", { selected: true }).allTextContents())
        .toEqual([tab])
      const panels = page.locator(
        `.tabs:has(> [aria-label=${JSON.stringify(name)}]) > [role=tabpanel]`,
      )
      await expect.poll(() => panels.filter({ visible: true }).count()).toBe(1)
      await expect.poll(() => list.locator("[tabindex='0']").allTextContents()).toEqual([tab])
    }
    await list.getByRole("tab", { name: "Security" }).click()
    await chosen("Security")
    await page.keyboard.press(next)
    await chosen("Team")
    await page.keyboard.press(next)
    await chosen("Account")
    await page.keyboard.press(previous)
    await chosen("Team")
    await page.keyboard.press("Home")
    await chosen("Account")
    await page.keyboard.press("End")
    await chosen("Team")
    await expect.poll(() => focused(page)).toBe("Team")
    await page.keyboard.press("Tab")
    await expect.poll(() => isIn(page, "[role=tabpanel]")).toBe(true)
  })
})

describe("the command palette", () => {
  it("opens by its keys, filters, and does what is chosen", async () => {
    const page = await open()
    const field = page.getByRole("combobox", { name: "Search for a command" })
    await button(page, "Patch the page").focus()
    await page.keyboard.press("Control+k")
    await field.waitFor()
    const options = page.getByRole("dialog").getByRole("option")
    await expect
      .poll(() => options.allTextContents())
      .toEqual(["Orders", "Customers", "New order⌘N", "Export", "Not now"])
    await page.keyboard.type("order")
    await expect.poll(() => options.allTextContents()).toEqual(["Orders", "New order⌘N"])
    const chosen = page.getByRole("option", { selected: true })
    await expect.poll(() => chosen.textContent()).toBe("Orders")
    await page.keyboard.press("ArrowUp")
    await expect.poll(() => chosen.textContent()).toContain("New order")
    await expect
      .poll(() =>
        field.evaluate(el => (el as unknown as Combobox).ariaActiveDescendantElement.textContent),
      )
      .toContain("New order")
    await page.keyboard.press("Enter")
    await page.getByText("The order is in the list.").waitFor()
    await expect.poll(() => page.locator("dialog[open]").count()).toBe(0)
    await expect.poll(() => focused(page)).toBe("Patch the page")
    await page.keyboard.press("Control+k")
    await expect.poll(() => field.inputValue()).toBe("")
    await expect.poll(() => options.count()).toBe(5)
    await page.keyboard.type("rows")
    await expect.poll(() => options.allTextContents()).toEqual(["Orders"])
    await field.fill("nothing like it")
    await expect.poll(() => options.count()).toBe(0)
    await page.keyboard.press("Enter")
    await page.keyboard.press("Escape")
    await expect.poll(() => page.locator("dialog[open]").count()).toBe(0)
  })
})

describe("what else opens", () => {
  it("a popover shows beside its button, and Escape closes it and gives the focus back", async () => {
    const page = await open()
    await button(page, "Size").focus()
    await page.keyboard.press("Enter")
    const popover = page.getByRole("dialog", { name: "Size" })
    await popover.waitFor()
    // Polled, because it slides in.
    const distance = async (): Promise<number> => {
      const [trigger, box] = await Promise.all([
        button(page, "Size").boundingBox(),
        popover.boundingBox(),
      ])
      const vertical = Math.min(
        Math.abs(box!.y - trigger!.y - trigger!.height),
        Math.abs(box!.y + box!.height - trigger!.y),
      )
      return Math.max(Math.abs(box!.x - trigger!.x), vertical)
    }
    await expect.poll(distance).toBeLessThan(12)
    await page.keyboard.press("Tab")
    await expect.poll(() => isIn(page, "[popover]")).toBe(true)
    await page.keyboard.press("Escape")
    await expect.poll(() => popover.count()).toBe(0)
    await expect.poll(() => focused(page)).toBe("Size")
  })

  it("a tooltip shows at the focus, stays under the pointer, and Escape hides it", async () => {
    const page = await open()
    const tip = page.getByRole("tooltip", { name: "Copies" }).or(page.locator("#copy-tip"))
    const copy = button(page, "Copy")
    await expect.poll(() => copy.getAttribute("aria-describedby")).toBe("copy-tip")
    await page.keyboard.press("Tab")
    await copy.focus()
    await expect.poll(() => tip.isVisible()).toBe(true)
    await page.keyboard.press("Escape")
    await expect.poll(() => tip.isVisible()).toBe(false)
    await page.keyboard.press("Tab")
    await copy.hover()
    await expect.poll(() => tip.isVisible()).toBe(true)
    const box = await tip.boundingBox()
    await page.mouse.move(box!.x + box!.width / 2, box!.y + box!.height / 2)
    await page.waitForTimeout(300)
    await expect.poll(() => tip.isVisible()).toBe(true)
  })

  it("an accordion keeps one of its named items open", async () => {
    const page = await open()
    const items = page.locator("#accordion details")
    await items.nth(1).locator("summary").press("Enter")
    await expect
      .poll(() =>
        items.evaluateAll(all => all.map(one => (one as unknown as { open: boolean }).open)),
      )
      .toEqual([false, true, false])
  })

  it("a toast is read out, escapes its text, closes by its button, and otherwise goes by itself", async () => {
    const page = await open()
    const region = page.getByRole("region", { name: "Notifications" })
    await expect.poll(() => region.getAttribute("aria-live")).toBe("polite")
    await button(page, "Lose the order").click()
    const failed = region.getByRole("alert")
    await failed.waitFor()
    await expect.poll(() => failed.textContent()).toContain("<b>The server</b>")
    await failed.getByRole("button", { name: "Close" }).click()
    await expect.poll(() => region.locator(".toast").count()).toBe(0)
    await button(page, "Save the order").click()
    await region.getByText("Saved").waitFor()
    await page.mouse.move(5, 5)
    await expect.poll(() => region.locator(".toast").count(), { timeout: 10_000 }).toBe(0)
  })
})

it("a toast that comes while a dialog is open stands before it, and comes in once", async () => {
  const page = await open()
  await page.evaluate(
    "addEventListener('animationstart', ({ target }) => { if (target.matches('.toast')) window.started = (window.started ?? 0) + 1 })",
  )
  const starts = (): Promise<number> => page.evaluate("window.started ?? 0")
  await button(page, "Save the order").click()
  await page.locator(".toast").waitFor()
  await expect.poll(starts).toBe(1)
  await button(page, "Edit profile").click()
  await page.evaluate(
    "[...document.querySelectorAll('button')].find(one => one.textContent === 'Lose the order').click()",
  )
  await expect.poll(() => page.locator(".toast").count()).toBe(2)
  await expect.poll(() => page.locator("#toaster:popover-open").count()).toBe(1)
  await page.waitForTimeout(500)
  expect(await starts()).toBe(2)
  await expect.poll(() => page.locator("dialog:modal").count()).toBe(1)
})

describe("a patch of the page", () => {
  it("leaves an open dialog, its focus and what is typed in it alone", async () => {
    const page = await open()
    await button(page, "Edit profile").click()
    const name = page.getByRole("dialog").getByLabel("Name")
    await name.fill("Ada, Countess")
    await patch(page)
    await expect.poll(() => page.locator("#profile:modal").count()).toBe(1)
    await expect.poll(() => name.inputValue()).toBe("Ada, Countess")
    await expect.poll(() => focused(page)).toBe("Name")
  })

  it("leaves an open menu, chosen tabs, an opened item and a picture that failed alone", async () => {
    const page = await open()
    await page.locator("#settings").getByRole("tab", { name: "Team" }).click()
    await page.locator("#lines").getByRole("tab", { name: "Account" }).click()
    await page.locator("#accordion summary").nth(2).click()
    await button(page, "Account").press("ArrowDown")
    await page.getByRole("menuitemcheckbox").click()
    await patch(page)
    await expect.poll(() => page.getByRole("menu").count()).toBe(1)
    await expect.poll(() => isIn(page, "[role=menuitemcheckbox]")).toBe(true)
    await expect
      .poll(() => page.getByRole("menuitemcheckbox").getAttribute("aria-checked"))
      .toBe("false")
    await expect
      .poll(() => page.locator("#settings").getByRole("tab", { selected: true }).textContent())
      .toBe("Team")
    await expect.poll(() => page.locator("#settings-team-panel").isVisible()).toBe(true)
    await expect
      .poll(() => page.locator("#lines").getByRole("tab", { selected: true }).textContent())
      .toBe("Account")
    await expect.poll(() => page.locator("#lines-account-panel").isVisible()).toBe(true)
    await expect
      .poll(() => page.locator("#accordion details").nth(2).getAttribute("open"))
      .not.toBeNull()
    await expect.poll(() => page.locator(".avatar > img").isVisible()).toBe(false)
    await page.keyboard.press("ArrowDown")
    await expect.poll(() => focused(page)).toBe("Cosy")
  })

  it("leaves an open palette with its search, its choice and its toasts alone", async () => {
    const page = await open()
    await button(page, "Save the order").click()
    await page.locator(".toast").waitFor()
    await page.keyboard.press("Control+k")
    await page.keyboard.type("or")
    await page.keyboard.press("ArrowDown")
    await patch(page)
    await expect.poll(() => page.getByRole("dialog").getByRole("option").count()).toBe(3)
    await expect
      .poll(() => page.getByRole("option", { selected: true }).textContent())
      .toContain("New order")
    await expect
      .poll(() => page.getByRole("combobox", { name: "Search for a command" }).inputValue())
      .toBe("or")
    await expect.poll(() => page.locator(".toast").count()).toBe(1)
    await page.keyboard.press("ArrowUp")
    await expect
      .poll(() => page.getByRole("option", { selected: true }).textContent())
      .toBe("Orders")
  })
})

describe("the theme switch", () => {
  it("changes the page, remembers it, and starts with it before anything is painted", async () => {
    const page = await open({ colorScheme: "light" })
    const dark = (): Promise<boolean> =>
      page.evaluate("document.documentElement.classList.contains('dark')")
    await expect.poll(() => dark()).toBe(false)
    await button(page, "Switch between light and dark").click()
    await expect.poll(() => dark()).toBe(true)
    await page.reload()
    await expect.poll(() => dark()).toBe(true)
    const other = await page.context().newPage()
    await other.goto(app.url)
    await button(page, "Switch between light and dark").click()
    await expect
      .poll(() => other.evaluate("document.documentElement.classList.contains('dark')"))
      .toBe(false)
  })
})

describe("without JavaScript", () => {
  it("opens dialogs, popovers, menus and the accordion, and shows every panel", async () => {
    const page = await open({ javaScriptEnabled: false })
    await button(page, "Edit profile").click()
    await page
      .getByRole("dialog", { name: "Edit profile" })
      .getByRole("button", { name: "Close" })
      .click()
    await page.getByRole("dialog").waitFor({ state: "detached" })
    await button(page, "Account").click()
    await expect.poll(() => page.getByRole("menuitem", { name: "Profile" }).isVisible()).toBe(true)
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await expect.poll(() => page.url()).toContain("#popovers")
    await page.keyboard.press("Escape")
    await page.locator("#accordion summary").nth(1).click()
    await page.getByText("No. What is open stays open").waitFor()
    for (const name of ["account", "security", "team"])
      await expect.poll(() => page.locator(`#settings-${name}-panel`).isVisible()).toBe(true)
    await expect.poll(() => page.locator("[data-theme-switch]").isVisible()).toBe(false)
  })

  it("shows the sidebar on a phone by its button", async () => {
    const page = await open({ javaScriptEnabled: false, viewport: { width: 390, height: 800 } })
    const navigation = page.getByRole("navigation", { name: "Components" })
    await expect.poll(() => navigation.isVisible()).toBe(false)
    await button(page, "Show the navigation").click()
    await expect.poll(() => navigation.isVisible()).toBe(true)
  })
})

describe("on a phone", () => {
  it("is no wider than the window, and a link in the sidebar closes it", async () => {
    const page = await open({ viewport: { width: 360, height: 800 } })
    await expect
      .poll(() => page.evaluate<number>("document.documentElement.scrollWidth"))
      .toBeLessThanOrEqual(360)
    await button(page, "Show the navigation").click()
    await page.getByRole("link", { name: "Table" }).click()
    await expect
      .poll(() => page.getByRole("navigation", { name: "Components" }).isVisible())
      .toBe(false)
    await expect.poll(() => page.url()).toContain("#tables")
  })
})

describe("for everybody", () => {
  /** Findings of axe in a part of the page, as sentences. */
  async function violations(page: Page, part = "html"): Promise<string[]> {
    const results = await page.evaluate<AxeResults>(`axe.run(${JSON.stringify(part)})`)
    return results.violations.map(
      ({ id, help, nodes }) => `${id}: ${help}: ${nodes.map(node => node.html).join(" ")}`,
    )
  }

  it.each([
    ["light", 1100],
    ["dark", 390],
  ] as const)(
    "axe finds nothing in %s at %i pixels, with everything closed and with each thing open",
    async (colorScheme, width) => {
      // The policy would keep axe itself out.
      const page = await open({ colorScheme, viewport: { width, height: 900 }, bypassCSP: true })
      await page.evaluate(axe)
      expect(await violations(page)).toEqual([])
      for (const name of [
        "Edit profile",
        "Delete",
        "Filters",
        "Size",
        "Account",
        "Commands (Ctrl K)",
      ]) {
        await button(page, name).first().click()
        await page.waitForTimeout(700)
        expect(await violations(page, "dialog[open], [data-popover]:popover-open"), name).toEqual(
          [],
        )
        await page.keyboard.press("Escape")
        await page.waitForTimeout(600)
      }
      await button(page, "Lose the order").click()
      await page.locator(".toast").waitFor()
      await page.waitForTimeout(400)
      expect(await violations(page, "#toaster"), "toast").toEqual([])
    },
    150_000,
  )
})
