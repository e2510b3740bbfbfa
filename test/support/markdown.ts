// Code blocks and links of Markdown pages, each with its line.
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { root } from "./imports.ts"

export interface CodeBlock {
  readonly path: string
  /** 1-based line of the first line of code. */
  readonly line: number
  /** `ts`, `tsx`, `sh`, ... */
  readonly language: string
  readonly code: string
  /** Lines before the code that the reader does not see: `<!-- prelude ... -->` right above the block. */
  readonly prelude: string
  /** The file whose text the block is: `<!-- source: examples/todo/app.tsx -->` right above the block. */
  readonly source?: string
}

/** The fenced blocks of a page. A comment counts for a block when only blank lines stand between them. */
export function codeBlocks(path: string, text: string): CodeBlock[] {
  const blocks: CodeBlock[] = []
  const lines = text.split("\n")
  let comment = ""
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i] ?? ""
    if (line.startsWith("<!--")) {
      const end = lines.findIndex((candidate, at) => at >= i && candidate.includes("-->"))
      comment = lines
        .slice(i, end + 1)
        .join("\n")
        .slice(4, -3)
        .trim()
      i = end
      continue
    }
    const fence = /^(\s*)(`{3,})(\S*)/.exec(line)
    if (fence) {
      const [, indent = "", ticks = "", language = ""] = fence
      const end = lines.findIndex((candidate, at) => at > i && candidate.trim() === ticks)
      if (end < 0) throw new Error(`${path}:${i + 1} opens a code block that nothing closes.`)
      const code = lines
        .slice(i + 1, end)
        .map(text => (text.startsWith(indent) ? text.slice(indent.length) : text))
      const prelude = comment.startsWith("prelude") ? comment.slice("prelude".length).trim() : ""
      const source = /^source: *(\S+)$/.exec(comment)?.[1]
      blocks.push({
        path,
        line: i + 2,
        language,
        code: code.join("\n"),
        prelude,
        ...(source ? { source } : {}),
      })
      i = end
    }
    if (line.trim() !== "") comment = ""
  }
  return blocks
}

/** The page with every `source` block filled from its file. */
export function withIncludedSources(path: string, text: string): string {
  const lines = text.split("\n")
  for (const block of codeBlocks(path, text).reverse()) {
    if (block.source)
      lines.splice(
        block.line - 1,
        block.code === "" ? 0 : block.code.split("\n").length,
        ...sourceLines(block.source),
      )
  }
  return lines.join("\n")
}

/** The lines of a file without the last line break. */
export function sourceLines(path: string): string[] {
  return readFileSync(join(root, path), "utf8").replace(/\n$/, "").split("\n")
}

export interface Link {
  readonly line: number
  readonly target: string
}

/** Targets of Markdown links and images and of HTML `src` and `href`, outside code. */
export function linksOf(text: string): Link[] {
  let fenced = false
  return text.split("\n").flatMap((line, i) => {
    if (/^\s*```/.test(line)) fenced = !fenced
    if (fenced) return []
    const prose = line.replace(/`[^`]*`/g, "")
    const targets = [...prose.matchAll(/\]\(<?([^)\s>]+)>?[^)]*\)|(?:src|srcset|href)="([^"]+)"/g)]
    return targets.map(match => ({ line: i + 1, target: match[1] ?? match[2] ?? "" }))
  })
}

/** Anchors of a page's headings, as GitHub writes them. */
export function anchorsOf(text: string): Set<string> {
  const headings = [...text.matchAll(/^#{1,6} +(.+)$/gm)].map(match => match[1] ?? "")
  return new Set(
    headings.map(heading =>
      heading
        .toLowerCase()
        .replace(/[^\p{L}\p{N}_ -]/gu, "")
        .trim()
        .replaceAll(" ", "-"),
    ),
  )
}
