// The names that users can import, by subpath: read from the types, so that types count as well as values.
import { readFileSync } from "node:fs"
import { join } from "node:path"
import ts from "typescript"
import { root } from "../../test/support/imports.ts"

interface Target {
  readonly source: string
}

/** As many icons as Lucide has, and named by it. */
const notListed = new Set(["./icons/lucide"])

export function publicNames(): ReadonlyMap<string, readonly string[]> {
  const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
    readonly exports: Readonly<Record<string, Target | string>>
  }
  const sources = Object.entries(manifest.exports).flatMap(([subpath, target]) =>
    typeof target === "string" || notListed.has(subpath)
      ? []
      : [{ subpath, file: join(root, target.source) }],
  )
  const { config } = ts.readConfigFile(join(root, "tsconfig.json"), path =>
    readFileSync(path, "utf8"),
  )
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root)
  const program = ts.createProgram(
    sources.map(({ file }) => file),
    { ...options, noEmit: true },
  )
  const checker = program.getTypeChecker()
  return new Map(
    sources.map(({ subpath, file }) => {
      const source = program.getSourceFile(file)
      const symbol = source && checker.getSymbolAtLocation(source)
      const names = symbol ? checker.getExportsOfModule(symbol).map(({ name }) => name) : []
      return [`nitro-ts${subpath.slice(1)}`, names.sort()]
    }),
  )
}

/** The page of the reference. */
export function publicNamesPage(names: ReadonlyMap<string, readonly string[]>): string {
  const parts = [...names].map(
    ([subpath, list]) =>
      `## ${subpath}\n\n${list.length} names.\n\n${list.map(name => `\`${name}\``).join(", ")}\n`,
  )
  return [
    "# Public names",
    "",
    "Everything that can be imported, types included. `npm run docs` writes this page, and a test compares it with the sources: a",
    "name that joins is a decision, since it stays. `nitro-ts/icons/lucide` has one name for each icon of Lucide.",
    "",
    ...parts,
  ].join("\n")
}
