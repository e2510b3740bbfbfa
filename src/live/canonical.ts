// Canonical text: equal for equal values and different for different ones, so that it can be a key.

const numbers = new WeakMap<object, number>()
let nextNumber = 0

/** A number for an object that is only equal to itself: a function, a class, a store. */
export function identityNumber(value: object): number {
  let number = numbers.get(value)
  if (number === undefined) {
    nextNumber += 1
    number = nextNumber
    numbers.set(value, number)
  }
  return number
}

/**
 * Two values have one text exactly when they are equal: data by its content and types (`1`, `"1"` and `1n` differ, and so do
 * null, undefined and NaN), everything else by identity. Valid in this process only.
 */
export function canonicalText(value: unknown): string {
  switch (typeof value) {
    case "string":
      // Escapes quotes, and lone surrogates too: no text can imitate the end of another.
      return JSON.stringify(value)
    case "number":
      return Object.is(value, -0) ? "-0" : String(value)
    case "bigint":
      return `${value}n`
    case "boolean":
    case "undefined":
      return String(value)
    case "object":
      return value === null ? "null" : textOfObject(value)
    case "function":
      return `@${identityNumber(value)}`
    default:
      throw new TypeError("A symbol is no part of a view.")
  }
}

function textOfObject(value: object): string {
  if (Array.isArray(value)) return textOfList(value)
  if (value instanceof Date) return `date(${value.getTime()})`
  if (value instanceof Uint8Array)
    return `bytes(${Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("hex")})`
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null) return `@${identityNumber(value)}`
  // A plain object, by its prototype.
  const fields = value as Readonly<Record<string, unknown>>
  let text = ""
  for (const name of Object.keys(fields).sort())
    text += `${text === "" ? "" : ","}${JSON.stringify(name)}:${canonicalText(fields[name])}`
  return `{${text}}`
}

/** By its indices: a hole is undefined. */
function textOfList(list: readonly unknown[]): string {
  let text = ""
  for (let at = 0; at < list.length; at++)
    text += `${at === 0 ? "" : ","}${canonicalText(list[at])}`
  return `[${text}]`
}
