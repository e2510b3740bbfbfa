// Conditions and orders mean the same in the store as in memory.
import { compareBy, matches, type Order, type Predicate, type QueryPlan } from "../entity/store.ts"
import { Account, insertSamples, sampleId, samplePredicates } from "./samples.ts"
import { accountRow, accounts, balanceOf, everything, ids, type Tools } from "./store-tools.ts"

export function orderTests({ test, expect }: Tools): void {
  const orders: readonly (readonly Order[])[] = [
    [],
    ...["text", "count", "ratio", "flag", "at", "big", "id"].flatMap((field): Order[][] => [
      [{ field, direction: "asc" }],
      [{ field, direction: "desc" }],
    ]),
    [
      { field: "flag", direction: "desc" },
      { field: "count", direction: "asc" },
    ],
    [
      { field: "count", direction: "asc" },
      { field: "at", direction: "desc" },
      { field: "text", direction: "asc" },
    ],
  ]

  for (const orderBy of orders) {
    const name =
      orderBy.map(({ field, direction }) => `${field} ${direction}`).join(", ") ||
      "nothing, so by id"
    test(`orders by ${name}`, async store => {
      const { repository, entities } = await insertSamples(store)
      const expected = [...entities].sort(compareBy(orderBy)).map(entity => entity.id)
      expect(ids(await repository.find({ orderBy }))).toEqual(expected)
    })
  }

  test("puts nulls last ascending and first descending, and breaks ties by id", async store => {
    const repository = store.bind(Account.definition)
    const numbers = [2, null, 1, 2, null, 1]
    for (const [n, number] of numbers.entries())
      await repository.write([{ op: "insert", row: accountRow(store, n, { number }) }])
    const order = async (direction: "asc" | "desc"): Promise<unknown> =>
      ids(await repository.find({ orderBy: [{ field: "number", direction }] }))
    expect(await order("asc")).toEqual([2, 5, 0, 3, 1, 4].map(sampleId))
    expect(await order("desc")).toEqual([1, 4, 0, 3, 2, 5].map(sampleId))
  })

  test("limits and passes over, the one without the other too", async store => {
    const repository = await accounts(store, 5)
    const matches = async (plan: Partial<QueryPlan>): Promise<number[]> =>
      (await repository.find({ orderBy: [], ...plan })).map(balanceOf)
    expect(await matches({ limit: 2, offset: 1 })).toEqual([1, 2])
    expect(await matches({ limit: 2 })).toEqual([0, 1])
    expect(await matches({ offset: 3 })).toEqual([3, 4])
    expect(await matches({ offset: 9 })).toEqual([])
    expect(await matches({ limit: 99 })).toEqual([0, 1, 2, 3, 4])
    expect(await matches({ limit: 0 })).toEqual([])
    expect(
      await matches({
        limit: 1,
        where: { op: "gt", field: "balance", value: 2 },
        orderBy: [{ field: "balance", direction: "desc" }],
      }),
    ).toEqual([4])
  })

  test("counts what it would find", async store => {
    const repository = await accounts(store, 5)
    const where: Predicate = { op: "gte", field: "balance", value: 1 }
    expect(await repository.count({ where, orderBy: [{ field: "email", direction: "asc" }] })).toBe(
      4,
    )
    expect(await repository.count({ where, orderBy: [], limit: 3 })).toBe(3)
    expect(await repository.count({ where, orderBy: [], offset: 3 })).toBe(1)
    expect(await repository.count({ where, orderBy: [], limit: 3, offset: 3 })).toBe(1)
    expect(await repository.count({ where, orderBy: [], offset: 30 })).toBe(0)
  })
}

export function predicateTests({ test, expect }: Tools): void {
  test("matches what the evaluation in memory matches, for every operator and type", async store => {
    const { repository, entities } = await insertSamples(store)
    for (const where of samplePredicates) {
      const expected = entities.filter(entity => matches(where, entity)).map(entity => entity.id)
      const named = (result: unknown): unknown => ({ where: describePredicate(where), result })
      expect(named(ids(await repository.find({ where, orderBy: [] })))).toEqual(named(expected))
      expect(named(await repository.count({ where, orderBy: [] }))).toEqual(named(expected.length))
    }
  })

  test("deletes exactly what it finds", async store => {
    for (const where of samplePredicates.filter((_, index) => index % 7 === 0)) {
      const { repository, entities } = await insertSamples(store)
      const left = entities.filter(entity => !matches(where, entity)).map(entity => entity.id)
      await repository.deleteWhere(where)
      expect(ids(await repository.find(everything))).toEqual(left)
      await repository.deleteWhere(undefined)
    }
  })

  test("finds rows with and without a value as the contract says", async store => {
    const repository = store.bind(Account.definition)
    const numbers = [1, 2, null]
    for (const [n, number] of numbers.entries())
      await repository.write([{ op: "insert", row: accountRow(store, n, { number }) }])
    const matches = async (where: Predicate): Promise<unknown[]> =>
      (await repository.find({ where, orderBy: [] })).map(row => row[3])
    expect(await matches({ op: "ne", field: "number", value: 1 })).toEqual([2, null])
    expect(await matches({ op: "notIn", field: "number", values: [1] })).toEqual([2, null])
    expect(await matches({ op: "eq", field: "number", value: null })).toEqual([null])
    expect(await matches({ op: "lt", field: "number", value: 5 })).toEqual([1, 2])
    expect(await matches({ op: "not", of: { op: "lt", field: "number", value: 2 } })).toEqual([
      2,
      null,
    ])
    expect(await matches({ op: "in", field: "number", values: [] })).toEqual([])
    expect(await matches({ op: "eq", field: "number", value: { field: "number" } })).toEqual([1, 2])
  })

  test("takes long lists and deep conditions", async store => {
    const repository = await accounts(store, 3)
    const values = Array.from({ length: 5000 }, (_, index) => index + 1)
    expect(
      await repository.count({ where: { op: "in", field: "balance", values }, orderBy: [] }),
    ).toBe(2)
    let deep: Predicate = { op: "eq", field: "balance", value: 1 }
    for (let depth = 0; depth < 50; depth++)
      deep = { op: "not", of: { op: "and", of: [deep, { op: "gte", field: "balance", value: 0 }] } }
    expect(await repository.count({ where: deep, orderBy: [] })).toBe(1)
    const wide: Predicate = {
      op: "or",
      of: values.slice(0, 300).map(value => ({ op: "eq", field: "balance", value })),
    }
    expect(await repository.count({ where: wide, orderBy: [] })).toBe(2)
  })
}

function describePredicate(where: Predicate): string {
  return JSON.stringify(where, (_, value) => (typeof value === "bigint" ? `${value}n` : value))
}
