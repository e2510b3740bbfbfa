// Middleware of operations: one pipeline around actions, CRUD routes, commands, queries and events.
import { NitroError } from "../../shared/errors.ts"
import { runThrough } from "../../shared/middleware.ts"
import "./errors.ts"
import type { ActionCall, Input } from "./action.ts"
import type { Outcome, Params } from "./route.ts"
import type { RouteDescription } from "./route-description.ts"

/** One run of an operation for a request. Its rule `allow` has passed. */
export interface OperationCall extends ActionCall {
  readonly route: RouteDescription
  /** Converted to the types of its schemas; validated where it is the input of an action. */
  readonly input: Input
  readonly params: Params
}

/**
 * Runs around each operation, inside of its unit of work: returns what `next()` returns, or another result. An error rolls the
 * unit back. Calls `next` once at most, while it runs.
 */
export type OperationMiddleware = (call: OperationCall, next: () => Promise<unknown>) => unknown

/** Runs `work` within the middleware, the first outermost. */
export async function runOperation(
  middleware: readonly OperationMiddleware[],
  call: OperationCall,
  work: () => Outcome | Promise<Outcome>,
): Promise<Outcome> {
  let outcome: Outcome = {}
  const steps = middleware.map(each => ({
    name: each.name,
    run: (next: () => Promise<unknown>) => each(call, next),
  }))
  const value = await runThrough(
    steps,
    async () => {
      outcome = await work()
      return outcome.value
    },
    (step, problem) =>
      new NitroError(
        "NITRO_MIDDLEWARE",
        `The middleware ${step} ${problem} for ${call.route.name}.`,
      ),
  )
  if (value === outcome.value) return outcome
  // A tag is that of the route's own value.
  return { ...outcome, value, isTagged: false }
}
