import { expect, it } from "vitest"
import { shortHash } from "./short-hash.ts"

it("gives each text the same short name every time", () => {
  expect(shortHash("todo-create")).toBe(shortHash("todo-create"))
  expect(shortHash("")).toMatch(/^[a-z0-9]{1,11}$/)
  expect(shortHash("x".repeat(10_000))).toMatch(/^[a-z0-9]{1,11}$/)
})

it("gives 200,000 similar texts different names", () => {
  expect(
    new Set(Array.from({ length: 200_000 }, (_, index) => shortHash(`todo-${index}-update`))).size,
  ).toBe(200_000)
})
