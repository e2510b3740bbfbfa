// The same pages for eta: `<%=` escapes.
import { Eta } from "eta"
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

const templates = {
  a: `<button type="button" class="<%= it.kind %>" data-id="<%= it.id %>"><%= it.label %></button>`,
  b: `<table><tbody><% for (const row of it.rows) { %><tr><td><%= row.id %></td><td><%= row.name %></td><td><%= row.city %></td><td><%= row.amount %></td></tr><% } %></tbody></table>`,
  c: `<!doctype html><html lang="en"><head><meta charset="utf-8"><title><%= it.shop.title %></title><link rel="stylesheet" href="/shop.css"></head><body data-signals="{cart: 0, open: false}"><nav class="nav"><a href="/" class="brand"><%= it.shop.title %></a><% for (const link of it.links) { %><a href="<%= link.href %>" class="<%= link.href === it.shop.path ? "link current" : "link" %>"><%= link.label %></a><% } %><button type="button" data-on:click="$open = !($open)"><span data-text="$cart"></span></button></nav><aside class="cart" data-show="$open">Your cart</aside><main class="grid"><% for (const p of it.products) { %><article class="card" id="product-<%= p.id %>"><a href="/products/<%= p.slug %>"><img src="<%= p.image %>" alt="<%= p.name %>" width="240" height="160" loading="lazy"></a><h2 class="card-title"><%= p.name %></h2><p class="card-text"><%= p.description %></p><p class="card-price"><span><%= p.price %></span><% if (p.before !== undefined) { %><del><%= p.before %></del><% } %></p><ul class="tags"><% for (const tag of p.tags) { %><li class="tag"><%= tag %></li><% } %></ul><button type="button" class="btn btn-primary" data-on:click="@post('/cart/<%= p.id %>')">Add to cart</button></article><% } %></main><form class="form" data-on:submit="@post('/orders')"><% for (const f of it.fields) { %><label class="field"><span><%= f.label %></span><input type="<%= f.type %>" name="<%= f.name %>" placeholder="<%= f.placeholder %>"<%= f.required ? " required" : "" %> data-bind="<%= f.name %>"></label><% } %><button type="submit" class="btn">Order</button></form></body></html>`,
  d: `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Purchases</title></head><body><header class="header"><h1 class="header-title"><%= "Hello " + it.buyer %></h1><nav class="header-nav"><ul class="header-list"><li><a href="/">Home</a></li><li><a href="/about">About</a></li></ul></nav></header><main class="main"><h2 class="main-title">Purchases</h2><div class="purchases"><% for (const p of it.purchases) { %><div class="purchase purchase-card"><div class="purchase-name"><%= p.name %></div><div class="purchase-price"><%= p.price %></div><div class="purchase-quantity"><%= p.quantity %></div></div><% } %></div></main><footer class="footer"><p>Thanks for your purchases</p></footer></body></html>`,
  e: `<!doctype html><html><head><title>Fortunes</title></head><body><table><tbody><tr><th>id</th><th>message</th></tr><% for (const fortune of it.fortunes) { %><tr><td><%= fortune.id %></td><td><%= fortune.message %></td></tr><% } %></tbody></table></body></html>`,
  f: `<div class="tiles"><% for (const tile of it.tiles) { %><div class="tile" style="left:<%= tile.left %>;top:<%= tile.top %>"></div><% } %></div>`,
}

const eta = new Eta({ autoTrim: false })
for (const [name, template] of Object.entries(templates)) eta.loadTemplate(`@${name}`, template)

export const a = (i: number): string => eta.render("@a", actions[i % actions.length] as object)
export const b = (): string => eta.render("@b", { rows })
export const c = (): string => eta.render("@c", { shop, links, products, fields })
export const d = (): string => eta.render("@d", { buyer, purchases })
export const e = (): string => eta.render("@e", { fortunes })
export const f = (): string => eta.render("@f", { tiles })
