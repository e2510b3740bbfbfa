import { expect, it } from "vitest"
import { inWords } from "./words.ts"

it.each([
  ["title", "Title"],
  ["unitPrice", "Unit price"],
  ["created_at", "Created at"],
  ["todo-items", "Todo items"],
  ["HTTPServer", "Http server"],
  ["TodoItem", "Todo item"],
  ["", ""],
])("writes %j as %j", (name, words) => {
  expect(inWords(name)).toBe(words)
})
