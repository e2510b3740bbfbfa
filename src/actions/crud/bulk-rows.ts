// The rows of a bulk request as their single routes would get them: names checked, values converted, ids found.
import { z } from "zod"
import type { EntityClass, EntityInstance } from "../../entity/index.ts"
import { findByIds, toId } from "../../entity/internal.ts"
import type { EntityId } from "../../entity/store.ts"
import { NitroError } from "../../shared/errors.ts"
import { isObject } from "../../shared/guards.ts"
import type { Input } from "../contract/action.ts"
import type { Route } from "../contract/route.ts"
import { coerce } from "../input/coerce.ts"
import { unknownInputError } from "../input/unknown-input.ts"
import type { RowFaults } from "./row-faults.ts"

export interface BulkRow {
  /** Its index in the request. */
  readonly at: number
  /** The input of a request for this row alone. */
  readonly input: Input
  readonly target?: EntityInstance | undefined
  /** The version that the client has seen. */
  readonly version?: unknown
}

/** @throws NITRO_INVALID_INPUT for anything but a list of 1 to `maxRows` */
export function listOf(route: string, name: string, input: Input, maxRows: number): unknown[] {
  const result = z.array(z.unknown()).min(1).max(maxRows).safeParse(input[name])
  if (result.success) return result.data
  const issues = result.error.issues.map(({ message }) => ({ path: name, message }))
  throw invalid(
    `${route} refused its input: ${issues.map(({ message }) => `${name}: ${message}`).join("; ")}`,
    issues,
  )
}

/** The input of one row. A row that is no object is a fault, and so is each name that is neither in `fields` nor in `others`. */
export function itemOf(
  item: unknown,
  at: number,
  route: string,
  { fields, others }: { readonly fields: Route["input"]; readonly others: readonly string[] },
  faults: RowFaults,
): Input {
  if (!isObject(item) || Array.isArray(item)) {
    faults.add(at, wrongInput(route, "", "expected an object"))
    return {}
  }
  const input: [string, unknown][] = []
  for (const [name, value] of Object.entries(item)) {
    if (others.includes(name)) continue
    const schema = Object.hasOwn(fields, name) ? fields[name] : undefined
    const converted = schema === undefined ? undefined : coerce(schema, value, false)
    if (schema === undefined)
      faults.add(at, unknownInputError(route, name, [...others, ...Object.keys(fields)]))
    else if (converted !== undefined) input.push([name, converted])
  }
  // Of entries, so that a name such as `__proto__` is a property like any other.
  return Object.fromEntries(input)
}

/** The entities with these ids, in their order. Adds a fault for a value that is no id and for an id that comes twice, none for an id without an entity. */
export async function targetsOf(
  entity: EntityClass,
  ids: readonly unknown[],
  route: string,
  place: { readonly list: string; readonly name: string },
  faults: RowFaults,
): Promise<(EntityInstance | undefined)[]> {
  const { definition } = entity
  const first = new Map<EntityId, number>()
  const keys = ids.map((id, at): EntityId | undefined => {
    if (typeof id !== "string" && typeof id !== "number") {
      faults.add(at, wrongInput(route, place.name, "expected an id: text or a number"))
      return undefined
    }
    const key = toId(definition, id)
    if (key === undefined) return undefined
    const earlier = first.get(key)
    if (earlier === undefined) first.set(key, at)
    else
      faults.add(at, wrongInput(route, place.name, `is the id of ${place.list}.${earlier} as well`))
    return key
  })
  const entities = await findByIds(entity, [...first.keys()])
  const byKey = new Map([...first.keys()].map((key, at) => [key, entities[at]]))
  return keys.map(key => (key === undefined ? undefined : byKey.get(key)))
}

/** A fault of one field of a row. */
export function wrongInput(route: string, path: string, message: string): NitroError {
  return invalid(`${route} refused its input: ${path}: ${message}`, [{ path, message }])
}

function invalid(
  message: string,
  issues: readonly { readonly path: string; readonly message: string }[],
): NitroError {
  return new NitroError("NITRO_INVALID_INPUT", message, { details: { issues } })
}
