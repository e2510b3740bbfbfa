// Turns an expression into a native function: signals and actions are rewritten, the rest stays as it was written.
import { type TemplateToken, type Token, tokenize } from "./tokens.ts"

const STATEMENT = /^(?:return|if|for|while|do|const|let|var|throw|switch|try|function|class)$/
const ASSIGNMENT = /^(?:[^=!<>]*|<<|>>|>>>)=$/

/** JavaScript over `$` (the signals), `__at(path)` (an object of them) and `__act(name)` (an action). */
export function toJavaScript(source: string, returnsValue: boolean): string {
  const tokens = tokenize(source)
  if (!returnsValue) return rewrite(source, tokens, 0, source.length)
  const { start, end } = lastStatement(tokens)
  const before = rewrite(source, tokens, 0, start)
  const last = rewrite(source, tokens, start, end)
  const first = tokens.find(token => token.start >= start)
  return first?.type === "name" && STATEMENT.test(first.text)
    ? before + last
    : `${before};return (${last}\n)`
}

function lastStatement(tokens: readonly Token[]): { start: number; end: number } {
  let start = 0
  // The last token is always the end.
  let end = tokens.at(-1)!.start
  let depth = 0
  for (const [index, { type, text, end: after, start: before }] of tokens.entries()) {
    if (type !== "operator") continue
    if (/^[([{]$/.test(text)) depth++
    else if (/^[)\]}]$/.test(text)) depth--
    else if (text === ";" && !depth) {
      if (tokens.slice(index).every(token => token.text === ";" || token.type === "end")) {
        end = before
        break
      }
      start = after
    }
  }
  return { start, end }
}

function rewrite(source: string, tokens: readonly Token[], from: number, to: number): string {
  let result = ""
  let at = from
  for (let i = 0; i < tokens.length; i++) {
    // In range.
    const token = tokens[i]!
    if (token.start < from || token.end > to) continue
    let text: string
    let end = token.end
    if (token.type === "signal") {
      const path = memberPath(tokens, i, token)
      text = token.text ? `$.${token.text}` : "$"
      if (path) {
        text = `__at(${JSON.stringify(path.parent)}).${path.key}`
        end = path.end
        i = path.index
      }
    } else if (token.type === "action") text = `__act(${JSON.stringify(token.text)})`
    else if (token.type === "template") text = rewriteTemplate(source, token)
    else continue
    result += source.slice(at, token.start) + text
    at = end
  }
  return result + source.slice(at, to)
}

/** `$a.b.c =` assigns to `c` of the object at `a.b`, which need not exist yet. */
function memberPath(
  tokens: readonly Token[],
  index: number,
  signal: Token,
): { parent: string; key: string; end: number; index: number } | undefined {
  const names = [signal.text]
  let end = signal.end
  let at = index
  let next = tokens[at + 1]
  while (next?.text === "." && next.type === "operator") {
    const name = tokens[at + 2]
    if (name?.type !== "name") break
    names.push(name.text)
    end = name.end
    at += 2
    next = tokens[at + 1]
  }
  if (names.length < 2 || next?.type !== "operator" || !ASSIGNMENT.test(next.text)) return undefined
  // There are two at least.
  const key = names.pop()!
  return { parent: names.join("."), key, end, index: at }
}

function rewriteTemplate(source: string, template: TemplateToken): string {
  let result = ""
  let at = template.start
  for (const hole of template.holes) {
    // The last token of a hole is always its end.
    const end = hole.at(-1)!.start
    // So there is a first.
    const start = hole[0]!.type === "end" ? end : hole[0]!.start
    result += source.slice(at, start) + rewrite(source, hole, start, end)
    at = end
  }
  return result + source.slice(at, template.end)
}
