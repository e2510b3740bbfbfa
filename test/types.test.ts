// Our types in a user's compiler: under strict settings, whatever module resolution and library they chose.
import { spawnSync } from "node:child_process"
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, beforeAll, expect, it } from "vitest"
import { ensureBuilt } from "./support/built.ts"
import { root } from "./support/imports.ts"

const folder = join(root, "test/.output/types")
const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
  exports: Record<string, unknown>
}
const names = Object.keys(manifest.exports)
  .filter(subpath => subpath !== "./package.json")
  .map(subpath => `nitro-ts${subpath.slice(1)}`)

beforeAll(ensureBuilt, 120_000)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Compiles files as a project of a user would, declarations of packages included. Gives the compiler's complaints. */
function compile(
  name: string,
  files: Readonly<Record<string, string>>,
  compilerOptions: object,
  compiler: "typescript" | "typescript7" = "typescript7",
): string[] {
  const project = join(folder, name)
  mkdirSync(project, { recursive: true })
  for (const [file, text] of Object.entries(files)) writeFileSync(join(project, file), text)
  const strict = {
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    skipLibCheck: false,
    noEmit: true,
    types: ["node"],
  }
  writeFileSync(
    join(project, "tsconfig.json"),
    JSON.stringify({ compilerOptions: { ...strict, ...compilerOptions }, include: ["."] }),
  )
  const { stdout } = spawnSync(
    process.execPath,
    [join(root, "node_modules", compiler, "bin/tsc"), "-p", project, "--pretty", "false"],
    {
      cwd: root,
      encoding: "utf8",
    },
  )
  return stdout.split("\n").filter(line => line.includes("error TS"))
}

const everything = names
  .map((name, i) => `import * as m${i} from "${name}"\nexport { m${i} }`)
  .join("\n")

it.each([
  [
    "nodenext without the DOM",
    {
      target: "es2022",
      module: "nodenext",
      moduleResolution: "nodenext",
      lib: ["es2022", "esnext.disposable"],
    },
  ],
  [
    "bundler with the DOM",
    {
      target: "es2022",
      module: "esnext",
      moduleResolution: "bundler",
      lib: ["es2022", "esnext.disposable", "dom", "dom.iterable"],
    },
  ],
])("compiles in a project with %s, declarations checked", (name, options) => {
  expect(compile(name.replaceAll(" ", "-"), { "all.ts": everything }, options)).toEqual([])
})

it("compiles the example of day 1, and not with a field that does not exist", () => {
  const app = (field: string): string => `
    import { Entity } from "nitro-ts"
    import { z } from "zod"
    class Todo extends Entity("Todo", { title: z.string(), done: z.boolean().default(false) }) {}
    export const open = Todo.where(todo => todo.${field}.eq(false))
    export const make = async (): Promise<string> => (await Todo.create({ title: "Milk" })).title
  `
  const options = {
    target: "es2022",
    module: "nodenext",
    moduleResolution: "nodenext",
    lib: ["es2022", "esnext.disposable"],
  }
  expect(compile("right", { "app.ts": app("done") }, options)).toEqual([])
  expect(compile("wrong", { "app.ts": app("dome") }, options)).toEqual([
    expect.stringContaining("'dome'"),
  ])
})

// `npm run consumers` compiles all pages and examples with TypeScript 5.9, 6 and 7; this is what they once disagreed on.
it.each(["typescript", "typescript7"] as const)(
  "takes an entity class wherever any class is taken, by the package %s",
  compiler => {
    const app = `
    import { call, Entity, expose, live } from "nitro-ts"
    import type { EntityClass } from "nitro-ts/entity"
    import { nitro } from "nitro-ts/fetch"
    import { z } from "zod"
    class Todo extends Entity("Todo", { title: z.string(), done: z.boolean().default(false) }, { timestamps: true, softDelete: true }) {}
    const Plain = Entity("Plain", { id: z.int(), price: z.bigint(), at: z.date().nullable() }, { version: true })
    const classes: EntityClass[] = [Todo, Plain]
    export const handler = nitro({ entities: [Todo, Plain, expose(Todo), ...classes] })
    export const views = [live(Todo.where(), todo => todo.title), live(Todo.where().count()), live(() => "", { on: [Todo, Plain] })]
    export const calls = [call(Todo, "create"), call(Plain, "create")]
    export const names = Todo.all().select("title", "done").orderBy("-createdAt")
    // @ts-expect-error there is no such field
    Todo.all().select("title").orderBy("titel")
  `
    const options = { target: "es2023", module: "nodenext", lib: ["es2023", "esnext.disposable"] }
    expect(compile(`classes-${compiler}`, { "app.ts": app }, options, compiler)).toEqual([])
  },
  120_000,
)

it("lets users export what they made: its declarations name only what can be imported", () => {
  const app = `
    import { action, call, expose, html, layout, live, Page, redirect, respond } from "nitro-ts"
    import { context } from "nitro-ts/actions"
    import { Entity, embedded, field, increment, ref, serial, ValueObject } from "nitro-ts/entity"
    import { z } from "zod"
    export class Money extends ValueObject("Money", { amount: z.number() }) {}
    export class Category extends Entity("Category", { name: z.string(), parentId: ref("Category").nullable() }, { softDelete: true, timestamps: true }) {
      get products() { return this.hasMany(Product, "categoryId") }
      get parent() { return this.belongsTo(Category, "parentId") }
    }
    export class Product extends Entity("Product", { id: serial(), price: z.number(), cost: embedded(Money), data: z.object({ a: z.string() }), pin: field(z.string(), { hidden: true }), categoryId: ref("Category").nullable() }) {
      get category() { return this.belongsTo(Category, "categoryId") }
      get first() { return this.hasOne(Note, "productId") }
      get tags() { return this.manyToMany(Tag, { through: ProductTag }) }
    }
    export class Note extends Entity("Note", { productId: z.int() }) {}
    export class Tag extends Entity("Tag", { name: z.string() }) {}
    export class ProductTag extends Entity("ProductTag", { productId: z.int(), tagId: ref("Tag") }, { unique: [["productId", "tagId"]] }) {}
    export const statics = { ...Product, ...Category, ...ProductTag, ...Money }
    export const columns = () => {
      let columns!: Parameters<Extract<NonNullable<Parameters<typeof Product.spec<Product>>[0]>, (...args: never[]) => unknown>>[0]
      const { price, cost, data, category, first, tags } = columns
      return { price, cost, data, category, first, tags, path: data.path("a"), some: tags.some(), condition: price.gt(1) }
    }
    export const queries = {
      all: Product.all(), spec: Product.spec(p => p.price.gt(1)), page: Product.all().page({ size: 1 }),
      select: Product.all().select("price"), join: Product.leftJoin(Category, (p, c) => p.categoryId.eq(c.id)),
      groups: Product.all().groupBy("categoryId", { count: true, worth: { sum: "price" } }), count: Product.all().count(),
    }
    export const product = await Product.require(1)
    export const members = { save: product.save, category: product.category, first: product.first, tags: product.tags }
    export const more = increment(1)
    export const calls = { form: call(product, "delete").form, field: call(Tag, "create").field("name"), call: call(Tag, "create") }
    export const web = { action, expose: expose(Tag), exposed: { ...expose(Tag) }, context: { ...context() }, redirect, respond }
    export const views = { html, layout, Page, live, tags: live(Tag.all(), tag => tag.name), count: live(Tag.all().count()) }
  `
  const options = {
    target: "es2023",
    module: "nodenext",
    lib: ["es2023", "esnext.disposable"],
    noEmit: false,
    declaration: true,
    emitDeclarationOnly: true,
  }
  // A package refers to itself by other paths than those who installed it.
  const installed = join(folder, "declarations/node_modules/nitro-ts")
  cpSync(join(root, "dist"), join(installed, "dist"), {
    recursive: true,
    filter: path => !/\.(js|map)$/.test(path),
  })
  cpSync(join(root, "package.json"), join(installed, "package.json"))
  const project = { "package.json": '{ "type": "module" }', "app.ts": app }
  expect(compile("declarations", project, options)).toEqual([])
  const declarations = readFileSync(join(folder, "declarations/app.d.ts"), "utf8")
  expect(declarations).toContain("class Product")
  expect([...new Set(declarations.match(/import\("\.[^"]+"\)\.\w+/g))]).toEqual([])
})
