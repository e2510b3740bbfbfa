// Whether the app of a request has the route that a call names: checked when the call is made, so that no page posts to a 404.
import type { EntityClass } from "../../entity/index.ts"
import { NitroError } from "../../shared/errors.ts"
import type { AppPart, AppState } from "../context/app-state.ts"
import type { HttpMethod } from "../contract/action-options.ts"
import "../contract/errors.ts"
import type { CrudOperation, Exposure } from "../contract/route.ts"

const exposures: AppPart<ReadonlyMap<EntityClass, Exposure>> = {
  name: "exposed classes",
  make: app => new Map(app.exposures.map(exposure => [exposure.entity, exposure])),
}

/** `crud` is undefined for an action. @throws NITRO_NOT_EXPOSED naming the line to write. */
export function assertReachable(
  app: AppState,
  entity: EntityClass,
  operation: string,
  crud: CrudOperation | undefined,
): void {
  const { name } = entity.definition
  const exposure = app.part(exposures).get(entity)
  if (exposure === undefined) {
    if (app.exposures.some(other => other.entity.definition.name === name)) {
      throw notExposed(
        name,
        operation,
        `the app lists another class of that name.`,
        `Import ${name} from one place: its module was loaded twice, or two classes share the name.`,
      )
    }
    throw notExposed(
      name,
      operation,
      `${name} is not listed in the app.`,
      `Write nitro({ entities: [${crud === undefined ? name : `expose(${name})`}] }), with the other classes of the app.`,
    )
  }
  if (crud === undefined || exposure.crud.includes(crud)) return
  const { crud: listed } = exposure
  if (listed.length === 0) {
    throw notExposed(
      name,
      operation,
      `the app does not expose ${name}.`,
      `Write nitro({ entities: [expose(${name})] }) instead of ${name}, or call an action.`,
    )
  }
  throw notExposed(
    name,
    operation,
    `the app exposes only ${listed.join(", ")} of ${name}.`,
    `Write expose(${name}, { crud: [${[...listed, crud].map(each => `"${each}"`).join(", ")}] }).`,
  )
}

const patterns: AppPart<ReadonlySet<string>> = {
  name: "patterns of routes",
  make: app => new Set(app.routes.map(({ method, path }) => `${method} ${path}`)),
}

/** The same for a route by its pattern. `fix` is the line to write. @throws NITRO_NOT_EXPOSED */
export function assertRoute(
  app: AppState,
  call: string,
  method: HttpMethod,
  pattern: string,
  fix: string,
): void {
  if (app.part(patterns).has(`${method} ${pattern}`)) return
  throw new NitroError(
    "NITRO_NOT_EXPOSED",
    `${call} has no route: the app does not list it. ${fix}`,
    { fix },
  )
}

/** `what` was rendered for a response without an app: its route comes before the middleware, or there is none. */
export function noAppError(what: string): NitroError {
  const fix = "Write app.use(nitro({ entities: [ … ] })) above the route that renders it."
  return new NitroError(
    "NITRO_NO_APP",
    `${what} was rendered in a response that nitro() takes no part in. ${fix}`,
    { fix },
  )
}

function notExposed(name: string, operation: string, reason: string, fix: string): NitroError {
  return new NitroError(
    "NITRO_NOT_EXPOSED",
    `call(${name}, "${operation}") has no route: ${reason} ${fix}`,
    { fix },
  )
}
