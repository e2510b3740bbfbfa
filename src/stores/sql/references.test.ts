// Foreign keys and on-delete rules, whichever class is used first and whatever the tables were before.
import { afterAll, describe, expect, it, vi } from "vitest"
import { z } from "zod"
import { postgresMissing, testDatabase } from "../../../test/support/postgres.ts"
import {
  Entity,
  type EntityClass,
  ref,
  type Store,
  unitOfWork,
  withStores,
} from "../../entity/index.ts"
import { declareEntities } from "../../entity/internal.ts"
import { postgresDrivers } from "./postgres/drivers/load.ts"
import { postgres } from "./postgres/store.ts"
import { sqlite } from "./sqlite/store.ts"
import type { SchemaMode } from "./table/schema-difference.ts"
import { availableDrivers, openConnection, temporaryFolder } from "./testing/drivers.ts"

if (postgresMissing !== undefined) console.log(`Skipped on Postgres: ${postgresMissing}`)
const database = postgresMissing === undefined ? await testDatabase(140) : undefined
const folder = temporaryFolder()
const opened: Store[] = []
let files = 0
afterAll(async () => {
  for (const store of opened) await store.close()
  await database?.remove()
  folder.remove()
})

interface Place {
  open(schema?: SchemaMode): Store
  /** Runs SQL as another program would. */
  run(sql: string): Promise<void>
  /** `products.category_id > categories (set null)` for each foreign key. */
  keys(): Promise<string[]>
}

function keep(store: Store): Store {
  opened.push(store)
  return store
}

const kinds: readonly (readonly [name: string, place: () => Place])[] = [
  ...availableDrivers.map(driver => {
    const place = (): Place => {
      const file = folder.path(`${files++}.db`)
      const raw = openConnection(driver, file)
      raw.exec("pragma journal_mode = wal")
      return {
        open: (schema = "sync") => keep(sqlite({ file, driver, schema })),
        run: async sql => void raw.exec(sql),
        async keys() {
          const statement = raw.prepare(
            `select m.name || '.' || k."from" || ' > ' || k."table" || ' (' || lower(k.on_delete) || ')'
             from sqlite_master m, pragma_foreign_key_list(m.name) k where m.type = 'table' order by 1`,
          ) as unknown as { all(): Record<string, string>[] }
          return statement.all().map(row => Object.values(row)[0] as string)
        },
      }
    }
    return [driver, place] as const
  }),
  ...(database === undefined ? [] : postgresDrivers).map(driver => {
    const place = (): Place => {
      const url = (database as NonNullable<typeof database>).emptySchema()
      const schema = new URL(url).searchParams.get("options")?.split("=")[1] as string
      const query = (database as NonNullable<typeof database>).query
      return {
        open: (mode = "sync") => keep(postgres({ url, driver, max: 3, schema: mode })),
        run: async sql =>
          void (await query(sql.replaceAll(/\b(products|categories|seen)\b/g, `${schema}.$1`))),
        keys: async () =>
          (
            await query(
              `select c.relname || '.' || a.attname || ' > ' || t.relname || ' (' ||
                 case k.confdeltype when 'c' then 'cascade' when 'n' then 'set null' else 'no action' end || ')' as key
               from pg_constraint k join pg_class c on c.oid = k.conrelid join pg_class t on t.oid = k.confrelid
                 join pg_attribute a on a.attrelid = k.conrelid and a.attnum = k.conkey[1]
               where k.contype = 'f' and c.relnamespace = $1::regnamespace order by 1`,
              [schema],
            )
          ).map(({ key }) => key as string),
      }
    }
    return [`postgres through ${driver}`, place] as const
  }),
]

type Rule = "restrict" | "cascade" | "setNull"
const inSql = { restrict: "no action", cascade: "cascade", setNull: "set null" } as const

/** Release 1 has products alone; release 2 has categories, and products in them. */
function releaseOne() {
  return class Product extends Entity("Product", { name: z.string() }) {}
}
function releaseTwo(rule: Rule, hasRelation = false) {
  class Category extends Entity("Category", { name: z.string() }) {}
  class Product extends Entity("Product", {
    name: z.string(),
    categoryId: ref("Category", { onDelete: rule }).nullable().default(null),
  }) {
    get category() {
      return hasRelation ? this.belongsTo(Category, "categoryId") : undefined
    }
  }
  return { Category, Product }
}

describe.each(kinds)("references on %s", (_, newPlace) => {
  const rules = ["restrict", "cascade", "setNull"] as const
  const known = ["nothing else", "a relation", "the app"] as const

  it.each(rules.flatMap(rule => known.map(by => [rule, by] as const)))(
    "of a class that comes later are kept: %s, known by %s",
    async (rule, by) => {
      const place = newPlace()
      const first = place.open()
      const Before = releaseOne()
      await withStores(first, () =>
        Before.createMany(["a", "b", "c"].map(name => ({ id: name, name }))),
      )
      await first.close()
      const { Category, Product } = releaseTwo(rule, by === "a relation")
      if (by === "the app") declareEntities([Product, Category] as unknown as EntityClass[])
      const expected = [`products.category_id > categories (${inSql[rule]})`]
      await withStores(place.open(), async () => {
        expect(await Product.count()).toBe(3)
        if (by !== "nothing else") expect(await place.keys()).toEqual(expected)
        await Category.createMany(["x", "y", "z"].map(name => ({ id: name, name })))
        expect(await place.keys()).toEqual(expected)
        for (const [product, category] of [
          ["a", "x"],
          ["b", "y"],
          ["c", "z"],
        ] as const)
          await (await Product.require(product)).update({ categoryId: category })
        await expect(
          (async () => (await Product.require("a")).update({ categoryId: "nothing" }))(),
        ).rejects.toMatchObject({
          code: "NITRO_REFERENCE",
        })
        const deletes = [
          async () => (await Category.require("x")).delete(),
          async () => Category.deleteWhere({ name: "y" }),
        ]
        for (const run of deletes) {
          if (rule === "restrict")
            await expect(run()).rejects.toMatchObject({ code: "NITRO_REFERENCE" })
          else await run()
        }
        const left = (await Product.all()).map(({ id, categoryId }) => [id, categoryId])
        if (rule === "restrict")
          expect(left).toEqual([
            ["a", "x"],
            ["b", "y"],
            ["c", "z"],
          ])
        else if (rule === "cascade") expect(left).toEqual([["c", "z"]])
        else
          expect(left).toEqual([
            ["a", null],
            ["b", null],
            ["c", "z"],
          ])
      })
    },
  )

  it("are kept in fresh tables, required ones too, when the class that refers is used first", async () => {
    const place = newPlace()
    class Category extends Entity("Category", { name: z.string() }) {}
    class Product extends Entity("Product", { name: z.string(), categoryId: ref("Category") }) {}
    await withStores(place.open(), async () => {
      expect(await Product.count()).toBe(0)
      await Category.create({ id: "x", name: "x" })
      expect(await place.keys()).toEqual(["products.category_id > categories (no action)"])
      await Product.create({ name: "a", categoryId: "x" })
      await expect((async () => (await Category.require("x")).delete())()).rejects.toMatchObject({
        code: "NITRO_REFERENCE",
      })
    })
  })

  it("are kept when both classes are used for the first time in one unit of work", async () => {
    const declare = () => {
      class Category extends Entity("Category", { name: z.string() }) {}
      class Product extends Entity("Product", { name: z.string(), categoryId: ref("Category") }) {}
      return { Category, Product }
    }
    await withStores(newPlace().open(), async () => {
      const { Category, Product } = declare()
      await unitOfWork(async () => {
        await Product.create({ name: "early", categoryId: "late" })
        await Category.create({ id: "late", name: "late" })
      })
      await expect((async () => (await Category.require("late")).delete())()).rejects.toMatchObject(
        { code: "NITRO_REFERENCE" },
      )
    })
    await withStores(newPlace().open(), async () => {
      const { Category, Product } = declare()
      const lost = unitOfWork(async () => {
        await Product.create({ name: "early", categoryId: "nothing" })
        await Category.create({ id: "late", name: "late" })
      })
      await expect(lost).rejects.toMatchObject({ code: "NITRO_REFERENCE" })
      expect(await Product.count()).toBe(0)
    })
  })

  const tables = `create table categories (id text primary key, name text not null);
    create table products (id text primary key, name text not null, category_id text`
  const strange: readonly (readonly [what: string, sql: string])[] = [
    [
      "rows that point to nothing",
      `${tables}); insert into categories values ('x', 'x'), ('y', 'y'); insert into products values ('a', 'a', 'x'), ('b', 'b', 'y'), ('o', 'o', 'gone')`,
    ],
    [
      "a key with another rule",
      `${tables} references categories (id) on delete cascade); insert into categories values ('x', 'x'), ('y', 'y'); insert into products values ('a', 'a', 'x'), ('b', 'b', 'y')`,
    ],
    [
      "a view over the column",
      `${tables}); insert into categories values ('x', 'x'), ('y', 'y'); insert into products values ('a', 'a', 'x'), ('b', 'b', 'y'); create view seen as select category_id from products`,
    ],
  ]
  it.each(
    strange.flatMap(([what, sql]) =>
      (["sync", "check", "none"] as const).map(mode => [what, mode, sql] as const),
    ),
  )(
    "are kept by entities where the table of another program has %s, with the schema mode %s",
    async (_, mode, sql) => {
      const place = newPlace()
      await place.run(sql)
      const { Category, Product } = releaseTwo("setNull")
      const warn = vi.spyOn(process, "emitWarning").mockImplementation(() => {})
      await withStores(place.open(mode), async () => {
        await Product.count()
        await Category.count()
        // What `none` trusts is the database's business.
        if (mode === "none") return
        await expect(Product.create({ name: "n", categoryId: "nothing" })).rejects.toMatchObject({
          code: "NITRO_REFERENCE",
        })
        expect(await (await Category.require("x")).delete()).toBe(true)
        expect(await Category.deleteWhere({ name: "y" })).toBe(1)
        expect(
          (await Product.where({ id: ["a", "b"] })).map(({ categoryId }) => categoryId),
        ).toEqual([null, null])
      })
      const isKept = (await place.keys()).includes("products.category_id > categories (set null)")
      const warnings = warn.mock.calls
        .map(([message]) => String(message))
        .filter(message => message.includes("foreign key"))
      warn.mockRestore()
      if (mode === "none") expect(warnings).toEqual([])
      else if (!isKept) expect(warnings[0]).toContain('"category_id" of "products"')
    },
  )
})

it("to an entity that does not exist are refused when an app declares its classes", () => {
  class Gadget extends Entity("Gadget", { gizmoId: ref("Gizmoo").nullable().default(null) }) {}
  class Gizmo extends Entity("Gizmo", { name: z.string() }) {}
  expect(() => declareEntities([Gadget, Gizmo] as unknown as EntityClass[])).toThrow(
    expect.objectContaining({
      code: "NITRO_DEFINITION",
      message: expect.stringContaining('ref("Gizmoo")'),
      fix: 'Did you mean "Gizmo"?',
    }),
  )
})
