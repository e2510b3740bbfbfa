// SQL as text: quoting, and cutting a script into its statements.
import type { DialectName } from "../contract/dialect.ts"

export function quote(identifier: string): string {
  return `"${identifier.replaceAll('"', '""')}"`
}

export function quoteAll(identifiers: readonly string[]): string {
  return identifiers.map(quote).join(", ")
}

export function quoteText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

/** A name inside of a comment or message: on one line, whatever it holds. */
export function shown(name: string): string {
  return JSON.stringify(name)
}

export function shownAll(names: readonly string[]): string {
  return names.map(shown).join(", ")
}

export interface Statement {
  readonly sql: string
  /** From 1. */
  readonly line: number
  /** The comment lines in front of it, without their dashes. */
  readonly comments: readonly string[]
}

interface Token {
  readonly kind: "space" | "line comment" | "block comment" | "quoted" | "word" | "other"
  readonly text: string
}

/**
 * Cuts at the semicolons that end statements: not those in strings, quoted names, comments, Postgres' dollar quotes and
 * the bodies of SQLite's triggers. Comments before a statement are given apart.
 */
export function statementsOf(script: string, dialect: DialectName): Statement[] {
  const statements: Statement[] = []
  let parts: string[] = []
  let comments: string[] = []
  let words: string[] = []
  let line = 1
  let start = 1
  const finish = (): void => {
    const sql = parts.join("").trim()
    if (sql !== "") statements.push({ sql, line: start, comments })
    parts = []
    comments = []
    words = []
  }
  for (const { kind, text } of tokensOf(script, dialect)) {
    const isBlank = parts.length === 0
    if (isBlank && kind === "line comment") comments.push(text.slice(2).trim())
    else if (text === ";" && !isInTriggerBody(words, dialect)) finish()
    else if (!(isBlank && (kind === "space" || kind === "block comment"))) {
      if (isBlank) start = line
      parts.push(text)
      if (kind === "word") words.push(text.toLowerCase())
      if (text === ";") words.push(";")
    }
    for (const character of text) if (character === "\n") line++
  }
  finish()
  return statements
}

/** `create trigger ... begin ...; ...; end`: as SQLite itself decides it, by `end` behind a semicolon. */
function isInTriggerBody(words: readonly string[], dialect: DialectName): boolean {
  if (dialect !== "sqlite" || words[0] !== "create") return false
  const isTrigger =
    words[1] === "trigger" ||
    ((words[1] === "temp" || words[1] === "temporary") && words[2] === "trigger")
  return isTrigger && !(words.at(-1) === "end" && words.at(-2) === ";")
}

function* tokensOf(script: string, dialect: DialectName): Generator<Token> {
  const pattern = dialect === "postgres" ? postgresTokens : sqliteTokens
  for (let at = 0; at < script.length; ) {
    if (dialect === "postgres" && script.startsWith("/*", at)) {
      const end = endOfNestedComment(script, at)
      yield { kind: "block comment", text: script.slice(at, end) }
      at = end
      continue
    }
    pattern.lastIndex = at
    const match = pattern.exec(script)
    const groups = match?.groups ?? {}
    const text = match?.[0] ?? (script[at] as string)
    const kind = groups["space"]
      ? "space"
      : groups["line"]
        ? "line comment"
        : groups["block"]
          ? "block comment"
          : groups["quoted"]
            ? "quoted"
            : groups["word"]
              ? "word"
              : "other"
    yield { kind, text }
    at += text.length
  }
}

// What is not closed goes to the end of the script: the database then says what is wrong with it.
const common = String.raw`(?<space>\s+)|(?<line>--[^\n]*)`
const quotes = `'[^']*(?:''[^']*)*(?:'|$)|"[^"]*(?:""[^"]*)*(?:"|$)`
const word = String.raw`(?<word>[\p{L}_][\p{L}\p{N}_$]*)`
const sqliteTokens = new RegExp(
  String.raw`${common}|(?<block>\/\*[\s\S]*?(?:\*\/|$))|(?<quoted>${quotes}|\x60[^\x60]*(?:\x60\x60[^\x60]*)*(?:\x60|$)|\[[^\]]*(?:\]|$))|${word}`,
  "uy",
)
const postgresTokens = new RegExp(
  String.raw`${common}|(?<quoted>[eE]'(?:[^'\\]|''|\\[\s\S])*(?:'|$)|${quotes}|\$(?<tag>(?:[\p{L}_][\p{L}\p{N}_]*)?)\$[\s\S]*?(?:\$\k<tag>\$|$))|${word}`,
  "uy",
)

function endOfNestedComment(script: string, start: number): number {
  let depth = 0
  for (let at = start; at < script.length; at++) {
    const two = script.slice(at, at + 2)
    if (two === "/*") depth++
    if (two === "*/") depth--
    if (two === "/*" || two === "*/") at++
    if (depth === 0) return at + 1
  }
  return script.length
}
