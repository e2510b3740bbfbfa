// SQL as text: names in sentences, and cutting a script into its statements.

/** A name inside of a comment or message: on one line, whatever it holds. */
export function displayName(name: string): string {
  return JSON.stringify(name)
}

export function shownAll(names: readonly string[]): string {
  return names.map(displayName).join(", ")
}

export interface Statement {
  readonly sql: string
  /** From 1. */
  readonly line: number
  /** The comment lines in front of it, without their dashes. */
  readonly comments: readonly string[]
}

/** How a dialect writes what a cut must not fall into. */
export interface ScriptSyntax {
  /** Sticky, with the groups `space`, `line`, `block`, `quoted` and `word`. */
  readonly tokens: RegExp
  /** Whether a block comment may hold others. */
  readonly nestsComments: boolean
  /** Whether the body of a trigger is statements with semicolons, and ends with `end`. */
  readonly hasTriggerBodies: boolean
}

interface Token {
  readonly kind: "space" | "line comment" | "block comment" | "quoted" | "word" | "other"
  readonly text: string
}

/**
 * Cuts at the semicolons that end statements: not those in strings, quoted names, comments, Postgres' dollar quotes and
 * the bodies of SQLite's triggers. Comments before a statement are given apart.
 */
export function statementsOf(script: string, syntax: ScriptSyntax): Statement[] {
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
  for (const { kind, text } of tokensOf(script, syntax)) {
    const isBlank = parts.length === 0
    if (isBlank && kind === "line comment") comments.push(text.slice(2).trim())
    else if (text === ";" && !(syntax.hasTriggerBodies && isInTriggerBody(words))) finish()
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
function isInTriggerBody(words: readonly string[]): boolean {
  if (words[0] !== "create") return false
  const isTrigger =
    words[1] === "trigger" ||
    ((words[1] === "temp" || words[1] === "temporary") && words[2] === "trigger")
  return isTrigger && !(words.at(-1) === "end" && words.at(-2) === ";")
}

function* tokensOf(script: string, { tokens, nestsComments }: ScriptSyntax): Generator<Token> {
  for (let at = 0; at < script.length; ) {
    if (nestsComments && script.startsWith("/*", at)) {
      const end = endOfNestedComment(script, at)
      yield { kind: "block comment", text: script.slice(at, end) }
      at = end
      continue
    }
    tokens.lastIndex = at
    const match = tokens.exec(script)
    const groups = match?.groups ?? {}
    const text = match?.[0] ?? script.charAt(at)
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

/** Parts of `tokens` that all dialects share. An unclosed part goes to the end: the database then reports the error. */
export const commonTokens: { readonly [part in "blank" | "quotes" | "word"]: string } = {
  blank: String.raw`(?<space>\s+)|(?<line>--[^\n]*)`,
  quotes: `'[^']*(?:''[^']*)*(?:'|$)|"[^"]*(?:""[^"]*)*(?:"|$)`,
  word: String.raw`(?<word>[\p{L}_][\p{L}\p{N}_$]*)`,
}
