// The document of an app that has a little of everything: valid, complete, without hidden names, and true to what the app sends.
import { validate } from "@readme/openapi-parser"
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js"
import addFormats from "ajv-formats"
import { action, expose, outcome, Refusal } from "nitro-ts/actions"
import { Command, commands, createHandlers, Query, queries } from "nitro-ts/cqrs"
import { configure, Entity, embedded, field, memory, ref, ValueObject } from "nitro-ts/entity"
import { event } from "nitro-ts/events"
import { nitro } from "nitro-ts/fetch"
import { type OpenApiOptions, openapi } from "nitro-ts/openapi"
import { beforeEach, describe, expect, it } from "vitest"
import { z } from "zod"

type Json = Readonly<Record<string, unknown>>
interface Parameter {
  readonly name: string
  readonly in: "path" | "query" | "header"
  readonly required?: boolean
  readonly style?: string
  readonly explode?: boolean
  readonly schema: Json
}
interface Operation {
  readonly operationId: string
  readonly summary: string
  readonly description?: string
  readonly tags: readonly string[]
  readonly parameters?: readonly (Parameter | { readonly $ref: string })[]
  readonly requestBody?: {
    readonly required?: boolean
    readonly content: Readonly<Record<string, { readonly schema: Json }>>
  }
  readonly responses: Readonly<Record<string, Json>>
}
interface Document {
  readonly openapi: string
  readonly info: Json
  readonly servers: readonly Json[]
  readonly security?: readonly Json[]
  readonly tags: readonly Json[]
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: Readonly<Record<string, Readonly<Record<string, Json>>>>
}

// A key for the encrypted field.
configure({ encryptionKeys: { test: Buffer.alloc(32, 7).toString("base64") } })
const restocked = event("shop.restocked", { schema: z.object({ count: z.int() }) })

function makeShop() {
  const store = memory()
  class Address extends ValueObject("Address", {
    city: z.string(),
    since: z.date().nullable().default(null),
    doorCode: field(z.string().default("4711"), { hidden: true }),
  }) {}
  type Tree = { name: string; children: Tree[] }
  const tree: z.ZodType<Tree> = z.object({
    name: z.string(),
    get children() {
      return z.array(tree)
    },
  })
  class Category extends Entity(
    "Category",
    { name: z.string().min(1), marginSecret: field(z.number(), { hidden: true }).default(0.5) },
    { description: "A shelf of the shop." },
  ) {
    static store = store
    get products() {
      return this.hasMany(Product, "categoryId")
    }
  }
  class Product extends Entity(
    "Product",
    {
      title: field(z.string().min(1), {
        label: "Title",
        help: "As on the label.",
        placeholder: "Desk",
      }),
      note: z.string().nullable().default(null),
      price: z.number().nonnegative(),
      stock: z.int().default(0),
      total: z.int().default(0),
      status: z.enum(["draft", "placed", "paid"]).default("draft"),
      isFresh: z.boolean().default(true),
      publishedAt: z.date().nullable().default(null),
      seenAt: z.date().default(() => new Date()),
      views: z.bigint().default(0n),
      tags: z.array(z.string()).default([]),
      tree: tree.nullable().default(null),
      picture: z.instanceof(Uint8Array).nullable().default(null),
      origin: embedded(Address).nullable().default(null),
      ledger: field(z.string(), { encrypted: true }).nullable().default(null),
      costSecret: field(z.number(), { hidden: true }).default(1),
      rank: z.int().default(0),
      categoryId: ref("Category").nullable().default(null),
      supplierSecretId: field(ref("Category").nullable().default(null), { hidden: true }),
    },
    { timestamps: true, version: true, guarded: ["rank"] },
  ) {
    static store = store
    get category() {
      return this.belongsTo(Category, "categoryId")
    }
    get supplierSecret() {
      return this.belongsTo(Category, "supplierSecretId")
    }
    static {
      action(this, "rename", {
        input: { title: z.string().min(1) },
        description: "Gives it another title.",
        label: "Rename it",
      })
      action(this, "refuse", {
        rateLimit: { limit: 100, perSeconds: 60 },
        permission: "shop.refuse",
      })
      action(this, "pay", { idempotent: "required", input: { amount: z.int().positive() } })
      action(this, "summary", {
        method: "GET",
        output: z.object({ title: z.string(), at: z.date() }),
      })
      action(this, "dropLine", {
        path: "lines/:line",
        method: "DELETE",
        input: { line: z.int(), why: z.string().optional() },
      })
      action(this, "line", { path: "lines/:number", method: "GET", input: { number: z.int() } })
      action(this, "cheapest", {
        method: "GET",
        input: { below: z.number(), tags: z.array(z.string()).optional() },
      })
      action(this, "send", { input: { file: z.file(), name: z.string() }, tags: ["files"] })
      action(this, "upload", { body: "stream", input: { name: z.string() } })
      action(this, "begin", { status: 202, output: z.object({ id: z.string() }) })
      action(this, "plant", { input: { tree } })
    }
    rename({ title }: { title: string }) {
      this.title = title
    }
    refuse() {
      throw new Refusal("Not today.")
    }
    pay({ amount }: { amount: number }) {
      return { amount }
    }
    summary() {
      return { title: this.title, at: new Date() }
    }
    dropLine({ line }: { line: number }) {
      return { line }
    }
    line({ number }: { number: number }) {
      return { number }
    }
    static cheapest({ below }: { below: number }) {
      return { below }
    }
    static send({ file, name }: { file: File; name: string }) {
      return { size: file.size, name }
    }
    static upload({ name }: { name: string }) {
      return { name }
    }
    static begin() {
      return outcome({ id: "1" }, { status: 202 })
    }
    static plant() {}
  }
  class Hidden extends Entity("Hidden", { text: z.string() }) {
    static store = store
    static {
      action(this, "touch")
    }
    touch() {}
  }
  class Restock extends Command("Restock", { product: z.string(), count: z.int() }) {}
  class StockOf extends Query("StockOf", { product: z.string() }) {}
  const handlers = createHandlers()
  handlers.handle(Restock, ({ count }) => ({ count }))
  handlers.handle(StockOf, ({ product }) => ({ product, count: 3 }))
  const app = (options: Partial<OpenApiOptions> = {}, more: object = {}) =>
    nitro({
      entities: [
        expose(Product, { allow: () => true }),
        expose(Category, { crud: ["list", "read", "create", "delete"] }),
        Hidden,
      ],
      routes: [commands([Restock, restocked], { handlers }), queries([StockOf], { handlers })],
      plugins: [openapi({ title: "Shop", version: "1.2.0", ...options })],
      ...more,
    })
  return { Category, Product, Hidden, app }
}

const read = async (
  app: (request: Request) => Promise<Response>,
  path = "/_nitro/openapi.json",
  headers: Record<string, string> = {},
): Promise<Response> => app(new Request(`http://app.test${path}`, { headers }))
const documentFrom = async (response: Response): Promise<Document> =>
  (await response.json()) as Document

let shop: ReturnType<typeof makeShop>
let document: Document
beforeEach(async () => {
  shop = makeShop()
  document = await documentFrom(await read(shop.app()))
})

const operations = (of: Document) =>
  Object.entries(of.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({ path, method, operation })),
  )
const operationOf = (id: string): Operation => {
  const match = operations(document).find(({ operation }) => operation.operationId === id)
  if (match === undefined) throw new Error(`There is no operation ${id}.`)
  return match.operation
}
const resolved = (part: Json): Json => {
  const { $ref } = part
  if (typeof $ref !== "string") return part
  const [, , kind = "", name = ""] = $ref.split("/")
  const target = document.components[kind]?.[name]
  if (target === undefined) throw new Error(`${$ref} leads nowhere.`)
  return target
}
const parametersOf = ({ parameters = [] }: Operation): readonly Parameter[] =>
  // A reference resolves to a parameter.
  parameters.map(parameter => resolved(parameter as Json) as unknown as Parameter)

describe("the document", () => {
  it("is valid OpenAPI 3.1", async () => {
    const result = await validate(structuredClone(document) as never)
    expect(result).toMatchObject({ valid: true, warnings: [] })
    expect(document.openapi).toBe("3.1.1")
    expect(document.info).toEqual({ title: "Shop", version: "1.2.0" })
  })

  it("has every route of the app but twins and its own", () => {
    const app = shop.app()
    const expected = app.routes
      .filter(({ isTwin, path }) => !isTwin && !path.startsWith("/_nitro/"))
      .map(({ method, path }) => `${method} ${path.replace(/:\w+/g, "{}")}`)
    expect(
      operations(document)
        .map(({ method, path }) => `${method.toUpperCase()} ${path.replace(/\{\w+\}/g, "{}")}`)
        .sort(),
    ).toEqual(expected.sort())
    expect(expected.length).toBeGreaterThan(20)
  })

  it("names each operation once, and the same in another document", async () => {
    const ids = operations(document).map(({ operation }) => operation.operationId)
    expect(new Set(ids).size).toBe(ids.length)
    expect(ids).toEqual(
      expect.arrayContaining([
        "Product.list",
        "Product.update",
        "Product.update.put",
        "Product.rename",
        "Restock",
        "Restock.sender",
        "StockOf",
        "shop.restocked",
      ]),
    )
    expect(await documentFrom(await read(shop.app()))).toEqual(document)
  })

  it("holds no hidden name anywhere", () => {
    const text = JSON.stringify(document)
    expect(text).not.toMatch(/secret/i)
    expect(text).not.toContain("doorCode")
    // A class without CRUD routes sends no rows.
    expect(document.components["schemas"]).not.toHaveProperty("Hidden")
  })

  it("describes fields by their metadata", () => {
    const { properties, required } = resolved({ $ref: "#/components/schemas/Product" }) as {
      properties: Readonly<Record<string, Json>>
      required: readonly string[]
    }
    expect(properties["title"]).toEqual({
      title: "Title",
      type: "string",
      minLength: 1,
      description: "As on the label.",
      examples: ["Desk"],
    })
    expect(properties["categoryId"]).toMatchObject({ description: "The id of a Category." })
    expect(properties["publishedAt"]).toEqual({
      anyOf: [{ type: "string", format: "date-time" }, { type: "null" }],
    })
    expect(properties["views"]).toEqual({ type: "string", pattern: "^-?\\d+$" })
    expect(properties["picture"]).toEqual({ type: ["string", "null"], contentEncoding: "base64" })
    for (const name of ["id", "createdAt", "updatedAt", "version", "rank"])
      expect(properties[name], name).toMatchObject({ readOnly: true })
    expect(required).toEqual(Object.keys(properties))
  })

  it("takes in create and update only what may be set", () => {
    const create = resolved({ $ref: "#/components/schemas/ProductCreate" })
    const update = resolved({ $ref: "#/components/schemas/ProductUpdate" })
    // Both are objects of schemas.
    const names = Object.keys(create["properties"] as Json)
    expect(Object.keys(update["properties"] as Json)).toEqual(names)
    expect(names).not.toContain("id")
    expect(names).not.toContain("rank")
    expect(names).not.toContain("version")
    expect(create["required"]).toEqual(["title", "price"])
    expect(update["required"]).toBeUndefined()
    for (const schema of Object.values(update["properties"] as Readonly<Record<string, Json>>))
      expect(schema).not.toHaveProperty("default")
    expect(create["properties"]).toMatchObject({ stock: { default: 0 } })
    // Made anew each time.
    expect((create["properties"] as Readonly<Record<string, Json>>)["seenAt"]).not.toHaveProperty(
      "default",
    )
    expect(document.components["schemas"]).not.toHaveProperty("CategoryUpdate")
  })

  it("lists the parameters of a list", () => {
    const list = operationOf("Product.list")
    const names = parametersOf(list).map(({ name }) => name)
    expect(names.slice(0, 8)).toEqual([
      "sort",
      "limit",
      "offset",
      "after",
      "total",
      "search",
      "fields",
      "include",
    ])
    expect(names).toEqual(expect.arrayContaining(["price", "status", "total[eq]", "categoryId"]))
    expect(names).not.toContain("ledger")
    expect(names).not.toContain("tags")
    expect(new Set(names).size).toBe(names.length)
    const price = parametersOf(list).find(({ name }) => name === "price")
    expect(price).toMatchObject({
      style: "deepObject",
      explode: true,
      schema: { $ref: "#/components/schemas/NumberFilter" },
    })
    expect(parametersOf(list).find(({ name }) => name === "include")?.schema).toMatchObject({
      examples: [["category"]],
    })
    expect(list.responses["200"]).toMatchObject({
      headers: { Link: expect.anything(), "X-Total-Count": expect.anything() },
    })
    expect(list.responses).not.toHaveProperty("422")
  })

  it("says what an action needs", () => {
    const refuse = operationOf("Product.refuse")
    expect(refuse.description).toBe(
      "Needs the permission `shop.refuse`.\n\nEach caller may run it 100 times in 60 seconds.",
    )
    expect(refuse.responses).toHaveProperty("429")
    expect(operationOf("Product.rename")).toMatchObject({
      summary: "Rename it",
      description: "Gives it another title.",
      tags: ["Products"],
    })
    const key = parametersOf(operationOf("Product.pay")).find(({ in: place }) => place === "header")
    expect(key).toMatchObject({ name: "Idempotency-Key", required: true })
    expect(
      parametersOf(operationOf("Product.rename")).find(({ in: place }) => place === "header"),
    ).not.toHaveProperty("required")
    expect(Object.keys(operationOf("Product.send").requestBody?.content ?? {})).toEqual([
      "multipart/form-data",
    ])
    expect(operationOf("Product.send").tags).toEqual(["files"])
    expect(Object.keys(operationOf("Product.rename").requestBody?.content ?? {})).toEqual([
      "application/json",
      "application/x-www-form-urlencoded",
    ])
    expect(Object.keys(operationOf("Product.plant").requestBody?.content ?? {})).toEqual([
      "application/json",
    ])
    expect(Object.keys(operationOf("Product.upload").requestBody?.content ?? {})).toEqual([
      "multipart/form-data",
      "application/octet-stream",
    ])
    expect(operationOf("Product.begin").responses).toHaveProperty("202")
    expect(operationOf("Product.create").responses).toHaveProperty("201")
    expect(operationOf("Product.delete").responses).toHaveProperty("204")
    expect(document.tags).toEqual(
      expect.arrayContaining([{ name: "Categories", description: "A shelf of the shop." }]),
    )
  })

  it("gives two routes with one path and other names of parameters one path", () => {
    expect(Object.keys(document.paths["/products/{id}/lines/{line}"] ?? {}).sort()).toEqual([
      "delete",
      "get",
    ])
  })
})

/** A value that fits a schema: the least that a program could send. */
function sampleOf(schema: Json): unknown {
  const {
    type,
    anyOf,
    enum: values,
    format,
    pattern,
    minimum,
    items,
    properties,
  } = resolved(schema)
  if (Array.isArray(values)) return values[0]
  // Schemas of the document hold schemas there.
  if (Array.isArray(anyOf)) return sampleOf(anyOf[0] as Json)
  switch ([type].flat()[0]) {
    case "string":
      if (format === "date-time") return "2026-05-01T18:30:00.000Z"
      if (format === "binary") return new File(["content"], "a.txt", { type: "text/plain" })
      return pattern === undefined ? "desk" : "5"
    case "integer":
    case "number":
      return Math.max(1, Number(minimum ?? 1))
    case "boolean":
      return true
    case "array":
      // A list without members ends a schema that holds itself.
      return refersToItself(items as Json) ? [] : [sampleOf(items as Json)]
    case "object":
      return Object.fromEntries(
        Object.entries((properties ?? {}) as Readonly<Record<string, Json>>).map(([name, each]) => [
          name,
          // Dates inside of an object are taken from forms alone, as `origin.since`.
          name === "since" ? null : sampleOf(each),
        ]),
      )
    default:
      return "anything"
  }
}
const refersToItself = ({ $ref }: Json): boolean => String($ref).includes("tree")

interface Sample {
  readonly path: string
  readonly method: string
  readonly operation: Operation
  readonly type: string | undefined
}

/** The request that an operation describes, with changes. */
function requestOf(
  { path, method, operation, type }: Sample,
  id: string,
  changes: {
    readonly headers?: Record<string, string>
    readonly body?: string | FormData | URLSearchParams
  } = {},
): Request {
  const parameters = parametersOf(operation)
  const at = path.replace(/\{(\w+)\}/g, (_, name: string) =>
    name === "id"
      ? id
      : String(sampleOf(parameters.find(parameter => parameter.name === name)?.schema ?? {})),
  )
  const query = new URLSearchParams()
  for (const { name, in: place, style, explode, schema, required } of parameters) {
    // A list takes one filter after the other in a test of its own.
    if (place !== "query" || (required !== true && operation.operationId.endsWith(".list")))
      continue
    if (style === "deepObject") continue
    const value = sampleOf(schema)
    if (Array.isArray(value) && explode === false) query.set(name, value.join(","))
    else for (const each of [value].flat()) query.append(name, String(each))
  }
  const headers: Record<string, string> = { accept: "application/json", ...changes.headers }
  if (parameters.some(({ name, required }) => name === "Idempotency-Key" && required === true))
    headers["idempotency-key"] ??= crypto.randomUUID()
  let body = changes.body
  if (type !== undefined && body === undefined) {
    const value = sampleOf(operation.requestBody?.content[type]?.schema ?? {})
    if (type === "application/json") body = JSON.stringify(value)
    else if (type === "application/octet-stream") body = "bytes"
    else {
      const entries = Object.entries(value as Json).flatMap(([name, each]) =>
        [each].flat().map((one): [string, unknown] => [name, one]),
      )
      const form = type === "multipart/form-data" ? new FormData() : new URLSearchParams()
      for (const [name, each] of entries)
        if (form instanceof FormData && each instanceof File) form.append(name, each)
        else form.append(name, String(each))
      body = form
    }
  }
  if (type === "application/json" || type === "application/octet-stream")
    headers["content-type"] ??= type
  const search = query.size === 0 ? "" : `?${query}`
  return new Request(`http://app.test${at}${search}`, {
    method: method.toUpperCase(),
    headers,
    ...(body === undefined ? {} : { body }),
  })
}

const samples = (): readonly Sample[] =>
  operations(document).flatMap(each =>
    [...Object.keys(each.operation.requestBody?.content ?? { "": undefined })].map(type => ({
      ...each,
      type: type === "" ? undefined : type,
    })),
  )

describe("requests made from the document", () => {
  const idFor = async ({ path }: Sample): Promise<string> => {
    if (path.startsWith("/categories"))
      return String((await shop.Category.create({ name: "Desks" })).id)
    if (path.startsWith("/hiddens")) return String((await shop.Hidden.create({ text: "x" })).id)
    const category = await shop.Category.create({ name: "Desks" })
    return String(
      (await shop.Product.create({ title: "Desk", price: 5, categoryId: String(category.id) })).id,
    )
  }
  let compile: (schema: Json) => ValidateFunction
  beforeEach(() => {
    const ajv = addFormats.default(new Ajv2020({ strict: false, allErrors: true }))
    ajv.addSchema(document, "document")
    const checks = new Map<string, ValidateFunction>()
    compile = schema => {
      const key = JSON.stringify(schema)
      const check = checks.get(key) ?? ajv.compile(schema)
      checks.set(key, check)
      return check
    }
  })
  /** Refuses a body that the document does not describe. */
  const checked = async (
    { path, method, operation }: Sample,
    response: Response,
  ): Promise<void> => {
    const { status } = response
    const which = `${operation.operationId} ${status}`
    const text = await response.text()
    expect(Object.keys(operation.responses), `${which} ${text}`).toContain(String(status))
    const part = operation.responses[String(status)] ?? {}
    const { content } = resolved(part) as { content?: Json }
    if (content === undefined) return expect(text, which).toBe("")
    const pointer = (...names: string[]): string =>
      names
        .map(name => `/${encodeURIComponent(name.replaceAll("~", "~0").replaceAll("/", "~1"))}`)
        .join("")
    const { $ref } = part
    const place =
      typeof $ref === "string"
        ? $ref.slice(1)
        : pointer("paths", path, method, "responses", String(status))
    const check = compile({
      $ref: `document#${place}${pointer("content", "application/json", "schema")}`,
    })
    expect(check(JSON.parse(text)), `${which} ${text} ${JSON.stringify(check.errors)}`).toBe(true)
  }

  it("get a success that the document describes", async () => {
    const app = shop.app()
    for (const sample of samples()) {
      const { operation } = sample
      if (operation.operationId === "Product.refuse") continue
      const category = await shop.Category.create({ name: "Desks" })
      let request = requestOf(sample, await idFor(sample))
      if (sample.type === "application/json")
        // A reference has to lead somewhere.
        request = new Request(request, {
          body: (await request.text()).replace(
            '"categoryId":"desk"',
            `"categoryId":"${category.id}"`,
          ),
          method: request.method,
          headers: request.headers,
        })
      const response = await app(request)
      expect(
        response.status,
        `${operation.operationId} ${await response.clone().text()}`,
      ).toBeLessThan(300)
      await checked(sample, response)
    }
  })

  it("get a refusal that the document describes", async () => {
    const app = shop.app()
    const seen = new Set<number>()
    const send = async (sample: Sample, request: Request): Promise<void> => {
      const response = await app(request)
      seen.add(response.status)
      await checked(sample, response)
    }
    for (const sample of samples()) {
      const id = await idFor(sample)
      const type = { headers: { "content-type": "application/json" } }
      if (sample.path.includes("{id}")) await send(sample, requestOf(sample, "none"))
      if (sample.operation.operationId === "Product.refuse")
        await send(sample, requestOf(sample, id))
      if (sample.method !== "get") {
        const foreign = { headers: { origin: "http://evil.test", "sec-fetch-site": "cross-site" } }
        await send(sample, requestOf(sample, id, foreign))
        await send(sample, requestOf(sample, id, { headers: { "idempotency-key": " " } }))
      }
      if (
        sample.operation.requestBody === undefined ||
        sample.operation.operationId === "Product.upload"
      )
        continue
      await send(sample, requestOf(sample, id, { ...type, body: "{" }))
      await send(sample, requestOf(sample, id, { ...type, body: '{"unknown":1}' }))
      await send(
        sample,
        requestOf(sample, id, { headers: { "content-type": "text/csv" }, body: "a,b" }),
      )
      const large = JSON.stringify({ text: "x".repeat(2 ** 20) })
      await send(sample, requestOf(sample, id, { ...type, body: large }))
    }
    expect([...seen].sort()).toEqual([400, 403, 404, 409, 413, 415, 422])
  })

  it("take each filter of a list, with each of its operators", async () => {
    const app = shop.app()
    const list = operations(document).find(
      ({ operation }) => operation.operationId === "Product.list",
    )
    if (list === undefined) throw new Error("There is no list.")
    let count = 0
    for (const { name, style, schema } of parametersOf(list.operation)) {
      if (name === "Idempotency-Key") continue
      const shape = resolved(schema)
      const { properties = {} } = shape as { properties?: Readonly<Record<string, Json>> }
      const forms: [string, Json][] =
        style === "deepObject"
          ? Object.entries(properties).map(([operator, each]) => [`${name}[${operator}]`, each])
          : [[name, shape]]
      for (const [form, each] of forms) {
        const value = sampleOf(each)
        // Values of the kind that the field has, where the schema says only that they are between commas.
        const kind = style === "deepObject" ? sampleOf(properties["eq"] ?? {}) : value
        const text = form.endsWith("[between]")
          ? `${kind},${kind}`
          : /\[(in|notIn)\]$/.test(form)
            ? `${kind}`
            : name === "include"
              ? "category"
              : name === "after"
                ? undefined
                : [value].flat().join(",")
        if (text === undefined) continue
        const response = await read(app, `/products?${new URLSearchParams({ [form]: text })}`)
        expect(response.status, `${form}=${text} ${await response.clone().text()}`).toBe(200)
        count++
      }
    }
    expect(count).toBeGreaterThan(100)
  })

  it("are limited where the document says so", async () => {
    class Ticket extends Entity("Ticket", {}) {
      static {
        action(this, "open", { rateLimit: { limit: 1, perSeconds: 60 } })
      }
      static open() {}
    }
    const app = nitro({
      entities: [Ticket],
      plugins: [openapi({ title: "Tickets", version: "1.0.0" })],
    })
    const { paths } = await documentFrom(await read(app))
    expect(paths["/tickets/open"]?.["post"]?.responses).toHaveProperty("429")
    const post = () => app(new Request("http://app.test/tickets/open", { method: "POST" }))
    expect((await post()).status).toBe(204)
    expect((await post()).status).toBe(429)
  })
})

describe("the route of the document", () => {
  it("responds to a repeated read without a body", async () => {
    const app = shop.app()
    const first = await read(app)
    expect(first.headers.get("content-type")).toBe("application/json; charset=utf-8")
    expect(first.headers.get("cache-control")).toBe("no-cache")
    const etag = first.headers.get("etag") ?? ""
    expect(etag).not.toBe("")
    const second = await read(app, undefined, { "if-none-match": etag })
    expect(second.status).toBe(304)
    expect(await second.text()).toBe("")
    const head = await app(new Request("http://app.test/_nitro/openapi.json", { method: "HEAD" }))
    expect([head.status, head.headers.get("etag")]).toEqual([200, etag])
  })

  it("lies below the base path, and says it", async () => {
    const one = shop.app({}, { basePath: "/one" })
    const two = shop.app({ path: "/api.json" }, { basePath: "/two" })
    const first = await documentFrom(await read(one, "/one/_nitro/openapi.json"))
    const second = await documentFrom(await read(two, "/two/api.json"))
    expect([first.servers, second.servers]).toEqual([[{ url: "/one" }], [{ url: "/two" }]])
    expect(document.servers).toEqual([{ url: "/" }])
    expect(Object.keys(second.paths)).not.toContain("/api.json")
    expect((await read(one)).status).toBe(404)
  })

  it("is off until it is listed", async () => {
    expect((await read(nitro({ entities: [shop.Hidden] }))).status).toBe(404)
  })

  it("is closed by `allow`", async () => {
    const app = shop.app(
      { allow: ({ user }) => user !== undefined, docs: true },
      { user: (request: Request) => request.headers.get("x-user") ?? undefined },
    )
    const paths = app.routes.flatMap(({ path }) => (path.startsWith("/_nitro/") ? [path] : []))
    expect(paths).toHaveLength(5)
    for (const path of paths) {
      expect((await read(app, path)).status, path).toBe(403)
      expect((await read(app, path, { "x-user": "ann" })).status, path).toBe(200)
    }
  })

  it("names the ways to sign in", async () => {
    const secured = await documentFrom(
      await read(
        shop.app({
          security: {
            session: { type: "apiKey", in: "cookie", name: "session" },
            token: { type: "http", scheme: "bearer" },
          },
        }),
      ),
    )
    expect(secured.security).toEqual([{ session: [] }, { token: [] }])
    expect(await validate(structuredClone(secured) as never)).toMatchObject({ valid: true })
  })
})

describe("the page", () => {
  it("loads its own files alone, under a policy without inline script", async () => {
    const app = shop.app({ docs: true }, { basePath: "/shop" })
    const page = await read(app, "/shop/_nitro/docs")
    expect(page.headers.get("content-type")).toBe("text/html; charset=utf-8")
    const policy = page.headers.get("content-security-policy") ?? ""
    expect(policy).toContain("script-src 'self';")
    expect(policy).not.toContain("unsafe")
    const text = await page.text()
    expect(text).toContain("<title>Shop</title>")
    const addresses = [...text.matchAll(/(?:src|href)="([^"]+)"/g)].map(
      ([, address = ""]) => address,
    )
    expect(addresses).toEqual([
      "/shop/_nitro/docs/swagger-ui.css",
      "/shop/_nitro/docs/swagger-ui-bundle.js",
      "/shop/_nitro/docs/start.js",
    ])
    expect(text).not.toMatch(/<script>|style=|onload/)
    for (const address of addresses) expect((await read(app, address)).status, address).toBe(200)
    const start = await (await read(app, addresses[2])).text()
    expect(start).toContain('"url":"/shop/_nitro/openapi.json"')
    const packed = await read(app, addresses[1], { "accept-encoding": "gzip" })
    expect(packed.headers.get("content-encoding")).toBe("gzip")
    expect((await packed.arrayBuffer()).byteLength).toBeLessThan(700_000)
  })

  it("is at another path where the option says so, and nowhere without it", async () => {
    const app = shop.app({ docs: { path: "/api/docs" } })
    expect((await read(app, "/api/docs")).status).toBe(200)
    expect((await read(shop.app(), "/_nitro/docs")).status).toBe(404)
    expect((await documentFrom(await read(app))).paths).not.toHaveProperty("/api/docs")
  })

  it("escapes the title", async () => {
    const app = shop.app({ docs: true, title: "</title><script>alert(1)</script>" })
    expect(await (await read(app, "/_nitro/docs")).text()).not.toContain("<script>alert")
  })
})

describe("options", () => {
  const refused = (options: object): string => {
    try {
      openapi({ title: "Shop", version: "1.0.0", ...options } as OpenApiOptions)
      return "accepted"
    } catch (error) {
      return (error as Error).message
    }
  }
  it.each([
    [{ titel: "Shop" }, 'openapi({ … }) has no option "titel". Did you mean "title"?'],
    [
      { docs: { paht: "/docs" } },
      'docs of openapi({ … }) has no option "paht". Did you mean "path"?',
    ],
    [{ title: "" }, 'The option title of openapi() is no text. Write title: "Shop".'],
    [{ version: 1 }, 'The option version of openapi() is no text. Write version: "1.0.0".'],
    [{ path: "openapi" }, 'The option path of openapi() is "openapi", which is no path.'],
    [
      { path: "/a", docs: { path: "/a" } },
      "The option docs of openapi() has the path of the document.",
    ],
    [{ allow: true }, "The option allow of openapi() is no function."],
    [
      { security: { token: { type: "htp" } } },
      'The option security.token of openapi() has the type "htp". The types are apiKey, http,',
    ],
    [
      { security: { token: { type: "http" } } },
      'The option security.token of openapi() has the type "http" and no scheme.',
    ],
    [
      { security: { token: { type: "http", schema: "bearer" } } },
      'security.token of openapi({ … }) has no option "schema". Did you mean "scheme"?',
    ],
  ])("%j is refused", (options, message) => {
    expect(refused(options)).toContain(message)
  })
})
