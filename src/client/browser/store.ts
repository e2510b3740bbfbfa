// The page's signals: a tree of plain data in which every property is a signal.
import { ClientError, report } from "./errors.ts"
import { batch, configure, isTracking, Reaction, Signal, untracked } from "./reactive.ts"

export type Data = Record<string, unknown>

/** Selects signals for an operation: regular expressions (or their source) over dotted paths. */
export interface SignalFilter {
  readonly include?: RegExp | string
  readonly exclude?: RegExp | string
}

const MISSING: unique symbol = Symbol("missing")
const MUTATORS = new Set([
  "push",
  "pop",
  "shift",
  "unshift",
  "splice",
  "sort",
  "reverse",
  "fill",
  "copyWithin",
])

/** Names that would reach a prototype; data that carries them is ignored. */
export const isUnsafeKey = (key: PropertyKey): boolean =>
  key === "__proto__" || key === "constructor" || key === "prototype"

export const isPlain = (value: unknown): value is Data => {
  if (typeof value !== "object" || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

/** The branch behind each proxy of this module; also distinguishes them from other objects. */
const branches = new WeakMap<object, Branch>()

/** A map of objects returns undefined for anything else. */
const branchOf = (value: unknown): Branch | undefined => branches.get(value as object)

/** One object of the tree. */
class Branch {
  readonly fields = new Map<string, Signal<unknown> | Reaction<unknown>>()
  /** Changes when a key appears or disappears: what `Object.keys` depends on. */
  readonly shape = new Signal(0)
  readonly proxy: Data
  readonly path: string

  constructor(path: string) {
    this.path = path
    this.proxy = new Proxy<Data>({}, handler(this))
    branches.set(this.proxy, this)
  }

  get(key: string): unknown {
    let field = this.fields.get(key)
    if (!field) {
      if (!isTracking()) return MISSING
      // Readers are notified when the signal is created.
      field = new Signal<unknown>(MISSING)
      this.fields.set(key, field)
    }
    return field.get()
  }

  peek(key: string): unknown {
    const field = this.fields.get(key)
    return field ? untracked(() => field.peek()) : MISSING
  }

  has(key: string): boolean {
    return (
      this.fields.has(key) &&
      (this.fields.get(key) instanceof Reaction || this.peek(key) !== MISSING)
    )
  }

  keys(): string[] {
    this.shape.get()
    return [...this.fields.keys()].filter(key => this.has(key))
  }

  set(key: string, value: unknown): void {
    if (isUnsafeKey(key)) return
    const path = this.path + key
    const field = this.fields.get(key)
    if (value instanceof Reaction) {
      this.#define(key, value)
      return
    }
    if (field instanceof Reaction) {
      report(
        "READONLY",
        `$${path}`,
        new ClientError("READONLY", `$${path} is computed; it cannot be assigned.`),
      )
      return
    }
    const next = wrap(value, path)
    batch(() => {
      const isNew = !this.has(key)
      if (!field) this.fields.set(key, new Signal(next))
      else if (!field.set(next)) return
      if (isNew) this.shape.set(this.shape.peek() + 1)
      record(path, value)
    })
  }

  delete(key: string): void {
    if (!this.has(key)) return
    // `has` looked there.
    const field = this.fields.get(key)!
    batch(() => {
      this.shape.set(this.shape.peek() + 1)
      record(this.path + key, null)
      if (field instanceof Signal && field.observers.size) return field.set(MISSING)
      this.fields.delete(key)
      if (field instanceof Reaction) field.dispose()
      return field.notify()
    })
  }

  #define(key: string, computed: Reaction<unknown>): void {
    const before = this.fields.get(key)
    this.fields.set(key, computed)
    batch(() => {
      this.shape.set(this.shape.peek() + 1)
      before?.notify()
    })
    if (before instanceof Reaction) before.dispose()
  }
}

function handler(branch: Branch): ProxyHandler<Data> {
  return {
    get(target, key) {
      if (typeof key === "symbol") return Reflect.get(target, key)
      // A missing signal reads as an empty string, as in Datastar: `data-text="$later"` shows nothing until it comes.
      if (!branch.fields.has(key)) {
        if (key === "toJSON" || isUnsafeKey(key)) return undefined
        if (key in Object.prototype) return Reflect.get(target, key)
      }
      const value = branch.get(key)
      return value === MISSING ? "" : value
    },
    set(_, key, value) {
      if (typeof key === "string") branch.set(key, value)
      return true
    },
    deleteProperty(_, key) {
      if (typeof key === "string") branch.delete(key)
      return true
    },
    has: (_, key) => typeof key === "string" && branch.keys().includes(key),
    ownKeys: () => branch.keys(),
    getOwnPropertyDescriptor(_, key) {
      if (typeof key !== "string" || !branch.has(key)) return undefined
      return { value: branch.peek(key), writable: true, enumerable: true, configurable: true }
    },
    defineProperty(_, key, descriptor) {
      if (typeof key === "string") branch.set(key, descriptor.value)
      return true
    },
    setPrototypeOf: () => false,
  }
}

/** An array is one signal: any change of it is a change of the whole. */
function wrapArray(source: readonly unknown[], path: string): unknown[] {
  const version = new Signal(0)
  const items = source.map((item, index) => wrap(item, `${path}.${index}`))
  const changed = (): void =>
    batch(() => {
      record(path, proxy)
      version.set(version.peek() + 1)
    })
  const proxy: unknown[] = new Proxy(items, {
    get(target, key) {
      if (typeof key === "string" && MUTATORS.has(key)) {
        return (...args: unknown[]): unknown => {
          // The names of the set are methods of lists.
          const method = Reflect.get(target, key) as (...args: unknown[]) => unknown
          const result = method.apply(
            target,
            typeof args[0] === "function" ? args : args.map(arg => wrap(arg, path)),
          )
          changed()
          return result === target ? proxy : result
        }
      }
      if (isUnsafeKey(key)) return undefined
      version.get()
      return Reflect.get(target, key)
    },
    set(target, key, value) {
      if (isUnsafeKey(key)) return true
      const next = wrap(value, `${path}.${String(key)}`)
      if (Object.is(Reflect.get(target, key), next)) return true
      Reflect.set(target, key, next)
      changed()
      return true
    },
    deleteProperty(target, key) {
      Reflect.deleteProperty(target, key)
      changed()
      return true
    },
    has(target, key) {
      version.get()
      return Reflect.has(target, key)
    },
    ownKeys(target) {
      version.get()
      return Reflect.ownKeys(target)
    },
  })
  return proxy
}

function wrap(value: unknown, path: string): unknown {
  if (Array.isArray(value)) return wrapArray(value, path)
  if (!isPlain(value)) return value
  const branch = new Branch(`${path}.`)
  for (const key of Object.keys(value)) {
    if (isUnsafeKey(key)) continue
    const item = value[key]
    branch.fields.set(
      key,
      item instanceof Reaction ? item : new Signal(wrap(item, `${path}.${key}`)),
    )
  }
  return branch.proxy
}

let root = new Branch("")
let pending: Data | undefined

function record(path: string, value: unknown): void {
  pending ??= {}
  assignPath(pending, path, value)
}

function assignPath(target: Data, path: string, value: unknown): void {
  const keys = path.split(".")
  // `split` gives one part at least.
  const last = keys.pop()!
  let at = target
  for (const key of keys) {
    const current = at[key]
    const next = isPlain(current) ? current : {}
    at[key] = next
    at = next
  }
  at[last] = value
}

configure({
  error: error => report("EFFECT", "an effect", error),
  flushed() {
    if (!pending) return
    const detail = untracked(() => snapshot(pending))
    pending = undefined
    document.dispatchEvent(new CustomEvent("datastar-signal-patch", { detail }))
  },
})

/** The root of all signals: what `$` is in an expression. */
export const signals = (): Data => root.proxy

/** Forgets every signal: for tests. */
export function clearSignals(): void {
  root = new Branch("")
  pending = undefined
}

/** Plain data without proxies. Values that JSON cannot hold (elements, functions) are left out of objects. */
export function snapshot(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(snapshot)
  if (!isPlain(value)) return value
  const copy: Data = {}
  for (const key of Object.keys(value)) {
    const item = value[key]
    if (typeof item !== "function" && !(item instanceof Node)) copy[key] = snapshot(item)
  }
  return copy
}

/** Merges as RFC 7386 does: objects merge, `null` deletes, everything else replaces. */
export function mergePatch(patch: Data, onlyIfMissing = false): void {
  batch(() => merge(root, patch, onlyIfMissing))
}

function merge(branch: Branch, patch: Data, onlyIfMissing: boolean): void {
  for (const key of Object.keys(patch)) {
    if (isUnsafeKey(key)) continue
    const value = patch[key]
    if (value === null || value === undefined) {
      if (!onlyIfMissing) branch.delete(key)
    } else if (isPlain(value)) {
      let child = branchOf(branch.peek(key))
      if (!child) {
        if (onlyIfMissing && branch.has(key)) continue
        branch.set(key, {})
        child = branchOf(branch.peek(key))
      }
      if (child) merge(child, value, onlyIfMissing)
    } else if (!onlyIfMissing || !branch.has(key)) {
      branch.set(key, value)
    }
  }
}

/** The value at a dotted path; undefined when there is none. */
export function getPath(path: string): unknown {
  let value: unknown = root.proxy
  for (const key of path.split(".")) {
    const branch = branchOf(value)
    if (branch) {
      value = branch.get(key)
      if (value === MISSING) return undefined
    } else if (Array.isArray(value)) value = value[Number(key)]
    else return undefined
  }
  return value
}

/** The object at a dotted path, created on the way when it is missing: so that `$a.b = 1` works before `$a` exists. */
export function ensurePath(path: string): Data {
  let value: Data = root.proxy
  for (const key of path ? path.split(".") : []) {
    const next = untracked(() => value[key])
    if (typeof next !== "object" || next === null) value[key] = {}
    // The line above has put an object there.
    value = untracked(() => value[key]) as Data
  }
  return value
}

export function setPath(path: string, value: unknown, onlyIfMissing = false): void {
  batch(() => {
    if (onlyIfMissing && untracked(() => getPath(path)) !== undefined) return
    const keys = path.split(".")
    // `split` gives one part at least.
    const last = keys.pop()!
    ensurePath(keys.join("."))[last] = value
  })
}

const toRegExp = (value: RegExp | string): RegExp =>
  typeof value === "string" ? new RegExp(value.replace(/^\/|\/$/g, "")) : value

/** The leaves whose path the filter lets through, as plain nested data. */
export function filtered(filter: SignalFilter = {}, source: Data = root.proxy): Data {
  const include = toRegExp(filter.include ?? /(?:)/)
  const exclude = toRegExp(filter.exclude ?? /(?!)/)
  const result: Data = {}
  const passes = (regExp: RegExp, path: string): boolean => {
    regExp.lastIndex = 0
    return regExp.test(path)
  }
  const visit = (node: Data, prefix: string): void => {
    for (const key of Object.keys(node)) {
      const value = node[key]
      const path = prefix + key
      if (isPlain(value)) visit(value, `${path}.`)
      else if (
        typeof value !== "function" &&
        !(value instanceof Node) &&
        passes(include, path) &&
        !passes(exclude, path)
      ) {
        assignPath(result, path, snapshot(value))
      }
    }
  }
  visit(source, "")
  return result
}
