// Units of work that never end: they have a deadline, errors name them, and waiting callers are notified in time.
import { AsyncLocalStorage } from "node:async_hooks"
import { type Store, unitOfWork, withStores } from "../entity/index.ts"
import { codeOf, messageOf } from "../shared/thrown.ts"
import { Account, sampleId } from "./samples.ts"
import { present, type StoreOptions, type Tools } from "./store-tools.ts"

const never = new Promise<never>(() => {})
const outcomeOf = (error: unknown): string => codeOf(error) ?? String(error)
const settled = async (promise: Promise<unknown>): Promise<string> =>
  promise.then(() => "done", outcomeOf)

export function holdTests({ test: plain, expect }: Tools, serial: Tools): void {
  const bound =
    (tools: Tools, options: StoreOptions = {}) =>
    (name: string, run: (store: Store) => Promise<void>): void =>
      tools.test(name, store => withStores(store, () => run(store)), options)
  const test = bound({ test: plain, expect })
  const account = (n: number, balance = 0): Promise<unknown> =>
    Account.create({ id: sampleId(n), email: `${n}@example.org`, balance })
  const balances = async (): Promise<number[]> =>
    (await Account.all().orderBy("id")).map(({ balance }) => balance)

  test("rolls a unit back at its deadline and lets others go on", async () => {
    const stuck = unitOfWork(
      async () => {
        await account(1)
        await never
      },
      { deadlineMs: 200, name: "stuck unit" },
    )
    const others = Promise.all([account(2), unitOfWork(() => account(3))])
    const error = await stuck.catch((reason: unknown) => reason)
    expect(codeOf(error)).toBe("NITRO_DEADLINE")
    expect(messageOf(error).includes('"stuck unit"')).toBe(true)
    await others
    expect(await Account.count()).toBe(2)
  })

  test("refuses what is left of a unit that was rolled back", async () => {
    let goOn = (): void => {}
    const gate = new Promise<void>(resolve => {
      goOn = resolve
    })
    const late: Promise<string>[] = []
    const works = [
      () => account(1),
      () => Account.updateWhere({}, { balance: 9 }, { all: true }),
      () => unitOfWork(() => account(2)),
    ]
    const failed = unitOfWork(async () => {
      await account(3)
      for (const work of works) late.push(settled(gate.then(work)))
      throw new Error("on purpose")
    })
    expect(await settled(failed)).toBe("Error: on purpose")
    const expired = unitOfWork(
      async () => {
        await account(4)
        late.push(settled(gate.then(() => account(5))))
        await gate
        await account(6)
      },
      { deadlineMs: 200 },
    )
    expect(await settled(expired)).toBe("NITRO_DEADLINE")
    goOn()
    expect(await Promise.all(late)).toEqual(Array.from({ length: 4 }, () => "NITRO_UNIT_ENDED"))
    expect(await Account.count()).toBe(0)
  })

  test("ends nested units that never end with the unit around them", async () => {
    const stuck = unitOfWork(
      async () => {
        await account(1)
        await unitOfWork(async () => {
          await account(2)
          await unitOfWork(async () => {
            await account(3)
            await never
          })
        })
      },
      { deadlineMs: 200 },
    )
    expect(await settled(stuck)).toBe("NITRO_DEADLINE")
    await account(4)
    expect(await Account.count()).toBe(1)
  })

  test("rolls back a nested unit at its deadline", async () => {
    await unitOfWork(async () => {
      await account(1)
      const nested = unitOfWork(
        async () => {
          await account(2)
          await never
        },
        { deadlineMs: 200 },
      )
      expect(await settled(nested)).toBe("NITRO_DEADLINE")
      await account(3)
    })
    expect((await Account.all().orderBy("id")).map(({ id }) => id)).toEqual([
      sampleId(1),
      sampleId(3),
    ])
  })

  test("waits for nested units that were not awaited before it commits", async () => {
    await unitOfWork(async () => {
      await account(1)
      void unitOfWork(async () => {
        await new Promise(resolve => setTimeout(resolve, 10))
        await account(2)
      })
    })
    expect(await Account.count()).toBe(2)
  })

  // The same row, so that a database with many connections waits too: for the lock.
  bound({ test: plain, expect }, { waitTimeoutMs: 150 })(
    "settles when a unit awaits a write that runs outside of it",
    async () => {
      await account(1)
      const outside = AsyncLocalStorage.snapshot()
      const write = (): Promise<number> =>
        outside(() => Account.updateWhere({ id: sampleId(1) }, { balance: 7 }))
      const results: string[] = []
      const stuck = unitOfWork(
        async () => {
          await Account.updateWhere({ id: sampleId(1) }, { balance: 5 })
          const waiting = settled(write())
          void waiting.then(result => results.push(result))
          await waiting
        },
        { deadlineMs: 600 },
      )
      await settled(stuck)
      while (results.length === 0) await new Promise(resolve => setTimeout(resolve, 5))
      // Either the write gave up and the unit went on, or the unit was taken back and the write went on.
      const written = results[0] === "done"
      expect(["done", "NITRO_STORE_BUSY"].includes(present(results[0]))).toBe(true)
      expect(await balances()).toEqual([written ? 7 : 5])
      await Account.updateWhere({ id: sampleId(1) }, { balance: 1 })
    },
  )

  bound(serial, { waitTimeoutMs: 60 })(
    "names the unit in the way to callers that waited too long",
    async () => {
      let end = (): void => {}
      const gate = new Promise<void>(resolve => {
        end = resolve
      })
      const holder = unitOfWork(
        async () => {
          await account(1)
          await gate
        },
        { name: "slow import" },
      )
      const waiting = [
        () => account(2),
        () => Account.deleteWhere({ id: sampleId(1) }),
        () => unitOfWork(() => account(3)),
      ]
      for (const work of waiting) {
        const error = await work().catch((reason: unknown) => reason)
        expect(codeOf(error)).toBe("NITRO_STORE_BUSY")
        expect(
          messageOf(error).includes('unit of work "slow import", which has been open for'),
        ).toBe(true)
      }
      end()
      await holder
      await account(4)
      expect(await Account.count()).toBe(2)
    },
  )
}
