// The pass: JSX and calls of tag functions become templates; everything else stays as it is, on its line.
import { readBindings } from "./bindings.ts"
import { type Piece, piecesOf } from "./pieces.ts"
import type { Node } from "./syntax.ts"
import type { Editor, SourceMap, Tools } from "./tools.ts"

export interface CompileOptions {
  /** Whether JSX without a pragma is that of `nitro-ts/html`. */
  readonly isOurJsx: boolean
}

export interface Compiled {
  readonly code: string
  /** Maps to `path`; made on the first call. */
  map(): SourceMap
}

const runtime = "nitro-ts/html/jsx-runtime"
const typescript = /\.[cm]?ts$/
/** CommonJS cannot import what the templates need. */
const skipped = /\.(?:cts|cjs|d\.[cm]?ts)$/

/** The file `path` with its templates compiled; undefined when there is nothing to do, or the parser refuses it. */
export function compile(
  path: string,
  code: string,
  tools: Tools,
  { isOurJsx }: CompileOptions,
): Compiled | undefined {
  if (skipped.test(path) || !mayHoldTemplates(path, code, isOurJsx)) return undefined
  const lang = typescript.test(path) ? "ts" : path.endsWith(".tsx") ? "tsx" : "jsx"
  const { program, comments, errors } = tools.parseSync(path, code, {
    lang,
    sourceType: "module",
    astType: "js",
    preserveParens: false,
  })
  // The compiler that runs next reports what is wrong, better than a pass in between.
  if (errors.length > 0) return undefined
  const bindings = readBindings(program, tools.childKeys, jsxIsOurs(comments, isOurJsx))
  const rewriter = new Rewriter(code, tools.edit(code))
  const done = new Set<Node>()
  const values = new Set<Node>()
  for (const { node, isInJsx } of bindings.sites) {
    if (done.has(node)) continue
    const tree = piecesOf(node, bindings)
    if (tree === undefined) continue
    for (const inner of tree.inner) done.add(inner)
    for (const piece of tree.pieces) if (typeof piece !== "string") values.add(piece.node)
    rewriter.rewrite(node, tree.pieces, isInJsx && !values.has(node))
  }
  return rewriter.finish(path)
}

/** Without a parser: most files hold nothing to compile. */
const mayHoldTemplates = (path: string, code: string, isOurJsx: boolean): boolean =>
  code.includes("nitro-ts/html") || (isOurJsx && !typescript.test(path) && /<[a-z>]/.test(code))

/** A pragma in the file decides before any configuration. */
function jsxIsOurs(comments: readonly { readonly value: string }[], otherwise: boolean): boolean {
  let source: string | undefined
  for (const { value } of comments) {
    if (/@jsxRuntime\s+classic|@jsx\s/.test(value)) return false
    source = /@jsxImportSource\s+(\S+)/.exec(value)?.[1] ?? source
  }
  return source === undefined ? otherwise : source === "nitro-ts/html"
}

class Rewriter {
  readonly #code: string
  readonly #editor: Editor
  readonly #tag: string
  #isChanged = false

  constructor(code: string, editor: Editor) {
    this.#code = code
    this.#editor = editor
    let tag = "$html"
    while (code.includes(tag)) tag += "$"
    this.#tag = tag
  }

  rewrite(root: Node, pieces: readonly Piece[], isInJsx: boolean): void {
    this.#isChanged = true
    let at = root.start
    // `return<br/>` is fine, `return$html` is not.
    let text = `${isInJsx ? "{" : /[\w$]/.test(this.#code.charAt(at - 1)) ? " " : ""}${this.#tag}\``
    for (const piece of pieces) {
      if (typeof piece === "string") text += templateText(piece)
      else {
        this.#replace(
          at,
          piece.node.start,
          `${text}${this.#lineBreaks(at, piece.node.start)}\${${piece.before}`,
        )
        at = piece.node.end
        text = `${piece.after}}`
      }
    }
    this.#replace(at, root.end, `${text}${this.#lineBreaks(at, root.end)}\`${isInJsx ? "}" : ""}`)
  }

  finish(path: string): Compiled | undefined {
    if (!this.#isChanged) return undefined
    // At the end, so that no line moves.
    this.#editor.append(
      `\nimport { compiledHtml as ${this.#tag} } from ${JSON.stringify(runtime)};\n`,
    )
    return {
      code: this.#editor.toString(),
      map: () =>
        this.#editor.generateMap({ source: path, includeContent: true, hires: "boundary" }),
    }
  }

  #replace(start: number, end: number, text: string): void {
    if (start < end) this.#editor.update(start, end, text)
    else this.#editor.appendLeft(start, text)
  }

  /** The line breaks of the source, escaped, so that they print nothing. */
  #lineBreaks(start: number, end: number): string {
    return (this.#code.slice(start, end).match(/\r\n|[\n\r\u2028\u2029]/g) ?? [])
      .map(lineBreak => `\\${lineBreak}`)
      .join("")
  }
}

/** `text` as it has to be written in a template literal. */
function templateText(text: string): string {
  return text.replace(unsafeInTemplate, character => {
    if (character === "\\" || character === "`" || character === "$") return `\\${character}`
    if (character === "\n") return "\\n"
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`
  })
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: a template literal would change or refuse some of them
const unsafeInTemplate = /[\\`\u0000-\u001f\u007f\u2028\u2029]|\$(?=\{)|[\ud800-\udfff]/gu
