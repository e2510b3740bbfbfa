// The pages with our html``, as a user would write them.
import { html, type Markup } from "nitro-ts/html"
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
import { addToCart, order } from "./expressions.ts"

const button = ({ id, kind, label }: Action): Markup =>
  html`<button type="button" class="${kind}" data-id="${id}">${label}</button>`

const row = ({ id, name, city, amount }: Row): Markup =>
  html`<tr><td>${id}</td><td>${name}</td><td>${city}</td><td>${amount}</td></tr>`

const card = (p: Product): Markup =>
  html`<article class="card" id="product-${p.id}"><a href="/products/${p.slug}"><img src="${p.image}" alt="${p.name}" width="240" height="160" loading="lazy"></a><h2 class="card-title">${p.name}</h2><p class="card-text">${p.description}</p><p class="card-price"><span>${p.price}</span>${p.before !== undefined && html`<del>${p.before}</del>`}</p><ul class="tags">${p.tags.map(tag => html`<li class="tag">${tag}</li>`)}</ul><button type="button" class="btn btn-primary" data-on:click=${addToCart(p.id)}>Add to cart</button></article>`

const field = (f: Field): Markup =>
  html`<label class="field"><span>${f.label}</span><input type="${f.type}" name="${f.name}" placeholder="${f.placeholder}" required=${f.required} data-bind="${f.name}"></label>`

const purchase = (p: Purchase): Markup =>
  html`<div class="purchase purchase-card"><div class="purchase-name">${p.name}</div><div class="purchase-price">${p.price}</div><div class="purchase-quantity">${p.quantity}</div></div>`

const tile = ({ left, top }: Tile): Markup =>
  html`<div class="tile" style="left:${left};top:${top}"></div>`

export const a = (i: number): Markup => button(actions[i % actions.length] as Action)

export const b = (): Markup => html`<table><tbody>${rows.map(row)}</tbody></table>`

export const c = (): Markup =>
  html`<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${shop.title}</title><link rel="stylesheet" href="/shop.css"></head><body data-signals="{cart: 0, open: false}"><nav class="nav"><a href="/" class="brand">${shop.title}</a>${links.map(({ href, label }) => html`<a href="${href}" class="${href === shop.path ? "link current" : "link"}">${label}</a>`)}<button type="button" data-on:click="$open = !($open)"><span data-text="$cart"></span></button></nav><aside class="cart" data-show="$open">Your cart</aside><main class="grid">${products.map(card)}</main><form class="form" data-on:submit=${order}>${fields.map(field)}<button type="submit" class="btn">Order</button></form></body></html>`

export const d = (): Markup =>
  html`<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Purchases</title></head><body><header class="header"><h1 class="header-title">${`Hello ${buyer}`}</h1><nav class="header-nav"><ul class="header-list"><li><a href="/">Home</a></li><li><a href="/about">About</a></li></ul></nav></header><main class="main"><h2 class="main-title">Purchases</h2><div class="purchases">${purchases.map(purchase)}</div></main><footer class="footer"><p>Thanks for your purchases</p></footer></body></html>`

export const e = (): Markup =>
  html`<!doctype html><html><head><title>Fortunes</title></head><body><table><tbody><tr><th>id</th><th>message</th></tr>${fortunes.map(({ id, message }) => html`<tr><td>${id}</td><td>${message}</td></tr>`)}</tbody></table></body></html>`

export const f = (): Markup => html`<div class="tiles">${tiles.map(tile)}</div>`
