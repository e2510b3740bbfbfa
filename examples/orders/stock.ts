// Sets stock aside for orders, first come, first served: when one is placed, and whenever something becomes free.
import { on, unitOfWork } from "nitro-ts"
import { Order, orderEvents } from "./order.ts"
import { Product, productRestocked } from "./product.ts"

on(orderEvents.placed, function reservesStock(order) {
  return serveWaiting(order.productId)
})
on(orderEvents.cancelled, function reservesForNext(order) {
  return serveWaiting(order.productId)
})
on(productRestocked, function reservesArrivals(product) {
  return serveWaiting(product.id)
})

async function serveWaiting(productId: string): Promise<void> {
  await unitOfWork(async () => {
    const product = await Product.require(productId)
    const waiting = Order.where({ productId, reserved: false, status: ["placed", "paid"] })
      .orderBy("createdAt")
      .orderBy("id")
    for (const order of await waiting) {
      // A large order keeps its place in the queue.
      if (order.quantity > product.free) return
      await product.reserve(order.quantity)
      await order.update({ reserved: true })
    }
  })
}
