// The same for every SQLite library: rows in and out, writes, errors.

import { afterAll, describe, expect, it } from "vitest"
import { inTransaction } from "../../../entity/index.ts"
import type { Row } from "../../../entity/store.ts"
import { define } from "../testing/definitions.ts"
import { driverStatus } from "../testing/drivers.ts"
import { type SqliteStore, sqlite } from "./store.ts"

const everything = define(
  "Thing",
  {
    text: { type: "string", nullable: true },
    whole: { type: "integer", nullable: true },
    number: { type: "number", nullable: true },
    flag: { type: "boolean", nullable: true },
    at: { type: "date", nullable: true },
    big: { type: "bigint", nullable: true },
    raw: { type: "bytes", nullable: true },
    data: { type: "json", nullable: true },
  },
  { version: true },
)
const nothing: Row = [null, null, null, null, null, null, null, null]

for (const [driver, missing] of driverStatus) {
  if (missing !== undefined) console.log(`Skipped: ${missing}`)
  describe.skipIf(missing !== undefined)(`sqlite on ${driver}`, () => {
    const stores: SqliteStore[] = []
    const open = (): SqliteStore => {
      const store = sqlite({ file: ":memory:", driver })
      stores.push(store)
      return store
    }
    afterAll(async () => {
      for (const store of stores) await store.close()
    })

    /** Stores one domain value and gives what comes back. */
    const roundTrip = async (field: string, value: unknown): Promise<unknown> => {
      const store = open()
      const repository = store.bind(everything)
      const { index, type } = everything.fieldByName.get(field)!
      const codec = store.encoding[type]
      const row: Row = ["a", ...nothing, 1]
      row[index] = codec ? codec.encode(value as never) : value
      await repository.write([{ op: "insert", row }])
      const stored = (await repository.get("a"))!
      // Bytes come as a Buffer from some libraries.
      if (type !== "bytes") expect(stored[index]).toBe(row[index])
      expect(stored).toHaveLength(row.length)
      return codec ? codec.decode(stored[index] as never) : stored[index]
    }

    it.each([
      ["text", ""],
      ["text", "'; drop table things; --"],
      ["text", "日本 😀 \u202e %_\\ \r\n"],
      ["text", "__proto__"],
      ["text", "x".repeat(1_000_000)],
      ["whole", 0],
      ["whole", Number.MAX_SAFE_INTEGER],
      ["whole", Number.MIN_SAFE_INTEGER],
      ["number", 0.1 + 0.2],
      ["number", 5e-324],
      ["number", Number.MAX_VALUE],
      ["number", Number.POSITIVE_INFINITY],
      ["number", Number.NEGATIVE_INFINITY],
      ["number", 1e17],
      ["flag", true],
      ["flag", false],
      ["at", new Date(8.64e15)],
      ["at", new Date(-8.64e15)],
      ["at", new Date("2026-11-21T06:00:00.123Z")],
      ["big", 2n ** 63n - 1n],
      ["big", -(2n ** 63n)],
      ["big", 2n ** 53n + 1n],
      ["big", 0n],
      ["raw", new Uint8Array([0, 1, 255])],
      ["raw", new Uint8Array(0)],
      ["data", { a: [1, "x", null], nested: { "quote'\"": "\u0000 \ud800" } }],
      ["data", JSON.parse('{"__proto__": 1, "constructor": {}}') as unknown],
      ["data", "text"],
      ["data", []],
    ])("gives back what was stored in %s", async (field, value) => {
      expect(await roundTrip(field, value)).toEqual(value)
    })

    it("keeps -0 as 0, which is equal to it", async () => {
      const store = open()
      const repository = store.bind(everything)
      const row: Row = ["a", null, -0, -0, null, null, null, null, null, 1]
      await repository.write([{ op: "insert", row }])
      expect((await repository.get("a"))?.slice(2, 4)).toEqual([0, 0])
    })

    it("gives bytes that are the caller's own", async () => {
      const codec = open().encoding.bytes!
      const given = new Uint8Array([1])
      const stored = codec.encode(given as never) as Uint8Array
      given[0] = 9
      expect(stored).toEqual(new Uint8Array([1]))
      expect((codec.decode(stored as never) as Uint8Array).buffer).not.toBe(stored.buffer)
    })

    it.each([
      ["text", "a\0b", "NUL"],
      ["text", "\ud800", "surrogate"],
      ["text", "x\udc00y", "surrogate"],
      ["text", true, "boolean"],
      ["text", undefined, "undefined"],
      ["text", { toString: () => "x" }, "Object"],
      ["text", new Date(), "Date"],
      ["text", Symbol("x"), "symbol"],
      ["number", Number.NaN, "NaN"],
      ["whole", 2 ** 53, "2^53"],
      ["whole", 1.5, "whole number"],
      ["big", 2n ** 63n, "64 bits"],
    ])("refuses what a database would change: %s %s", async (field, value, word) => {
      const repository = open().bind(everything)
      const row: Row = ["a", ...nothing, 1]
      const { index } = everything.fieldByName.get(field)!
      row[index] = value
      const error = await rejection(() => repository.write([{ op: "insert", row }]))
      expect(error).toMatchObject({
        code: "NITRO_VALUE_UNSUPPORTED",
        status: 422,
        details: { entity: "Thing", field },
      })
      expect(error.message).toContain(word)
      row[index] = null
      await repository.write([{ op: "insert", row }])
      const update = await rejection(() =>
        repository.write([{ op: "update", id: "a", columns: [9, index], values: [2, value] }]),
      )
      expect(update).toMatchObject({ code: "NITRO_VALUE_UNSUPPORTED", details: { field } })
      expect(await repository.get("a")).toEqual(row)
    })

    it("refuses values that have no encoding", () => {
      const { date, bigint, json } = open().encoding
      const circular: Record<string, unknown> = {}
      circular["self"] = circular
      const cases: (() => unknown)[] = [
        () => date!.encode(new Date(Number.NaN) as never),
        () => bigint!.encode((2n ** 63n) as never),
        () => json!.encode(circular as never),
        () => json!.encode({ big: 1n } as never),
        () => json!.encode((() => 1) as never),
      ]
      for (const encode of cases)
        expect(encode).toThrow(expect.objectContaining({ code: "NITRO_VALUE_UNSUPPORTED" }))
    })

    it("refuses a row of another length", async () => {
      const repository = open().bind(everything)
      expect(await rejection(() => repository.write([{ op: "insert", row: ["a"] }]))).toMatchObject(
        { code: "NITRO_VALUE_UNSUPPORTED" },
      )
    })

    it("finds nothing under an id that cannot be stored", async () => {
      const repository = open().bind(everything)
      for (const id of ["a\0", "\ud800"]) {
        expect(await repository.get(id)).toBeUndefined()
        expect(await repository.write([{ op: "delete", id }])).toEqual([0])
        expect(await repository.write([{ op: "update", id, columns: [1], values: ["x"] }])).toEqual(
          [0],
        )
      }
    })

    it("says how many rows each write touched", async () => {
      const repository = open().bind(everything)
      expect(await repository.write([])).toEqual([])
      expect(await repository.write([{ op: "insert", row: ["a", ...nothing, 1] }])).toEqual([1])
      expect(
        await repository.write([
          { op: "insert", row: ["b", ...nothing, 1] },
          { op: "update", id: "a", columns: [1, 4], values: ["x", 1] },
          { op: "update", id: "nobody", columns: [1], values: ["x"] },
          { op: "update", id: "a", columns: [], values: [] },
          { op: "delete", id: "b" },
          { op: "delete", id: "b" },
        ]),
      ).toEqual([1, 1, 0, 1, 1, 0])
      expect(await repository.find({ orderBy: [] })).toEqual([
        ["a", "x", null, null, 1, null, null, null, null, 1],
      ])
    })

    it("writes with a version only where that version is stored", async () => {
      const repository = open().bind(everything)
      await repository.write([{ op: "insert", row: ["a", ...nothing, 1] }])
      const update = (version: number) =>
        ({
          op: "update",
          id: "a",
          columns: [1, 9],
          values: [`v${version + 1}`, version + 1],
          version,
        }) as const
      expect(await repository.write([update(1)])).toEqual([1])
      expect(await repository.write([update(1)])).toEqual([0])
      expect(await repository.write([{ op: "delete", id: "a", version: 1 }])).toEqual([0])
      expect((await repository.get("a"))?.[1]).toBe("v2")
      expect(await repository.write([{ op: "delete", id: "a", version: 2 }])).toEqual([1])
    })

    it("changes nothing when one of several writes fails", async () => {
      const repository = open().bind(everything)
      await repository.write([{ op: "insert", row: ["a", ...nothing, 1] }])
      const error = await rejection(() =>
        repository.write([
          { op: "insert", row: ["b", ...nothing, 1] },
          { op: "update", id: "a", columns: [1], values: ["changed"] },
          { op: "insert", row: ["a", ...nothing, 1] },
        ]),
      )
      expect(error).toMatchObject({
        code: "NITRO_DUPLICATE",
        details: { entity: "Thing", fields: ["id"] },
      })
      expect(await repository.find({ orderBy: [] })).toEqual([["a", ...nothing, 1]])
    })

    it("names the fields of a duplicate, whatever the names are", async () => {
      const odd = define(
        "Odd",
        {
          email: { type: "string", column: "e, mail" },
          tenant: { type: "string", column: 'te"nant.x' },
          code: "string",
        },
        { table: 'o"dd; --', unique: [["tenant", "email"], ["code"]] },
      )
      const repository = open().bind(odd)
      await repository.write([{ op: "insert", row: ["1", "m", "t", "c"] }])
      expect(await repository.write([{ op: "insert", row: ["2", "m", "t2", "c2"] }])).toEqual([1])
      const both = await rejection(() =>
        repository.write([{ op: "insert", row: ["3", "m", "t", "c3"] }]),
      )
      expect(both).toMatchObject({
        code: "NITRO_DUPLICATE",
        details: { fields: ["tenant", "email"] },
      })
      const code = await rejection(() =>
        repository.write([{ op: "update", id: "2", columns: [3], values: ["c"] }]),
      )
      expect(code).toMatchObject({ code: "NITRO_DUPLICATE", details: { fields: ["code"] } })
      const id = await rejection(() =>
        repository.write([{ op: "insert", row: ["1", "x", "y", "z"] }]),
      )
      expect(id).toMatchObject({ code: "NITRO_DUPLICATE", details: { fields: ["id"] } })
    })

    it("lets several rows have null where a value must be unique", async () => {
      const repository = open().bind(
        define("Item", { code: { type: "string", nullable: true } }, { unique: [["code"]] }),
      )
      await repository.write([
        { op: "insert", row: ["1", null] },
        { op: "insert", row: ["2", null] },
      ])
      expect(await repository.count({ orderBy: [] })).toBe(2)
    })

    it("deletes what matches, and everything without a condition", async () => {
      const repository = open().bind(define("Item", { n: "integer" }))
      await repository.write(
        [1, 2, 3, 4].map(n => ({ op: "insert", row: [String(n), n] }) as const),
      )
      expect(await repository.deleteWhere({ op: "gt", field: "n", value: 2 })).toBe(2)
      expect(await repository.count({ orderBy: [] })).toBe(2)
      expect(await repository.deleteWhere(undefined)).toBe(2)
      expect(await repository.count({ orderBy: [] })).toBe(0)
    })

    it("counts within limit and offset", async () => {
      const repository = open().bind(define("Item", { n: "integer" }))
      await repository.write(
        [1, 2, 3, 4].map(n => ({ op: "insert", row: [String(n), n] }) as const),
      )
      expect(await repository.count({ orderBy: [], limit: 3 })).toBe(3)
      expect(await repository.count({ orderBy: [], offset: 3 })).toBe(1)
      expect(
        await repository.count({
          where: { op: "lt", field: "n", value: 4 },
          orderBy: [{ field: "n", direction: "desc" }],
          limit: 10,
          offset: 1,
        }),
      ).toBe(2)
    })

    it("keeps references when both sides are known", async () => {
      const store = open()
      const products = store.bind(
        define("Product", { categoryId: { type: "string", references: "Category" } }),
      )
      const categories = store.bind(define("Category", { name: "string" }))
      const lost = await rejection(() => products.write([{ op: "insert", row: ["p", "nowhere"] }]))
      expect(lost).toMatchObject({ code: "NITRO_REFERENCE", status: 409 })
      await inTransaction(store, async () => {
        await products.write([{ op: "insert", row: ["p", "c"] }])
        await categories.write([{ op: "insert", row: ["c", "Office"] }])
      })
      expect(await rejection(() => categories.write([{ op: "delete", id: "c" }]))).toMatchObject({
        code: "NITRO_REFERENCE",
      })
      expect(await categories.count({ orderBy: [] })).toBe(1)
    })

    it("refuses statements after it was closed", async () => {
      const store = open()
      const repository = store.bind(everything)
      expect(await repository.count({ orderBy: [] })).toBe(0)
      await store.close()
      await store.close()
      expect(await rejection(() => repository.count({ orderBy: [] }))).toMatchObject({
        code: "NITRO_STORE_CLOSED",
      })
    })
  })
}

async function rejection(work: () => unknown): Promise<Error> {
  try {
    await work()
  } catch (error) {
    return error as Error
  }
  throw new Error("It was expected to fail.")
}
