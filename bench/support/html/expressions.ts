// Datastar's attributes as our front ends take them: expressions.
import { type Effect, post, signals as signalsOf } from "nitro-ts/datastar"

const page = signalsOf({ cart: 0, open: false })

export const signals: { readonly cart: number; readonly open: boolean } = { cart: 0, open: false }
export const toggleCart: Effect = page.open.toggle()
export const cartSize: typeof page.cart = page.cart
export const isOpen: typeof page.open = page.open
export const addToCart = (id: number): Effect => post(`/cart/${id}`)
export const order: Effect = post("/orders")
