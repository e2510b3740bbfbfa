// Messages for people name fields by their labels; the paths of issues, for programs, stay names.
import { action, expose, type HttpMethod } from "nitro-ts/actions"
import { Command } from "nitro-ts/cqrs"
import { Entity, embedded, field, memory, type Store, ValueObject } from "nitro-ts/entity"
import { nitro } from "nitro-ts/fetch"
import { sqlite } from "nitro-ts/sqlite"
import { describe, expect, it } from "vitest"
import { z } from "zod"

class Money extends ValueObject("Money", {
  cents: field(z.int(), { label: "Amount" }),
  currency: z.string(),
}) {}
const label = "Price"

describe.each<[string, Store]>([
  ["memory", memory()],
  ["SQLite", sqlite(":memory:")],
])("on %s", (_, store) => {
  class Product extends Entity(
    "Product",
    {
      name: field(z.string().min(2, "Too short."), { label: "Full name" }),
      price: field(z.number({ error: "Give a number." }), { label }),
      stock: z.int({ error: "Give a whole number." }).default(0),
      cost: field(embedded(Money).nullable(), { label: "Cost" }).default(null),
    },
    { unique: ["name"] },
  ) {
    static store = store
    static {
      action(this, "discount", {
        input: { percent: field(z.int({ error: "Give a whole number." }), { label: "Discount" }) },
      })
    }
    static discount() {}
  }
  const wrong = { name: "x", price: "much", stock: "many" } as never
  const texts = "Full name: Too short.; Price: Give a number.; stock: Give a whole number."
  const app = nitro({ entities: [expose(Product, { allow: () => true })] })
  const send = async (method: HttpMethod, path: string, body: object) => {
    const response = await app(
      new Request(`http://shop.test${path}`, {
        method,
        headers: { "content-type": "application/json" },
        body: JSON.stringify(body),
      }),
    )
    return ((await response.json()) as { error: unknown }).error
  }

  it("in an entity's own errors, when it is made, assigned or updated", async () => {
    expect(() => new Product(wrong)).toThrow(`Product is not valid. ${texts}`)
    const product = new Product({ name: "Desk", price: 1 })
    expect(() => {
      product.price = "much" as never
    }).toThrow("Product is not valid. Price: Give a number.")
    await expect(product.update({ price: "much" as never })).rejects.toMatchObject({
      message: "Product is not valid. Price: Give a number.",
      details: { issues: [{ path: "price", message: "Give a number." }] },
    })
  })

  it("in the parts of a value object", () => {
    const cost = { cents: "x", currency: 1 } as never
    expect(() => new Product({ name: "Desk", price: 1, cost })).toThrow(
      /Cost, Amount: .*; Cost, currency: /,
    )
  })

  it("in the response of a route, whose issues have names", async () => {
    expect(await send("POST", "/products", wrong)).toMatchObject({
      message: `Product is not valid. ${texts}`,
      issues: [{ path: "name" }, { path: "price" }, { path: "stock" }],
    })
    expect(await send("POST", "/products/discount", { percent: "x" })).toMatchObject({
      message: "Product.discount refused its input: Discount: Give a whole number.",
      issues: [{ path: "percent", message: "Give a whole number." }],
    })
  })

  it("where a value is taken", async () => {
    await Product.create({ name: "Chair", price: 1 })
    expect(await send("POST", "/products", { name: "Chair", price: 1 })).toMatchObject({
      message: "Another Product has this Full name already.",
      issues: [{ path: "name", message: "is already taken" }],
    })
  })
})

it("in a command", () => {
  class Pay extends Command("Pay", { amount: field(z.int("Give a number."), { label }) }) {}
  expect(() => new Pay({ amount: "x" as never })).toThrow("Pay is refused: Price: Give a number.")
})
