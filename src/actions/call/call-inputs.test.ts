// Names in forms: whatever a page writes about an input that the route does not take is an error where it is rendered.
import { action, call } from "nitro-ts/actions"
import { Command, commands, send } from "nitro-ts/cqrs"
import { Entity, embedded, field, memory, ValueObject } from "nitro-ts/entity"
import { describe, expect, it } from "vitest"
import { z } from "zod"

class Address extends ValueObject("Address", { city: z.string(), zip: z.string() }) {}
class Todo extends Entity(
  "Todo",
  {
    title: z.string(),
    owner: z.string().default(""),
    secret: field(z.string().default(""), { hidden: true }),
    address: embedded(Address).nullable().default(null),
  },
  { guarded: ["owner"], timestamps: true },
) {
  static store = memory()
  static {
    action(this, "rename", { input: { name: z.string() } })
    action(this, "toggle")
  }
  rename() {}
  toggle() {}
}
const todo = new Todo({ title: "x" })

const faces = ["field", "choice", "value", "error", "onlyField"] as const

describe.each(faces)("%s", face => {
  it.each([
    ["create", () => call(Todo, "create"), "titel", '"title"'],
    ["update", () => call(todo, "update"), "adress.city", '"address"'],
    ["update, a part", () => call(todo, "update"), "address.citty", 'Did you mean "address.city"?'],
    ["update, a part of what has none", () => call(todo, "update"), "title.x", '"title"'],
    [
      "update, a part of a part that has none",
      () => call(todo, "update"),
      "address.city.x",
      'Did you mean "address.city"?',
    ],
    ["a hidden field of a list", () => call(Todo, "list"), "secret", "Known names: "],
    ["a guarded field", () => call(todo, "update"), "owner", "Leave it out"],
    ["a field of the library", () => call(Todo, "create"), "createdAt", "Leave it out"],
    ["an action", () => call(todo, "rename"), "title", "name"],
    [
      "an action without input",
      () => call(todo, "toggle"),
      "title",
      "input: { title: z.string() }",
    ],
    ["a list", () => call(Todo, "list"), "titel", '"title"'],
    [
      "an action without input, a name that is no property",
      () => call(todo, "toggle"),
      "first.name",
      "input: { name: z.string() }",
    ],
    [
      "an action without input, a name with a sign",
      () => call(todo, "toggle"),
      "a-b",
      "input: { name: z.string() }",
    ],
    ["a name of every object", () => call(Todo, "create"), "constructor", "title"],
  ])("of %s refuses an unknown name", (_, make, name, fix) => {
    const write = () =>
      (make() as unknown as Record<string, (name: string) => unknown>)[face]?.(name)
    expect(write).toThrow(
      expect.objectContaining({ code: "NITRO_CALL_INPUT", fix: expect.stringContaining(fix) }),
    )
    // The second row of a list is refused as the first was.
    expect(write).toThrow(expect.objectContaining({ code: "NITRO_CALL_INPUT" }))
  })

  it.each([
    [() => call(Todo, "create"), "title"],
    [() => call(todo, "update"), "address.city"],
    [() => call(todo, "update"), "address"],
    [() => call(todo, "rename"), "name"],
    [() => call(Todo, "list"), "title"],
    [() => call(Todo, "list"), "sort"],
    [() => call(Todo, "list"), "limit"],
    [() => call(Todo, "list"), "offset"],
    [() => call(Todo, "list"), "owner"],
    [() => call(Todo, "list"), "createdAt"],
    [() => call(todo, "toggle"), "_token"],
    [() => call(todo, "update"), "secret"],
    [() => call(Todo, "create"), "_token"],
    [() => call(Todo, "create"), "secret"],
  ])("takes what the route takes (%#)", (make, name) => {
    expect(() =>
      (make() as unknown as Record<string, (name: string) => unknown>)[face]?.(name),
    ).not.toThrow()
  })
})

it.each([
  [
    "create",
    () => call(Todo, "create"),
    "titel",
    'Todo.create takes no input named "titel". Did you mean "title"?',
  ],
  [
    "list",
    () => call(Todo, "list"),
    "titel",
    'Todo.list takes no input named "titel". Did you mean "title"?',
  ],
  [
    "a hidden field of a list",
    () => call(Todo, "list"),
    "secret",
    'Todo.list takes no input named "secret". Known names: ',
  ],
  [
    "rename",
    () => call(todo, "rename"),
    "nme",
    'Todo.rename takes no input named "nme". Did you mean "name"?',
  ],
  [
    "toggle",
    () => call(todo, "toggle"),
    "x",
    'Todo.toggle takes no input named "x". Todo.toggle takes no input. Declare it: ',
  ],
  ["update", () => call(todo, "update"), "owner", 'Todo.update may not set "owner": '],
])("names the operation and the input (%s)", (_, make, name, message) => {
  expect(() => (make() as unknown as { field: (name: string) => unknown }).field(name)).toThrow(
    message,
  )
})

it("suggests no hidden field for a list, and any field that a form may send", () => {
  const fixOf = (run: () => unknown): unknown => {
    try {
      return run()
    } catch (error) {
      return (error as { fix?: string }).fix
    }
  }
  const field = (of: unknown, name: string) =>
    (of as { field: (name: string) => unknown }).field(name)
  expect(fixOf(() => field(call(Todo, "list"), "secre"))).toBe(
    "Known names: id, title, owner, address, createdAt, updatedAt, sort, limit, offset, after, total, search, fields, include, datastar.",
  )
  expect(fixOf(() => field(call(Todo, "create"), "nothing"))).toBe(
    "Known names: title, address, secret.",
  )
})

it("takes the filters of a list by the field that they are about", () => {
  const href = (input: object) => call(Todo, "list", input as never).href
  expect(href({ "title[contains]": "milk", limit: 5 })).toBe(
    "/todos?title%5Bcontains%5D=milk&limit=5",
  )
  expect(href({ "or[a].title": "x", "or[b].title": "y" })).toContain("or%5Bb%5D.title=y")
  expect(() => href({ "titel[contains]": "milk" })).toThrow("titel")
  expect(() => href({ "secret[contains]": "milk" })).toThrow("secret")
})

it("refuses unknown names in the input of the call itself", () => {
  expect(() => call(todo, "rename", { nme: "x" } as never)).toThrow(
    expect.objectContaining({ fix: 'Did you mean "name"?' }),
  )
  expect(() => call(Todo, "create", { title: "x", dnoe: true } as never)).toThrow("dnoe")
  expect(call(todo, "rename", { name: "x" } as never).href).toMatch(/name=x$/)
})

it("refuses them for commands alike", () => {
  class PlaceOrder extends Command("PlaceOrder", { customer: z.string() }) {}
  expect(commands([PlaceOrder])).toHaveLength(2)
  expect(() => send(PlaceOrder).field("custmer")).toThrow(
    expect.objectContaining({ fix: 'Did you mean "customer"?' }),
  )
  expect(() => send(PlaceOrder, { custmer: "x" } as never)).toThrow("custmer")
  expect(send(PlaceOrder).field("customer").name).toBe("customer")
})
