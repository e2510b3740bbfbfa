// An order system: rules in the entities, a command to place orders, and handlers that know nothing of each other.
import { expose } from "nitro-ts"
import { commands } from "nitro-ts/cqrs"
import { render } from "nitro-ts/html"
import { AuditEntry } from "./audit.ts"
import { start } from "./host.ts"
import "./mail.ts"
import { Order } from "./order.ts"
import { OrdersPage } from "./page.tsx"
import { PlaceOrder } from "./place-order.ts"
import { Product } from "./product.ts"
import "./stock.ts"

if ((await Product.count()) === 0) {
  await Product.createMany([
    { name: "Desk", cents: 24900, stock: 3 },
    { name: "Lamp", cents: 4950, stock: 20 },
    { name: "Chair", cents: 12900, stock: 8 },
  ])
}

const reading = { crud: ["list", "read"] } as const
await start(
  {
    entities: [expose(Order, reading), expose(Product, reading), expose(AuditEntry, reading)],
    routes: [commands([PlaceOrder])],
  },
  () => render(OrdersPage()),
)
