// The text of a view's shape: pages of another process find their views by it.
import { expect, it } from "vitest"
import { shapeText } from "./shape-text.ts"

it("differs for values that JSON takes for null", () => {
  const values = [null, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN, 0, "null"]
  const texts = values.map(value => shapeText(["list", { where: value }]))
  expect(new Set(texts).size).toBe(values.length)
})

it("takes bigints, which differ from their text and from numbers", () => {
  const texts = [5n, "5", "5n", 5].map(value => shapeText([value]))
  expect(new Set(texts).size).toBe(4)
})

it("is the same in every process", () => {
  expect(shapeText(["list", "ul", { where: { open: null, price: 1.5, size: 2n } }])).toBe(
    '["list","ul",{"where":{"open":null,"price":1.5,"size":{"bigint":"2"}}}]',
  )
})
