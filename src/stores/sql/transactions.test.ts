// Transactions on one shared connection: no write ends up in another transaction.

import { EventEmitter } from "node:events"
import { setTimeout as sleep } from "node:timers/promises"
import { afterEach, describe, expect, it } from "vitest"
import { inTransaction } from "../../entity/index.ts"
import type { Repository, Write } from "../../entity/store.ts"
import { type SqliteOptions, type SqliteStore, sqlite } from "./sqlite/store.ts"
import { define } from "./testing/definitions.ts"
import { availableDrivers, openConnection, temporaryFolder } from "./testing/drivers.ts"

const definition = define("Item", { n: "integer" })
const insert = (id: string, n = 0): Write[] => [{ op: "insert", row: [id, n] }]
const all = { orderBy: [] }

const open: (() => void | Promise<void>)[] = []
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close()
})

for (const driver of availableDrivers) {
  for (const kind of ["file", "memory"] as const) {
    describe(`transactions on ${driver}, ${kind}`, () => {
      const start = (
        options: Omit<SqliteOptions, "file" | "driver"> = {},
      ): { store: SqliteStore; items: Repository } => {
        const folder = temporaryFolder()
        const store = sqlite({
          ...options,
          driver,
          file: kind === "file" ? folder.path("test.db") : ":memory:",
        })
        open.push(folder.remove, async () => store.close())
        return { store, items: store.bind(definition) }
      }

      it("keeps what commits and nothing of what throws", async () => {
        const { store, items } = start()
        const result = await inTransaction(store, async () => {
          await items.write(insert("a"))
          return "result"
        })
        expect(result).toBe("result")
        const failure = new Error("no")
        await expect(
          inTransaction(store, async () => {
            await items.write(insert("b"))
            expect(await items.count(all)).toBe(2)
            throw failure
          }),
        ).rejects.toBe(failure)
        expect(await items.find(all)).toEqual([["a", 0]])
      })

      it("keeps 50 concurrent requests apart, half of which roll back", async () => {
        const { store, items } = start()
        const requests = Array.from({ length: 50 }, async (_, request) => {
          await sleep(Math.random() * 5)
          await inTransaction(store, async () => {
            await items.write(insert(`tx-${request}-1`))
            await sleep(Math.random() * 3)
            const mine = await items.find({
              where: { op: "startsWith", field: "id", value: `tx-${request}-` },
              orderBy: [],
            })
            expect(mine).toHaveLength(1)
            await items.write(insert(`tx-${request}-2`))
            if (request % 2 === 1) throw new Error("roll back")
          })
        })
        const others = Array.from({ length: 50 }, async (_, request) => {
          await sleep(Math.random() * 20)
          await items.write(insert(`plain-${request}`))
          expect(await items.get(`plain-${request}`)).toBeDefined()
        })
        const results = await Promise.allSettled([...requests, ...others])
        expect(
          results
            .filter(result => result.status === "rejected")
            .map(result => (result.reason as Error).message),
        ).toEqual(Array(25).fill("roll back"))
        const ids = (await items.find(all)).map(([id]) => String(id))
        expect(ids.filter(id => id.startsWith("plain-"))).toHaveLength(50)
        expect(ids.filter(id => id.startsWith("tx-")).sort()).toEqual(
          Array.from({ length: 25 }, (_, half) => [`tx-${half * 2}-1`, `tx-${half * 2}-2`])
            .flat()
            .sort(),
        )
      })

      it("never shows outside what may still be rolled back", async () => {
        const { store, items } = start()
        await items.write(insert("a"))
        let reads: Promise<unknown> | undefined
        await inTransaction(store, async () => {
          await items.write(insert("b"))
          reads = outside(async () => [await items.count(all), await items.get("b")])
          await sleep(5)
          throw new Error("roll back")
        }).catch(() => undefined)
        expect(await reads).toEqual([1, undefined])
      })

      it("makes a nested transaction a savepoint", async () => {
        const { store, items } = start()
        await inTransaction(store, async () => {
          await items.write(insert("a"))
          await inTransaction(store, () => Promise.resolve(items.write(insert("b"))))
          await inTransaction(store, async () => {
            await items.write(insert("c"))
            await inTransaction(store, () => Promise.resolve(items.write(insert("d"))))
            throw new Error("inner")
          }).catch(() => undefined)
          expect(await items.count(all)).toBe(2)
        })
        expect((await items.find(all)).map(row => row[0])).toEqual(["a", "b"])
      })

      it("runs nested transactions that start together one after the other", async () => {
        const { store, items } = start()
        await inTransaction(store, async () => {
          const results = await Promise.allSettled(
            Array.from({ length: 6 }, (_, index) =>
              inTransaction(store, async () => {
                await items.write(insert(`x${index}`))
                await sleep(2)
                if (index % 2 === 1) throw new Error("inner")
              }),
            ),
          )
          expect(results.map(result => result.status)).toEqual([
            "fulfilled",
            "rejected",
            "fulfilled",
            "rejected",
            "fulfilled",
            "rejected",
          ])
        })
        expect((await items.find(all)).map(row => row[0])).toEqual(["x0", "x2", "x4"])
      })

      it("waits for a nested transaction that is not awaited", async () => {
        const { store, items } = start()
        await inTransaction(store, async () => {
          void inTransaction(store, async () => {
            await sleep(5)
            await items.write(insert("late"))
          })
        })
        expect(await items.count(all)).toBe(1)
      })

      it("undoes a failed batch inside a transaction that goes on", async () => {
        const { store, items } = start()
        await inTransaction(store, async () => {
          await items.write(insert("a"))
          await expect(
            (async () => items.write([...insert("b"), ...insert("a")]))(),
          ).rejects.toMatchObject({ code: "NITRO_DUPLICATE" })
          await items.write(insert("c"))
        })
        expect((await items.find(all)).map(row => row[0])).toEqual(["a", "c"])
      })

      it("lets work that outlives its transaction go on outside", async () => {
        const { store, items } = start()
        let late: Promise<unknown> | undefined
        await inTransaction(store, async () => {
          late = sleep(5).then(() => items.write(insert("late")))
        })
        await late
        expect(await items.count(all)).toBe(1)
      })

      it("refuses what is left of a transaction that was rolled back", async () => {
        const { store, items } = start()
        let late: Promise<unknown> | undefined
        await inTransaction(store, async () => {
          late = sleep(5).then(() => items.write(insert("late")))
          late.catch(() => undefined)
          throw new Error("roll back")
        }).catch(() => undefined)
        await expect(late).rejects.toMatchObject({ code: "NITRO_UNIT_ENDED" })
        expect(await items.count(all)).toBe(0)
      })

      it("forgets tables that a rolled back transaction made", async () => {
        const { store, items } = start()
        await inTransaction(store, async () => {
          await items.write(insert("a"))
          throw new Error("roll back")
        }).catch(() => undefined)
        await items.write(insert("b"))
        expect((await items.find(all)).map(row => row[0])).toEqual(["b"])
      })

      it("shows a table to others once the transaction that made it has ended", async () => {
        const { store, items } = start()
        let reads: Promise<unknown> | undefined
        await inTransaction(store, async () => {
          await items.write(insert("a"))
          reads = outside(async () => items.count(all))
          await sleep(5)
        })
        expect(await reads).toBe(1)
      })

      it("fails the commit, and keeps nothing, when a reference points nowhere", async () => {
        const { store } = start()
        const categories = store.bind(define("Category", { name: "string" }))
        const products = store.bind(
          define("Product", { categoryId: { type: "string", references: "Category" } }),
        )
        await expect(
          inTransaction(store, async () => {
            await categories.write([{ op: "insert", row: ["c", "x"] }])
            await products.write([{ op: "insert", row: ["p", "nowhere"] }])
          }),
        ).rejects.toMatchObject({ code: "NITRO_REFERENCE" })
        expect([await categories.count(all), await products.count(all)]).toEqual([0, 0])
      })

      it("rejects a call that waits for itself, instead of waiting forever", async () => {
        const { store, items } = start({ waitTimeoutMs: 30 })
        await items.count(all)
        const emitter = new EventEmitter()
        const error = await inTransaction(store, async () => {
          await new Promise((resolve, reject) => {
            emitter.on(
              "go",
              () => void outside(async () => items.write(insert("a"))).then(resolve, reject),
            )
            emitter.emit("go")
          })
        }).catch((reason: unknown) => reason)
        expect(error).toMatchObject({ code: "NITRO_STORE_BUSY" })
        await items.write(insert("b"))
        expect(await items.count(all)).toBe(1)
      })

      it("closes when the running transaction has ended, and refuses to inside of one", async () => {
        const { store, items } = start()
        let closing: unknown
        await inTransaction(store, async () => {
          await items.write(insert("a"))
          expect(() => store.close()).toThrow(
            expect.objectContaining({ code: "NITRO_TRANSACTION" }),
          )
          closing = Promise.all([
            outside(async () => store.close()),
            outside(async () => store.close()),
          ])
          await sleep(2)
          await items.write(insert("b"))
        })
        await closing
        expect(() => items.count(all)).toThrow(
          expect.objectContaining({ code: "NITRO_STORE_CLOSED" }),
        )
      })
    })
  }

  it(`runs nothing more once the database has ended a transaction, ${driver}`, async () => {
    const connection = openConnection(driver, ":memory:")
    const store = sqlite({ driver: connection })
    const items = store.bind(definition)
    await items.write(insert("a"))
    await expect(
      inTransaction(store, async () => {
        await items.write(insert("b"))
        // As SQLite does on a full disk.
        connection.exec("rollback")
        await expect((async () => items.write(insert("a")))()).rejects.toMatchObject({
          code: "NITRO_DUPLICATE",
        })
        await expect((async () => items.write(insert("c")))()).rejects.toMatchObject({
          code: "NITRO_TRANSACTION",
        })
        await expect(inTransaction(store, async () => undefined)).rejects.toMatchObject({
          code: "NITRO_TRANSACTION",
        })
      }),
    ).rejects.toMatchObject({ code: "NITRO_TRANSACTION" })
    expect((await items.find(all)).map(row => row[0])).toEqual(["a"])
    connection.close()
  })

  describe(`a store beside another process on one file, ${driver}`, () => {
    const start = (options: Omit<SqliteOptions, "file" | "driver"> = {}) => {
      const folder = temporaryFolder()
      const first = sqlite({
        busyTimeoutMs: 2000,
        ...options,
        driver,
        file: folder.path("shared.db"),
      })
      // In one process a file is one store. Another process has a separate connection.
      const connection = openConnection(driver, folder.path("shared.db"))
      const second = sqlite({ busyTimeoutMs: 2000, ...options, driver: connection })
      open.push(
        folder.remove,
        async () => first.close(),
        async () => second.close(),
        async () => void connection.close(),
      )
      return { first, second, items: first.bind(definition), others: second.bind(definition) }
    }

    it("waits for the other's lock without blocking the event loop", async () => {
      const { first, items, others } = start()
      await items.write(insert("a"))
      await others.count(all)
      let ticks = 0
      const timer = setInterval(() => ticks++, 5)
      const locked = inTransaction(first, async () => {
        await items.write(insert("b"))
        await sleep(150)
      })
      await Promise.all([
        locked,
        others.write(insert("c")),
        others.write([...insert("d"), ...insert("e")]),
        outside(async () => others.count(all)),
      ])
      clearInterval(timer)
      expect(ticks).toBeGreaterThan(5)
      expect(await items.count(all)).toBe(5)
    })

    it("begins a transaction when the other's has ended", async () => {
      const { first, second, items, others } = start()
      await Promise.all([items.count(all), others.count(all)])
      const add = (store: SqliteStore, repository: Repository) =>
        inTransaction(store, async () => {
          const count = await repository.count(all)
          await sleep(2)
          await repository.write(insert(`i${count}`))
        })
      await Promise.all(
        Array.from({ length: 10 }, () => [add(first, items), add(second, others)]).flat(),
      )
      // A lost update would have been a duplicate id.
      expect(await items.count(all)).toBe(20)
    })

    it("gives up after the busy timeout", async () => {
      const { first, second, items, others } = start({ busyTimeoutMs: 40 })
      await items.write(insert("a"))
      await others.count(all)
      await inTransaction(first, async () => {
        await items.write(insert("b"))
        await expect((async () => others.write(insert("c")))()).rejects.toMatchObject({
          code: "NITRO_STORE_BUSY",
          status: 503,
        })
        await expect(inTransaction(second, async () => undefined)).rejects.toMatchObject({
          code: "NITRO_STORE_BUSY",
        })
        expect(await others.count(all)).toBe(1)
      })
      await others.write(insert("c"))
      expect(await items.count(all)).toBe(3)
    })
  })
}

it("reads beside an open transaction on a file, without waiting for it", async () => {
  const folder = temporaryFolder()
  const store = sqlite(folder.path("beside.db"))
  const items = store.bind(definition)
  open.push(folder.remove, async () => store.close())
  await items.write(insert("a"))
  let release = (): void => undefined
  const held = new Promise<void>(resolve => {
    release = resolve
  })
  const slow = inTransaction(store, async () => {
    await items.write(insert("b"))
    await held
  })
  await sleep(1)
  expect(await items.count(all)).toBe(1)
  release()
  await slow
  expect(await items.count(all)).toBe(2)
})

// Work that began before the transaction is not in its context: here a queue that was started at the top of the file.
const jobs: (() => void)[] = []
const worker = setInterval(() => {
  for (const job of jobs.splice(0)) job()
}, 1)
worker.unref()

function outside<T>(work: () => Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    jobs.push(() => void work().then(resolve, reject))
  })
}
