// Splits an expression into tokens: the part that both evaluators share.
import { ClientError } from "../errors.ts"

interface BaseToken {
  /** The name, the operator, the decoded string, or the source of a number or regular expression. */
  readonly text: string
  readonly start: number
  readonly end: number
  /** A line break before the token ends a statement that could end there. */
  readonly newline: boolean
}

interface PlainToken extends BaseToken {
  readonly type: "number" | "string" | "regexp" | "name" | "signal" | "action" | "operator" | "end"
}

/** With decoded text pieces, and the tokens of the expressions between them. */
export interface TemplateToken extends BaseToken {
  readonly type: "template"
  readonly pieces: readonly string[]
  readonly holes: readonly (readonly Token[])[]
}

export type Token = PlainToken | TemplateToken

const OPERATORS =
  /=>|\.\.\.|>>>=|\?\?=|\|\|=|&&=|\*\*=|<<=|>>=|===|!==|>>>|\?\.(?!\d)|\?\?|\|\||&&|\*\*|\+\+|--|[+\-*/%&|^]=|<=|>=|==|!=|<<|>>|[-+*/%=<>!?:;,.(){}[\]&|^~]/y
const SPACE = /(?:\s|\/\/[^\n]*|\/\*[\s\S]*?\*\/)+/y
const NUMBER =
  /0[xX][\da-fA-F_]+|0[bB][01_]+|0[oO][0-7_]+|(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][-+]?\d+)?/y
const NAME = /[\p{ID_Start}_][\p{ID_Continue}$]*/uy
const REGEXP = /\/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\[\n])+\/[a-z]*/y
/** After these words a slash starts a regular expression. */
const PREFIX_WORDS = new Set([
  "return",
  "typeof",
  "void",
  "delete",
  "in",
  "of",
  "new",
  "instanceof",
  "else",
  "throw",
])
const ESCAPES: Record<string, string> = {
  n: "\n",
  r: "\r",
  t: "\t",
  b: "\b",
  f: "\f",
  v: "\v",
  0: "\0",
}
const ESCAPE = /\\(?:u\{([\da-fA-F]+)\}|u([\da-fA-F]{4})|x([\da-fA-F]{2})|(\r\n|[\s\S]))/g

export function tokenize(source: string): readonly Token[] {
  return scan(source, 0, false).tokens
}

function scan(source: string, from: number, untilBrace: boolean): { tokens: Token[]; end: number } {
  const tokens: Token[] = []
  let at = from
  let braces = 0
  const match = (pattern: RegExp): string => {
    pattern.lastIndex = at
    return pattern.exec(source)?.[0] ?? ""
  }
  for (;;) {
    const space = match(SPACE)
    at += space.length
    const newline = space.includes("\n")
    const start = at
    const push = (type: PlainToken["type"], text: string, length: number): void => {
      at += length
      tokens.push({ type, text, start, end: at, newline })
    }
    const char = source[at]
    if (char === undefined) {
      if (untilBrace) throw new ClientError("EXPRESSION", "a template literal is not closed")
      push("end", "", 0)
      return { tokens, end: at }
    }
    if (char === "'" || char === '"') {
      const end = quoteEnd(source, at)
      push("string", decode(source.slice(at + 1, end)), end + 1 - at)
    } else if (char === "`") {
      const template = scanTemplate(source, at)
      at = template.end
      tokens.push({ type: "template", text: "", start, newline, ...template })
    } else if (char === "$" || char === "@") {
      at++
      const text = match(NAME)
      at--
      push(char === "$" ? "signal" : "action", text, text.length + 1)
    } else {
      const [type, text] = plainToken(match, char === "/" && regExpMayStart(tokens.at(-1)))
      if (!text)
        throw new ClientError("EXPRESSION", `unexpected ${JSON.stringify(char)} at ${at + 1}`)
      if (text === "{") braces++
      if (text === "}" && !braces-- && untilBrace) {
        push("end", "", 0)
        return { tokens, end: at + 1 }
      }
      push(type, text, text.length)
    }
  }
}

function plainToken(
  match: (pattern: RegExp) => string,
  regExpMayStart: boolean,
): [type: PlainToken["type"], text: string] {
  const kinds = [
    ["name", NAME],
    ["number", NUMBER],
    ["regexp", REGEXP],
    ["operator", OPERATORS],
  ] as const
  for (const [type, pattern] of kinds) {
    const text = type !== "regexp" || regExpMayStart ? match(pattern) : ""
    if (text) return [type, text]
  }
  return ["end", ""]
}

function regExpMayStart(before: Token | undefined): boolean {
  if (!before) return true
  if (before.type === "operator") return !/^(?:[)\]}]|\+\+|--)$/.test(before.text)
  return before.type === "name" && PREFIX_WORDS.has(before.text)
}

function quoteEnd(source: string, start: number): number {
  for (let i = start + 1; i < source.length; i++) {
    if (source[i] === "\\") i++
    else if (source[i] === source[start]) return i
  }
  throw new ClientError("EXPRESSION", `the string at ${start + 1} is not closed`)
}

function scanTemplate(
  source: string,
  start: number,
): { pieces: string[]; holes: Token[][]; end: number } {
  const pieces: string[] = []
  const holes: Token[][] = []
  let from = start + 1
  for (let i = from; i < source.length; i++) {
    if (source[i] === "\\") i++
    else if (source[i] === "`") {
      pieces.push(decode(source.slice(from, i)))
      return { pieces, holes, end: i + 1 }
    } else if (source[i] === "$" && source[i + 1] === "{") {
      pieces.push(decode(source.slice(from, i)))
      const hole = scan(source, i + 2, true)
      holes.push(hole.tokens)
      from = hole.end
      i = from - 1
    }
  }
  throw new ClientError("EXPRESSION", `the template literal at ${start + 1} is not closed`)
}

function decode(raw: string): string {
  return raw.replace(
    ESCAPE,
    (_, braced?: string, four?: string, two?: string, char: string = "") => {
      const hex = braced ?? four ?? two
      if (hex) return String.fromCodePoint(Number.parseInt(hex, 16))
      // A line break after a backslash continues the line.
      return ESCAPES[char] ?? (/[\r\n]/.test(char) ? "" : char)
    },
  )
}
