// Visibility of the kit in a real Chromium: a focus that shows in every look, states that forced colours keep, own classes.
import * as kit from "nitro-ts/components"
import { type Child, li, Page, render, ul } from "nitro-ts/html"
import type { Browser, BrowserContextOptions, Page as Tab } from "playwright-core"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { clientAssets } from "../src/client/index.ts"
import { openBrowser } from "./support/browser.ts"

let browser: Browser
beforeAll(async () => {
  browser = await openBrowser()
})
afterAll(() => browser.close())

async function open(page: Child, options: BrowserContextOptions = {}): Promise<Tab> {
  const body = await render(page)
  const context = await browser.newContext(options)
  const tab = await context.newPage()
  await tab.route("**/*", async route => {
    const { pathname } = new URL(route.request().url())
    const asset = clientAssets.get(pathname.slice(pathname.lastIndexOf("/") + 1))
    if (pathname === "/") await route.fulfill({ contentType: "text/html; charset=utf-8", body })
    else if (asset) await route.fulfill({ contentType: asset.type, body: await asset.load() })
    else await route.abort()
  })
  await tab.goto("http://kit.test/")
  return tab
}

const options = ["One", "Two", "Three"]
const tabs = [
  { name: "a", label: "First", content: "1" },
  { name: "b", label: "Second", content: "2" },
]
const form = (id: string): Child => [
  <kit.Input label="Title" name={`${id}_title`} />,
  <kit.Input label="Price" name={`${id}_price`} before="EUR" />,
  <kit.Textarea label="Notes" name={`${id}_notes`} />,
  <kit.Select label="Colour" name={`${id}_colour`} options={options} />,
  <kit.Combobox label="City" name={`${id}_city`} options={options} />,
  <kit.Slider label="Size" name={`${id}_size`} />,
  <kit.Checkbox name={`${id}_yes`}>Yes</kit.Checkbox>,
  <kit.Switch name={`${id}_on`}>On</kit.Switch>,
  <kit.RadioGroup label="Plan" name={`${id}_plan`} options={options} />,
  <kit.DateField label="Due" name={`${id}_due`} />,
  <kit.Input label="Wrong" name={`${id}_wrong`} error="It is wrong." />,
  <kit.Button>Save</kit.Button>,
]
const everything = (
  <main>
    <kit.Button>Default</kit.Button>
    <kit.Button variant="outline">Outline</kit.Button>
    <kit.Button variant="destructive">Delete</kit.Button>
    <kit.Button variant="ghost">Ghost</kit.Button>
    <kit.Button variant="link">Link</kit.Button>
    <kit.Button href="/a">Address</kit.Button>
    <kit.Badge href="/a">Badge</kit.Badge>
    <a href="/own">A link of the page</a>
    <button type="button">A button of the page</button>
    <kit.Accordion>
      <kit.AccordionItem title="Question">Answer</kit.AccordionItem>
    </kit.Accordion>
    <kit.Tabs id="t" label="Tabs" tabs={tabs} />
    <kit.Breadcrumb items={[{ label: "Shop", href: "/" }, { label: "Order" }]} />
    <kit.Pagination page={2} pages={9} href={n => `?page=${n}`} />
    <kit.Card title="Card">{form("card")}</kit.Card>
    <kit.Table
      caption="Orders"
      columns={["a", { key: "b", cell: () => <a href="/b">b</a> }]}
      rows={[{ a: 1, b: 2 }]}
    />
    <kit.CodeBlock code="a" title="a.ts" />
    <kit.DropdownMenu id="menu" trigger="Menu">
      <kit.MenuItem>First</kit.MenuItem>
      <kit.MenuItem>Second</kit.MenuItem>
    </kit.DropdownMenu>
    <kit.Popover id="popover" trigger="Popover">
      {form("popover")}
    </kit.Popover>
    <kit.Dialog
      id="dialog"
      title="Dialog"
      description="Words"
      footer={<kit.Button>Done</kit.Button>}
    >
      {form("dialog")}
    </kit.Dialog>
    <kit.Sheet id="sheet" title="Sheet" footer={<kit.Button>Done</kit.Button>}>
      {form("sheet")}
    </kit.Sheet>
    <kit.Command id="command">
      <kit.CommandItem>First</kit.CommandItem>
    </kit.Command>
  </main>
)

// As text: the sources are compiled without the types of the DOM.
const inPage = `
  const context = document.createElement("canvas").getContext("2d", { willReadFrequently: true })
  /** A colour over another one, as three numbers. */
  const over = (color, below) => {
    context.fillStyle = "rgb(" + below.join(" ") + ")"
    context.fillRect(0, 0, 1, 1)
    context.fillStyle = color
    context.fillRect(0, 0, 1, 1)
    return [...context.getImageData(0, 0, 1, 1).data].slice(0, 3)
  }
  const backgroundOf = element => element === null ? over(getComputedStyle(document.documentElement).backgroundColor, [255, 255, 255]) : over(getComputedStyle(element).backgroundColor, backgroundOf(element.parentElement))
  const light = color => {
    const [r, g, b] = color.map(part => (part /= 255) <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b
  }
  const contrast = (a, b) => (Math.max(light(a), light(b)) + 0.05) / (Math.min(light(a), light(b)) + 0.05)
  const nameOf = element => (element.id ? "#" + element.id : element.localName + "." + element.className + " " + (element.textContent || "").trim().slice(0, 20)) + (element.closest("dialog, [popover]") ? " in " + element.closest("dialog, [popover]").id : "")
  /** The element that shows the focus, what it looks like, and what is wrong with that. */
  const fault = focused => {
    const group = focused.closest(".input-group")
    const element = group ?? focused
    const style = getComputedStyle(element)
    const width = parseFloat(style.outlineWidth)
    if (style.outlineStyle === "none" || width < 1.5 && style.outlineStyle !== "auto") return nameOf(focused) + ": no outline, " + style.outline
    const offset = parseFloat(style.outlineOffset)
    const behind = backgroundOf(offset < 0 ? element : element.parentElement)
    const ratio = contrast(over(style.outlineColor, behind), behind)
    if (ratio < 3) return nameOf(focused) + ": contrast " + ratio.toFixed(2)
    const reach = Math.max(0, offset + width)
    const box = element.getBoundingClientRect()
    for (let parent = element.parentElement; parent; parent = parent.parentElement) {
      const { overflowX, overflowY, position } = getComputedStyle(parent)
      const clip = parent.getBoundingClientRect()
      const left = clip.left + parent.clientLeft, top = clip.top + parent.clientTop
      const right = left + parent.clientWidth, bottom = top + parent.clientHeight
      if (overflowX !== "visible" && parent.clientWidth > 0 && (box.left - reach < left - 0.5 || box.right + reach > right + 0.5)) return nameOf(focused) + ": cut off at a side by " + nameOf(parent)
      if (overflowY !== "visible" && parent.clientHeight > 0 && parent !== document.documentElement && parent !== document.body && (box.top - reach < top - 0.5 || box.bottom + reach > bottom + 0.5)) return nameOf(focused) + ": cut off above or below by " + nameOf(parent)
      if (parent.matches("dialog, [popover]")) break
    }
  }
  const seen = []
  const faults = []
  const check = () => {
    const { activeElement } = document
    if (activeElement === null || activeElement === document.body) return
    // Some looks move the outline in.
    for (const one of document.getAnimations()) if (one instanceof CSSTransition) one.finish()
    seen.push(nameOf(activeElement))
    const found = fault(activeElement)
    if (found) faults.push(found)
  }
`

/** Moves through the page by the Tab key and looks at the focus each time. */
async function walk(tab: Tab, steps: number): Promise<{ seen: string[]; faults: string[] }> {
  await tab.evaluate(`${inPage}; window.look = { check, seen, faults }`)
  for (let i = 0; i < steps; i++) {
    await tab.keyboard.press("Tab")
    await tab.evaluate("window.look.check()")
  }
  return (await tab.evaluate(
    "({ seen: window.look.seen, faults: [...new Set(window.look.faults)] })",
  )) as {
    seen: string[]
    faults: string[]
  }
}

const looks = ["vega", "luma", "lyra", "maia", "mira", "nova", "rhea", "sera"] as const

describe.each(
  looks.flatMap(look => (["light", "dark"] as const).map(theme => [look, theme] as const)),
)("the focus in %s, %s", (look, theme) => {
  it("is seen everywhere: 3:1 against what is behind it, and not cut off", async () => {
    const tab = await open(
      <Page title="Kit" basecoat={look} theme={theme}>
        {everything}
      </Page>,
    )
    const { seen, faults } = await walk(tab, 60)
    expect(new Set(seen).size).toBeGreaterThan(35)
    const all = [...faults]
    for (const [id, opener] of [
      ["dialog", "document.getElementById('dialog').showModal()"],
      ["sheet", "document.getElementById('sheet').showModal()"],
      ["popover", "document.getElementById('popover').showPopover()"],
    ]) {
      await tab.evaluate(
        `document.querySelectorAll("dialog[open]").forEach(dialog => dialog.close()); ${opener}; getAnimations = document.getAnimations().forEach(one => one.finish())`,
      )
      await tab.evaluate(`document.querySelector("#${id}").focus()`)
      const inside = await walk(tab, 18)
      expect(inside.seen.filter(name => name.endsWith(`in ${id}`)).length, id).toBeGreaterThan(8)
      all.push(...inside.faults)
    }
    await tab.evaluate(
      `document.querySelectorAll("[popover]").forEach(one => one.matches(":popover-open") && one.hidePopover()); document.getElementById("menu-trigger").focus()`,
    )
    await tab.keyboard.press("Enter")
    await tab.waitForFunction("document.activeElement?.matches('[role=menuitem]')")
    await tab.evaluate(`${inPage}; check(); window.look = { faults }`)
    all.push(...((await tab.evaluate("window.look.faults")) as string[]))
    expect([...new Set(all)]).toEqual([])
    await tab.context().close()
  })
})

describe("in forced colours", () => {
  const pairs: Readonly<Record<string, (on: boolean) => Child>> = {
    checkbox: on => <kit.Checkbox name="a" aria-label="a" checked={on} />,
    "checkbox in a field": on => (
      <kit.Checkbox name="a" checked={on}>
        a
      </kit.Checkbox>
    ),
    switch: on => <kit.Switch name="a" aria-label="a" checked={on} />,
    radio: on => <kit.RadioGroup label="a" name="a" options={["x"]} value={on ? "x" : undefined} />,
    "a button that is a check box": on => (
      <kit.Button role="checkbox" aria-checked={on} aria-label="a">
        <svg viewBox="0 0 8 8" aria-hidden="true">
          <path d="M1 4l2 2 4-4" fill="none" stroke="currentColor" />
        </svg>
      </kit.Button>
    ),
    tab: on => <kit.Tabs id="t" label="Tabs" tabs={tabs} selected={on ? "a" : "b"} />,
    "menu item": on => (
      <div class="dropdown-menu">
        <div role="menu">
          <kit.MenuItem checked={on}>a</kit.MenuItem>
        </div>
      </div>
    ),
    "disabled button": on => <kit.Button disabled={on}>a</kit.Button>,
    progress: on => <kit.Progress value={on ? 90 : 10} />,
  }

  it.each(Object.entries(pairs))(
    "a %s that is on looks unlike one that is off",
    async (_, part) => {
      const page = (
        <Page title="Kit" theme="light">
          <div id="on">{part(true)}</div>
          <div id="off">{part(false)}</div>
        </Page>
      )
      for (const colorScheme of ["light", "dark"] as const) {
        const tab = await open(page, { forcedColors: "active", colorScheme })
        expect(await tab.evaluate("matchMedia('(forced-colors: active)').matches")).toBe(true)
        const [on, off] = [
          await tab.locator("#on").screenshot(),
          await tab.locator("#off").screenshot(),
        ]
        expect(on.equals(off)).toBe(false)
        await tab.context().close()
      }
    },
  )
})

it("leaves classes of the page alone that are everyday words", async () => {
  const words = ["item", "item-group", "empty", "column", "panel", "segment"]
  const tab = await open(
    <Page title="Kit">
      {ul(
        words.map(name => [li({ class: name, id: name }, "x"), li({ id: `${name}-plain` }, "x")]),
      )}
    </Page>,
  )
  for (const name of words) {
    const different = await tab.evaluate(`(() => {
      const [own, plain] = ["${name}", "${name}-plain"].map(id => getComputedStyle(document.getElementById(id)))
      return [...own].filter(property => own.getPropertyValue(property) !== plain.getPropertyValue(property))
    })()`)
    expect(different, name).toEqual([])
  }
  await tab.context().close()
})
