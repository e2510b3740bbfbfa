// The route table of an app: routes are looked up by method and shape of the path.
import { NitroError } from "../../shared/errors.ts"
import type { HttpMethod } from "../contract/action-options.ts"
import type { Route } from "../contract/route.ts"

export interface Match {
  readonly route: Route
  readonly id: string
}

/** The routes of one shape of path, by method. */
type Methods = ReadonlyMap<HttpMethod, Route>

/** Where a path leads. */
export interface Place {
  readonly methods: Methods
  /** As it stands in the path; the empty string where the shape has no id. */
  readonly id: string
}

/** What may follow a segment of a path. */
class Branch {
  readonly methods = new Map<HttpMethod, Route>()
  readonly literals = new Map<string, Branch>()
  id: Branch | undefined
}

export class RouteTable {
  readonly routes: readonly Route[]
  readonly #root = new Branch()

  constructor(routes: readonly Route[]) {
    this.routes = routes
    for (const route of routes) this.#add(route)
  }

  #add(route: Route): void {
    let branch = this.#root
    for (const segment of route.pattern.slice(1).split("/")) {
      if (segment === ":id") branch = branch.id ??= new Branch()
      else branch = branchOf(branch, segment)
    }
    const known = branch.methods.get(route.method)
    if (known) {
      throw new NitroError(
        "NITRO_ROUTE_COLLISION",
        `${known.name} and ${route.name} both answer ${route.method} ${route.pattern}.`,
      )
    }
    branch.methods.set(route.method, route)
  }

  /** Where a path leads, whatever the method; undefined where it is not ours. Paths are those within the app, without its base path. */
  find(path: string): readonly Place[] | undefined {
    const places: Place[] = []
    follow(this.#root, path, 1, "", places)
    return places.length === 0 ? undefined : places
  }
}

/** The route of a request to `places`, or the methods that they allow. */
export function matchOf(method: string, places: readonly Place[]): Match | ReadonlySet<HttpMethod> {
  const asked = (method === "HEAD" ? "GET" : method) as HttpMethod
  for (const { methods, id } of places) {
    const route = methods.get(asked)
    if (route) return { route, id: decodeId(id) }
  }
  return new Set((places[0] as Place).methods.keys())
}

function branchOf(branch: Branch, segment: string): Branch {
  let next = branch.literals.get(segment)
  if (next === undefined) {
    next = new Branch()
    branch.literals.set(segment, next)
  }
  return next
}

/** Collects the places of a path. A literal path wins over an id: GET /todos/top is the action, not the todo named "top". */
function follow(branch: Branch, path: string, start: number, id: string, places: Place[]): void {
  const slash = path.indexOf("/", start)
  const segment = slash < 0 ? path.slice(start) : path.slice(start, slash)
  const literal = branch.literals.get(segment)
  if (literal !== undefined) reach(literal, path, slash, id, places)
  if (branch.id !== undefined) reach(branch.id, path, slash, segment, places)
}

function reach(branch: Branch, path: string, slash: number, id: string, places: Place[]): void {
  if (slash >= 0) follow(branch, path, slash + 1, id, places)
  else if (branch.methods.size > 0) places.push({ methods: branch.methods, id })
}

function decodeId(segment: string): string {
  if (!segment.includes("%")) return segment
  try {
    return decodeURIComponent(segment)
  } catch (cause) {
    throw new NitroError("NITRO_BAD_REQUEST", "The path holds a broken percent escape.", { cause })
  }
}
