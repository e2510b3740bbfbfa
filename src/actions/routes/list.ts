// The list of an entity over HTTP: `?done=false&sort=-createdAt&limit=20&offset=40`.
import type { EntityClass } from "../../entity/index.ts"
import type { FieldDefinition } from "../../entity/store.ts"
import { isNitroError, NitroError } from "../../shared/errors.ts"
import { suggest } from "../../shared/suggest.ts"
import type { Input } from "../contract/action.ts"
import type { RouteCall } from "../contract/route.ts"
import { coerce } from "../input/coerce.ts"

const defaultPageSize = 50
const maxPageSize = 200
/** Parameters that are no fields; `datastar` holds the signals of a page. */
export const listParameters: ReadonlySet<string> = new Set(["sort", "limit", "offset", "datastar"])

/** Several parameters of one name find the rows with any of their values. @throws NITRO_BAD_REQUEST */
export async function list(entity: EntityClass, { query }: RouteCall): Promise<{ value: unknown }> {
  const where: Input = Object.fromEntries(
    Object.entries(query)
      .filter(([name]) => !listParameters.has(name))
      .map(([name, value]) => [name, filterOf(visibleField(entity, name, "filter"), value)]),
  )
  const limit = Math.min(whole(query, "limit", defaultPageSize), maxPageSize)
  const offset = whole(query, "offset", 0)
  try {
    let rows = entity.where()
    for (const [name, direction] of sortOf(entity, query["sort"]))
      rows = rows.orderBy(name as never, direction) // a field of the class, by `visibleField`
    return {
      value: await rows
        // Fields of the class with values that fit them, by `filterOf`.
        .where(where as never)
        .limit(limit)
        .offset(offset),
    }
  } catch (cause) {
    // All of this query came from outside: what a store cannot compare or order by is the request's fault.
    if (!isNitroError(cause, "NITRO_QUERY", "NITRO_VALUE_UNSUPPORTED")) throw cause
    throw badRequest(
      `${entity.definition.name} cannot be filtered or sorted like this.`,
      cause.fix,
      cause,
    )
  }
}

/** A hidden field is refused like an unknown one: the response must not distinguish them. */
function visibleField(
  entity: EntityClass,
  name: string,
  purpose: "filter" | "sort",
): FieldDefinition {
  const { name: entityName, fieldByName, fields } = entity.definition
  const field = fieldByName.get(name)
  if (field !== undefined && field.hidden !== true) return field
  throw badRequest(
    `${entityName} has no field "${name.slice(0, 100)}" to ${purpose} by.`,
    suggest(
      name,
      fields.filter(({ hidden }) => hidden !== true).map(field => field.name),
    ),
  )
}

function filterOf(field: FieldDefinition, input: unknown): unknown {
  const values = (Array.isArray(input) ? input : [input]).map(text => {
    const value = coerce(field.schema, text, true)
    if (fits(field, value)) return value
    throw badRequest(
      `"${field.name}" is compared with ${kinds[field.type]}, not "${String(text).slice(0, 40)}".`,
    )
  })
  return values.length === 1 ? values[0] : values
}

const kinds: Readonly<Record<FieldDefinition["type"], string>> = {
  string: "text",
  integer: "a number",
  number: "a number",
  boolean: "true or false",
  date: "a date",
  bigint: "a whole number",
  bytes: "nothing in a list",
  json: "nothing in a list",
}

function fits({ type, nullable }: FieldDefinition, value: unknown): boolean {
  if (value === null) return nullable
  if (type === "date") return value instanceof Date
  if (type === "bytes" || type === "json") return false
  return typeof value === (type === "integer" ? "number" : type)
}

function sortOf(entity: EntityClass, input: unknown): [name: string, direction: "asc" | "desc"][] {
  if (input === undefined) return []
  const parts = (Array.isArray(input) ? input : [input]).flatMap(text => String(text).split(","))
  const orders = new Map<string, "asc" | "desc">()
  for (const part of parts) {
    const { name } = visibleField(entity, part.replace(/^-/, ""), "sort")
    if (orders.has(name)) throw badRequest(`The list is sorted by "${name}" twice.`)
    orders.set(name, part.startsWith("-") ? "desc" : "asc")
  }
  return [...orders]
}

function whole(query: Input, name: string, otherwise: number): number {
  const text = query[name]
  if (text === undefined) return otherwise
  if (typeof text === "string" && /^\d{1,9}$/.test(text)) return Number(text)
  throw badRequest(`"${name}" must be one whole number, not "${String(text).slice(0, 40)}".`)
}

function badRequest(message: string, fix?: string, cause?: unknown): NitroError {
  return new NitroError("NITRO_BAD_REQUEST", message, {
    ...(fix === undefined ? {} : { fix }),
    ...(cause === undefined ? {} : { cause }),
  })
}
