import { expect, it } from "vitest"
import { z } from "zod"
import { action, actionOf, kebabCase } from "./action.ts"

it("is a standard decorator, for methods of instances and of the class", () => {
  class Counter {
    @action({ input: { amount: z.int() }, method: "PUT" }) addMany() {}
    @action() static top() {}
    plain() {}
  }
  expect(actionOf(Counter.prototype.addMany)).toMatchObject({
    name: "addMany",
    method: "PUT",
    path: "add-many",
  })
  expect(actionOf(Counter.top)).toMatchObject({
    name: "top",
    method: "POST",
    path: "top",
    input: {},
  })
  expect(actionOf(new Counter().plain)).toBeUndefined()
  expect(actionOf(undefined)).toBeUndefined()
})

it("is a legacy decorator", () => {
  const target = { legacy() {} }
  action({ path: "old" })(
    target,
    "legacy",
    Object.getOwnPropertyDescriptor(target, "legacy") as PropertyDescriptor,
  )
  expect(actionOf(target.legacy)).toMatchObject({ name: "legacy", path: "old" })
})

it("has a twin without decorators", () => {
  class Counter {
    static {
      action(this, "reset", { confirm: "Really?" })
      action(this, "all")
    }
    reset() {}
    static all() {}
  }
  expect(actionOf(new Counter().reset)).toMatchObject({ name: "reset", confirm: "Really?" })
  expect(actionOf(Counter.all)).toMatchObject({ name: "all" })
})

it("refuses a method that does not exist", () => {
  class Counter {}
  expect(() => action(Counter, "rest" as never)).toThrow('Counter has no method "rest"')
})

it("writes names the way paths do", () => {
  expect(["addMany", "add_many", "HTMLPage", "top10Items"].map(kebabCase)).toEqual([
    "add-many",
    "add-many",
    "htmlpage",
    "top10-items",
  ])
})
