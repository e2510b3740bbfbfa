// typeorm on libsql, through its driver for better-sqlite3.
import { DataSource, EntitySchema } from "typeorm"
import {
  type Category,
  categories,
  firstProducts,
  listed,
  newProduct,
  newProducts,
  type Product,
  type Side,
} from "../support/products.ts"
import { libsql } from "./sql-raw.ts"

const categorySchema = new EntitySchema<Category>({
  name: "Category",
  tableName: "categories",
  columns: { id: { type: "text", primary: true }, name: { type: "text" } },
})
const productSchema = new EntitySchema<Product & { category?: Category }>({
  name: "Product",
  tableName: "products",
  columns: {
    id: { type: "text", primary: true },
    name: { type: "text" },
    description: { type: "text" },
    price: { type: "real" },
    stock: { type: "integer" },
    active: { type: "boolean" },
    tags: { type: "simple-json" },
    categoryId: { type: "text", name: "category_id", nullable: true },
    createdAt: { type: "datetime", name: "created_at" },
    updatedAt: { type: "datetime", name: "updated_at" },
  },
  relations: {
    category: {
      type: "many-to-one",
      target: "Category",
      joinColumn: { name: "category_id" },
      nullable: true,
    },
  },
  indices: [{ columns: ["price"] }, { columns: ["categoryId"] }],
})

export async function typeormSqlite(): Promise<Side> {
  const source = new DataSource({
    type: "better-sqlite3",
    database: ":memory:",
    driver: libsql,
    entities: [categorySchema, productSchema],
    synchronize: true,
    enableWAL: false,
  } as never)
  await source.initialize()
  const products = source.getRepository(productSchema)
  await source.getRepository(categorySchema).insert([...categories])
  for (const some of firstProducts()) await products.insert(some)
  const query = (price: number) =>
    products
      .createQueryBuilder("p")
      .where("p.price > :price and p.active = :active", { price, active: 1 })
      .orderBy("p.price")
      .addOrderBy("p.id")
      .limit(listed)
  return {
    get: id => products.findOneBy({ id }),
    insert: i => products.insert(newProduct(i)),
    async update(id, price) {
      const product = (await products.findOneBy({ id })) as Product
      product.price = price
      product.stock = price % 40
      product.updatedAt = new Date()
      return products.save(product)
    },
    async remove(i) {
      const product = newProduct(i)
      await products.insert(product)
      return products.delete({ id: product.id })
    },
    list: price => query(price).getMany(),
    eager: price => query(price).leftJoinAndSelect("p.category", "c").getMany(),
    count: () => products.countBy({ active: true }),
    insertMany: i => source.transaction(manager => manager.insert(productSchema, newProducts(i))),
    close: () => source.destroy(),
  }
}
