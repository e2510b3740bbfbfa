// Entities that must and must not compile. Never run: `npm run typecheck` is the test.
import { z } from "zod"
import {
  type Change,
  Entity,
  type EntityClass,
  type EntityInstance,
  memory,
  type Query,
  ref,
  unitOfWork,
} from "./index.ts"
import { isEntity } from "./internal.ts"
import { matches } from "./store.ts"

class Category extends Entity("Category", { name: z.string() }) {}
class Product extends Entity(
  "Product",
  {
    name: z.string().min(1),
    price: z.number(),
    stock: z.int().default(0),
    active: z.boolean().default(true),
    tags: z.array(z.string()).default([]),
    size: z.enum(["s", "m"]).default("s"),
    since: z.date().nullable().default(null),
    note: z.string().optional(),
    categoryId: ref("Category").nullable().default(null),
  },
  {
    unique: ["name", ["categoryId", "size"]],
    index: ["price"],
    guarded: ["price"],
    timestamps: true,
    version: true,
  },
) {
  static store = memory()
  #calls = 0
  get total() {
    return this.price * this.stock * this.#calls
  }
  restock(amount: number) {
    this.stock += amount
    this.#calls++
    return this.save()
  }
}

// The class is its own type: statics and queries give it, fields have the types of their schemas.
const product: Product = await Product.create({ name: "Desk", price: 9 })
const saved: Product = await product.restock(3)
const found: Product | undefined = await Product.get("1")
const list: Product[] = await Product.where(p => p.price.lt(10).and(p.stock.gt(0)))
  .orderBy("price", "desc")
  .orderBy("-name")
  .limit(5)
const sum: number = list.map(({ total }) => total).length + (await Product.count())
const [size, since, note, version, created]: [
  "s" | "m",
  Date | null,
  string | undefined,
  number,
  Date,
] = [product.size, product.since, product.note, product.version, product.createdAt]
const fromTo: { readonly from: number | undefined; readonly to: number } | undefined =
  product.changes.price
const json: { price: number; since: Date | null } = product.toJSON()
const classes: EntityClass[] = [Product, Category]
const instances: EntityInstance[] = [product, new Category({ name: "x" })]
const loose: Query<Product> = Product.where()
const result: number = await unitOfWork(async () => 5)
Product.observe((change: Change<Product>) => change.after?.restock(1))
new Product({ name: "x", price: 1, id: "mine", createdAt: new Date(), size: "m" })
;new (class extends Entity("Empty", { n: z.int().default(0) }) {})()
Product.where({
  price: { gte: 1, lt: 9 },
  stock: [1, 2],
  since: null,
  name: { contains: "x" },
  tags: { isNull: true },
})
Product.where(p =>
  p.price
    .gt(p.stock)
    .or(p.size.in(["s"]))
    .or(p.since.between(created, created))
    .or(p.note.isNull()),
)
await product.update({ name: "x", note: undefined, version })
if (isEntity(found)) matches(undefined, found)
void [saved, sum, size, since, note, fromTo, json, classes, instances, loose, result]

// @ts-expect-error a required field is missing
void Product.create({ name: "x" })
// @ts-expect-error a required field is missing
new Product({ price: 1 })
// @ts-expect-error nothing at all is given
new Product()
// @ts-expect-error the value has the wrong type
void Product.create({ name: "x", price: "1" })
// @ts-expect-error the field is unknown
void Product.create({ name: "x", price: 1, colour: "red" })
// @ts-expect-error the value is none of the enum
void Product.create({ name: "x", price: 1, size: "xl" })
// @ts-expect-error the library keeps the version
void Product.create({ name: "x", price: 1, version: 5 })
// @ts-expect-error the field is unknown
product.update({ colour: "red" })
// @ts-expect-error the value has the wrong type
product.update({ price: "1" })
// @ts-expect-error the value has the wrong type
product.price = "1"
// @ts-expect-error the field is unknown
product.colour
// @ts-expect-error the id cannot be assigned
product.id = "x"
// @ts-expect-error the library keeps the version
product.version = 5
// @ts-expect-error the library keeps timestamps
product.createdAt = new Date()
// @ts-expect-error the option timestamps is off
new Category({ name: "x" }).createdAt

// @ts-expect-error the field is unknown
Product.where(p => p.prise.lt(10))
// @ts-expect-error the value has the wrong type
Product.where(p => p.price.lt("10"))
// @ts-expect-error booleans have no order
Product.where(p => p.active.lt(true))
// @ts-expect-error numbers contain no text
Product.where(p => p.price.contains("1"))
// @ts-expect-error JSON can only be compared with null
Product.where(p => p.tags.eq(["a"]))
// @ts-expect-error the value is none of the enum
Product.where(p => p.size.eq("xl"))
// @ts-expect-error fields of different types are not compared
Product.where(p => p.price.eq(p.name))
// @ts-expect-error a list of the wrong type
Product.where(p => p.stock.in(["1"]))
// @ts-expect-error a boolean is no condition
Product.where(p => p.active === true)
// @ts-expect-error the field is unknown
Product.where({ prise: 1 })
// @ts-expect-error the value has the wrong type
Product.where({ active: "yes" })
// @ts-expect-error the operator is unknown
Product.where({ price: { less: 1 } })
// @ts-expect-error booleans have no order
Product.where({ active: { lt: true } })
// @ts-expect-error the field is unknown
Product.filter({ prise: 1 })
// @ts-expect-error the field is unknown
Product.filter({}, { orderBy: "prise" })
// @ts-expect-error the field is unknown
Product.all().orderBy("prise")
// @ts-expect-error JSON has no order
Product.all().orderBy("tags")
// @ts-expect-error the direction is none
Product.all().orderBy("price", "up")
// @ts-expect-error numbers are not searched for text
Product.search("x", { fields: ["price"] })
// @ts-expect-error deleting needs a condition
void Product.deleteWhere()

// @ts-expect-error options name an unknown field
Entity("A", { name: z.string() }, { unique: ["nmae"] })
// @ts-expect-error options name an unknown field
Entity("A", { name: z.string() }, { index: [["name", "other"]] })
// @ts-expect-error options name an unknown field
Entity("A", { name: z.string() }, { guarded: ["other"] })
// @ts-expect-error an unknown option
Entity("A", { name: z.string() }, { timestamp: true })
// @ts-expect-error a field is no schema
Entity("A", { name: "string" })

class Redeclared extends Entity("Redeclared", { name: z.string() }) {
  // @ts-expect-error a field with another type
  name = 5
}
void Redeclared
