// Reads only an object's own options: keys from a polluted prototype are ignored.

const empty = {}

function isPolluted(): boolean {
  for (const _ in empty) return true
  return false
}

/**
 * The object itself, as long as nothing has added properties to `Object.prototype`; otherwise a copy that inherits
 * nothing. Functions that read optional properties read them from this.
 */
export function ownProps<T extends object>(props: T): T {
  if (!isPolluted()) return props
  const copy: Record<string, unknown> = Object.create(null)
  for (const [name, value] of Object.entries(props)) copy[name] = value
  // It has the same members.
  return copy as T
}

/**
 * The object, for reading optional members of it and of its class: while the prototype is polluted, a view of it without
 * what that adds.
 */
export function membersOf<T extends object>(object: T): T {
  if (!isPolluted()) return object
  return new Proxy(object, {
    get(target, name) {
      const value: unknown = isMember(target, name) ? Reflect.get(target, name) : undefined
      // Private fields are the object's own, not this view's.
      return typeof value === "function" ? value.bind(target) : value
    },
  })
}

function isMember(object: object, name: PropertyKey): boolean {
  for (
    let holder: object | null = object;
    holder !== null && holder !== Object.prototype;
    holder = Object.getPrototypeOf(holder)
  ) {
    if (Object.hasOwn(holder, name)) return true
  }
  return false
}
