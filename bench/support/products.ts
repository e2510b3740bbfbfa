// What every side of the bench `sql` stores and asks for: products with their categories, the same values everywhere.

export const rows = 10_000
export const listed = 100
export const bulk = 1000

export interface Category {
  readonly id: string
  readonly name: string
}

export interface Product {
  id: string
  name: string
  description: string
  price: number
  stock: number
  active: boolean
  tags: string[]
  categoryId: string | null
  createdAt: Date
  updatedAt: Date
}

/** What a side can do. The table holds `rows` products when a case begins. Anything may be a promise. */
export interface Side {
  get(id: string): unknown
  insert(i: number): unknown
  /** Load, change, save. */
  update(id: string, price: number): unknown
  /** An insert, and the delete of that row. */
  remove(i: number): unknown
  /** `listed` products by a condition and an order. */
  list(price: number): unknown
  /** The same, each with its category. */
  eager(price: number): unknown
  count(): unknown
  /** `bulk` products in a transaction. */
  insertMany(i: number): unknown
  close(): unknown
}

export const categories: readonly Category[] = Array.from({ length: 20 }, (_, i) => ({
  id: `category${i}`,
  name: `Category ${i}`,
}))

export const valuesAt = (i: number): Omit<Product, "id" | "createdAt" | "updatedAt"> => ({
  name: `Product ${i}`,
  description: "A thing of a useful size, in a colour that goes with everything",
  price: (i * 7919) % 10_000,
  stock: i % 50,
  active: i % 10 !== 0,
  tags: ["new", `tag${i % 7}`],
  categoryId: i % 3 === 0 ? null : `category${i % 20}`,
})

const idOf = (n: number): string => `01900000-0000-7000-8000-${n.toString(16).padStart(12, "0")}`
let made = 0

/** Ids grow, as ours do by themselves. */
export function newProduct(i: number): Product {
  const now = new Date()
  return { id: idOf(made++), ...valuesAt(i), createdAt: now, updatedAt: now }
}

export function newProducts(i: number): Product[] {
  return Array.from({ length: bulk }, () => newProduct(i))
}

/** The id of one of the rows that were there at first. */
export function idAt(i: number): string {
  return idOf((i * 7919) % rows)
}

/** What a table is filled with, `bulk` at a time. */
export function* firstProducts(): Generator<Product[]> {
  made = 0
  for (let i = 0; i < rows; i += bulk)
    yield Array.from({ length: bulk }, (_, n) => newProduct(i + n))
}
