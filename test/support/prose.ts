// Finds turns of phrase that the project avoids: in comments, texts, names and pages.
import { readFileSync } from "node:fs"
import { join } from "node:path"
import ts from "typescript"
import { filesBelow, parse, root, type SourceFile, shippedSources } from "./imports.ts"

/** A sentence of a comment, a text or a page, or a declared name. */
export type ProseKind = "opening" | "people" | "word" | "answer" | "name"

export interface ProseFault {
  readonly kind: ProseKind
  readonly path: string
  /** 1-based. */
  readonly line: number
  readonly text: string
}

/** The patterns of sentences. The decision on words has the reasons, and what to write instead. */
const patterns: readonly (readonly [kind: ProseKind, pattern: RegExp])[] = [
  // A sentence about code has the code as its subject. A question ends in "?" and may open this way.
  [
    "opening",
    /(?<=^|[.!?][)"`]?\s+|\n\s*\n|\n *(?:[-*]|\d+\.|#+|\|) +)(?:What|Who|Whose|Whom|Which|That which|Whatever|Whoever)\b(?![^.!]*\?)/g,
  ],
  [
    "people",
    /\b(?:nobody|somebody|someone|whoever|whomever|anybody|anyone|everybody|everyone|no one)\b/gi,
  ],
  [
    "word",
    /\b(?:tell|tells|telling|told|hear|hears|heard|hearing|dear|dearer|harms?|harmed|noted|ask|asks|asked|asking|(?:of (?:its|their|his)|on (?:its|their)) own|by (?:itself|themselves))\b/gi,
  ],
  ["answer", /\banswer(?:s|ed|ing)?\b/gi],
]

/** Names that say how a value came about instead of what it is. */
const participles = new Set(
  "found known given wanted told asked made own taken kept shown held meant said heard gone".split(
    " ",
  ),
)

/** Folders of the table: each of `src`, then what stands beside it. */
export function folderOf(path: string): string {
  const [first = "", second = ""] = path.split("/")
  if (first === "src") return second.includes(".") ? first : `src/${second}`
  if (first === "docs") return second.includes(".") ? first : `docs/${second}`
  return path.includes("/") ? first : path
}

/** Everything the rules apply to: shipped sources, examples and the pages that people read. */
export function proseFiles(): SourceFile[] {
  return [
    ...shippedSources().filter(({ path }) => !path.includes(".gen.")),
    ...filesBelow("examples", /\.tsx?$/),
    ...filesBelow("docs", /\.md$/).filter(({ path }) => !path.startsWith("docs/reference/")),
    ...["README.md", "AGENTS.md", "CONTRIBUTING.md", "CHANGELOG.md"].map(path => ({
      path,
      text: readFileSync(join(root, path), "utf8"),
    })),
  ]
}

/** Counts per folder and kind; a folder without faults is left out. */
export function countProse(
  faults: readonly ProseFault[],
): Record<string, Partial<Record<ProseKind, number>>> {
  const counts: Record<string, Partial<Record<ProseKind, number>>> = {}
  for (const { path, kind } of [...faults].sort((a, b) =>
    `${folderOf(a.path)} ${a.kind}` < `${folderOf(b.path)} ${b.kind}` ? -1 : 1,
  )) {
    const folder = counts[folderOf(path)] ?? {}
    counts[folderOf(path)] = folder
    folder[kind] = (folder[kind] ?? 0) + 1
  }
  return counts
}

export function proseFaults(file: SourceFile): ProseFault[] {
  return file.path.endsWith(".md") ? pageFaults(file) : sourceFaults(file)
}

/** Faults of a page: its sentences without code, whether fenced, in backticks or in a comment. */
function pageFaults({ path, text }: SourceFile): ProseFault[] {
  const blank = (code: string) => code.replace(/[^\n]/g, " ")
  const prose = text
    .replace(/^(\s*)(`{3,})[\s\S]*?^\1\2$/gm, blank)
    .replace(/<!--[\s\S]*?-->/g, blank)
    // The released part of a changelog is history.
    .replace(/^## \[\d[\s\S]*/m, part => (path === "CHANGELOG.md" ? blank(part) : part))
    .replace(/`[^`\n]*`/g, code => `\`${blank(code).slice(2)}\``)
  return textFaults(path, 1, prose)
}

function sourceFaults(file: SourceFile): ProseFault[] {
  const tree = parse(file)
  const lineAt = (position: number) => tree.getLineAndCharacterOfPosition(position).line + 1
  const faults = commentsOf(tree).flatMap(({ start, text }) =>
    textFaults(file.path, lineAt(start), text),
  )
  const visit = (node: ts.Node): void => {
    if (isText(node) && / /.test(node.text))
      faults.push(...textFaults(file.path, lineAt(node.getStart(tree)), node.text))
    const name = declaredName(node)
    const kind = name && nameFault(name.text)
    if (kind)
      faults.push({ kind, path: file.path, line: lineAt(name.getStart(tree)), text: name.text })
    ts.forEachChild(node, visit)
  }
  visit(tree)
  return faults.sort((a, b) => a.line - b.line)
}

function isText(node: ts.Node): node is ts.StringLiteralLike | ts.TemplateLiteralLikeNode {
  return (
    ts.isStringLiteralLike(node) ||
    ts.isTemplateHead(node) ||
    ts.isTemplateMiddle(node) ||
    ts.isTemplateTail(node)
  )
}

function nameFault(name: string): ProseKind | undefined {
  if (participles.has(name)) return "name"
  return /answer/i.test(name) ? "answer" : undefined
}

function declaredName(node: ts.Node): ts.Identifier | undefined {
  const isDeclaration =
    ts.isVariableDeclaration(node) ||
    ts.isParameter(node) ||
    ts.isBindingElement(node) ||
    ts.isFunctionDeclaration(node) ||
    ts.isTypeAliasDeclaration(node) ||
    ts.isInterfaceDeclaration(node) ||
    ts.isPropertySignature(node) ||
    ts.isPropertyDeclaration(node) ||
    ts.isMethodDeclaration(node) ||
    ts.isMethodSignature(node)
  return isDeclaration && node.name && ts.isIdentifier(node.name) ? node.name : undefined
}

/** Comments without their marks. Line comments below each other are one text. */
function commentsOf(tree: ts.SourceFile): { start: number; text: string }[] {
  const ranges = new Map<number, ts.CommentRange>()
  const add = (list: readonly ts.CommentRange[] | undefined) => {
    for (const range of list ?? []) ranges.set(range.pos, range)
  }
  const visit = (node: ts.Node): void => {
    if (node.kind === ts.SyntaxKind.JsxText) return
    add(ts.getLeadingCommentRanges(tree.text, node.getFullStart()))
    add(ts.getTrailingCommentRanges(tree.text, node.getEnd()))
    for (const child of node.getChildren(tree)) visit(child)
  }
  visit(tree)
  const comments: { start: number; end: number; text: string }[] = []
  for (const { pos, end } of [...ranges.values()].sort((a, b) => a.pos - b.pos)) {
    const raw = tree.text.slice(pos, end)
    const last = comments.at(-1)
    if (!raw.startsWith("//"))
      comments.push({ start: pos, end, text: raw.slice(2, -2).replace(/^\s*\*? ?/gm, keepLines) })
    else if (last && /^\n[ \t]*$/.test(tree.text.slice(last.end, pos))) {
      last.text += `\n${raw.slice(2)}`
      last.end = end
    } else comments.push({ start: pos, end, text: raw.slice(2).trim() })
  }
  return comments
}

/** The line breaks of what is cut out, so that lines can still be counted. */
function keepLines(cut: string): string {
  return cut.replace(/[^\n]/g, "")
}

function textFaults(path: string, line: number, source: string): ProseFault[] {
  // Names and examples of code are no prose.
  const text = source.replace(/`[^`\n]*`/g, code => `\`${" ".repeat(code.length - 2)}\``)
  return patterns.flatMap(([kind, pattern]) =>
    [...text.matchAll(pattern)].map(match => {
      const before = text.slice(0, match.index).split("\n")
      const rest = text.slice(match.index).split("\n")[0]
      return {
        kind,
        path,
        line: line + before.length - 1,
        text: `${before.at(-1)}${rest}`.trim(),
      }
    }),
  )
}
