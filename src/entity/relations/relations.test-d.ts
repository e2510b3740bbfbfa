// Relations that must and must not compile. Never run: `npm run typecheck` is the test.
import { z } from "zod"
import { Entity, type EntityInstance, type Query, ref } from "../index.ts"

class Category extends Entity("Category", {
  name: z.string(),
  parentId: ref("Category").nullable().default(null),
}) {
  get products() {
    return this.hasMany(Product, "categoryId")
  }
  get parent() {
    return this.belongsTo(Category, "parentId")
  }
  get children() {
    return this.hasMany(Category, "parentId")
  }
}

class Product extends Entity("Product", {
  name: z.string(),
  price: z.number(),
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

class Tag extends Entity("Tag", { name: z.string() }) {
  get products() {
    return this.manyToMany(Product, {
      through: ProductTag,
      from: "tagId",
      to: "productId",
    })
  }
}
class ProductTag extends Entity("ProductTag", {
  productId: ref("Product"),
  tagId: ref("Tag"),
}) {}
class Manual extends Entity("Manual", {
  productId: ref("Product"),
  pages: z.int(),
}) {
  get byPages() {
    // @ts-expect-error not a text field, so it holds no id
    return this.belongsTo(Product, "pages")
  }
}

const product = await Product.require("1")
// Awaiting gives the target's class, or undefined where there is none.
const category: Category | undefined = await product.category
const products: Product[] = category ? await category.products : []
const parent: Category | undefined = await category?.parent
const manual: Manual | undefined = await product.manual
const tags: Tag[] = await product.tags
const back: Product[] = tags[0] ? await tags[0].products : []
const loaded: Category | undefined = product.category.loaded
await product.tags.add(...tags)

// The targets of a hasMany are a query, which knows their fields.
if (category) {
  const cheap: Product[] = await category.products
    .where(p => p.price.lt(5))
    .orderBy("-price")
    .limit(3)
  const query: Query<Product> = category.products.where({ name: "Desk" })
  const created: Product = await category.products.create({
    name: "Desk",
    price: 1,
  })
  // @ts-expect-error the price is missing
  await category.products.create({ name: "Desk" })
  // @ts-expect-error no such field
  await category.products.where(p => p.size.eq("s"))
  void [cheap, query, created]
}

// Paths of relations, at any depth.
const eager: Product[] = await Product.where(p => p.price.gt(1))
  .with("category", "tags")
  .with("category.parent.products")
  .limit(2)
const more: Category[] = await Category.all()
  .with("children.children", "products.manual")
  .orderBy("name")
// @ts-expect-error misspelt
Product.all().with("categry")
// @ts-expect-error a field, and no relation
Product.all().with("name")
// @ts-expect-error a computed property, and no relation
Product.all().with("label")
// @ts-expect-error a category has no manual
Product.all().with("category.manual")
// @ts-expect-error one of two is misspelt
Product.all().with("category", "tag")

// Any entity is an EntityInstance still.
const any: EntityInstance = product
const anyQuery: Query = Product.all() as unknown as Query

export class Wrong extends Entity("Wrong", { productId: ref("Product") }) {
  get product() {
    // @ts-expect-error no such field of this entity
    return this.belongsTo(Product, "product")
  }
  get products() {
    // @ts-expect-error no such field of the target
    return this.hasMany(Product, "wrongId")
  }
  get tags() {
    // @ts-expect-error no such field of the class between
    return this.manyToMany(Tag, { through: ProductTag, from: "wrongId" })
  }
}

export const used: unknown[] = [products, parent, manual, back, loaded, eager, more, any, anyQuery]
