// Routes, and the operations of an entity that are open to the outside.
import type { z } from "zod"
import type { EntityClass, EntityInstance, Store } from "../../entity/index.ts"
import { isEntityClass, storeOf } from "../../entity/internal.ts"
import { NitroError } from "../../shared/errors.ts"
import { suggest } from "../../shared/suggest.ts"
import type { MaybePromise } from "../../shared/types.ts"
import { inWords } from "../../shared/words.ts"
import type { ActionCall, ActionDefinition, Input } from "./action.ts"
import type { HttpMethod } from "./action-options.ts"
import type { AllowRule } from "./allow.ts"
import { formKey } from "./form-keys.ts"
import type { RouteDescription } from "./route-description.ts"

/** The result of a route: the value to respond with, and the status of a JSON response. */
export interface Outcome {
  readonly value?: unknown
  readonly status?: number
  /** For every client; cookies are those named `set-cookie`. */
  readonly headers?: readonly (readonly [name: string, value: string])[]
  /** A JSON response has an entity tag, by which it is cached and changed. */
  readonly isTagged?: boolean
}

/** The parameters of a path by name, decoded. */
export type Params = Readonly<Record<string, string>>

export interface RouteCall {
  /** The `:id` of the path; the empty string where the pattern has none. */
  readonly id: string
  readonly params: Params
  /** Only names that the route knows, of the types that its schemas want where text could be converted. */
  readonly input: Input
  /** All parameters of the address, as they came. */
  readonly query: Input
  readonly request: Request
  readonly call: ActionCall
  /** The app has middleware, which may take something out of a result. */
  readonly hasMiddleware: boolean
  /** Runs work within the app's middleware, and refuses a result that its client cannot get: for routes with `takesMiddleware`. */
  readonly within: (work: () => Promise<unknown>) => Promise<unknown>
}

export interface Route {
  readonly method: HttpMethod
  /** `/todos/:id/toggle`: segments, of which those that begin with a colon are parameters. `:id` names the target. */
  readonly pattern: string
  /** Parameters of the path that are inputs too: they win over those of query and body. */
  readonly pathInputs?: readonly string[]
  /** For messages: `Todo.toggle`. */
  readonly name: string
  /** The operation passed to its rule: `toggle`. */
  readonly operation: string
  /** Name of the form that posts to it, by the id in the path: where the page shows what was refused. */
  readonly form: (id: string) => string
  /** Called before the body is read, if the rule needs none of it; false responds 403. */
  readonly allow?: AllowRule | undefined
  /** The entity that an id in the path names, for `allow`. */
  readonly target?: ((id: string) => Promise<EntityInstance | undefined>) | undefined
  /** Name of the entity class that it belongs to. */
  readonly entity?: string
  /** The action that it runs. */
  readonly action?: ActionDefinition
  /** Stands for another method, which a form without script cannot send. */
  readonly isTwin?: boolean
  /** Schemas of the input, by name: what the route takes from text and from signals. */
  readonly input: Readonly<Record<string, z.ZodType>>
  /** `run` validates the input. Else it is validated before, by `input`. */
  readonly checksInput?: boolean
  /** The store of the entity that it is about; undefined for commands and events. */
  readonly store?: (() => Store) | undefined
  /** Reads the body of a DELETE request as well, which other routes ignore. */
  readonly readsDeleteBody?: boolean
  /** Refuses requests without an idempotency key. */
  readonly needsKey?: boolean
  /** Milliseconds until it responds 504 and its writes are rolled back. Default: the app's. */
  readonly deadlineMs?: number | undefined
  /** `run` has no unit of work, whatever the request is kept by. */
  readonly hasNoUnit?: boolean
  /** `run` makes its own units of work. Else every method but GET runs in one. */
  readonly ownsUnits?: boolean
  /** `run` calls `within` inside of its unit of work. Else the middleware of the app is around `run`. */
  readonly takesMiddleware?: boolean
  readonly run: (call: RouteCall) => MaybePromise<Outcome>
}

export type CrudOperation = "list" | "read" | "create" | "update" | "delete"

/** An entity class with the rules of what can be reached from outside. */
export interface Exposure {
  readonly entity: EntityClass
  /** The operations that have routes. Actions have theirs without being listed. */
  readonly crud: readonly CrudOperation[]
  /** Runs before any route of the entity, actions included. */
  readonly allow: AllowRule | undefined
  /** Present where rows can be written in bulk. */
  readonly bulk?: { readonly maxRows: number } | undefined
}

export interface ExposeOptions<C extends EntityClass> {
  /** The CRUD operations that get routes. Default: all five; `false` or `[]`: none, for rules that are about actions alone. */
  readonly crud?: readonly CrudOperation[] | false
  /** Decides who may use the routes of the entity, actions included; false responds 403. Default: open to all. */
  readonly allow?: AllowRule<InstanceType<C>>
  /**
   * Adds routes that create, update and delete many rows in one unit of work, for those of the three that `crud` has. Default: false; `true`
   * takes 1000 rows in one request, `{ maxRows: 200 }` fewer.
   */
  readonly bulk?: boolean | { readonly maxRows?: number }
}

const allCrud: readonly CrudOperation[] = ["list", "read", "create", "update", "delete"]
const optionNames: readonly string[] = [
  "crud",
  "allow",
  "bulk",
] satisfies (keyof ExposeOptions<EntityClass>)[]
const bulkOperations: readonly CrudOperation[] = ["create", "update", "delete"]
const defaultMaxRows = 1000

/**
 * Gives an entity class CRUD routes: `nitro({ entities: [expose(Todo, { crud: ["list", "create"] })] })`. A class that is
 * listed without `expose` offers its actions only.
 */
export function expose<C extends EntityClass>(entity: C, options: ExposeOptions<C> = {}): Exposure {
  if (!isEntityClass(entity))
    throw exposeError("expose() takes an entity class.", "Pass the class itself: expose(Todo).")
  const { crud = allCrud, allow } = options
  const call = `expose(${entity.definition.name})`
  // A misspelt rule would leave open what it was meant to close.
  for (const name of Object.keys(options)) {
    if (!optionNames.includes(name))
      throw exposeError(`${call} has no option "${name}".`, suggest(name, optionNames))
  }
  if (allow !== undefined && typeof allow !== "function")
    throw exposeError(`The option allow of ${call} is not a function.`, "Pass a function.")
  for (const operation of crud || []) {
    if (!allCrud.includes(operation))
      throw exposeError(
        `${call} knows no CRUD operation "${operation}".`,
        suggest(operation, allCrud),
      )
  }
  const operations = crud === false ? [] : crud
  return {
    entity,
    crud: operations,
    // The routes hand the rule entities of this class only.
    allow: allow as AllowRule | undefined,
    bulk: bulkOf(call, options.bulk ?? false, operations),
  }
}

function bulkOf(
  call: string,
  bulk: boolean | { readonly maxRows?: number },
  crud: readonly CrudOperation[],
): Exposure["bulk"] {
  if (bulk === false) return undefined
  const isOptions = typeof bulk === "object" && bulk !== null && !Array.isArray(bulk)
  if (bulk !== true && !isOptions)
    throw exposeError(
      `The option bulk of ${call} is neither true, false nor an object.`,
      "Write bulk: true, or bulk: { maxRows: 200 }.",
    )
  for (const name of Object.keys(bulk)) {
    if (name !== "maxRows")
      throw exposeError(
        `The option bulk of ${call} has no option "${name}".`,
        suggest(name, ["maxRows"]),
      )
  }
  const { maxRows = defaultMaxRows } = bulk === true ? {} : bulk
  if (!Number.isSafeInteger(maxRows) || maxRows < 1)
    throw exposeError(
      `The option bulk.maxRows of ${call} is ${String(maxRows)}.`,
      "Write a whole number of at least 1.",
    )
  if (!crud.some(operation => bulkOperations.includes(operation)))
    throw exposeError(
      `The option bulk of ${call} adds no route: crud lists none of ${bulkOperations.join(", ")}.`,
      "List the operations in crud, or leave bulk out.",
    )
  return { maxRows }
}

function exposeError(message: string, fix: string): NitroError {
  return new NitroError("NITRO_EXPOSE", message, { fix })
}

/** An entry of `nitro({ entities })` as an exposure: a bare class offers its actions only. */
export function exposureOf(entry: EntityClass | Exposure): Exposure {
  if (typeof entry === "function") return { entity: entry, crud: [], allow: undefined }
  return entry
}

/** The common part of the routes of an operation on an entity. */
export function operationOf(
  { entity, allow }: Exposure,
  operation: string,
): Pick<Route, "name" | "entity" | "operation" | "form" | "allow" | "target" | "store"> {
  return {
    name: `${entity.definition.name}.${operation}`,
    entity: entity.definition.name,
    operation,
    form: id => formKey(entity, operation, id),
    allow,
    store: () => storeOf(entity),
    // Undefined for an id that is not there: a visitor who is refused must not learn which ids exist.
    target: async id => await entity.get(id),
  }
}

const descriptions = new WeakMap<Route, RouteDescription>()

/** A route as data, for documents, rules and whatever else reads what an app offers. The same object each time. */
export function describeRoute(route: Route): RouteDescription {
  let description = descriptions.get(route)
  if (description === undefined) {
    description = makeDescription(route)
    descriptions.set(route, description)
  }
  return description
}

function makeDescription(route: Route): RouteDescription {
  const { method, pattern, name, entity, operation, input, action } = route
  return {
    method,
    path: pattern,
    name,
    entity,
    action: action?.name,
    operation,
    label: action?.label ?? inWords(operation),
    description: action?.description,
    icon: action?.icon,
    tags: action?.tags ?? [],
    permission: action?.permission,
    rateLimit: action?.rateLimit,
    deadlineMs: route.deadlineMs,
    input,
    output: action?.output,
    status: action?.status,
    body: action?.body,
    needsKey: route.needsKey === true,
    isTwin: route.isTwin === true,
  }
}
