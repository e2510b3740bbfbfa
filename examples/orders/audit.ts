// Logs every event of orders. The pattern also matches events that are added later.
import { Entity, on } from "nitro-ts"
import { z } from "zod"
import { database } from "./database.ts"
import type { Order } from "./order.ts"

export class AuditEntry extends Entity(
  "AuditEntry",
  { event: z.string(), orderId: z.string() },
  { timestamps: true },
) {
  static store = database
}

on("order.*", async function audits(order: Order, { event }) {
  await AuditEntry.create({ event, orderId: order.id })
})
