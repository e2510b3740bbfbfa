// Notifies customers about their orders. A failure is reported and leaves the order in place.
import { appendFile } from "node:fs/promises"
import { on } from "nitro-ts"
import { type Order, orderEvents } from "./order.ts"

on(orderEvents.placed, function mailsReceipt(order) {
  return send(order, "Thank you for your order")
})
on(orderEvents.shipped, function mailsTracking(order) {
  return send(order, "Your order is on its way")
})

/** Stands for a mail server: it knows no mailbox below `.invalid`, as RFC 2606 has it. */
async function send({ customer, product, quantity }: Order, subject: string): Promise<void> {
  if (customer.endsWith(".invalid")) throw new Error(`550 no such mailbox: ${customer}`)
  await appendFile(
    "outbox.jsonl",
    `${JSON.stringify({ to: customer, subject, text: `${quantity} × ${product}` })}\n`,
  )
}
