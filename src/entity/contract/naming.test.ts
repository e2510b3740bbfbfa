import { expect, it } from "vitest"
import { kebabCase, pluralize } from "./naming.ts"

it.each([
  ["Todo", "todo", "todos"],
  ["TodoItem", "todo-item", "todo-items"],
  ["HTTPServer", "http-server", "http-servers"],
  ["Category", "category", "categories"],
  ["Day", "day", "days"],
  ["Box", "box", "boxes"],
  ["Address", "address", "addresses"],
  ["Match", "match", "matches"],
  ["Status", "status", "statuses"],
  ["Analysis", "analysis", "analyses"],
  ["Person", "person", "people"],
  ["SalesPerson", "sales-person", "sales-people"],
  ["Series", "series", "series"],
  ["Bookshelf", "bookshelf", "bookshelfs"],
  ["Order2Line", "order2-line", "order2-lines"],
  ["Constructor", "constructor", "constructors"],
])("names the plural of %s", (name, kebab, plural) => {
  expect(kebabCase(name)).toBe(kebab)
  expect(pluralize(kebab)).toBe(plural)
})
