// Narrows values of unknown type by a look at them.

/** Lists and instances of classes are objects too; null and functions are not. The types of properties are unknown. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null
}

/** A function takes anything in JavaScript; which values it can use is for it to say. */
export type AnyFunction = (...args: unknown[]) => unknown

export function isFunction(value: unknown): value is AnyFunction {
  return typeof value === "function"
}
