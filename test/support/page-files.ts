// The files that the blocks of a Markdown page are, as its reader would save them.
import { basename } from "node:path"
import { type CodeBlock, codeBlocks } from "./markdown.ts"

export interface PageFile {
  /** Relative to the folder of the page: `app.tsx`, `styles/app.css`. */
  readonly name: string
  readonly text: string
  /** Lines of the text before the first line of the block. */
  readonly linesBefore: number
  readonly block: CodeBlock
}

/**
 * The TypeScript blocks of a page, and those of other languages that have a name. A block is named by a comment in its first
 * line (`// app.tsx`), by the source that it shows, or after its line in the page.
 */
export function pageFiles(path: string, text: string): readonly PageFile[] {
  return codeBlocks(path, text).flatMap(block => {
    const isProgram = /^tsx?$/.test(block.language)
    const name = nameOf(block) ?? (isProgram ? `line-${block.line}.${block.language}` : undefined)
    if (name === undefined) return []
    if (!isProgram) return [{ name, text: `${block.code}\n`, linesBefore: 0, block }]
    const prelude = block.prelude === "" ? "" : `${block.prelude}\n`
    // Without an export, two blocks that declare the same name would be one script.
    return [
      {
        name,
        text: `${prelude}${block.code}\nexport {}\n`,
        linesBefore: prelude.split("\n").length - 1,
        block,
      },
    ]
  })
}

function nameOf({ code, source }: CodeBlock): string | undefined {
  return /^(?:\/\/|\/\*) (\S+\.\w+)(?=$|\s)/.exec(code)?.[1] ?? (source && basename(source))
}

export const isProgram = ({ name }: { readonly name: string }): boolean => /\.tsx?$/.test(name)
