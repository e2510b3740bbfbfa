// The codemods on each name that it changes, and on what it must leave alone.
import { expect, it } from "vitest"
import { rewritten, rewrittenPage } from "../scripts/codemods/action-components.mjs"
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

const kit = (names: string): string => `import { ${names} } from "nitro-ts/components"\n`

it.each([
  [
    'call(todo, "delete").button("Delete")',
    `${kit("ActionButton")}ActionButton({ call: call(todo, "delete") }, "Delete")`,
  ],
  [
    'const a = send(Ship); a.button(b, { class: "c", ...d })',
    `${kit("ActionButton")}const a = send(Ship); ActionButton({ call: a, class: "c", ...d }, b)`,
  ],
  [
    'call(todo, "update").input("title", { "aria-label": "Title" })',
    `${kit("ActionInput")}ActionInput({ call: call(todo, "update"), name: "title", label: "Title" })`,
  ],
  [
    `${kit("Button, type Words")}const call = send(A)\ncall.input(n, more)`,
    `${kit("ActionInput, Button, type Words")}const call = send(A)\nActionInput({ call, name: n, ...more })`,
  ],
  [
    'import a from "a"\ncall(a, "b").button("x")\ncall(a, "c").input("d")',
    `import a from "a"\n${kit("ActionButton, ActionInput")}ActionButton({ call: call(a, "b") }, "x")\nActionInput({ call: call(a, "c"), name: "d" })`,
  ],
])("%s becomes components of the kit", (before, after) => {
  expect(rewritten(before)).toBe(after)
})

it.each(['page.button("x")', 'html.input("a")', 'call(todo, "delete").form', "button()"])(
  "leaves %s as it is",
  source => {
    expect(rewritten(source)).toBe(source)
  },
)

it("changes the code of a page and not its prose", () => {
  const page = "`call(a).button()`\n\n```tsx\ncall(a).button(b)\n```\n"
  expect(rewrittenPage(page)).toBe(
    `\`call(a).button()\`\n\n\`\`\`tsx\n${kit("ActionButton")}ActionButton({ call: call(a) }, b)\n\`\`\`\n`,
  )
})
