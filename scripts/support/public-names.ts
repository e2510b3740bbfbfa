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

export interface PublicName {
  readonly name: string
  readonly isType: boolean
  /** What its declaration leads to: the types of parameters, results and members, those of these, and so on. */
  readonly leadsTo: ReadonlySet<ts.Symbol>
  readonly symbol: ts.Symbol
}

/** The names of each subpath, sorted. */
export function publicNames(): ReadonlyMap<string, readonly PublicName[]> {
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
      const names = symbol ? checker.getExportsOfModule(symbol) : []
      return [
        `nitro-ts${subpath.slice(1)}`,
        names
          .map(name => publicName(name, checker))
          .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0)),
      ]
    }),
  )
}

function publicName(exported: ts.Symbol, checker: ts.TypeChecker): PublicName {
  const symbol = targetOf(exported, checker)
  const isType = (symbol.flags & ts.SymbolFlags.Value) === 0 || isTypeExport(exported)
  return { name: exported.name, isType, symbol, leadsTo: leadsTo(symbol, checker) }
}

function targetOf(symbol: ts.Symbol, checker: ts.TypeChecker): ts.Symbol {
  return symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol
}

function leadsTo(start: ts.Symbol, checker: ts.TypeChecker): ReadonlySet<ts.Symbol> {
  const found = new Set<ts.Symbol>()
  const open = [start]
  for (let symbol = open.pop(); symbol; symbol = open.pop())
    for (const target of mentionsOf(symbol, checker))
      if (!found.has(target)) {
        found.add(target)
        open.push(target)
      }
  return found
}

const mentioned = new WeakMap<ts.Symbol, ReadonlySet<ts.Symbol>>()

/** What the declarations of a symbol of ours name, without the bodies of functions. */
function mentionsOf(symbol: ts.Symbol, checker: ts.TypeChecker): ReadonlySet<ts.Symbol> {
  const known = mentioned.get(symbol)
  if (known) return known
  const found = new Set<ts.Symbol>()
  mentioned.set(symbol, found)
  const visit = (node: ts.Node): void => {
    if (ts.isBlock(node)) return
    const target = ts.isIdentifier(node) ? checker.getSymbolAtLocation(node) : undefined
    if (target && target !== symbol) found.add(targetOf(target, checker))
    ts.forEachChild(node, visit)
  }
  for (const declaration of symbol.declarations ?? [])
    if (declaration.getSourceFile().fileName.startsWith(`${root}/src/`)) visit(declaration)
  return found
}

/** `export type { Name }` and `export { type Name }`, which leave out the value of a class. */
function isTypeExport({ declarations = [] }: ts.Symbol): boolean {
  return declarations.some(
    node => ts.isExportSpecifier(node) && (node.isTypeOnly || node.parent.parent.isTypeOnly),
  )
}

/** The page of the reference. */
export function publicNamesPage(names: ReadonlyMap<string, readonly PublicName[]>): string {
  const parts = [...names].map(
    ([subpath, list]) =>
      `## ${subpath}\n\n${list.length} names.\n\n${list.map(({ name }) => `\`${name}\``).join(", ")}\n`,
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
