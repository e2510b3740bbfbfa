// node scripts/casts.mjs [--list | --bare]: counts what takes the word of the author for a type: casts, `any`, `!` and ts-ignore, by a count of the syntax tree.
// --list prints all of them, --bare those without a reason beside them. A reason is a comment on the line of the cast, above that line,
// or above the statement, member or property around it. The doc comment of a function covers its casts if it has the word "cast".
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import ts from "typescript"

const root = new URL("..", import.meta.url).pathname

const sources = () =>
  readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" })
    .map(path => `src/${path.replaceAll("\\", "/")}`)
    .filter(path => /\.tsx?$/.test(path) && !/\.(?:test|test-d|gen)\.tsx?$/.test(path))
    .filter(path => !/\/(?:support|testing)\//.test(path.replace(/^src\/testing\//, "src/")))

/** Comments are looked for only in files that have something to explain. */
const mayClaim = /\bas\b|!|\bany\b|@ts-/

/** Every claim of one source text: its kind, its line, its code, and whether a reason stands beside it. */
export function claimsOf(path, text) {
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true)
  const lineOf = position => file.getLineAndCharacterOfPosition(position).line
  const comments = mayClaim.test(text) ? commentsOf(file) : []
  const onLine = new Set(comments.flatMap(({ pos, end }) => linesFrom(lineOf(pos), lineOf(end))))
  // A formatter leaves a comment behind the "?" or ":" of a condition.
  const before = pos => text.slice(file.getPositionOfLineAndCharacter(lineOf(pos), 0), pos).trim()
  const aloneOnLine = new Set(
    comments.filter(({ pos }) => /^[?:(]*$/.test(before(pos))).map(({ end }) => lineOf(end)),
  )
  const isExplained = node => {
    const [first, last] = [lineOf(node.getStart(file)), lineOf(node.getEnd())]
    if (onLine.has(first) || onLine.has(last) || aloneOnLine.has(first - 1)) return true
    for (let at = node; at.parent; at = at.parent) {
      const isWhole = isUnit(at)
      if (
        (isWhole || ts.isPropertyAssignment(at)) &&
        aloneOnLine.has(lineOf(at.getStart(file)) - 1)
      )
        return true
      if (isWhole) return isCovered(at)
    }
    return false
  }
  const isCovered = node => {
    for (let at = node; at.parent; at = at.parent) {
      const above = ts.getLeadingCommentRanges(text, at.getFullStart()) ?? []
      if (above.some(({ pos, end }) => /\bcasts?\b/i.test(text.slice(pos, end)) && isHolder(at)))
        return true
    }
    return false
  }
  const claims = []
  const claim = (kind, node) =>
    claims.push({
      kind,
      line: lineOf(node.getStart(file)) + 1,
      code: node.getText(file).split("\n")[0].slice(0, 90),
      hasReason: isExplained(node),
    })
  const visit = node => {
    // `as const` claims nothing.
    if (ts.isAsExpression(node) && node.type.getText(file) !== "const") claim("as", node)
    if (ts.isTypeAssertionExpression(node)) claim("as", node)
    if (ts.isNonNullExpression(node)) claim("!", node)
    if (node.kind === ts.SyntaxKind.AnyKeyword) claim("any", node)
    ts.forEachChild(node, visit)
  }
  visit(file)
  for (const { pos, end } of comments) {
    const code = text.slice(pos, end)
    const directive = /@ts-(?:ignore|expect-error|nocheck)\s*(.*)/.exec(code)
    if (directive)
      claims.push({
        kind: "ts-ignore",
        line: lineOf(pos) + 1,
        code,
        hasReason: /\w/.test(directive[1]),
      })
  }
  return claims
}

const isUnit = node => ts.isStatement(node) || ts.isClassElement(node) || ts.isTypeElement(node)

const isHolder = node =>
  ts.isFunctionLike(node) || ts.isVariableStatement(node) || ts.isClassElement(node)

const linesFrom = (first, last) => Array.from({ length: last - first + 1 }, (_, at) => first + at)

function commentsOf(file) {
  const found = new Map()
  const visit = node => {
    for (const range of [
      ...(ts.getLeadingCommentRanges(file.text, node.getFullStart()) ?? []),
      ...(ts.getTrailingCommentRanges(file.text, node.getEnd()) ?? []),
    ])
      found.set(range.pos, range)
    // Tokens too: a comment may stand in front of a semicolon, or behind a comma.
    for (const child of node.getChildren(file)) visit(child)
  }
  visit(file)
  return [...found.values()]
}

/** All claims of src and the lines that are not blank. */
export function countCasts() {
  let lines = 0
  const claims = []
  for (const path of sources()) {
    const text = readFileSync(join(root, path), "utf8")
    lines += text.split("\n").filter(line => line.trim() !== "").length
    for (const one of claimsOf(path, text)) claims.push({ path, ...one })
  }
  return { claims, lines, perThousand: (claims.length / lines) * 1000 }
}

function groupsOf(claims, keyOf) {
  const groups = new Map()
  for (const claim of claims) groups.set(keyOf(claim), [...(groups.get(keyOf(claim)) ?? []), claim])
  return [...groups]
}

function print() {
  const { claims, lines, perThousand } = countCasts()
  const bare = claims.filter(({ hasReason }) => !hasReason)
  const shown = process.argv.includes("--list")
    ? claims
    : process.argv.includes("--bare")
      ? bare
      : []
  for (const { path, line, kind, code } of shown) console.log(`${path}:${line} ${kind}: ${code}`)
  for (const [kind, all] of groupsOf(claims, claim => claim.kind))
    console.log(`${kind.padEnd(10)} ${all.length}`)
  const folders = groupsOf(claims, ({ path }) => path.split("/")[1])
  for (const [folder, all] of folders.sort(([, a], [, b]) => b.length - a.length)) {
    const without = all.filter(({ hasReason }) => !hasReason).length
    console.log(`  ${folder.padEnd(14)} ${all.length}, ${without} without a reason`)
  }
  console.log(`${claims.length} in ${lines} lines: ${perThousand.toFixed(1)} per 1,000`)
  console.log(`${bare.length} without a reason beside them`)
}

if (process.argv[1] === new URL(import.meta.url).pathname) print()
