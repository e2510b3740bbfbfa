// Lists over HTTP: filters, orders, pages, relations and the fields to show, on stores that work in different ways.
import { expose } from "nitro-ts/actions"
import { Entity, field, memory, ref, type Store } from "nitro-ts/entity"
import { nitro } from "nitro-ts/fetch"
import { sqlite } from "nitro-ts/sqlite"
import { beforeEach, describe, expect, it, vi } from "vitest"
import { z } from "zod"

const stores: Readonly<Record<string, () => Store>> = {
  memory: () => memory(),
  SQLite: () => sqlite({ file: ":memory:", schema: "sync" }),
}

function makeShop(store: Store) {
  class Tagging extends Entity("Tagging", {
    productId: ref("Product"),
    tagId: ref("Tag"),
  }) {
    static store = store
  }
  class Tag extends Entity("Tag", { name: z.string() }) {
    static store = store
  }
  class Review extends Entity("Review", {
    text: z.string(),
    productId: ref("Product"),
    authorId: field(ref("Supplier"), { hidden: true }),
  }) {
    static store = store
    get author() {
      return this.belongsTo(Supplier, "authorId")
    }
  }
  class Category extends Entity("Category", {
    name: z.string(),
    margin: field(z.number(), { hidden: true }).default(0.5),
  }) {
    static store = store
    get products() {
      return this.hasMany(Product, "categoryId")
    }
  }
  class Supplier extends Entity("Supplier", { name: z.string() }) {
    static store = store
  }
  class Product extends Entity("Product", {
    title: z.string().min(1),
    note: z.string().nullable().default(null),
    price: z.number(),
    status: z.enum(["draft", "placed", "paid"]).default("draft"),
    cost: field(z.number(), { hidden: true }).default(1),
    categoryId: ref("Category").nullable().default(null),
    supplierId: ref("Supplier").nullable().default(null),
  }) {
    static store = store
    get category() {
      return this.belongsTo(Category, "categoryId")
    }
    get supplier() {
      return this.belongsTo(Supplier, "supplierId")
    }
    get tags() {
      return this.manyToMany(Tag, { through: Tagging })
    }
    get reviews() {
      return this.hasMany(Review, "productId")
    }
  }
  return { Category, Product, Review, Supplier, Tag, Tagging }
}

describe.each(Object.keys(stores))("a list, in %s", kind => {
  let shop: ReturnType<typeof makeShop>
  let handle: ReturnType<typeof nitro>

  const get = (path: string, headers: Record<string, string> = {}) =>
    handle(new Request(`http://app.test${path}`, { headers }))
  const rows = async (query: string): Promise<Record<string, unknown>[]> => {
    const response = await get(`/products?${query}`)
    expect(await response.clone().text(), query).not.toContain('"error"')
    return (await response.json()) as Record<string, unknown>[]
  }
  const titles = async (query: string) =>
    (await rows(`${query}&sort=title`)).map(row => row["title"])
  const refusal = async (query: string) => {
    const response = await get(`/products?${query}`)
    const { error } = (await response.json()) as { error: { message: string } }
    return `${response.status} ${error.message}`
  }

  beforeEach(async () => {
    shop = makeShop((stores[kind] as () => Store)())
    const { Category, Product, Supplier } = shop
    handle = nitro({
      entities: [
        expose(Product),
        expose(Category, {
          crud: ["list"],
          allow: ({ request }) => !request.headers.has("x-guest"),
        }),
        Supplier,
      ],
    })
    const [office, home] = [
      await Category.create({ name: "Office" }),
      await Category.create({ name: "Home" }),
    ]
    const supplier = await Supplier.create({ name: "Acme" })
    const all = [
      { title: "Pen, red", price: 1, status: "paid", categoryId: office.id, note: "ink" },
      { title: "Desk", price: 300, status: "placed", categoryId: office.id },
      { title: "Lamp", price: 40, status: "draft", categoryId: home.id, note: "Red shade" },
      { title: "Rug", price: 90, status: "placed", categoryId: null, supplierId: supplier.id },
    ] as const
    for (const values of all) await Product.create(values)
  })

  it.each([
    ["price[lt]=90", ["Lamp", "Pen, red"]],
    ["price[lte]=90", ["Lamp", "Pen, red", "Rug"]],
    ["price[gt]=40&price[lt]=300", ["Rug"]],
    ["price[between]=40,90", ["Lamp", "Rug"]],
    ["price[ne]=1&price[lt]=100", ["Lamp", "Rug"]],
    ["price[in]=1,300", ["Desk", "Pen, red"]],
    ["price=1,300", ["Desk", "Pen, red"]],
    ["id=none,other", []],
    ["price=1&price=300", ["Desk", "Pen, red"]],
    ["status=placed,paid", ["Desk", "Pen, red", "Rug"]],
    ["status=placed", ["Desk", "Rug"]],
    ["title=Pen, red", ["Pen, red"]],
    ["title=Desk,Rug", []],
    ["title[in]=Desk,Rug", ["Desk", "Rug"]],
    ["title[contains]=e", ["Desk", "Pen, red"]],
    ["title[startsWith]=la", ["Lamp"]],
    ["note[isNull]=true", ["Desk", "Rug"]],
    ["note[isNull]=false", ["Lamp", "Pen, red"]],
    ["category.name=Office", ["Desk", "Pen, red"]],
    ["category.name[startsWith]=O&price[gt]=10", ["Desk"]],
    ["or[a].price[lt]=10&or[b].price[gt]=100", ["Desk", "Pen, red"]],
    ["or[a].price[lt]=10&or[b].category.name=Home", ["Lamp", "Pen, red"]],
    ["or[a].price[gt]=10&or[a].status=placed&or[b].status=paid&price[lt]=200", ["Pen, red", "Rug"]],
    ["search=red", ["Lamp", "Pen, red"]],
    ["search=pen ink", ["Pen, red"]],
    ["search=  ", ["Desk", "Lamp", "Pen, red", "Rug"]],
    ["search=0.5", []],
  ] as const)("finds by %s", async (query, found) => {
    expect(await titles(query)).toEqual(found)
  })

  it("requires all filters of one relation of the same row", async () => {
    const names = async (query: string) =>
      ((await (await get(`/categories?${query}`)).json()) as { name: string }[]).map(
        ({ name }) => name,
      )
    expect(await names("products.price[lt]=10")).toEqual(["Office"])
    expect(await names("products.price[gt]=100")).toEqual(["Office"])
    expect(await names("products.price[lt]=10&products.status=paid")).toEqual(["Office"])
    expect(await names("products.price[lt]=10&products.status=placed")).toEqual([])
  })

  it.each([
    ["price[near]=1", '400 "near" is no operator of a filter.'],
    ["price[lt]=cheap", '400 "price" is compared with a number, not "cheap".'],
    ["price[lt]=1&price[lt]=2", '400 "price[lt]" must come once.'],
    ["price[between]=1", '400 "price[between]" takes two values, as in 1,5.'],
    ["note[isNull]=maybe", '400 "note[isNull]" must be true or false.'],
    ["price[contains]=1", "400 Product cannot be filtered or sorted like this."],
    ["cost=1", '400 Product has no field "cost" to filter by.'],
    ["cost[gt]=0", '400 Product has no field "cost" to filter by.'],
    ["or[a].cost[gt]=0", '400 Product has no field "cost" to filter by.'],
    ["sort=cost", '400 Product has no field "cost" to sort by.'],
    ["fields=title,cost", '400 Product has no field "cost" to show.'],
    ["category.margin[gt]=0", '400 Category has no field "category.margin" to filter by.'],
    ["supplier.name=Acme", '400 Product has no field "supplier.name" to filter by.'],
    ["include=supplier", '400 Product has no relation "supplier" to include.'],
    ["include=nothing", '400 Product has no relation "nothing" to include.'],
    ["include=title", '400 Product has no relation "title" to include.'],
    ["a.b.c.d.e=1", "400 A filter goes through 3 relations at most."],
    ["include=a.b.c.d", "400 An include goes through 3 relations at most."],
    ["limit=1&limit=2", '400 "limit" must be one whole number, not "1,2".'],
    ["after=x&offset=1", '400 A list takes "after" or "offset", not both.'],
    ["after=x", "400 Product cannot be filtered or sorted like this."],
    ["total=yes", '400 "total" must be true or false, not "yes".'],
    ["[lt]=1", '400 Product has no field "[lt]" to filter by.'],
    ["__proto__=1", '400 Product has no field "__proto__" to filter by.'],
    ["price[constructor]=1", '400 "constructor" is no operator of a filter.'],
  ] as const)("refuses %s", async (query, message) => {
    expect(await refusal(query)).toBe(message)
  })

  it("opens a relation to those who may read its class", async () => {
    const guest = { "x-guest": "1" }
    for (const query of ["category.name=Office", "include=category"]) {
      expect((await get(`/products?${query}`)).status).toBe(200)
      expect((await get(`/products?${query}`, guest)).status).toBe(400)
    }
    expect((await get("/products?price=1", guest)).status).toBe(200)
  })

  it("shows the requested fields and relations, without hidden ones", async () => {
    const [pen] = await rows("title=Pen, red&fields=title,price&include=category")
    expect(pen).toEqual({
      title: "Pen, red",
      price: 1,
      category: expect.objectContaining({ name: "Office" }),
    })
    expect(JSON.stringify(pen)).not.toMatch(/margin|cost/)
    expect(await rows("title=Rug&fields=title&include=category")).toEqual([
      { title: "Rug", category: null },
    ])
    const response = await get("/categories?name=Office&include=products.category&fields=name")
    expect(await response.json()).toEqual([
      {
        name: "Office",
        products: expect.arrayContaining([
          expect.objectContaining({
            title: "Desk",
            category: expect.objectContaining({ name: "Office" }),
          }),
        ]),
      },
    ])
  })

  it.each(["", "offset=0&"])("leads from page to page by links (%s)", async start => {
    const seen: unknown[] = []
    let query: string | undefined = `?${start}sort=-price&limit=3&price[gt]=0`
    for (let page = 0; query !== undefined; page++) {
      expect(page).toBeLessThan(3)
      const response: Response = await get(`/products${query}`)
      seen.push(...((await response.json()) as { title: string }[]).map(({ title }) => title))
      const link: string = response.headers.get("link") ?? ""
      query = /<([^>]+)>; rel="next"/.exec(link)?.[1]
      expect(link.includes('rel="first"')).toBe(page > 0)
    }
    expect(seen).toEqual(["Desk", "Rug", "Lamp", "Pen, red"])
  })

  it("counts all that it would find", async () => {
    const response = await get("/products?status=placed&limit=1&total=true")
    expect(response.headers.get("x-total-count")).toBe("2")
    expect(await response.json()).toHaveLength(1)
    const none = await get("/products?limit=0&total=true")
    expect([none.headers.get("x-total-count"), await none.json()]).toEqual(["4", []])
    expect((await get("/products")).headers.get("x-total-count")).toBeNull()
  })

  it("takes several ids and references by a comma", async () => {
    const { Category, Product } = shop
    const [office, home] = await Category.where().orderBy("name", "desc")
    const [desk, lamp] = [
      await Product.where({ title: "Desk" }),
      await Product.where({ title: "Lamp" }),
    ]
    expect(await titles(`id=${desk[0]?.id},${lamp[0]?.id}`)).toEqual(["Desk", "Lamp"])
    expect(await titles(`categoryId=${office?.id},${home?.id}`)).toEqual([
      "Desk",
      "Lamp",
      "Pen, red",
    ])
    expect(await titles(`category.id=${office?.id},${home?.id}`)).toEqual([
      "Desk",
      "Lamp",
      "Pen, red",
    ])
    // Neither is text to search.
    expect(await titles(`search=${office?.id.slice(0, 8)}`)).toEqual([])
    expect(await titles("search=paid")).toEqual([])
  })

  it("opens no relation to those who may only read a class by id, or not what lies in between", async () => {
    const { Product, Review, Supplier, Tag, Tagging } = shop
    const allow = () => true
    const open = async (path: string, entities: Parameters<typeof nitro>[0]["entities"]) => {
      handle = nitro({ entities: entities ?? [] })
      return (await get(path)).status
    }
    const products = expose(Product, { allow })
    for (const path of ["/products?include=supplier", "/products?supplier.name=Acme"]) {
      expect(await open(path, [products, expose(Supplier, { allow, crud: ["read"] })])).toBe(400)
      expect(await open(path, [products, expose(Supplier, { allow, crud: ["list"] })])).toBe(200)
    }
    for (const path of ["/products?include=tags", "/products?tags.name=new"]) {
      const tags = expose(Tag, { allow })
      expect(await open(path, [products, tags, Tagging])).toBe(400)
      expect(await open(path, [products, tags, expose(Tagging, { allow: () => false })])).toBe(400)
      expect(await open(path, [products, tags, expose(Tagging, { allow })])).toBe(200)
    }
    for (const path of ["/reviews?include=author", "/reviews?author.name=Acme"])
      expect(await open(path, [expose(Review, { allow }), expose(Supplier, { allow })])).toBe(400)
  })

  it("refuses more than it can afford", async () => {
    const many = (count: number, each: (at: number) => string) =>
      Array.from({ length: count }, (_, at) => each(at)).join("&")
    expect(await refusal(many(51, at => `or[g${at}].price=${at}`))).toBe(
      "400 A list takes 50 groups of filters at most.",
    )
    expect(await refusal(many(21, at => `or[g${at}].category.name=${at}`))).toBe(
      "400 A list takes 20 filters through relations at most.",
    )
    expect(await refusal("search=a b c d e f g h i j k")).toBe("400 A search has 10 words at most.")
    const { Category, Product } = shop
    const [office] = await Category.where({ name: "Office" })
    await Product.createMany(
      Array.from({ length: 300 }, (_, at) => ({
        title: `Box ${at}`,
        price: at,
        categoryId: office?.id ?? null,
      })),
    )
    const visits = vi.spyOn(Category.prototype, "products", "get")
    const response = await get("/categories?include=products.category.products")
    expect(response.status).toBe(400)
    expect(await response.text()).toContain("more than 10000 related rows")
    // Each visit after the first shows 303 rows: it stops at the limit, and not after all 300.
    expect(visits.mock.calls.length).toBeLessThan(60)
  })

  it("starts no check of the class that is async", async () => {
    let checks = 0
    class Tagged extends Entity("Tagged", {
      name: z.string().refine(async () => {
        checks++
        throw new Error("not reachable")
      }),
    }) {
      static store = memory()
    }
    handle = nitro({ entities: [expose(Tagged, { allow: () => true })] })
    expect((await get("/taggeds?name=a,b&name=c,d")).status).toBe(200)
    expect(checks).toBe(0)
  })

  it("leaves out links that no client could read", async () => {
    const long = "x".repeat(3000)
    const response = await get(`/products?title[ne]=${long}&limit=1&offset=1`)
    expect([response.status, response.headers.get("link")]).toEqual([200, null])
  })

  it("shows what a class makes of itself, with fields and relations where that is an object", async () => {
    class Odd extends Entity("Odd", {
      name: z.string(),
      parentId: ref("Odd").nullable().default(null),
    }) {
      static store = memory()
      get parent() {
        return this.belongsTo(Odd, "parentId")
      }
      override toJSON(): never {
        return (this.name === "null" ? null : "text") as never
      }
    }
    handle = nitro({ entities: [expose(Odd, { allow: () => true })] })
    await Odd.create({ name: "null" })
    await Odd.create({ name: "text" })
    for (const query of ["", "fields=name&", "include=parent&"])
      expect(await (await get(`/odds?${query}sort=name`)).json()).toEqual([null, "text"])
  })

  it("shows 50 rows without a limit, and 200 at most", async () => {
    const { Product } = shop
    await Product.createMany(
      Array.from({ length: 210 }, (_, at) => ({ title: `Box ${at}`, price: at })),
    )
    expect(await rows("")).toHaveLength(50)
    expect(await rows("limit=1000")).toHaveLength(200)
  })
})
