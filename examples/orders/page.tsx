// The page: orders and stock as they are now, in every open window, and the form to place an order.
import { call, html, live, Page } from "nitro-ts"
import { ActionButton, ActionForm, Badge, Button, Input, Select } from "nitro-ts/components"
import { send } from "nitro-ts/cqrs"
import type { Markup } from "nitro-ts/html"
import { Order } from "./order.ts"
import { PlaceOrder } from "./place-order.ts"
import { Product } from "./product.ts"

const money = new Intl.NumberFormat("en", { style: "currency", currency: "EUR" })
const price = (cents: number): string => money.format(cents / 100)

const OrderRow = (order: Order): Markup => (
  <li id={order.domId}>
    <div class="what">
      <strong>
        {order.quantity} × {order.product}
      </strong>
      <span class="quiet">{order.customer}</span>
    </div>
    <span class="price">{price(order.cents)}</span>
    <div class="now">
      <Badge variant={order.status === "cancelled" ? "outline" : "secondary"}>{order.status}</Badge>
      {order.may("cancelled") && !order.reserved && (
        <Badge variant="outline">waits for stock</Badge>
      )}
      <div class="do">
        {order.may("paid") && <ActionButton call={call(order, "pay")} size="sm" />}
        {order.may("shipped") && (
          <ActionButton call={call(order, "ship")} size="sm" disabled={!order.reserved} />
        )}
        {order.may("cancelled") && (
          <ActionButton call={call(order, "cancel")} size="sm" variant="ghost" />
        )}
      </div>
    </div>
  </li>
)

const ProductRow = (product: Product): Markup => (
  <li id={product.domId}>
    <div class="what">
      <strong>{product.name}</strong>
      <span class="quiet">
        {product.free} free, {product.reserved} reserved
      </span>
    </div>
    <span class="price">{price(product.cents)}</span>
    <ActionButton
      call={call(product, "restock", { quantity: 5 })}
      size="sm"
      variant="outline"
      aria-label={`5 more of ${product.name}`}
    >
      +5
    </ActionButton>
  </li>
)

async function OrderForm(): Promise<Markup> {
  const place = send(PlaceOrder)
  const products = await Product.where().orderBy("name")
  const label = ({ name, cents }: Product) => `${name}, ${price(cents)}`
  const options = products.map(product => ({ value: product.id, label: label(product) }))
  return (
    <ActionForm call={place} class="place">
      <Select name="productId" call={place} options={options} />
      <Input name="quantity" call={place} min="1" value="1" />
      <Input name="customer" call={place} />
      <Button type="submit">Place order</Button>
    </ActionForm>
  )
}

const style = html`<style>
  body { background: var(--background); }
  main { width: min(64rem, 100% - 2rem); margin: 2rem auto; display: grid; gap: 1.5rem; align-items: start; grid-template-columns: minmax(0, 1fr); }
  @media (min-width: 56rem) { main { grid-template-columns: minmax(0, 5fr) minmax(0, 3fr); } }
  .column { display: grid; gap: 1.5rem; } .card { padding: 1.25rem; gap: .75rem; }
  h1 { font-size: 1.25rem; font-weight: 600; } h2 { font-weight: 600; }
  li { display: flex; flex-wrap: wrap; align-items: center; gap: .25rem .75rem; padding-block: .625rem; }
  li + li { border-top: 1px solid var(--border); }
  .what { display: grid; flex: 1 1 11rem; min-width: 0; overflow-wrap: anywhere; } .quiet { color: var(--muted-foreground); font-size: .875rem; }
  .price { font-variant-numeric: tabular-nums; } .now, .do { display: flex; align-items: center; gap: .5rem; }
  .do { min-width: 8rem; justify-content: end; } @media (max-width: 40rem) { .now { flex-basis: 100%; } .do { margin-left: auto; } }
</style>`

export function OrdersPage(): Markup {
  return (
    <Page title="Orders" head={style}>
      <main>
        <section class="card">
          <h1>Open orders: {live(Order.where({ status: ["placed", "paid"] }).count())}</h1>
          {live(Order.where().orderBy("createdAt", "desc"), OrderRow, {
            empty: <li class="quiet">Nobody has ordered yet.</li>,
          })}
        </section>
        <div class="column">
          <section class="card">
            <h2>New order</h2>
            <OrderForm />
          </section>
          <section class="card">
            <h2>Stock</h2>
            {live(Product.where().orderBy("name"), ProductRow)}
          </section>
        </div>
      </main>
    </Page>
  )
}
