// A binary that does not fit ends the process, so the version is looked at first.
import { expect, it } from "vitest"
import { refuseOlderNode } from "./better-sqlite3.ts"

it("refuses a version that needs a later Node before its binary is loaded", () => {
  const manifest = { version: "13.2.0", engines: { node: ">=22" } }
  expect(() => refuseOlderNode(manifest, "20.20.2")).toThrow(
    "better-sqlite3 13.2.0 needs Node 22 or later, and this is 20.20.2",
  )
  expect(() => refuseOlderNode(manifest, "22.0.0")).not.toThrow()
  expect(() =>
    refuseOlderNode({ version: "12.0.0", engines: { node: "20.x || 22.x" } }, "20.20.2"),
  ).not.toThrow()
  expect(() => refuseOlderNode({ version: "11.0.0" }, "20.20.2")).not.toThrow()
})
