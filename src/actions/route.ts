// What a route is, and what of an entity is open to the outside.
import type { z } from "zod"
import type { EntityClass, EntityInstance } from "../entity/index.ts"
import type { MaybePromise } from "../shared/types.ts"
import type { HttpMethod } from "./action.ts"
import type { AllowRule } from "./allow.ts"
import { formKey } from "./form-keys.ts"
import type { Input } from "./input.ts"

/** What a route gives back: the value to answer with, and the status of a JSON answer. */
export interface Outcome {
  readonly value?: unknown
  readonly status?: number
}

export interface RouteCall {
  /** The `:id` of the path; the empty string where the pattern has none. */
  readonly id: string
  /** Only names that the route knows, of the types that its schemas want where text could be converted. */
  readonly input: Input
  readonly request: Request
}

export interface Route {
  readonly method: HttpMethod
  /** `/todos/:id/toggle`: at most three segments, one of which may be `:id`. */
  readonly pattern: string
  /** For messages: `Todo.toggle`. */
  readonly name: string
  /** `toggle`: what its rule is asked about. */
  readonly operation: string
  /** Name of the form that posts to it, by the id in the path: where the page shows what was refused. */
  readonly form: (id: string) => string
  /** Asked before the body is read, where the rule needs none of it; false answers 403. */
  readonly allow?: AllowRule | undefined
  /** The entity that an id in the path names, for `allow`. */
  readonly target?: ((id: string) => Promise<EntityInstance>) | undefined
  /** Schemas of the input, by name: what the route takes from text and from signals. */
  readonly input: Readonly<Record<string, z.ZodType>>
  /** `run` validates the input. Else it is validated before, by `input`. */
  readonly checksInput?: boolean
  /** `run` makes its own units of work. Else every method but GET runs in one. */
  readonly ownsUnits?: boolean
  readonly run: (call: RouteCall) => MaybePromise<Outcome>
}

export type CrudOperation = "list" | "read" | "create" | "update" | "delete"

/** An entity class with the rules of what is open to the outside. */
export interface Exposure {
  readonly entity: EntityClass
  /** CRUD routes to offer; default all. Actions are offered always: they were marked one by one. */
  readonly crud: readonly CrudOperation[]
  /** Asked before any route of the entity runs; false answers 403. */
  readonly allow: AllowRule | undefined
}

const allCrud: readonly CrudOperation[] = ["list", "read", "create", "update", "delete"]

/**
 * Says what of an entity is open to the outside: `nitro({ entities: [expose(Todo, { crud: ["create"] })] })`.
 * A class given without `expose` offers every CRUD route.
 */
export function expose<C extends EntityClass>(entity: C, rules: ExposeRules<C> = {}): Exposure {
  // The routes hand it nothing but entities of this class.
  return { entity, crud: rules.crud === false ? [] : (rules.crud ?? allCrud), allow: rules.allow as AllowRule | undefined }
}

export interface ExposeRules<C extends EntityClass> {
  /** Default: all five. */
  readonly crud?: readonly CrudOperation[] | false
  /** Default: everybody may. */
  readonly allow?: AllowRule<InstanceType<C>>
}

/** What the routes of an operation on an entity have in common. */
export function operationOf(
  { entity, allow }: Exposure,
  operation: string,
): Pick<Route, "name" | "operation" | "form" | "allow" | "target"> {
  return {
    name: `${entity.definition.name}.${operation}`,
    operation,
    form: id => formKey(entity, operation, id),
    allow,
    target: async id => (await entity.require(id)) as EntityInstance,
  }
}
