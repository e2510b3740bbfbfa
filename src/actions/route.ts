// What a route is, and what of an entity is open to the outside.
import type { z } from "zod"
import type { EntityClass } from "../entity/index.ts"
import type { MaybePromise } from "../shared/types.ts"
import type { HttpMethod } from "./action.ts"
import type { Input } from "./input.ts"

/** What a route gives back: the value to answer with, and the status of a JSON answer. */
export interface Outcome {
  readonly value?: unknown
  readonly status?: number
}

export interface RouteCall {
  /** From the path; the empty string where the route has no `:id`. */
  readonly id: string
  /** Validated by the route itself. */
  readonly input: Input
  readonly request: Request
}

export interface Route {
  readonly method: HttpMethod
  /** `/todos/:id/toggle` */
  readonly pattern: string
  /** For messages and events: `Todo.toggle`. */
  readonly name: string
  readonly entity: EntityClass
  /** What the route does to its entity; forms and links are named after it. */
  readonly operation: string
  /** Schemas of the input, by name: what the route takes from text and from signals. */
  readonly input: Readonly<Record<string, z.ZodType>>
  readonly run: (call: RouteCall) => MaybePromise<Outcome>
}

export type CrudOperation = "list" | "read" | "create" | "update" | "delete"

/** An entity class with the rules of what is open to the outside. */
export interface Exposure {
  readonly entity: EntityClass
  /** CRUD routes to offer; default all. Actions are offered always: they were marked one by one. */
  readonly crud: readonly CrudOperation[]
  /** Asked before any route of the entity runs; false answers 403. */
  readonly allow: ((request: Request, operation: string) => MaybePromise<boolean>) | undefined
}

const allCrud: readonly CrudOperation[] = ["list", "read", "create", "update", "delete"]

/**
 * Says what of an entity is open to the outside: `nitro({ entities: [expose(Todo, { crud: ["create"] })] })`.
 * A class given without `expose` offers every CRUD route.
 */
export function expose(entity: EntityClass, rules: { crud?: readonly CrudOperation[] | false; allow?: Exposure["allow"] } = {}): Exposure {
  return { entity, crud: rules.crud === false ? [] : (rules.crud ?? allCrud), allow: rules.allow }
}
