// Transactions on pooled connections: apart from each other, with lost connections, conflicts and a pool that is too small.

import { EventEmitter } from "node:events"
import { setTimeout as sleep } from "node:timers/promises"
import { Pool } from "pg"
import { afterAll, describe, expect, it } from "vitest"
import { postgresMissing, testDatabase } from "../../../../test/support/postgres.ts"
import { inTransaction } from "../../../entity/index.ts"
import type { Repository, Row, Write } from "../../../entity/store.ts"
import { define } from "../testing/definitions.ts"
import { postgresDrivers } from "./drivers/load.ts"
import { type PostgresOptions, type PostgresStore, postgres } from "./store.ts"

const definition = define("Item", { n: "integer" })
const insert = (id: string, n = 0): Write[] => [{ op: "insert", row: [id, n] }]
const all = { orderBy: [] }

if (postgresMissing !== undefined) console.log(`Skipped: ${postgresMissing}`)
const database = postgresMissing === undefined ? await testDatabase(60) : undefined
const opened: (() => unknown)[] = []
afterAll(async () => {
  for (const close of opened.reverse()) await close()
  await database?.remove()
})

/** What each of `count` calls waits for: until there are so many. */
function barrier(count: number): () => Promise<void> {
  let waiting = count
  let open: () => void = () => {}
  const opened = new Promise<void>(resolve => {
    open = resolve
  })
  return () => {
    waiting -= 1
    if (waiting === 0) open()
    return opened
  }
}

describe.skipIf(postgresMissing !== undefined).each(postgresDrivers)(
  "transactions of Postgres through %s",
  driver => {
    interface Subject {
      readonly store: PostgresStore
      readonly items: Repository
      readonly url: string
    }
    const start = (
      options: PostgresOptions = {},
      url = database?.emptySchema() as string,
    ): Subject => {
      const store = postgres({ url, driver, schema: "sync", max: 5, ...options })
      opened.push(() => store.close())
      return { store, items: store.bind(definition), url }
    }
    const idsOf = async (items: Repository): Promise<unknown[]> =>
      (await items.find(all)).map(row => row[0])
    /** Ends the connections that do something with the schema of this URL, as a restart of the server does. */
    const terminate = async (condition: string): Promise<void> => {
      const name = new URL(database?.url as string).pathname.slice(1)
      await database?.query(
        `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${name}' and pid <> pg_backend_pid() and ${condition}`,
      )
    }

    const waitingForLocks = async (): Promise<number> => {
      const name = new URL(database?.url as string).pathname.slice(1)
      const found = await database?.query(
        `select count(*)::int as n from pg_stat_activity where datname = '${name}' and wait_event_type = 'Lock'`,
      )
      return Number(found?.[0]?.["n"])
    }

    it("keeps what commits and nothing of what throws", async () => {
      const { store, items } = start()
      const result = await inTransaction(store, async () => {
        await items.write(insert("a"))
        return "result"
      })
      expect(result).toBe("result")
      const failure = new Error("no")
      const run = inTransaction(store, async () => {
        await items.write(insert("b"))
        expect(await items.count(all)).toBe(2)
        throw failure
      })
      await expect(run).rejects.toBe(failure)
      expect(await idsOf(items)).toEqual(["a"])
    })

    it("keeps 50 concurrent requests apart, half of which roll back, on 5 connections", async () => {
      const { store, items } = start()
      await items.count(all)
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
      const failures = results
        .filter(result => result.status === "rejected")
        .map(result => (result.reason as Error).message)
      expect(failures).toEqual(Array(25).fill("roll back"))
      const ids = (await idsOf(items)).map(String)
      expect(ids.filter(id => id.startsWith("plain-"))).toHaveLength(50)
      const kept = Array.from({ length: 25 }, (_, half) => [
        `tx-${half * 2}-1`,
        `tx-${half * 2}-2`,
      ]).flat()
      expect(ids.filter(id => id.startsWith("tx-")).sort()).toEqual(kept.sort())
    })

    it("makes a nested transaction a savepoint, and runs those that start together one after the other", async () => {
      const { store, items } = start()
      await inTransaction(store, async () => {
        await items.write(insert("a"))
        const results = await Promise.allSettled(
          Array.from({ length: 6 }, (_, index) =>
            inTransaction(store, async () => {
              await items.write(insert(`x${index}`))
              await inTransaction(store, () => Promise.resolve(items.write(insert(`y${index}`))))
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
      expect(await idsOf(items)).toEqual(["a", "x0", "x2", "x4", "y0", "y2", "y4"])
    })

    it("runs statements that start together one after the other", async () => {
      const { store, items } = start()
      await inTransaction(store, async () => {
        await Promise.all(Array.from({ length: 20 }, (_, n) => items.write(insert(`a${n}`, n))))
        expect(
          (await Promise.all(Array.from({ length: 20 }, (_, n) => items.get(`a${n}`)))).map(
            row => row?.[1],
          ),
        ).toEqual(Array.from({ length: 20 }, (_, n) => n))
      })
      expect(await items.count(all)).toBe(20)
    })

    it("waits for a nested transaction that is not awaited, and lets later work go on outside", async () => {
      const { store, items } = start()
      let late: Promise<unknown> | undefined
      let release = (): void => undefined
      const ended = new Promise<void>(resolve => {
        release = resolve
      })
      await inTransaction(store, async () => {
        void inTransaction(store, async () => {
          await sleep(5)
          await items.write(insert("nested"))
        })
        late = ended.then(() =>
          Promise.all([
            items.write(insert("late")),
            inTransaction(store, async () => items.write(insert("later"))),
          ]),
        )
      })
      expect(await idsOf(items)).toEqual(["nested"])
      release()
      await late
      expect(await idsOf(items)).toEqual(["late", "later", "nested"])
    })

    it("never commits a part when an error inside was caught and forgotten", async () => {
      const { store, items, url } = start()
      await items.write(insert("a"))
      await database?.query(`alter table ${schemaOf(url)}.items alter column n type int2`)
      // Refused by the server, and not one of the failures that are expected and have a savepoint.
      const refused = (): Promise<unknown> =>
        (async () =>
          items.write([{ op: "update", id: "a", columns: [1], values: [100_000] }]))().catch(
          (reason: unknown) => reason,
        )
      const loud = inTransaction(store, async () => {
        await items.write(insert("b"))
        expect(await refused()).toMatchObject({ code: "NITRO_VALUE_UNSUPPORTED" })
        await items.write(insert("c"))
      })
      await expect(loud).rejects.toMatchObject({ code: "NITRO_TRANSACTION" })
      const silent = inTransaction(store, async () => {
        await items.write(insert("d"))
        await refused()
      })
      await expect(silent).rejects.toMatchObject({ code: "NITRO_TRANSACTION" })
      const unawaited = inTransaction(store, async () => {
        await items.write(insert("e"))
        void refused()
      })
      await expect(unawaited).rejects.toMatchObject({ code: "NITRO_TRANSACTION" })
      expect(await idsOf(items)).toEqual(["a"])
      // Inside of a separate savepoint it affects nothing else.
      await inTransaction(store, async () => {
        await items.write(insert("f"))
        await expect(
          inTransaction(store, async () => void (await refused())),
        ).rejects.toMatchObject({
          code: "NITRO_TRANSACTION",
        })
        await items.write(insert("g"))
      })
      expect(await idsOf(items)).toEqual(["a", "f", "g"])
    })

    it("uses the isolation level of the options, and names the other transaction", async () => {
      const { store, items } = start()
      await items.write(insert("a", 0))
      const increment = (
        isolation: "serializable" | "repeatable read",
        hasRead: () => Promise<unknown> = async () => undefined,
      ): Promise<void> =>
        inTransaction(
          store,
          async () => {
            const [, n] = (await items.get("a")) as [string, number]
            await hasRead()
            await items.write([{ op: "update", id: "a", columns: [1], values: [n + 1] }])
          },
          { isolation },
        )
      for (const isolation of ["serializable", "repeatable read"] as const) {
        // None writes before all have read, so that they are in each other's way however long each takes.
        const allHaveRead = barrier(4)
        const results = await Promise.allSettled(
          Array.from({ length: 4 }, () => increment(isolation, allHaveRead)),
        )
        const refused = results.filter(result => result.status === "rejected")
        expect(refused.length).toBeGreaterThan(0)
        for (const { reason } of refused)
          expect(reason).toMatchObject({ code: "NITRO_TRANSACTION_CONFLICT", status: 409 })
      }
      // Tried again until it works, none is lost.
      const before = ((await items.get("a")) as Row)[1] as number
      const patiently = async (): Promise<void> => {
        for (;;) {
          const error = await increment("serializable").catch((reason: { code: string }) => reason)
          if (error === undefined) return
          expect(error).toMatchObject({ code: "NITRO_TRANSACTION_CONFLICT" })
        }
      }
      await Promise.all(Array.from({ length: 5 }, patiently))
      expect(((await items.get("a")) as Row)[1]).toBe(before + 5)
      await expect(
        inTransaction(store, async () => undefined, { isolation: "best" as never }),
      ).rejects.toMatchObject({
        code: "NITRO_TRANSACTION",
      })
    })

    it("keeps others from rows that were read for an update, or lets them skip those", async () => {
      const { store, items } = start()
      await items.write([...insert("a"), ...insert("b"), ...insert("c")])
      const locked = async (lock: "wait" | "skip", limit: number): Promise<unknown[]> =>
        (await items.find({ orderBy: [], limit, lock })).map(row => row[0])
      const order: string[] = []
      let held = (): void => {}
      const holding = new Promise<void>(resolve => {
        held = resolve
      })
      const first = inTransaction(store, async () => {
        expect(await locked("wait", 2)).toEqual(["a", "b"])
        held()
        while ((await waitingForLocks()) === 0) await sleep(5)
        order.push("first")
      })
      await holding
      await inTransaction(store, async () => {
        expect(await locked("skip", 3)).toEqual(["c"])
      })
      await inTransaction(store, async () => {
        expect(await locked("wait", 1)).toEqual(["a"])
        order.push("second")
      })
      await first
      expect(order).toEqual(["first", "second"])
    })

    it("ends one side of a deadlock with an error that says to try again", async () => {
      const { store, items } = start()
      await items.write([...insert("a"), ...insert("b")])
      const change = (id: string): Promise<number[]> =>
        Promise.resolve(items.write([{ op: "update", id, columns: [1], values: [1] }]))
      let started = 0
      const both = (first: string, second: string): Promise<void> =>
        inTransaction(store, async () => {
          await change(first)
          started += 1
          while (started < 2) await sleep(1)
          await change(second)
        })
      const results = await Promise.allSettled([both("a", "b"), both("b", "a")])
      const [refused] = results.filter(result => result.status === "rejected")
      expect(refused?.reason).toMatchObject({ code: "NITRO_TRANSACTION_CONFLICT" })
      expect(results.filter(result => result.status === "fulfilled")).toHaveLength(1)
    })

    it("survives the loss of its connection in the middle of a transaction", async () => {
      const { store, items } = start()
      await items.write(insert("a"))
      const run = inTransaction(store, async () => {
        await items.write(insert("b"))
        await terminate("state = 'idle in transaction'")
        await sleep(20)
        const error = await (async () => items.write(insert("c")))().catch(
          (reason: unknown) => reason,
        )
        expect((error as { code: string }).code).toMatch(/^NITRO_(STORE_UNAVAILABLE|TRANSACTION)$/)
        await expect(inTransaction(store, async () => undefined)).rejects.toMatchObject({
          code: "NITRO_TRANSACTION",
        })
        throw error
      })
      await expect(run).rejects.toMatchObject({ name: "NitroError" })
      expect(await idsOf(items)).toEqual(["a"])
      await inTransaction(store, () => Promise.resolve(items.write(insert("d"))))
      expect(await idsOf(items)).toEqual(["a", "d"])
    })

    it("survives the loss of its connection in the middle of a statement", async () => {
      const { store, items } = start()
      await items.write(insert("a"))
      const change = (n: number): Promise<unknown> =>
        Promise.resolve(items.write([{ op: "update", id: "a", columns: [1], values: [n] }]))
      await inTransaction(store, async () => {
        await change(1)
        const waiting = Promise.allSettled([
          outside(() => change(2)),
          outside(() => inTransaction(store, () => change(3))),
        ])
        while ((await waitingForLocks()) < 2) await sleep(5)
        await terminate("wait_event_type = 'Lock'")
        for (const result of await waiting) {
          expect(result).toMatchObject({ reason: { code: "NITRO_STORE_UNAVAILABLE", status: 503 } })
        }
      })
      expect(await items.get("a")).toEqual(["a", 1])
    })

    it("fails a commit whose connection is gone", async () => {
      const { store, items } = start()
      await items.write(insert("a"))
      const run = inTransaction(store, async () => {
        await items.write(insert("b"))
        await terminate("state = 'idle in transaction'")
      })
      await expect(run).rejects.toMatchObject({ name: "NitroError" })
      expect(await idsOf(items)).toEqual(["a"])
    })

    it("reads on when the server closed all idle connections", async () => {
      const { items } = start()
      await Promise.all(Array.from({ length: 5 }, (_, n) => items.write(insert(`a${n}`))))
      for (let round = 0; round < 3; round++) {
        await terminate("state = 'idle'")
        expect(await Promise.all(Array.from({ length: 5 }, () => items.count(all)))).toEqual([
          5, 5, 5, 5, 5,
        ])
      }
      await sleep(20)
      await items.write(insert("b"))
    })

    it("rejects a call that waits for the connections its own transactions hold", async () => {
      const { store, items } = start({ max: 2, waitTimeoutMs: 200 })
      await items.count(all)
      const emitter = new EventEmitter()
      emitter.on(
        "go",
        (resolve, reject) => void outside(async () => items.count(all)).then(resolve, reject),
      )
      const run = (): Promise<unknown> =>
        inTransaction(store, async () => {
          await items.count(all)
          await sleep(20)
          await new Promise((resolve, reject) => emitter.emit("go", resolve, reject))
        })
      // The first to give up frees the connection that the second waits for.
      const [refused] = (await Promise.allSettled([run(), run()])).filter(
        result => result.status === "rejected",
      )
      expect(refused?.reason).toMatchObject({ code: "NITRO_STORE_BUSY", status: 503 })
      await items.write(insert("b"))
      expect(await items.count(all)).toBe(1)
    })

    it("lets transactions wait for a free connection", async () => {
      const { store, items } = start({ max: 1 })
      await Promise.all(
        Array.from({ length: 10 }, (_, n) =>
          inTransaction(store, async () => {
            await items.write(insert(`a${n}`))
            await sleep(2)
          }),
        ),
      )
      expect(await items.count(all)).toBe(10)
    })

    it("makes tables inside of a transaction that others see when it commits, and forgets them when it does not", async () => {
      const { store, items } = start()
      const isMade = barrier(2)
      const failing = inTransaction(store, async () => {
        await items.write(insert("a"))
        await isMade()
        throw new Error("roll back")
      })
      const other = outside(async () => {
        await isMade()
        await items.write(insert("b"))
        return idsOf(items)
      })
      await expect(failing).rejects.toThrow("roll back")
      expect(await other).toEqual(["b"])
      const categories = store.bind(define("Category", { name: "string" }))
      await inTransaction(store, async () => {
        await categories.write([{ op: "insert", row: ["c", "x"] }])
        // Its table points to one that this transaction has changed.
        const products = store.bind(
          define("Product", { categoryId: { type: "string", references: "Category" } }),
        )
        await inTransaction(store, async () =>
          products.write([{ op: "insert", row: ["p", "c"] }]),
        ).catch(() => undefined)
        await expect(
          inTransaction(store, async () => {
            await products.write([{ op: "insert", row: ["q", "c"] }])
            throw new Error("inner")
          }),
        ).rejects.toThrow("inner")
        expect(await products.count(all)).toBe(1)
      })
      expect(await categories.count(all)).toBe(1)
    })

    it("fails the commit, and keeps nothing, when a reference points nowhere", async () => {
      const { store } = start()
      const categories = store.bind(define("Category", { name: "string" }))
      const products = store.bind(
        define("Product", { categoryId: { type: "string", references: "Category" } }),
      )
      const run = inTransaction(store, async () => {
        await categories.write([{ op: "insert", row: ["c", "x"] }])
        await products.write([{ op: "insert", row: ["p", "nowhere"] }])
      })
      await expect(run).rejects.toMatchObject({ code: "NITRO_REFERENCE" })
      expect([await categories.count(all), await products.count(all)]).toEqual([0, 0])
    })

    it("keeps two stores on one database apart and lets both see what is committed", async () => {
      const first = start()
      const second = start({}, first.url)
      await Promise.all([first.items.count(all), second.items.count(all)])
      const add = ({ store, items }: Subject, n: number): Promise<unknown> =>
        inTransaction(store, async () => {
          await items.write(insert(`i${n}`))
          await sleep(2)
          if (n % 3 === 0) throw new Error("roll back")
        })
      await Promise.allSettled(
        Array.from({ length: 30 }, (_, n) => add(n % 2 === 0 ? first : second, n)),
      )
      expect(await first.items.count(all)).toBe(20)
      expect(await idsOf(second.items)).toEqual(await idsOf(first.items))
    })

    it("closes when the running transaction has ended, and refuses to inside of one", async () => {
      const { store, items } = start()
      let closing: unknown
      await inTransaction(store, async () => {
        await items.write(insert("a"))
        expect(() => store.close()).toThrow(expect.objectContaining({ code: "NITRO_TRANSACTION" }))
        closing = Promise.all([
          outside(async () => store.close()),
          outside(async () => store.close()),
        ])
        await sleep(5)
        await items.write(insert("b"))
      })
      await closing
      expect(() => items.count(all)).toThrow(
        expect.objectContaining({ code: "NITRO_STORE_CLOSED" }),
      )
    })

    it("gives every connection back", async () => {
      const { store, items } = start({ max: 2 })
      for (let round = 0; round < 10; round++) {
        await inTransaction(store, async () => items.write(insert("a"))).catch(() => undefined)
        await inTransaction(store, async () => Promise.reject(new Error("no"))).catch(
          () => undefined,
        )
        await (async () => items.write([...insert("b"), ...insert("a")]))().catch(() => undefined)
      }
      expect(await Promise.all([items.count(all), items.count(all), items.count(all)])).toEqual([
        1, 1, 1,
      ])
    })
  },
)

it.skipIf(postgresMissing !== undefined)(
  "shares a pool of pg with the app, which goes on using it",
  async () => {
    const pool = new Pool({ connectionString: database?.emptySchema() as string, max: 2 })
    const stores = [postgres({ pool, schema: "sync" }), postgres(pool)]
    const [first, second] = stores.map(store => store.bind(definition)) as [Repository, Repository]
    for (let n = 0; n < 6; n++) {
      await first.write(insert(`a${n}`))
      await second.get(`a${n}`)
      expect((await pool.query("select n::int8 from items")).rows[0]).toEqual({ n: "0" })
    }
    for (const store of stores) await store.close()
    expect((await pool.query("select count(*)::int from items")).rows).toEqual([{ count: 6 }])
    await pool.end()
  },
)

function schemaOf(url: string): string {
  return new URL(url).searchParams.get("options")?.split("=")[1] as string
}

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
