// Changes that bulk writes publish, and their reads: none, unless a listener of the application needs rows.
import { afterAll, describe, expect, it } from "vitest"
import { z } from "zod"
import { nitro } from "../src/adapters/fetch.ts"
import { maxRowsPublished } from "../src/entity/binding/change.ts"
import { followAllChanges } from "../src/entity/binding/changes.ts"
import {
  type Change,
  Entity,
  memory,
  observeChanges,
  ref,
  type Store,
  unitOfWork,
  withStores,
} from "../src/entity/index.ts"
import { createEvents, withEvents } from "../src/events/index.ts"
import { entityEvents } from "../src/live/index.ts"
import { postgresDrivers } from "../src/stores/sql/postgres/drivers/load.ts"
import { postgres } from "../src/stores/sql/postgres/store.ts"
import { sqlite } from "../src/stores/sql/sqlite/store.ts"
import { availableDrivers } from "../src/stores/sql/testing/drivers.ts"
import { postgresMissing, testDatabase } from "./support/postgres.ts"

class Shelf extends Entity("BulkShelf", { name: z.string() }) {}
class Book extends Entity("BulkBook", {
  n: z.int(),
  done: z.boolean().default(false),
  shelfId: ref("BulkShelf", { onDelete: "cascade" }).nullable(),
}) {}
class Draft extends Entity("BulkDraft", { n: z.int() }, { softDelete: true }) {}

// Modules that an application has loaded in any case.
const app = nitro({ entities: [Shelf, Book, Draft] })
const ends: (() => unknown)[] = [() => app.close()]
afterAll(() => Promise.all(ends.map(end => end())))

const stores: [name: string, open: () => Store][] = [["memory()", () => memory()]]
for (const driver of availableDrivers)
  stores.push([`sqlite on ${driver}`, () => sqlite({ file: ":memory:", driver })])
if (postgresMissing === undefined) {
  const database = await testDatabase(40)
  ends.push(() => database.remove())
  for (const driver of postgresDrivers)
    stores.push([
      `postgres through ${driver}`,
      () => postgres({ url: database.emptySchema(), driver, schema: "sync" }),
    ])
} else console.log(`Skipped: ${postgresMissing}`)

/** The store, and how many rows were read from it. */
function counting(store: Store): { readonly store: Store; readonly read: { rows: number } } {
  const read = { rows: 0 }
  const bind: Store["bind"] = definition => {
    const repository = store.bind(definition)
    return new Proxy(repository, {
      get(target, key) {
        const value: unknown = Reflect.get(target, key)
        if (typeof value !== "function") return value
        if (key !== "find") return value.bind(target)
        return async (...given: unknown[]) => {
          const rows = (await value.apply(target, given)) as unknown[]
          read.rows += rows.length
          return rows
        }
      },
    })
  }
  const counted = new Proxy(store, {
    get(target, key) {
      if (key === "bind") return bind
      const value: unknown = Reflect.get(target, key)
      return typeof value === "function" ? value.bind(target) : value
    },
  })
  return { store: counted, read }
}

const seenBy = async (
  follow: typeof observeChanges,
  work: () => Promise<unknown>,
): Promise<Change[]> => {
  const changes: Change[] = []
  const end = follow(change => void changes.push(change))
  try {
    await work()
  } finally {
    end()
  }
  return changes
}
const brief = (changes: readonly Change[]): unknown[] =>
  changes.map(({ entity, op, count, changed }) => [entity.name, op, count, changed])

describe.each(stores)("bulk writes on %s", (name, open) => {
  /** Memory looks at its rows to change them. */
  const readsNothing = (read: { rows: number }): void =>
    void (name === "memory()" || expect(read.rows).toBe(0))
  const test = (title: string, run: (read: { rows: number }) => Promise<void>): void => {
    it(title, async () => {
      const opened = open()
      const { store, read } = counting(opened)
      await withStores(store, async () => {
        await Shelf.createMany([
          { id: "a", name: "a" },
          { id: "b", name: "b" },
        ])
        await Book.createMany(
          Array.from({ length: 300 }, (_, n) => ({ n, shelfId: n % 2 === 0 ? "a" : null })),
        )
        await Draft.createMany(Array.from({ length: 300 }, (_, n) => ({ n })))
        read.rows = 0
        await run(read)
      })
      await opened.close()
    })
  }

  test("announce one change, and read no rows", async read => {
    const changes = await seenBy(followAllChanges, async () => {
      expect(await Book.updateWhere(b => b.n.gte(100), { done: true })).toBe(200)
      expect(await Book.deleteWhere(b => b.n.lt(50))).toBe(50)
      expect(await Draft.deleteWhere(d => d.n.lt(10))).toBe(10)
      expect(await Book.updateWhere({ n: -1 }, { done: true })).toBe(0)
      expect(await Book.deleteWhere({ n: -1 })).toBe(0)
    })
    expect(brief(changes)).toEqual([
      ["Book", "update-many", 200, ["done"]],
      ["Book", "delete-many", 50, []],
      ["Draft", "delete-many", 10, []],
    ])
    expect(changes[0]?.where).toEqual({ op: "gte", field: "n", value: 100 })
    readsNothing(read)
    expect([
      await Book.where({ done: true }).count(),
      await Book.count(),
      await Draft.count(),
    ]).toEqual([200, 250, 290])
  })

  test("announce it after the commit of their unit, and not at all after a rollback", async () => {
    const changes = await seenBy(followAllChanges, async () => {
      await unitOfWork(async () => {
        await Book.updateWhere({ n: 1 }, { done: true })
        await unitOfWork(async () => {
          await Book.deleteWhere(b => b.n.lt(5))
          throw new Error("taken back")
        }).catch(() => undefined)
      })
    })
    expect(brief(changes)).toEqual([["Book", "update-many", 1, ["done"]]])
  })

  test("announce each row to a listener of the application", async () => {
    const changes = await seenBy(observeChanges, async () => {
      await Book.updateWhere(b => b.n.lt(2), { done: true })
      await Book.deleteWhere(b => b.n.lt(3))
    })
    expect(
      changes
        .map(({ op, after, before }) => [op, (after as Book | undefined)?.done, before?.["n"]])
        .sort(),
    ).toEqual([
      ["delete", undefined, 0],
      ["delete", undefined, 1],
      ["delete", undefined, 2],
      ["update", true, 0],
      ["update", true, 1],
    ])
  })

  test("announce the rows of other classes that go along", async read => {
    const changes = await seenBy(followAllChanges, () => Shelf.deleteWhere({ id: "a" }))
    expect(await Book.count()).toBe(150)
    const ops = new Map(changes.map(({ entity, op }) => [entity.name, op]))
    // Without foreign keys the rows are found and deleted here.
    if (ops.get("Book") === "delete")
      expect(changes.filter(({ entity }) => entity.name === "Book")).toHaveLength(150)
    else {
      expect(brief(changes)).toEqual([
        ["Shelf", "delete-many", 1, []],
        ["Book", "delete-many", undefined, []],
      ])
      expect(read.rows).toBe(0)
    }
  })

  test("emit events of rows only where a handler subscribes", async read => {
    const events = createEvents()
    const end = withEvents(events, () => entityEvents())
    const seen: unknown[] = []
    await withEvents(events, async () => {
      await Book.updateWhere(b => b.n.lt(2), { done: true })
      readsNothing(read)
      events.on("BulkBook.updated", change => void seen.push((change as Change).changed))
      await Book.updateWhere(b => b.n.lt(2), { done: false })
    })
    end()
    expect(seen).toEqual([["done"], ["done"]])
  })
})

it(`announces no more than ${maxRowsPublished} rows, and one change of many above that`, async () => {
  await withStores(memory(), async () => {
    await Book.createMany(
      Array.from({ length: maxRowsPublished + 1 }, (_, n) => ({ n, shelfId: null })),
    )
    const changes = await seenBy(observeChanges, async () => {
      await Book.updateWhere({}, { done: true }, { all: true })
      await Book.updateWhere({ n: 0 }, { done: false })
      await Book.deleteWhere({}, { all: true })
    })
    expect(brief(changes)).toEqual([
      ["Book", "update-many", maxRowsPublished + 1, ["done"]],
      ["Book", "update", undefined, ["done"]],
      ["Book", "delete-many", maxRowsPublished + 1, []],
    ])
  })
})
