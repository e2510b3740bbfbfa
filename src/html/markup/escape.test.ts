// Escaping by itself: every character, every length around the border of the two ways, against the plainest way to do it.
import { describe, expect, it } from "vitest"
import { escapeHtml, escapeShort } from "./escape.ts"

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
}
const plainly = (text: string): string =>
  Array.from(text, character => entities[character] ?? character).join("")

describe.each([0, 1, 20, 46, 47, 48, 49, 100, 300])("with %i characters around it", length => {
  const around = "ab c?/=:;@é😀".repeat(30).slice(0, length)

  it.each(Object.keys(entities))(
    "escapes %s at the start, in the middle and at the end",
    special => {
      const middle = Math.floor(length / 2)
      for (const text of [
        special + around,
        around + special,
        around.slice(0, middle) + special + around.slice(middle),
        special + around + special,
        special.repeat(3) + around.slice(0, middle) + special.repeat(2) + around.slice(middle),
      ])
        expect(escapeHtml(text)).toBe(plainly(text))
    },
  )

  it("escapes each pair of characters, in either order", () => {
    for (const one of Object.keys(entities))
      for (const other of Object.keys(entities)) {
        const text = `x${one}${around}${other}y${one}`
        expect(escapeHtml(text)).toBe(plainly(text))
      }
  })

  it("leaves the rest as it is", () => {
    expect(escapeHtml(around)).toBe(around)
  })
})

it("leaves every other character of the first 300 alone, in short and long text", () => {
  for (let code = 0; code < 300; code++) {
    const character = String.fromCharCode(code)
    for (const text of [character, `${"x".repeat(60)}${character}y`])
      expect(escapeHtml(text)).toBe(plainly(text))
    expect(escapeShort(`a${character}`)).toBe(plainly(`a${character}`))
  }
})
