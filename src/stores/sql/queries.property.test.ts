// Random rows, groups, fields and pages: SQL gives what reading the rows and working them out in memory gives.
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { z } from "zod"
import {
  Entity,
  type EntityInstance,
  type GroupOutputs,
  memory,
  type Store,
  withStores,
} from "../../entity/index.ts"
import { sqlite } from "./sqlite/store.ts"
import { availableDrivers } from "./testing/drivers.ts"

interface Values {
  readonly id: string
  s: string | null
  i: number | null
  n: number | null
  b: boolean | null
  d: Date | null
  big: bigint | null
}

class Thing extends Entity("Thing", {
  s: z.string().nullable(),
  i: z.int().nullable(),
  n: z.number().nullable(),
  b: z.boolean().nullable(),
  d: z.date().nullable(),
  big: z.bigint().nullable(),
}) {}

const orNull = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | null> =>
  fc.option(arbitrary, { freq: 4 })
// Sums of these are exact in any order.
const thing = fc.record({
  s: orNull(fc.constantFrom("", "a", "A", "b", "é", "\uffff", "\u{10000}", "a,b", '"', "null")),
  i: orNull(fc.integer({ min: -3, max: 3 })),
  n: orNull(fc.constantFrom(0, -0, 0.5, -1.25, 1e9)),
  b: orNull(fc.boolean()),
  d: orNull(fc.constantFrom(new Date(0), new Date(-1), new Date(8.64e15))),
  big: orNull(fc.constantFrom(0n, -5n, 2n ** 60n, -(2n ** 60n))),
})
const names = ["s", "i", "n", "b", "d", "big"] as const
const field = fc.constantFrom(...names)
const direction = fc.constantFrom("asc" as const, "desc" as const)
const numeric = fc.constantFrom("i" as const, "n" as const, "big" as const)
const ordered = fc.constantFrom(
  "s" as const,
  "i" as const,
  "n" as const,
  "d" as const,
  "big" as const,
)
const output = fc.oneof(
  fc.record({ count: fc.oneof(fc.constant(true as const), field) }),
  fc.record({ sum: numeric }),
  fc.record({ avg: numeric }),
  fc.record({ min: ordered }),
  fc.record({ max: ordered }),
)
const window = fc.record(
  { limit: fc.nat({ max: 6 }), offset: fc.nat({ max: 4 }) },
  { requiredKeys: [] },
)

interface Windowed<T> extends PromiseLike<readonly unknown[]> {
  limit(limit: number): T
  offset(offset: number): T
}

function cut<T extends Windowed<T>>(
  query: T,
  { limit, offset }: { limit?: number; offset?: number },
): T {
  const limited = limit === undefined ? query : query.limit(limit)
  return offset === undefined ? limited : limited.offset(offset)
}

type Read = () => Promise<unknown>

/** The query for both stores. */
const read: fc.Arbitrary<Read> = fc.oneof(
  fc
    .record({
      fields: fc.uniqueArray(field, { maxLength: 3 }),
      outputs: fc.array(output, { maxLength: 3, minLength: 1 }),
      by: direction,
      at: fc.nat({ max: 2 }),
      window,
    })
    .map(
      ({ fields, outputs, by, at, window: size }): Read =>
        async () => {
          const named = Object.fromEntries(
            outputs.map((one, index) => [`out${index}`, one]),
          ) as GroupOutputs<Values>
          const groups = Thing.all().groupBy(fields, named)
          return cut(groups.orderBy(`out${at % outputs.length}` as never, by), size)
        },
    ),
  fc
    .record({
      fields: fc.uniqueArray(field, { maxLength: 3, minLength: 1 }),
      by: direction,
      window,
    })
    .map(
      ({ fields, by, window: size }): Read =>
        async () =>
          cut(
            Thing.all()
              .select(...fields)
              .distinct()
              .orderBy(fields[0] as "s", by),
            size,
          ),
    ),
  fc
    .record({
      fields: fc.uniqueArray(field, { maxLength: 3, minLength: 1 }),
      order: field,
      by: direction,
      window,
    })
    .map(
      ({ fields, order, by, window: size }): Read =>
        async () =>
          cut(
            Thing.all()
              .orderBy(order, by)
              .select(...fields),
            size,
          ),
    ),
  fc
    .record({
      left: numeric,
      right: numeric,
      op: fc.constantFrom("eq" as const, "lt" as const, "gte" as const),
      order: field,
      window,
    })
    .map(
      ({ op, order, window: size }): Read =>
        async () => {
          const pairs = await cut(
            Thing.join(Thing, (l, r) => l.i[op](r.i))
              .where((l, r) => l.s.ne(r.s))
              .orderBy("right", order),
            size,
          )
          return pairs.map(([l, r]) => [(l as EntityInstance).id, (r as EntityInstance).id])
        },
    ),
  fc
    .record({
      order: fc.array(fc.tuple(field, direction), { maxLength: 3 }),
      size: fc.integer({ min: 1, max: 5 }),
    })
    .map(
      ({ order, size }): Read =>
        async () => {
          const query = order.reduce((sorted, [name, by]) => sorted.orderBy(name, by), Thing.all())
          const found: string[] = []
          let after: string | undefined
          do {
            const page = await query.page({ size, after })
            found.push(...page.items.map(({ id }) => id))
            after = page.next
          } while (after !== undefined)
          expect(found).toEqual((await query).map(({ id }) => id))
          return found
        },
    ),
)

/** `NITRO_PROPERTY_RUNS=10000` for the long run. */
const runs = Number(process.env["NITRO_PROPERTY_RUNS"] ?? 200)

for (const driver of availableDrivers) {
  describe(`queries on ${driver}`, () => {
    it("give what working them out in memory gives", { timeout: 600_000 }, async () => {
      const stores: readonly Store[] = [
        memory(),
        sqlite({ file: ":memory:", driver, schema: "sync" }),
      ]
      await fc.assert(
        fc.asyncProperty(
          fc.array(thing, { maxLength: 12 }),
          fc.array(read, { minLength: 1, maxLength: 6 }),
          async (things, reads) => {
            const results = stores.map(store =>
              withStores(store, async () => {
                await Thing.deleteWhere({}, { all: true })
                await Thing.createMany(things.map((values, n) => ({ id: `id${n}`, ...values })))
                const all: unknown[] = []
                for (const one of reads) all.push(await one())
                return all
              }),
            )
            const [inMemory, inSql] = await Promise.all(results)
            // -0 is 0 to a database.
            expect(withoutSign(inSql)).toEqual(withoutSign(inMemory))
          },
        ),
        { numRuns: runs },
      )
      for (const store of stores) await store.close()
    })
  })
}

function withoutSign(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutSign)
  if (typeof value === "number") return value + 0
  if (typeof value !== "object" || value === null || value instanceof Date) return value
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, withoutSign(one)]))
}
