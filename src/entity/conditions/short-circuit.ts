// Detects `p => p.a.eq(1) || p.b.eq(2)` in the text of a function: JavaScript never evaluates the right side, so nothing else can.
import type { AnyFunction } from "../../shared/guards.ts"

const patterns = new Map<string, RegExp>()
const maxPatterns = 256
const parameterList = /^(?:async\s+)?(?:function\b[^(]*)?\(?\s*([\w$]+(?:\s*,\s*[\w$]+)*)\s*[,)=]/

/** Whether a call on one of the parameters stands on both sides of a `||`. The left one is an object, and so always true. */
export function hasDeadBranch(build: AnyFunction): boolean {
  // The text of a function is a slice of its module's source, and costs no copy.
  const text = String(build)
  if (!text.includes("||")) return false
  const names = parameterList.exec(text)?.[1]
  return names !== undefined && patternFor(names).test(text)
}

function patternFor(names: string): RegExp {
  let pattern = patterns.get(names)
  if (pattern === undefined) {
    if (patterns.size >= maxPatterns) patterns.clear()
    const parameter = `(?<![\\w$.])(?:${names
      .replaceAll("$", "\\$")
      .split(/\s*,\s*/)
      .join("|")})`
    // Arguments may have calls in them, as `new Date()`.
    const call = String.raw`(?:\.[\w$]+)*\.[\w$]+\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)`
    pattern = new RegExp(`${parameter}${call}\\s*\\|\\|\\s*${parameter}\\.`)
    patterns.set(names, pattern)
  }
  return pattern
}
