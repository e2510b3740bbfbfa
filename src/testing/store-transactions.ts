// Entities on the store, alone and many at once: copies, versions, transactions, units of work.
import { inTransaction, unitOfWork, withStores } from "../entity/index.ts"
import type { Store } from "../entity/store.ts"
import { Account, sampleId, Versioned } from "./samples.ts"
import {
  accountRow,
  accounts,
  balanceColumn,
  balanceOf,
  everything,
  type Tools,
} from "./store-tools.ts"

export function entityTests({ test, expect }: Tools): void {
  test("keeps entities apart from each other and from what is stored", async store => {
    await withStores(store, async () => {
      const { id } = await Versioned.create({ title: "first" })
      const changed = await Versioned.require(id)
      changed.title = "not saved"
      expect((await Versioned.require(id)).title).toBe("first")
      expect(await changed.reload()).toBe(changed)
      expect(changed.title).toBe("first")
    })
  })

  test("refuses the save of an outdated copy and names both versions", async store => {
    await withStores(store, async () => {
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
    await withStores(store, async () => {
      const { id } = await Versioned.create({ title: "first" })
      const copies = await Promise.all(Array.from({ length: 8 }, () => Versioned.require(id)))
      const results = await Promise.allSettled(
        copies.map((copy, n) => copy.update({ title: `copy ${n}` })),
      )
      expect(results.filter(({ status }) => status === "fulfilled").length).toBe(1)
      expect((await Versioned.require(id)).version).toBe(2)
    })
  })

  test("lets two copies change different fields", async store => {
    await withStores(store, async () => {
      const { id } = await Account.create({ email: "a@example.org", region: "north" })
      const [one, other] = [await Account.require(id), await Account.require(id)]
      await one.update({ balance: 5 })
      await other.update({ region: "south" })
      expect((await Account.require(id)).toJSON()).toEqual({
        id,
        email: "a@example.org",
        region: "south",
        number: null,
        balance: 5,
      })
    })
  })

  test("keeps the tables of several classes apart", async store => {
    await withStores(store, async () => {
      await Account.create({ id: "same", email: "a@example.org" })
      await Versioned.create({ id: "same", title: "x" })
      expect(await Account.count()).toBe(1)
      await Account.deleteWhere({ email: "a@example.org" })
      expect(await Versioned.exists("same")).toBe(true)
    })
  })
}

export function transactionTests({ test, expect }: Tools, serial: Tools): void {
  const transact = <T>(store: Store, fn: () => Promise<T>): Promise<T> => inTransaction(store, fn)
  const insert = async (
    store: Store,
    n: number,
    values: Readonly<Record<string, unknown>> = {},
  ): Promise<void> => {
    await store
      .bind(Account.definition)
      .write([{ op: "insert", row: accountRow(store, n, values) }])
  }
  const stored = async (store: Store): Promise<number[]> =>
    (await store.bind(Account.definition).find(everything)).map(balanceOf)
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
      await store.bind(Account.definition).write([
        {
          op: "update",
          id: sampleId(0),
          columns: [1, balanceColumn],
          values: ["new@example.org", 7],
        },
      ])
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

  serial.test("runs many transactions at once without losing an update", async store => {
    await insert(store, 0)
    const increment = (): Promise<void> =>
      transact(store, async () => {
        const repository = store.bind(Account.definition)
        const row = await repository.get(sampleId(0))
        await new Promise(resolve => setTimeout(resolve, 1))
        await repository.write([
          {
            op: "update",
            id: sampleId(0),
            columns: [balanceColumn],
            values: [balanceOf(row) + 1],
          },
        ])
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
    await withStores(store, async () => {
      const account = await Account.create({ email: "kept@example.org" })
      const created = new Account({ email: "new@example.org" })
      const run = unitOfWork(async () => {
        await created.save()
        await account.update({ balance: 5 })
        expect(await Account.count()).toBe(2)
        await fail()
      })
      expect(await run.catch(error => error)).toBe(failure)
      expect(await Account.count()).toBe(1)
      expect(created.isNew).toBe(true)
      expect(account.isDirty).toBe(true)
      await unitOfWork(async () => {
        await created.save()
        await account.save()
      })
      expect((await Account.require(account.id)).balance).toBe(5)
      expect(await Account.count()).toBe(2)
    })
  })

  test("runs fifty units of work at once, half of which fail", async store => {
    await withStores(store, async () => {
      const run = (n: number): Promise<void> =>
        unitOfWork(async () => {
          await Account.create({ id: sampleId(n), email: `${n}@example.org`, balance: n })
          await Account.create({
            id: sampleId(n + 100),
            email: `${n + 100}@example.org`,
            balance: n + 100,
          })
          if (n % 2 === 1) throw failure
        })
      const plain = Array.from({ length: 10 }, (_, n) =>
        Account.create({
          id: sampleId(n + 200),
          email: `${n + 200}@example.org`,
          balance: n + 200,
        }),
      )
      await Promise.allSettled([...Array.from({ length: 50 }, (_, n) => run(n)), ...plain])
      const even = Array.from({ length: 25 }, (_, n) => n * 2)
      expect(await stored(store)).toEqual([
        ...even,
        ...even.map(n => n + 100),
        ...Array.from({ length: 10 }, (_, n) => n + 200),
      ])
    })
  })
}

export function lockTests({ test, expect }: Tools): void {
  test("loses none of twenty concurrent changes to what was read for an update", async store => {
    await withStores(store, async () => {
      const { id } = await Account.create({ email: "a@example.org" })
      const add = (): Promise<void> =>
        unitOfWork(async () => {
          const account = await Account.where({ id }).forUpdate().first()
          await new Promise(resolve => setTimeout(resolve, 1))
          await account?.update({ balance: account.balance + 1 })
        })
      await Promise.all(Array.from({ length: 20 }, add))
      expect((await Account.require(id)).balance).toBe(20)
    })
  })

  test("gives several workers on one queue different entities when they skip what others hold", async store => {
    await withStores(store, async () => {
      for (let n = 0; n < 12; n++)
        await Account.create({ id: sampleId(n), email: `${n}@example.org` })
      const ids: string[] = []
      const work = (): Promise<void> =>
        unitOfWork(async () => {
          const mine = await Account.where({ balance: 0 })
            .orderBy("email")
            .limit(3)
            .forUpdate({ skipLocked: true })
          for (const account of mine) await account.update({ balance: 1 })
          ids.push(...mine.map(account => account.id))
        })
      await Promise.all(Array.from({ length: 4 }, work))
      expect(new Set(ids).size).toBe(ids.length)
      expect(await Account.where({ balance: 1 }).count()).toBe(ids.length)
    })
  })

  test("refuses to lock where no unit of work is open", async store => {
    await withStores(store, async () => {
      await expect(Account.where().forUpdate().first()).rejects.toMatchObject({
        code: "NITRO_QUERY",
      })
    })
  })
}
