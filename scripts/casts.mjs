// node scripts/casts.mjs [--list]: counts what takes the word of the author for a type: casts, `any`, `!` and ts-ignore, by a count of the syntax tree.
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import ts from "typescript"

const root = new URL("..", import.meta.url).pathname
const isListed = process.argv.includes("--list")

const sources = readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" })
  .map(path => `src/${path.replaceAll("\\", "/")}`)
  .filter(path => /\.tsx?$/.test(path) && !/\.(?:test|test-d|gen)\.tsx?$/.test(path))
  .filter(path => !/\/(?:support|testing)\//.test(path.replace(/^src\/testing\//, "src/")))

const counts = new Map()
const perFolder = new Map()
let lines = 0

for (const path of sources) {
  const text = readFileSync(join(root, path), "utf8")
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true)
  lines += text.split("\n").filter(line => line.trim() !== "").length
  const note = (kind, node) => {
    counts.set(kind, (counts.get(kind) ?? 0) + 1)
    const folder = path.split("/")[1]
    perFolder.set(folder, (perFolder.get(folder) ?? 0) + 1)
    if (!isListed) return
    const { line } = file.getLineAndCharacterOfPosition(node.getStart(file))
    console.log(`${path}:${line + 1} ${kind}: ${node.getText(file).split("\n")[0].slice(0, 90)}`)
  }
  const visit = node => {
    // `as const` claims nothing.
    if (ts.isAsExpression(node) && node.type.getText(file) !== "const") note("as", node)
    if (ts.isTypeAssertionExpression(node)) note("as", node)
    if (ts.isNonNullExpression(node)) note("!", node)
    if (node.kind === ts.SyntaxKind.AnyKeyword) note("any", node)
    ts.forEachChild(node, visit)
  }
  visit(file)
  for (const _ of text.matchAll(/@ts-(?:ignore|expect-error|nocheck)/g)) note("ts-ignore", file)
}

const total = [...counts.values()].reduce((sum, count) => sum + count, 0)
for (const [kind, count] of counts) console.log(`${kind.padEnd(10)} ${count}`)
for (const [folder, count] of [...perFolder].sort((a, b) => b[1] - a[1]))
  console.log(`  ${folder.padEnd(14)} ${count}`)
console.log(`${total} in ${lines} lines: ${((total / lines) * 1000).toFixed(1)} per 1,000`)
