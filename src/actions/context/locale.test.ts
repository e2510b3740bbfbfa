// The language of a request.
import { expect, it } from "vitest"
import { localeOf } from "./locale.ts"

it.each([
  [undefined, "en"],
  ["de-at, en;q=0.8", "de-AT"],
  ["*, fr;q=0.5, de;q=0.7", "de"],
  ["x_y, 12345678901, it;q=0.1", "it"],
  ["nonsense;q=x, es;q=0", "en"],
  [`${"a,".repeat(100_000)}de`, "en"],
])("a request has the language of its header: %s", (header, locale) => {
  const headers: Record<string, string> = header === undefined ? {} : { "accept-language": header }
  expect(localeOf(new Request("http://app.test/", { headers }))).toBe(locale)
})
