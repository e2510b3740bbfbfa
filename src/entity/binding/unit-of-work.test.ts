import { subscribe, unsubscribe } from "node:diagnostics_channel"
import { inspect } from "node:util"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { z } from "zod"
import type { Store } from "../contract/repository.ts"
import { ref } from "../definition/fields.ts"
import { Entity } from "../entity.ts"
import { memory } from "../memory/store.ts"
import type { Change } from "../types/types.ts"
import { observeChanges } from "./changes.ts"
import { withStores } from "./stores.ts"
import { afterCommit, beforeCommit, unitOfWork } from "./unit-of-work.ts"

const failure = new Error("on purpose")
const sleep = (ms: number) => new Promise(resolve => setTimeout(resolve, ms))

class Account extends Entity(
  "Account",
  { owner: z.string(), balance: z.int().default(0) },
  { timestamps: true, version: true },
) {
  static store = memory()
}
class Note extends Entity("Note", { text: z.string() }) {
  static store = memory()
}

let changes: Change[] = []
let stop = () => {}
const reported: unknown[] = []
const report = (message: unknown) => void reported.push((message as { error: unknown }).error)

beforeEach(() => {
  changes = []
  reported.length = 0
  stop = observeChanges(change => void changes.push(change))
  subscribe("nitro:error", report)
})
afterEach(async () => {
  stop()
  unsubscribe("nitro:error", report)
  await Account.deleteWhere({}, { all: true })
  await Note.deleteWhere({}, { all: true })
})

describe("a unit of work", () => {
  it("gives what its function returns and keeps what it wrote", async () => {
    expect(await unitOfWork(() => 5)).toBe(5)
    const account = await unitOfWork(() => Account.create({ owner: "a" }))
    expect(await Account.exists(account.id)).toBe(true)
  })

  it("takes everything back, in every store it touched, and puts entities back", async () => {
    const kept = await Account.create({ owner: "kept" })
    const { updatedAt } = kept
    const created = new Account({ owner: "new" })
    const note = await Note.create({ text: "a" })
    changes.length = 0
    const run = unitOfWork(async () => {
      await created.save()
      await kept.update({ balance: 5 })
      await note.delete()
      expect(await Account.count()).toBe(2)
      throw failure
    })
    await expect(run).rejects.toBe(failure)
    expect(await Account.count()).toBe(1)
    expect(await Note.exists(note.id)).toBe(true)
    expect(created.isNew).toBe(true)
    expect(note.isNew).toBe(false)
    expect(kept).toMatchObject({ version: 1, updatedAt, balance: 5, isDirty: true })
    expect(changes).toEqual([])
    await kept.save()
    await created.save()
    await note.save()
    expect(await Account.count()).toBe(2)
  })

  it("puts an entity back that was saved several times", async () => {
    const account = await Account.create({ owner: "a" })
    await unitOfWork(async () => {
      await account.update({ balance: 1 })
      await account.update({ balance: 2 })
      throw failure
    }).catch(() => {})
    expect(account.version).toBe(1)
    expect(account.changes).toEqual({ balance: { from: 0, to: 2 } })
  })

  it("announces after the commit, in order", async () => {
    await unitOfWork(async () => {
      const account = await Account.create({ owner: "a" })
      await account.update({ balance: 5 })
      await account.delete()
      expect(changes).toEqual([])
    })
    expect(changes.map(({ op }) => op)).toEqual(["create", "update", "delete"])
    expect(changes[0]?.after).toMatchObject({ balance: 0 })
    expect(changes[1]).toMatchObject({ before: { balance: 0 }, after: { balance: 5 } })
  })

  it("runs afterCommit callbacks once all is stored, and none when it is not", async () => {
    const calls: string[] = []
    await unitOfWork(async () => {
      const { id } = await Account.create({ owner: "a" })
      afterCommit(async () => {
        calls.push((await Account.get(id)) ? "stored" : "not stored")
      })
      await unitOfWork(() => afterCommit(() => calls.push("inner")))
      expect(calls).toEqual([])
    })
    expect(calls).toEqual(["stored", "inner"])
    await unitOfWork(() => {
      afterCommit(() => calls.push("never"))
      throw failure
    }).catch(() => {})
    afterCommit(() => calls.push("now"))
    expect(calls).toEqual(["stored", "inner", "now"])
  })

  it("runs beforeCommit callbacks in the outermost unit, whose writes they share", async () => {
    const order: string[] = []
    await unitOfWork(async () => {
      beforeCommit(async () => {
        order.push(`outer ${await Note.count()}`)
        await Note.create({ text: "log" })
        // Added late, it still comes before the commit.
        beforeCommit(() => order.push("late"))
      })
      await unitOfWork(async () => {
        beforeCommit(() => order.push("nested"))
        await Note.create({ text: "inner" })
      })
      await unitOfWork(async () => {
        beforeCommit(() => order.push("never"))
        throw failure
      }).catch(() => {})
      await Note.create({ text: "outer" })
      expect(order).toEqual([])
      afterCommit(() => order.push("committed"))
    })
    expect(order).toEqual(["outer 2", "nested", "late", "committed"])
    expect((await Note.all()).map(({ text }) => text).sort()).toEqual(["inner", "log", "outer"])
  })

  it.each([
    ["throws", () => Promise.resolve().then(() => Promise.reject(failure))],
    [
      "throws at once",
      () => {
        throw failure
      },
    ],
  ])("takes everything back when a beforeCommit callback %s", async (_, callback) => {
    const note = new Note({ text: "x" })
    const run = unitOfWork(async () => {
      await note.save()
      beforeCommit(() => Note.create({ text: "log" }))
      beforeCommit(callback)
    })
    await expect(run).rejects.toBe(failure)
    expect([note.isNew, await Note.count(), changes]).toEqual([true, 0, []])
  })

  it("checks what a beforeCommit callback wrote, and refuses one outside of a unit", async () => {
    class Page extends Entity("Page", { noteId: ref("Note") }) {}
    const run = unitOfWork(async () => {
      beforeCommit(() => Page.create({ noteId: "missing" }))
    })
    await expect(run).rejects.toMatchObject({ code: "NITRO_REFERENCE" })
    expect(await Page.count()).toBe(0)
    expect(() => beforeCommit(() => undefined)).toThrow(
      expect.objectContaining({ code: "NITRO_NO_UNIT" }),
    )
  })

  it("survives a callback that throws, and reports it", async () => {
    await unitOfWork(async () => {
      afterCommit(() => {
        throw failure
      })
      await Account.create({ owner: "a" })
    })
    expect(reported).toEqual([failure])
    expect(await Account.count()).toBe(1)
  })

  it("knows one instance by one id, which takes what was read again", async () => {
    const { id } = await Account.create({ owner: "a" })
    await unitOfWork(async () => {
      const [one, other] = [await Account.require(id), await Account.findBy({ owner: "a" })]
      expect(other).toBe(one)
      one.balance = 3
      await unitOfWork(async () => expect(await Account.require(id)).toBe(one))
      expect(one.balance).toBe(3)
      await one.save()
      expect((await Account.all())[0]).toBe(one)
      const created = await Account.create({ owner: "b" })
      expect(await Account.require(created.id)).toBe(created)
      await created.delete()
      expect(await Account.get(created.id)).toBe(undefined)
      expect((await Account.create({ id: created.id, owner: "c" })).isNew).toBe(false)
    })
    expect(await Account.require(id)).not.toBe(await Account.require(id))
  })

  it("takes back a nested unit alone when its error is caught", async () => {
    const account = await Account.create({ owner: "a" })
    changes.length = 0
    await unitOfWork(async () => {
      await account.update({ balance: 1 })
      await unitOfWork(async () => {
        await account.update({ balance: 2 })
        await Note.create({ text: "gone" })
        throw failure
      }).catch(() => {})
      expect(account.version).toBe(2)
      expect(await Account.count({ balance: 1 })).toBe(1)
      await unitOfWork(() => Note.create({ text: "kept" }))
    })
    expect((await Note.all()).map(({ text }) => text)).toEqual(["kept"])
    expect(changes.map(({ op, entity }) => `${op} ${entity.name}`)).toEqual([
      "update Account",
      "create Note",
    ])
  })

  it("shows nothing to others before the commit and never mixes with their writes", async () => {
    const account = await Account.create({ owner: "a" })
    const unit = unitOfWork(async () => {
      await account.update({ balance: 5 })
      await sleep(20)
      throw failure
    })
    await sleep(5)
    const [seen] = await Promise.all([
      Account.require(account.id),
      Account.create({ owner: "other" }),
      unit.catch(() => {}),
    ])
    expect(seen.balance).toBe(0)
    expect(await Account.count()).toBe(2)
  })

  it("keeps fifty concurrent transfers consistent, half of which fail", async () => {
    const [one, two] = await Account.createMany([
      { owner: "a", balance: 100 },
      { owner: "b", balance: 100 },
    ])
    const transfer = (n: number) =>
      unitOfWork(async () => {
        const from = await Account.require(one?.id as string)
        const to = await Account.require(two?.id as string)
        await from.update({ balance: from.balance - 1 })
        if (n % 2 === 0) throw failure
        await to.update({ balance: to.balance + 1 })
      })
    await Promise.allSettled(Array.from({ length: 50 }, (_, n) => transfer(n)))
    expect((await Account.all().orderBy("owner")).map(({ balance }) => balance)).toEqual([75, 125])
  })

  it("lets a write that outlives it go to the store itself", async () => {
    let late: Promise<unknown> = Promise.resolve()
    await unitOfWork(async () => {
      late = sleep(10).then(() => Account.create({ owner: "late" }))
      await Note.create({ text: "x" })
    })
    await late
    expect(await Account.count()).toBe(1)
    expect(changes.at(-1)?.entity).toBe(Account)
  })

  it("works on stores without transactions, where writes stay and are announced", async () => {
    const store = memory()
    const { begin: _, ...rest } = {
      ...store,
      bind: store.bind.bind(store),
      close: () => {},
      encoding: store.encoding,
    }
    const plain: Store = {
      ...rest,
      name: "plain",
      capabilities: { ...store.capabilities, transactions: false },
    }
    await withStores({ Note: plain }, async () => {
      const note = new Note({ text: "stays" })
      const nested = new Note({ text: "stays too" })
      const run = unitOfWork(async () => {
        await note.save()
        await unitOfWork(async () => {
          await nested.save()
          throw failure
        }).catch(() => {})
        expect(changes).toEqual([])
        throw failure
      })
      await expect(run).rejects.toBe(failure)
      expect([await Note.count(), note.isNew, nested.isNew]).toEqual([2, false, false])
    })
    expect(changes.map(({ op }) => op)).toEqual(["create", "create"])
  })

  it("fails as a whole when a store cannot begin or commit", async () => {
    const broken = (begin: NonNullable<Store["begin"]>): Store => {
      const store = memory()
      return {
        name: "broken",
        capabilities: store.capabilities,
        encoding: store.encoding,
        bind: d => store.bind(d),
        close: () => {},
        begin,
      }
    }
    const cannotBegin = broken(async () => {
      throw failure
    })
    await withStores({ Note: cannotBegin }, () =>
      expect(unitOfWork(() => Note.create({ text: "x" }))).rejects.toBe(failure),
    )
    const account = new Account({ owner: "a" })
    await withStores({ Note: cannotBegin }, () =>
      expect(
        unitOfWork(async () => {
          await account.save()
          await Note.create({ text: "x" }).catch(() => {})
        }),
      ).rejects.toBe(failure),
    )
    expect([account.isNew, await Account.count()]).toEqual([true, 0])
    const cannotCommit = broken(async options => ({
      ...(await (memory().begin as NonNullable<Store["begin"]>)(options)),
      commit() {
        throw failure
      },
    }))
    const note = new Note({ text: "x" })
    await withStores({ Note: cannotCommit }, () =>
      expect(unitOfWork(() => note.save())).rejects.toBe(failure),
    )
    expect(note.isNew).toBe(true)
    expect(changes).toEqual([])
  })
})

describe("changes", () => {
  it("say what happened, with the values before and a copy of the entity after", async () => {
    const account = await Account.create({ owner: "a" })
    await account.update({ balance: 5 })
    await account.delete()
    const [created, updated, deleted] = changes
    expect(created).toMatchObject({
      entity: Account,
      op: "create",
      id: account.id,
      changed: ["id", "owner", "balance", "createdAt", "updatedAt", "version"],
    })
    expect(created?.before).toBeUndefined()
    expect(created?.after).toBeInstanceOf(Account)
    expect(created?.after).not.toBe(account)
    expect(created?.after).toMatchObject({ balance: 0, isNew: false, isDirty: false })
    expect(updated).toMatchObject({
      op: "update",
      before: { balance: 0, version: 1 },
      after: { balance: 5, version: 2 },
      changed: ["balance", "updatedAt", "version"],
    })
    expect(deleted).toMatchObject({ op: "delete", before: { balance: 5 }, changed: [] })
    expect(deleted?.after).toBeUndefined()
  })

  it("have the values as they were saved, however late they are read", async () => {
    const account = await Account.create({ id: "a", owner: "a", balance: 1 })
    await account.update({ balance: 2 })
    account.balance = 3
    await account.save()
    account.balance = 4
    expect(
      changes.map(({ before, after }) => [before?.["balance"], after?.["balance" as never]]),
    ).toEqual([
      [undefined, 1],
      [1, 2],
      [2, 3],
    ])
    expect(changes[0]?.after).toBe(changes[0]?.after)
  })

  it("show all that they say when they are printed", async () => {
    await (await Account.create({ id: "a", owner: "anna" })).update({ balance: 5 })
    const [created, updated] = changes.map(change => inspect(change))
    expect(created).toMatch(/op: 'create',\s+id: 'a',\s+after: Account/)
    expect(created).not.toContain("before")
    expect(updated).toMatch(/before: \{\s+id: 'a',\s+owner: 'anna',\s+balance: 0/)
  })

  it("are not announced for saves that write nothing or fail", async () => {
    const account = await Account.create({ id: "a", owner: "a" })
    changes.length = 0
    await account.save()
    await Account.create({ id: "a", owner: "b" }).catch(() => {})
    expect(changes).toEqual([])
  })

  it("of deleteWhere name every entity", async () => {
    await Account.createMany([
      { id: "a", owner: "x" },
      { id: "b", owner: "x" },
      { id: "c", owner: "y" },
    ])
    changes.length = 0
    expect(await Account.deleteWhere({ owner: "x" })).toBe(2)
    expect(changes.map(({ op, id, before }) => [op, id, before?.["owner"]])).toEqual([
      ["delete", "a", "x"],
      ["delete", "b", "x"],
    ])
  })

  it("reach the listeners of their class and of all, until they end", async () => {
    const seen: string[] = []
    const ends = [
      Account.observe(({ id, after }) => seen.push(`${id} ${after?.owner}`)),
      Note.observe(() => seen.push("note")),
    ]
    await Account.create({ id: "1", owner: "a" })
    await Note.create({ text: "x" })
    for (const end of ends) end()
    ends[0]?.()
    await Account.create({ id: "2", owner: "b" })
    expect(seen).toEqual(["1 a", "note"])
  })

  it("are not lost by a listener that throws, now or later", async () => {
    const ends = [
      Account.observe(() => {
        throw failure
      }),
      Account.observe(async () => {
        throw failure
      }),
    ]
    await Account.create({ owner: "a" })
    await sleep(0)
    for (const end of ends) end()
    expect(changes).toHaveLength(1)
    expect(reported).toEqual([failure, failure])
  })

  it("let a listener unsubscribe while being notified", async () => {
    let count = 0
    const end = Account.observe(() => {
      count++
      end()
    })
    await Account.createMany([{ owner: "a" }, { owner: "b" }])
    expect(count).toBe(1)
  })
})
