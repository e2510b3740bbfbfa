// Replaces `call(…).button(…)` and `call(…).input(…)` with the components of the kit: `node scripts/codemods/action-components.mjs PATHS`.
//
// `call(todo, "delete").button("Delete", { class: "wide" })` is `ActionButton({ call: call(todo, "delete"), class: "wide" }, "Delete")`,
// and `create.input("title")` is `ActionInput({ call: create, name: "title" })`, where `create` is a variable that holds a call.
// Alone in braces between tags it becomes JSX: `<ActionButton call={call(todo, "delete")} class="wide">Delete</ActionButton>`.
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
      edits.push(isJsxChild(node) ? elementEdit(node, file) : callEdit(node, file))
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

/** What the component is made of: its props, in their order, and the text of a button. */
function partsOf(node, file) {
  const { expression, name } = node.expression
  const [first, attributes] = node.arguments
  const isInput = name.text === "input"
  const props = [{ name: "call", text: expression.getText(file) }]
  if (isInput) props.push({ name: "name", node: first, text: first?.getText(file) })
  if (attributes !== undefined && ts.isObjectLiteralExpression(attributes))
    props.push(...attributes.properties.map(property => propOf(property, file)))
  else if (attributes !== undefined) props.push({ spread: attributes.getText(file) })
  // A field has a name in any case, and "label" is where it is set.
  if (isInput) for (const prop of props) if (prop.name === "aria-label") prop.name = "label"
  return { component: faces[name.text], props, child: isInput ? undefined : first }
}

function propOf(property, file) {
  if (ts.isSpreadAssignment(property)) return { spread: property.expression.getText(file) }
  if (ts.isShorthandPropertyAssignment(property))
    return { name: property.name.text, text: property.name.text }
  if (ts.isPropertyAssignment(property) && !ts.isComputedPropertyName(property.name))
    return {
      name: property.name.text,
      node: property.initializer,
      text: property.initializer.getText(file),
    }
  // A method, or a name that is computed.
  return { source: property.getText(file) }
}

function callEdit(node, file) {
  const { component, props, child } = partsOf(node, file)
  const texts = props.map(({ name, text, spread, source }) => {
    if (source !== undefined) return source
    if (spread !== undefined) return `...${spread}`
    if (name === text) return name
    return `${/^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(name) ? name : JSON.stringify(name)}: ${text}`
  })
  const children = child === undefined ? "" : `, ${child.getText(file)}`
  return {
    from: node.getStart(file),
    to: node.end,
    text: `${component}({ ${texts.join(", ")} }${children})`,
  }
}

/** Whether it is all that stands in braces between tags. An attribute's braces hold a value, and comments would be lost. */
function isJsxChild({ parent }) {
  return (
    ts.isJsxExpression(parent) &&
    parent.dotDotDotToken === undefined &&
    (ts.isJsxElement(parent.parent) || ts.isJsxFragment(parent.parent))
  )
}

function elementEdit(node, file) {
  const { parent } = node
  const { component, props, child } = partsOf(node, file)
  const hasComment = parent.getText(file).slice(1, -1).trim() !== node.getText(file)
  const isAttribute = ({ name, spread }) =>
    spread !== undefined || (name !== undefined && attributeName.test(name))
  const isElement = props.every(isAttribute) && !node.arguments.some(ts.isSpreadElement)
  if (hasComment || !isElement) return callEdit(node, file)
  const attributes = props
    .map(({ name, node, text, spread }) => {
      if (spread !== undefined) return ` {...${spread}}`
      if (node?.kind === ts.SyntaxKind.TrueKeyword) return ` ${name}`
      return ` ${name}=${isPlain(node, /^[^"&\\\r\n]*$/) ? `"${node.text}"` : `{${text}}`}`
    })
    .join("")
  const tag = `<${component}${attributes}`
  const text = child === undefined ? `${tag} />` : `${tag}>${childText(child, file)}</${component}>`
  return { from: parent.getStart(file), to: parent.end, text }
}

const attributeName = /^[A-Za-z_$][\w$-]*(?::[\w$-]+)?$/

const childText = (child, file) =>
  isPlain(child, /^(?!\s)[^{}<>&\\\r\n]+(?<!\s)$/) ? child.text : `{${child.getText(file)}}`

/** A string whose text JSX reads as it stands. */
const isPlain = (node, pattern) =>
  node !== undefined && ts.isStringLiteral(node) && pattern.test(node.text)

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
