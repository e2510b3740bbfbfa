// The list of public names: a name that joins or leaves is seen in review, and not by accident.
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { expect, it } from "vitest"
import { type PublicName, publicNames, publicNamesPage } from "../scripts/support/public-names.ts"
import { filesBelow, root, type SourceFile } from "./support/imports.ts"

const path = "docs/reference/public-names.md"
const names = publicNames()
const of = (subpath: string): readonly PublicName[] => names.get(subpath) ?? []

it("is that of the reference", () => {
  expect(of("nitro-ts").map(({ name }) => name)).toContain("Entity")
  expect(
    publicNamesPage(names),
    `${path} differs from the sources. A new public name stays: write the decision, then run: npm run docs`,
  ).toBe(readFileSync(join(root, path), "utf8"))
})

it.each(["entity", "store", "actions", "live", "html"].map(door => `nitro-ts/${door}`))(
  "has in %s only what users are shown, and the types of that",
  subpath => {
    const shown = words([
      ...filesBelow(".", /^\.\/README\.md$/),
      ...filesBelow("docs/guide", /\.md$/),
      ...filesBelow("examples", /\.tsx?$/),
    ])
    const ofShown = new Set(
      [...names.values()]
        .flat()
        .filter(({ name }) => shown.has(name))
        .flatMap(({ leadsTo }) => [...leadsTo]),
    )
    const hidden = of(subpath).filter(
      ({ name, isType, symbol }) =>
        !shown.has(name) && !(isType && ofShown.has(symbol)) && !isElement(symbol),
    )
    expect(
      hidden.map(({ name }) => name),
      "A guide shows how to use them, or they go to the folder's internal.ts.",
    ).toEqual([])
  },
)

/** A function for an element of HTML or SVG: a generated list, shown by some of its names. */
function isElement({ declarations = [] }: PublicName["symbol"]): boolean {
  return declarations.some(node => /\/(html|svg)-tags\.ts$/.test(node.getSourceFile().fileName))
}

/** The words of code: in pages the blocks and what stands between backticks. */
function words(files: readonly SourceFile[]): ReadonlySet<string> {
  const code = files.flatMap(({ path, text }) =>
    path.endsWith(".md") ? (text.match(/^```[\s\S]*?^```|`[^`\n]+`/gm) ?? []) : [text],
  )
  return new Set(code.flatMap(text => text.match(/\w+/g) ?? []))
}
