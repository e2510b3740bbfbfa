// Ids and keys that must and must not compile. Never run: `npm run typecheck` is the test.
import { z } from "zod"
import {
  type Change,
  Entity,
  type EntityClass,
  type EntityInstance,
  generated,
  ref,
  serial,
} from "../index.ts"

class Order extends Entity("Order", { id: z.int(), note: z.string().default("") }) {
  get lines() {
    return this.hasMany(Line, "orderId")
  }
  get wrong() {
    // @ts-expect-error a text field holds no number
    return this.hasMany(Line, "sku")
  }
}
class Article extends Entity("Article", { sku: z.string(), name: z.string() }, { id: ["sku"] }) {}
class Line extends Entity(
  "Line",
  { orderId: ref("Order", z.int()), sku: ref("Article"), quantity: z.int().default(1) },
  { id: ["orderId", "sku"] },
) {
  get order() {
    return this.belongsTo(Order, "orderId")
  }
  get article() {
    return this.belongsTo(Article, "sku")
  }
  get wrong() {
    // @ts-expect-error an order's id is a number
    return this.belongsTo(Order, "sku")
  }
}
class Todo extends Entity("Todo", { title: z.string() }) {}

const line = await Line.require({ orderId: 1, sku: "desk" })
const text: string = line.id
const number: number = (await Order.require(1)).id
const order: Order | undefined = await line.order
const lines: Line[] = order ? await order.lines : []
await Line.get(line.id)
await Article.get({ sku: "desk" })
await Article.get("desk")

// @ts-expect-error half of the key
await Line.get({ orderId: 1 })
// @ts-expect-error a part of another type
await Line.get({ orderId: "1", sku: "desk" })
// @ts-expect-error no number names a line
await Line.require(1)
// @ts-expect-error an id is a number here
await Order.get("1")
// @ts-expect-error the id is the caller's
await Order.create({})
// @ts-expect-error part of the key
await Line.create({ orderId: 1 })
// @ts-expect-error the library's id is text
await Todo.get(1)
// @ts-expect-error part of the id
line.orderId = 2
// @ts-expect-error the id itself
line.id = "2~desk"
// @ts-expect-error no such field
Entity("Wrong", { sku: z.string() }, { id: ["sk"] })
line.quantity = 2
await line.update({ orderId: 1, quantity: 3 })

Order.observe((change: Change<Order>) => {
  const id: number = change.id
  return id
})
const entities: EntityInstance[] = [line, await Order.require(1)]
const classes: EntityClass[] = [Line, Order, Article, Todo]

class Ticket extends Entity("Ticket", { id: serial(), title: z.string() }) {
  get remarks() {
    return this.hasMany(Remark, "ticketId")
  }
}
class Remark extends Entity("Remark", {
  ticketId: ref("Ticket", z.int()),
  authorId: ref("Author"),
}) {
  get ticket() {
    return this.belongsTo(Ticket, "ticketId")
  }
  get wrong() {
    // @ts-expect-error a ticket's id is a number
    return this.belongsTo(Ticket, "authorId")
  }
}
class Voucher extends Entity("Voucher", { id: generated("uuid"), value: z.int() }) {}

const ticket = await Ticket.create({ title: "a" })
const counted: number = ticket.id
await Ticket.create({ id: 5, title: "a" })
await Ticket.upsert({ title: "a" })
await Ticket.require(counted)
await ticket.remarks.create({ authorId: "x" })
await Ticket.where(t => t.id.gt(1)).orderBy("-id")
const voucher: string = (await Voucher.create({ value: 1 })).id
// @ts-expect-error the id is a number
await Ticket.create({ id: "5", title: "a" })
// @ts-expect-error the store's
ticket.id = 6
// @ts-expect-error no other default
generated("date")

export const counters: unknown[] = [counted, voucher]
export const used: unknown[] = [text, number, lines, entities, classes]
