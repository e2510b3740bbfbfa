// The same pages for @kitajs/html, which escapes the children of an element only when it says `safe`.
import { addToCart, cartSize, isOpen, order, signals, toggleCart } from "#expressions"
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

const Button = ({ action }) => (
  <button type="button" class={action.kind} data-id={action.id} safe>
    {action.label}
  </button>
)

const Row = ({ row }) => (
  <tr>
    <td>{row.id}</td>
    <td safe>{row.name}</td>
    <td safe>{row.city}</td>
    <td safe>{row.amount}</td>
  </tr>
)

const Card = ({ product }) => (
  <article class="card" id={`product-${product.id}`}>
    <a href={`/products/${product.slug}`}>
      <img src={product.image} alt={product.name} width="240" height="160" loading="lazy" />
    </a>
    <h2 class="card-title" safe>
      {product.name}
    </h2>
    <p class="card-text" safe>
      {product.description}
    </p>
    <p class="card-price">
      <span safe>{product.price}</span>
      {product.before === undefined ? null : <del safe>{product.before}</del>}
    </p>
    <ul class="tags">
      {product.tags.map(tag => (
        <li class="tag" safe>
          {tag}
        </li>
      ))}
    </ul>
    <button type="button" class="btn btn-primary" data-on:click={addToCart(product.id)}>
      Add to cart
    </button>
  </article>
)

const Field = ({ field }) => (
  <label class="field">
    <span safe>{field.label}</span>
    <input
      type={field.type}
      name={field.name}
      placeholder={field.placeholder}
      required={field.required}
      data-bind={field.name}
    />
  </label>
)

const Purchase = ({ purchase }) => (
  <div class="purchase purchase-card">
    <div class="purchase-name" safe>
      {purchase.name}
    </div>
    <div class="purchase-price">{purchase.price}</div>
    <div class="purchase-quantity">{purchase.quantity}</div>
  </div>
)

const Shop = () => (
  <html lang="en">
    <head>
      <meta charset="utf-8" />
      <title safe>{shop.title}</title>
      <link rel="stylesheet" href="/shop.css" />
    </head>
    <body data-signals={signals}>
      <nav class="nav">
        <a href="/" class="brand" safe>
          {shop.title}
        </a>
        {links.map(link => (
          <a href={link.href} class={link.href === shop.path ? "link current" : "link"} safe>
            {link.label}
          </a>
        ))}
        <button type="button" data-on:click={toggleCart}>
          <span data-text={cartSize}></span>
        </button>
      </nav>
      <aside class="cart" data-show={isOpen}>
        Your cart
      </aside>
      <main class="grid">
        {products.map(product => (
          <Card product={product} />
        ))}
      </main>
      <form class="form" data-on:submit={order}>
        {fields.map(field => (
          <Field field={field} />
        ))}
        <button type="submit" class="btn">
          Order
        </button>
      </form>
    </body>
  </html>
)

const Purchases = () => (
  <html lang="en">
    <head>
      <meta charset="utf-8" />
      <title>Purchases</title>
    </head>
    <body>
      <header class="header">
        <h1 class="header-title" safe>{`Hello ${buyer}`}</h1>
        <nav class="header-nav">
          <ul class="header-list">
            <li>
              <a href="/">Home</a>
            </li>
            <li>
              <a href="/about">About</a>
            </li>
          </ul>
        </nav>
      </header>
      <main class="main">
        <h2 class="main-title">Purchases</h2>
        <div class="purchases">
          {purchases.map(purchase => (
            <Purchase purchase={purchase} />
          ))}
        </div>
      </main>
      <footer class="footer">
        <p>Thanks for your purchases</p>
      </footer>
    </body>
  </html>
)

const Fortunes = () => (
  // biome-ignore lint/a11y/useHtmlLang: the page as TechEmpower has it
  <html>
    <head>
      <title>Fortunes</title>
    </head>
    <body>
      <table>
        <tbody>
          <tr>
            <th>id</th>
            <th>message</th>
          </tr>
          {fortunes.map(fortune => (
            <tr>
              <td>{fortune.id}</td>
              <td safe>{fortune.message}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </body>
  </html>
)

export const a = i => <Button action={actions[i % actions.length]} />

export const b = () => (
  <table>
    <tbody>
      {rows.map(row => (
        <Row row={row} />
      ))}
    </tbody>
  </table>
)

export const c = () => <Shop />

export const d = () => <Purchases />

export const e = () => <Fortunes />

export const f = () => (
  <div class="tiles">
    {tiles.map(tile => (
      <div class="tile" style={{ left: tile.left, top: tile.top }}></div>
    ))}
  </div>
)
