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

/** A member of an object or of its class, and not what a polluted prototype adds. */
export function memberOf<T extends object, K extends keyof T>(
  object: T,
  name: K,
): T[K] | undefined {
  if (!(name in empty)) return object[name]
  for (
    let holder: object | null = object;
    holder !== null && holder !== Object.prototype;
    holder = Object.getPrototypeOf(holder)
  ) {
    if (Object.hasOwn(holder, name)) return object[name]
  }
  return undefined
}
