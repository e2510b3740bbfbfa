import { expect, it } from "vitest"
import { z } from "zod"
import { Entity } from "../entity.ts"
import { memory } from "../memory/store.ts"
import type { Store } from "./repository.ts"
import { changedRow, rowKey } from "./row-key.ts"

it("takes text and numbers for the key of a row, and refuses what no row is found by", () => {
  expect([rowKey(["a"]), rowKey([1]), rowKey([2n])]).toEqual(["a", 1, 2n])
  for (const row of [[], [null], [true], [{}]])
    expect(() => rowKey(row)).toThrow(expect.objectContaining({ code: "NITRO_STORED_VALUE" }))
})

it("changes a copy of a row", () => {
  const row = ["a", 1, 2]
  expect(changedRow(row, [2, 1], ["x", null])).toEqual(["a", null, "x"])
  expect(row).toEqual(["a", 1, 2])
})

it("says of a store that gives rows without an id that it does", async () => {
  const inner = memory()
  const careless: Store = {
    name: "careless",
    capabilities: inner.capabilities,
    encoding: inner.encoding,
    begin: options => inner.begin?.(options) ?? Promise.reject(new Error("no transactions")),
    bind(definition) {
      const repository = inner.bind(definition)
      return {
        get: id => repository.get(id),
        count: plan => repository.count(plan),
        write: writes => repository.write(writes),
        deleteWhere: where => repository.deleteWhere(where),
        find: async plan => (await repository.find(plan)).map(row => [null, ...row.slice(1)]),
      }
    },
    close: () => inner.close(),
  }
  class Careless extends Entity("Careless", { name: z.string() }) {
    static store = careless
  }
  await Careless.create({ name: "a" })
  const [found] = await Careless.all()
  await expect(found?.delete()).rejects.toMatchObject({ code: "NITRO_STORED_VALUE" })
})
