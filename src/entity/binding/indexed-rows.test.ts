// Stores that read by an index alone: a query that no index serves is refused, and the error names the index to declare.
import { Entity, memory, ref, type Store } from "nitro-ts/entity"
import { describe, expect, it } from "vitest"
import { z } from "zod"

const inner = memory()
const store: Store = {
  name: "indexed()",
  capabilities: { ...inner.capabilities, relations: false, scan: "indexed" },
  encoding: inner.encoding,
  bind: definition => inner.bind(definition),
  begin: options => (inner.begin as NonNullable<Store["begin"]>).call(inner, options),
  close: () => inner.close(),
}

class Shelf extends Entity("IndexedShelf", { name: z.string() }) {
  static store = store
}
class Book extends Entity(
  "IndexedBook",
  {
    title: z.string(),
    isbn: z.string(),
    year: z.int(),
    pages: z.int().default(1),
    shelfId: ref("IndexedShelf").nullable().default(null),
  },
  { unique: ["isbn"], index: [["year", "pages"]], softDelete: true },
) {
  static store = store
}

const refused = (fix: string) =>
  expect.objectContaining({ code: "NITRO_CAPABILITY", fix: expect.stringContaining(fix) })

describe("a store that reads by an index alone", () => {
  it("reads by keys, unique sets, the first field of an index and references", async () => {
    const shelf = await Shelf.create({ name: "a" })
    const book = await Book.create({ title: "T", isbn: "1", year: 1999, shelfId: shelf.id })
    const other = await Book.create({ title: "U", isbn: "2", year: 2001 })
    const found: Promise<unknown[]>[] = [
      Promise.resolve(Book.where({ isbn: "1" })),
      Promise.resolve(Book.where({ shelfId: shelf.id })),
      Promise.resolve(Book.where(b => b.year.lt(2000))),
      // What an index has found is filtered, sorted and cut.
      Promise.resolve(
        Book.where(b => b.year.lt(2000).and(b.title.contains("t")))
          .orderBy("title")
          .limit(5),
      ),
      Promise.resolve(Book.where(b => b.isbn.eq("1").or(b.id.eq(book.id)))),
      Promise.resolve(Book.all().orderBy("year").limit(1)),
    ]
    for (const books of await Promise.all(found))
      expect(books).toEqual([expect.objectContaining({ id: book.id })])
    expect(await Book.count()).toBe(2)
    expect((await Book.all()).length).toBe(2)
    expect(await Book.updateWhere({ isbn: "2" }, { pages: 3 })).toBe(1)
    await other.delete()
    expect(await Book.deleteWhere({ year: 1999 })).toBe(1)
    await shelf.delete().catch(() => {})
  })

  it.each<[string, () => PromiseLike<unknown>, string]>([
    ["a field without one", () => Book.where({ title: "T" }), 'index: ["title"]'],
    ["the second field of one", () => Book.where({ pages: 1 }), 'index: ["pages"]'],
    [
      "one alternative",
      () => Book.where(b => b.isbn.eq("1").or(b.pages.gt(2))),
      'index: ["pages"]',
    ],
    ["a negation", () => Book.where(b => b.isbn.ne("1")), "Add a condition on an indexed field"],
    ["text inside of text", () => Book.where(b => b.title.contains("x")), "Add a condition on"],
    ["a count", () => Book.where({ title: "T" }).count(), 'index: ["title"]'],
    ["a first one", () => Book.where({ title: "T" }).first(), 'index: ["title"]'],
    ["a sum", () => Book.where({ title: "T" }).sum("pages"), 'index: ["title"]'],
    ["an update of many", () => Book.updateWhere({ title: "T" }, { pages: 2 }), 'index: ["title"]'],
    ["a delete of many", () => Book.deleteWhere({ title: "T" }), 'index: ["title"]'],
    ["the first of an order", () => Book.all().orderBy("title").limit(3), 'index: ["title"]'],
    ["a page of an order", () => Book.all().orderBy("title").page({ size: 2 }), 'index: ["title"]'],
  ])("refuses %s", async (_, query, fix) => {
    await expect(Promise.resolve(query())).rejects.toEqual(refused(fix))
  })
})
