// The five CRUD routes that come with an entity, and the POST twins that plain HTML forms need.
import type { EntityClass, EntityInstance } from "../entity/index.ts"
import { NitroError } from "../shared/errors.ts"
import { suggest } from "../shared/suggest.ts"
import { coerce } from "./coerce.ts"
import type { Input } from "./input.ts"
import { type CrudOperation, type Exposure, operationOf, type Route, type RouteCall } from "./route.ts"

const defaultPageSize = 50
const maxPageSize = 200

export function crudRoutes(exposure: Exposure): Route[] {
  const { entity, crud } = exposure
  const base = `/${entity.definition.plural}`
  const byOperation: Record<CrudOperation, () => Route[]> = {
    list: () => [route("GET", base, "list", { run: call => list(entity, call) })],
    read: () => [route("GET", `${base}/:id`, "read", { run: async ({ id }) => ({ value: await entity.require(id) }) })],
    create: () => [
      route("POST", base, "create", {
        input: settable(entity),
        checksInput: true,
        ownsUnits: isOneWrite(entity, "Create"),
        run: async ({ input }) => ({ value: await entity.create(input as never), status: 201 }),
      }),
    ],
    update: () => {
      const details = {
        input: settable(entity),
        checksInput: true,
        ownsUnits: isOneWrite(entity, "Update"),
        run: (call: RouteCall) => update(entity, call),
      }
      return [
        route("PATCH", `${base}/:id`, "update", details),
        route("PUT", `${base}/:id`, "update", details),
        route("POST", `${base}/:id/update`, "update", details),
      ]
    },
    delete: () => {
      const details = { run: (call: RouteCall) => remove(entity, call) }
      return [route("DELETE", `${base}/:id`, "delete", details), route("POST", `${base}/:id/delete`, "delete", details)]
    },
  }
  return crud.flatMap(operation => byOperation[operation]())

  function route(
    method: Route["method"],
    pattern: string,
    operation: string,
    details: Pick<Route, "run" | "checksInput" | "ownsUnits"> & { input?: Route["input"] },
  ): Route {
    return { ...operationOf(exposure, operation), method, pattern, input: {}, ...details }
  }
}

/** Fields that input from outside may set: not the id, not what the library keeps, not the guarded ones. */
function settable(entity: EntityClass): Route["input"] {
  const { fields, guarded } = entity.definition
  return Object.fromEntries(
    fields.filter(field => !field.managed && !guarded.includes(field.name)).map(field => [field.name, field.schema]),
  )
}

/** A single write is all or nothing by itself; a transaction around it would double its cost. Hooks may write more. */
function isOneWrite(entity: EntityClass, write: "Create" | "Update"): boolean {
  return !["beforeSave", `before${write}`, `after${write}`, "afterSave"].some(hook => hook in entity.prototype)
}

async function update(entity: EntityClass, { id, input }: RouteCall): Promise<{ value: EntityInstance }> {
  const target = (await entity.require(id)) as EntityInstance
  await target.update(input as never)
  return { value: target }
}

async function remove(entity: EntityClass, { id }: RouteCall): Promise<{ status: number }> {
  await ((await entity.require(id)) as EntityInstance).delete()
  return { status: 204 }
}

/** `?done=false&sort=-createdAt&limit=20&offset=40` */
async function list(entity: EntityClass, { request }: RouteCall): Promise<{ value: unknown }> {
  const params = new URL(request.url, "http://host").searchParams
  const where: Input = {}
  let query = entity.where()
  for (const [name, text] of params) {
    if (name === "sort") {
      for (const part of text.split(",")) query = query.orderBy(part.replace(/^-/, "") as never, part.startsWith("-") ? "desc" : "asc")
    } else if (name !== "limit" && name !== "offset" && name !== "datastar") {
      const field = entity.definition.fieldByName.get(name)
      if (!field) {
        throw new NitroError("NITRO_BAD_REQUEST", `${entity.definition.name} has no field "${name}" to filter by.`, {
          fix: suggest(name, entity.definition.fieldByName.keys()),
        })
      }
      where[name] = coerce(field.schema, text, true)
    }
  }
  const limit = Math.min(whole(params, "limit", defaultPageSize), maxPageSize)
  return {
    value: await query
      .where(where as never)
      .limit(limit)
      .offset(whole(params, "offset", 0)),
  }
}

function whole(params: URLSearchParams, name: string, otherwise: number): number {
  const text = params.get(name)
  if (text === null) return otherwise
  if (!/^\d{1,9}$/.test(text)) throw new NitroError("NITRO_BAD_REQUEST", `"${name}" must be a whole number, not "${text.slice(0, 40)}".`)
  return Number(text)
}
