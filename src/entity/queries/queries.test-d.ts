// Result types of queries, and queries that must not compile. Never run: `npm run typecheck` is the test.
import { z } from "zod"
import {
  type CountQuery,
  Entity,
  type KeysetPage,
  type NumberedPage,
  type Query,
  type QueryOf,
  ref,
  type Specification,
} from "../index.ts"

class Category extends Entity("Category", { name: z.string() }) {
  shout() {
    return this.name.toUpperCase()
  }
}
class Product extends Entity("Product", {
  name: z.string(),
  price: z.number().nullable().default(null),
  stock: z.int().default(0),
  big: z.bigint().default(0n),
  since: z.date().nullable().default(null),
  tags: z.array(z.string()).default([]),
  categoryId: z.string().nullable().default(null),
}) {
  loud() {
    return this.name
  }
}

const all = Product.all()
const keyset: KeysetPage<Product> = await all.page({ size: 20 })
const further: KeysetPage<Product> = await all.page({ size: 20, after: keyset.next })
const numbered: NumberedPage<Product> = await all.page({ size: 20, number: 2 })
const picked: { name: string; price: number | null }[] = await all.select("name", "price")
const distinct: { since: Date | null }[] = await all.select("since").distinct().orderBy("-since")
const sums: [number, bigint, number | null, Date | null, string | null] = [
  await all.sum("price"),
  await all.sum("big"),
  await all.avg("stock"),
  await all.max("since"),
  await all.min("name"),
]
const groups: {
  categoryId: string | null
  count: number
  worth: number
  last: Date | null
  mean: number | null
  big: bigint
}[] = await all
  .groupBy("categoryId", {
    count: true,
    worth: { sum: "price" },
    last: { max: "since" },
    mean: { avg: "price" },
    big: { sum: "big" },
  })
  .having(g => g.count.gt(1).and(g.last.isNotNull()))
  .orderBy("-worth")
const short: { name: string; stock: number; sum: number; min: number | null }[] = await all.groupBy(
  ["name", "stock"],
  {
    sum: "stock",
    min: "price",
  },
)
const pairs: [Product, Category][] = await Product.join(Category, (p, c) => p.categoryId.eq(c.id))
  .where((p, c) => p.price.gt(1).and(c.name.eq("Office")))
  .orderBy("right", "-name")
const [pair] = pairs
const loud: string | undefined = pair && pair[0].loud() + pair[1].shout()
const inStock: Specification = Product.spec(p => p.stock.gt(0))
const spec: Specification = inStock.and(Product.spec(p => p.price.lte(3)).not())
const bySql: Product[] =
  await Product.sql`select * from products where price > ${3} and name in ${["a"]}`
const made: Product = await Product.upsert({ name: "x" }, { by: ["name"] })
const touched: number = await Product.updateWhere({ stock: 0 }, { price: 3 })
const there: [boolean, boolean] = [await Product.exists("id"), await Product.exists({ stock: 3 })]
for await (const product of all.stream({ batchSize: 10 })) product.loud()
void [
  further,
  numbered,
  picked,
  distinct,
  sums,
  groups,
  short,
  loud,
  spec,
  bySql,
  made,
  touched,
  there,
  inStock.isSatisfiedBy(made),
]

// @ts-expect-error a page has a size
all.page({ after: "x" })
// @ts-expect-error the field is unknown
all.select("prise")
// @ts-expect-error a field that was not selected is not there
picked[0]?.stock
// @ts-expect-error text has no sum
void all.sum("name")
// @ts-expect-error dates have no average
void all.avg("since")
// @ts-expect-error JSON has no order
void all.max("tags")
// @ts-expect-error the field is unknown
all.groupBy("colour", { count: true })
// @ts-expect-error text has no sum
all.groupBy("name", { total: { sum: "name" } })
// @ts-expect-error the aggregate is unknown
all.groupBy("name", { total: { median: "price" } })
// @ts-expect-error the output is unknown
all.groupBy("name", { count: true }).having(g => g.total.gt(1))
// @ts-expect-error the output is unknown
all.groupBy("name", { count: true }).orderBy("total")
// @ts-expect-error the field is unknown on the other side
Product.join(Category, (p, c) => p.categoryId.eq(c.price))
// @ts-expect-error fields of different types are not compared
Product.join(Category, (p, c) => p.stock.eq(c.name))
// @ts-expect-error a field of the other side
Product.join(Category, (p, c) => p.categoryId.eq(c.id)).orderBy("right", "price")
// @ts-expect-error the value has the wrong type
void Product.updateWhere({ stock: 0 }, { price: "3" })
// @ts-expect-error an id is of one entity
void Product.updateWhere({ stock: 0 }, { id: "3" })
// @ts-expect-error nothing to write
void Product.updateWhere({ stock: 0 })
// @ts-expect-error a required field is missing
void Product.upsert({ price: 3 })
// @ts-expect-error the field is unknown
void Product.upsert({ name: "x" }, { by: "nmae" })
// @ts-expect-error the field is unknown
Product.spec(p => p.prise.gt(0))
// @ts-expect-error a statement is a template, not a text
void Product.sql("select * from products")
// @ts-expect-error an object is no value
Product.sql`select * from products where name = ${{ a: 1 }}`

// A query is named by the class, and by the type of its instances.
class Article extends Entity(
  "Article",
  { title: z.string(), authorId: ref("Author").nullable().default(null) },
  {
    timestamps: true,
    version: true,
    softDelete: true,
    index: ["createdAt", ["authorId", "createdAt"], "id"],
    unique: [["title", "deletedAt"]],
  },
) {
  get author() {
    return this.belongsTo(Author, "authorId")
  }
}
class Author extends Entity("Author", { name: z.string() }) {
  get articles() {
    return this.hasMany(Article, "authorId")
  }
}
function byAnn(articles: QueryOf<typeof Article>): QueryOf<typeof Article> {
  return articles.where(a => a.author.name.eq("Ann")).orderBy("-createdAt")
}
async function titles(articles: Query<Article>): Promise<readonly string[]> {
  const rows = await articles.where({ title: { contains: "x" } }).select("title", "createdAt")
  return rows.map(({ title }) => title)
}
const named: Article[] = await byAnn(byAnn(Article.all()).with("author"))
const ofAuthor: string[] = [
  ...(await titles(byAnn((await Author.require("1")).articles))),
  ...(await titles(Article.where())),
]
const counted: CountQuery<Article> = byAnn(Article.all()).count()
void [named, ofAuthor, counted]
// @ts-expect-error the field is unknown
byAnn(Article.all()).where(a => a.titel.eq("x"))
// @ts-expect-error the field is unknown
;(articles: Query<Article>) => articles.orderBy("titel")
// @ts-expect-error another class's query
void byAnn(Author.all())
Entity("Stamped", { n: z.int() }, { timestamps: true, index: [["n", "updatedAt"]] })
// @ts-expect-error there are no timestamps
Entity("Plain", { n: z.int() }, { index: ["createdAt"] })
// @ts-expect-error there is no version
Entity("Plain", { n: z.int() }, { timestamps: true, unique: [["n", "version"]] })
// A field of the class's own may have such a name where the library adds none.
Entity("Imported", { createdAt: z.string() }, { index: ["createdAt"] })
// @ts-expect-error the field is unknown
Entity("Plain", { n: z.int() }, { timestamps: true, index: ["creatdAt"] })
