// From a request to its response: finds the route, for which `RoutedRequest` does the rest.

import type { EntityClass } from "../../entity/index.ts"
import { NitroError } from "../../shared/errors.ts"
import { type Limits, limitsOf } from "../contract/limits.ts"
import type { OperationMiddleware } from "../contract/middleware.ts"
import { type Exposure, exposureOf, type Route } from "../contract/route.ts"
import { bulkRoutes } from "../crud/bulk.ts"
import { crudRoutes } from "../crud/crud-routes.ts"
import { clientOf } from "../input/client-request.ts"
import { responseForError } from "../reply/reply.ts"
import { makeResponse } from "../reply/response.ts"
import { actionRoutes } from "./action-routes.ts"
import { Idempotency, type IdempotencyOptions } from "./idempotency.ts"
import { matchOf, type Place, RouteTable } from "./route-table.ts"
import { type DispatchSettings, RoutedRequest, refuse } from "./routed-request.ts"

export interface DispatcherOptions {
  readonly entities?: readonly (EntityClass | Exposure)[]
  /** Further routes, as other modules make them: `commands([...])`, `queries([...])` of `nitro-ts/cqrs`. */
  readonly routes?: readonly (readonly Route[])[]
  /** How repeated requests are known: by the header Idempotency-Key, which the page's script sends with every write. */
  readonly idempotency?: IdempotencyOptions
  /**
   * Milliseconds that a request to a route may take until it gets 504 and its writes are rolled back; `Infinity`: no limit.
   * Streams may go on. Default 30000. An action may have its own.
   */
  readonly deadlineMs?: number
  /** How large requests, and what the app keeps for them, may become: `{ maxBodyBytes: 5_000_000 }`. */
  readonly limits?: Limits
  /**
   * The address that `rateLimit` counts visitors by. Default: that of the connection. Behind a proxy every client has the proxy's:
   * read the header that your proxy sets, `request => request.headers.get("x-real-ip") ?? undefined`.
   */
  readonly clientAddress?: (request: Request) => string | undefined
  /** Runs around each operation: actions, CRUD routes, commands, queries and events. The first is outermost, before those of plugins. */
  readonly middleware?: readonly OperationMiddleware[]
  /** Origins of other sites whose pages may send state-changing requests here. */
  readonly trustedOrigins?: readonly string[]
}

export interface Dispatcher {
  readonly routes: RouteTable
  /** The entity classes of the app, with what of them can be reached. */
  readonly exposures: readonly Exposure[]
  /** Responds to a request to `places`, the result of `routes.find` for its path. */
  dispatch(request: Request, places: readonly Place[], search: string): Promise<Response>
}

/** Throws `NITRO_ROUTE_COLLISION` when two routes have the same method and path. */
export function createDispatcher(options: DispatcherOptions): Dispatcher {
  const exposures = (options.entities ?? []).map(exposureOf)
  assertNames(exposures)
  const routes = new RouteTable([
    ...exposures.flatMap(exposure => {
      const crud = crudRoutes(exposure)
      return [...crud, ...bulkRoutes(exposure, crud), ...actionRoutes(exposure)]
    }),
    ...(options.routes ?? []).flat(),
  ])
  const settings: DispatchSettings = {
    limits: limitsOf(options.limits),
    middleware: options.middleware ?? [],
    idempotency: new Idempotency(options.idempotency),
    deadlineMs: options.deadlineMs,
    clientAddress: options.clientAddress,
    trustedOrigins: options.trustedOrigins,
  }
  const respond = (
    request: Request,
    places: readonly Place[],
    search: string,
  ): Promise<Response> => {
    try {
      const match = matchOf(request.method, places)
      return "route" in match
        ? new RoutedRequest(settings, request, search, match).respond()
        : refuse(withoutRoute(request, match), request)
    } catch (error) {
      const client = clientOf(request)
      return refuse(responseForError(error, { request, client, form: undefined }), request)
    }
  }
  return {
    routes,
    exposures,
    dispatch(request, places, search) {
      const response = respond(request, places, search)
      return request.method === "HEAD" ? response.then(withoutBody) : response
    },
  }
}

/** Routes, references and live views know a class by its name. */
function assertNames(exposures: readonly Exposure[]): void {
  const byName = new Map<string, EntityClass>()
  for (const { entity } of exposures) {
    const { name } = entity.definition
    const other = byName.get(name)
    byName.set(name, entity)
    if (other === undefined) continue
    const [problem, fix] =
      other === entity
        ? [
            `nitro({ entities }) lists ${name} twice.`,
            `List it once: expose(${name}), or ${name} where only its actions are open.`,
          ]
        : [
            `Two classes of nitro({ entities }) have the name "${name}".`,
            `Give one of them another name, Entity("${name}2", …), or import ${name} from one place if it is one class whose module was loaded twice.`,
          ]
    throw new NitroError("NITRO_ROUTE_COLLISION", `${problem} ${fix}`, { fix })
  }
}

/** The methods of a path, to OPTIONS and to a method that it does not have. */
function withoutRoute(request: Request, methods: ReadonlySet<string>): Response {
  const allowed = [...methods].flatMap(each => (each === "GET" ? [each, "HEAD"] : [each]))
  const allow = allowed.join(", ")
  if (request.method === "OPTIONS") return makeResponse(null, { status: 204, headers: { allow } })
  const error = new NitroError(
    "NITRO_METHOD_NOT_ALLOWED",
    `${request.method} is not a method of this path. It takes ${allow}.`,
  )
  const response = responseForError(error, { request, client: "json", form: undefined })
  response.headers.set("allow", allow)
  return response
}

/** Its stream is cancelled before it is read. */
function withoutBody(response: Response): Response {
  const { status, statusText, headers, body } = response
  if (body === null) return response
  body.cancel().catch(() => {})
  return makeResponse(null, { status, statusText, headers })
}
