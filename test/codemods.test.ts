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

it.each([
  [
    '{call(todo, "delete").button("x")}',
    '<ActionButton call={call(todo, "delete")}>x</ActionButton>',
  ],
  ["{call(todo, 'delete').button()}", "<ActionButton call={call(todo, 'delete')} />"],
  [
    '{call(a, "b").button("Two words", { class: "c", disabled: true, "aria-label": "d", title, ...rest })}',
    '<ActionButton call={call(a, "b")} class="c" disabled aria-label="d" title={title} {...rest}>Two words</ActionButton>',
  ],
  [
    "{call(a, 'b').button(text, more)}",
    "<ActionButton call={call(a, 'b')} {...more}>{text}</ActionButton>",
  ],
  [
    '{call(a, "b").input("title", { "aria-label": "Title", maxlength: 9 })}',
    '<ActionInput call={call(a, "b")} name="title" label="Title" maxlength={9} />',
  ],
  // What JSX would read otherwise stays an expression.
  ['{call(a, "b").button("1 < 2")}', '<ActionButton call={call(a, "b")}>{"1 < 2"}</ActionButton>'],
  ['{call(a, "b").button(" x")}', '<ActionButton call={call(a, "b")}>{" x"}</ActionButton>'],
  ['{call(a, "b").button("&lt;")}', '<ActionButton call={call(a, "b")}>{"&lt;"}</ActionButton>'],
  ['{call(a, "b").button("\\n")}', '<ActionButton call={call(a, "b")}>{"\\n"}</ActionButton>'],
  [
    "{call(a, 'b').input('x', { title: 'a\"b' })}",
    "<ActionInput call={call(a, 'b')} name=\"x\" title={'a\"b'} />",
  ],
  [
    "{call(a, 'b').button('x', { 'data-on:click__once': go })}",
    "<ActionButton call={call(a, 'b')} data-on:click__once={go}>x</ActionButton>",
  ],
  // Not alone: an expression of its own, a value of an attribute, a comment, a property that no attribute can be.
  ["{ok && call(a, 'b').button('x')}", "{ok && ActionButton({ call: call(a, 'b') }, 'x')}"],
  ["<C x={call(a, 'b').button('x')} />", "<C x={ActionButton({ call: call(a, 'b') }, 'x')} />"],
  ["{/* why */ call(a, 'b').button('x')}", "{/* why */ ActionButton({ call: call(a, 'b') }, 'x')}"],
  ["{call(a, 'b').button('x', { [k]: 1 })}", "{ActionButton({ call: call(a, 'b'), [k]: 1 }, 'x')}"],
  [
    "{call(a, 'b').button('x', { '@y': 1 })}",
    `{ActionButton({ call: call(a, 'b'), "@y": 1 }, 'x')}`,
  ],
  ["{call(a, 'b').button(...words)}", "{ActionButton({ call: call(a, 'b') }, ...words)}"],
])("%s between tags becomes %s", (before, after) => {
  const used = after.includes("ActionInput") ? "ActionInput" : "ActionButton"
  for (const [open, close] of [
    ["<li>", "</li>"],
    ["<>", "</>"],
  ])
    expect(rewritten(`const x = ${open}${before}${close}`)).toBe(
      `${kit(used)}const x = ${open}${after}${close}`,
    )
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
