// Errors for programs: `{ error }`, or problem details where the request accepts them.
import { action, expose, Refusal } from "nitro-ts/actions"
import { Entity, field, memory } from "nitro-ts/entity"
import { nitro } from "nitro-ts/fetch"
import { expect, it } from "vitest"
import { z } from "zod"
import { expectErrors } from "../../../test/support/errors.ts"

class Order extends Entity("Order", {
  amount: z.int().min(1),
  note: field(z.string(), { hidden: true }).default("internal note"),
}) {
  static store = memory()
  @action() fail() {
    throw new Error("the password of the database is hunter2")
  }
  @action() refuse() {
    throw new Refusal("Sold out.", { status: 410, code: "SOLD_OUT", field: "amount" })
  }
}
const app = nitro({ entities: [expose(Order, { allow: () => true })] })
const send = async (path: string, accept: string, body: object = {}) => {
  const response = await app(
    new Request(`http://shop.test${path}`, {
      method: "POST",
      headers: { "content-type": "application/json", accept },
      body: JSON.stringify(body),
    }),
  )
  return { response, json: (await response.json()) as Record<string, unknown> }
}

it.each(["application/problem+json", "application/json, Application/Problem+JSON;q=0.9"])(
  "gives problem details to a request that accepts %s",
  async accept => {
    const { response, json } = await send("/orders", accept, { amount: 0 })
    expect(response.headers.get("content-type")).toBe("application/problem+json")
    expect(response.headers.get("cache-control")).toBe("no-store")
    expect([response.status, json]).toEqual([
      422,
      {
        type: "about:blank",
        title: "Unprocessable Content",
        status: 422,
        detail: expect.stringContaining("amount"),
        code: "NITRO_VALIDATION",
        entity: "Order",
        issues: [{ path: "amount", message: expect.any(String) }],
      },
    ])
  },
)

it("gives the status, the code and the field of a refusal", async () => {
  const { id } = await Order.create({ amount: 1 })
  const { json } = await send(`/orders/${id}/refuse`, "application/problem+json")
  expect(json).toEqual({
    type: "about:blank",
    title: "Gone",
    status: 410,
    detail: "Sold out.",
    code: "SOLD_OUT",
    issues: [{ path: "amount", message: "Sold out." }],
  })
})

it.each(["application/problem+json", "application/problem+json, */*"])(
  "gives the id of the request with a failure, and nothing of what happened: %s",
  async accept => {
    expectErrors()
    const { id } = await Order.create({ amount: 1 })
    const { response, json } = await send(`/orders/${id}/fail`, accept)
    const requestId = response.headers.get("x-request-id")
    expect(requestId).toMatch(/\w/)
    expect(json).toMatchObject({ status: 500, code: "NITRO_INTERNAL", requestId })
    expect(JSON.stringify(json)).not.toMatch(/hunter2|internal note|problem\.test/)
  },
)

it.each(["application/json", "application/problem+json;q=0, */*", "application/problem+json-x"])(
  "gives `{ error }` to a request that accepts %s",
  async accept => {
    const { response, json } = await send("/orders", accept, { amount: 0 })
    expect(response.headers.get("content-type")).toBe("application/json")
    expect(Object.keys(json)).toEqual(["error"])
    expect(json["error"]).not.toHaveProperty("requestId")
  },
)
