// The list of an entity over HTTP: `?price[lt]=100&status=placed,paid&sort=-createdAt&limit=20&include=category`.
import type { EntityClass, EntityInstance } from "../../entity/index.ts"
import { isNitroError } from "../../shared/errors.ts"
import type { Input } from "../contract/action.ts"
import type { Outcome, RouteCall } from "../contract/route.ts"
import { filtersOf } from "./filters.ts"
import { reachableFrom, visibleField } from "./names.ts"
import { badRequest, once, textsOf, whole } from "./parameters.ts"
import { Shape } from "./shape.ts"

export const defaultPageSize = 50
export const maxPageSize = 200

/** Parameters that are no fields; `datastar` holds the signals of a page. */
export const listParameters: ReadonlySet<string> = new Set([
  "sort",
  "limit",
  "offset",
  "after",
  "total",
  "search",
  "fields",
  "include",
  "datastar",
])

/** Clients take 16 KB of headers in all. */
const maxLinkLength = 4096
const totalHeader = "x-total-count"

/** @throws NITRO_BAD_REQUEST for a parameter that it does not know, and for a name that is hidden from its reader alike. */
export async function list(entity: EntityClass, { query, request }: RouteCall): Promise<Outcome> {
  const limit = Math.min(whole(query, "limit", defaultPageSize), maxPageSize)
  const offset = query["offset"] === undefined ? undefined : whole(query, "offset", 0)
  const after = once(query, "after")
  if (after !== undefined && offset !== undefined)
    throw badRequest('A list takes "after" or "offset", not both.')
  const reach = reachableFrom(request)
  const shape = await Shape.of(entity, textsOf(query, "fields"), textsOf(query, "include"), reach)
  const filters = Object.entries(query).filter(([name]) => !listParameters.has(name))
  const where = await filtersOf(entity, filters, once(query, "search"), reach)
  const order = sortOf(entity, textsOf(query, "sort"))
  const counts = withTotal(query)
  try {
    let rows = entity.where()
    if (where !== undefined) rows = rows.where(where as never) // of the columns of the class
    const counted = counts ? await rows.count() : undefined
    for (const [name, direction] of order) rows = rows.orderBy(name as never, direction) // a field of the class, by `visibleField`
    rows = rows.with(...(shape.paths as never[])) // relations of the class, by `Shape`
    const page = await pageOf(rows, { limit, offset, after })
    return {
      value: await shape.show(page.items),
      headers: [...linksOf(query, page.links), ...totalOf(counted)],
      isTagged: true,
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

interface Paging {
  readonly limit: number
  readonly offset: number | undefined
  readonly after: string | undefined
}

type Rows = ReturnType<EntityClass<EntityInstance>["where"]>
type Link = readonly [rel: string, parameters: Readonly<Record<string, string | number>>]

/** By number where the request says so; else by the last row, which stays true while rows come and go. */
async function pageOf(
  rows: Rows,
  { limit, offset, after }: Paging,
): Promise<{ items: readonly object[]; links: readonly Link[] }> {
  if (limit === 0) return { items: [], links: [] }
  if (offset === undefined) {
    const { items, next } = await rows.page({ size: limit, ...(after !== undefined && { after }) })
    const links: Link[] = after === undefined ? [] : [["first", { limit }]]
    if (next !== undefined) links.push(["next", { limit, after: next }])
    return { items, links }
  }
  // One more than the page shows whether there is a next one.
  const page = await rows.limit(limit + 1).offset(offset)
  const links: Link[] = []
  if (offset > 0) {
    links.push(["first", { limit, offset: 0 }])
    links.push(["prev", { limit, offset: Math.max(0, offset - limit) }])
  }
  if (page.length > limit) links.push(["next", { limit, offset: offset + limit }])
  return { items: page.slice(0, limit), links }
}

/** As RFC 8288 has it, relative to the address of the list. */
function linksOf(query: Input, links: readonly Link[]): [name: string, value: string][] {
  if (links.length === 0) return []
  const others = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    if (["limit", "offset", "after", "datastar"].includes(name)) continue
    for (const text of Array.isArray(value) ? value : [value]) others.append(name, String(text))
  }
  const all = links.map(([rel, parameters]) => {
    const address = new URLSearchParams(others)
    for (const [name, value] of Object.entries(parameters)) address.set(name, String(value))
    return `<?${address}>; rel="${rel}"`
  })
  const text = all.join(", ")
  return text.length > maxLinkLength ? [] : [["link", text]]
}

function totalOf(total: number | undefined): [name: string, value: string][] {
  return total === undefined ? [] : [[totalHeader, String(total)]]
}

function withTotal(query: Input): boolean {
  const text = once(query, "total")
  if (text === undefined || text === "false") return false
  if (text === "true") return true
  throw badRequest(`"total" must be true or false, not "${text.slice(0, 40)}".`)
}

function sortOf(
  { definition }: EntityClass,
  parts: readonly string[],
): [name: string, direction: "asc" | "desc"][] {
  const orders = new Map<string, "asc" | "desc">()
  for (const part of parts) {
    const { name } = visibleField(definition, part.replace(/^-/, ""), "sort by")
    if (orders.has(name)) throw badRequest(`The list is sorted by "${name}" twice.`)
    orders.set(name, part.startsWith("-") ? "desc" : "asc")
  }
  return [...orders]
}
