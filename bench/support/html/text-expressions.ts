// Datastar's attributes for rivals, to whom they are text.
export const signals = "{cart: 0, open: false}"
export const toggleCart = "$open = !($open)"
export const cartSize = "$cart"
export const isOpen = "$open"
export const addToCart = (id: number): string => `@post('/cart/${id}')`
export const order = "@post('/orders')"
