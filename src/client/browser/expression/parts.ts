// The pieces that the interpreter builds expressions from: environments, operators, places to read and write.
// Loaded with the interpreter only: it imports nothing of the client.

/** Values of names while an expression runs. */
export class Environment {
  readonly names: Map<string, unknown>
  readonly parent: Environment | undefined

  constructor(names: Map<string, unknown>, parent?: Environment) {
    this.names = names
    this.parent = parent
  }

  find(name: string): Map<string, unknown> | undefined {
    return this.names.has(name) ? this.names : this.parent?.find(name)
  }
}

export type Run = (environment: Environment) => unknown

/** Names that no expression can spell. */
export const special = (environment: Environment, name: "$" | "@" | "at()"): unknown =>
  environment.find(name)!.get(name)
/** Where a value lives: an object and a key, for assignment, calls and `delete`. */
export type Place = (
  environment: Environment,
) => readonly [object: unknown, key: PropertyKey] | typeof SKIPPED

export interface Part {
  readonly run: Run
  readonly place?: Place
  /** Of a name: assigned in the environment that declares it. */
  readonly name?: string
}

/** The value of a chain that `?.` cut short. */
export const SKIPPED: unique symbol = Symbol("skipped")

export class Returned {
  readonly value: unknown
  constructor(value: unknown) {
    this.value = value
  }
}

type Binary = (a: unknown, b: unknown) => unknown
// biome-ignore lint/suspicious/noExplicitAny: the operators of JavaScript take any operands, and convert them as JavaScript does
const op = (fn: (a: any, b: any) => unknown): Binary => fn as Binary

/** Binary operators by rising precedence; the three that short-circuit are handled where they run. */
export const LEVELS: readonly Readonly<Record<string, Binary>>[] = [
  { "??": op(() => 0), "||": op(() => 0) },
  { "&&": op(() => 0) },
  { "|": op((a, b) => a | b) },
  { "^": op((a, b) => a ^ b) },
  { "&": op((a, b) => a & b) },
  {
    "===": op((a, b) => a === b),
    "!==": op((a, b) => a !== b),
    // biome-ignore lint/suspicious/noDoubleEquals: this is the operator itself
    "==": op((a, b) => a == b),
    // biome-ignore lint/suspicious/noDoubleEquals: this is the operator itself
    "!=": op((a, b) => a != b),
  },
  {
    "<": op((a, b) => a < b),
    ">": op((a, b) => a > b),
    "<=": op((a, b) => a <= b),
    ">=": op((a, b) => a >= b),
    in: op((a, b) => !isUnsafeKey(a) && a in b),
    instanceof: op((a, b) => a instanceof b),
  },
  { "<<": op((a, b) => a << b), ">>": op((a, b) => a >> b), ">>>": op((a, b) => a >>> b) },
  { "+": op((a, b) => a + b), "-": op((a, b) => a - b) },
  { "*": op((a, b) => a * b), "/": op((a, b) => a / b), "%": op((a, b) => a % b) },
]
export const POWER = op((a, b) => a ** b)
export const CONSTANTS: Record<string, unknown> = {
  true: true,
  false: false,
  null: null,
  undefined,
}
export const WORDS = new Set(
  "await async break case catch class continue debugger default do export extends finally for function import super switch throw try while with yield this".split(
    " ",
  ),
)

const isUnsafeKey = (key: unknown): boolean =>
  key === "__proto__" || key === "constructor" || key === "prototype"

export const fail = (message: string): never => {
  throw new SyntaxError(message)
}

export function checkKey(key: unknown): PropertyKey {
  const name = typeof key === "symbol" || typeof key === "number" ? key : String(key)
  return isUnsafeKey(name) ? fail(`access to ${String(name)} is refused`) : name
}

const read = (object: unknown, key: PropertyKey): unknown => {
  if (object === null || object === undefined)
    throw new TypeError(`Cannot read ${String(key)} of ${object}`)
  // JavaScript reads properties of all else, text and numbers too.
  return (object as Record<PropertyKey, unknown>)[key]
}

export function global(name: string): unknown {
  // With these a string would become code, which is what the page's policy forbids.
  if (name === "eval" || name === "Function") return fail(`${name} is refused`)
  if (!(name in globalThis)) throw new ReferenceError(`${name} is not defined`)
  return read(globalThis, name)
}

export function member(
  object: Run,
  key: (environment: Environment) => PropertyKey,
  skips: boolean,
): Part {
  const place: Place = environment => {
    const target = object(environment)
    return target === SKIPPED || (skips && (target === null || target === undefined))
      ? SKIPPED
      : [target, key(environment)]
  }
  return {
    place,
    run: environment => {
      const target = place(environment)
      return target === SKIPPED ? SKIPPED : read(target[0], target[1])
    },
  }
}

export function call(
  callee: Part,
  args: (environment: Environment) => unknown[],
  skips: boolean,
): Part {
  return {
    run: environment => {
      const place = callee.place?.(environment)
      if (place === SKIPPED) return SKIPPED
      const fn = place ? read(place[0], place[1]) : callee.run(environment)
      if (fn === SKIPPED || (skips && (fn === null || fn === undefined))) return SKIPPED
      if (typeof fn !== "function")
        throw new TypeError(`${String(place?.[1] ?? callee.name ?? "the value")} is not a function`)
      return Reflect.apply(fn, place?.[0], args(environment))
    },
  }
}

function store(
  target: Part,
  environment: Environment,
  change: (get: () => unknown) => { value: unknown; set: boolean; result: unknown },
): unknown {
  if (target.name !== undefined) {
    const { name } = target
    const names = environment.find(name)
    const { value, set, result } = change(() => target.run(environment))
    if (set) {
      if (names) names.set(name, value)
      else Reflect.set(globalThis, name, value)
    }
    return result
  }
  const place = target.place?.(environment) ?? fail("this cannot be assigned to")
  if (place === SKIPPED) return undefined
  const { value, set, result } = change(() => read(place[0], place[1]))
  if (set) {
    if (place[0] === null || place[0] === undefined)
      throw new TypeError(`Cannot set ${String(place[1])} of ${place[0]}`)
      // JavaScript refuses to set those of text and numbers.
    ;(place[0] as Record<PropertyKey, unknown>)[place[1]] = value
  }
  return result
}

export function assign(target: Part, operator: string, value: Run): Run {
  if (target.name === undefined && !target.place) fail("this cannot be assigned to")
  const apply =
    operator === "**" ? POWER : LEVELS.find(level => Object.hasOwn(level, operator))?.[operator]
  return environment =>
    store(target, environment, get => {
      let result: unknown
      if (!operator) result = value(environment)
      else {
        const before = get()
        const skip =
          operator === "??"
            ? before !== null && before !== undefined
            : operator === "||"
              ? before
              : operator === "&&" && !before
        if (skip) return { value: before, set: false, result: before }
        // Every other operator of an assignment is in the table.
        result = /^(?:\?\?|\|\||&&)$/.test(operator)
          ? value(environment)
          : apply!(before, value(environment))
      }
      return { value: result, set: true, result }
    })
}

export function update(target: Part, by: 1 | -1, prefix: boolean): Run {
  if (target.name === undefined && !target.place) fail("this cannot be assigned to")
  return environment =>
    store(target, environment, get => {
      const before = Number(get())
      return { value: before + by, set: true, result: prefix ? before + by : before }
    })
}
