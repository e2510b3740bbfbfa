// Ten thousand rows go through every kind of change and back, and all of them are still there.
import { describe, expect, it } from "vitest"
import { z } from "zod"
import type { EntityDefinition, FieldDefinition, Store } from "../../../entity/store.ts"
import { type DefineOptions, define, type FieldSpec } from "../testing/definitions.ts"
import { type CreateOptions, createMigrator, type Migrator } from "./migrator.ts"
import { all, databases, newFolder } from "./testing/databases.ts"

const rows = 10_000

type Fields = Record<string, FieldSpec>
interface State {
  readonly fields: Fields
  readonly options: DefineOptions
  readonly others: readonly EntityDefinition[]
  /** The effect of deleting a shop on its products. */
  readonly rule?: "set null"
}
interface Change {
  readonly about: string
  readonly next: (state: State) => State
  readonly hints?: CreateOptions
  /** Values that only the way up has: SQL for the column's values afterwards, to compare with. */
  readonly gives?: Readonly<Record<string, (n: number) => unknown>>
}

const shop = define("Shop", { city: "string" })
const reviews = define("Review", {
  productId: { type: "string", references: "Product" },
  text: "string",
})
const start: State = {
  fields: {
    title: { type: "string" },
    stock: { type: "integer" },
    price: { type: "number", nullable: true },
    code: { type: "string", nullable: true },
    sold: { type: "boolean" },
    extra: { type: "json", nullable: true },
    note: { type: "string", nullable: true },
  },
  options: { table: "products", index: [["code"]] },
  others: [shop, reviews],
}

const withField = (state: State, name: string, spec: FieldSpec): State => ({
  ...state,
  fields: { ...state.fields, [name]: spec },
})
const without = (state: State, name: string): State => ({
  ...state,
  fields: Object.fromEntries(Object.entries(state.fields).filter(([field]) => field !== name)),
})
function productOf({ fields, options, rule }: State): EntityDefinition {
  const definition = define("Product", fields, options)
  const ruled = (field: FieldDefinition): FieldDefinition =>
    field.name === "shopId" && rule ? ({ ...field, onDelete: rule } as FieldDefinition) : field
  return { ...definition, fields: definition.fields.map(ruled) }
}
const optional = (schema: z.ZodType, type: FieldSpec["type"]): FieldSpec => ({
  type,
  optional: true,
  schema,
})

const changes: readonly Change[] = [
  {
    about: "a nullable column is added",
    next: state => withField(state, "tag", { type: "string", nullable: true }),
    gives: { tag: () => null },
  },
  {
    about: "a required column with a default is added",
    next: state =>
      withField(state, "unit", optional(z.string().default('it\'s "one"; -- ü'), "string")),
    gives: { unit: () => 'it\'s "one"; -- ü' },
  },
  {
    about: "a required column is added, filled from another",
    next: state => withField(state, "slug", { type: "string" }),
    hints: { backfill: { "products.slug": "lower(title)" } },
    gives: { slug: n => titleOf(n).toLowerCase() },
  },
  {
    about: "a column is renamed",
    next: state => withField(without(state, "title"), "label", { type: "string" }),
    hints: { renames: ["products.title:label"] },
  },
  {
    about: "a number becomes text",
    next: state => withField(state, "stock", { type: "string" }),
  },
  {
    about: "a nullable column becomes required",
    next: state => withField(state, "code", { type: "string" }),
    hints: { backfill: { "products.code": "'none'" } },
    gives: { code: n => codeOf(n) ?? "none" },
  },
  {
    about: "a required column becomes nullable",
    next: state => withField(state, "sold", { type: "boolean", nullable: true }),
  },
  {
    about: "a default changes",
    next: state => withField(state, "unit", optional(z.string().default("piece"), "string")),
  },
  {
    about: "a unique index and an index of two columns are added",
    next: state => ({
      ...state,
      options: { ...state.options, unique: [["label"]], index: [["stock", "price"]] },
    }),
  },
  {
    about: "a reference to another table and one to itself are added",
    next: state =>
      withField(
        withField(state, "shopId", { type: "string", nullable: true, references: "Shop" }),
        "parentId",
        {
          type: "string",
          nullable: true,
          references: "Product",
        },
      ),
    gives: { shopId: () => null, parentId: () => null },
  },
  {
    about: "a reference gets a rule for deletes",
    next: state => ({ ...state, rule: "set null" }),
  },
  { about: "a column is dropped", next: state => without(state, "note") },
  {
    about: "true and false become text",
    next: state => withField(state, "sold", { type: "string", nullable: true }),
    gives: { sold: n => String(n % 2 === 0) },
  },
  {
    about: "the table is renamed",
    next: state => ({ ...state, options: { ...state.options, table: "items" } }),
    hints: { renames: ["products:items"] },
  },
  {
    about: "an empty table comes, in a circle with another",
    next: state => ({ ...state, others: [...state.others, ...circle] }),
  },
  {
    about: "a table goes",
    next: state => ({
      ...state,
      others: state.others.filter(other => other.name !== "Beta" && other.name !== "Alpha"),
    }),
  },
]

const circle = [
  define("Alpha", { betaId: { type: "string", nullable: true, references: "Beta" } }),
  define("Beta", { alphaId: { type: "string", nullable: true, references: "Alpha" } }),
]

const titleOf = (n: number): string => `Title ${n} "q" 'a' ü 日本`
const codeOf = (n: number): string | null => (n % 3 === 0 ? null : `code-${n}`)

/** The rows as they were written, by the names of `start`. */
const original = (n: number): Record<string, unknown> => ({
  id: `p${String(n).padStart(6, "0")}`,
  title: titleOf(n),
  stock: n,
  price: n % 7 === 0 ? null : n / 3,
  code: codeOf(n),
  sold: n % 2 === 0,
  extra: n % 5 === 0 ? null : { n, list: [1, "two", null] },
  note: `note ${n}`,
})

describe.each(databases)("on $name", database => {
  it("keeps every row", { timeout: 120_000 }, async () => {
    const store = await database.open()
    const folder = newFolder()
    const migrator = (state: State): Migrator =>
      createMigrator({ store, folder, entities: [...state.others, productOf(state)] })
    await migrator(start).create({ name: "start", now: new Date("2026-01-01T00:00:00Z") })
    await migrator(start).up()
    await fill(store)
    const states = [start]
    const seen = [await snapshot(store, start)]
    expect(seen[0]?.size).toBe(rows)
    for (const { about, next, hints, gives } of changes) {
      const before = states.at(-1) as State
      const state = next(before)
      const created = await migrator(state).create({ name: about, ...hints })
      expect(created.name, about).toBeDefined()
      const ran = await migrator(state).up({ yes: true })
      expect(ran, about).toMatchObject({ migrations: [{ name: created.name }], warnings: [] })
      expect(await migrator(state).check(), about).toMatchObject({ ok: true })
      const now = await snapshot(store, state)
      compare(about, seen.at(-1) as Snapshot, now, gives ?? {})
      expect(
        await all(store, "select count(*) from reviews").then(([row]) => Number(row?.[0])),
        about,
      ).toBe(rows)
      states.push(state)
      seen.push(now)
    }
    for (let at = changes.length - 1; at >= 0; at--) {
      const state = states[at] as State
      const about = `back before: ${changes[at]?.about}`
      const ran = await migrator(state).down({ yes: true })
      expect(ran, about).toMatchObject({ direction: "down", warnings: [] })
      const now = await snapshot(store, state)
      expect(now.size, about).toBe(rows)
      // Dropped columns and filled nulls do not come back; everything else does.
      const lost = new Set(["note", "code"])
      const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b)
      const changed = [...now].flatMap(([id, row]) => {
        const old = seen[at]?.get(id) ?? {}
        return Object.keys(row).flatMap(column =>
          lost.has(column) || same(row[column], old[column])
            ? []
            : [{ id, column, was: old[column], is: row[column] }],
        )
      })
      expect(changed.slice(0, 3), about).toEqual([])
    }
    expect(await all(store, "select count(*) from reviews").then(([row]) => Number(row?.[0]))).toBe(
      rows,
    )
    const [first] = await snapshot(store, start).then(all => [...all.values()])
    expect(first).toEqual({ ...original(0), note: null, code: "none" })
    await migrator(start).down({ to: null, yes: true })
    expect((await migrator(start).check()).unmanagedTables).toEqual([])
  })
})

type Snapshot = Map<string, Record<string, unknown>>

async function fill(store: Store): Promise<void> {
  const definition = productOf(start)
  const products = store.bind(definition)
  const { encoding } = store
  const encode = (n: number): unknown[] =>
    definition.fields.map(({ name, type }) => {
      const value = original(n)[name]
      return value === null ? null : (encoding[type]?.encode(value as never) ?? value)
    })
  const numbers = Array.from({ length: rows }, (_, n) => n)
  await products.write(numbers.map(n => ({ op: "insert", row: encode(n) })))
  await store
    .bind(reviews)
    .write(numbers.map(n => ({ op: "insert", row: [`r${n}`, original(n)["id"], `text ${n}`] })))
}

/** All rows by id, decoded. */
async function snapshot(store: Store, state: State): Promise<Snapshot> {
  const definition = productOf(state)
  const found = await store.bind(definition).find({ orderBy: [] })
  const decoded = found.map(row =>
    Object.fromEntries(
      definition.fields.map(({ name, type }, at) => [
        name,
        row[at] === null ? null : (store.encoding[type]?.decode(row[at] as never) ?? row[at]),
      ]),
    ),
  )
  return new Map(decoded.map(row => [row["id"] as string, row]))
}

function compare(
  about: string,
  before: Snapshot,
  now: Snapshot,
  gives: NonNullable<Change["gives"]>,
): void {
  expect(now.size, about).toBe(rows)
  const wrong = [...now].flatMap(([id, row]) => {
    const old = before.get(id) ?? {}
    return Object.keys(row).flatMap(column => {
      const source = column === "label" && old["label"] === undefined ? "title" : column
      const expected = gives[column] ? gives[column](Number(id.slice(1))) : old[source]
      return comparable(row[column]) === comparable(expected)
        ? []
        : [{ id, column, expected, is: row[column] }]
    })
  })
  expect(wrong.slice(0, 3), about).toEqual([])
}

/** Types may change: `1`, `"1"` and `true` are the same value here. */
function comparable(value: unknown): string {
  if (typeof value === "boolean") return String(Number(value))
  return typeof value === "object" ? JSON.stringify(value) : String(value)
}
