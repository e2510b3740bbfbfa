import { describe, expect, it } from "vitest"
import { catalogNames, catalogRow, catalogRows } from "./catalog-rows.ts"

describe("rows of the catalog", () => {
  it("are given as they are where every cell has its type", () => {
    const rows = [
      ["a", null, 1, true],
      ["b", "x", 2, false],
    ]
    expect(catalogRows(rows, "text", "text?", "number", "boolean")).toEqual(rows)
    expect(catalogRow(rows[0], "text")).toBe(rows[0])
  })

  it("are refused where a cell has another type, with both", () => {
    expect(() => catalogRows([["a", 1n]], "text", "number")).toThrow(
      "returned (string, bigint) instead of (text, number)",
    )
    expect(() => catalogRows([[null]], "text")).toThrow("(object) instead of (text)")
    expect(() => catalogRow(undefined, "text")).toThrow("no row")
  })

  it("hold names as JSON", () => {
    expect(catalogNames('["a","b"]')).toEqual(["a", "b"])
    expect(() => catalogNames('["a",null]')).toThrow("instead of a list of names")
  })
})
