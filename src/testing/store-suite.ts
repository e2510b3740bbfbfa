// The contract of stores as a suite: a third party runs it against its own store and knows that entities work on it.
import {
  compareBy,
  matches,
  type Order,
  type Predicate,
  type QueryPlan,
  type Repository,
  type Row,
  type Store,
  unitOfWork,
  withRepositories,
} from "../entity/index.ts"
import type { TestRunner } from "./runner.ts"
import { Account, encodeRow, encodeValue, insertSamples, naughtyTexts, Sample, sampleId, samplePredicates, Versioned } from "./samples.ts"

export interface StoreSuiteOptions {
  /** Shown in the names of the tests. */
  readonly name: string
  /** A new, empty store. Called once more than there are tests, to read `capabilities`; the suite closes what it opens. */
  readonly open: () => Store
}

/** The tools of one group of tests. */
interface Tools {
  readonly runner: TestRunner
  readonly expect: TestRunner["expect"]
  /** A test on a new store. */
  test(name: string, run: (store: Store) => Promise<void>): void
}

/**
 * Declares the tests that every store must pass, those of a capability only where the store declares it.
 *
 * ```ts
 * import { describe, expect, it } from "vitest"
 * storeSuite({ describe, it, expect }, { name: "toy", open: () => new ToyStore() })
 * ```
 */
export function storeSuite(runner: TestRunner, { name, open }: StoreSuiteOptions): void {
  const probe = open()
  const { capabilities } = probe
  void probe.close()
  const tools: Tools = {
    runner,
    expect: value => runner.expect(value),
    test(title, run) {
      runner.it(title, async () => {
        const store = open()
        try {
          await run(store)
        } finally {
          await store.close()
        }
      })
    },
  }
  const without = (capability: string): Tools => ({
    ...tools,
    test: title => {
      runner.it.skip(`${title} (not for a store without the capability "${capability}")`, async () => {})
    },
  })
  runner.describe(`the store contract on ${name}`, () => {
    rowTests(tools)
    valueTests(tools)
    orderTests(tools)
    predicateTests(tools)
    uniqueTests(capabilities.unique ? tools : without("unique"))
    entityTests(tools)
    transactionTests(capabilities.transactions ? tools : without("transactions"))
    expiryTests(capabilities.ttl ? tools : without("ttl"))
  })
}

function accountRow(store: Store, n: number, values: object = {}): Row {
  return encodeRow(store, Account.definition, { id: sampleId(n), email: `${n}@example.org`, balance: n, ...values })
}

async function accounts(store: Store, count: number): Promise<Repository> {
  const repository = store.bind(Account.definition)
  for (let n = 0; n < count; n++) await repository.write([{ op: "insert", row: accountRow(store, n) }])
  return repository
}

function ids(rows: readonly Row[]): unknown[] {
  return rows.map(row => row[0])
}

const everything: QueryPlan = { orderBy: [] }
const balanceColumn = 4

function rowTests({ test, expect }: Tools): void {
  test("gives undefined for an id that is not stored", async store => {
    const repository = store.bind(Account.definition)
    expect(await repository.get("nothing")).toBe(undefined)
    expect(await repository.get("")).toBe(undefined)
    expect(await repository.get("' or 1=1 --")).toBe(undefined)
    expect(await repository.find(everything)).toEqual([])
    expect(await repository.count(everything)).toBe(0)
  })

  test("stores a row and gives it back in the order of the fields", async store => {
    const repository = store.bind(Account.definition)
    const row = accountRow(store, 1, { region: "north", number: 7 })
    expect(await repository.write([{ op: "insert", row }])).toEqual([1])
    expect(await repository.get(sampleId(1))).toEqual(row)
    expect(await repository.find(everything)).toEqual([row])
  })

  test("refuses an id that is taken and keeps the first row", async store => {
    const repository = await accounts(store, 1)
    const again = async (): Promise<unknown> =>
      repository.write([{ op: "insert", row: accountRow(store, 0, { email: "other@example.org" }) }])
    await expect(again()).rejects.toMatchObject({ code: "NITRO_DUPLICATE", details: { fields: ["id"] } })
    expect((await repository.get(sampleId(0)))?.[1]).toBe("0@example.org")
  })

  test("takes ids of the caller's own making, whatever they contain", async store => {
    const repository = store.bind(Account.definition)
    const given = naughtyTexts.filter(text => text !== "")
    for (const id of given) await repository.write([{ op: "insert", row: accountRow(store, 0, { id, email: id }) }])
    for (const id of given) expect((await repository.get(id))?.[0]).toBe(id)
    expect(await repository.count(everything)).toBe(given.length)
  })

  test("updates the given columns only and says whether there was a row", async store => {
    const repository = await accounts(store, 2)
    expect(await repository.write([{ op: "update", id: sampleId(1), columns: [balanceColumn], values: [99] }])).toEqual([1])
    expect(await repository.get(sampleId(1))).toEqual(accountRow(store, 1, { balance: 99 }))
    expect(await repository.get(sampleId(0))).toEqual(accountRow(store, 0))
    expect(await repository.write([{ op: "update", id: sampleId(9), columns: [balanceColumn], values: [1] }])).toEqual([0])
  })

  test("deletes by id and says whether there was a row", async store => {
    const repository = await accounts(store, 2)
    expect(await repository.write([{ op: "delete", id: sampleId(0) }])).toEqual([1])
    expect(await repository.write([{ op: "delete", id: sampleId(0) }])).toEqual([0])
    expect(ids(await repository.find(everything))).toEqual([sampleId(1)])
  })

  test("does several writes in order and counts each", async store => {
    const repository = await accounts(store, 1)
    const counts = await repository.write([
      { op: "insert", row: accountRow(store, 1) },
      { op: "update", id: sampleId(1), columns: [balanceColumn], values: [5] },
      { op: "delete", id: sampleId(8) },
      { op: "delete", id: sampleId(0) },
    ])
    expect(counts).toEqual([1, 1, 0, 1])
    expect(await repository.find(everything)).toEqual([accountRow(store, 1, { balance: 5 })])
    expect(await repository.write([])).toEqual([])
  })

  test("deletes what a condition matches and gives the number", async store => {
    const repository = await accounts(store, 5)
    expect(await repository.deleteWhere({ op: "gte", field: "balance", value: 3 })).toBe(2)
    expect(await repository.deleteWhere({ op: "gte", field: "balance", value: 3 })).toBe(0)
    expect(await repository.count(everything)).toBe(3)
    expect(await repository.deleteWhere(undefined)).toBe(3)
    expect(await repository.count(everything)).toBe(0)
  })

  test("neither keeps nor hands out an array that somebody else can change", async store => {
    const repository = store.bind(Account.definition)
    const row = accountRow(store, 1)
    await repository.write([{ op: "insert", row }])
    row[balanceColumn] = 1000
    const read = (await repository.get(sampleId(1))) as Row
    read[balanceColumn] = 2000
    const [found] = await repository.find(everything)
    ;(found as Row)[balanceColumn] = 3000
    expect(await repository.get(sampleId(1))).toEqual(accountRow(store, 1))
  })

  test("compares the version in the write itself", async store => {
    const repository = store.bind(Versioned.definition)
    const versionColumn = Versioned.definition.fieldByName.get("version")?.index as number
    const now = new Date()
    await repository.write([
      {
        op: "insert",
        row: encodeRow(store, Versioned.definition, { id: "a", title: "x", note: "", createdAt: now, updatedAt: now, version: 3 }),
      },
    ])
    const update = { op: "update", id: "a", columns: [1, versionColumn], values: ["y", 4] } as const
    expect(await repository.write([{ ...update, version: 2 }])).toEqual([0])
    expect(await repository.write([{ ...update, version: 3 }])).toEqual([1])
    expect(await repository.write([{ op: "delete", id: "a", version: 3 }])).toEqual([0])
    expect((await repository.get("a"))?.[1]).toBe("y")
    expect(await repository.write([{ op: "delete", id: "a", version: 4 }])).toEqual([1])
  })
}

function valueTests({ test, expect }: Tools): void {
  const roundTrip = async (store: Store, values: Record<string, unknown>): Promise<Record<string, unknown>> =>
    withRepositories(store, async () => {
      const saved = await Sample.create(values as never)
      const read = await Sample.get(saved.id)
      expect(read?.isDirty).toBe(false)
      return read as unknown as Record<string, unknown>
    })
  const same = (store: Store, field: string, values: readonly unknown[]): Promise<void> =>
    Promise.all(values.map(async value => expect((await roundTrip(store, { [field]: value }))[field]).toEqual(value))).then(() => {})

  test("keeps null in every field", async store => {
    const read = await roundTrip(store, {})
    for (const field of ["text", "count", "ratio", "flag", "at", "big", "bytes", "data"]) expect(read[field]).toBe(null)
  })

  test("keeps text as it is: empty, quoted, Unicode, SQL", async store => {
    await same(store, "text", naughtyTexts)
  })

  test("keeps a megabyte of text", async store => {
    await same(store, "text", ["x".repeat(1_000_000), "é€😀".repeat(200_000)])
  })

  test("keeps integers and numbers to the last bit", async store => {
    await same(store, "count", [0, 1, -1, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER])
    await same(store, "ratio", [
      0,
      0.1,
      -0.1,
      1e21,
      1e-7,
      5e-324,
      Number.MAX_VALUE,
      Number.MIN_VALUE,
      Number.EPSILON,
      2 ** 53,
      123456789.12345679,
      3,
    ])
  })

  test("keeps booleans as booleans", async store => {
    await same(store, "flag", [true, false])
  })

  test("keeps bigints of 64 bits", async store => {
    await same(store, "big", [0n, 1n, -1n, 9007199254740993n, 9223372036854775807n, -9223372036854775808n])
  })

  test("keeps instants to the millisecond, far ones too", async store => {
    await same(store, "at", [
      new Date(0),
      new Date(-1),
      new Date(1),
      new Date("2024-02-29T23:59:59.999Z"),
      new Date("0001-01-01T00:00:00Z"),
      new Date("9999-12-31T23:59:59.999Z"),
    ])
  })

  test("keeps bytes", async store => {
    await same(store, "bytes", [
      new Uint8Array(0),
      Uint8Array.of(0, 1, 127, 128, 255),
      Uint8Array.from({ length: 70_000 }, (_, index) => index % 256),
    ])
  })

  test("keeps JSON: objects, lists, text, numbers, booleans", async store => {
    await same(store, "data", [
      {},
      [],
      { a: [1, { b: null }], "'": '"' },
      "text",
      "",
      0,
      1.5,
      true,
      false,
      naughtyTexts,
      { constructor: 2, toString: null },
    ])
  })

  test("gives a clean entity back: reading changes nothing, saving again writes nothing", async store => {
    const read = await roundTrip(store, {
      text: "a",
      count: 1,
      ratio: 0.1,
      flag: true,
      at: new Date(5),
      big: 5n,
      bytes: Uint8Array.of(1),
      data: { a: 1 },
    })
    expect((read as { changes?: unknown })["changes"]).toEqual({})
  })
}

function orderTests({ test, expect }: Tools): void {
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
    const name = orderBy.map(({ field, direction }) => `${field} ${direction}`).join(", ") || "nothing, so by id"
    test(`orders by ${name}`, async store => {
      const { repository, entities } = await insertSamples(store)
      const expected = [...entities].sort(compareBy(orderBy)).map(entity => (entity as { id: string }).id)
      expect(ids(await repository.find({ orderBy }))).toEqual(expected)
    })
  }

  test("puts nulls last ascending and first descending, and breaks ties by id", async store => {
    const repository = store.bind(Account.definition)
    const numbers = [2, null, 1, 2, null, 1]
    for (const [n, number] of numbers.entries()) await repository.write([{ op: "insert", row: accountRow(store, n, { number }) }])
    const order = async (direction: "asc" | "desc"): Promise<unknown> =>
      ids(await repository.find({ orderBy: [{ field: "number", direction }] }))
    expect(await order("asc")).toEqual([2, 5, 0, 3, 1, 4].map(sampleId))
    expect(await order("desc")).toEqual([1, 4, 0, 3, 2, 5].map(sampleId))
  })

  test("limits and passes over, the one without the other too", async store => {
    const repository = await accounts(store, 5)
    const found = async (plan: Partial<QueryPlan>): Promise<number[]> =>
      (await repository.find({ orderBy: [], ...plan })).map(row => row[balanceColumn] as number)
    expect(await found({ limit: 2, offset: 1 })).toEqual([1, 2])
    expect(await found({ limit: 2 })).toEqual([0, 1])
    expect(await found({ offset: 3 })).toEqual([3, 4])
    expect(await found({ offset: 9 })).toEqual([])
    expect(await found({ limit: 99 })).toEqual([0, 1, 2, 3, 4])
    expect(await found({ limit: 0 })).toEqual([])
    expect(
      await found({ limit: 1, where: { op: "gt", field: "balance", value: 2 }, orderBy: [{ field: "balance", direction: "desc" }] }),
    ).toEqual([4])
  })

  test("counts what it would find", async store => {
    const repository = await accounts(store, 5)
    const where: Predicate = { op: "gte", field: "balance", value: 1 }
    expect(await repository.count({ where, orderBy: [{ field: "email", direction: "asc" }] })).toBe(4)
    expect(await repository.count({ where, orderBy: [], limit: 3 })).toBe(3)
    expect(await repository.count({ where, orderBy: [], offset: 3 })).toBe(1)
    expect(await repository.count({ where, orderBy: [], limit: 3, offset: 3 })).toBe(1)
    expect(await repository.count({ where, orderBy: [], offset: 30 })).toBe(0)
  })
}

function predicateTests({ test, expect }: Tools): void {
  test("matches what the evaluation in memory matches, for every operator and type", async store => {
    const { repository, entities } = await insertSamples(store)
    for (const where of samplePredicates) {
      const expected = entities.filter(entity => matches(where, entity)).map(entity => (entity as { id: string }).id)
      const named = (result: unknown): unknown => ({ where: describePredicate(where), result })
      expect(named(ids(await repository.find({ where, orderBy: [] })))).toEqual(named(expected))
      expect(named(await repository.count({ where, orderBy: [] }))).toEqual(named(expected.length))
    }
  })

  test("deletes exactly what it finds", async store => {
    for (const where of samplePredicates.filter((_, index) => index % 7 === 0)) {
      const { repository, entities } = await insertSamples(store)
      const left = entities.filter(entity => !matches(where, entity)).map(entity => (entity as { id: string }).id)
      await repository.deleteWhere(where)
      expect(ids(await repository.find(everything))).toEqual(left)
      await repository.deleteWhere(undefined)
    }
  })

  test("finds rows with and without a value as the contract says", async store => {
    const repository = store.bind(Account.definition)
    const numbers = [1, 2, null]
    for (const [n, number] of numbers.entries()) await repository.write([{ op: "insert", row: accountRow(store, n, { number }) }])
    const found = async (where: Predicate): Promise<unknown[]> => (await repository.find({ where, orderBy: [] })).map(row => row[3])
    expect(await found({ op: "ne", field: "number", value: 1 })).toEqual([2, null])
    expect(await found({ op: "notIn", field: "number", values: [1] })).toEqual([2, null])
    expect(await found({ op: "eq", field: "number", value: null })).toEqual([null])
    expect(await found({ op: "lt", field: "number", value: 5 })).toEqual([1, 2])
    expect(await found({ op: "not", of: { op: "lt", field: "number", value: 2 } })).toEqual([2, null])
    expect(await found({ op: "in", field: "number", values: [] })).toEqual([])
    expect(await found({ op: "eq", field: "number", value: { field: "number" } })).toEqual([1, 2])
  })

  test("takes long lists and deep conditions", async store => {
    const repository = await accounts(store, 3)
    const values = Array.from({ length: 5000 }, (_, index) => index + 1)
    expect(await repository.count({ where: { op: "in", field: "balance", values }, orderBy: [] })).toBe(2)
    let deep: Predicate = { op: "eq", field: "balance", value: 1 }
    for (let depth = 0; depth < 50; depth++) deep = { op: "not", of: { op: "and", of: [deep, { op: "gte", field: "balance", value: 0 }] } }
    expect(await repository.count({ where: deep, orderBy: [] })).toBe(1)
    const wide: Predicate = { op: "or", of: values.slice(0, 300).map(value => ({ op: "eq", field: "balance", value })) }
    expect(await repository.count({ where: wide, orderBy: [] })).toBe(2)
  })
}

function describePredicate(where: Predicate): string {
  return JSON.stringify(where, (_, value) => (typeof value === "bigint" ? `${value}n` : value))
}

function uniqueTests({ test, expect }: Tools): void {
  test("refuses a taken unique value, names the fields and stores nothing", async store => {
    const repository = await accounts(store, 2)
    const insert = async (): Promise<unknown> => repository.write([{ op: "insert", row: accountRow(store, 5, { email: "1@example.org" }) }])
    await expect(insert()).rejects.toMatchObject({ code: "NITRO_DUPLICATE", details: { fields: ["email"] } })
    const update = async (): Promise<unknown> =>
      repository.write([{ op: "update", id: sampleId(0), columns: [1], values: ["1@example.org"] }])
    await expect(update()).rejects.toMatchObject({ code: "NITRO_DUPLICATE", details: { fields: ["email"] } })
    expect(await repository.find(everything)).toEqual([accountRow(store, 0), accountRow(store, 1)])
  })

  test("refuses values that are unique together, and lets null be", async store => {
    const repository = store.bind(Account.definition)
    const insert = async (n: number, values: object): Promise<unknown> =>
      repository.write([{ op: "insert", row: accountRow(store, n, values) }])
    await insert(1, { region: "north", number: 1 })
    await insert(2, { region: "north", number: 2 })
    await insert(3, { region: "north", number: null })
    await insert(4, { region: "north", number: null })
    await insert(5, { region: null, number: 1 })
    await expect(insert(6, { region: "north", number: 1 })).rejects.toMatchObject({
      code: "NITRO_DUPLICATE",
      details: { fields: ["region", "number"] },
    })
    expect(await repository.count(everything)).toBe(5)
  })

  test("frees a unique value with its row", async store => {
    const repository = await accounts(store, 1)
    await repository.write([{ op: "update", id: sampleId(0), columns: [1], values: ["moved@example.org"] }])
    await repository.write([{ op: "insert", row: accountRow(store, 1, { email: "0@example.org" }) }])
    await repository.write([{ op: "delete", id: sampleId(1) }])
    await repository.write([{ op: "insert", row: accountRow(store, 2, { email: "0@example.org" }) }])
    expect(await repository.count(everything)).toBe(2)
  })

  test("lets one of many concurrent inserts of the same value through", async store => {
    const repository = store.bind(Account.definition)
    const results = await Promise.allSettled(
      Array.from({ length: 10 }, async (_, n) =>
        repository.write([{ op: "insert", row: accountRow(store, n, { email: "same@example.org" }) }]),
      ),
    )
    expect(results.filter(({ status }) => status === "fulfilled").length).toBe(1)
    expect(await repository.count(everything)).toBe(1)
  })
}

function entityTests({ test, expect }: Tools): void {
  test("keeps entities apart from each other and from what is stored", async store => {
    await withRepositories(store, async () => {
      const { id } = await Versioned.create({ title: "first" })
      const changed = await Versioned.require(id)
      changed.title = "not saved"
      expect((await Versioned.require(id)).title).toBe("first")
      expect(await changed.reload()).toBe(changed)
      expect(changed.title).toBe("first")
    })
  })

  test("refuses the save of an outdated copy and tells both versions", async store => {
    await withRepositories(store, async () => {
      const { id } = await Versioned.create({ title: "first" })
      const [mine, yours] = [await Versioned.require(id), await Versioned.require(id)]
      await mine.update({ title: "mine" })
      expect(mine.version).toBe(2)
      await expect(yours.update({ title: "yours" })).rejects.toMatchObject({
        code: "NITRO_STALE_ENTITY",
        details: { version: 1, storedVersion: 2 },
      })
      expect((await Versioned.require(id)).title).toBe("mine")
    })
  })

  test("lets one of many concurrent saves of one version through", async store => {
    await withRepositories(store, async () => {
      const { id } = await Versioned.create({ title: "first" })
      const copies = await Promise.all(Array.from({ length: 8 }, () => Versioned.require(id)))
      const results = await Promise.allSettled(copies.map((copy, n) => copy.update({ title: `copy ${n}` })))
      expect(results.filter(({ status }) => status === "fulfilled").length).toBe(1)
      expect((await Versioned.require(id)).version).toBe(2)
    })
  })

  test("lets two copies change different fields", async store => {
    await withRepositories(store, async () => {
      const { id } = await Account.create({ email: "a@example.org", region: "north" })
      const [one, other] = [await Account.require(id), await Account.require(id)]
      await one.update({ balance: 5 })
      await other.update({ region: "south" })
      expect((await Account.require(id)).toJSON()).toEqual({ id, email: "a@example.org", region: "south", number: null, balance: 5 })
    })
  })

  test("keeps the tables of several classes apart", async store => {
    await withRepositories(store, async () => {
      await Account.create({ id: "same", email: "a@example.org" })
      await Versioned.create({ id: "same", title: "x" })
      expect(await Account.count()).toBe(1)
      await Account.deleteWhere({ email: "a@example.org" })
      expect(await Versioned.exists("same")).toBe(true)
    })
  })
}

function transactionTests({ test, expect }: Tools): void {
  const transact = <T>(store: Store, fn: () => Promise<T>): Promise<T> => (store.transaction as NonNullable<Store["transaction"]>)(fn)
  const insert = async (store: Store, n: number, values: object = {}): Promise<void> => {
    await store.bind(Account.definition).write([{ op: "insert", row: accountRow(store, n, values) }])
  }
  const stored = async (store: Store): Promise<number[]> =>
    (await store.bind(Account.definition).find(everything)).map(row => row[balanceColumn] as number)
  const failure = new Error("on purpose")
  const fail = async (): Promise<never> => {
    throw failure
  }

  test("does several writes all or not at all", async store => {
    const repository = await accounts(store, 1)
    const write = async (): Promise<unknown> =>
      repository.write([
        { op: "insert", row: accountRow(store, 1) },
        { op: "update", id: sampleId(0), columns: [balanceColumn], values: [50] },
        { op: "insert", row: accountRow(store, 0) },
      ])
    await expect(write()).rejects.toMatchObject({ code: "NITRO_DUPLICATE" })
    expect(await stored(store)).toEqual([0])
  })

  test("keeps what a transaction wrote, and gives its result", async store => {
    const result = await transact(store, async () => {
      await insert(store, 1)
      expect(await stored(store)).toEqual([1])
      return "done"
    })
    expect(result).toBe("done")
    expect(await stored(store)).toEqual([1])
  })

  test("takes everything back when the function throws, and passes the error on", async store => {
    await insert(store, 0)
    const run = transact(store, async () => {
      await insert(store, 1)
      await store
        .bind(Account.definition)
        .write([{ op: "update", id: sampleId(0), columns: [1, balanceColumn], values: ["new@example.org", 7] }])
      await store.bind(Account.definition).deleteWhere({ op: "eq", field: "balance", value: 1 })
      await fail()
    })
    expect(await run.catch(error => error)).toBe(failure)
    expect(await store.bind(Account.definition).find(everything)).toEqual([accountRow(store, 0)])
    await insert(store, 1, { email: "new@example.org" })
  })

  test("takes back a nested transaction alone", async store => {
    await transact(store, async () => {
      await insert(store, 1)
      await transact(store, async () => {
        await insert(store, 2)
        await fail()
      }).catch(() => {})
      await transact(store, () => insert(store, 3))
    })
    expect(await stored(store)).toEqual([1, 3])
  })

  test("takes back a nested transaction that succeeded, with the outer one", async store => {
    await transact(store, async () => {
      await transact(store, () => insert(store, 2))
      await fail()
    }).catch(() => {})
    expect(await stored(store)).toEqual([])
  })

  test("never sweeps the writes of others into a transaction", async store => {
    await insert(store, 0)
    let begun: () => void = () => {}
    const started = new Promise<void>(resolve => {
      begun = resolve
    })
    const failing = transact(store, async () => {
      await insert(store, 1)
      begun()
      await new Promise(resolve => setTimeout(resolve, 20))
      await insert(store, 2)
      await fail()
    }).catch(() => {})
    await started
    const others = Promise.all([3, 4, 5].map(n => insert(store, n)))
    const seen = stored(store)
    await Promise.all([failing, others])
    expect((await seen).filter(n => n === 1 || n === 2)).toEqual([])
    expect(await stored(store)).toEqual([0, 3, 4, 5])
  })

  test("runs many transactions at once without losing an update", async store => {
    await insert(store, 0)
    const increment = (): Promise<void> =>
      transact(store, async () => {
        const repository = store.bind(Account.definition)
        const row = (await repository.get(sampleId(0))) as Row
        await new Promise(resolve => setTimeout(resolve, 1))
        await repository.write([{ op: "update", id: sampleId(0), columns: [balanceColumn], values: [(row[balanceColumn] as number) + 1] }])
      })
    await Promise.all(Array.from({ length: 20 }, increment))
    expect(await stored(store)).toEqual([20])
  })

  test("goes on after a failure inside of a transaction that was caught", async store => {
    await transact(store, async () => {
      await insert(store, 1)
      await insert(store, 1).catch(() => {})
      await insert(store, 2)
    })
    expect(await stored(store)).toEqual([1, 2])
  })

  test("joins units of work: all of it, or nothing and entities as they were", async store => {
    await withRepositories(store, async () => {
      const kept = await Account.create({ email: "kept@example.org" })
      const created = new Account({ email: "new@example.org" })
      const run = unitOfWork(async () => {
        await created.save()
        await kept.update({ balance: 5 })
        expect(await Account.count()).toBe(2)
        await fail()
      })
      expect(await run.catch(error => error)).toBe(failure)
      expect(await Account.count()).toBe(1)
      expect(created.isNew).toBe(true)
      expect(kept.isDirty).toBe(true)
      await unitOfWork(async () => {
        await created.save()
        await kept.save()
      })
      expect((await Account.require(kept.id)).balance).toBe(5)
      expect(await Account.count()).toBe(2)
    })
  })

  test("runs fifty units of work at once, half of which fail", async store => {
    await withRepositories(store, async () => {
      const run = (n: number): Promise<void> =>
        unitOfWork(async () => {
          await Account.create({ id: sampleId(n), email: `${n}@example.org`, balance: n })
          await Account.create({ id: sampleId(n + 100), email: `${n + 100}@example.org`, balance: n + 100 })
          if (n % 2 === 1) throw failure
        })
      const plain = Array.from({ length: 10 }, (_, n) =>
        Account.create({ id: sampleId(n + 200), email: `${n + 200}@example.org`, balance: n + 200 }),
      )
      await Promise.allSettled([...Array.from({ length: 50 }, (_, n) => run(n)), ...plain])
      const even = Array.from({ length: 25 }, (_, n) => n * 2)
      expect(await stored(store)).toEqual([...even, ...even.map(n => n + 100), ...Array.from({ length: 10 }, (_, n) => n + 200)])
    })
  })
}

function expiryTests({ test, expect }: Tools): void {
  const wait = (ms: number): Promise<unknown> => new Promise(resolve => setTimeout(resolve, ms))

  test("forgets a row when its time is over", async store => {
    const repository = store.bind(Account.definition)
    await repository.write([
      { op: "insert", row: accountRow(store, 1), ttlSeconds: 0.2 },
      { op: "insert", row: accountRow(store, 2) },
    ])
    expect(await repository.get(sampleId(1))).toEqual(accountRow(store, 1))
    await wait(350)
    expect(await repository.get(sampleId(1))).toBe(undefined)
    expect(ids(await repository.find(everything))).toEqual([sampleId(2)])
    expect(await repository.count(everything)).toBe(1)
    await repository.write([{ op: "insert", row: accountRow(store, 1) }])
  })

  test("renews the time with an update that says so", async store => {
    const repository = await accounts(store, 1)
    await repository.write([{ op: "insert", row: accountRow(store, 1), ttlSeconds: 0.3 }])
    await repository.write([
      { op: "update", id: sampleId(1), columns: [balanceColumn], values: [encodeValue(store, "integer", 5)], ttlSeconds: 60 },
    ])
    await wait(450)
    expect(await repository.count(everything)).toBe(2)
  })
}
