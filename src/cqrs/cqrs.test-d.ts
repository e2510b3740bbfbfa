// Types of commands and queries: errors, and inference without annotations.
import { ask, Command, execute, handle, Query, send } from "nitro-ts/cqrs"
import { z } from "zod"

class Order {
  readonly total: number = 0
}
class PlaceOrder extends Command("PlaceOrder", {
  customer: z.string(),
  quantity: z.coerce.number().default(1),
}) {
  get isLarge(): boolean {
    return this.quantity > 100
  }
}
class Totals extends Query(
  "Totals",
  { year: z.int().optional() },
  { returns: z.object({ sum: z.number() }) },
) {}
class LastOrder extends Query("LastOrder", {}, { returns: z.instanceof(Order).nullable() }) {}

declare function same<T>(): <U>(
  value: U & ([T] extends [U] ? ([U] extends [T] ? unknown : never) : never),
) => void

const placeOrder = handle(PlaceOrder, async ({ customer, quantity, isLarge }, context) => {
  same<string>()(customer)
  same<number>()(quantity)
  same<boolean>()(isLarge)
  same<string | undefined>()(context.sender)
  return new Order()
})

export async function results(): Promise<void> {
  same<Order>()(await placeOrder({ customer: "Ada", quantity: "2" }))
  same<unknown>()(await execute(new PlaceOrder({ customer: "Ada" })))
  same<number>()((await ask(new Totals())).sum)
  same<number | undefined>()((await ask(new LastOrder()))?.total)
  // @ts-expect-error a query is asked
  await execute(new Totals())
  // @ts-expect-error a command is executed
  await ask(new PlaceOrder({ customer: "Ada" }))
  // @ts-expect-error a command is made with new
  await execute(PlaceOrder)
  // @ts-expect-error text is no command
  await execute("PlaceOrder")
}

export function wrong(command: PlaceOrder): void {
  // @ts-expect-error a field is missing
  new PlaceOrder({})
  // @ts-expect-error a field is missing
  new PlaceOrder()
  // @ts-expect-error a field is misspelt
  new PlaceOrder({ costumer: "Ada" })
  // @ts-expect-error the input of a handled command is checked as well
  void placeOrder({ customer: 5 })
  // @ts-expect-error messages do not change
  command.customer = "Eve"
  // @ts-expect-error the handler gives what the query declares
  handle(Totals, async () => ({ sum: "12" }))
  // @ts-expect-error a rule sees the fields
  handle(PlaceOrder, () => {}, { allow: order => order.costumer === "" })
  // @ts-expect-error a class that is no message has no handler
  handle(Order, () => {})
  // @ts-expect-error a page sends the fields
  send(PlaceOrder, { costumer: "Ada" })
  // @ts-expect-error fields are schemas
  Command("Bad", { name: "text" })
}

handle(Totals, ({ year }) => ({ sum: year ?? 0 }))
handle(LastOrder, async () => null)
send(PlaceOrder, { customer: "Ada" })
