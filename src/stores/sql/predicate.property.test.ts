// Random rows, conditions, orders and windows: SQL gives the rows that evaluation in memory gives, in the same order.
import fc from "fast-check"
import { afterAll, describe, expect, it } from "vitest"
import { postgresMissing, testDatabase } from "../../../test/support/postgres.ts"
import { compareBy, matches } from "../../entity/conditions/matches.ts"
import type { Predicate, QueryPlan, Row, Store, Value } from "../../entity/store.ts"
import { postgresDrivers } from "./postgres/drivers/load.ts"
import { postgres } from "./postgres/store.ts"
import { sqlite } from "./sqlite/store.ts"
import { define } from "./testing/definitions.ts"
import { availableDrivers } from "./testing/drivers.ts"

const definition = define("Sample", {
  s: "string",
  t: { type: "string", nullable: true, column: "the t" },
  i: { type: "integer", nullable: true },
  n: { type: "number", nullable: true },
  b: { type: "boolean", nullable: true },
  d: { type: "date", nullable: true },
  big: { type: "bigint", nullable: true },
  raw: { type: "bytes", nullable: true },
  j: { type: "json", nullable: true },
})
type Sample = Record<string, Value>

// Few and small values, so that conditions meet equal and neighbouring rows.
const text = fc.oneof(
  fc.constantFrom(
    "",
    "a",
    "A",
    "ab",
    "aB",
    "%",
    "_",
    "\\",
    "a%b",
    "a_b",
    "a\\b",
    "é",
    "É",
    "\uffff",
    "\u{10000}",
    "k",
    "\u212a",
    "ı",
    "[a]",
    "*",
    "'",
    '"',
  ),
  fc.string({ unit: fc.constantFrom("a", "B", "b", "%", "_", "\\", "é", "😀"), maxLength: 4 }),
)
const values = {
  s: text,
  t: text,
  i: fc.oneof(
    fc.integer({ min: -2, max: 2 }),
    fc.constantFrom(Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER),
  ),
  n: fc.oneof(
    fc.constantFrom(
      0,
      -0,
      0.1 + 0.2,
      0.3,
      -1.5,
      1e300,
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
    ),
    fc.double({ noNaN: true }),
    fc.integer({ min: -2, max: 2 }),
  ),
  b: fc.boolean(),
  d: fc.oneof(
    fc.constantFrom(new Date(0), new Date(-1), new Date(8.64e15), new Date(-8.64e15)),
    fc.date({ noInvalidDate: true }),
  ),
  big: fc.oneof(
    fc.bigInt({ min: -2n, max: 2n }),
    fc.constantFrom(2n ** 53n, 2n ** 53n + 1n, 2n ** 63n - 1n, -(2n ** 63n)),
  ),
  raw: fc.uint8Array({ maxLength: 2, max: 3 }),
} satisfies Record<string, fc.Arbitrary<Value>>

const names = Object.keys(values) as (keyof typeof values)[]
const field = fc.constantFrom(...names)
const orNull = (arbitrary: fc.Arbitrary<Value>): fc.Arbitrary<Value> =>
  fc.oneof({ weight: 5, arbitrary }, { weight: 1, arbitrary: fc.constant(null) })
// Values that no row can hold, but a condition may use.
const beyond = {
  big: fc.constantFrom(2n ** 63n, -(2n ** 63n) - 1n, 2n ** 70n),
  i: fc.constantFrom(0.5, 1e300),
  n: fc.constant(0.7),
}
const operand = (name: keyof typeof values): fc.Arbitrary<Value> =>
  orNull(
    name in beyond
      ? fc.oneof(
          { weight: 6, arbitrary: values[name] as fc.Arbitrary<Value> },
          { weight: 1, arbitrary: beyond[name as "big"] },
        )
      : values[name],
  )

const key = fc.constantFrom("a", "b.c", 'q"u\\', "é", "", "0", "\n", "$", "__proto__")
const jsonNumber = fc.oneof(
  fc.integer({ min: -2, max: 2 }),
  fc.constantFrom(0.1 + 0.2, 0.3, 1e300, 2 ** 53),
)
const { json } = fc.letrec<{ json: unknown }>(tie => ({
  json: fc.oneof(
    { depthSize: "small", maxDepth: 3 },
    fc.oneof(text, jsonNumber, fc.boolean(), fc.constant(null)),
    fc.dictionary(key, tie("json"), { maxKeys: 3, noNullPrototype: false }),
    fc.array(tie("json"), { maxLength: 3 }),
  ),
}))
const path = fc.array(fc.oneof(key, fc.nat({ max: 2 })), { maxLength: 3 })
const inJson: fc.Arbitrary<Predicate> = fc.oneof(
  fc.record({
    op: fc.constant("json" as const),
    field: fc.constant("j"),
    path,
    test: fc.constant("isNull" as const),
  }),
  fc.record({
    op: fc.constant("json" as const),
    field: fc.constant("j"),
    path,
    test: fc.constantFrom("eq", "lt", "lte", "gt", "gte"),
    value: fc.oneof(text, jsonNumber),
  }),
  fc.record({
    op: fc.constant("json" as const),
    field: fc.constant("j"),
    path,
    test: fc.constantFrom("contains", "startsWith", "endsWith", "like"),
    value: text,
  }),
  fc.record({
    op: fc.constant("json" as const),
    field: fc.constant("j"),
    path,
    test: fc.constant("eq" as const),
    value: fc.boolean(),
  }),
)

const sample: fc.Arbitrary<Sample> = fc.record(
  Object.fromEntries([
    ...names.map(name => [name, name === "s" ? values.s : orNull(values[name])]),
    ["j", orNull(json as fc.Arbitrary<Value>)],
  ]) as Record<string, fc.Arbitrary<Value>>,
)

const leaf: fc.Arbitrary<Predicate> = field.chain(
  (name): fc.Arbitrary<Predicate> =>
    fc.oneof(
      fc.record({
        op: fc.constantFrom("eq", "ne", "lt", "lte", "gt", "gte"),
        field: fc.constant(name),
        value: operand(name),
      }),
      fc.record({
        op: fc.constantFrom("eq", "ne", "lt", "lte", "gt", "gte"),
        field: fc.constant(name),
        value: fc.record({
          field: fc.constantFrom(
            ...(name === "s" || name === "t"
              ? ["s", "t", "id"]
              : name === "i" || name === "n"
                ? ["i", "n"]
                : [name]),
          ),
        }),
      }),
      fc.record({
        op: fc.constantFrom("in", "notIn"),
        field: fc.constant(name),
        values: fc.array(operand(name), { maxLength: 5 }),
      }),
      fc.record({
        op: fc.constant("between" as const),
        field: fc.constant(name),
        from: operand(name),
        to: operand(name),
      }),
      fc.record({ op: fc.constant("isNull" as const), field: fc.constant(name) }),
      fc.record({
        op: fc.constantFrom("contains", "startsWith", "endsWith", "like"),
        field: fc.constantFrom("s", "t"),
        value: text,
      }),
      // Half a surrogate pair is in no stored text, though memory, which searches units and not characters, finds it in "😀".
      fc.record({
        op: fc.constantFrom("eq", "ne"),
        field: fc.constantFrom("s", "t"),
        value: fc.constantFrom("\0", "a\0", "\ud800", "\udc00a"),
      }),
      fc.record({
        op: fc.constantFrom("contains", "startsWith", "endsWith", "like"),
        field: fc.constantFrom("s", "t"),
        value: fc.constantFrom("\0", "a\0"),
      }),
    ),
)
const { predicate } = fc.letrec<{ predicate: Predicate }>(tie => ({
  predicate: fc.oneof(
    { maxDepth: 4, depthSize: "small" },
    { weight: 3, arbitrary: leaf },
    { weight: 1, arbitrary: inJson },
    {
      weight: 2,
      arbitrary: fc.record({
        op: fc.constantFrom("and", "or"),
        of: fc.array(tie("predicate"), { maxLength: 4 }),
      }),
    },
    { weight: 1, arbitrary: fc.record({ op: fc.constant("not" as const), of: tie("predicate") }) },
  ),
}))

const plan: fc.Arbitrary<QueryPlan> = fc.record(
  {
    where: predicate,
    orderBy: fc.array(
      fc.record({
        field: fc.constantFrom("id", ...names),
        direction: fc.constantFrom("asc", "desc"),
      }),
      { maxLength: 3 },
    ),
    limit: fc.nat({ max: 12 }),
    offset: fc.nat({ max: 12 }),
  },
  { requiredKeys: ["orderBy"] },
)

function toRow(store: Store, entity: Sample): Row {
  return definition.fields.map(({ name, type }) => {
    const value = entity[name] as Value
    return value === null ? null : (store.encoding[type]?.encode(value as never) ?? value)
  })
}

/** `NITRO_PROPERTY_RUNS=10000` for the long run. */
const runs = Number(process.env["NITRO_PROPERTY_RUNS"] ?? 300)

interface Subject {
  readonly name: string
  readonly open: () => Store
  /** The earliest date that it keeps. Conditions may use earlier ones. */
  readonly earliest: number
}

if (postgresMissing !== undefined) console.log(`Skipped on Postgres: ${postgresMissing}`)
const database =
  postgresMissing === undefined ? await testDatabase(postgresDrivers.length) : undefined
afterAll(() => database?.remove())

const subjects: readonly Subject[] = [
  ...availableDrivers.map(driver => ({
    name: driver,
    open: () => sqlite({ file: ":memory:", driver }),
    earliest: -8.64e15,
  })),
  ...(database === undefined ? [] : postgresDrivers).map(driver => ({
    name: `Postgres through ${driver}`,
    open: () => postgres({ url: database?.emptySchema() as string, driver, schema: "sync" }),
    earliest: -210_866_803_200_000,
  })),
]

for (const { name, open, earliest } of subjects) {
  const keepable = (entity: Sample): Sample =>
    entity["d"] instanceof Date &&
    entity["d"].getTime() < earliest &&
    entity["d"].getTime() !== -8.64e15
      ? { ...entity, d: new Date(earliest) }
      : entity
  describe(`conditions on ${name}`, () => {
    it("finds, counts and deletes what evaluation in memory does", {
      timeout: 600_000,
    }, async () => {
      const store = open()
      const repository = store.bind(definition)
      await fc.assert(
        fc.asyncProperty(
          fc.array(sample, { maxLength: 12 }),
          fc.array(plan, { minLength: 1, maxLength: 8 }),
          async (samples, plans) => {
            const entities = samples.map((entity, index) => ({
              id: `id${index}`,
              ...keepable(entity),
            }))
            await repository.deleteWhere(undefined)
            await repository.write(
              entities.map(entity => ({ op: "insert", row: toRow(store, entity) }) as const),
            )
            for (const each of plans) {
              const { where, orderBy, limit, offset = 0 } = each
              const expected = entities
                .filter(entity => matches(where, entity))
                .sort(compareBy(orderBy))
                .slice(offset, limit === undefined ? undefined : offset + limit)
                .map(entity => entity.id)
              const found = await repository.find(each)
              expect(found.map(row => row[0])).toEqual(expected)
              expect(await repository.count(each)).toBe(expected.length)
            }
            const [first] = plans as [QueryPlan]
            const remaining = entities
              .filter(entity => first.where !== undefined && !matches(first.where, entity))
              .map(entity => entity.id)
            expect(await repository.deleteWhere(first.where)).toBe(
              entities.length - remaining.length,
            )
            expect((await repository.find({ orderBy: [] })).map(row => row[0])).toEqual(
              remaining.sort(),
            )
          },
        ),
        { numRuns: runs },
      )
      await store.close()
    })
  })
}
