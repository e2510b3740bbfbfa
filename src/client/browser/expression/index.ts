// Expressions of `data-*` attributes: compiled natively where the page allows it, interpreted where it does not.
import { ClientError } from "../errors.ts"
import { ensurePath, signals } from "../store.ts"
import { toJavaScript } from "./compile.ts"
import { tokenize } from "./tokens.ts"

/** Names that an expression can use besides the signals. */
export interface Inputs {
  readonly el: Element
  readonly evt?: Event | undefined
  readonly patch?: unknown
  /** Finds an action by name: `@post(...)` calls `action("post")(...)`. */
  readonly action: (name: string) => (...args: unknown[]) => unknown
}

export type Expression = (inputs: Inputs) => unknown
export type Evaluator = "compile" | "interpret"

/** Bounds the memory of pages that patch in ever new expressions. */
const MAX_CACHED = 1000
const cache = new Map<string, Expression>()
let interpret: typeof import("./interpret.ts").interpret | undefined

/** Call before the first expression: decides how they run, by what the page's CSP allows, or by choice. */
export async function prepareEvaluator(choice: Evaluator = detectEvaluator()): Promise<void> {
  interpret = choice === "interpret" ? (await import("./interpret.ts")).interpret : undefined
  cache.clear()
}

/**
 * What the page's CSP allows. Finding out counts as a violation, which browsers report; a page that knows says
 * `<meta name="nitro-expressions" content="interpret">`.
 */
export function detectEvaluator(): Evaluator {
  if (document.querySelector('meta[name="nitro-expressions"][content="interpret"]'))
    return "interpret"
  try {
    new Function("")
    return "compile"
  } catch {
    return "interpret"
  }
}

/** `returnsValue`: the value of the last statement; otherwise the result is undefined. Throws on a syntax error. */
export function expression(source: string, returnsValue: boolean): Expression {
  const key = (returnsValue ? "=" : ";") + source
  let program = cache.get(key)
  if (!program) {
    program = interpret
      ? interpreted(interpret, source, returnsValue)
      : compiled(source, returnsValue)
    if (cache.size >= MAX_CACHED) cache.clear()
    cache.set(key, program)
  }
  return program
}

function compiled(source: string, returnsValue: boolean): Expression {
  const body = toJavaScript(source, returnsValue)
  let fn: (...args: unknown[]) => unknown
  try {
    // Made with these parameters.
    fn = new Function("$", "__act", "__at", "el", "evt", "patch", body) as typeof fn
  } catch (error) {
    // The parser throws errors.
    throw new ClientError("EXPRESSION", (error as Error).message, error)
  }
  return ({ el, evt, patch, action }) => fn.call(el, signals(), action, ensurePath, el, evt, patch)
}

function interpreted(
  parse: NonNullable<typeof interpret>,
  source: string,
  returnsValue: boolean,
): Expression {
  let run: ReturnType<typeof parse>
  try {
    run = parse(tokenize(source), returnsValue)
  } catch (error) {
    // The parser throws errors.
    throw new ClientError("EXPRESSION", (error as Error).message, error)
  }
  return ({ el, evt, patch, action }) =>
    run(
      new Map<string, unknown>([
        ["$", signals()],
        ["@", action],
        ["at()", ensurePath],
        ["el", el],
        ["evt", evt],
        ["patch", patch],
      ]),
    )
}
