// Open tags that are learned print what tags that are not learned do, the first time and every further one.
import { js } from "nitro-ts/datastar"
import { describe, expect, it } from "vitest"
import { raw } from "../markup/markup.ts"
import { attributes as printAttributes } from "./attribute.ts"
import { learnedNodes, openTag, printOpenTag } from "./open-tag.ts"

type Attributes = Record<string, unknown>

/** Each object printed three times by one trie, in turns. */
function alike(...all: Attributes[]): void {
  const root = openTag("<p")
  for (let time = 0; time < 3; time++)
    for (const values of all)
      expect(printOpenTag(root, "p", values)).toBe(`<p${printAttributes(values, "p")}>`)
}
const long = (length: number): string => "x".repeat(length)
const expression = js("$a > 1")

describe("a learned tag", () => {
  it("prints every kind of value as one that is not learned", () => {
    alike(
      {},
      { id: "a" },
      { id: '<"&' },
      { id: 1, title: 2 },
      { id: 1n, hidden: true, disabled: 0, open: 1 },
      { id: null, title: undefined, children: "x", key: "y", lang: "en" },
      { "data-x": true, "data-y": 3, "aria-hidden": false, translate: true },
      { class: "a" },
      { class: ["a", { b: true }], style: { color: "red" } },
      { class: [], style: "a:b" },
      { data: { a: 1, b: 2 }, aria: { label: "x" }, id: "z" },
      { data: "javascript:x", id: "z" },
      { href: "/a" },
      { href: "javascript:x", id: "z" },
      { href: new URL("https://x.test/?a&b") },
      { content: "0;url=javascript:x", id: "z" },
      { "data-show": expression, id: "a" },
      { "data-show": false, "data-text": expression },
      { "data-text": js(`$a + '${long(100)}'`), id: "b" },
      { "data-signals": { a: 1 }, "data-bind": "a" },
      { srcdoc: "<b>" },
    )
  })

  it("keeps what varies out of what it learns, and goes on behind it", () => {
    const rows = Array.from(
      { length: 700 },
      (_, i): Attributes => ({
        id: `row-${i}`,
        title: `<${i}>`,
        lang: "en",
      }),
    )
    const before = learnedNodes()
    alike(...rows)
    // Those of the first values, which were kept until there were too many.
    expect(learnedNodes() - before).toBeLessThan(300)
  })

  it("learns a value once", () => {
    const root = openTag("<p")
    const before = learnedNodes()
    for (let time = 0; time < 5; time++) printOpenTag(root, "p", { id: "a", hidden: true })
    // Two of each attribute, one of the value and one of the attribute without.
    expect(learnedNodes() - before).toBe(6)
    printOpenTag(root, "p", { id: "b", hidden: true })
    expect(learnedNodes() - before).toBe(10)
  })

  it("forgets the values of an attribute that has more than 32, but for 512 classes", () => {
    const root = openTag("<p")
    const before = learnedNodes()
    for (let i = 0; i < 32; i++) printOpenTag(root, "p", { id: `a${i}` })
    expect(learnedNodes() - before).toBe(2 + 32)
    for (let i = 32; i < 80; i++) {
      printOpenTag(root, "p", { id: `a${i}` })
      expect(learnedNodes() - before).toBe(2)
    }
    for (let i = 0; i < 512; i++) printOpenTag(root, "p", { class: `a${i}` })
    expect(learnedNodes() - before).toBe(4 + 512)
    printOpenTag(root, "p", { class: "b" })
    expect(learnedNodes() - before).toBe(4)
  })

  it("keeps and counts no more than 513 names in one place", () => {
    const root = openTag("<p")
    const before = learnedNodes()
    for (let i = 0; i < 700; i++)
      expect(printOpenTag(root, "p", { [`data-n${i}`]: i })).toBe(`<p data-n${i}="${i}">`)
    expect(learnedNodes() - before).toBe(2 * 513)
  })

  it("keeps 16 attributes of a tag", () => {
    const names = Array.from({ length: 24 }, (_, i) => `data-a${i}`)
    const all = Object.fromEntries(names.map(name => [name, "x"]))
    const counts = [
      all,
      { data: { x: 1 }, ...all },
      { id: 1, ...all },
      { hidden: true, ...all },
    ].map(values => {
      const before = learnedNodes()
      printOpenTag(openTag("<p"), "p", values)
      return learnedNodes() - before
    })
    // Of each two nodes and one for its value, but for what is printed whole, or is a number.
    expect(counts).toEqual([48, 47, 47, 48])
  })

  it("prints text that is no address in a meta behind what varies", () => {
    const script = "0;url=javascript:x"
    const root = openTag("<meta")
    for (let time = 0; time < 3; time++)
      for (const content of [script, raw(script)])
        expect(printOpenTag(root, "meta", { title: time, content, name: "a" })).toBe(
          `<meta title="${time}" content="${script}" name="a">`,
        )
  })

  it("keeps no long text", () => {
    const root = openTag("<p")
    printOpenTag(root, "p", { id: "a" })
    const before = learnedNodes()
    for (let i = 0; i < 5; i++)
      expect(printOpenTag(root, "p", { id: long(81 + i) })).toBe(`<p id="${long(81 + i)}">`)
    expect(learnedNodes()).toBe(before)
    printOpenTag(root, "p", { id: long(80) })
    expect(learnedNodes()).toBe(before + 1)
    expect(printOpenTag(root, "p", { [`data-${long(80)}`]: "a" })).toBe(`<p data-${long(80)}="a">`)
    expect(learnedNodes()).toBe(before + 1)
  })

  it("prints tags with more attributes than it learns", () => {
    const names = Array.from({ length: 24 }, (_, i) => `data-a${i}`)
    alike(
      Object.fromEntries(names.map(name => [name, "x"])),
      Object.fromEntries(names.map((name, i) => [name, i])),
      { ...Object.fromEntries(names.map(name => [name, "x"])), "DATA-A1": "y" },
    )
  })

  it("prints an attribute once, and joins the classes", () => {
    alike(
      { id: "a", ID: "b", title: "c" },
      { ID: "b", id: "a" },
      { class: "a", className: "b", id: "x" },
      { title: "t", id: "a", Title: "u", ID: "b" },
      { className: ["b"], class: { a: true }, id: 3 },
    )
  })

  it("takes only own attributes", () => {
    const root = openTag("<p")
    expect(printOpenTag(root, "p", Object.create({ id: "a" }) as Attributes)).toBe("<p>")
    const own: Attributes = Object.assign(Object.create({ id: "a" }) as Attributes, { title: "b" })
    expect(printOpenTag(root, "p", own)).toBe('<p title="b">')
  })

  it("refuses what a tag refuses, each time", () => {
    const root = openTag("<p")
    for (let time = 0; time < 3; time++) {
      for (const values of [
        { onclick: "x" },
        { defaultValue: "x" },
        { "data-show": "x" },
        { id: {} },
        { style: 1 },
      ])
        expect(() => printOpenTag(root, "p", values)).toThrow(/NITRO_HTML|attribute|refused/i)
    }
  })
})
