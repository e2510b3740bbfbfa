// Fields of a form named after a part, `address.city`, put together to the one object that their value object is made of.
import { valueParts } from "../../entity/internal.ts"
import type { ValuePart } from "../../entity/store.ts"
import { NitroError } from "../../shared/errors.ts"
import type { Input } from "../contract/action.ts"
import type { Route } from "../contract/route.ts"
import { coerce } from "./coerce.ts"

/** `body` with its parts gathered, each converted to its own type. Names that lead nowhere stay, to be refused by name. */
export function gatherParts(body: Input, shape: Route["input"]): Input {
  if (!Object.keys(body).some(name => name.includes("."))) return body
  const gathered = new Map<string, unknown>()
  for (const [name, value] of Object.entries(body)) {
    const [field = name, ...path] = name.split(".")
    const schema = Object.hasOwn(shape, field) ? shape[field] : undefined
    const part =
      schema === undefined || path.length === 0 ? undefined : partAt(valueParts(schema) ?? [], path)
    if (part !== undefined) put(gathered, field, path, coerce(part.schema, value, true), name)
    else if (gathered.has(name)) throw twice(name)
    else gathered.set(name, value)
  }
  for (const [field, value] of gathered) {
    if (!(value instanceof Map)) continue
    // A form has no null: one whose parts were all left empty means none, where there may be none.
    const isNone = isBlank(value) && shape[field]?.safeParse(null).success === true
    gathered.set(field, isNone ? null : toObject(value))
  }
  return Object.fromEntries(gathered)
}

function partAt(
  parts: readonly ValuePart[],
  [name, ...rest]: readonly string[],
): ValuePart | undefined {
  const part = parts.find(one => one.name === name)
  return part === undefined || rest.length === 0 ? part : partAt(part.parts ?? [], rest)
}

/** `whole`: the name of the field of the form, for the message. */
function put(
  into: Map<string, unknown>,
  name: string,
  [next, ...rest]: readonly string[],
  value: unknown,
  whole: string,
): void {
  const inner = into.get(name)
  if (inner !== undefined && !(inner instanceof Map && next !== undefined)) throw twice(whole)
  if (next === undefined) {
    if (value !== undefined) into.set(name, value)
    return
  }
  const parts = inner ?? new Map<string, unknown>()
  into.set(name, parts)
  put(parts, next, rest, value, whole)
}

/** Refuses a repeated name: the order would decide which part counts. */
function twice(name: string): NitroError {
  return new NitroError(
    "NITRO_BAD_REQUEST",
    `The form sends "${name.slice(0, 100)}" as a whole and in parts.`,
  )
}

function isBlank(parts: ReadonlyMap<string, unknown>): boolean {
  return [...parts.values()].every(
    value => value === "" || value === null || (value instanceof Map && isBlank(value)),
  )
}

function toObject(parts: ReadonlyMap<string, unknown>): Input {
  return Object.fromEntries(
    [...parts].map(([name, value]) => [name, value instanceof Map ? toObject(value) : value]),
  )
}
