// Typed expressions at run time: each method prints a larger expression. Their types are in expression-types.ts.
import { Expression as Brand } from "../shared/expression.ts"
import { datastarError } from "./errors.ts"
import type { Choice, Effect, Expression } from "./expression-types.ts"
import { FormedExpression } from "./formed.ts"
import {
  literal,
  operandSource,
  partSource,
  quote,
  receiverSource,
  sourceOf,
  templateText,
} from "./literal.ts"

/** The run-time class behind every typed expression. */
export class ExpressionNode extends FormedExpression {
  // -- arithmetic; `plus` concatenates when a side is text
  plus(other: unknown): ExpressionNode {
    const text = typeof other === "string" || isText(other) || isText(this)
    return text ? new TemplateNode([this, other]) : binary(this, "+", other)
  }
  minus(other: unknown): ExpressionNode {
    return binary(this, "-", other)
  }
  times(other: unknown): ExpressionNode {
    return binary(this, "*", other)
  }
  dividedBy(other: unknown): ExpressionNode {
    return binary(this, "/", other)
  }
  mod(other: unknown): ExpressionNode {
    return binary(this, "%", other)
  }

  // -- comparison and logic
  eq(other: unknown): ExpressionNode {
    return binary(this, "===", other)
  }
  ne(other: unknown): ExpressionNode {
    return binary(this, "!==", other)
  }
  gt(other: unknown): ExpressionNode {
    return binary(this, ">", other)
  }
  gte(other: unknown): ExpressionNode {
    return binary(this, ">=", other)
  }
  lt(other: unknown): ExpressionNode {
    return binary(this, "<", other)
  }
  lte(other: unknown): ExpressionNode {
    return binary(this, "<=", other)
  }
  and(other: unknown): ExpressionNode {
    return binary(this, "&&", other)
  }
  or(other: unknown): ExpressionNode {
    return binary(this, "||", other)
  }
  orElse(other: unknown): ExpressionNode {
    return binary(this, "??", other)
  }
  not(): ExpressionNode {
    return new ExpressionNode(`!(${partSource(this)})`, "operand")
  }
  if_(yes: unknown, no: unknown = ""): ExpressionNode {
    return conditional(this, yes, no)
  }
  match(cases: Readonly<Record<string, unknown>>, otherwise: unknown = ""): ExpressionNode {
    return matchNode(this, cases, otherwise)
  }
  thenDo(...effects: Brand[]): EffectNode {
    return new EffectNode(`if (${partSource(this)}) { ${statements(effects)} }`, "statement")
  }

  // -- members
  get length(): ExpressionNode {
    return new ExpressionNode(`${receiverSource(this)}.length`, "primary")
  }
  index(position: unknown): ExpressionNode {
    return new ExpressionNode(`${receiverSource(this)}[${literal(position)}]`, "primary")
  }
  prop(name: string | Brand): ExpressionNode {
    return new ExpressionNode(memberSource(this, name), "primary")
  }

  // -- text under its plain names; JavaScript's own names are defined below
  lower(): ExpressionNode {
    return call(this, "toLowerCase", [])
  }
  upper(): ExpressionNode {
    return call(this, "toUpperCase", [])
  }
  contains(part: unknown): ExpressionNode {
    return call(this, "includes", [part])
  }

  // -- numbers
  round(digits = 0): ExpressionNode {
    if (digits === 0) return math("round", [this])
    const scale = 10 ** digits
    return math("round", [this.times(scale)]).dividedBy(scale)
  }
  floor(): ExpressionNode {
    return math("floor", [this])
  }
  ceil(): ExpressionNode {
    return math("ceil", [this])
  }
  abs(): ExpressionNode {
    return math("abs", [this])
  }
  min(limit: unknown): ExpressionNode {
    return math("min", [this, limit])
  }
  max(limit: unknown): ExpressionNode {
    return math("max", [this, limit])
  }
  clamp(low: unknown, high: unknown): ExpressionNode {
    return this.max(low).min(high)
  }
}

/** An expression that can be assigned to: a signal, or a property or item of one. */
export class AssignableNode extends ExpressionNode {
  constructor(source: string) {
    super(source, "primary")
  }

  override index(position: unknown): AssignableNode {
    return new AssignableNode(`${this.source}[${literal(position)}]`)
  }
  override prop(name: string | Brand): AssignableNode {
    return new AssignableNode(memberSource(this, name))
  }

  set(value: unknown): EffectNode {
    return new EffectNode(
      `${this.source} = ${literal(value, `The value for ${this.source}`)}`,
      "assignment",
    )
  }
  add(amount: unknown): EffectNode {
    return amount === 1
      ? new EffectNode(`${this.source}++`, "assignment")
      : this.set(this.plus(amount))
  }
  sub(amount: unknown): EffectNode {
    return amount === 1
      ? new EffectNode(`${this.source}--`, "assignment")
      : this.set(this.minus(amount))
  }
  mul(factor: unknown): EffectNode {
    return this.set(this.times(factor))
  }
  div(divisor: unknown): EffectNode {
    return this.set(this.dividedBy(divisor))
  }
  toggle(...values: unknown[]): EffectNode {
    if (values.length === 0) return this.set(this.not())
    let next = operand(values[0])
    for (let i = values.length - 1; i > 0; i--)
      next = conditional(this.eq(values[i - 1]), values[i], next)
    return this.set(next)
  }
  append(...items: unknown[]): EffectNode {
    return new EffectNode(call(this, "push", items).source, "primary")
  }
  prepend(...items: unknown[]): EffectNode {
    return new EffectNode(call(this, "unshift", items).source, "primary")
  }
  remove(index: unknown): EffectNode {
    return new EffectNode(call(this, "splice", [index, 1]).source, "primary")
  }
}

/** Something to do, not a value: it has no operators. */
export class EffectNode extends FormedExpression<void> {}

/** A template literal. It keeps its parts, so that adding to it makes one longer template, not a nested one. */
export class TemplateNode extends ExpressionNode {
  readonly parts: readonly (string | Brand)[]

  constructor(values: readonly unknown[]) {
    const parts = values.flatMap(templateParts)
    super(
      `\`${parts.map(part => (typeof part === "string" ? templateText(part) : `\${${partSource(part)}}`)).join("")}\``,
      "primary",
    )
    this.parts = parts
  }
}

/** A string literal as an expression: it joins templates as text. */
export class TextNode extends ExpressionNode {
  readonly text: string

  constructor(text: string) {
    super(quote(text), "primary")
    this.text = text
  }
}

function isText(value: unknown): boolean {
  return value instanceof TemplateNode || value instanceof TextNode
}

function templateParts(value: unknown): readonly (string | Brand)[] {
  if (value instanceof TemplateNode) return value.parts
  if (value instanceof TextNode) return [value.text]
  if (value instanceof Brand) return [value]
  if (typeof value === "string") return [value]
  if (typeof value === "number" || typeof value === "boolean" || value === null)
    return [String(value)]
  return [new ExpressionNode(literal(value, "A value in a template"), "operand")]
}

function binary(left: ExpressionNode, operator: string, right: unknown): ExpressionNode {
  return new ExpressionNode(
    `(${operandSource(left)} ${operator} ${operandSource(right)})`,
    "primary",
  )
}

export function conditional(condition: unknown, yes: unknown, no: unknown): ExpressionNode {
  return new ExpressionNode(
    `(${operandSource(condition)} ? ${literal(yes)} : ${literal(no)})`,
    "primary",
  )
}

export function matchNode(
  subject: ExpressionNode,
  cases: Readonly<Record<string, unknown>>,
  otherwise: unknown,
): ExpressionNode {
  let result = operand(otherwise)
  for (const [key, value] of Object.entries(cases).reverse())
    result = conditional(subject.eq(key), value, result)
  return result
}

function call(receiver: ExpressionNode, method: string, args: readonly unknown[]): ExpressionNode {
  return new ExpressionNode(
    `${receiverSource(receiver)}.${method}(${args.map(arg => literal(arg)).join(", ")})`,
    "primary",
  )
}

function math(name: string, args: readonly unknown[]): ExpressionNode {
  return new ExpressionNode(`Math.${name}(${args.map(arg => literal(arg)).join(", ")})`, "primary")
}

const forbiddenMembers: ReadonlySet<string> = new Set(["__proto__", "constructor", "prototype"])

function memberSource(receiver: ExpressionNode, name: string | Brand): string {
  if (typeof name !== "string") return `${receiverSource(receiver)}[${partSource(name)}]`
  if (forbiddenMembers.has(name))
    throw datastarError("NITRO_SIGNAL_NAME", `An expression never reads \`${name}\`.`)
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name)
    ? `${receiverSource(receiver)}.${name}`
    : `${receiverSource(receiver)}[${quote(name)}]`
}

/** Any value as an expression, without changing one that already is. */
export function operand(value: unknown): ExpressionNode {
  if (value instanceof ExpressionNode) return value
  if (value instanceof Brand)
    return new ExpressionNode(sourceOf(value), FormedExpression.form(value))
  if (typeof value === "string") return new TextNode(value)
  return new ExpressionNode(literal(value), "operand")
}

/** Statements one after the other: the only place where a statement may stand beside others. */
export function statements(effects: readonly Brand[]): string {
  return effects.map(sourceOf).join("; ")
}

/** JavaScript methods that are passed through under their own names. Callbacks are left out: a page evaluates no function of ours. */
const passedThrough = [
  "startsWith",
  "endsWith",
  "includes",
  "indexOf",
  "lastIndexOf",
  "trim",
  "trimStart",
  "trimEnd",
  "toLowerCase",
  "toUpperCase",
  "charAt",
  "charCodeAt",
  "codePointAt",
  "padStart",
  "padEnd",
  "repeat",
  "replace",
  "replaceAll",
  "split",
  "substring",
  "slice",
  "concat",
  "localeCompare",
  "normalize",
  "at",
  "join",
  "toReversed",
  "toSorted",
  "toSpliced",
  "with",
  "flat",
  "toFixed",
  "toPrecision",
  "toExponential",
  "toLocaleString",
  "toLocaleUpperCase",
  "toLocaleLowerCase",
] as const

for (const method of passedThrough) {
  Object.defineProperty(ExpressionNode.prototype, method, {
    configurable: true,
    writable: true,
    value: function (this: ExpressionNode, ...args: unknown[]): ExpressionNode {
      return call(this, method, args)
    },
  })
}

/** Gives a node its typed face. The only cast between the two: `T` is the caller's proof. */
export function typed<T>(node: ExpressionNode): Expression<T> {
  return node as unknown as Expression<T>
}

/** A plain value as an expression, to start from: `value(5).plus(s.count)` prints `(5 + $count)`. */
export function value<T>(plain: T): Choice<T> {
  return typed(operand(plain))
}

/** Runs one effect after the other: `$a = 1; @post('/x')`. */
export function sequence(...effects: readonly Brand[]): Effect {
  const [only, second] = effects
  const form = only && second === undefined ? FormedExpression.form(only) : "statement"
  return new EffectNode(statements(effects), form)
}
