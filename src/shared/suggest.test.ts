import { expect, it } from "vitest"
import { suggest } from "./suggest.ts"

it("names the nearest known name", () => {
  expect(suggest("titel", ["title", "done"])).toBe('Did you mean "title"?')
  expect(suggest("DONE", ["title", "done"])).toBe('Did you mean "done"?')
})

it("lists the known names when none is near", () => {
  expect(suggest("colour", ["title", "done"])).toBe("Known names: title, done.")
  expect(suggest("x", [])).toBe("Known names: .")
})
