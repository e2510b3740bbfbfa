// Evaluates the expression subset of JavaScript without eval, for pages whose CSP forbids it.
// A separate file in the browser, loaded by those pages only: it imports nothing at run time.

import {
  assign,
  CONSTANTS,
  call,
  checkKey,
  Environment,
  fail,
  global,
  LEVELS,
  member,
  type Part,
  type Place,
  POWER,
  Returned,
  type Run,
  SKIPPED,
  special,
  update,
  WORDS,
} from "./parts.ts"
import type { TemplateToken, Token } from "./tokens.ts"

/**
 * Parses once; the result runs the expression with these names: `$` the signals, `@` finds an action, an object of
 * signals by its path (`at()`). `returnsValue`: the value of the last statement.
 */
export function interpret(
  tokens: readonly Token[],
  returnsValue: boolean,
): (names: Map<string, unknown>) => unknown {
  const program = new Parser(tokens, returnsValue).program()
  return names => {
    const result = program(new Environment(names))
    return result instanceof Returned ? result.value : returnsValue ? result : undefined
  }
}

class Parser {
  readonly #tokens: readonly Token[]
  /** An expression that must have a value starts with an object, not a block, when it starts with a brace. */
  readonly #braceIsObject: boolean
  #at = 0

  constructor(tokens: readonly Token[], braceIsObject: boolean) {
    this.#tokens = tokens
    this.#braceIsObject = braceIsObject
  }

  program(): Run {
    return this.#statements("end")
  }

  get #token(): Token {
    // Nothing reads on behind the last token, which is the end.
    return this.#tokens[this.#at]!
  }

  #is(text: string): boolean {
    const { type, text: tokenText } = this.#token
    return tokenText === text && (type === "operator" || type === "name")
  }

  #take(text: string): boolean {
    if (!this.#is(text)) return false
    this.#at++
    return true
  }

  #expect(text: string): void {
    if (!this.#take(text)) this.#unexpected(`expected ${text} but found`)
  }

  #unexpected(before = "unexpected"): never {
    const { type, text, start } = this.#token
    return fail(
      `${before} ${type === "end" ? "the end" : JSON.stringify(text || type)} at ${start + 1}; pages without unsafe-eval take simple expressions only`,
    )
  }

  #name(): string {
    const { type, text } = this.#token
    if (type !== "name" || WORDS.has(text)) this.#unexpected()
    this.#at++
    return text
  }

  #statements(end: "end" | "}"): Run {
    const parts: Run[] = []
    while (end === "end" ? this.#token.type !== "end" : !this.#is("}")) {
      if (!this.#take(";")) parts.push(this.#statement())
    }
    // There is one.
    if (parts.length === 1) return parts[0]!
    return environment => {
      let value: unknown
      for (const part of parts) {
        value = part(environment)
        if (value instanceof Returned) return value
      }
      return value
    }
  }

  #endStatement(): void {
    if (this.#take(";") || this.#is("}") || this.#token.type === "end" || this.#token.newline)
      return
    this.#unexpected()
  }

  #statement(): Run {
    if (this.#is("{") && !this.#braceIsObject) return this.#block()
    if (this.#take("if")) return this.#if()
    if (this.#take("return")) {
      const value =
        this.#is(";") || this.#is("}") || this.#token.type === "end"
          ? undefined
          : this.#sequence().run
      this.#endStatement()
      return environment => new Returned(value?.(environment))
    }
    if (this.#is("const") || this.#is("let") || this.#is("var")) return this.#declaration()
    const { run } = this.#sequence()
    this.#endStatement()
    return run
  }

  #block(): Run {
    this.#expect("{")
    const inner = new Parser(this.#tokens, false)
    inner.#at = this.#at
    const body = inner.#statements("}")
    this.#at = inner.#at
    this.#expect("}")
    return environment => body(new Environment(new Map(), environment))
  }

  #if(): Run {
    this.#expect("(")
    const test = this.#sequence().run
    this.#expect(")")
    const branch = (): Run => (this.#is("{") ? this.#block() : this.#statement())
    const yes = branch()
    const no = this.#take("else") ? branch() : undefined
    return environment => {
      const result = test(environment) ? yes(environment) : no?.(environment)
      return result instanceof Returned ? result : undefined
    }
  }

  #declaration(): Run {
    this.#at++
    const parts: Run[] = []
    do {
      const name = this.#name()
      const value = this.#take("=") ? this.#assignment().run : undefined
      parts.push(environment => environment.names.set(name, value?.(environment)))
    } while (this.#take(","))
    this.#endStatement()
    return environment => {
      for (const part of parts) part(environment)
    }
  }

  #sequence(): Part {
    let part = this.#assignment()
    while (this.#take(",")) {
      const before = part.run
      const after = this.#assignment().run
      part = {
        run: environment => {
          before(environment)
          return after(environment)
        },
      }
    }
    return part
  }

  #assignment(): Part {
    const arrow = this.#arrow()
    if (arrow) return { run: arrow }
    const path = this.#signalPath()
    const left = this.#conditional()
    const { type, text } = this.#token
    if (type !== "operator" || !/^(?:[-+*/%&|^]|\*\*|<<|>>>?|\?\?|\|\||&&)?=$/.test(text))
      return left
    this.#at++
    const value = this.#assignment().run
    return { run: assign(path ? { ...left, place: path } : left, text.slice(0, -1), value) }
  }

  /** `$a.b.c` before an assignment operator: the object at `a.b` is created when it is missing. */
  #signalPath(): Place | undefined {
    if (this.#token.type !== "signal") return undefined
    const names = [this.#token.text]
    let at = this.#at + 1
    while (this.#tokens[at]?.text === "." && this.#tokens[at + 1]?.type === "name") {
      // The condition has looked at it.
      names.push(this.#tokens[at + 1]!.text)
      at += 2
    }
    const next = this.#tokens[at]
    if (
      names.length < 2 ||
      next?.type !== "operator" ||
      !next.text.endsWith("=") ||
      /^[=!<>]=/.test(next.text)
    )
      return undefined
    const key = checkKey(names.pop())
    const path = names.join(".")
    // `parse` gets its functions under these names.
    return environment => [(special(environment, "at()") as (path: string) => unknown)(path), key]
  }

  #arrow(): Run | undefined {
    const start = this.#at
    const params: string[] = []
    let rest: string | undefined
    if (
      this.#token.type === "name" &&
      this.#tokens[start + 1]?.text === "=>" &&
      !WORDS.has(this.#token.text)
    )
      params.push(this.#name())
    else if (this.#arrowFollows()) {
      this.#expect("(")
      while (!this.#take(")")) {
        if (this.#take("...")) rest = this.#name()
        else params.push(this.#name())
        if (!this.#is(")")) this.#expect(",")
      }
    } else return undefined
    this.#expect("=>")
    const isBlock = this.#is("{")
    const body = isBlock ? this.#block() : this.#assignment().run
    return environment =>
      (...args: unknown[]) => {
        const names = new Map<string, unknown>(params.map((name, index) => [name, args[index]]))
        if (rest) names.set(rest, args.slice(params.length))
        const result = body(new Environment(names, environment))
        return isBlock ? (result instanceof Returned ? result.value : undefined) : result
      }
  }

  #arrowFollows(): boolean {
    if (!this.#is("(")) return false
    let depth = 0
    for (let at = this.#at; at < this.#tokens.length; at++) {
      // In range.
      const { type, text } = this.#tokens[at]!
      if (type !== "operator") continue
      if (/^[([{]$/.test(text)) depth++
      else if (/^[)\]}]$/.test(text) && !--depth) return this.#tokens[at + 1]?.text === "=>"
    }
    return false
  }

  #conditional(): Part {
    const test = this.#binary(0)
    if (!this.#take("?")) return test
    const yes = this.#assignment().run
    this.#expect(":")
    const no = this.#assignment().run
    return { run: environment => (test.run(environment) ? yes(environment) : no(environment)) }
  }

  #binary(level: number): Part {
    const operators = LEVELS[level]
    if (!operators) return this.#power()
    let left = this.#binary(level + 1)
    for (;;) {
      const { type, text } = this.#token
      if ((type !== "operator" && type !== "name") || !Object.hasOwn(operators, text)) return left
      this.#at++
      const a = left.run
      const b = this.#binary(level + 1).run
      // The condition has looked there.
      const apply = operators[text]!
      if (text === "&&") left = { run: environment => a(environment) && b(environment) }
      else if (text === "||") left = { run: environment => a(environment) || b(environment) }
      else if (text === "??") left = { run: environment => a(environment) ?? b(environment) }
      else left = { run: environment => apply(a(environment), b(environment)) }
    }
  }

  #power(): Part {
    const base = this.#unary()
    if (!this.#take("**")) return base
    const exponent = this.#power().run
    return { run: environment => POWER(base.run(environment), exponent(environment)) }
  }

  #unary(): Part {
    const { type, text } = this.#token
    if (type === "operator" && (text === "++" || text === "--")) {
      this.#at++
      return { run: update(this.#unary(), text === "++" ? 1 : -1, true) }
    }
    if (
      !(type === "operator" && /^[-+!~]$/.test(text)) &&
      !(type === "name" && /^(?:typeof|void|delete)$/.test(text))
    )
      return this.#postfix()
    this.#at++
    const operand = this.#unary()
    const value = operand.run
    switch (text) {
      case "!":
        return { run: environment => !value(environment) }
      case "-":
        // JavaScript converts operands of any type, or throws. The same of the two below.
        return { run: environment => -(value(environment) as number) }
      case "+":
        return { run: environment => +(value(environment) as number) } // the same
      case "~":
        return { run: environment => ~(value(environment) as number) } // the same
      case "void":
        return { run: environment => void value(environment) }
      case "typeof":
        return {
          run: environment => {
            const { name } = operand
            return name !== undefined && !environment.find(name) && !(name in globalThis)
              ? "undefined"
              : typeof value(environment)
          },
        }
      default:
        return {
          run: environment => {
            const place = operand.place?.(environment)
            return (
              place === undefined ||
              place === SKIPPED ||
              // It throws for what is no object.
              Reflect.deleteProperty(place[0] as object, place[1])
            )
          },
        }
    }
  }

  #postfix(): Part {
    const part = this.#chain()
    const { type, text, newline } = this.#token
    if (type !== "operator" || (text !== "++" && text !== "--") || newline) return part
    this.#at++
    return { run: update(part, text === "++" ? 1 : -1, false) }
  }

  #chain(): Part {
    let part = this.#is("new") ? this.#new() : this.#primary()
    let optional = false
    for (;;) {
      const skips = this.#take("?.")
      optional ||= skips
      if (this.#is("(")) part = call(part, this.#arguments(), skips)
      else if (this.#take("[")) {
        const key = this.#sequence().run
        this.#expect("]")
        part = member(part.run, environment => checkKey(key(environment)), skips)
      } else if (skips || this.#take(".")) {
        const { type, text } = this.#token
        if (type !== "name") this.#unexpected()
        this.#at++
        const key = checkKey(text)
        part = member(part.run, () => key, skips)
      } else if (this.#token.type === "template") this.#unexpected()
      else break
    }
    if (!optional) return part
    const { run } = part
    return {
      ...part,
      run: environment => {
        const value = run(environment)
        return value === SKIPPED ? undefined : value
      },
    }
  }

  #new(): Part {
    this.#expect("new")
    let type = this.#primary()
    while (this.#take(".")) {
      const key = checkKey(this.#token.text)
      this.#at++
      type = member(type.run, () => key, false)
    }
    const args = this.#is("(") ? this.#arguments() : () => []
    return {
      run: environment =>
        // It throws for what is no constructor.
        Reflect.construct(type.run(environment) as new () => unknown, args(environment)),
    }
  }

  #arguments(): (environment: Environment) => unknown[] {
    this.#expect("(")
    return this.#list(")")
  }

  #list(end: ")" | "]"): (environment: Environment) => unknown[] {
    const items: { run: Run; spread: boolean }[] = []
    while (!this.#take(end)) {
      const spread = this.#take("...")
      items.push({ run: this.#assignment().run, spread })
      if (!this.#is(end)) this.#expect(",")
    }
    return environment => {
      const values: unknown[] = []
      for (const { run, spread } of items) {
        // It throws for what cannot be iterated.
        if (spread) values.push(...(run(environment) as Iterable<unknown>))
        else values.push(run(environment))
      }
      return values
    }
  }

  #primary(): Part {
    const token = this.#token
    const { text } = token
    this.#at++
    switch (token.type) {
      case "number": {
        const value = Number(text.replaceAll("_", ""))
        return { run: () => value }
      }
      case "string":
        return { run: () => text }
      case "template":
        return this.#template(token)
      case "regexp": {
        const slash = text.lastIndexOf("/")
        return { run: () => new RegExp(text.slice(1, slash), text.slice(slash + 1)) }
      }
      case "signal":
        if (!text) return { run: environment => special(environment, "$") }
        return member(
          environment => special(environment, "$"),
          () => checkKey(text),
          false,
        )
      case "action":
        return {
          // `parse` gets its functions under these names.
          run: environment => (special(environment, "@") as (name: string) => unknown)(text),
        }
      case "name":
        return this.#word(text)
      case "operator":
        if (text === "(") {
          const part = this.#sequence()
          this.#expect(")")
          return part
        }
        if (text === "[") return { run: this.#list("]") }
        if (text === "{") return { run: this.#object() }
    }
    this.#at--
    return this.#unexpected()
  }

  #word(name: string): Part {
    if (Object.hasOwn(CONSTANTS, name)) {
      const value = CONSTANTS[name]
      return { run: () => value }
    }
    if (WORDS.has(name)) {
      this.#at--
      this.#unexpected()
    }
    return {
      name,
      run: environment => {
        const names = environment.find(name)
        return names ? names.get(name) : global(name)
      },
    }
  }

  #template({ pieces, holes }: TemplateToken): Part {
    const parts = holes.map(tokens => {
      const inner = new Parser(tokens, true)
      const { run } = inner.#sequence()
      if (inner.#token.type !== "end") inner.#unexpected()
      return run
    })
    return {
      run: environment =>
        // There is a part between each two pieces.
        pieces.reduce((text, piece, index) => `${text}${parts[index - 1]!(environment)}${piece}`),
    }
  }

  #object(): Run {
    const entries: ((environment: Environment, target: Record<PropertyKey, unknown>) => void)[] = []
    while (!this.#take("}")) {
      entries.push(this.#entry())
      if (!this.#is("}")) this.#expect(",")
    }
    return environment => {
      const target: Record<PropertyKey, unknown> = {}
      for (const entry of entries) entry(environment, target)
      return target
    }
  }

  #entry(): (environment: Environment, target: Record<PropertyKey, unknown>) => void {
    if (this.#take("...")) {
      const { run } = this.#assignment()
      return (environment, target) => Object.assign(target, run(environment))
    }
    const { type, text } = this.#token
    let key: Run
    if (this.#take("[")) {
      const { run } = this.#assignment()
      this.#expect("]")
      key = run
    } else {
      if (type !== "name" && type !== "string" && type !== "number") this.#unexpected()
      this.#at++
      const name = checkKey(type === "number" ? Number(text) : text)
      key = () => name
    }
    const isShorthand = type === "name" && (this.#is(",") || this.#is("}"))
    if (!isShorthand) this.#expect(":")
    const value = isShorthand ? this.#word(text).run : this.#assignment().run
    return (environment, target) => {
      target[checkKey(key(environment))] = value(environment)
    }
  }
}
