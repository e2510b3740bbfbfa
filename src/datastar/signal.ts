// Signals: named state of the page, as typed expressions that can be assigned to.
import { Expression as Brand } from "../shared/expression.ts"
import { datastarError } from "./errors.ts"
import { AssignableNode } from "./expression.ts"
import type { InPage, RecordMember, Signal } from "./expression-types.ts"
import { isPlainObject, literal, sourceOf } from "./literal.ts"

export interface SignalOptions {
  /** Puts the signal into an object: `$app.count`. May have dots itself. */
  readonly namespace?: string
}

export interface SignalsOptions extends SignalOptions {
  /** Keeps values that the page already has. Default false. */
  readonly ifMissing?: boolean
}

/** Members that a signal keeps although its object has a property of that name; the type makes the list complete. */
const recordMembers: Readonly<Record<RecordMember, true>> = {
  source: true,
  toString: true,
  eq: true,
  ne: true,
  and: true,
  or: true,
  orElse: true,
  not: true,
  if_: true,
  thenDo: true,
  plus: true,
  prop: true,
  set: true,
  toggle: true,
}

const segment = /^[A-Za-z_][A-Za-z0-9_]*$/

function isSignalName(name: string): boolean {
  return (
    segment.test(name) && !name.includes("__") && name !== "constructor" && name !== "prototype"
  )
}

/** Checks a signal's path. `__` is what separates modifiers in attribute names, so Datastar forbids it in signals. */
export function assertSignalPath(path: string): void {
  for (const name of path.split(".")) {
    if (!isSignalName(name)) {
      throw datastarError(
        "NITRO_SIGNAL_NAME",
        `\`${path}\` is not a name that a signal can have (see \`${name}\`).`,
        {
          fix: "Use letters, digits and single underscores, starting with a letter or an underscore, such as `todoCount`.",
          details: { path },
        },
      )
    }
  }
}

/** A signal's node. The properties of an object that it starts with are signals too: `user.profile.name`. */
export class SignalNode extends AssignableNode {
  readonly #path: string
  readonly #initial: Readonly<Record<string, unknown>>

  constructor(path: string, initial: unknown) {
    super(`$${path}`)
    this.#path = path
    const isRecord =
      typeof initial === "object" &&
      initial !== null &&
      !(initial instanceof Brand) &&
      isPlainObject(initial)
    this.#initial = isRecord ? initial : {}
    defineSignals(this, path, this.#initial, recordMembers)
  }

  override prop(name: string | Brand): AssignableNode {
    if (typeof name !== "string" || !isSignalName(name)) return super.prop(name)
    return new SignalNode(
      `${this.#path}.${name}`,
      Object.hasOwn(this.#initial, name) ? this.#initial[name] : undefined,
    )
  }

  /** Name with its namespace, without the `$`. */
  static path(signal: SignalNode): string {
    return signal.#path
  }
}

/** Gives `target` one lazy property per name, except for reserved ones. */
function defineSignals(
  target: object,
  path: string,
  values: Readonly<Record<string, unknown>>,
  reserved: Readonly<Record<string, true>>,
): void {
  for (const name of Object.keys(values)) {
    if (Object.hasOwn(reserved, name) || !segment.test(name)) continue
    let node: SignalNode | undefined
    Object.defineProperty(target, name, {
      enumerable: true,
      get: () => {
        node ??= createNode(path === "" ? name : `${path}.${name}`, values[name])
        return node
      },
    })
  }
}

function createNode(path: string, initial: unknown): SignalNode {
  assertSignalPath(path)
  return new SignalNode(path, initial)
}

/** One signal. It does not declare itself in the page; `signals(...)` or a `data-signals` attribute does. */
export function signal<T>(
  name: string,
  initial: T,
  options: SignalOptions = {},
): Signal<InPage<T>> {
  const path = options.namespace === undefined ? name : `${options.namespace}.${name}`
  // The node reads and writes members by name, as the type of `initial` has them.
  return createNode(path, initial) as unknown as Signal<InPage<T>>
}

/** Path of a signal, without the `$`. */
export function signalPath(signal: Brand): string {
  if (signal instanceof SignalNode) return SignalNode.path(signal)
  throw datastarError("NITRO_SIGNAL_NAME", `\`${sourceOf(signal)}\` is not a signal.`, {
    fix: "Pass a signal or its name.",
  })
}

const groupMembers: Readonly<Record<keyof Brand, true>> = { source: true, ["toString"]: true }

/** Several signals with their initial values: itself the value of a `data-signals` attribute. */
export class SignalGroup extends Brand<object> {
  readonly #values: Readonly<Record<string, unknown>>
  readonly #namespace: string
  readonly #ifMissing: boolean

  constructor(values: Readonly<Record<string, unknown>>, options: SignalsOptions) {
    const namespace = options.namespace ?? ""
    if (namespace !== "") assertSignalPath(namespace)
    for (const name of Object.keys(values)) assertSignalPath(name)
    super(literal(nest(namespace, values), "signals"))
    this.#values = values
    this.#namespace = namespace
    this.#ifMissing = options.ifMissing ?? false
    defineSignals(this, namespace, values, groupMembers)
  }

  static values(group: SignalGroup): Readonly<Record<string, unknown>> {
    return nest(group.#namespace, group.#values)
  }

  static signal(group: SignalGroup, name: string): SignalNode {
    return createNode(
      group.#namespace === "" ? name : `${group.#namespace}.${name}`,
      group.#values[name],
    )
  }

  static attributeName(group: SignalGroup): string {
    return group.#ifMissing ? "data-signals__ifmissing" : "data-signals"
  }
}

function nest(
  namespace: string,
  values: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  if (namespace === "") return values
  return namespace
    .split(".")
    .reduceRight<Record<string, unknown>>((inner, name) => ({ [name]: inner }), { ...values })
}

/** A group of signals: one typed signal per key, and the whole is the value of a `data-signals` attribute. */
export type Signals<T extends object> = Brand<object> & {
  readonly [K in keyof T as K extends keyof Brand ? never : K]: Signal<InPage<T[K]>>
}

/**
 * Declares signals with their initial values.
 *
 * `const s = signals({ count: 0 })` gives `s.count`, and `<div data-signals={s}>` declares it in the page. A name that
 * the group itself has (`source`, `toString`) is reached with `signalOf(s, "source")`.
 */
export function signals<T extends object>(values: T, options: SignalsOptions = {}): Signals<T> {
  // A group has a member by each name.
  return new SignalGroup(
    values as Readonly<Record<string, unknown>>,
    options,
  ) as unknown as Signals<T>
}

/** Typed signals by their names, without values: `signalsOf<Product>(["price"], { namespace: "product" }).price`. */
export type SignalsByName<T extends object> = { readonly [K in keyof T]: Signal<InPage<T[K]>> }

/** Signals that something else declares. The result has these names and nothing else. */
export function signalsOf<T extends object>(
  names: Iterable<keyof T & string>,
  options: SignalOptions = {},
): SignalsByName<T> {
  const namespace = options.namespace ?? ""
  if (namespace !== "") assertSignalPath(namespace)
  const byName: Record<string, unknown> = Object.create(null)
  const values = Object.fromEntries([...names].map(name => [name, undefined]))
  for (const name of Object.keys(values)) assertSignalPath(name)
  defineSignals(byName, namespace, values, {})
  // `defineSignals` has set each.
  return byName as SignalsByName<T>
}

/** The signal of a name, also where the group has a member of that name. */
export function signalOf<T extends object, K extends keyof T & string>(
  group: Signals<T> | Brand<object>,
  name: K,
): Signal<InPage<T[K]>> {
  // The type of the group says what it holds.
  return SignalGroup.signal(asGroup(group), name) as unknown as Signal<InPage<T[K]>>
}

/** The initial values as plain data, in their namespace: what `patchSignals` takes. */
export function signalValues(group: Brand<object>): Readonly<Record<string, unknown>> {
  return SignalGroup.values(asGroup(group))
}

function asGroup(group: Brand<object>): SignalGroup {
  if (group instanceof SignalGroup) return group
  throw datastarError("NITRO_DATASTAR_ATTRIBUTE", "This is not a group of signals.", {
    fix: "Pass what `signals({...})` returned.",
  })
}
