// Input from a body that the host's parser has made a value of: within the same limits as one of our own parsing.
import {
  type InputLimits,
  maxDepth,
  tooComplex,
  tooLarge,
  tooManyFields,
  valuesPerField,
} from "../contract/limits.ts"

/** Members of a plain object or a list; undefined for a value without any. */
function membersOf(
  value: unknown,
): readonly (readonly [name: string, member: unknown])[] | undefined {
  if (typeof value !== "object" || value === null) return undefined
  if (Array.isArray(value))
    return [...value.entries()].map(([index, member]) => [String(index), member])
  const prototype: unknown = Object.getPrototypeOf(value)
  // Of body parsers: qs and querystring make objects without a prototype.
  return prototype === Object.prototype || prototype === null ? Object.entries(value) : undefined
}

/** @throws NITRO_TOO_COMPLEX, NITRO_BODY_TOO_LARGE, as the text of the same value would. */
export function assertWithinLimits(value: unknown, limits: Required<InputLimits>): void {
  const maxValues = limits.maxFields * valuesPerField
  let values = 1
  let characters = 0
  // A stack and no recursion: the depth is what is checked.
  const open: [value: unknown, depth: number][] = [[value, 1]]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const [current, depth] = next
    if (typeof current === "string") characters += current.length
    const members = membersOf(current)
    if (members === undefined) continue
    if (depth > maxDepth)
      throw tooComplex(`The request body is nested deeper than ${maxDepth} levels.`)
    values += Math.max(0, members.length - 1)
    if (values > maxValues)
      throw tooComplex(`The request body holds more than ${maxValues} values.`)
    for (const [name, member] of members) {
      characters += name.length
      open.push([member, depth + 1])
    }
  }
  if (characters > limits.maxBodyBytes) throw tooLarge(limits.maxBodyBytes)
}

/**
 * The fields of a form that a parser has put together, as the form sent them: `{ address: { city: "Ulm" } }` is a field
 * `address.city`, and a list of texts is several fields of one name.
 */
export function* fieldsOf(value: unknown, maxFields: number): Generator<[string, unknown]> {
  let fields = 0
  for (const field of flatten(undefined, value)) {
    if (++fields > maxFields) throw tooManyFields(maxFields)
    yield field
  }
}

function* flatten(prefix: string | undefined, value: unknown): Generator<[string, unknown]> {
  const members = membersOf(value)
  if (members === undefined) {
    if (prefix !== undefined) yield [prefix, value]
    return
  }
  const isList =
    prefix !== undefined &&
    Array.isArray(value) &&
    !value.some(member => membersOf(member) !== undefined)
  for (const [name, member] of members) {
    if (isList) yield [prefix, member]
    else yield* flatten(prefix === undefined ? name : `${prefix}.${name}`, member)
  }
}
