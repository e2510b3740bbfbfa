// Placing an order. It is a command because it changes a product and an order, and both pages and programs execute it.
import { emit, Refusal } from "nitro-ts"
import { Command, handle } from "nitro-ts/cqrs"
import { field } from "nitro-ts/entity"
import { z } from "zod"
import { Order, orderEvents } from "./order.ts"
import { Product } from "./product.ts"

export class PlaceOrder extends Command(
  "PlaceOrder",
  {
    customer: field(z.email("Where shall we write to?"), {
      label: "For whom",
      placeholder: "ada@example.org",
    }),
    productId: field(z.string(), { label: "What" }),
    quantity: field(z.int().positive("At least one.").max(99, "We send at most 99."), {
      label: "How many",
    }),
  },
  { returns: z.instanceof(Order) },
) {}

export const placeOrder = handle(PlaceOrder, async ({ customer, productId, quantity }) => {
  const product = await Product.get(productId)
  if (!product) throw new Refusal("We do not sell that.", { field: "productId", status: 422 })
  const order = await Order.create({
    customer,
    productId,
    product: product.name,
    quantity,
    cents: product.cents * quantity,
  })
  await emit(orderEvents.placed, order)
  return order
})
