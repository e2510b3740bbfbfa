// Replaces `call(…).button(…)` and `call(…).input(…)` with the components of the kit: `node scripts/codemods/action-components.mjs PATHS`.
//
// `call(todo, "delete").button("Delete", { class: "wide" })` is `ActionButton({ call: call(todo, "delete"), class: "wide" }, "Delete")`,
// and `create.input("title")` is `ActionInput({ call: create, name: "title" })`, where `create` is a variable that holds a call.
// Reads .ts, .tsx and the code blocks of .md files, and imports what it wrote.
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs"
import { extname, join } from "node:path"
import { pathToFileURL } from "node:url"
import ts from "typescript"

const makers = new Set(["call", "send"])
const faces = { button: "ActionButton", input: "ActionInput" }

/** New text of a TypeScript source. */
export function rewritten(source, fileName = "file.tsx") {
  const kind = fileName.endsWith(".ts") ? ts.ScriptKind.TS : ts.ScriptKind.TSX
  const file = ts.createSourceFile(fileName, source, ts.ScriptTarget.Latest, true, kind)
  const calls = callVariables(file)
  const edits = []
  const components = new Set()
  const isCall = node =>
    ts.isIdentifier(node) ? calls.has(node.text) : ts.isCallExpression(node) && isMaker(node, file)
  const visit = node => {
    const access = ts.isCallExpression(node) ? node.expression : undefined
    if (
      access !== undefined &&
      ts.isPropertyAccessExpression(access) &&
      Object.hasOwn(faces, access.name.text) &&
      isCall(access.expression)
    ) {
      components.add(faces[access.name.text])
      edits.push({ from: node.getStart(file), to: node.end, text: componentOf(node, file) })
      return
    }
    ts.forEachChild(node, visit)
  }
  visit(file)
  if (edits.length === 0) return source
  edits.push(importOf(file, components))
  return edits
    .sort((a, b) => b.from - a.from)
    .reduce((text, { from, to, text: by }) => text.slice(0, from) + by + text.slice(to), source)
}

const isMaker = (node, file) => makers.has(node.expression.getText(file))

/** Names of the variables that hold a call. */
function callVariables(file) {
  const names = new Set()
  const visit = node => {
    if (
      ts.isVariableDeclaration(node) &&
      node.initializer !== undefined &&
      ts.isCallExpression(node.initializer) &&
      isMaker(node.initializer, file)
    )
      names.add(node.name.getText(file))
    ts.forEachChild(node, visit)
  }
  visit(file)
  return names
}

function componentOf(node, file) {
  const { expression, name } = node.expression
  const [first, attributes] = node.arguments.map(argument => argument.getText(file))
  const callText = expression.getText(file)
  const props = [callText === "call" ? "call" : `call: ${callText}`]
  if (name.text === "input") props.push(`name: ${first}`)
  const literal = node.arguments[1]
  if (attributes !== undefined)
    props.push(
      ts.isObjectLiteralExpression(literal)
        ? literal.properties.map(property => property.getText(file)).join(", ")
        : `...${attributes}`,
    )
  // A field has a name in any case, and "label" is where it is set.
  if (name.text === "input") props.push(props.pop().replace(/(^|, )"aria-label":/, "$1label:"))
  const children = name.text === "button" && first !== undefined ? `, ${first}` : ""
  return `${faces[name.text]}({ ${props.filter(Boolean).join(", ")} }${children})`
}

/** Adds the names to the import of the kit, or an import of its own behind the last one. */
function importOf(file, components) {
  const imports = file.statements.filter(ts.isImportDeclaration)
  const kit = imports.find(({ moduleSpecifier }) => moduleSpecifier.text === "nitro-ts/components")
  const bindings = kit?.importClause?.namedBindings
  if (bindings !== undefined && ts.isNamedImports(bindings)) {
    const names = new Set(bindings.elements.map(element => element.getText(file)))
    for (const name of components) names.add(name)
    return {
      from: bindings.getStart(file),
      to: bindings.end,
      text: `{ ${[...names].sort().join(", ")} }`,
    }
  }
  const at = imports.at(-1)?.end ?? 0
  const line = `import { ${[...components].sort().join(", ")} } from "nitro-ts/components"`
  return { from: at, to: at, text: at === 0 ? `${line}\n` : `\n${line}` }
}

/** New text of a page: its code blocks. */
export function rewrittenPage(page) {
  return page.replace(
    /(```(?:ts|tsx)[^\n]*\n)([\s\S]*?)(\n```)/g,
    (_, open, code, close) => open + rewritten(code) + close,
  )
}

function* filesBelow(path) {
  if (statSync(path).isFile()) return yield path
  for (const entry of readdirSync(path)) {
    if (entry !== "node_modules" && entry !== ".git" && entry !== "dist")
      yield* filesBelow(join(path, entry))
  }
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  for (const path of process.argv.slice(2).flatMap(each => [...filesBelow(each)])) {
    if (![".ts", ".tsx", ".md"].includes(extname(path))) continue
    const before = readFileSync(path, "utf8")
    const after = path.endsWith(".md") ? rewrittenPage(before) : rewritten(before, path)
    if (after === before) continue
    writeFileSync(path, after)
    process.stdout.write(`${path}\n`)
  }
}
