// The route table of an app: routes are looked up by method and shape of the path, at any depth and with any number of parameters.
import { NitroError } from "../../shared/errors.ts"
import type { HttpMethod } from "../contract/action-options.ts"
import { parametersOf } from "../contract/pattern.ts"
import type { Params, Route } from "../contract/route.ts"

export interface Match {
  readonly route: Route
  readonly params: Params
}

/** Where a path leads. */
export interface Place {
  /** The routes of one shape of path, by method. */
  readonly methods: ReadonlyMap<HttpMethod, Route>
  /** The segments that stand for parameters, in order, as they stand in the path. */
  readonly segments: readonly string[]
}

/** The continuations of a path behind one segment. */
class Branch {
  readonly methods = new Map<HttpMethod, Route>()
  readonly literals = new Map<string, Branch>()
  parameter: Branch | undefined
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
      if (segment.startsWith(":")) branch = branch.parameter ??= new Branch()
      else branch = branchOf(branch, segment)
    }
    const other = branch.methods.get(route.method)
    if (other !== undefined) {
      const also = other.pattern === route.pattern ? "" : `, which is ${other.pattern}`
      throw new NitroError(
        "NITRO_ROUTE_COLLISION",
        `${other.name} and ${route.name} both handle ${route.method} ${route.pattern}${also}.`,
      )
    }
    branch.methods.set(route.method, route)
  }

  /** Returns the places of a path within the app, whatever the method; undefined for a path of none of its routes. */
  find(path: string): readonly Place[] | undefined {
    const places: Place[] = []
    follow(this.#root, path, 1, none, places)
    return places.length === 0 ? undefined : places
  }
}

const none: readonly string[] = []
const noParams: Params = Object.freeze({})

/** The route of a request to `places`, or the methods that they allow. */
export function matchOf(method: string, places: readonly Place[]): Match | ReadonlySet<HttpMethod> {
  // Any other text is in none of the maps.
  const verb = (method === "HEAD" ? "GET" : method) as HttpMethod
  for (const { methods, segments } of places) {
    const route = methods.get(verb)
    if (route) return { route, params: paramsOf(route, segments) }
  }
  return new Set(places.flatMap(({ methods }) => [...methods.keys()]))
}

function paramsOf(route: Route, segments: readonly string[]): Params {
  if (segments.length === 0) return noParams
  let names = parameterNames.get(route)
  if (names === undefined) {
    names = parametersOf(route.pattern)
    parameterNames.set(route, names)
  }
  return Object.fromEntries(names.map((name, at) => [name, decodeSegment(segments[at] ?? "")]))
}

const parameterNames = new WeakMap<Route, readonly string[]>()

function branchOf(branch: Branch, segment: string): Branch {
  let next = branch.literals.get(segment)
  if (next === undefined) {
    next = new Branch()
    branch.literals.set(segment, next)
  }
  return next
}

/**
 * Collects the places of a path. A literal wins over a parameter: GET /todos/top is the action, not the todo named "top". Each
 * branch is visited once at most, so a path costs no more than the table has branches.
 */
function follow(
  branch: Branch,
  path: string,
  start: number,
  segments: readonly string[],
  places: Place[],
): void {
  const slash = path.indexOf("/", start)
  const segment = slash < 0 ? path.slice(start) : path.slice(start, slash)
  const literal = branch.literals.get(segment)
  if (literal !== undefined) reach(literal, path, slash, segments, places)
  if (branch.parameter !== undefined)
    reach(branch.parameter, path, slash, [...segments, segment], places)
}

function reach(
  branch: Branch,
  path: string,
  slash: number,
  segments: readonly string[],
  places: Place[],
): void {
  if (slash >= 0) follow(branch, path, slash + 1, segments, places)
  else if (branch.methods.size > 0) places.push({ methods: branch.methods, segments })
}

function decodeSegment(segment: string): string {
  if (!segment.includes("%")) return segment
  try {
    return decodeURIComponent(segment)
  } catch (cause) {
    throw new NitroError("NITRO_BAD_REQUEST", "The path holds a broken percent escape.", { cause })
  }
}
