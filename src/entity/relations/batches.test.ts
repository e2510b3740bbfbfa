import { expect, it } from "vitest"
import { z } from "zod"
import { Entity } from "../entity.ts"
import { fullOrder, planAfter } from "./batches.ts"

class Note extends Entity("Note", { rank: z.int() }) {}
class Line extends Entity(
  "Line",
  { orderId: z.int(), sku: z.string(), rank: z.int() },
  { id: ["orderId", "sku"] },
) {}

it("goes on behind the key alone where the order begins with it", () => {
  const plan = {
    orderBy: [
      { field: "id", direction: "desc" } as const,
      { field: "rank", direction: "asc" } as const,
    ],
  }
  expect(fullOrder(Note.definition, plan)).toEqual([{ field: "id", direction: "desc" }])
  expect(planAfter(Note, plan, ["b"]).where).toEqual({ op: "lt", field: "id", value: "b" })
  expect(planAfter(Note, { orderBy: [] }, ["b"]).where).toEqual({
    op: "gt",
    field: "id",
    value: "b",
  })
})

it("names every field of a key once, whatever the order names of it", () => {
  const by = (...names: string[]) => ({
    orderBy: names.map(field => ({ field, direction: "desc" as const })),
  })
  const fields = (...names: string[]): string[] =>
    fullOrder(Line.definition, by(...names)).map(({ field }) => field)
  expect(fields()).toEqual(["orderId", "sku"])
  expect(fields("sku")).toEqual(["sku", "orderId"])
  expect(fields("sku", "orderId", "rank")).toEqual(["sku", "orderId"])
  expect(fields("rank", "orderId")).toEqual(["rank", "orderId", "sku"])
})
