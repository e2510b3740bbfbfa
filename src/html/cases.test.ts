// The accepted input and output of the html area.
import { readFileSync } from "node:fs"
import {
  Body,
  type Child,
  CustomTag,
  Div,
  Fragment,
  Head,
  Html,
  Img,
  LinearGradient,
  Page,
  render,
  Svg,
  Title,
} from "nitro-ts/html"
import { describe, expect, it } from "vitest"

interface Case {
  id: string
  area: string
  input: string
  expected: string
}

const cases = (
  JSON.parse(
    readFileSync(new URL("../../test/fixtures/cases.json", import.meta.url), "utf8"),
  ) as Case[]
).filter(({ area }) => area === "html")

const spellings = ["cls", "class_", "_class", "klass", "htmlClass"] as const
const same = (children: Child[]): string => {
  const printed = new Set(children.map(String))
  expect([...printed]).toHaveLength(1)
  return [...printed].join()
}

/** The expected output of each case, in our spelling. */
const inputs: Record<string, () => string> = {
  H01: () => String(Div("Hello")),
  H02: () => String(Div(Div(Div("content")))),
  H04: () => `${Div(42)} / ${Div(3.14)}`,
  H05: () => String(Div("before", null, "after")),
  H07: () => String(Div("x", { hidden: false })),
  H08: () => same(spellings.map(name => CustomTag("div", "x", { [name]: "c" }))),
  H10: () => String(Div("x", { data_foo_bar: "1" })),
  H11: () => String(Div("x", { aria_label: "y" })),
  H13: () => String(CustomTag("div", "x", { viewBox: "0 0 1 1" })),
  H14: () => String(Fragment("a", Div("b"))),
  H16: () => String(CustomTag("my-el", "x", { cls: "a" })),
  H17: () => String(Html(Head(Title("t")), Body("b"), { lang: "en" })),
  H19: () => String(Div()),
  H20: () => String(Img({ src: "a" })),
  H22: () => String(Div('<b>&"')),
  H23: () => String(Div({ title: 'a"b<c>&' })),
  H25: () => String(Div([Div("a"), Div("b")])),
  H26: () => String(Div("x", { cls: ["a", "b"] })),
  H28: () => String(Svg(LinearGradient({ id: "g" }))),
  H29: () =>
    same(
      Array.from({ length: 200 }, () =>
        Div({ id: "i", title: "t", class: { a: true, b: true }, data_x: 1, hidden: true }, "x"),
      ),
    ),
  H31: () => String(Div({ cls: "c" })("x")),
  H32: () => String(Page({ title: "T", bare: true }, "x")),
}

/** Where the note of a case leaves the spelling open: what we print. */
const chosen: Record<string, string> = {
  H22: "<div>&lt;b&gt;&amp;&quot;</div>",
  H23: '<div title="a&quot;b&lt;c&gt;&amp;"></div>',
  H29: '<div id="i" title="t" class="a b" data-x="1" hidden>x</div>',
}

describe("the accepted cases", () => {
  it.each(cases)("$id: $input", ({ id, expected }) => {
    expect(inputs[id], "a case without a test").toBeDefined()
    expect(inputs[id]?.()).toBe(chosen[id] ?? expected)
  })

  it("prints a whole page like the bare one, with render()", async () => {
    expect(await render(Page({ title: "T", bare: true, children: Promise.resolve("x") }))).toBe(
      "<!doctype html><html><head><title>T</title></head><body>x</body></html>",
    )
  })
})
