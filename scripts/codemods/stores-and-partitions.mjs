// Renames what an application types, from the names of November 2026 to today's: `node scripts/codemods/stores-and-partitions.mjs PATHS`.
//
// `static repository` is `static store`, `withRepositories` is `withStores`, `memory({ scope })` is `memory({ partition })`,
// `withScope` is `withPartition`, `nitro({ scope })` is `nitro({ partition })`, and `live(query, { each: Item, … })` is
// `live(query, Item, { … })`. Reads .ts, .tsx and the code blocks of .md files; files without old names stay as they are.
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs"
import { extname, join } from "node:path"
import ts from "typescript"

/** Names that mean one thing wherever they stand. */
const names = {
  withRepositories: "withStores",
  withScope: "withPartition",
  currentScope: "currentPartition",
  hasScopedStores: "hasPartitionedStores",
  maxScopes: "maxPartitions",
  NITRO_SCOPE: "NITRO_PARTITION",
}

/** Options by the function that takes them. */
const options = {
  configure: { repository: "store" },
  memory: { scope: "partition" },
  nitro: { scope: "partition" },
}

/** New text of a TypeScript source. */
export function renamed(source, fileName = "file.tsx") {
  const file = ts.createSourceFile(
    fileName,
    source,
    ts.ScriptTarget.Latest,
    true,
    fileName.endsWith(".ts") ? ts.ScriptKind.TS : ts.ScriptKind.TSX,
  )
  const edits = []
  const replace = (node, text) => edits.push({ from: node.getStart(file), to: node.end, text })
  const visit = node => {
    if (ts.isIdentifier(node) && Object.hasOwn(names, node.text)) replace(node, names[node.text])
    if (ts.isStringLiteral(node) && Object.hasOwn(names, node.text))
      replace(node, JSON.stringify(names[node.text]))
    if (
      ts.isPropertyDeclaration(node) &&
      isStatic(node) &&
      node.name.getText(file) === "repository"
    )
      replace(node.name, "store")
    // `Product.repository`: a class by its capital letter, since types are not read.
    if (
      ts.isPropertyAccessExpression(node) &&
      node.name.text === "repository" &&
      /^[A-Z]\w*$/.test(node.expression.getText(file))
    )
      replace(node.name, "store")
    if (ts.isCallExpression(node)) {
      renameOptions(node, file, replace)
      if (node.expression.getText(file) === "live") moveEach(node, file, edits)
    }
    ts.forEachChild(node, visit)
  }
  visit(file)
  return applied(source, edits)
}

function isStatic(node) {
  return node.modifiers?.some(modifier => modifier.kind === ts.SyntaxKind.StaticKeyword) ?? false
}

function renameOptions(call, file, replace) {
  const known = options[call.expression.getText(file)]
  const [argument] = call.arguments
  if (known === undefined || argument === undefined || !ts.isObjectLiteralExpression(argument))
    return
  for (const property of argument.properties) {
    const to = property.name && known[property.name.getText(file)]
    if (to === undefined) continue
    if (ts.isShorthandPropertyAssignment(property))
      replace(property, `${to}: ${property.name.text}`)
    else replace(property.name, to)
  }
}

function moveEach(call, file, edits) {
  const [, argument] = call.arguments
  if (argument === undefined || !ts.isObjectLiteralExpression(argument)) return
  const each = argument.properties.find(property => property.name?.getText(file) === "each")
  if (each === undefined) return
  const item = ts.isShorthandPropertyAssignment(each) ? "each" : each.initializer
  const rest = argument.properties.filter(property => property !== each)
  const first = rest[0]
  const itemText = typeof item === "string" ? item : { node: item }
  // The item's own text may hold names to rename, so it is moved by cutting around it and not by copying it.
  const start = argument.getStart(file)
  if (typeof itemText === "string" || argument.properties[0] !== each) {
    const text = typeof itemText === "string" ? itemText : itemText.node.getText(file)
    const others = rest.map(property => property.getText(file)).join(", ")
    edits.push({
      from: start,
      to: argument.end,
      text: others === "" ? text : `${text}, { ${others} }`,
    })
    return
  }
  edits.push({ from: start, to: itemText.node.getStart(file), text: "" })
  if (first === undefined) edits.push({ from: itemText.node.end, to: argument.end, text: "" })
  else edits.push({ from: itemText.node.end, to: first.getStart(file), text: ", { " })
}

function applied(source, edits) {
  const sorted = edits
    .filter(
      (edit, i) =>
        !edits.some((other, j) => j < i && other.from <= edit.from && other.to >= edit.to),
    )
    .sort((a, b) => b.from - a.from)
  return sorted.reduce(
    (text, { from, to, text: by }) => text.slice(0, from) + by + text.slice(to),
    source,
  )
}

/** New text of a page: its code blocks, and the names in its prose. */
export function renamedPage(page) {
  const inCode = page.replace(
    /(```(?:ts|tsx)[^\n]*\n)([\s\S]*?)(\n```)/g,
    (_, open, code, close) => open + renamed(code) + close,
  )
  return Object.entries(names)
    .reduce((text, [from, to]) => text.replace(new RegExp(`\\b${from}\\b`, "g"), to), inCode)
    .replace(/`static repository`/g, "`static store`")
    .replace(/memory\(\{ scope: "session"/g, 'memory({ partition: "session"')
}

function* filesBelow(path) {
  if (statSync(path).isFile()) return yield path
  for (const entry of readdirSync(path)) {
    if (entry !== "node_modules" && entry !== ".git" && entry !== "dist")
      yield* filesBelow(join(path, entry))
  }
}

if (process.argv[1] === import.meta.filename) {
  for (const path of process.argv.slice(2).flatMap(each => [...filesBelow(each)])) {
    const kind = extname(path)
    if (![".ts", ".tsx", ".md"].includes(kind)) continue
    const before = readFileSync(path, "utf8")
    const after = kind === ".md" ? renamedPage(before) : renamed(before, path)
    if (after === before) continue
    writeFileSync(path, after)
    process.stdout.write(`${path}\n`)
  }
}
