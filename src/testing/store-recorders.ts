// Writes that open a unit of work themselves: recorders of changes write inside of their transaction, on the store too.
import {
  beforeCommit,
  type Change,
  recordChanges,
  type Store,
  unitOfWork,
  withStores,
} from "../entity/index.ts"
import { Account, Versioned } from "./samples.ts"
import type { Tools } from "./store-tools.ts"

export function recorderTests({ test: plain, expect }: Tools): void {
  const test = (name: string, run: (store: Store) => Promise<void>): void =>
    plain(name, store => withStores(store, () => run(store)))

  /** Records every change of an account as an entity of another class. `check` may refuse it. */
  async function recorded(
    store: Store,
    check: (changes: readonly Change[]) => void,
    run: () => Promise<unknown>,
  ): Promise<string[]> {
    const end = recordChanges([Account], async changes => {
      for (const { op, id } of changes) await Versioned.create({ title: op, note: String(id) })
      // Inside of the transaction: a beforeCommit outside of one throws.
      beforeCommit(() => {})
      check(changes)
    })
    try {
      await run()
    } finally {
      end()
    }
    const rows = await withStores(store, () => Versioned.all().orderBy("createdAt"))
    return rows.map(({ title }) => title).sort()
  }
  const accept = (): void => {}

  test("records saves, deletes and writes of many outside of units, each in a transaction", async store => {
    const sizes: number[] = []
    const titles = await recorded(
      store,
      changes => sizes.push(changes.length),
      async () => {
        const account = await Account.create({ email: "a@example.org" })
        await account.update({ balance: 1 })
        await Account.createMany([{ email: "b@example.org" }, { email: "c@example.org" }])
        await Account.updateWhere({ balance: 0 }, { balance: 5 })
        await Account.deleteWhere({ balance: 5 })
        await account.delete()
      },
    )
    expect(titles).toEqual([
      "create",
      "create",
      "create",
      "delete",
      "delete",
      "delete",
      "update",
      "update",
      "update",
    ])
    expect(sizes).toEqual([1, 1, 2, 2, 2, 1])
  })

  test("takes a write back that its recorder refuses, with what the recorder wrote", async store => {
    const account = await Account.create({ email: "a@example.org", balance: 1 })
    const refuse = (): never => {
      throw new Error("not recorded")
    }
    const writes: (() => Promise<unknown>)[] = [
      () => Account.create({ email: "b@example.org" }),
      () => account.update({ balance: 2 }),
      () => Account.createMany([{ email: "c@example.org" }]),
      () => Account.upsert({ email: "d@example.org" }, { by: "email" }),
      () => Account.updateWhere({ balance: 1 }, { balance: 3 }),
      () => Account.deleteWhere({ balance: 1 }),
      () => account.delete(),
    ]
    const titles = await recorded(store, refuse, async () => {
      for (const write of writes)
        await expect(write()).rejects.toMatchObject({ message: "not recorded" })
    })
    expect(titles).toEqual([])
    expect((await Account.all()).map(({ email, balance }) => [email, balance])).toEqual([
      ["a@example.org", 1],
    ])
    // In memory too it is what is stored.
    await account.reload()
    await account.update({ balance: 9 })
    expect((await Account.require(account.id)).balance).toBe(9)
  })

  test("records the changes of a unit at its end, and none of what was taken back", async store => {
    const sizes: number[] = []
    const titles = await recorded(
      store,
      changes => sizes.push(changes.length),
      async () => {
        await unitOfWork(async () => {
          const account = await Account.create({ email: "a@example.org" })
          await account.update({ balance: 1 })
          await unitOfWork(async () => {
            await Account.create({ email: "b@example.org" })
            throw new Error("on purpose")
          }).catch(() => {})
          expect(sizes).toEqual([])
        })
        await unitOfWork(async () => {
          await Account.create({ email: "c@example.org" })
          throw new Error("on purpose")
        }).catch(() => {})
      },
    )
    expect(titles).toEqual(["create", "update"])
    expect(sizes).toEqual([2])
  })

  test("records the changes of nested units among the others, in the order of the writes", async store => {
    const balances: unknown[] = []
    await recorded(
      store,
      changes =>
        balances.push(
          // The store has no other class here.
          changes.map(({ after }) => (after as InstanceType<typeof Account> | undefined)?.balance),
        ),
      () =>
        unitOfWork(async () => {
          const account = await Account.create({ email: "a@example.org", balance: 1 })
          await unitOfWork(async () => {
            await account.update({ balance: 2 })
            await unitOfWork(() => account.update({ balance: 3 }))
            await unitOfWork(async () => {
              await account.update({ balance: 99 })
              throw new Error("on purpose")
            }).catch(() => {})
          })
          await account.update({ balance: 4 })
        }),
    )
    expect(balances).toEqual([[1, 2, 3, 4]])
  })

  test("runs saves of one entity one after the other, and those of others side by side", async store => {
    const account = await Account.create({ email: "a@example.org" })
    const titles = await recorded(store, accept, async () => {
      account.balance = 1
      const first = account.save()
      account.balance = 2
      await Promise.all([
        first,
        account.save(),
        ...["b", "c", "d"].map(name => Account.create({ email: `${name}@example.org` })),
      ])
    })
    expect(titles.filter(title => title === "create").length).toBe(3)
    expect((await Account.require(account.id)).balance).toBe(2)
  })

  test("records for a store, whichever class is written, but not what recorders write", async store => {
    const seen: string[] = []
    const end = recordChanges([store], async changes => {
      seen.push(...changes.map(({ entity, op }) => `${entity.definition.name} ${op}`))
      await Versioned.create({ title: "entry" })
    })
    try {
      await Account.create({ email: "a@example.org" })
      await Versioned.create({ title: "own" })
    } finally {
      end()
    }
    await Account.create({ email: "b@example.org" })
    expect(seen).toEqual(["Account create", "Versioned create"])
    expect(await Versioned.count()).toBe(3)
  })
}
