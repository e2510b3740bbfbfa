// The public description of one route of an app: plain data.
import type { z } from "zod"
import type { IconName } from "../../html/internal.ts"
import type { HttpMethod, RateLimit } from "./action-options.ts"

export interface RouteDescription {
  readonly method: HttpMethod
  /** `/todos/:id/toggle`, without the base path of the app. */
  readonly path: string
  /** `Todo.toggle`. */
  readonly name: string
  /** Name of the entity class; undefined for commands, queries and events. */
  readonly entity: string | undefined
  /** Name of the action; undefined for CRUD routes, commands, queries and events. */
  readonly action: string | undefined
  /** `"create"`, or the name of the action, the command or the event. */
  readonly operation: string
  readonly label: string
  readonly description: string | undefined
  readonly icon: IconName | undefined
  readonly tags: readonly string[]
  /** The right that it needs, as its action names it. */
  readonly permission: string | undefined
  readonly rateLimit: RateLimit | undefined
  /** Undefined: the deadline of the app. */
  readonly deadlineMs: number | undefined
  /** Schemas of the input, by name. */
  readonly input: Readonly<Record<string, z.ZodType>>
  /** Schema of a JSON response; undefined if the action declares none. */
  readonly output: z.ZodType | undefined
  /** The status of a JSON response that the action names; undefined for the default. */
  readonly status: number | undefined
  /** `"stream"`: the action reads the body, and its input comes from the path and the query. */
  readonly body: "stream" | undefined
  /** Refuses requests without an idempotency key. */
  readonly needsKey: boolean
  /** A POST route that does what PATCH or DELETE does, for forms without script. */
  readonly isTwin: boolean
}
