// The text around late content, by its first element.
import { describe, expect, it } from "vitest"
import { Finished, type Markup, Parts, Sequence } from "../markup/markup.ts"
import {
  arrivedBlock,
  arrivedStyle,
  firstTag,
  placeholder,
  suspenseScript,
} from "./suspense-markup.ts"

const text = (value: string): Markup => new Finished(value)

describe("late content", () => {
  const table = 'table hidden="until-found" data-suspense="s"'
  const div = 'div hidden="until-found" data-suspense="s"'
  it.each<[first: string, open: string, close: string]>([
    ["tr", `<${table} data-inside="tbody"><tbody>`, "</tbody></table>"],
    ["td", `<${table} data-inside="tr"><tbody><tr>`, "</tr></tbody></table>"],
    ["th", `<${table} data-inside="tr"><tbody><tr>`, "</tr></tbody></table>"],
    ["col", `<${table} data-inside="colgroup"><colgroup>`, "</colgroup></table>"],
    ["tbody", `<${table}>`, "</table>"],
    ["thead", `<${table}>`, "</table>"],
    ["tfoot", `<${table}>`, "</table>"],
    ["caption", `<${table}>`, "</table>"],
    ["colgroup", `<${table}>`, "</table>"],
    ["circle", `<${div} data-inside="svg"><svg>`, "</svg></div>"],
    ["mfrac", `<${div} data-inside="math"><math>`, "</math></div>"],
    ["annotation-xml", `<${div} data-inside="math"><math>`, "</math></div>"],
    ["p", `<${div}>`, "</div>"],
    ["trx", `<${div}>`, "</div>"],
  ])("that begins with %s has what that element needs around it", (first, open, close) => {
    for (const content of [`<${first}>x`, `\n <!-- a --><${first.toUpperCase()} id="x">`]) {
      expect(arrivedBlock("s", text(content), undefined, "before")).toEqual([
        `before${open}`,
        content,
        `${close}<script>${suspenseScript}</script>`,
      ])
    }
  })

  it("keeps its parts, and gives its nonce to the script and the style", () => {
    const rest = new Sequence([] as unknown as AsyncIterable<unknown>)
    const content = new Parts(["", "<tr>", rest])
    expect(arrivedBlock("s", content, "n", "")).toEqual([
      `<${table} data-inside="tbody"><tbody>`,
      "",
      "<tr>",
      rest,
      `</tbody></table><script nonce="n">${suspenseScript}</script>`,
    ])
    const css =
      "[data-suspense]{display:block!important;content-visibility:visible!important}table[data-suspense]{display:table!important}"
    expect(arrivedStyle("n")).toBe(`<noscript><style nonce="n">${css}</style></noscript>`)
    expect(arrivedStyle(undefined)).toBe(`<noscript><style>${css}</style></noscript>`)
  })
})

it("a fallback stands between two marks", () => {
  expect(placeholder("s", text("<b>…</b>"))).toEqual([
    '<template id="s"></template>',
    "<b>…</b>",
    "<!--/s-->",
  ])
})

it.each<[markup: Markup, tag: string | undefined]>([
  [text("<P>"), "p"],
  [text(" \n<p/>"), "p"],
  [text("<!--a--><!-- <b> --> <my-item x>"), "my-item"],
  [text("x<p>"), undefined],
  [text("< p>"), undefined],
  [text("</p>"), undefined],
  [text(""), undefined],
  [new Parts(["", "<p>"]), "p"],
  [new Parts([Promise.resolve(text("<p>")), "<b>"]), undefined],
])("the first element of %o is %o", (markup, tag) => {
  expect(firstTag(markup)).toBe(tag)
})
