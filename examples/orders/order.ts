// An order and what may become of it: placed, paid, shipped; cancelled as long as it is not shipped.
import { action, Entity, emit, event, Refusal, ref, unitOfWork } from "nitro-ts"
import type { EventType } from "nitro-ts/events"
import { z } from "zod"
import { database } from "./database.ts"
import { Product } from "./product.ts"

const statuses = ["placed", "paid", "shipped", "cancelled"] as const
type Status = (typeof statuses)[number]

const next: Record<Status, readonly Status[]> = {
  placed: ["paid", "cancelled"],
  paid: ["shipped", "cancelled"],
  shipped: [],
  cancelled: [],
}

export class Order extends Entity(
  "Order",
  {
    customer: z.email("Where shall we write to?"),
    productId: ref("Product"),
    product: z.string(),
    quantity: z.int().positive().max(99, "We send at most 99."),
    cents: z.int().nonnegative(),
    status: z.enum(statuses).default("placed"),
    reserved: z.boolean().default(false),
  },
  { timestamps: true, version: true, index: ["productId"] },
) {
  static store = database

  may(status: Status): boolean {
    return next[this.status].includes(status)
  }

  @action() async pay(): Promise<void> {
    await this.become("paid")
  }

  @action() async ship(): Promise<void> {
    await this.become("shipped", async () => {
      if (!this.reserved) throw new Refusal("It waits for stock.")
      const product = await Product.require(this.productId)
      await product.take(this.quantity)
    })
  }

  @action({ confirm: "Cancel this order?" }) async cancel(): Promise<void> {
    await this.become("cancelled", async () => {
      if (!this.reserved) return
      const product = await Product.require(this.productId)
      await product.release(this.quantity)
    })
  }

  // Both are written in one unit of work, and the event waits until it commits.
  async become(status: Status, write?: () => Promise<void>): Promise<void> {
    if (!this.may(status)) throw new Refusal(`An order that is ${this.status} cannot be ${status}.`)
    await unitOfWork(async () => {
      await write?.()
      await this.update({ status })
      await emit(orderEvents[status], this)
    })
  }
}

export const orderEvents: Record<Status, EventType<Order>> = {
  placed: event<Order>("order.placed", { afterCommit: true }),
  paid: event<Order>("order.paid", { afterCommit: true }),
  shipped: event<Order>("order.shipped", { afterCommit: true }),
  cancelled: event<Order>("order.cancelled", { afterCommit: true }),
}
