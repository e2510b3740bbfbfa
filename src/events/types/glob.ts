// Patterns inside one segment of a name: `*` any characters, `?` one, `[ab]` `[a-z]` `[!a]` one of a class.
import { NitroError } from "../../shared/errors.ts"
import "./errors.ts"

type Token = string | typeof one | typeof any | ((char: string) => boolean)
const one = Symbol("?")
const any = Symbol("*")

/** Whether a segment needs a matcher: it holds a character of the pattern language. */
export function isGlob(segment: string): boolean {
  return /[*?[\]]/.test(segment)
}

/** Compiles one segment. Throws `NITRO_EVENT_PATTERN` on an unclosed or empty class. */
export function compileGlob(segment: string, pattern: string = segment): (text: string) => boolean {
  const tokens = tokenize(segment, pattern)
  return text => matchTokens(tokens, Array.from(text))
}

function tokenize(segment: string, pattern: string): Token[] {
  const chars = Array.from(segment)
  const tokens: Token[] = []
  for (let i = 0; i < chars.length; i++) {
    const char = chars[i] as string // in range
    if (char === "*") {
      if (tokens.at(-1) !== any) tokens.push(any)
    } else if (char === "?") tokens.push(one)
    else if (char === "[") {
      // A `]` that comes first is a member, as in shells; so `[]]` matches "]".
      const from = chars[i + 1] === "!" ? i + 2 : i + 1
      const end = chars.indexOf("]", from + 1)
      if (end < 0) {
        throw new NitroError(
          "NITRO_EVENT_PATTERN",
          `The pattern "${pattern}" opens a class with "[" that is never closed.`,
          {
            fix: 'Close it: "[ab]" matches a or b, "[a-z]" a range, "[!a]" anything but a.',
          },
        )
      }
      tokens.push(charClass(chars.slice(from, end), from === i + 2))
      i = end
    } else tokens.push(char)
  }
  return tokens
}

function charClass(members: readonly string[], negated: boolean): (char: string) => boolean {
  const single = new Set<string>()
  const ranges: [from: string, to: string][] = []
  for (let i = 0; i < members.length; i++) {
    const from = members[i] as string // in range
    const to = members[i + 2]
    if (members[i + 1] === "-" && to !== undefined) {
      ranges.push([from, to])
      i += 2
    } else single.add(from)
  }
  return char =>
    (single.has(char) || ranges.some(([from, to]) => from <= char && char <= to)) !== negated
}

// Only the last `*` is ever retried, so the cost is at most tokens x characters: no pattern can be made to blow up.
function matchTokens(tokens: readonly Token[], chars: readonly string[]): boolean {
  let token = 0
  let char = 0
  let retryToken = -1
  let retryChar = 0
  while (char < chars.length) {
    const expected = tokens[token]
    const current = chars[char] as string // in range
    if (expected === any) {
      retryToken = token++
      retryChar = char
    } else if (expected !== undefined && matchesOne(expected, current)) {
      token++
      char++
    } else if (retryToken >= 0) {
      token = retryToken + 1
      char = ++retryChar
    } else return false
  }
  while (tokens[token] === any) token++
  return token === tokens.length
}

function matchesOne(token: Token, char: string): boolean {
  return token === one || (typeof token === "function" ? token(char) : token === char)
}
