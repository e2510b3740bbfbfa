// Conditions on relations and inside of JSON that must and must not compile. Never run: `npm run typecheck` is the test.
import { z } from "zod"
import { Entity, increment, type Query, ref, type Specification, type Where } from "../index.ts"

class Category extends Entity("Category", {
  name: z.string(),
  rank: z.int().default(0),
  parentId: ref("Category").nullable().default(null),
}) {
  get products() {
    return this.hasMany(Product, "categoryId")
  }
  get parent() {
    return this.belongsTo(Category, "parentId")
  }
  // Members without a type of their own that ask for the class they belong to: the types of relations must not need theirs.
  get cheap() {
    return Product.where(p => p.category.name.eq(this.name).and(p.price.lt(5)))
  }
  static top() {
    return this.where(c => c.parent.id.isNull())
  }
  siblings() {
    return Category.where({ parent: { id: this.parentId } }).orderBy("name")
  }
}

class Product extends Entity("Product", {
  name: z.string(),
  price: z.number(),
  stock: z.int().default(0),
  sold: z.bigint().default(0n),
  attributes: z
    .object({
      color: z.object({ name: z.string(), rgb: z.array(z.int()) }).optional(),
      tags: z.array(z.string()),
      weight: z.number().nullable(),
    })
    .nullable()
    .default(null),
  anything: z.json().nullable().default(null),
  unknown: z.unknown(),
  categoryId: ref("Category").nullable().default(null),
}) {
  get category() {
    return this.belongsTo(Category, "categoryId")
  }
  get tags() {
    return this.manyToMany(Tag, { through: ProductTag })
  }
  get manual() {
    return this.hasOne(Manual, "productId")
  }
  get label() {
    return this.name
  }
}
class Tag extends Entity("Tag", { name: z.string() }) {}
class ProductTag extends Entity("ProductTag", { productId: ref("Product"), tagId: ref("Tag") }) {}
class Manual extends Entity("Manual", { productId: ref("Product"), pages: z.int() }) {}

// Relations to one are their target's fields, at any depth; relations to many say which targets.
const one: Product[] = await Product.where(p =>
  p.category.name.eq("Office").and(p.category.parent.name.ne("All")),
)
const many: Category[] = await Category.where(c =>
  c.products.some(p => p.price.gt(100).and(p.manual.pages.lt(5))),
)
const none: Query<Category> = Category.where(c =>
  c.products.none().or(c.products.every({ price: { gt: 1 } })),
)
const tagged: Product[] = await Product.where(p => p.tags.some(t => t.name.in(["red"])))
const objects: Product[] = await Product.where({
  category: { name: "Office", parent: null },
  tags: { some: { name: "red" } },
})
const filtered: Product[] = await Product.filter(
  { category: { name: { startsWith: "O" } } },
  { orderBy: "-price" },
)
const spec: Specification = Product.spec(p => p.category.name.eq("Office"))
const gone: number = await Product.deleteWhere(p => p.category.name.eq("Office"))
const cheap: Product[] = await (await Category.require("1")).cheap
const top: Query<Category> = Category.top()
// A condition as a value: without the class it knows fields alone, and fits still.
const where: Where<{ name: string }> = { name: "Desk" }
const byValue: Product[] = await Product.where({ name: "Desk" }).where(where as never)

Product.where(p =>
  p.category.name
    // @ts-expect-error a text is no number
    .eq(1),
)
// @ts-expect-error no such field of a category
Product.where(p => p.category.nmae.eq("Office"))
// @ts-expect-error no such relation
Product.where(p => p.categry.name.eq("Office"))
// @ts-expect-error a computed property, and no relation
Product.where(p => p.label.eq("Desk"))
// @ts-expect-error a relation to many has no fields
Category.where(c => c.products.price.gt(1))
// @ts-expect-error no such field of a product
Category.where(c => c.products.some(p => p.prise.gt(1)))
// @ts-expect-error every one of what?
Category.where(c => c.products.every())
// @ts-expect-error no such field of a category
Product.where({ category: { nmae: "Office" } })
// @ts-expect-error which of the tags?
Product.where({ tags: { name: "red" } })
// @ts-expect-error no such relation
Product.filter({ categry: { name: "Office" } })

// Inside of JSON, by what its schema says.
const json: Product[] = await Product.where(p =>
  p.attributes
    .path("color", "name")
    .eq("red")
    .and(p.attributes.path("color", "rgb", 0).gt(5))
    .and(p.attributes.path("tags").path(0).startsWith("a"))
    .and(p.attributes.path("weight").isNull()),
)
const free: Product[] = await Product.where(p =>
  p.anything.path("a", 0, "b").eq(true).or(p.unknown.path("x").lt("y")),
)
const byObject: Product[] = await Product.where({
  attributes: { path: ["color", "name"], in: ["red", null] },
})
// @ts-expect-error no such key
Product.where(p => p.attributes.path("colour", "name").eq("red"))
// @ts-expect-error no such key of the color
Product.where(p => p.attributes.path("color", "nmae").eq("red"))
// @ts-expect-error a position in a list is a number
Product.where(p => p.attributes.path("tags", "first").eq("red"))
// @ts-expect-error the name is a text
Product.where(p => p.attributes.path("color", "name").eq(1))
// @ts-expect-error an object equals no value
Product.where(p => p.attributes.path("color").eq("red"))
// @ts-expect-error true has no order
Product.where(p => p.anything.path("a").lt(true))
// @ts-expect-error a text has nothing inside
Product.where(p => p.name.path("a").eq("b"))

// Pairs, also without a partner.
const pairs: [Product, Category | undefined][] = await Product.leftJoin(Category, (p, c) =>
  p.categoryId.eq(c.id),
)
  .where((p, c) =>
    c.name
      .isNull()
      .or(c.parent.name.eq("All"))
      .or(p.tags.some({ name: "red" })),
  )
  .orderBy("right", "name")
// @ts-expect-error the category may be missing
pairs[0]?.[1].name

const added: number = await Product.updateWhere(
  { id: "1" },
  { stock: increment(-1), price: increment(0.5), sold: increment(2n), name: "x" },
)
// @ts-expect-error a text cannot be incremented
void Product.updateWhere({ id: "1" }, { name: increment(1) })
// @ts-expect-error a bigint is incremented by a bigint
void Product.updateWhere({ id: "1" }, { sold: increment(1) })

// The targets of a manyToMany are a query.
const product = await Product.require("1")
const red: Tag[] = await product.tags
  .where(t => t.name.eq("red"))
  .orderBy("-name")
  .limit(3)
const count: number = await product.tags.count()
const page = await product.tags.page({ size: 5 })
// @ts-expect-error no such field
product.tags.where(t => t.nmae.eq("red"))

export const used: unknown[] = [
  one,
  many,
  none,
  tagged,
  objects,
  filtered,
  spec,
  gone,
  cheap,
  top,
  byValue,
  json,
  free,
  byObject,
]
export const more: unknown[] = [pairs, added, red, count, page]
