// The same pages for hono/html.
import { html } from "hono/html"
import type { Action, Field, Product, Purchase, Row, Tile } from "../../support/html/data.ts"
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
} from "../../support/html/data.ts"

type Printed = ReturnType<typeof html>

const each = <T>(items: readonly T[], print: (item: T) => Printed): Printed[] => items.map(print)

const button = ({ id, kind, label }: Action): Printed =>
  html`<button type="button" class="${kind}" data-id="${id}">${label}</button>`

const row = ({ id, name, city, amount }: Row): Printed =>
  html`<tr><td>${id}</td><td>${name}</td><td>${city}</td><td>${amount}</td></tr>`

const card = (p: Product): Printed =>
  html`<article class="card" id="product-${p.id}"><a href="/products/${p.slug}"><img src="${p.image}" alt="${p.name}" width="240" height="160" loading="lazy"></a><h2 class="card-title">${p.name}</h2><p class="card-text">${p.description}</p><p class="card-price"><span>${p.price}</span>${p.before === undefined ? "" : html`<del>${p.before}</del>`}</p><ul class="tags">${each(p.tags, tag => html`<li class="tag">${tag}</li>`)}</ul><button type="button" class="btn btn-primary" data-on:click="@post('/cart/${p.id}')">Add to cart</button></article>`

const field = (f: Field): Printed =>
  html`<label class="field"><span>${f.label}</span><input type="${f.type}" name="${f.name}" placeholder="${f.placeholder}"${f.required ? " required" : ""} data-bind="${f.name}"></label>`

const purchase = (p: Purchase): Printed =>
  html`<div class="purchase purchase-card"><div class="purchase-name">${p.name}</div><div class="purchase-price">${p.price}</div><div class="purchase-quantity">${p.quantity}</div></div>`

const tile = ({ left, top }: Tile): Printed =>
  html`<div class="tile" style="left:${left};top:${top}"></div>`

export const a = (i: number): Printed => button(actions[i % actions.length] as Action)

export const b = (): Printed => html`<table><tbody>${each(rows, row)}</tbody></table>`

export const c = (): Printed =>
  html`<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${shop.title}</title><link rel="stylesheet" href="/shop.css"></head><body data-signals="{cart: 0, open: false}"><nav class="nav"><a href="/" class="brand">${shop.title}</a>${each(links, ({ href, label }) => html`<a href="${href}" class="${href === shop.path ? "link current" : "link"}">${label}</a>`)}<button type="button" data-on:click="$open = !($open)"><span data-text="$cart"></span></button></nav><aside class="cart" data-show="$open">Your cart</aside><main class="grid">${each(products, card)}</main><form class="form" data-on:submit="@post('/orders')">${each(fields, field)}<button type="submit" class="btn">Order</button></form></body></html>`

export const d = (): Printed =>
  html`<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Purchases</title></head><body><header class="header"><h1 class="header-title">${`Hello ${buyer}`}</h1><nav class="header-nav"><ul class="header-list"><li><a href="/">Home</a></li><li><a href="/about">About</a></li></ul></nav></header><main class="main"><h2 class="main-title">Purchases</h2><div class="purchases">${each(purchases, purchase)}</div></main><footer class="footer"><p>Thanks for your purchases</p></footer></body></html>`

export const e = (): Printed =>
  html`<!doctype html><html><head><title>Fortunes</title></head><body><table><tbody><tr><th>id</th><th>message</th></tr>${each(fortunes, ({ id, message }) => html`<tr><td>${id}</td><td>${message}</td></tr>`)}</tbody></table></body></html>`

export const f = (): Printed => html`<div class="tiles">${each(tiles, tile)}</div>`
