// The value of every kind of attribute: its text, no value, or no attribute.
import { js } from "nitro-ts/datastar"
import { describe, expect, it } from "vitest"
import { raw } from "../markup/markup.ts"
import { attribute, attributes, attributeValue, withOneClass } from "./attribute.ts"
import { attributeName } from "./attribute-name.ts"

const valueFor = (name: string, value: unknown, tag = "div"): unknown =>
  attributeValue(attributeName(name), value, tag)
const printed = (name: string, value: unknown, tag = "div"): string =>
  attribute(attributeName(name), value, tag)
function codeOf(run: () => unknown): unknown {
  try {
    return run()
  } catch (error) {
    return (error as { code?: string }).code
  }
}
const url = new URL("https://x.test/a?b=1&c=2")
const expression = js("$a > 1")

describe("the value of an attribute", () => {
  it.each<[name: string, value: unknown, text: unknown]>([
    ["id", "a", "a"],
    ["id", "", ""],
    ["id", 0, "0"],
    ["id", 2n, "2"],
    ["id", true, true],
    ["id", false, undefined],
    ["id", null, undefined],
    ["id", undefined, undefined],
    ["id", raw("<b>"), "<b>"],
    ["id", url, url.href],
    ["href", "/a", "/a"],
    ["href", url, url.href],
    ["href", true, true],
    ["href", "javascript:x", undefined],
    ["ping", "/a javascript:x", undefined],
    ["ping", "/a /b", "/a /b"],
    ["srcset", "javascript:x 2x", undefined],
    ["srcset", "/a 2x", "/a 2x"],
    ["content", "0;url=javascript:x", "0;url=javascript:x"],
    ["data", "javascript:x", undefined],
    ["data", "/a", "/a"],
    ["data", url, url.href],
    ["class", "a", "a"],
    ["class", "", ""],
    ["class", [], undefined],
    ["class", [""], undefined],
    ["class", { a: 1, b: 0, c: true }, "a c"],
    ["class", false, undefined],
    ["style", "a:b", "a:b"],
    ["style", "", ""],
    ["style", false, undefined],
    ["disabled", 0, undefined],
    ["disabled", 1, true],
    ["disabled", 0n, undefined],
    ["disabled", 1n, true],
    ["disabled", "", ""],
    ["disabled", true, true],
    ["disabled", false, undefined],
    ["data-x", true, "true"],
    ["data-x", false, undefined],
    ["data-x", 0, "0"],
    ["aria-label", true, "true"],
    ["aria-label", false, undefined],
    ["aria-hidden", false, "false"],
    ["aria-hidden", true, "true"],
    ["aria-hidden", "x", "x"],
    ["translate", true, "yes"],
    ["translate", false, "no"],
    ["translate", "x", "x"],
    ["srcdoc", "<b>", "&lt;b&gt;"],
    ["srcdoc", raw("<b>"), "<b>"],
    ["srcdoc", 1, "1"],
    ["srcdoc", true, undefined],
    ["srcdoc", false, undefined],
    ["data-show", expression, "$a > 1"],
    ["data-show", false, undefined],
    ["data-json-signals", true, true],
    ["DATA-JSON-SIGNALS", true, true],
    ["data-signals", { a: 1 }, "{a: 1}"],
    ["data-signals", expression, "$a > 1"],
    ["data-signals:a", 1, "1"],
    ["data-signals:a", [1], "[1]"],
    ["data-signals", false, undefined],
    ["data-class", { a: expression, "b-c": expression }, '{a: $a > 1, "b-c": $a > 1}'],
    ["data-class", { a: null, b: undefined, c: false }, undefined],
    ["data-class", {}, undefined],
    ["data-class", expression, "$a > 1"],
    ["data-class", false, undefined],
    ["data-bind", "a", "a"],
    ["data-bind", "$a.b-c", "a.b-c"],
    ["data-bind", "_a1", "_a1"],
    ["data-bind", js("$a"), "a"],
    ["data-bind", true, true],
    ["data-bind", false, undefined],
    ["key", "a", undefined],
    ["aria", "a", "a"],
  ])("%s=%o is %o", (name, value, text) => {
    expect(valueFor(name, value)).toBe(text)
  })

  it.each<[name: string, value: unknown, code: string]>([
    ["id", {}, "NITRO_HTML_ATTRIBUTE"],
    ["id", Symbol("x"), "NITRO_HTML_ATTRIBUTE"],
    ["id", expression, "NITRO_HTML_ATTRIBUTE"],
    ["id", Promise.resolve("a"), "NITRO_HTML_PENDING"],
    ["style", true, "NITRO_HTML_ATTRIBUTE"],
    ["style", 1, "NITRO_HTML_ATTRIBUTE"],
    ["data-show", "a", "NITRO_HTML_EXPRESSION"],
    ["data-show", true, "NITRO_HTML_EXPRESSION"],
    ["data-json-signals", "x", "NITRO_HTML_EXPRESSION"],
    ["data-signals", "a", "NITRO_HTML_EXPRESSION"],
    ["data-signals", true, "NITRO_HTML_EXPRESSION"],
    ["data-signals", new Date(), "NITRO_HTML_EXPRESSION"],
    ["data-class", "a", "NITRO_HTML_EXPRESSION"],
    ["data-class", ["a"], "NITRO_HTML_EXPRESSION"],
    ["data-class", { a: true }, "NITRO_HTML_EXPRESSION"],
    ["data-class", { a: "b" }, "NITRO_HTML_EXPRESSION"],
    ["data-class", new Date(), "NITRO_HTML_EXPRESSION"],
    ["data-attr", { onclick: expression }, "NITRO_HTML_HANDLER"],
    ["data-bind", "", "NITRO_HTML_EXPRESSION"],
    ["data-bind", "$", "NITRO_HTML_EXPRESSION"],
    ["data-bind", "1a", "NITRO_HTML_EXPRESSION"],
    ["data-bind", "a b", "NITRO_HTML_EXPRESSION"],
    ["data-bind", "a.", "NITRO_HTML_EXPRESSION"],
    ["data-bind", " a", "NITRO_HTML_EXPRESSION"],
    ["data-bind", "a;b", "NITRO_HTML_EXPRESSION"],
    ["data-bind", 1, "NITRO_HTML_EXPRESSION"],
  ])("%s=%o is refused", (name, value, code) => {
    expect(codeOf(() => valueFor(name, value))).toBe(code)
  })

  it("depends on the element: a refresh is one of a meta alone, and an image runs no script", () => {
    expect(valueFor("content", "0;url=javascript:x", "meta")).toBeUndefined()
    expect(valueFor("src", "data:image/svg+xml,x", "img")).toBe("data:image/svg+xml,x")
    expect(valueFor("src", "data:image/svg+xml,x", "iframe")).toBeUndefined()
    expect(valueFor("data", "data:image/svg+xml,x", "object")).toBeUndefined()
  })
})

describe("an attribute", () => {
  it.each<[name: string, value: unknown, text: string]>([
    ["id", '<a"&', ' id="&lt;a&quot;&amp;"'],
    ["id", true, " id"],
    ["id", "", ' id=""'],
    ["id", null, ""],
    ["style", { color: "red" }, ' style="color:red"'],
    ["style", null, ""],
    [
      "data",
      { a: 1, userId: "x", b_c: true, d: null },
      ' data-a="1" data-user-id="x" data-b-c="true"',
    ],
    ["data", { a: { b: 1 } }, "NITRO_HTML_ATTRIBUTE"],
    ["data", null, ""],
    ["data", url, ` data="https://x.test/a?b=1&amp;c=2"`],
    ["data", new Date(), "NITRO_HTML_ATTRIBUTE"],
    [
      "aria",
      { labelledBy: "x", hidden: false, label: false },
      ' aria-labelledby="x" aria-hidden="false"',
    ],
    ["aria", null, ""],
    ["aria", [1], "NITRO_HTML_ATTRIBUTE"],
  ])("%s=%o prints %s", (name, value, text) => {
    expect(codeOf(() => printed(name, value))).toBe(text)
  })
})

describe("attributes in an object", () => {
  it("are printed in their order, without those for the program and those that are absent", () => {
    expect(attributes({ key: 1, id: "a", children: ["x"], title: null, hidden: true }, "p")).toBe(
      ' id="a" hidden',
    )
    expect(attributes({}, "p")).toBe("")
  })

  it("count once in any case; the first that is printed stays", () => {
    expect(attributes({ ID: "a", id: "b" }, "p")).toBe(' ID="a"')
    expect(attributes({ id: null, ID: "b", Id: "c" }, "p")).toBe(' ID="b"')
  })

  it("join their classes where the first one stands", () => {
    expect(attributes({ class: "a", id: "x", className: ["b", { c: true }], cls: "d" }, "p")).toBe(
      ' class="a b c d" id="x"',
    )
    expect(attributes({ class: null, id: "x", className: "b" }, "p")).toBe(' id="x" class="b"')
    expect(withOneClass({ id: 1, cls: "a", class: "b" })).toEqual({ id: 1, cls: ["a", "b"] })
    expect(withOneClass({ id: 1, cls: "a" })).toEqual({ id: 1, cls: "a" })
  })

  it("that do nothing are refused", () => {
    expect(codeOf(() => attributes({ tabIndexx: 1, defaultValue: "x" }, "input"))).toBe(
      "NITRO_HTML_ATTRIBUTE",
    )
  })
})
