// Value objects and hidden fields that must and must not compile. Never run: `npm run typecheck` is the test.
import { z } from "zod"
import { Entity, embedded, field, ValueObject } from "../index.ts"

class Money extends ValueObject("Money", {
  amount: z.number(),
  currency: z.string(),
  at: z.date().optional(),
}) {
  plus(other: Money): Money {
    return this.with({ amount: this.amount + other.amount })
  }
}
class User extends Entity("User", {
  name: z.string(),
  price: embedded(Money),
  tip: embedded(Money).nullable().default(null),
  password: field(z.string(), { hidden: true, label: "Password" }),
  token: field(z.string().min(3), { hidden: true }).nullable().default(null),
  pin: field(z.string().optional(), { hidden: true }),
  note: field(z.string(), { label: "Note" }),
}) {}

const user = await User.create({
  name: "a",
  price: { amount: 1, currency: "CHF" },
  password: "x",
  note: "",
})
const price: Money = user.price.plus(new Money({ amount: 1, currency: "CHF" }))
const tip: Money | null = user.tip
user.price = price
user.tip = null
const json = user.toJSON()
const amount: number = json.price.amount
const at: string | undefined = json.price.at
const plainTip: number | undefined = json.tip?.amount
const note: string = json.note
const secret: string = user.password

User.where(u => u.price.amount.gt(5).and(u.tip.currency.eq("CHF")))
// @ts-expect-error no such part
User.where(u => u.price.size.gt(5))
// @ts-expect-error a number is compared with numbers
User.where(u => u.price.amount.eq("5"))
// @ts-expect-error a method is no part
User.where(u => u.price.plus.isNull())
// @ts-expect-error hidden
json.password
// @ts-expect-error hidden inside of wrappers
json.token
// @ts-expect-error hidden around an optional one
json.pin
// @ts-expect-error a plain object has no behaviour
json.price.plus
// @ts-expect-error a part is missing
await User.create({ name: "a", price: { amount: 1 }, password: "x", note: "" })
// @ts-expect-error parts never change
user.price.amount = 2
// @ts-expect-error no such part
user.price.with({ size: 1 })
// @ts-expect-error not a value object
embedded(Date)
// @ts-expect-error no such option
field(z.string(), { hiden: true })

export const used: unknown[] = [tip, amount, at, plainTip, note, secret]
