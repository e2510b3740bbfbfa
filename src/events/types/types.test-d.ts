// Inferred types, and calls that must not compile.
import { z } from "zod"
import {
  createEvents,
  emit,
  emitSync,
  event,
  type HandlerResult,
  namespace,
  on,
  stream,
} from "../index.ts"

interface Order {
  readonly id: string
  readonly total: number
}
declare const order: Order

declare module "./types.ts" {
  interface EventMap {
    "mapped.event": { readonly mapped: number }
  }
}

const placed = event<Order>("order.placed")
on(placed, (payload, ctx) => {
  payload.total satisfies number
  ctx.correlationId satisfies string
})
on(placed, async payload => payload.id, {
  when: ({ total }) => total > 0,
  sender: order,
  priority: 1,
  once: true,
})
// @ts-expect-error the handler takes another payload
on(placed, (payload: string) => payload)
// @ts-expect-error no such field
on(placed, payload => payload.price)

const results: Promise<readonly HandlerResult[]> = emit(placed, order)
void results
emitSync(placed, order, { sender: "shop" })
for await (const value of stream(placed, order)) value satisfies unknown
// @ts-expect-error the payload is missing
void emit(placed)
// @ts-expect-error the payload is of another type
emitSync(placed, "order")
// @ts-expect-error emitSync cannot wait, so it has no time-out
emitSync(placed, order, { timeoutMs: 10 })

const ping = event<undefined>("ping")
void emit(ping)
void emit(ping, undefined, { sequential: true })
// @ts-expect-error this event has no payload
void emit(ping, 1)

const priced = event("priced.type", { schema: z.object({ price: z.coerce.number<string>() }) })
on(priced, ({ price }) => price satisfies number)
void emit(priced, { price: "9" })
// @ts-expect-error emission takes what the schema takes, not what it gives
void emit(priced, { price: 9 })

on("order.*", (payload: Order) => payload.total)
on("order.*", payload => {
  // @ts-expect-error a string alone says nothing of the payload
  payload.total
})
on("mapped.event", payload => payload.mapped satisfies number)
void emit("mapped.event", { mapped: 1 })
// @ts-expect-error the payload of a mapped name is known
void emit("mapped.event", { mapped: "1" })
// @ts-expect-error the payload of a mapped name is known to handlers
on("mapped.event", (payload: string) => payload)
void emit("any.other", 1)

const paid = namespace("billing").event<number>("paid")
createEvents().on(paid, amount => amount.toFixed(2))

const off = on(placed, () => {})
off()
using _ = off

for (const result of emitSync(placed, order)) {
  if ("error" in result && result.error !== undefined) result.handler satisfies string
  result.value satisfies unknown
}
