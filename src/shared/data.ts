// Plain objects that are data: values of JSON fields, of input and of signals, whose keys may come from outside.
import { isObject } from "./guards.ts"

class Given {
  constructor(object: object) {
    // biome-ignore lint/correctness/noConstructorReturn: the fields of a derived class are added to the object that is returned
    return object
  }
}

// A private field added to an object that exists costs a tenth of a WeakSet, survives no copy, and shows nowhere: neither
// in keys, nor in comparisons, nor in JSON.
class Mark extends Given {
  readonly #isData: true = true

  static isOn(object: object): boolean {
    return #isData in object
  }
}

/** Objects that take no further fields, such as frozen ones. */
const closed = new WeakSet<object>()
// Checked for each tag with attributes. A process without JSON fields marks nothing, most others nothing that is frozen.
let isAnyMarked = false
let isAnyClosed = false

/** Whether `markData` has marked this very object. A copy, `{ ...object }`, is not marked. */
export const isData = (object: object): boolean =>
  isAnyMarked && (Mark.isOn(object) || (isAnyClosed && closed.has(object)))

/** Marks the plain objects in `value`, at any depth, and returns it. */
export function markData<T>(value: T): T {
  if (!isObject(value)) return value
  // Lists of texts and numbers are the most of it: they need no list of what is still to do.
  if (Array.isArray(value) && !value.some(isObject)) return value
  const open: Readonly<Record<string, unknown>>[] = [value]
  let seen: Set<object> | undefined
  for (let one = open.pop(); one !== undefined; one = open.pop()) {
    if (Array.isArray(one)) {
      if (seen?.has(one)) continue
      const members: readonly unknown[] = one
      for (const inner of members) if (isObject(inner)) open.push(inner)
      // A list bears no mark, and one that the application gives may hold itself.
      seen ??= new Set()
      seen.add(one)
      continue
    }
    const prototype: unknown = Object.getPrototypeOf(one)
    if ((prototype !== Object.prototype && prototype !== null) || isData(one)) continue
    isAnyMarked = true
    if (Object.isExtensible(one)) new Mark(one)
    else {
      closed.add(one)
      isAnyClosed = true
    }
    for (const key in one) {
      const inner = one[key]
      if (isObject(inner)) open.push(inner)
    }
  }
  return value
}
