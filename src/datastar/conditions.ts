// Conditional expressions: when, match, choose, all, any, collect, classes.
import type { Expression as Brand } from "../shared/expression.ts"
import { conditional, ExpressionNode, matchNode, operand, TextNode, typed } from "./expression.ts"
import type { Choice, Expression, Operand } from "./expression-types.ts"
import { literal, objectKey, operandSource, quote } from "./literal.ts"

/** `(condition ? yes : no)`. `no` is `''` by default. */
export function when<A, B = string>(
  condition: Operand<unknown>,
  yes: Operand<A>,
  no?: Operand<B>,
): Choice<A, B> {
  return typed(conditional(condition, yes, no === undefined ? "" : no))
}

/** The value of the first case whose key the text equals; for other types use `choose`. `otherwise` is `''` by default. */
export function match<V, D = string>(
  subject: Brand<string | null>,
  cases: Readonly<Record<string, Operand<V>>>,
  otherwise?: Operand<D>,
): Choice<V, D> {
  return typed(matchNode(operand(subject), cases, otherwise === undefined ? "" : otherwise))
}

/** The value of the first condition that holds: if, else if, else. `otherwise` is `''` by default. */
export function choose<V, D = string>(
  cases: readonly (readonly [condition: Operand<unknown>, value: Operand<V>])[],
  otherwise?: Operand<D>,
): Choice<V, D> {
  let result = operand(otherwise === undefined ? "" : otherwise)
  for (const [condition, value] of [...cases].reverse())
    result = conditional(condition, value, result)
  return typed(result)
}

/** True when every condition is truthy; true for none. */
export function all(...conditions: readonly Operand<unknown>[]): Expression<boolean> {
  return truths(conditions, "&&", "true")
}

/** True when some condition is truthy; false for none. */
export function any(...conditions: readonly Operand<unknown>[]): Expression<boolean> {
  return truths(conditions, "||", "false")
}

function truths(
  conditions: readonly unknown[],
  operator: string,
  none: string,
): Expression<boolean> {
  const source = conditions.map(condition => `!!${operandSource(condition)}`).join(` ${operator} `)
  if (conditions.length === 0) return typed(new ExpressionNode(none, "primary"))
  return typed(new ExpressionNode(`(${source})`, "primary"))
}

/** Joins the texts whose conditions hold: a value for `data-attr:class`. */
export function collect(
  cases: readonly (readonly [condition: Operand<unknown>, text: Operand<string>])[],
  separator = " ",
): Expression<string> {
  if (cases.length === 0) return typed(new TextNode(""))
  const parts = cases.map(([condition, text]) => conditional(condition, text, "").source)
  return typed(
    new ExpressionNode(
      `[${parts.join(", ")}].filter(Boolean).join(${quote(separator)})`,
      "primary",
    ),
  )
}

/** An object of class names and conditions: a value for `data-class`. */
export function classes(
  conditions: Readonly<Record<string, Operand<unknown>>>,
): Expression<Record<string, boolean>> {
  const entries = Object.entries(conditions).map(
    ([name, condition]) => `${objectKey(name)}: ${literal(condition)}`,
  )
  return typed(new ExpressionNode(`{${entries.join(", ")}}`, "operand"))
}
