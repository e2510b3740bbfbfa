// Relations on memory, SQLite and Postgres: what they lead to, how many queries they take, and who is told to load together.

import { Entity, memory, ref, relationsOf, unitOfWork, withStores } from "nitro-ts/entity"
import { postgres } from "nitro-ts/postgres"
import { sqlite } from "nitro-ts/sqlite"
import type { EntityDefinition, Repository, Store } from "nitro-ts/store"
import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest"
import { z } from "zod"
import { postgresMissing, testDatabase } from "./support/postgres.ts"

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
  price: z.number().default(1),
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
    return this.name.toUpperCase()
  }
}
class Tag extends Entity("Tag", { name: z.string() }) {
  get products() {
    return this.manyToMany(Product, { through: ProductTag })
  }
}
class ProductTag extends Entity("ProductTag", { productId: ref("Product"), tagId: ref("Tag") }) {}
class Manual extends Entity("Manual", { productId: ref("Product"), pages: z.int() }) {}

/** The store, which counts what is read from it. */
function counting(store: Store): { store: Store; reads: string[] } {
  const reads: string[] = []
  const bind = (definition: EntityDefinition): Repository =>
    intercept(store.bind(definition), name => {
      if (name !== "write") reads.push(`${name} ${definition.name}`)
    })
  const counted = intercept(store, () => {})
  return {
    store: new Proxy(counted, {
      get: (target, name) => (name === "bind" ? bind : Reflect.get(target, name)),
    }),
    reads,
  }
}

/** The object itself, but that each call is told before it runs. */
function intercept<T extends object>(object: T, called: (method: string) => void): T {
  const proxy = new Proxy(object, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target)
      if (typeof value !== "function") return value
      return (...args: unknown[]) => {
        called(String(name))
        return Reflect.apply(
          value,
          target,
          args.map(arg => originals.get(arg as object) ?? arg),
        )
      }
    },
  })
  originals.set(proxy, object)
  return proxy
}

// Repositories are handed to each other, and know only their own kind.
const originals = new WeakMap<object, object>()

async function seed() {
  const root = await Category.create({ name: "All" })
  const categories = await Category.createMany(
    ["Office", "Garden"].map(name => ({ name, parentId: root.id })),
  )
  const products = await Product.createMany(
    Array.from({ length: 20 }, (_, i) => ({
      name: `P${i}`,
      price: i,
      categoryId: i === 19 ? null : (categories[i % 2]?.id ?? null),
    })),
  )
  const tags = await Tag.createMany([{ name: "new" }, { name: "red" }, { name: "unused" }])
  await products[0]?.tags.add(...tags.slice(0, 2))
  await products[1]?.tags.add(...tags.slice(0, 1))
  await Manual.create({ productId: products[3]?.id ?? "", pages: 7 })
  return { root, categories, products, tags }
}

const stores: Record<string, () => Store> = {
  memory: () => memory(),
  sqlite: () => sqlite(":memory:"),
}

if (postgresMissing === undefined) {
  const database = await testDatabase(30)
  afterAll(() => database.remove())
  stores["postgres"] = () => postgres({ url: database.emptySchema(), max: 4, schema: "sync" })
} else console.log(`Skipped on Postgres: ${postgresMissing}`)

for (const [name, open] of Object.entries(stores)) {
  describe(name, () => {
    let reads: string[] = []
    let store: Store
    /** In the store of this test; gives what was read meanwhile. */
    const inStore = <T>(fn: () => Promise<T>): Promise<T> => withStores(store, fn)
    const readsOf = async (fn: () => Promise<unknown>): Promise<string[]> => {
      reads.length = 0
      await fn()
      return [...reads]
    }

    beforeEach(() => {
      ;({ store, reads } = counting(open()))
    })

    afterEach(() => store.close())

    it("loads a belongs-to for all siblings in one query", () =>
      inStore(async () => {
        await seed()
        const names: (string | undefined)[] = []
        const read = await readsOf(async () => {
          for (const product of await Product.all()) names.push((await product.category)?.name)
        })
        expect(read).toEqual(["find Product", "find Category"])
        expect(names.slice(0, 3)).toEqual(["Office", "Garden", "Office"])
        expect(names[19]).toBe(undefined)
      }))

    it("loads once for awaits at the same time, nested ones too", () =>
      inStore(async () => {
        await seed()
        const read = await readsOf(async () => {
          const products = await Product.all()
          const parents = await Promise.all(
            products.map(async product => (await (await product.category)?.parent)?.name),
          )
          expect(parents.filter(parent => parent === "All")).toHaveLength(19)
        })
        expect(read).toEqual(["find Product", "find Category", "find Category"])
      }))

    it("loads has-many, has-one and many-to-many for all siblings", () =>
      inStore(async () => {
        await seed()
        const read = await readsOf(async () => {
          const categories = await Category.all()
          const sizes = []
          for (const category of categories) sizes.push((await category.products).length)
          expect(sizes).toEqual([0, 10, 9])
        })
        expect(read).toEqual(["find Category", "find Product"])
        const more = await readsOf(async () => {
          const products = await Product.all()
          const found = []
          for (const product of products)
            found.push([(await product.tags).map(tag => tag.name), (await product.manual)?.pages])
          expect(found.slice(0, 4)).toEqual([
            [["new", "red"], undefined],
            [["new"], undefined],
            [[], undefined],
            [[], 7],
          ])
        })
        expect(more).toHaveLength(name === "memory" ? 4 : 3)
      }))

    it("loads along what `with` names, at any depth, whatever the number of rows", () =>
      inStore(async () => {
        await seed()
        const read = await readsOf(async () => {
          const products = await Product.all()
            .with("category.parent", "manual")
            .with("category.products")
          expect(products[0]?.category.loaded?.parent.loaded?.name).toBe("All")
          expect(products[0]?.category.loaded?.products.loaded).toHaveLength(10)
          expect(products[3]?.manual.loaded?.pages).toBe(7)
          expect(products[19]?.category.isLoaded).toBe(true)
          expect(products[19]?.category.loaded).toBe(undefined)
          await products[1]?.category
        })
        expect(read.length).toBeLessThanOrEqual(5)
        expect(
          await readsOf(async () =>
            expect(await Product.where({ name: "?" }).with("category")).toEqual([]),
          ),
        ).toHaveLength(1)
        const first = await Product.all().with("category").first()
        expect(first?.category.loaded?.name).toBe("Office")
      }))

    it("finds the same in the same order, with a condition, an order and a window, read along or not", () =>
      inStore(async () => {
        await seed()
        const query = Product.where(p => p.price.gte(3))
          .offset(1)
          .limit(17)
        for (const one of [query, query.orderBy("-price"), query.orderBy("id", "desc")]) {
          const along = await one.with("category")
          expect(along.map(p => p.toJSON())).toEqual((await one).map(p => p.toJSON()))
          for (const product of along)
            expect(product.category.loaded?.id ?? null).toBe(product.categoryId)
          expect(along.map(p => p.isDirty)).not.toContain(true)
        }
        await Category.all().with("parent", "parent.parent")
        const [first] = await Product.all().with("category").limit(1)
        await first?.category.loaded?.update({ name: "Renamed" })
        expect((await Category.require(first?.categoryId ?? "")).name).toBe("Renamed")
      }))

    it("gives siblings with one target the same object", () =>
      inStore(async () => {
        await seed()
        const [a, b, c] = await Product.all()
        expect(await a?.category).toBe(await c?.category)
        expect(await a?.category).not.toBe(await b?.category)
      }))

    it("is a query over the targets, which reads anew each time", () =>
      inStore(async () => {
        const { categories } = await seed()
        const office = await Category.require(categories[0]?.id ?? "")
        const dear = await office.products
          .where(p => p.price.gte(10))
          .orderBy("-price")
          .limit(2)
        expect(dear.map(p => p.price)).toEqual([18, 16])
        expect(await office.products.count()).toBe(10)
        expect((await office.products.first())?.name).toBe("P0")
        expect((await office.products.with("manual")).length).toBe(10)
      }))

    it("creates a target that belongs to the entity", () =>
      inStore(async () => {
        const { categories } = await seed()
        const office = await Category.require(categories[0]?.id ?? "")
        expect(await office.products).toHaveLength(10)
        const lamp = await office.products.create({ name: "Lamp" })
        expect(lamp.categoryId).toBe(office.id)
        expect(await office.products).toHaveLength(11)
      }))

    it("connects and disconnects, each pair once", () =>
      inStore(async () => {
        const { products, tags } = await seed()
        const [product] = products
        const [fresh, red, unused] = tags
        if (!product || !fresh || !red || !unused) throw new Error("the seed is incomplete")
        expect(await product.tags.add(red, unused, unused)).toBe(1)
        expect((await product.tags).map(tag => tag.name)).toEqual(["new", "red", "unused"])
        expect(await product.tags.add()).toBe(0)
        expect(await product.tags.remove(fresh, unused)).toBe(2)
        expect(await product.tags.remove(fresh)).toBe(0)
        expect((await product.tags).map(tag => tag.name)).toEqual(["red"])
        expect((await fresh.products).map(p => p.name)).toEqual(["P1"])
        await expect(product.tags.add(product as never)).rejects.toThrow(
          "Only a Tag can be connected here, not a Product.",
        )
      }))

    it("leads nowhere when the target is gone, missing or null", () =>
      inStore(async () => {
        const category = await Category.create({ name: "Short" })
        const product = await Product.create({ name: "P", categoryId: category.id })
        product.categoryId = null
        expect(await product.category).toBe(undefined)
        product.categoryId = "nowhere"
        expect(await product.category).toBe(undefined)
        const orphan = new Product({ name: "O", categoryId: "x" })
        expect(await orphan.category).toBe(undefined)
        expect(await orphan.tags).toEqual([])
      }))

    it("follows an assignment, and asks again after reload", () =>
      inStore(async () => {
        const { categories } = await seed()
        const [first, second] = await Product.all().with("category")
        if (!first || !second) throw new Error("the seed is incomplete")
        first.categoryId = second.categoryId
        expect((await first.category)?.name).toBe("Garden")
        await categories[1]?.update({ name: "Outside" })
        expect((await first.category)?.name).toBe("Garden")
        await second.reload()
        expect((await second.category)?.name).toBe("Outside")
      }))

    it("works inside of a unit of work and in streams", () =>
      inStore(async () => {
        await seed()
        await unitOfWork(async () => {
          const product = await Product.require((await Product.all())[0]?.id ?? "")
          expect((await product.category)?.name).toBe("Office")
        })
        const read = await readsOf(async () => {
          for await (const product of Product.all().with("category").stream({ batchSize: 10 }))
            expect(product.category.isLoaded).toBe(true)
        })
        expect(read.filter(one => one.endsWith("Category")).length).toBeLessThanOrEqual(2)
      }))

    it("refuses an unknown relation with a suggestion", () => {
      expect(() => Product.all().with("categry" as never)).toThrow(
        expect.objectContaining({
          code: "NITRO_UNKNOWN_RELATION",
          fix: expect.stringContaining("category"),
        }),
      )
      expect(() => Product.all().with("label" as never)).toThrow('Product has no relation "label".')
      expect(() => Product.all().with("category.manual" as never)).toThrow(
        'Category has no relation "manual".',
      )
      for (const wrong of ["constructor", "__proto__", "save", "name", "", "."]) {
        expect(() => Product.all().with(wrong as never)).toThrow("has no relation")
      }
      expect(() => Category.all().with(Array(20).fill("parent").join(".") as never)).toThrow(
        "at most 8 relations in a row",
      )
    })
  })
}

it("leads from one store into another", async () => {
  await withStores({ Category: sqlite(":memory:"), Product: memory() }, async () => {
    const [office] = await Category.createMany([{ name: "Office" }, { name: "Garden" }])
    await Product.createMany([{ name: "A", categoryId: office?.id ?? null }, { name: "B" }])
    const products = await Product.all().with("category")
    expect(products.map(product => product.category.loaded?.name)).toEqual(["Office", undefined])
    expect((await office?.products)?.map(product => product.name)).toEqual(["A"])
  })
})

it("tries again after an error, and tells all who waited of it", async () => {
  const store = memory()
  let broken = true
  const fail = (method: string): void => {
    if (broken && method === "find") throw new Error("unplugged")
  }
  const bind = (definition: EntityDefinition): Repository => intercept(store.bind(definition), fail)
  const failing = new Proxy(
    intercept(store, () => {}),
    { get: (target, name) => (name === "bind" ? bind : Reflect.get(target, name)) },
  )
  await withStores({ Category: failing, Product: store }, async () => {
    const office = await Category.create({ name: "Office" })
    await Product.createMany([
      { name: "A", categoryId: office.id },
      { name: "B", categoryId: office.id },
    ])
    const products = await Product.all()
    const results = await Promise.allSettled(products.map(product => product.category))
    expect(results.map(result => result.status)).toEqual(["rejected", "rejected"])
    broken = false
    expect((await products[0]?.category)?.name).toBe("Office")
  })
})

it("lists the relations of a class as data", () => {
  const all = [...relationsOf(Product)].map(([name, { kind, target, local, remote }]) => [
    name,
    kind,
    target.name,
    local,
    remote,
  ])
  expect(all).toEqual([
    ["category", "belongsTo", "Category", "categoryId", "id"],
    ["tags", "manyToMany", "Tag", "id", "id"],
    ["manual", "hasOne", "Manual", "id", "productId"],
  ])
  expect(relationsOf(Product).get("tags")?.through).toMatchObject({
    from: "productId",
    to: "tagId",
  })
})

it("says what is wrong with a relation", async () => {
  class Knot extends Entity("Knot", { leftId: ref("Knot"), rightId: ref("Knot") }) {
    get ends() {
      return this.manyToMany(Knot, { through: Knot })
    }
    get wrong() {
      return this.belongsTo(Category, "middleId" as never)
    }
    get nothing() {
      return this.belongsTo(undefined as never, "leftId")
    }
  }
  const knot = new Knot({ leftId: "a", rightId: "b" })
  expect(() => knot.ends).toThrow(/has 2 fields with ref\("Knot"\)/)
  expect(() => knot.wrong).toThrow('Knot has no field "middleId"')
  expect(() => knot.nothing).toThrow("leads to undefined")
  expect(() => Knot.all().with("wrong")).toThrow('Knot has no field "middleId"')
})
