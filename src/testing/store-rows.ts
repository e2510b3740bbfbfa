// Rows come and go as the contract says: ids, updates, deletes, versions, unique values, expiry.
import { z } from "zod"
import { Entity, increment, withStores } from "../entity/index.ts"
import { Account, encodeRow, encodeValue, naughtyTexts, sampleId, Versioned } from "./samples.ts"
import {
  accountRow,
  accounts,
  balanceColumn,
  everything,
  ids,
  present,
  type Tools,
} from "./store-tools.ts"

export function rowTests({ test, expect }: Tools): void {
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
      repository.write([
        { op: "insert", row: accountRow(store, 0, { email: "other@example.org" }) },
      ])
    await expect(again()).rejects.toMatchObject({
      code: "NITRO_DUPLICATE",
      details: { fields: ["id"] },
    })
    expect((await repository.get(sampleId(0)))?.[1]).toBe("0@example.org")
  })

  test("takes ids of the caller's own making, whatever they contain", async store => {
    const repository = store.bind(Account.definition)
    const texts = naughtyTexts.filter(text => text !== "")
    for (const id of texts)
      await repository.write([{ op: "insert", row: accountRow(store, 0, { id, email: id }) }])
    for (const id of texts) expect((await repository.get(id))?.[0]).toBe(id)
    expect(await repository.count(everything)).toBe(texts.length)
  })

  test("updates the given columns only and says whether there was a row", async store => {
    const repository = await accounts(store, 2)
    expect(
      await repository.write([
        { op: "update", id: sampleId(1), columns: [balanceColumn], values: [99] },
      ]),
    ).toEqual([1])
    expect(await repository.get(sampleId(1))).toEqual(accountRow(store, 1, { balance: 99 }))
    expect(await repository.get(sampleId(0))).toEqual(accountRow(store, 0))
    expect(
      await repository.write([
        { op: "update", id: sampleId(9), columns: [balanceColumn], values: [1] },
      ]),
    ).toEqual([0])
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

  test("neither keeps nor hands out an array that its caller can change", async store => {
    const repository = store.bind(Account.definition)
    const row = accountRow(store, 1)
    await repository.write([{ op: "insert", row }])
    row[balanceColumn] = 1000
    const read = present(await repository.get(sampleId(1)))
    read[balanceColumn] = 2000
    const [stored] = await repository.find(everything)
    present(stored)[balanceColumn] = 3000
    expect(await repository.get(sampleId(1))).toEqual(accountRow(store, 1))
  })

  test("compares the version in the write itself", async store => {
    const repository = store.bind(Versioned.definition)
    const versionColumn = present(Versioned.definition.fieldByName.get("version")).index
    const now = new Date()
    await repository.write([
      {
        op: "insert",
        row: encodeRow(store, Versioned.definition, {
          id: "a",
          title: "x",
          note: "",
          createdAt: now,
          updatedAt: now,
          version: 3,
        }),
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

export function uniqueTests({ test, expect }: Tools): void {
  test("refuses a taken unique value, names the fields and stores nothing", async store => {
    const repository = await accounts(store, 2)
    const insert = async (): Promise<unknown> =>
      repository.write([{ op: "insert", row: accountRow(store, 5, { email: "1@example.org" }) }])
    await expect(insert()).rejects.toMatchObject({
      code: "NITRO_DUPLICATE",
      details: { fields: ["email"] },
    })
    const update = async (): Promise<unknown> =>
      repository.write([{ op: "update", id: sampleId(0), columns: [1], values: ["1@example.org"] }])
    await expect(update()).rejects.toMatchObject({
      code: "NITRO_DUPLICATE",
      details: { fields: ["email"] },
    })
    expect(await repository.find(everything)).toEqual([accountRow(store, 0), accountRow(store, 1)])
  })

  test("refuses values that are unique together, and lets null be", async store => {
    const repository = store.bind(Account.definition)
    const insert = async (n: number, values: Readonly<Record<string, unknown>>): Promise<unknown> =>
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
    await repository.write([
      { op: "update", id: sampleId(0), columns: [1], values: ["moved@example.org"] },
    ])
    await repository.write([
      { op: "insert", row: accountRow(store, 1, { email: "0@example.org" }) },
    ])
    await repository.write([{ op: "delete", id: sampleId(1) }])
    await repository.write([
      { op: "insert", row: accountRow(store, 2, { email: "0@example.org" }) },
    ])
    expect(await repository.count(everything)).toBe(2)
  })

  test("lets one of many concurrent inserts of the same value through", async store => {
    const repository = store.bind(Account.definition)
    const results = await Promise.allSettled(
      Array.from({ length: 10 }, async (_, n) =>
        repository.write([
          { op: "insert", row: accountRow(store, n, { email: "same@example.org" }) },
        ]),
      ),
    )
    expect(results.filter(({ status }) => status === "fulfilled").length).toBe(1)
    expect(await repository.count(everything)).toBe(1)
  })
}

export function expiryTests({ test, expect }: Tools): void {
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

  test("renews the time of all that an update of many writes", async store => {
    class Visit extends Entity(
      "NitroSuiteVisit",
      { n: z.int() },
      { ttlSeconds: 600, version: true, plural: "nitro-suite-visits" },
    ) {}
    await withStores(store, async () => {
      const visits = [new Visit({ n: 1 }), new Visit({ n: 2 }), new Visit({ n: 3 })]
      // The last one shows that the time has passed.
      for (const visit of visits) await visit.save({ ttlSeconds: 1 })
      expect(await Visit.updateWhere(visit => visit.n.eq(1), { n: 10 })).toBe(1)
      expect(await Visit.updateWhere(visit => visit.n.eq(2), { n: increment(18) })).toBe(1)
      await wait(1200)
      expect((await Visit.all().orderBy("n")).map(({ n }) => n)).toEqual([10, 20])
    })
  })

  test("renews the time with an update that says so", async store => {
    const repository = await accounts(store, 1)
    await repository.write([{ op: "insert", row: accountRow(store, 1), ttlSeconds: 0.3 }])
    await repository.write([
      {
        op: "update",
        id: sampleId(1),
        columns: [balanceColumn],
        values: [encodeValue(store, "integer", 5)],
        ttlSeconds: 60,
      },
    ])
    await wait(450)
    expect(await repository.count(everything)).toBe(2)
  })
}
