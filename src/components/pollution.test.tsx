// A polluted Object.prototype changes nothing: components, icons and pages read only what they were given.

import { Boundary, type Child, createElement, div, Page, render, Suspense } from "nitro-ts/html"
import { icon } from "nitro-ts/icons"
import { describe, expect, it } from "vitest"
import * as kit from "./index.ts"

const tabs = [
  { name: "a", label: "A", content: "1" },
  { name: "b", label: "B", content: "2" },
]
const call = {
  field: (name: string) => ({ id: `f_${name}`, name, "aria-describedby": `f_${name}_error` }),
  choice: (name: string) => ({ id: `f_${name}`, name, "aria-describedby": `f_${name}_error` }),
  error: () => <p id="e" />,
  value: () => undefined,
}
const action = {
  form: { method: "post", action: "/a" },
  key: <i />,
  field: call.field,
  error: call.error,
} as const

const described = { definition: { labelPlural: "As", fields: [{ name: "a" }] } }

/** Every component with as little as it takes. */
const samples: Readonly<Record<string, () => Child>> = {
  Accordion: () => kit.Accordion(kit.AccordionItem({ title: "A" }, "x")),
  Actions: () => [
    kit.ActionButton({ call: action }, "x"),
    <kit.ActionButton call={action}>x</kit.ActionButton>,
    kit.ActionToggle({ call: action, checked: true, label: "A" }),
    kit.ActionInput({ call: action, name: "a", label: "A" }),
    kit.ActionForm({ call: action, children: "x" }),
  ],
  Lists: () => [
    kit.PageHead({ title: "A" }, "x"),
    <kit.PageHead title="A" live theme />,
    kit.LiveBadge(),
    kit.KeyHints({ keys: { Enter: "save" } }),
    kit.RowText({ title: "A" }, "x"),
  ],
  Alert: () => [kit.Alert({}, "x"), <kit.Alert title="A" />],
  Avatar: () => [kit.Avatar({ name: "Ada L" }), kit.AvatarGroup(kit.Avatar({ name: "B" }))],
  Badge: () => [kit.Badge("x"), <kit.Badge>x</kit.Badge>, kit.Badge("x", { id: "a" })],
  Breadcrumb: () =>
    kit.Breadcrumb({ items: [{ label: "A" }, { label: "B", href: "/b" }, { label: "C" }] }),
  Button: () => [
    kit.Button("x"),
    <kit.Button>x</kit.Button>,
    <kit.Button href="/a" />,
    kit.Button("x", { id: "a" }),
    <kit.Button />,
  ],
  Card: () => [kit.Card("x"), <kit.Card title="A" />],
  Charts: () => [
    kit.BarChart({ label: "L", x: ["a", "b"], values: [1, 2] }),
    kit.LineChart({ label: "L", x: ["a", "b"], values: [1, 2] }),
    kit.DonutChart({ label: "L", parts: [{ name: "a", value: 1 }] }),
    kit.Sparkline({ label: "L", values: [1, 2] }),
  ],
  Checkbox: () => [
    kit.Checkbox("x", { name: "a" }),
    <kit.Checkbox name="a" call={call} />,
    <kit.Switch name="a" aria-label="A" />,
  ],
  CodeBlock: () => kit.CodeBlock({ code: "a\nb" }),
  Combobox: () => kit.Combobox({ label: "A", name: "a", options: ["x", { value: "y" }] }),
  Command: () => [
    kit.Command(
      { id: "c" },
      kit.CommandItem("x"),
      kit.CommandGroup({ label: "G" }, kit.CommandItem("y")),
    ),
    kit.CommandDialog({ id: "d" }, "x"),
  ],
  DateField: () => kit.DateField({ label: "A", name: "a" }),
  DescriptionList: () => [
    kit.DescriptionList({ items: [{ term: "A", value: 1.5 }] }),
    kit.Stat({ label: "A", value: 1 }),
  ],
  Dialog: () => [kit.Dialog({ id: "d" }, "x"), kit.Sheet({ id: "s" }, "x")],
  DropdownMenu: () =>
    kit.DropdownMenu(
      { id: "m", trigger: "M" },
      kit.MenuItem("x"),
      kit.MenuGroup({ label: "G" }, "y"),
      kit.MenuSeparator(),
    ),
  Dropzone: () => kit.Dropzone({ label: "A", name: "a" }),
  Field: () => kit.Field({ label: "A", name: "a" }, control => <input {...control} />),
  Form: () => [
    kit.Fieldset({ legend: "A" }, "x"),
    kit.FormSection({ title: "A" }, "x"),
    kit.FormRow("x"),
    kit.FormActions("x"),
  ],
  Input: () => [
    kit.Input({ label: "A", name: "a" }),
    kit.Input({ "aria-label": "A", name: "a", call }),
    kit.Textarea({ label: "A", name: "a" }),
  ],
  Pagination: () => [
    kit.Pagination({ page: 1, pages: 9, href: n => `?${n}` }),
    kit.Pagination({ next: "?b" }),
  ],
  Popover: () => kit.Popover({ id: "p", trigger: "P" }, "x"),
  Described: () => [
    kit.Table({ of: described, rows: [{ a: 1 }] }),
    kit.Table({ of: described, rows: [] }),
    kit.Empty({ of: described }),
    kit.Empty({ title: "A" }),
  ],
  Progress: () => [kit.Progress({}), kit.Skeleton(), kit.Spinner()],
  RadioGroup: () => kit.RadioGroup({ label: "A", name: "a", options: ["x", { value: "y" }] }),
  Select: () => [
    kit.Select({
      label: "A",
      name: "a",
      options: ["x", { value: "y" }, { label: "G", options: ["z"] }],
    }),
    kit.Select({ label: "A", name: "a", options: ["x"], call, multiple: true }),
  ],
  Segment: () => kit.Segment({ label: "A", name: "a", options: ["x", { value: "y" }] }),
  Panel: () => kit.Panel("x"),
  Sidebar: () => [
    kit.Sidebar(
      { id: "s" },
      kit.SidebarGroup({ label: "G" }, kit.SidebarItem({ href: "/a" }, "x")),
    ),
    kit.SidebarTrigger({ for: "s" } as never),
  ],
  Slider: () => kit.Slider({ label: "A", name: "a" }),
  Table: () => kit.Table({ columns: ["a", { key: "b" }], rows: [{ a: 1, b: true }] }),
  Tabs: () => kit.Tabs({ id: "t", label: "T", tabs }),
  ThemeSwitch: () => kit.ThemeSwitch(),
  Toast: () => [kit.Toaster(), kit.Toast({ title: "A" })],
  Tooltip: () => kit.Tooltip({ id: "t", text: "x" } as never, "y"),
  icons: () => [icon("trash"), icon("x", { size: 16 })],
  html: () => [
    Boundary({ fallback: "!", children: "x" }),
    Suspense({ children: "x" }),
    createElement("p", null),
    <br />,
    <p id="a" />,
    div({ id: "a" }),
    Page({ title: "T" }),
    <Page title="T" bare />,
  ],
}

/** Properties that a request could add to every object: all that a component or an element reads. */
const names =
  "fields describe group widget permission href disabled variant size icon loading children title checked radio shortcut label help error value name id call type class className cls style signal selected trigger triggerProps footer description action closeLabel alert side align level src initials options strict strictMessage empty unit before after placeholder required multiple orientation separator items columns rows row caption cell key term locale timeZone currency words page pages previous next siblings previousLabel nextLabel filter inputAttributes keywords min max step rel target download hint parts center color area dots stacked horizontal table format messages maxBytes maxFiles prompt copy language lineNumbers lines shape text sticky fieldClass legend status headers stream signal nonce head client stylesheet kit cdn theme basecoat highlight scripts styles importmap bare lang viewport charset canonical openGraph htmlAttributes bodyAttributes expressions assetsPath fallback aria-label aria-labelledby aria-describedby data-on:click onclick data-attr".split(
    " ",
  )
const values: readonly unknown[] = ["javascript:alert(1)", true, "<b>polluted</b>", 7]

async function polluted(name: string, value: unknown, work: () => Child): Promise<string> {
  const prototype = Object.prototype as Record<string, unknown>
  const before = Object.getOwnPropertyDescriptor(prototype, name)
  prototype[name] = value
  try {
    return await render(work())
  } catch (error) {
    return `threw ${String(error)}`
  } finally {
    delete prototype[name]
    if (before) Object.defineProperty(prototype, name, before)
  }
}

describe.each(Object.entries(samples))("%s", (_, sample) => {
  it("prints the same when every object has one property more", async () => {
    const expected = await render(sample())
    const changed: string[] = []
    for (const name of new Set(names)) {
      for (const value of values) {
        const printed = await polluted(name, value, sample)
        if (printed !== expected) changed.push(`${name} = ${value}: ${printed.slice(0, 200)}`)
      }
    }
    expect(changed).toEqual([])
  })
})

it("has a sample of every component", () => {
  const printed = Object.values(samples).map(String).join()
  const components = Object.keys(kit).filter(name => /^[A-Z]/.test(name) && name !== "Component")
  expect(components.filter(name => !new RegExp(`\\b${name}\\b`).test(printed))).toEqual([])
})
