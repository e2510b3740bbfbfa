// What the pages of the html bench show. The same on every run; about one text in ten needs escaping, as in real data.

export interface Action {
  readonly id: string
  readonly kind: string
  readonly label: string
}
export interface Row {
  readonly id: number
  readonly name: string
  readonly city: string
  readonly amount: string
}
export interface Product {
  readonly id: number
  readonly name: string
  readonly slug: string
  readonly image: string
  readonly description: string
  readonly price: string
  readonly before: string | undefined
  readonly tags: readonly string[]
}
export interface Field {
  readonly name: string
  readonly type: string
  readonly label: string
  readonly placeholder: string
  readonly required: boolean
}
export interface Purchase {
  readonly name: string
  readonly price: number
  readonly quantity: number
}
export interface Fortune {
  readonly id: number
  readonly message: string
}
export interface Tile {
  readonly left: string
  readonly top: string
}

const words =
  "oak pine birch maple cedar ash elm larch willow alder hazel rowan beech holly linden".split(" ")
const word = (i: number): string => words[i % words.length] as string
const list = <T>(count: number, make: (i: number) => T): readonly T[] =>
  Array.from({ length: count }, (_, i) => make(i))
const special = (i: number, text: string): string =>
  i % 10 === 3 ? `${text} & <${word(i)}>` : text

export const actions: readonly Action[] = list(1000, i => ({
  id: `action-${i}`,
  kind: i % 3 === 0 ? "btn btn-primary" : "btn",
  label: special(i, `Save ${word(i)}`),
}))

export const rows: readonly Row[] = list(1000, i => ({
  id: i + 1,
  name: special(i, `${word(i)} ${word(i * 7)}`),
  city: `${word(i * 3)} town`,
  amount: `${(i * 37) % 1000}.${String(i % 100).padStart(2, "0")}`,
}))

export const shop = { title: "Wood & Wonder", path: "/tables" }

export const links: readonly { readonly href: string; readonly label: string }[] = list(8, i => ({
  href: i === 2 ? shop.path : `/category/${word(i)}`,
  label: special(i, `All of ${word(i)}`),
}))

export const products: readonly Product[] = list(50, i => ({
  id: i + 1,
  name: special(i, `Chair of ${word(i)}`),
  slug: `chair-of-${word(i)}-${i}`,
  image: `/images/${word(i)}-${i}.webp`,
  description: `A chair made of ${word(i)} and ${word(i + 4)}, dried for ${(i % 7) + 2} years; "solid", they say, and oiled by hand.`,
  price: `${i * 13 + 49}.00`,
  before: i % 4 === 0 ? `${i * 15 + 59}.00` : undefined,
  tags: list((i % 3) + 1, n => word(i + n)),
}))

export const fields: readonly Field[] = list(10, i => ({
  name: `${word(i)}Field`,
  type: i % 3 === 0 ? "email" : "text",
  label: `Your ${word(i)}`,
  placeholder: special(i, `such as ${word(i + 5)}`),
  required: i % 2 === 0,
}))

export const buyer = "Ann O'Neill"

export const purchases: readonly Purchase[] = list(1000, i => ({
  name: special(i, `Purchase ${i} of ${word(i)}`),
  price: (i * 7) % 300,
  quantity: (i % 9) + 1,
}))

export const fortunes: readonly Fortune[] = [
  {
    id: 11,
    message: '<script>alert("This should not be displayed in a browser alert box.");</script>',
  },
  { id: 4, message: "A bad random number generator: 1, 1, 1, 1, 1, 4.33e+67, 1, 1, 1" },
  { id: 5, message: "A computer program does what you tell it to do, not what you want it to do." },
  { id: 2, message: "A computer scientist is someone who fixes things that aren't broken." },
  { id: 8, message: "A list is only as strong as its weakest link." },
  { id: 0, message: "Additional fortune added at request time." },
  { id: 3, message: "After enough decimal places, nobody gives a damn." },
  { id: 7, message: "Any program that runs right is obsolete." },
  { id: 10, message: "Computers make very fast, very accurate mistakes." },
  { id: 6, message: "Emacs is a nice operating system, but I prefer UNIX." },
  { id: 9, message: "Feature: A bug with seniority." },
  { id: 1, message: "fortune: No such file or directory" },
  { id: 12, message: "フレームワークのベンチマーク" },
]

export const tiles: readonly Tile[] = list(2400, i => ({
  left: `${(480 + Math.cos(i / 10) * i * 0.15).toFixed(2)}px`,
  top: `${(480 + Math.sin(i / 10) * i * 0.15).toFixed(2)}px`,
}))
