// The rules of examples/orders, without a server: entities in memory, handlers called by the events they hear.
import { subscribe, unsubscribe } from "node:diagnostics_channel"
import { readFileSync, writeFileSync } from "node:fs"
import { callbacksSettled, memory, withStores } from "nitro-ts/entity"
import { afterAll, beforeAll, beforeEach, describe, expect, it as test } from "vitest"
import { AuditEntry } from "../../examples/orders/audit.ts"
import "../../examples/orders/mail.ts"
import type { Order } from "../../examples/orders/order.ts"
import { PlaceOrder, placeOrder } from "../../examples/orders/place-order.ts"
import { Product } from "../../examples/orders/product.ts"
import "../../examples/orders/stock.ts"
import { temporaryFolder } from "../support/app.ts"

const folder = temporaryFolder()
const home = process.cwd()
const failures: unknown[] = []
const listen = (message: unknown) => void failures.push(message)

// The outbox is a file where the process runs.
beforeAll(() => {
  process.chdir(folder.path)
  subscribe("nitro:error", listen)
})
afterAll(() => {
  unsubscribe("nitro:error", listen)
  process.chdir(home)
  folder.clean()
})
beforeEach(() => {
  writeFileSync("outbox.jsonl", "")
  failures.length = 0
})

/** Every test has empty stores of its own. */
function it(name: string, body: () => Promise<void>): void {
  test(name, () => {
    const store = memory()
    return withStores({ Order: store, Product: store, AuditEntry: store }, body)
  })
}
/** The mails sent, once the handlers of all events are done. */
async function mails(): Promise<{ to: string; subject: string }[]> {
  await callbacksSettled()
  const lines = readFileSync("outbox.jsonl", "utf8").split("\n")
  return lines.filter(Boolean).map(line => JSON.parse(line) as { to: string; subject: string })
}
const stockOf = async ({ id }: Product) => {
  const { stock, reserved, free } = await Product.require(id)
  return { stock, reserved, free }
}
const newDesk = (stock: number) => Product.create({ name: "Desk", cents: 24900, stock })
/** Places an order, and reads it again once the handlers have had it. */
async function place(product: Product, quantity = 1, customer = "ada@example.org"): Promise<Order> {
  const order = await placeOrder({ customer, productId: product.id, quantity })
  return order.reload()
}

describe("placing an order", () => {
  it("mails, reserves stock and audits", async () => {
    const desk = await newDesk(5)
    const order = await place(desk, 2)
    expect(order).toMatchObject({
      status: "placed",
      product: "Desk",
      quantity: 2,
      cents: 49800,
      reserved: true,
    })
    expect(await mails()).toEqual([
      { to: "ada@example.org", subject: "Thank you for your order", text: "2 × Desk" },
    ])
    expect(await stockOf(desk)).toEqual({ stock: 5, reserved: 2, free: 3 })
    expect((await AuditEntry.all()).map(({ event, orderId }) => [event, orderId])).toEqual([
      ["order.placed", order.id],
    ])
    expect(failures).toEqual([])
  })

  it("stands, reserved and audited, when its mail fails", async () => {
    const desk = await newDesk(5)
    const order = await place(desk, 2, "eve@nobody.invalid")
    expect(order).toMatchObject({ status: "placed", reserved: true })
    expect(await AuditEntry.count()).toBe(1)
    expect(await mails()).toEqual([])
    expect(failures).toMatchObject([
      {
        details: { event: "order.placed", handler: "mailsReceipt" },
        error: { message: "550 no such mailbox: eve@nobody.invalid" },
      },
    ])
  })

  it("is refused for an unknown product, without a customer, and without lines", async () => {
    const desk = await newDesk(5)
    const asked = { customer: "ada@example.org", productId: desk.id, quantity: 1 }
    await expect(placeOrder({ ...asked, productId: "unicorn" })).rejects.toMatchObject({
      message: "We do not sell that.",
      status: 422,
    })
    expect(() => new PlaceOrder({ ...asked, quantity: 0 })).toThrow("At least one.")
    expect(() => new PlaceOrder({ ...asked, quantity: 100 })).toThrow("We send at most 99.")
    expect(() => new PlaceOrder({ ...asked, customer: "Ada" })).toThrow("Where shall we write to?")
    expect(await mails()).toEqual([])
  })
})

describe("an order", () => {
  const ways = { pay: "paid", ship: "shipped", cancel: "cancelled" } as const
  type Way = keyof typeof ways
  const paths: [path: Way[], then: Way, refused?: string][] = [
    [[], "pay"],
    [[], "ship", "An order that is placed cannot be shipped."],
    [[], "cancel"],
    [["pay"], "pay", "An order that is paid cannot be paid."],
    [["pay"], "ship"],
    [["pay"], "cancel"],
    [["pay", "ship"], "pay", "An order that is shipped cannot be paid."],
    [["pay", "ship"], "ship", "An order that is shipped cannot be shipped."],
    [["pay", "ship"], "cancel", "An order that is shipped cannot be cancelled."],
    [["cancel"], "pay", "An order that is cancelled cannot be paid."],
    [["cancel"], "ship", "An order that is cancelled cannot be shipped."],
    [["cancel"], "cancel", "An order that is cancelled cannot be cancelled."],
  ]
  for (const [path, then, refused] of paths) {
    it(`${["placed", ...path].join(", ")}: ${then} is ${refused ? "refused and changes nothing" : "possible"}`, async () => {
      const desk = await newDesk(5)
      const order = await place(desk, 2)
      for (const way of path) await order[way]()
      const [stock, status] = [await stockOf(desk), order.status]
      if (refused) await expect(order[then]()).rejects.toThrow(refused)
      else await order[then]()
      await order.reload()
      expect(order.status).toBe(refused ? status : ways[then])
      if (refused) expect(await stockOf(desk)).toEqual(stock)
      const expected = ["placed", ...path.map(way => ways[way]), ...(refused ? [] : [ways[then]])]
      expect((await AuditEntry.all()).map(({ event }) => event)).toEqual(
        expected.map(name => `order.${name}`),
      )
    })
  }

  it("takes its stock off the shelf when it is shipped, and says so by mail", async () => {
    const desk = await newDesk(5)
    const order = await place(desk, 2)
    await order.pay()
    await order.ship()
    expect(await stockOf(desk)).toEqual({ stock: 3, reserved: 0, free: 3 })
    expect((await mails()).map(({ subject }) => subject)).toEqual([
      "Thank you for your order",
      "Your order is on its way",
    ])
  })
})

describe("stock", () => {
  it("that is too low lets an order wait, and it is not shipped", async () => {
    const desk = await newDesk(1)
    const order = await place(desk, 2)
    expect(order).toMatchObject({ status: "placed", reserved: false })
    await order.pay()
    await expect(order.ship()).rejects.toThrow("It waits for stock.")
    expect((await order.reload()).status).toBe("paid")
    expect(await stockOf(desk)).toEqual({ stock: 1, reserved: 0, free: 1 })
    expect(failures).toEqual([])
  })

  it("that arrives goes to those who waited longest, in order", async () => {
    const desk = await newDesk(0)
    const [first, large, last] = [await place(desk, 1), await place(desk, 5), await place(desk, 1)]
    await desk.restock({ quantity: 3 })
    const reserved = async () => [
      (await first.reload()).reserved,
      (await large.reload()).reserved,
      (await last.reload()).reserved,
    ]
    await expect.poll(reserved).toEqual([true, false, false])
    await (await desk.reload()).restock({ quantity: 4 })
    await expect.poll(reserved).toEqual([true, true, true])
    expect(await stockOf(desk)).toEqual({ stock: 7, reserved: 7, free: 0 })
  })

  it("of a cancelled order goes to the next who waits; one that had none gives none back", async () => {
    const desk = await newDesk(2)
    const [holder, waiting, other] = [
      await place(desk, 2),
      await place(desk, 1),
      await place(desk, 1),
    ]
    await other.cancel()
    expect(await stockOf(desk)).toEqual({ stock: 2, reserved: 2, free: 0 })
    await holder.cancel()
    await expect.poll(async () => (await waiting.reload()).reserved).toBe(true)
    expect(await stockOf(desk)).toEqual({ stock: 2, reserved: 1, free: 1 })
  })

  it("is never promised twice, however many order at once", async () => {
    const desk = await newDesk(10)
    const orders = await Promise.all(Array.from({ length: 25 }, () => place(desk)))
    await Promise.all(orders.map(order => order.reload()))
    expect(orders.filter(({ reserved }) => reserved).length).toBe(10)
    expect(await stockOf(desk)).toEqual({ stock: 10, reserved: 10, free: 0 })
  })
})
