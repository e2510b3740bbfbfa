// Expressions through the html module and back: what the page evaluates is what was meant.
import { html } from "nitro-ts/html"
import { expect, it } from "vitest"
import { attributes, bind, dataSignals, ds, on, post, show, signal, signals } from "./index.ts"

const named: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" }

/** Value of an attribute as a browser reads it from the markup. */
function attributeOf(markup: unknown, name: string): string {
  const [, raw = ""] =
    new RegExp(`\\s${name.replaceAll(".", "\\.")}="([^"]*)"`).exec(String(markup)) ?? []
  return raw.replace(/&(#x?)?(\w+);/g, (_, number: string | undefined, text: string) =>
    number === undefined
      ? (named[text] as string)
      : String.fromCodePoint(Number.parseInt(text, number === "#x" ? 16 : 10)),
  )
}

const x = signal("x", "")
const attacks = [
  `"><img src=x onerror=alert(1)>`,
  `'); @post('/x`,
  "&quot;&#39;&amp;",
  "</div>",
  "a\u00a0b\r\n\t\0",
  "$x",
  "it's",
]

it.each(attacks)("keeps %j text in html`` and in JSX", attack => {
  for (const markup of [
    html`<p data-text="${x.eq(attack)}" ${on("click", x.set(attack))}>`,
    <p data-text={x.eq(attack)} {...on("click", x.set(attack))} />,
  ]) {
    expect(String(markup).match(/<\w/g)).toHaveLength(1)
    expect(Function("$x", `return ${attributeOf(markup, "data-text")}`)(attack)).toBe(true)
    expect(Function("$x", `${attributeOf(markup, "data-on:click")}; return $x`)("")).toBe(attack)
  }
  expect(
    Function(
      `return ${attributeOf(<p data-signals={signals({ x: attack })} />, "data-signals")}`,
    )(),
  ).toEqual({ x: attack })
  expect(
    Function("$x", `return ${attributeOf(<p data-text={ds`${attack}${x}`} />, "data-text")}`)("!"),
  ).toBe(`${attack}!`)
})

it("spreads what the helpers return", () => {
  const spread = {
    ...on("input", post("/s"), { debounce: 500 }),
    ...bind(x),
    ...show(x.eq("a")),
    ...dataSignals(signals({ a: 1 }, { ifMissing: true })),
  }
  expect(String(<input {...spread} {...attributes({ ignore_morph: true })} />)).toBe(
    `<input data-on:input__debounce.500ms="@post(&#39;/s&#39;)" data-bind="x" data-show="($x === &#39;a&#39;)" data-signals__ifmissing="{a: 1}" data-ignore-morph>`,
  )
})
