// The parts around a list: the head of a page, its badge, the hints for keys, the text of a row.
import {
  ActionInput,
  KeyHints,
  LiveBadge,
  PageHead,
  RowText,
  Segment,
  ThemeSwitch,
} from "nitro-ts/components"
import { html } from "nitro-ts/html"
import { expect, it } from "vitest"

it("a PageHead holds its title, a line about it and actions, and leaves out what it has none of", () => {
  expect(
    String(
      <PageHead title="<Todos>" actions={<b>!</b>} class="wide">
        4 left
      </PageHead>,
    ),
  ).toBe(
    '<header class="page-heading wide"><div><h1>&lt;Todos&gt;</h1><p>4 left</p></div><div class="page-actions"><b>!</b></div></header>',
  )
  expect(String(PageHead({ title: "A" }))).toBe(
    '<header class="page-heading"><div><h1>A</h1></div></header>',
  )
  const full = String(<PageHead title="A" live theme />)
  expect(full).toContain(String(LiveBadge()))
  expect(full).toContain('data-theme-switch="corner"')
})

it("a LiveBadge is the place that the client shows while the server cannot be reached", () => {
  expect(String(<LiveBadge live="Online" lost="Offline" />)).toBe(
    '<span class="live-badge"><span>Online</span><span id="nitro-connection" role="status" hidden>Offline</span></span>',
  )
})

it("a ThemeSwitch stands in the corner where it should, and in the flow elsewhere", () => {
  expect(String(<ThemeSwitch corner />)).toContain(' data-theme-switch="corner"')
  expect(String(<ThemeSwitch />)).toContain(' data-theme-switch="true"')
})

it("KeyHints names each key and its effect", () => {
  expect(String(<KeyHints keys={{ Enter: "save", "<": "back" }} />)).toBe(
    '<p class="key-hints"><span><kbd class="kbd">Enter</kbd> save</span><span><kbd class="kbd">&lt;</kbd> back</span></p>',
  )
})

it("a RowText is a name and a line below it", () => {
  expect(String(<RowText title="Desk">3 free</RowText>)).toBe(
    '<div class="row-text"><strong>Desk</strong><span>3 free</span></div>',
  )
  expect(String(RowText({ title: "Desk" }))).toBe(
    '<div class="row-text"><strong>Desk</strong></div>',
  )
})

it("a Segment shows the count of a view, and none where it has none", () => {
  const segment = String(
    <Segment label="Show" name="show" options={[{ value: "all", count: 0 }, "done"]} />,
  )
  expect(segment).toContain('aria-current="page">All<span>0</span></a>')
  expect(segment).toContain(">Done</a>")
})

it("the hint of an ActionInput is for the eye alone", () => {
  const own = {
    form: { method: "post", action: "/go" } as const,
    key: html``,
    field: (name: string) => ({ id: name, name, "aria-describedby": `${name}_error` }),
    error: () => html``,
  }
  expect(String(<ActionInput call={own} name="q" hint="Enter" />)).toMatch(
    /^<div class="action-input"><form .*<\/form><kbd class="kbd" aria-hidden="true">Enter<\/kbd><\/div>$/,
  )
})
