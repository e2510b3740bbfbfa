// The five CRUD routes that come with an entity, and the POST twins that plain HTML forms need.
import { type EntityClass, unitOfWork } from "../../entity/index.ts"
import { requireAhead } from "../../entity/internal.ts"
import { openUnit } from "../../shared/open-unit.ts"
import {
  type CrudOperation,
  type Exposure,
  type Outcome,
  operationOf,
  type Route,
  type RouteCall,
} from "../contract/route.ts"
import { assertMatch, isConditional } from "../reply/entity-tag.ts"
import { list } from "./list.ts"

export function crudRoutes(exposure: Exposure): Route[] {
  const { entity, crud } = exposure
  const base = `/${entity.definition.plural}`
  const byOperation: Record<CrudOperation, () => Route[]> = {
    list: () => [route("GET", base, "list", { run: call => list(entity, call) })],
    read: () => [
      route("GET", `${base}/:id`, "read", {
        run: async ({ id }) => ({ value: await entity.require(id), isTagged: true }),
      }),
    ],
    create: () => [
      route("POST", base, "create", {
        input: settable(entity),
        checksInput: true,
        ownsUnits: isOneWrite(entity, "Create"),
        // The class checks it.
        run: ({ input }) =>
          entity.create(input as never).then(value => ({ value, status: 201, isTagged: true })),
      }),
    ],
    update: () => {
      const details = {
        input: settable(entity),
        checksInput: true,
        ownsUnits: isOneWrite(entity, "Update"),
        // The entity has to be as it was read until it is written.
        run: (call: RouteCall) =>
          isConditional(call.request) && openUnit() === undefined
            ? unitOfWork(() => update(entity, call))
            : update(entity, call),
      }
      return [
        route("PATCH", `${base}/:id`, "update", details),
        route("PUT", `${base}/:id`, "update", details),
        route("POST", `${base}/:id/update`, "update", { ...details, isTwin: true }),
      ]
    },
    delete: () => {
      const details = { run: (call: RouteCall) => remove(entity, call) }
      return [
        route("DELETE", `${base}/:id`, "delete", details),
        route("POST", `${base}/:id/delete`, "delete", { ...details, isTwin: true }),
      ]
    },
  }
  return crud.flatMap(operation => byOperation[operation]())

  function route(
    method: Route["method"],
    pattern: string,
    operation: string,
    details: Pick<Route, "run" | "checksInput" | "ownsUnits" | "isTwin"> & {
      input?: Route["input"]
    },
  ): Route {
    return { ...operationOf(exposure, operation), method, pattern, input: {}, ...details }
  }
}

/** Fields that input from outside may set: not the id, not what the library keeps, not the guarded and the hidden ones. */
export function settable(entity: EntityClass): Route["input"] {
  const { fields, guarded } = entity.definition
  return Object.fromEntries(
    fields
      .filter(field => !field.managed && !field.hidden && !guarded.includes(field.name))
      .map(field => [field.name, field.schema]),
  )
}

/** A single write is all or nothing already; a transaction around it would double its cost. Hooks may write more. */
function isOneWrite(entity: EntityClass, write: "Create" | "Update"): boolean {
  return !["beforeSave", `before${write}`, `after${write}`, "afterSave"].some(
    hook => hook in entity.prototype,
  )
}

async function update(
  entity: EntityClass,
  { id, input, request, hasMiddleware }: RouteCall,
): Promise<Outcome> {
  const target = await requireAhead(entity, id, isConditional(request))
  // Its response would show the entity too, unless middleware changes it.
  assertMatch(request, target, entity.definition.name, !hasMiddleware)
  // The class checks it.
  await target.update(input as never)
  return { value: target, isTagged: true }
}

async function remove(entity: EntityClass, { id, request }: RouteCall): Promise<Outcome> {
  const target = await requireAhead(entity, id, isConditional(request))
  assertMatch(request, target, entity.definition.name)
  await target.delete()
  return { status: 204 }
}
