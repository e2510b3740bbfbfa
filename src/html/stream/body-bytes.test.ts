import fc from "fast-check"
import { expect, it } from "vitest"
import { bodyBytes } from "./body-bytes.ts"

const expected = (parts: readonly string[]) => Buffer.from(parts.join("")).toString("hex")
const hex = (parts: readonly string[]) => Buffer.from(bodyBytes(parts)).toString("hex")
const ascii = "<li>apples and pears</li>".repeat(20)

it.each([
  ["none", []],
  ["empty", ["", ""]],
  ["ASCII", [ascii, ascii]],
  [
    "one character of Latin-1, at each place of sixteen",
    Array.from({ length: 17 }, (_, at) => ascii.slice(0, 400 + at) + "×" + ascii.slice(at)),
  ],
  ["at both ends", ["×" + ascii, ascii + "ÿ"]],
  ["Latin-1, dense", ["üöä".repeat(100), ascii]],
  ["beyond Latin-1", [ascii, "✓ 日本 😀", ascii]],
  ["a surrogate pair cut in two", ["a\ud83d", "b\ude00", "c\ud800"]],
  ["characters 127 to 256", [ascii + "\x7f\x80\xff", "\u0100"]],
] as const)("gives the bytes of UTF-8: %s", (_, parts) => {
  // Cut pairs become replacement characters each, since parts are encoded one by one.
  expect(hex(parts)).toBe(parts.map(part => expected([part])).join(""))
})

it("gives the bytes of UTF-8 for any text", () => {
  const piece = fc.oneof(
    fc.constant(ascii),
    fc.string({ unit: "grapheme" }),
    fc.string({ unit: fc.integer({ min: 0, max: 0x110 }).map(code => String.fromCharCode(code)) }),
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), parts => {
      expect(hex(parts)).toBe(expected(parts))
    }),
  )
})
