import fc from "fast-check"
import { expect, it } from "vitest"
import { arrayText } from "./values.ts"

/** By the rules of Postgres: each text between quotes, with `"` and `\` escaped. */
const quoted = (text: string | null): string =>
  text === null ? "NULL" : `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`

it("writes lists of texts as array literals, whatever they hold", () => {
  const text = fc.oneof(
    fc.string(),
    fc.constantFrom("", "NULL", '"', "\\", "{}", ",", "\u00e4\u{1f600}"),
  )
  fc.assert(
    fc.property(fc.array(fc.option(text)), texts => {
      expect(arrayText("string", texts)).toBe(`{${texts.map(quoted).join(",")}}`)
    }),
  )
})

it.each([
  ["string", [], "{}"],
  ["integer", [], "{}"],
  ["integer", [1, -2, 3], "{1,-2,3}"],
  ["number", [1.5, Number.POSITIVE_INFINITY], "{1.5,Infinity}"],
  ["number", [1.5, null], "{1.5,NULL}"],
  ["bigint", [12345678901234567890n], "{12345678901234567890}"],
  ["boolean", [true, false, null], "{t,f,NULL}"],
  ["json", ['{"a":1}'], '{"{\\"a\\":1}"}'],
  ["bytes", [new Uint8Array([1, 255])], '{"\\\\x01ff"}'],
] as const)("writes a list of type %s, case %#", (type, values, text) => {
  expect(arrayText(type, values)).toBe(text)
})
