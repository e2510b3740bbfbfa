// The route table of an app: CRUD and actions of each entity, looked up by method and shape of the path.
import { type EntityInstance, requireAhead } from "../entity/index.ts"
import { NitroError } from "../shared/errors.ts"
import { type ActionCall, type ActionDefinition, actionOf, type HttpMethod } from "./action.ts"
import { crudRoutes } from "./crud.ts"
import type { Input } from "./input.ts"
import { refuseChanged } from "./reading.ts"
import { type Exposure, type Outcome, operationOf, type Route } from "./route.ts"

type ActionMethod = (input: Input, call: ActionCall) => unknown

export interface Match {
  readonly route: Route
  readonly id: string
}

interface Entry {
  readonly route: Route
  /** Which segment of the path is the id; -1 when none is. */
  readonly idAt: number
}

export class RouteTable {
  readonly routes: readonly Route[]
  // One key per method and shape, the id replaced by ":": a look-up is a few Map reads, whatever the number of routes.
  readonly #byKey = new Map<string, Entry>()
  readonly #methodsByShape = new Map<string, Set<HttpMethod>>()

  constructor(routes: readonly Route[]) {
    this.routes = routes
    for (const route of routes) this.#add(route)
  }

  #add(route: Route): void {
    const shape = route.pattern.replace("/:id", "/:")
    const key = `${route.method} ${shape}`
    const known = this.#byKey.get(key)
    if (known) {
      throw new NitroError("NITRO_ROUTE_COLLISION", `${known.route.name} and ${route.name} both answer ${route.method} ${route.pattern}.`)
    }
    this.#byKey.set(key, { route, idAt: route.pattern.slice(1).split("/").indexOf(":id") })
    const methods = this.#methodsByShape.get(shape)
    if (methods) methods.add(route.method)
    else this.#methodsByShape.set(shape, new Set([route.method]))
  }

  /** Whether any route has the path, whatever the method. Paths are those within the app, without its base path. */
  knows(path: string): boolean {
    const segments = segmentsOf(path)
    return segments !== undefined && shapesOf(segments).some(shape => this.#methodsByShape.has(shape))
  }

  /** The route of a request; the methods its path allows where only the method is wrong; undefined where the path is not ours. */
  match(method: string, path: string): Match | ReadonlySet<HttpMethod> | undefined {
    const segments = segmentsOf(path)
    if (segments === undefined) return undefined
    const shapes = shapesOf(segments)
    const asked = method === "HEAD" ? "GET" : method
    for (const shape of shapes) {
      const found = this.#byKey.get(`${asked} ${shape}`)
      if (found) return { route: found.route, id: found.idAt < 0 ? "" : decodeId(segments[found.idAt] as string) }
    }
    for (const shape of shapes) {
      const methods = this.#methodsByShape.get(shape)
      if (methods) return methods
    }
    return undefined
  }
}

function segmentsOf(path: string): string[] | undefined {
  const segments = path.slice(1).split("/")
  return segments.length > 3 || segments[0] === "" ? undefined : segments
}

/** A literal path wins over an id: GET /todos/top is the action, not the todo named "top". */
function shapesOf([first, second, third]: readonly string[]): string[] {
  if (second === undefined) return [`/${first}`]
  if (third === undefined) return [`/${first}/${second}`, `/${first}/:`]
  return [`/${first}/${second}/${third}`, `/${first}/:/${third}`, `/${first}/${second}/:`]
}

/** Everything of an entity that is open to the outside. */
export function entityRoutes(exposure: Exposure): Route[] {
  return [...crudRoutes(exposure), ...actionRoutes(exposure)]
}

function decodeId(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch (cause) {
    throw new NitroError("NITRO_BAD_REQUEST", "The path holds a broken percent escape.", { cause })
  }
}

/** Every action of a class: methods of its instances, and static ones. */
function actionRoutes(exposure: Exposure): Route[] {
  const { entity } = exposure
  const routes: Route[] = []
  const base = `/${entity.definition.plural}`
  for (const [name, method] of methodsOf(entity.prototype as object)) {
    const definition = actionOf(method)
    if (definition) routes.push(instanceAction(exposure, `${base}/:id/${definition.path}`, name, definition))
  }
  for (const [name, method] of methodsOf(entity)) {
    const definition = actionOf(method)
    if (definition) routes.push(staticAction(exposure, `${base}/${definition.path}`, name, definition))
  }
  return routes
}

function instanceAction(exposure: Exposure, pattern: string, name: string, definition: ActionDefinition): Route {
  const { entity } = exposure
  return {
    ...operationOf(exposure, name),
    method: definition.method,
    pattern,
    input: definition.input,
    needsKey: definition.needsKey,
    deadlineMs: definition.deadlineMs,
    async run({ id, input, call }) {
      const target = (await requireAhead(entity, id)) as EntityInstance & Record<string, ActionMethod>
      const value = await target[name]?.(input, call)
      // The method may have saved or deleted it already.
      if (definition.method === "GET") refuseChanged(`${entity.definition.name}.${name}`, target)
      else if (!target.isNew && target.isDirty) await target.save()
      return outcome(value, definition)
    },
  }
}

function staticAction(exposure: Exposure, pattern: string, name: string, definition: ActionDefinition): Route {
  const { entity } = exposure
  return {
    ...operationOf(exposure, name),
    method: definition.method,
    pattern,
    input: definition.input,
    needsKey: definition.needsKey,
    deadlineMs: definition.deadlineMs,
    async run({ input, call }) {
      return outcome(await (entity as unknown as Record<string, ActionMethod>)[name]?.(input, call), definition)
    },
  }
}

function outcome(value: unknown, definition: ActionDefinition): Outcome {
  return definition.status === undefined ? { value } : { value, status: definition.status }
}

/** Own and inherited methods up to the factory's base class, the nearest first. */
function methodsOf(start: object): Map<string, unknown> {
  const methods = new Map<string, unknown>()
  for (let holder: object | null = start; holder && holder !== Object.prototype && holder !== Function.prototype; ) {
    for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(holder))) {
      if (typeof value === "function" && !methods.has(name)) methods.set(name, value)
    }
    holder = Object.getPrototypeOf(holder) as object | null
  }
  return methods
}
