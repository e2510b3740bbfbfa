// Our side of the bench `sql`: entities of a store.
import { Entity, ref, type Store } from "nitro-ts/entity"
import { z } from "zod"
import { bulk, categories, firstProducts, listed, type Side, valuesAt } from "./products.ts"

/** Validation, a hook and a listener switched on, as an application has them. */
export async function entities(store: Store): Promise<Side> {
  class Category extends Entity("Category", { name: z.string().min(1) }) {
    static store = store
  }
  class Product extends Entity(
    "Product",
    {
      name: z.string().min(1).max(120),
      description: z.string(),
      price: z.number().nonnegative(),
      stock: z.int().default(0),
      active: z.boolean().default(true),
      tags: z.array(z.string()).default([]),
      categoryId: ref("Category").nullable().default(null),
    },
    { index: ["price"], timestamps: true },
  ) {
    static store = store
    get category() {
      return this.belongsTo(Category, "categoryId")
    }
    beforeSave(): void {
      if (this.stock > 1_000_000) throw new RangeError("Nobody has that many.")
    }
  }
  let heard = 0
  Product.observe(change => {
    heard += change.changed.length
  })
  await Category.createMany([...categories])
  for (const products of firstProducts()) await Product.createMany(products)
  const found = (price: number) =>
    Product.where(p => p.price.gt(price).and(p.active.eq(true)))
      .orderBy("price")
      .limit(listed)
  return {
    get: id => Product.get(id),
    insert: i => Product.create(valuesAt(i)),
    async update(id, price) {
      const product = await Product.require(id)
      product.price = price
      product.stock = price % 40
      return product.save()
    },
    async remove(i) {
      const product = await Product.create(valuesAt(i))
      return product.delete()
    },
    // A query is read when it is awaited, and the loop awaits promises alone.
    list: async price => await found(price),
    eager: async price => await found(price).with("category"),
    count: async () => await Product.count({ active: true }),
    insertMany: i => Product.createMany(Array.from({ length: bulk }, () => valuesAt(i))),
    close: () => (heard > 0 ? store.close() : Promise.reject(new Error("No listener was called."))),
  }
}
