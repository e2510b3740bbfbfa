// Random rows, conditions on relations and JSON, orders and windows: every store gives what a slow and literal reading gives.
import fc from "fast-check"
import {
  type Condition,
  Entity,
  type EntityClass,
  memory,
  ref,
  type Store,
  withStores,
} from "nitro-ts/entity"
import { postgres } from "nitro-ts/postgres"
import { sqlite } from "nitro-ts/sqlite"
import { afterAll, describe, expect, it } from "vitest"
import { z } from "zod"
import { MapStore } from "./support/map-store.ts"
import { postgresMissing, testDatabase } from "./support/postgres.ts"

class Category extends Entity("Category", {
  name: z.string(),
  rank: z.int().nullable(),
  since: z.date().nullable(),
  parentId: ref("Category").nullable(),
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
  price: z.number().nullable(),
  data: z.json().nullable(),
  categoryId: ref("Category").nullable(),
}) {
  get category() {
    return this.belongsTo(Category, "categoryId")
  }
  get tags() {
    return this.manyToMany(Tag, { through: ProductTag })
  }
  get manuals() {
    return this.hasMany(Manual, "productId")
  }
  get manual() {
    return this.hasOne(Manual, "productId")
  }
}
class Tag extends Entity("Tag", { name: z.string() }, { softDelete: true }) {
  get products() {
    return this.manyToMany(Product, { through: ProductTag })
  }
}
class ProductTag extends Entity("ProductTag", { productId: ref("Product"), tagId: ref("Tag") }) {}
class Manual extends Entity("Manual", { pages: z.int(), productId: ref("Product") }) {}

type Row = Readonly<Record<string, unknown>> & { readonly id: string }
interface World {
  readonly categories: readonly Row[]
  readonly products: readonly Row[]
  readonly tags: readonly Row[]
  readonly links: readonly Row[]
  readonly manuals: readonly Row[]
}

const text = fc.constantFrom(
  "",
  "a",
  "A",
  "ab",
  "B%",
  "_",
  "é",
  "É",
  "\uffff",
  "\u{10000}",
  "'",
  '"',
)
const number = fc.constantFrom(0, 1, 2, -1.5, 0.1 + 0.2, 1e21)
const date = fc.constantFrom(new Date(0), new Date(-1), new Date(86_400_000))
const orNull = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | null> =>
  fc.option(arbitrary, { freq: 3 })
const key = fc.constantFrom("a", "b.c", 'q"u', "é", "", "0", "\n", "$", "constructor")
const scalar = fc.oneof(text, number, fc.boolean())
const json = fc.letrec<{ value: unknown }>(tie => ({
  value: fc.oneof(
    { depthSize: "small", maxDepth: 3 },
    fc.oneof(scalar, fc.constant(null)),
    fc.dictionary(key, tie("value"), { maxKeys: 3, noNullPrototype: true }),
    fc.array(tie("value"), { maxLength: 3 }),
  ),
})).value

/** The row of these that `pick` points to; null where there are none. */
const pointer = (count: number, prefix: string): fc.Arbitrary<string | null> =>
  count === 0 ? fc.constant(null) : orNull(fc.nat({ max: count - 1 }).map(n => `${prefix}${n}`))
const rows = (
  count: number,
  prefix: string,
  fields: Record<string, fc.Arbitrary<unknown>>,
): fc.Arbitrary<Row[]> =>
  fc.tuple(
    ...Array.from({ length: count }, (_, n) =>
      fc.record({ id: fc.constant(`${prefix}${n}`), ...fields }),
    ),
  ) as fc.Arbitrary<Row[]>

const world: fc.Arbitrary<World> = fc
  .record({
    c: fc.nat({ max: 4 }),
    p: fc.nat({ max: 6 }),
    t: fc.nat({ max: 3 }),
    l: fc.nat({ max: 6 }),
    m: fc.nat({ max: 4 }),
  })
  .chain(({ c, p, t, l, m }) =>
    fc.record({
      categories: rows(c, "c", {
        name: text,
        rank: orNull(fc.nat({ max: 3 })),
        since: orNull(date),
        parentId: pointer(c, "c"),
      }),
      products: rows(p, "p", {
        name: text,
        price: orNull(number),
        data: orNull(json),
        categoryId: pointer(c, "c"),
      }),
      tags: rows(t, "t", { name: text, deletedAt: fc.constantFrom(null, null, new Date(0)) }),
      links:
        p === 0 || t === 0
          ? fc.constant([])
          : rows(l, "l", {
              productId: fc.nat({ max: p - 1 }).map(n => `p${n}`),
              tagId: fc.nat({ max: t - 1 }).map(n => `t${n}`),
            }),
      manuals:
        p === 0
          ? fc.constant([])
          : rows(m, "m", {
              pages: fc.nat({ max: 3 }),
              productId: fc.nat({ max: p - 1 }).map(n => `p${n}`),
            }),
    }),
  )

// biome-ignore lint/suspicious/noExplicitAny: columns are picked by random names
type Columns = any
/** One condition twice: as it is asked, and as a plain function of a row. */
interface Ask {
  readonly build: (columns: Columns) => Condition
  readonly holds: (row: Row, all: World) => boolean
  readonly text: string
}
type Test = readonly [
  name: string,
  holds: (value: unknown) => boolean,
  operands: readonly unknown[],
]

const compare = (a: unknown, b: unknown): number => {
  if (typeof a === "string") return Buffer.compare(Buffer.from(a), Buffer.from(b as string))
  return Number(a) - Number(b)
}
const plain = (value: unknown): unknown =>
  value instanceof Date ? value.getTime() : (value ?? null)
const lower = (value: string): string => value.replace(/[A-Z]/g, letter => letter.toLowerCase())

/** Operators on values of one kind; `alike`: whether two can be compared by order. */
function tests(
  value: fc.Arbitrary<unknown>,
  isText: boolean,
  alike = (_: unknown, __: unknown) => true,
): fc.Arbitrary<Test> {
  const ordered = (name: string, holds: (order: number) => boolean) =>
    value.map(
      (v): Test => [
        name,
        found => plain(found) !== null && alike(found, v) && holds(compare(plain(found), plain(v))),
        [v],
      ],
    )
  const all: fc.Arbitrary<Test>[] = [
    value.map((v): Test => ["eq", found => plain(found) === plain(v), [v]]),
    value.map((v): Test => ["ne", found => plain(found) !== plain(v), [v]]),
    fc.constant<Test>(["isNull", found => plain(found) === null, []]),
    fc.constant<Test>(["isNotNull", found => plain(found) !== null, []]),
    fc
      .array(orNull(value), { maxLength: 3 })
      .map((vs): Test => ["in", found => vs.map(plain).includes(plain(found)), [vs]]),
    fc
      .array(orNull(value), { maxLength: 3 })
      .map((vs): Test => ["notIn", found => !vs.map(plain).includes(plain(found)), [vs]]),
    ordered("lt", order => order < 0),
    ordered("gte", order => order >= 0),
  ]
  if (isText) {
    all.push(
      text.map(
        (v): Test => [
          "contains",
          found => typeof found === "string" && lower(found).includes(lower(v)),
          [v],
        ],
      ),
      text.map(
        (v): Test => [
          "startsWith",
          found => typeof found === "string" && lower(found).startsWith(lower(v)),
          [v],
        ],
      ),
    )
  }
  return fc.oneof(...all)
}

const fieldTests = {
  name: tests(text, true),
  price: tests(number, false),
  rank: tests(fc.nat({ max: 3 }), false),
  since: tests(date, false),
}
const pagesTests = tests(fc.nat({ max: 3 }), false)

const apply = (column: Columns, [name, , operands]: Test): Condition => column[name](...operands)
const field = (name: string, test: fc.Arbitrary<Test>): fc.Arbitrary<Ask> =>
  test.map(t => ({
    build: c => apply(c[name], t),
    holds: row => t[1](row[name]),
    text: `${name} ${t[0]} ${String(t[2])}`,
  }))

/** The value at a path, or null. */
function at(value: unknown, path: readonly (string | number)[]): unknown {
  let found = value
  for (const step of path) {
    if (
      typeof step === "number"
        ? !Array.isArray(found)
        : Array.isArray(found) || typeof found !== "object"
    )
      return null
    found =
      found !== null && Object.hasOwn(found as object, step)
        ? (found as Record<string | number, unknown>)[step]
        : null
  }
  return found
}
const sameKind = (a: unknown, b: unknown): boolean => typeof a === typeof b
const inJson = fc
  .tuple(
    fc.array(fc.oneof(key, fc.nat({ max: 2 })), { maxLength: 3 }),
    fc.oneof(
      tests(text, true, sameKind),
      tests(number, false, sameKind),
      tests(fc.boolean(), false).filter(([op]) => op !== "lt" && op !== "gte"),
    ),
  )
  .map(
    ([path, t]): Ask => ({
      build: c => apply(c.data.path(...path), t),
      holds: row => t[1](at(row["data"], path)),
      text: `data.${JSON.stringify(path)} ${t[0]} ${JSON.stringify(t[2])}`,
    }),
  )

/** A field of the one target of a path of relations; null without a target. */
function ofOne(
  name: string,
  target: (row: Row, all: World) => Row | undefined,
  leaf: fc.Arbitrary<Ask>,
): fc.Arbitrary<Ask> {
  return leaf.map(inner => ({
    build: c => inner.build(c[name]),
    holds: (row, all) => inner.holds(target(row, all) ?? ({} as Row), all),
    text: `${name}.${inner.text}`,
  }))
}
function ofMany(
  name: string,
  targets: (row: Row, all: World) => readonly Row[],
  inner: fc.Arbitrary<Ask>,
): fc.Arbitrary<Ask> {
  return fc.tuple(fc.constantFrom("some", "every", "none"), inner).map(([quantifier, ask]) => ({
    build: c => c[name][quantifier](ask.build),
    holds: (row, all) => {
      const hits = targets(row, all).map(target => ask.holds(target, all))
      return quantifier === "some"
        ? hits.includes(true)
        : quantifier === "every"
          ? !hits.includes(false)
          : !hits.includes(true)
    },
    text: `${name}.${quantifier}(${ask.text})`,
  }))
}

const parent = (row: Row, all: World) => all.categories.find(({ id }) => id === row["parentId"])
const category = (row: Row, all: World) => all.categories.find(({ id }) => id === row["categoryId"])
const tagsOf = (row: Row, all: World) =>
  all.tags.filter(
    tag =>
      tag["deletedAt"] === null &&
      all.links.some(link => link["productId"] === row.id && link["tagId"] === tag.id),
  )
const manualsOf = (row: Row, all: World) =>
  all.manuals.filter(manual => manual["productId"] === row.id)
// A relation to one that finds several: all are looked at.
const manual: fc.Arbitrary<Ask> = pagesTests.map(t => ({
  build: c => apply(c.manual.pages, t),
  holds: (row, all) => {
    const hits = manualsOf(row, all).map(({ pages }) => t[1](pages))
    return t[1](null) ? !hits.includes(false) : hits.includes(true)
  },
  text: `manual.pages ${t[0]} ${String(t[2])}`,
}))

const { product, ofCategory } = fc.letrec<
  Record<"product" | "ofCategory" | "tag" | "leafCategory", Ask>
>(tie => {
  const nest = (
    leaves: readonly fc.Arbitrary<Ask>[],
    deeper: readonly fc.Arbitrary<Ask>[],
    self: fc.Arbitrary<Ask>,
  ) =>
    fc.oneof(
      // Counted over all classes: SQLite's parser takes about ten conditions on related rows inside of each other.
      { depthSize: "small", maxDepth: 4, depthIdentifier: "condition" },
      { weight: 3, arbitrary: fc.oneof(...leaves) },
      ...deeper.map(arbitrary => ({ weight: 1, arbitrary })),
      {
        weight: 1,
        arbitrary: fc.tuple(self, self).map(
          ([a, b]): Ask => ({
            build: c => a.build(c).and(b.build(c)),
            holds: (row, all) => a.holds(row, all) && b.holds(row, all),
            text: `(${a.text} and ${b.text})`,
          }),
        ),
      },
      {
        weight: 1,
        arbitrary: fc.tuple(self, self).map(
          ([a, b]): Ask => ({
            build: c => a.build(c).or(b.build(c)),
            holds: (row, all) => a.holds(row, all) || b.holds(row, all),
            text: `(${a.text} or ${b.text})`,
          }),
        ),
      },
      {
        weight: 1,
        arbitrary: self.map(
          (a): Ask => ({
            build: c => a.build(c).not(),
            holds: (row, all) => !a.holds(row, all),
            text: `not(${a.text})`,
          }),
        ),
      },
    )
  const { name, price, rank, since } = fieldTests
  const ofTag = field("name", name)
  const leafCategory = fc.oneof(field("name", name), field("rank", rank), field("since", since))
  return {
    leafCategory,
    tag: nest([ofTag], [ofMany("products", productsOfTag, tie("product"))], tie("tag")),
    product: nest(
      [field("name", name), field("price", price), inJson, inJson],
      [
        ofOne("category", category, leafCategory),
        ofOne("category", category, ofOne("parent", parent, leafCategory)),
        ofMany("tags", tagsOf, tie("tag")),
        ofMany("manuals", manualsOf, field("pages", pagesTests)),
        manual,
      ],
      tie("product"),
    ),
    ofCategory: nest(
      [leafCategory],
      [
        ofOne("parent", parent, leafCategory),
        ofMany(
          "products",
          (row, all) => all.products.filter(({ categoryId }) => categoryId === row.id),
          tie("product"),
        ),
        ofMany(
          "children",
          (row, all) => all.categories.filter(({ parentId }) => parentId === row.id),
          tie("ofCategory"),
        ),
      ],
      tie("ofCategory"),
    ),
  }
})
function productsOfTag(row: Row, all: World): readonly Row[] {
  return all.products.filter(one =>
    all.links.some(link => link["tagId"] === row.id && link["productId"] === one.id),
  )
}

interface Query {
  readonly of: "products" | "categories"
  readonly ask: Ask
  readonly order: readonly (readonly [field: string, direction: "asc" | "desc"])[]
  readonly limit: number | undefined
  readonly offset: number | undefined
}
const direction = fc.constantFrom("asc" as const, "desc" as const)
const maybe = (max: number): fc.Arbitrary<number | undefined> =>
  fc.option(fc.nat({ max }), { nil: undefined })
const query: fc.Arbitrary<Query> = fc.oneof(
  fc.record({
    of: fc.constant("products" as const),
    ask: product,
    order: fc.array(fc.tuple(fc.constantFrom("name", "price", "categoryId"), direction), {
      maxLength: 2,
    }),
    limit: maybe(6),
    offset: maybe(4),
  }),
  fc.record({
    of: fc.constant("categories" as const),
    ask: ofCategory,
    order: fc.array(fc.tuple(fc.constantFrom("name", "rank", "since", "parentId"), direction), {
      maxLength: 2,
    }),
    limit: maybe(4),
    offset: maybe(2),
  }),
)

function expected(
  all: World,
  { of, ask, order, limit, offset = 0 }: Query,
): { ids: string[]; total: number } {
  const found = all[of].filter(row => ask.holds(row, all))
  const keys = [...order, ["id", "asc"] as const]
  found.sort((a, b) => {
    for (const [name, by] of keys) {
      const [x, y] = [plain(a[name]), plain(b[name])]
      if (x === y) continue
      const up = x === null ? 1 : y === null ? -1 : compare(x, y)
      if (up !== 0) return by === "asc" ? up : -up
    }
    return 0
  })
  return {
    ids: found.slice(offset, limit === undefined ? undefined : offset + limit).map(({ id }) => id),
    total: found.length,
  }
}

async function asked({
  of,
  ask,
  order,
  limit,
  offset,
}: Query): Promise<{ ids: string[]; total: number }> {
  const entity = (of === "products" ? Product : Category) as unknown as EntityClass
  let found = entity.where(ask.build as never)
  const total = await found.count()
  for (const [name, by] of order) found = found.orderBy(name as never, by)
  if (limit !== undefined) found = found.limit(limit)
  if (offset !== undefined) found = found.offset(offset)
  return { ids: (await found).map(({ id }) => String(id)), total }
}

/** Every left row with its pairs, in the order of both ids: what a left join gives. */
function pairsOf(all: World, on: Ask): string[] {
  const byId = (a: Row, b: Row): number => compare(a.id, b.id)
  return [...all.products].sort(byId).flatMap(one => {
    const partners = [...all.categories]
      .sort(byId)
      .filter(other => other.id === one["categoryId"] && on.holds(other, all))
    return partners.length === 0 ? [`${one.id} -`] : partners.map(({ id }) => `${one.id} ${id}`)
  })
}

async function fill(all: World): Promise<void> {
  for (const entity of [Manual, ProductTag, Tag, Product, Category] as EntityClass[])
    await entity.deleteWhere({} as never, { all: true, permanently: true })
  // Parents may come after their children: the pointers follow.
  await Category.createMany(all.categories.map(row => ({ ...row, parentId: null })) as never)
  for (const { id, parentId } of all.categories)
    if (parentId !== null) await Category.updateWhere({ id }, { parentId: parentId as string })
  await Product.createMany(all.products as never)
  await Tag.createMany(all.tags.map(({ id, name }) => ({ id, name })) as never)
  await ProductTag.createMany(all.links as never)
  await Manual.createMany(all.manuals as never)
  const gone = all.tags.filter(({ deletedAt }) => deletedAt !== null).map(({ id }) => id)
  if (gone.length > 0) await Tag.deleteWhere({ id: gone })
}

/** `NITRO_PROPERTY_RUNS=10000` for the long run; each has up to eight queries. */
const runs = Number(process.env["NITRO_PROPERTY_RUNS"] ?? 120)

const places: Record<string, () => Store | Record<string, Store>> = {
  memory: () => memory(),
  SQLite: () => sqlite({ file: ":memory:", schema: "sync" }),
  "a store with the least that is asked of one": () => new MapStore(),
  "three stores": () => ({
    Product: memory(),
    Category: new MapStore(),
    Tag: sqlite(":memory:"),
    ProductTag: memory(),
    Manual: new MapStore(),
  }),
}
if (postgresMissing === undefined) {
  const database = await testDatabase(1)
  places["Postgres"] = () => postgres({ url: database.emptySchema(), schema: "sync" })
  afterAll(() => database.remove())
} else console.log(`Skipped on Postgres: ${postgresMissing}`)

for (const [place, open] of Object.entries(places)) {
  describe(`conditions on ${place}`, () => {
    it("find what a plain reading finds, in the same order", { timeout: 3_600_000 }, async () => {
      const stores = open()
      let cases = 0
      await withStores(stores as Store, () =>
        fc.assert(
          fc.asyncProperty(
            world,
            fc.array(query, { minLength: 1, maxLength: 8 }),
            ofCategory,
            async (all, queries, on) => {
              await fill(all)
              for (const one of queries) {
                cases += 1
                const named = (result: object): object => ({ where: one.ask.text, ...result })
                expect(named(await asked(one))).toEqual(named(expected(all, one)))
              }
              const pairs = await Product.leftJoin(Category, (p, c) =>
                p.categoryId.eq(c.id).and(on.build(c) as Condition),
              )
              expect(pairs.map(([p, c]) => `${p.id} ${c?.id ?? "-"}`)).toEqual(pairsOf(all, on))
            },
          ),
          { numRuns: runs },
        ),
      )
      if (process.env["NITRO_PROPERTY_RUNS"] !== undefined)
        console.log(`${place}: ${runs} worlds, ${cases} queries`)
      for (const store of "bind" in stores ? [stores as Store] : Object.values(stores))
        await store.close()
    })
  })
}
