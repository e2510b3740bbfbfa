// The list of public names: a name that joins or leaves is seen in review, and not by accident.
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { expect, it } from "vitest"
import { publicNames, publicNamesPage } from "../scripts/support/public-names.ts"
import { root } from "./support/imports.ts"

const path = "docs/reference/public-names.md"

it("is that of the reference", { timeout: 60_000 }, () => {
  const names = publicNames()
  expect(names.get("nitro-ts")).toContain("Entity")
  expect(names.get("nitro-ts/entity")?.length).toBeGreaterThan(50)
  expect(
    publicNamesPage(names),
    `${path} differs from the sources. A new public name stays: write the decision, then run: npm run docs`,
  ).toBe(readFileSync(join(root, path), "utf8"))
})
