// JSON fields: refuses values that would come back as something else.

import { NitroError } from "../../shared/errors.ts"
import { isObject } from "../../shared/guards.ts"
import type { Codec } from "../contract/repository.ts"

// An odd number of backslashes before the u makes it an escape.
const unstorableEscape = /(?<!\\)(?:\\\\)*\\u(?:0000|d[89a-f])/

/** Whether every store takes this JSON: its text has no NUL and no half surrogate pairs, not even escaped. */
export function isStorableJson(json: string): boolean {
  return !json.includes("\\u") || !unstorableEscape.test(json)
}

/**
 * Throws `NITRO_VALUE_UNSUPPORTED` for a value in which something is of no type of JSON, at any depth. A key whose value is
 * undefined is left out, as JSON does.
 */
export function refuseOther(value: unknown, entity: string, field: string): void {
  const open: unknown[] = [value]
  const seen = new Set<object>()
  for (let left = 1; left > 0; left = open.length) {
    const one = open.pop()
    const other = otherType(one)
    if (other !== undefined) throw refused(entity, field, other)
    // A circle is refused when it is written.
    if (!isObject(one) || seen.has(one)) continue
    seen.add(one)
    if (Array.isArray(one))
      for (const inner of one) open.push(inner === undefined ? missing : inner)
    else for (const key of Object.keys(one)) open.push(one[key])
  }
}

/** The JSON of a field's value. Throws `NITRO_VALUE_UNSUPPORTED` for one that no store keeps. */
export function checkedJson(
  codec: Pick<Codec, "encode">,
  value: unknown,
  entity: string,
  field: string,
): unknown {
  let json: unknown
  try {
    json = codec.encode(value)
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    throw refused(entity, field, "a value that holds itself", error)
  }
  if (typeof json === "string" && !isStorableJson(json))
    throw refused(entity, field, "text with a NUL character or half a surrogate pair")
  return json
}

const missing = Symbol("undefined in a list")

function otherType(value: unknown): string | undefined {
  switch (typeof value) {
    case "number":
      return Number.isFinite(value) ? undefined : String(value)
    case "bigint":
    case "function":
      return `a ${typeof value}`
    case "symbol":
      return value === missing ? "undefined in a list" : "a symbol"
    case "object": {
      if (value === null || Array.isArray(value)) return undefined
      const prototype: unknown = Object.getPrototypeOf(value)
      // Those of other realms have another Object.
      const isPlain = prototype === null || Object.getPrototypeOf(prototype) === null
      if (isPlain && !("toJSON" in value && typeof value.toJSON === "function")) return undefined
      return `a ${isPlain ? "object with toJSON" : (value.constructor?.name ?? "object of a class")}`
    }
    default:
      return undefined
  }
}

function refused(entity: string, field: string, what: string, cause?: unknown): NitroError {
  return new NitroError(
    "NITRO_VALUE_UNSUPPORTED",
    `${entity}.${field}: a JSON field cannot store ${what}.`,
    {
      fix: "Store dates as text in ISO form, and other values as text, numbers, lists or plain objects; or use separate fields.",
      details: { entity, field, issues: [{ path: field, message: "cannot be stored" }] },
      ...(cause === undefined ? {} : { cause }),
    },
  )
}
