// The OpenAPI 3.1 document of an app, made of its routes and the definitions of its entities alone.
import type { AppState, RouteDescription } from "../../actions/index.ts"
import { type Json, JsonSchemas } from "./json-schemas.ts"
import { type DocumentParts, operationOf, sharedParameters } from "./operation.ts"
import type { OpenApiSettings } from "./options.ts"
import { sharedResponses } from "./responses.ts"

/** `ownPaths` are those of the document and of its page, which are no part of the API. */
export function documentOf(
  { routes, exposures, basePath }: Pick<AppState, "routes" | "exposures" | "basePath">,
  { title, version, description, security }: OpenApiSettings,
  ownPaths: ReadonlySet<string>,
): Json {
  const listed = routes.filter(({ isTwin, path }) => !isTwin && !ownPaths.has(path))
  const parts = { schemas: new JsonSchemas(), exposures }
  const { responses, headers } = sharedResponses(parts.schemas)
  const paths = pathsOf(parts, listed)
  const schemes = Object.keys(security)
  return {
    openapi: "3.1.1",
    info: { title, version, ...(description === undefined ? {} : { description }) },
    servers: [{ url: basePath === "" ? "/" : basePath }],
    ...(schemes.length === 0 ? {} : { security: schemes.map(name => ({ [name]: [] })) }),
    tags: tagsOf(listed, exposures),
    paths,
    components: {
      schemas: parts.schemas.components,
      parameters: sharedParameters(),
      responses,
      headers,
      ...(schemes.length === 0 ? {} : { securitySchemes: security }),
    },
  }
}

function pathsOf(parts: DocumentParts, routes: readonly RouteDescription[]): Json {
  const items = new Map<string, { readonly path: string; operations: Record<string, Json> }>()
  const ids = new Set<string>()
  for (const route of routes) {
    const names = parametersOf(route.path)
    // Paths that differ only in names of parameters are one path for OpenAPI: the first one names them.
    const shape = route.path.replace(/:\w+/g, ":")
    let item = items.get(shape)
    if (item === undefined) {
      item = { path: route.path, operations: {} }
      items.set(shape, item)
    }
    const pathNames = parametersOf(item.path)
    item.operations[route.method.toLowerCase()] = operationOf(parts, route, {
      operationId: freeId(route, ids),
      tag: tagOf(route, parts.exposures),
      pathNames: new Map(names.map((name, at) => [name, pathNames[at] ?? name])),
    })
  }
  return Object.fromEntries(
    [...items.values()].map(({ path, operations }) => [
      path.replace(/:(\w+)/g, "{$1}"),
      operations,
    ]),
  )
}

const parametersOf = (path: string): readonly string[] =>
  [...path.matchAll(/:(\w+)/g)].map(([, name = ""]) => name)

/** `Todo.toggle`; a second route of the same name adds its last parameter or its method: `PlaceOrder.sender`, `Todo.update.put`. */
function freeId({ name, method, path }: RouteDescription, ids: Set<string>): string {
  const last = path.slice(path.lastIndexOf("/") + 1)
  const suffix = last.startsWith(":") && last !== ":id" ? last.slice(1) : method.toLowerCase()
  let id = name
  for (let number = 1; ids.has(id); number++) id = `${name}.${suffix}${number === 1 ? "" : number}`
  ids.add(id)
  return id
}

/** The plural of its entity, else the kind of its message. */
function tagOf({ entity, method }: RouteDescription, exposures: AppState["exposures"]): string {
  const exposure = exposures.find(each => each.entity.definition.name === entity)
  if (exposure !== undefined) return exposure.entity.definition.labelPlural
  return entity ?? (method === "GET" ? "Queries" : "Commands")
}

function tagsOf(
  routes: readonly RouteDescription[],
  exposures: AppState["exposures"],
): readonly Json[] {
  const tags = new Map<string, string | undefined>()
  for (const route of routes) {
    const exposure = exposures.find(each => each.entity.definition.name === route.entity)
    const tag = tagOf(route, exposures)
    if (route.tags.length === 0) tags.set(tag, exposure?.entity.definition.description)
    else for (const each of route.tags) if (!tags.has(each)) tags.set(each, undefined)
  }
  return [...tags].map(([name, description]) => ({
    name,
    ...(description === undefined ? {} : { description }),
  }))
}
