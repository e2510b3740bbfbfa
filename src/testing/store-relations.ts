// Conditions on related rows and inside of JSON, left joins and increments are the same in the store as in memory.
import { z } from "zod"
import { Entity, increment, memory, ref, withStores } from "../entity/index.ts"
import { type JsonPredicate, matches, type Predicate, type Store } from "../entity/store.ts"
import { encodeRow, Sample, sampleId } from "./samples.ts"
import { ids, type Tools } from "./store-tools.ts"

class Shelf extends Entity(
  "Shelf",
  {
    label: z.string(),
    rank: z.int().nullable().default(null),
    parentId: ref("Shelf").nullable().default(null),
  },
  { plural: "nitro-suite-shelves" },
) {
  get books() {
    return this.hasMany(Book, "shelfId")
  }
  get parent() {
    return this.belongsTo(Shelf, "parentId")
  }
}
class Book extends Entity(
  "Book",
  {
    title: z.string(),
    pages: z.int().nullable().default(null),
    sold: z.bigint().default(0n),
    shelfId: ref("Shelf").nullable().default(null),
  },
  { plural: "nitro-suite-books" },
) {
  get shelf() {
    return this.belongsTo(Shelf, "shelfId")
  }
  get topics() {
    return this.manyToMany(Topic, { through: BookTopic })
  }
}
class Topic extends Entity(
  "Topic",
  { name: z.string() },
  { plural: "nitro-suite-topics", softDelete: true },
) {}
class BookTopic extends Entity(
  "BookTopic",
  { bookId: ref("Book"), topicId: ref("Topic") },
  { plural: "nitro-suite-book-topics" },
) {}

async function fill(): Promise<void> {
  const shelf = (n: number, rank: number | null, parent?: number): object => ({
    id: sampleId(n),
    label: "abc'%"[n] ?? "",
    rank,
    parentId: parent === undefined ? null : sampleId(parent),
  })
  // A shelf refers to shelves: the type of its id would go in a circle.
  await Shelf.createMany([
    shelf(0, 1),
    shelf(1, null, 0),
    shelf(2, 3, 1),
    shelf(3, 1, 0),
    shelf(4, null),
  ] as never)
  await Book.createMany(
    [0, 1, 1, 2, 3, 3, null, null].map((on, n) => ({
      id: sampleId(n),
      title: `t${n % 3}`,
      pages: n % 4 === 3 ? null : n,
      shelfId: on === null ? null : sampleId(on),
    })),
  )
  await Topic.createMany(["x", "y", "gone"].map((name, n) => ({ id: sampleId(n), name })))
  const links = [
    [0, 0],
    [0, 1],
    [1, 0],
    [2, 2],
    [6, 1],
    [6, 1],
  ] as const
  await BookTopic.createMany(
    links.map(([book, topic]) => ({ bookId: sampleId(book), topicId: sampleId(topic) })),
  )
  await (await Topic.require(sampleId(2))).delete()
}

async function idsOf(query: PromiseLike<readonly { readonly id: string }[]>): Promise<string[]> {
  return (await query).map(({ id }) => id)
}

const reads: readonly (readonly [name: string, read: () => PromiseLike<unknown>])[] = [
  [
    "compares a field of a target",
    () => idsOf(Book.where(b => b.shelf.label.in(["b", "'"])).orderBy("-title")),
  ],
  [
    "compares a field of a target that is missing",
    () => idsOf(Book.where(b => b.shelf.rank.ne(1).and(b.shelf.parent.label.isNull()))),
  ],
  [
    "compares a field at depth",
    () =>
      idsOf(Book.where(b => b.shelf.parent.label.eq("a").or(b.shelf.parent.parent.label.eq("a")))),
  ],
  [
    "matches some of many",
    () => idsOf(Shelf.where(s => s.books.some(b => b.pages.gt(2).and(b.title.ne("t0"))))),
  ],
  [
    "matches every one of many",
    () => idsOf(Shelf.where(s => s.books.every(b => b.pages.gt(1))).orderBy("-rank")),
  ],
  [
    "matches none of many",
    () => idsOf(Shelf.where(s => s.books.none(b => b.shelf.parent.id.isNotNull()))),
  ],
  ["matches over rows between", () => idsOf(Book.where(b => b.topics.some(t => t.name.gte("x"))))],
  ["passes over what was deleted softly", () => idsOf(Book.where(b => b.topics.none()))],
  [
    "negates such conditions",
    () => idsOf(Book.where(b => b.topics.some({ name: "x" }).or(b.shelf.rank.eq(1)).not())),
  ],
  [
    "counts, sums and pages what they find",
    async () => {
      const books = Book.where(b => b.shelf.parent.label.eq("a")).orderBy("-title")
      return [
        await books.count(),
        await Book.where(b => b.shelf.label.eq("b")).sum("pages"),
        (await books.page({ size: 2 })).items.map(({ id }) => id),
      ]
    },
  ],
  [
    "changes what they find, and nothing else",
    async () => [
      await Book.updateWhere(b => b.shelf.label.eq("b"), { title: "new" }),
      await BookTopic.deleteWhere({ bookId: sampleId(6) }),
      await Book.deleteWhere(b => b.shelf.id.isNull().and(b.topics.none())),
      await idsOf(Book.where({ title: "new" })),
      await idsOf(Book.all()),
    ],
  ],
  [
    "matches targets of a manyToMany",
    async () => {
      const book = await Book.require(sampleId(0))
      return [
        await book.topics.count(),
        await idsOf(book.topics.where(t => t.name.eq("y"))),
        await idsOf(book.topics.orderBy("-name").limit(1)),
      ]
    },
  ],
  [
    "pairs also with none",
    async () => {
      const pairs = Book.leftJoin(Shelf, (b, s) => b.shelfId.eq(s.id).and(s.rank.eq(1)))
      const text = async (query: typeof pairs): Promise<string[]> =>
        (await query).map(([b, s]) => `${b.id} ${s?.id}`)
      return [
        await text(pairs),
        await text(
          pairs.where((b, s) => s.label.ne("a").and(b.pages.lt(6))).orderBy("left", "-pages"),
        ),
        await text(
          pairs
            .where((_, s) => s.id.isNull())
            .orderBy("right", "label")
            .limit(3)
            .offset(1),
        ),
      ]
    },
  ],
]

export function relationTests({ test, expect }: Tools): void {
  for (const [name, read] of reads) {
    test(name, async store => {
      const expected = await on(memory(), read)
      expect(await on(store, read)).toEqual(expected)
    })
  }

  test("adds to numbers in one step, however many do so at once", async store => {
    if (
      store.bind(Book.definition).updateWhere === undefined &&
      store.capabilities.serialTransactions !== true
    )
      return
    await on(store, async () => {
      const add = (): Promise<number> =>
        Book.updateWhere({ title: "t1" }, { pages: increment(-2), sold: increment(2n ** 40n) })
      expect(await Promise.all([1, 2, 3, 4, 5].map(add))).toEqual([3, 3, 3, 3, 3])
      expect((await Book.where({ title: "t1" })).map(({ pages, sold }) => [pages, sold])).toEqual([
        [-9, 5n * 2n ** 40n],
        [-6, 5n * 2n ** 40n],
        [null, 5n * 2n ** 40n],
      ])
      await expect(
        Book.updateWhere({ title: "t1" }, { pages: increment(-Number.MAX_SAFE_INTEGER) }),
      ).rejects.toMatchObject({
        code: "NITRO_VALUE_UNSUPPORTED",
      })
      await expect(
        Book.updateWhere({ title: "t1" }, { sold: increment(2n ** 63n - 1n) }),
      ).rejects.toMatchObject({
        code: "NITRO_VALUE_UNSUPPORTED",
      })
      expect((await Book.where({ title: "t1" })).map(({ pages }) => pages)).toEqual([-9, -6, null])
    })
  })
}

const documents: readonly unknown[] = [
  { a: { b: "x", "c.d": 1, 'q"u': [true, null, { é: "É" }] }, n: 1 },
  { a: { b: "X%", "c.d": "1" }, n: 0.1 + 0.2, "": "empty" },
  { a: null, n: -1e21, constructor: "mine", "0": "zero" },
  [1, "two", [3]],
  "text",
  7,
  false,
  {},
  null,
]

const paths: readonly JsonPredicate["path"][] = [
  [],
  ["a"],
  ["a", "b"],
  ["a", "c.d"],
  ["a", 'q"u', 0],
  ["a", 'q"u', 2, "é"],
  ["n"],
  [""],
  ["0"],
  [0],
  [1],
  [2, 0],
  ["constructor"],
  ["__proto__"],
  ["$"],
  ["' or 1=1 --"],
]

const jsonTests: readonly Pick<JsonPredicate, "test" | "value">[] = [
  { test: "isNull" },
  ...["x", "X%", "two", "1", "", "É", "' or 1=1 --"].map(value => ({ test: "eq", value }) as const),
  ...[1, 0, 7, 0.1 + 0.2, 0.3, -1e21].map(value => ({ test: "eq", value }) as const),
  ...[true, false].map(value => ({ test: "eq", value }) as const),
  ...(["lt", "lte", "gt", "gte"] as const).flatMap(test =>
    ["x", "", 1, 0.5].map(value => ({ test, value })),
  ),
  ...(["contains", "startsWith", "endsWith", "like"] as const).flatMap(test =>
    ["X", "%", "", "t_o"].map(value => ({ test, value })),
  ),
]

export function jsonPathTests({ test, expect }: Tools): void {
  test("looks inside of JSON, by type and by exact key", async store => {
    const entities = documents.map((data, n) => ({ id: sampleId(n), data }))
    const repository = store.bind(Sample.definition)
    for (const values of entities)
      await repository.write([{ op: "insert", row: encodeRow(store, Sample.definition, values) }])
    for (const path of paths) {
      for (const one of jsonTests) {
        const holds: Predicate = { op: "json", field: "data", path, ...one }
        for (const where of [holds, { op: "not", of: holds } as const]) {
          const expected = entities.filter(entity => matches(where, entity)).map(({ id }) => id)
          const named = (result: unknown): unknown => ({ where: JSON.stringify(where), result })
          expect(named(ids(await repository.find({ where, orderBy: [] })))).toEqual(named(expected))
        }
      }
    }
  })
}

/** Runs on a store with the shelves and books in it. */
async function on<T>(store: Store, run: () => PromiseLike<T>): Promise<T> {
  return withStores(store, async () => {
    await fill()
    return run()
  })
}
