// The codemod on each name that it changes, and on what it must leave alone.
import { expect, it } from "vitest"
import { renamed, renamedPage } from "../scripts/codemods/stores-and-partitions.mjs"

it.each([
  [
    "class A extends E { static repository = memory() }",
    "class A extends E { static store = memory() }",
  ],
  ["configure({ repository: sqlite(x) })", "configure({ store: sqlite(x) })"],
  ["configure({ repository })", "configure({ store: repository })"],
  ["withRepositories({ A: b }, run)", "withStores({ A: b }, run)"],
  [
    'memory({ scope: "session", maxScopes: 3 })',
    'memory({ partition: "session", maxPartitions: 3 })',
  ],
  ["nitro({ entities, scope: who })", "nitro({ entities, partition: who })"],
  ["live(query, { each: Item })", "live(query, Item)"],
  ["live(query, { each: Item, id: 'x' })", "live(query, Item, { id: 'x' })"],
  ["live(query, { id: 'x', each })", "live(query, each, { id: 'x' })"],
  [
    "live(Product.repository, { each: i => withScope(1, i) })",
    "live(Product.store, i => withPartition(1, i))",
  ],
])("%s becomes %s", (before, after) => {
  expect(renamed(before)).toBe(after)
})

it.each([
  "binding.repository.find()",
  "live(() => 1, { on: [A] })",
  "th({ scope: 'col' })",
  "const each = 1",
])("leaves %s alone", source => {
  expect(renamed(source)).toBe(source)
})

it("changes the code and the names on a page", () => {
  const page = "Use `withScope`.\n\n```ts\nclass A { static repository = memory() }\n```\n"
  expect(renamedPage(page)).toBe(
    "Use `withPartition`.\n\n```ts\nclass A { static store = memory() }\n```\n",
  )
})
