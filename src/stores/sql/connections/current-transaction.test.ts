// SQL of other libraries in our transaction: kept and taken back with the entities, on every driver.
import { afterEach, describe, expect, it } from "vitest"
import { z } from "zod"
import {
  postgresMissing,
  type TestDatabase,
  testDatabase,
} from "../../../../test/support/postgres.ts"
import {
  Entity,
  inTransaction,
  memory,
  type Store,
  unitOfWork,
  withStores,
} from "../../../entity/index.ts"
import { postgresDrivers } from "../postgres/drivers/load.ts"
import { postgres } from "../postgres/store.ts"
import { sqlite } from "../sqlite/store.ts"
import { availableDrivers } from "../testing/drivers.ts"
import { currentTransaction } from "./current-transaction.ts"

class Order extends Entity("Order", { n: z.int() }) {}

const database: TestDatabase | undefined =
  postgresMissing === undefined ? await testDatabase(12) : undefined
const stores: [name: string, place: (n: number) => string, open: () => Store][] = [
  ...availableDrivers.map((driver): (typeof stores)[number] => [
    driver,
    () => "?",
    () => sqlite({ file: ":memory:", driver }),
  ]),
  ...(database === undefined ? [] : postgresDrivers).map((driver): (typeof stores)[number] => [
    driver,
    n => `$${n}`,
    () => postgres({ url: (database as TestDatabase).emptySchema(), driver, schema: "sync" }),
  ]),
]

const open: Store[] = []
afterEach(async () => {
  for (const store of open.splice(0)) await store.close()
})

describe.each(stores)("executeSql on %s", (_name, place, start) => {
  const prepared = async (): Promise<Store> => {
    const store = start()
    open.push(store)
    await inTransaction(store, () =>
      currentTransaction(store).executeSql("create table jobs (id integer primary key, data text)"),
    )
    return store
  }
  const add = (store: Store, id: number, data: unknown) =>
    currentTransaction(store).executeSql(
      `insert into jobs (id, data) values (${place(1)}, ${place(2)})`,
      [id, data],
    )
  const jobs = (store: Store): Promise<Record<string, unknown>[]> =>
    inTransaction(store, async () => {
      const { rows } = await currentTransaction(store).executeSql("select * from jobs order by id")
      return rows
    })

  it("gives rows by the names of columns, and how many were touched", async () => {
    const store = await prepared()
    await inTransaction(store, async () => {
      expect(await add(store, 1, "a")).toEqual({ rows: [], rowCount: 1 })
      await add(store, 2, null)
      expect(
        await currentTransaction(store).executeSql("select data as d, id from jobs order by id"),
      ).toEqual({
        rows: [
          { d: "a", id: 1 },
          { d: null, id: 2 },
        ],
        rowCount: 2,
      })
      const { rowCount } = await currentTransaction(store).executeSql(
        `update jobs set data = 'x' where id > ${place(1)}`,
        [0],
      )
      expect(rowCount).toBe(2)
    })
  })

  it("is kept or taken back with the entities of the unit", async () => {
    const store = await prepared()
    await withStores(store, async () => {
      await unitOfWork(async () => {
        // Before anything else: the unit joins the store for it.
        await add(store, 1, "kept")
        await Order.create({ n: 1 })
      })
      const failed = unitOfWork(async () => {
        await Order.create({ n: 2 })
        await add(store, 2, "lost")
        throw new Error("no")
      })
      await expect(failed).rejects.toThrow("no")
      expect(await Order.count()).toBe(1)
    })
    expect(await jobs(store)).toEqual([{ id: 1, data: "kept" }])
  })

  it("takes back what a nested unit wrote, alone", async () => {
    const store = await prepared()
    await unitOfWork(async () => {
      await add(store, 1, "outer")
      await unitOfWork(async () => {
        await add(store, 2, "inner")
        throw new Error("no")
      }).catch(() => undefined)
    })
    expect(await jobs(store)).toEqual([{ id: 1, data: "outer" }])
  })

  it("refuses to run outside of a transaction, and after it", async () => {
    const store = await prepared()
    expect(() => currentTransaction(store)).toThrow(
      expect.objectContaining({ code: "NITRO_TRANSACTION" }),
    )
    let kept: ReturnType<typeof currentTransaction> | undefined
    await unitOfWork(async () => {
      kept = currentTransaction(store)
      await add(store, 1, "a")
    })
    await expect(kept?.executeSql("delete from jobs")).rejects.toMatchObject({
      code: "NITRO_TRANSACTION",
    })
    expect(await jobs(store)).toHaveLength(1)
  })
})

describe.skipIf(database === undefined).each(postgresDrivers)(
  "values on Postgres, by %s",
  driver => {
    it("takes lists, objects, dates and booleans", async () => {
      const store = postgres({ url: (database as TestDatabase).emptySchema(), driver })
      open.push(store)
      const at = new Date("2026-01-02T03:04:05.678Z")
      const { rows } = await inTransaction(store, () =>
        currentTransaction(store).executeSql(
          "select array_to_json($1::text[])::text as texts, array_to_json($6::int[])::text as ints, $2::json->>'a' as json, $3::timestamptz = $4::timestamptz as same, $5::boolean as yes",
          [
            ['a "quoted" \\ text', null, "{}", "a,b"],
            { a: "x" },
            at,
            at.toISOString(),
            true,
            [1, 2],
          ],
        ),
      )
      expect(rows).toEqual([
        {
          texts: JSON.stringify(['a "quoted" \\ text', null, "{}", "a,b"]),
          ints: "[1,2]",
          json: "x",
          same: true,
          yes: true,
        },
      ])
    })
  },
)

it("is for stores of SQL", () => {
  expect(() => currentTransaction(memory())).toThrow(
    expect.objectContaining({ code: "NITRO_CAPABILITY" }),
  )
})
