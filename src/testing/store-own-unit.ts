// Stores with `unit: "always"`: every write is a unit of work, so that hooks and recorders write along with it.
import {
  beforeCommit,
  observeChanges,
  type Store,
  unitOfWork,
  withStores,
} from "../entity/index.ts"
import { Account, Versioned } from "./samples.ts"
import type { Tools } from "./store-tools.ts"

/** An account whose every save or delete is logged before the commit, and refused where its balance is negative. */
class Logged extends Account {
  afterSave(): void {
    this.#log("save")
  }

  afterDelete(): void {
    this.#log("delete")
  }

  #log(title: string): void {
    beforeCommit(async () => {
      await Versioned.create({ title, note: this.email })
      if (this.balance < 0) throw new Error("refused")
    })
  }
}

export function ownUnitTests({ test: plain, expect }: Tools): void {
  const test = (name: string, run: (store: Store) => Promise<void>): void =>
    plain(name, store => withStores(store, () => run(store)), { unit: "always" })
  const logged = async (): Promise<string[]> =>
    (await Versioned.all()).map(({ title, note }) => `${title} ${note}`).sort()

  test('opens a unit for each write of a store with unit: "always"', async () => {
    const account = await Logged.create({ email: "a", balance: 1 })
    await account.update({ balance: 2 })
    await Logged.createMany([
      { email: "b", balance: 3 },
      { email: "c", balance: 3 },
    ])
    await Logged.upsert({ email: "d", balance: 4 }, { by: "email" })
    await Logged.updateWhere({ balance: 4 }, { balance: 5 })
    await Logged.deleteWhere({ balance: 3 })
    await account.delete()
    expect(await logged()).toEqual(
      ["save a", "save a", "save b", "save c", "save d", "save d"]
        .concat(["delete a", "delete b", "delete c"])
        .sort(),
    )
  })

  test('takes back a write of a store with unit: "always" that its hooks refuse, in memory too', async () => {
    const account = await Logged.create({ email: "a", balance: 1 })
    const changes: unknown[] = []
    const end = observeChanges(({ op }) => void changes.push(op))
    try {
      for (const write of [
        () => account.update({ balance: -1 }),
        () => Logged.create({ email: "b", balance: -1 }),
        () => Logged.createMany([{ email: "c" }, { email: "d", balance: -1 }]),
        () => Logged.updateWhere({ balance: 1 }, { balance: -1 }),
      ])
        await expect(write()).rejects.toMatchObject({ message: "refused" })
    } finally {
      end()
    }
    expect(changes).toEqual([])
    expect(await logged()).toEqual(["save a"])
    expect((await Logged.all()).map(({ email, balance }) => [email, balance])).toEqual([["a", 1]])
    // Dirty again, and saved by the next save.
    expect(account.isDirty).toBe(true)
    await account.update({ balance: 7 })
    expect((await Logged.require(account.id)).balance).toBe(7)
  })

  test('joins the unit around a write of a store with unit: "always"', async () => {
    await unitOfWork(async () => {
      await Logged.create({ email: "a" })
      expect(await logged()).toEqual([])
    })
    expect(await logged()).toEqual(["save a"])
    const failed = unitOfWork(async () => {
      await Logged.create({ email: "b" })
      throw new Error("on purpose")
    })
    await expect(failed).rejects.toMatchObject({ message: "on purpose" })
    expect(await logged()).toEqual(["save a"])
  })

  test('runs writes of different entities side by side on a store with unit: "always"', async () => {
    const names = ["a", "b", "c", "d"]
    const accounts = await Promise.all(names.map(email => Logged.create({ email })))
    await Promise.all(accounts.map((account, at) => account.update({ balance: at + 1 })))
    expect(await logged()).toEqual([...names, ...names].map(name => `save ${name}`).sort())
  })
}
