// The page: orders and stock as they are now, in every open window, and the form to place an order.
import { call, live, Page } from "nitro-ts"
import {
  ActionButton,
  ActionForm,
  Badge,
  Button,
  Empty,
  Input,
  PageHead,
  Panel,
  RowText,
  Select,
} from "nitro-ts/components"
import { send } from "nitro-ts/cqrs"
import type { Markup } from "nitro-ts/html"
import { Order } from "./order.ts"
import { PlaceOrder } from "./place-order.ts"
import { Product } from "./product.ts"

const money = new Intl.NumberFormat("en", { style: "currency", currency: "EUR" })
const price = (cents: number): string => money.format(cents / 100)

const OrderRow = (order: Order): Markup => (
  <li id={order.domId}>
    <RowText title={`${order.quantity} × ${order.product}`}>{order.customer}</RowText>
    {price(order.cents)}
    <Badge variant={order.status === "cancelled" ? "outline" : "secondary"}>{order.status}</Badge>
    {order.may("cancelled") && !order.reserved && <Badge variant="outline">waits for stock</Badge>}
    {order.may("paid") && <ActionButton call={call(order, "pay")} size="sm" />}
    {order.may("shipped") && (
      <ActionButton call={call(order, "ship")} size="sm" disabled={!order.reserved} />
    )}
    {order.may("cancelled") && (
      <ActionButton call={call(order, "cancel")} size="sm" variant="outline" />
    )}
  </li>
)

const ProductRow = (product: Product): Markup => (
  <li id={product.domId}>
    <RowText title={product.name}>
      {product.free} free, {product.reserved} reserved
    </RowText>
    {price(product.cents)}
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

export function OrdersPage(): Markup {
  return (
    <Page title="Orders">
      <main class="page-columns">
        <PageHead title="Orders" live theme>
          Open orders: {live(Order.where({ status: ["placed", "paid"] }).count())}
        </PageHead>
        <Panel aria-label="Orders">
          {live(Order.where().orderBy("createdAt", "desc"), OrderRow, {
            empty: (
              <Empty as="li" icon="package" title="No orders yet">
                Place the first one with the form.
              </Empty>
            ),
          })}
        </Panel>
        <div>
          <Panel>
            <header>
              <h2>New order</h2>
            </header>
            <OrderForm />
          </Panel>
          <Panel>
            <header>
              <h2>Stock</h2>
            </header>
            {live(Product.where().orderBy("name"), ProductRow)}
          </Panel>
        </div>
      </main>
    </Page>
  )
}
