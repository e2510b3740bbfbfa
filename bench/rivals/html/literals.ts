// Template literals written by hand, with a tight escape wherever the author remembered that one is needed. With the lists of
// `each.ts` they are the limit, with those of `each-loop.ts` the rival "concatenation".
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
import { each } from "./each.ts"

const special = /[&<>"']/

function escaped(text: string): string {
  let out = ""
  let last = 0
  for (let i = 0; i < text.length; i++) {
    let entity: string
    switch (text.charCodeAt(i)) {
      case 34:
        entity = "&quot;"
        break
      case 38:
        entity = "&amp;"
        break
      case 39:
        entity = "&#39;"
        break
      case 60:
        entity = "&lt;"
        break
      case 62:
        entity = "&gt;"
        break
      default:
        continue
    }
    if (last !== i) out += text.slice(last, i)
    out += entity
    last = i + 1
  }
  return last === text.length ? out : out + text.slice(last)
}

const esc = (text: string): string => (special.test(text) ? escaped(text) : text)

const button = ({ id, kind, label }: Action): string =>
  `<button type="button" class="${esc(kind)}" data-id="${esc(id)}">${esc(label)}</button>`

const row = ({ id, name, city, amount }: Row): string =>
  `<tr><td>${id}</td><td>${esc(name)}</td><td>${esc(city)}</td><td>${esc(amount)}</td></tr>`

const card = (p: Product): string =>
  `<article class="card" id="product-${p.id}"><a href="/products/${esc(p.slug)}"><img src="${esc(p.image)}" alt="${esc(p.name)}" width="240" height="160" loading="lazy"></a><h2 class="card-title">${esc(p.name)}</h2><p class="card-text">${esc(p.description)}</p><p class="card-price"><span>${esc(p.price)}</span>${p.before === undefined ? "" : `<del>${esc(p.before)}</del>`}</p><ul class="tags">${each(p.tags, tag => `<li class="tag">${esc(tag)}</li>`)}</ul><button type="button" class="btn btn-primary" data-on:click="@post('/cart/${p.id}')">Add to cart</button></article>`

const field = (f: Field): string =>
  `<label class="field"><span>${esc(f.label)}</span><input type="${esc(f.type)}" name="${esc(f.name)}" placeholder="${esc(f.placeholder)}"${f.required ? " required" : ""} data-bind="${esc(f.name)}"></label>`

const purchase = (p: Purchase): string =>
  `<div class="purchase purchase-card"><div class="purchase-name">${esc(p.name)}</div><div class="purchase-price">${p.price}</div><div class="purchase-quantity">${p.quantity}</div></div>`

const tile = ({ left, top }: Tile): string =>
  `<div class="tile" style="left:${esc(left)};top:${esc(top)}"></div>`

export const a = (i: number): string => button(actions[i % actions.length] as Action)

export const b = (): string => `<table><tbody>${each(rows, row)}</tbody></table>`

export const c = (): string =>
  `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${esc(shop.title)}</title><link rel="stylesheet" href="/shop.css"></head><body data-signals="{cart: 0, open: false}"><nav class="nav"><a href="/" class="brand">${esc(shop.title)}</a>${each(links, ({ href, label }) => `<a href="${esc(href)}" class="${href === shop.path ? "link current" : "link"}">${esc(label)}</a>`)}<button type="button" data-on:click="$open = !($open)"><span data-text="$cart"></span></button></nav><aside class="cart" data-show="$open">Your cart</aside><main class="grid">${each(products, card)}</main><form class="form" data-on:submit="@post('/orders')">${each(fields, field)}<button type="submit" class="btn">Order</button></form></body></html>`

export const d = (): string =>
  `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Purchases</title></head><body><header class="header"><h1 class="header-title">${esc(`Hello ${buyer}`)}</h1><nav class="header-nav"><ul class="header-list"><li><a href="/">Home</a></li><li><a href="/about">About</a></li></ul></nav></header><main class="main"><h2 class="main-title">Purchases</h2><div class="purchases">${each(purchases, purchase)}</div></main><footer class="footer"><p>Thanks for your purchases</p></footer></body></html>`

export const e = (): string =>
  `<!doctype html><html><head><title>Fortunes</title></head><body><table><tbody><tr><th>id</th><th>message</th></tr>${each(fortunes, ({ id, message }) => `<tr><td>${id}</td><td>${esc(message)}</td></tr>`)}</tbody></table></body></html>`

export const f = (): string => `<div class="tiles">${each(tiles, tile)}</div>`
