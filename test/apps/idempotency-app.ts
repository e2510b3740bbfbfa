// An app whose action takes a while, with its responses in the store of its entities: driven and killed by idempotency.test.ts.
import { action, Entity, expose, serve } from "nitro-ts"
import { nitro } from "nitro-ts/fetch"
import { postgres } from "nitro-ts/postgres"
import { sqlite } from "nitro-ts/sqlite"
import { z } from "zod"

const url = process.env["TEST_DATABASE"] as string
const store = url.startsWith("postgres") ? postgres(url) : sqlite(url)

class Order extends Entity("Order", { text: z.string() }) {
  static store = store

  @action({ input: { text: z.string(), waitMs: z.int().default(0) } })
  static async place({ text, waitMs }: { text: string; waitMs: number }) {
    const order = await Order.create({ text })
    console.log(`placing ${text}`)
    await new Promise(resolve => setTimeout(resolve, waitMs))
    return { id: order.id }
  }
}

await serve({
  fetch: nitro({ entities: [expose(Order, { allow: () => true })], idempotency: { store } }),
})
