// Caches of the module are bounded: names and values can come from users, who must not fill the memory of the process.
import { expect, it } from "vitest"
import { attributeName, maxKnownNames } from "../attributes/attribute-name.ts"
import { learnedNodes, maxNodes } from "../attributes/open-tag.ts"
import { maxProperties, property } from "../attributes/style.ts"
import { elementRecord, maxRecords } from "../elements/element.ts"
import { CustomTag, div, html } from "../index.ts"
import { jsx } from "../jsx-runtime.ts"

const caches: [what: string, limit: number, find: (name: string) => object][] = [
  ["names of attributes", maxKnownNames, attributeName],
  ["names of elements", maxRecords, elementRecord],
  ["properties of styles", maxProperties, name => property(`--${name}`)],
]

it.each(caches)("%s: %i are remembered, and no more", (_, limit, find) => {
  expect(find("a-first-one")).toBe(find("a-first-one"))
  for (let i = 0; i < limit; i++) find(`name-${i}`)
  // It is found anew each time, and works all the same.
  expect(find("a-late-one")).not.toBe(find("a-late-one"))
  expect(find("a-late-one")).toEqual(find("a-late-one"))
  expect(find("a-first-one")).toBe(find("a-first-one"))
})

it.each(["names of attributes", "names of elements"])(
  "%s that are long are not remembered",
  what => {
    const find = caches.find(([name]) => name === what)?.[2] as (name: string) => object
    const long = `a${"-long".repeat(30)}`
    expect(find(long)).not.toBe(find(long))
  },
)

const hostile: [what: string, print: (text: string, i: number) => unknown][] = [
  ["values", text => div({ id: text })],
  [
    "values of several attributes",
    text => jsx("a", { id: text, title: `${text}t`, lang: `${text}l`, class: `${text}c` }),
  ],
  ["names", text => div({ [text]: "x" } as object as { id: string })],
  ["names and values", text => jsx("p", { [text]: text })],
  [
    "many attributes",
    (text, i) =>
      jsx("i", Object.fromEntries(Array.from({ length: 30 }, (_, at) => [`${text}${at}`, i]))),
  ],
  ["names of elements", text => CustomTag(text, { id: text })],
  ["templates", text => html`<p id=${text} ${{ [text]: text }}>x</p>`],
]

it.each(hostile)(`open tags with ever new %s learn at most ${maxNodes} nodes`, (_, print) => {
  let first = ""
  for (let i = 0; i < 30_000; i++) {
    const printed = String(print(`x-${i % 15_000}-${i < 100 ? "a" : i}`, i))
    if (i === 0) first = printed
  }
  // Two more stand behind the last edge.
  expect(learnedNodes()).toBeLessThanOrEqual(maxNodes + 4)
  expect(String(print("x-0-a", 0))).toBe(first)
})
