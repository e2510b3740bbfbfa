// Reads every import of a TypeScript source, type imports and `import("x").Type` included.
import { readdirSync, readFileSync } from "node:fs"
import { dirname, join, relative, resolve } from "node:path"
import { fileURLToPath } from "node:url"
import ts from "typescript"

/** The project's root folder, without a slash at the end. */
export const root: string = fileURLToPath(new URL("../..", import.meta.url)).replace(/\/$/, "")

export interface Import {
  readonly specifier: string
  /** 1-based. */
  readonly line: number
  /** `static` is loaded with the file, `lazy` when a line runs (`import()`, `require`), `type` never. */
  readonly kind: "static" | "lazy" | "type"
}

export interface SourceFile {
  /** Relative to the root, with slashes: `src/entity/index.ts`. */
  readonly path: string
  readonly text: string
}

/** Files below a folder of the root whose name matches, sorted. An absent folder has none. */
export function filesBelow(folder: string, matches: RegExp): SourceFile[] {
  let entries: string[]
  try {
    entries = readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
  } catch {
    return []
  }
  return entries
    .map(entry => `${folder}/${entry.replaceAll("\\", "/")}`)
    .filter(path => matches.test(path) && !path.includes("node_modules/"))
    .sort()
    .map(path => ({ path, text: readFileSync(join(root, path), "utf8") }))
}

/** Sources that ship: no tests, no type tests, no helpers of tests (folders named `support`, or `testing` within a module). */
export function shippedSources(): SourceFile[] {
  return filesBelow("src", /\.tsx?$/).filter(
    ({ path }) => !/\.test(-d)?\.tsx?$|\/support\/|^src\/.+\/testing\//.test(path),
  )
}

const parsed = new WeakMap<SourceFile, ts.SourceFile>()

export function parse(file: SourceFile): ts.SourceFile {
  const tree = parsed.get(file) ?? parseText(file)
  parsed.set(file, tree)
  return tree
}

function parseText({ path, text }: SourceFile): ts.SourceFile {
  return ts.createSourceFile(
    path,
    text,
    ts.ScriptTarget.ES2023,
    true,
    path.endsWith("x") ? ts.ScriptKind.TSX : ts.ScriptKind.TS,
  )
}

export function importsOf(file: SourceFile): Import[] {
  const source = parse(file)
  const found: Import[] = []
  const add = (specifier: ts.Node | undefined, kind: Import["kind"]): void => {
    if (!specifier || !ts.isStringLiteralLike(specifier)) return
    found.push({
      specifier: specifier.text,
      line: source.getLineAndCharacterOfPosition(specifier.getStart()).line + 1,
      kind,
    })
  }
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node))
      add(node.moduleSpecifier, isTypeOnly(node.importClause) ? "type" : "static")
    else if (ts.isExportDeclaration(node))
      add(node.moduleSpecifier, node.isTypeOnly ? "type" : "static")
    else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument))
      add(node.argument.literal, "type")
    else if (ts.isCallExpression(node) && loadsModule(node.expression))
      add(node.arguments[0], "lazy")
    ts.forEachChild(node, visit)
  }
  visit(source)
  return found
}

/** With `verbatimModuleSyntax`, `import { type X }` still loads the module: only `import type` leaves no trace. */
function isTypeOnly(clause: ts.ImportClause | undefined): boolean {
  return clause?.isTypeOnly ?? false
}

function loadsModule(callee: ts.Expression): boolean {
  if (callee.kind === ts.SyntaxKind.ImportKeyword) return true
  return ts.isIdentifier(callee) && callee.text === "require"
}

/** The file that a relative specifier means, relative to the root; undefined for a package. */
export function resolveImport(from: string, specifier: string): string | undefined {
  if (!specifier.startsWith(".")) return undefined
  return relative(root, resolve(root, dirname(from), specifier)).replaceAll("\\", "/")
}

/** `zod` of `zod/v4`, `@scope/name` of `@scope/name/sub`. */
export function packageOf(specifier: string): string {
  return specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/")
}
