// The pages with our tag functions.
import * as tags from "nitro-ts/html"
import type { Action, Field, Product, Purchase, Row, Tile } from "./data.ts"
import {
  actions,
  buyer,
  fields,
  fortunes,
  links,
  products,
  purchases,
  rows,
  shop,
  tiles,
} from "./data.ts"
import { addToCart, cartSize, isOpen, order, signals, toggleCart } from "./expressions.ts"

type Markup = tags.Markup
const {
  article,
  aside,
  body,
  button,
  del,
  div,
  footer,
  form,
  h1,
  h2,
  head,
  header,
  Html,
  img,
  input,
  label,
  li,
  link,
} = tags
const { a: anchor, main, meta, nav, p: paragraph, span, table, tbody, td, th, title, tr, ul } = tags

const actionButton = (action: Action): Markup =>
  button({ type: "button", class: action.kind, "data-id": action.id }, action.label)

const tableRow = (row: Row): Markup => tr(td(row.id), td(row.name), td(row.city), td(row.amount))

const card = (product: Product): Markup =>
  article(
    { class: "card", id: `product-${product.id}` },
    anchor(
      { href: `/products/${product.slug}` },
      img({ src: product.image, alt: product.name, width: "240", height: "160", loading: "lazy" }),
    ),
    h2({ class: "card-title" }, product.name),
    paragraph({ class: "card-text" }, product.description),
    paragraph(
      { class: "card-price" },
      span(product.price),
      product.before !== undefined && del(product.before),
    ),
    ul(
      { class: "tags" },
      product.tags.map(tag => li({ class: "tag" }, tag)),
    ),
    button(
      { type: "button", class: "btn btn-primary", "data-on:click": addToCart(product.id) },
      "Add to cart",
    ),
  )

const field = ({ label: text, type, name, placeholder, required }: Field): Markup =>
  label(
    { class: "field" },
    span(text),
    input({ type: type as "text", name, placeholder, required, "data-bind": name }),
  )

const purchaseCard = (purchase: Purchase): Markup =>
  div(
    { class: "purchase purchase-card" },
    div({ class: "purchase-name" }, purchase.name),
    div({ class: "purchase-price" }, purchase.price),
    div({ class: "purchase-quantity" }, purchase.quantity),
  )

const page = (name: string | undefined, ...content: tags.Child[]): Markup =>
  Html(name === undefined ? {} : { lang: name }, ...content)

export const a = (i: number): Markup => actionButton(actions[i % actions.length] as Action)

export const b = (): Markup => table(tbody(rows.map(tableRow)))

export const c = (): Markup =>
  page(
    "en",
    head(
      meta({ charset: "utf-8" }),
      title(shop.title),
      link({ rel: "stylesheet", href: "/shop.css" }),
    ),
    body(
      { "data-signals": signals },
      nav(
        { class: "nav" },
        anchor({ href: "/", class: "brand" }, shop.title),
        links.map(({ href, label: text }) =>
          anchor({ href, class: href === shop.path ? "link current" : "link" }, text),
        ),
        button({ type: "button", "data-on:click": toggleCart }, span({ "data-text": cartSize })),
      ),
      aside({ class: "cart", "data-show": isOpen }, "Your cart"),
      main({ class: "grid" }, products.map(card)),
      form(
        { class: "form", "data-on:submit": order },
        fields.map(field),
        button({ type: "submit", class: "btn" }, "Order"),
      ),
    ),
  )

export const d = (): Markup =>
  page(
    "en",
    head(meta({ charset: "utf-8" }), title("Purchases")),
    body(
      header(
        { class: "header" },
        h1({ class: "header-title" }, `Hello ${buyer}`),
        nav(
          { class: "header-nav" },
          ul(
            { class: "header-list" },
            li(anchor({ href: "/" }, "Home")),
            li(anchor({ href: "/about" }, "About")),
          ),
        ),
      ),
      main(
        { class: "main" },
        h2({ class: "main-title" }, "Purchases"),
        div({ class: "purchases" }, purchases.map(purchaseCard)),
      ),
      footer({ class: "footer" }, paragraph("Thanks for your purchases")),
    ),
  )

export const e = (): Markup =>
  page(
    undefined,
    head(title("Fortunes")),
    body(
      table(
        tbody(
          tr(th("id"), th("message")),
          fortunes.map(({ id, message }) => tr(td(id), td(message))),
        ),
      ),
    ),
  )

const placed = ({ left, top }: Tile): Markup => div({ class: "tile", style: { left, top } })

export const f = (): Markup => div({ class: "tiles" }, tiles.map(placed))
