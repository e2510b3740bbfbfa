// Units of work on the store: what is published and called after the commit, in which order, and what a rollback leaves.
import { afterCommit, observeChanges, type Store, unitOfWork, withStores } from "../entity/index.ts"
import { createEvents } from "../events/index.ts"
import { Account, Versioned } from "./samples.ts"
import type { Tools } from "./store-tools.ts"

const failure = new Error("on purpose")
const fail = async (): Promise<never> => {
  throw failure
}

export function unitTests({ test: plain, expect }: Tools): void {
  const test = (name: string, run: (store: Store) => Promise<void>): void =>
    plain(name, store => withStores(store, () => run(store)))

  /** Notes changes of accounts while `run` lasts. */
  async function noting(run: (notes: string[]) => Promise<unknown>): Promise<string[]> {
    const notes: string[] = []
    const end = observeChanges(({ op }) => notes.push(op))
    try {
      await run(notes)
    } finally {
      end()
    }
    return notes
  }

  test("publishes changes before it calls the application, and does not wait for slow callbacks", async () => {
    let release = (): void => {}
    const slow = new Promise<void>(resolve => {
      release = resolve
    })
    const notes = await noting(async notes => {
      await unitOfWork(async () => {
        afterCommit(() => notes.push("first callback"))
        await Account.create({ email: "a@example.org" })
        afterCommit(() => slow)
        afterCommit(() => notes.push("last callback"))
        await unitOfWork(() => Versioned.create({ title: "inner" }))
      })
      notes.push("resolved")
      release()
      await new Promise(resolve => setImmediate(resolve))
    })
    expect(notes).toEqual(["create", "create", "first callback", "resolved", "last callback"])
  })

  test("runs the handlers of events that wait once all is stored, in order, outside of the unit", async () => {
    const events = createEvents()
    const opened = events.event<{ id: string }>("suite.opened", { afterCommit: true })
    const changes: unknown[] = []
    events.on(opened, async ({ id }) => {
      const stored = await Account.get(id)
      changes.push(stored?.balance)
      // Outside of the unit: nothing takes this back.
      await Versioned.create({ id, title: "by the handler" })
    })
    events.on(opened, ({ id }) => changes.push(id))
    await unitOfWork(async () => {
      const account = await Account.create({ id: "one", email: "a@example.org" })
      expect(await events.emit(opened, account)).toEqual([])
      expect(events.emitSync(opened, { id: "none" })).toEqual([])
      await account.update({ balance: 7 })
      expect(changes).toEqual([])
    })
    while (changes.length < 4) await new Promise(resolve => setTimeout(resolve, 1))
    expect(changes.toSorted()).toEqual([7, "none", "one", undefined])
    expect(changes.indexOf(7) < changes.lastIndexOf(undefined)).toBe(true)
    expect(await Versioned.exists("one")).toBe(true)
  })

  test("drops the events and callbacks of what it takes back, nested or not", async () => {
    const events = createEvents()
    const opened = events.event<string>("suite.opened", { afterCommit: true })
    const notes: string[] = []
    events.on(opened, name => notes.push(name))
    const open = async (name: string): Promise<void> => {
      await Account.create({ email: `${name}@example.org` })
      await events.emit(opened, name)
      afterCommit(() => notes.push(`callback of ${name}`))
    }
    const changes = await noting(async () => {
      await unitOfWork(async () => {
        await open("outer")
        await unitOfWork(() => open("nested"))
        await unitOfWork(async () => {
          await open("taken back")
          await unitOfWork(() => open("nested in it"))
          await fail()
        }).catch(() => {})
      })
      await unitOfWork(async () => {
        await open("failing")
        await fail()
      }).catch(() => {})
    })
    expect(notes).toEqual(["outer", "callback of outer", "nested", "callback of nested"])
    expect(changes).toEqual(["create", "create"])
  })

  test("keeps units that run side by side apart", async () => {
    const events = createEvents()
    const opened = events.event<number>("suite.opened", { afterCommit: true })
    const counts: number[] = []
    events.on(opened, n => counts.push(n))
    const run = (n: number): Promise<void> =>
      unitOfWork(async () => {
        await Account.create({ email: `${n}@example.org` })
        await events.emit(opened, n)
        await new Promise(resolve => setTimeout(resolve, n % 3))
        if (n % 2 === 1) throw failure
      })
    await Promise.allSettled(Array.from({ length: 10 }, (_, n) => run(n)))
    expect(counts.toSorted()).toEqual([0, 2, 4, 6, 8])
  })
}
