// One call of one handler, from its start to its result: values, generators, promises, errors, time-outs.
import { isThenable } from "../../shared/callback.ts"
import { NitroError } from "../../shared/errors.ts"
import "../types/errors.ts"
import type { MaybePromise } from "../../shared/types.ts"
import type { Emission } from "../context/emission.ts"
import { beginHandler, isObserved, report } from "../context/report.ts"
import { TimedContext } from "../context/timed-context.ts"
import { NOTHING } from "../patterns/resolved.ts"
import type { Subscription } from "../patterns/subscription.ts"
import type { ErrorPolicy, EventContext, Handler, HandlerResult } from "../types/types.ts"
import { TimeLimit } from "./time-limit.ts"

export interface RunOptions {
  readonly policy: ErrorPolicy
  readonly timeoutMs: number | undefined
  /** For failures after the end of the emission, which has no caller left to throw to. */
  readonly latePolicy?: ErrorPolicy | undefined
}

/** Calls the handler and follows it to its end; the promise never rejects. */
export function runHandler(
  subscription: Subscription,
  handler: Handler<never>,
  payload: unknown,
  emission: Emission,
  { policy, timeoutMs, latePolicy = policy }: RunOptions,
): MaybePromise<HandlerResult> {
  const limit = subscription.timeoutMs ?? timeoutMs
  const timed = limit === undefined ? undefined : new TimeLimit(limit, subscription, emission)
  const context = timed?.context ?? emission
  const end = isObserved() ? beginHandler(subscription.name, context) : undefined
  const finish = (result: HandlerResult): HandlerResult => {
    timed?.clear()
    // Where there is one, it is set.
    end?.("error" in result ? (result as { error: unknown }) : undefined)
    return result
  }
  try {
    // The overloads of `on` typed it by the event that it listens to.
    const value = handler(payload as never, context)
    const result =
      value === undefined
        ? NOTHING
        : settle(value, subscription, emission, { policy, latePolicy }, timed)
    return result instanceof Promise ? result.then(finish) : finish(result)
  } catch (error) {
    return finish(fail(error, subscription, emission, policy))
  }
}

/** The result of a handler: at once for values and generators, later for promises and async generators. */
export function settle(
  value: unknown,
  subscription: Subscription,
  emission: Emission,
  { policy, latePolicy }: { readonly policy: ErrorPolicy; readonly latePolicy: ErrorPolicy },
  timed?: TimeLimit,
): MaybePromise<HandlerResult> {
  if (!isObject(value)) return { value }
  if (isGenerator(value)) return drain(value, subscription, emission, policy)
  const values: unknown[] = []
  const settled: Promise<HandlerResult> | undefined = isAsyncGenerator(value)
    ? drainAsync(value, values, timed?.context ?? emission).then(() => ({ values }))
    : isThenable(value)
      ? Promise.resolve(value).then(result => (result === undefined ? NOTHING : { value: result }))
      : undefined
  if (!settled) return { value }
  const raced = timed ? timed.race(settled) : settled
  return raced.catch(error =>
    fail(error, subscription, emission, latePolicy, values.length > 0 ? values : undefined),
  )
}

/** Turns an error into a result, and reports it by the policy. */
export function fail(
  error: unknown,
  subscription: Subscription,
  emission: Emission,
  policy: ErrorPolicy,
  values?: readonly unknown[],
): HandlerResult {
  const failure =
    error === undefined
      ? new NitroError(
          "NITRO_EVENT_HANDLER",
          `The handler "${subscription.name}" of "${emission.event}" threw undefined.`,
        )
      : error
  if (!isOwnAbort(failure, emission)) report(failure, subscription.name, emission, policy)
  return values
    ? { error: failure, handler: subscription.name, values }
    : { error: failure, handler: subscription.name }
}

/** Whether a handler ended because the emitter aborted it: that is not a failure to report. */
function isOwnAbort(error: unknown, emission: Emission): boolean {
  const signal = emission.extra?.controller?.signal
  return (
    signal?.aborted === true &&
    (error === signal.reason || (isObject(error) && "name" in error && error.name === "AbortError"))
  )
}

function drain(
  generator: Iterator<unknown>,
  subscription: Subscription,
  emission: Emission,
  policy: ErrorPolicy,
): HandlerResult {
  const values: unknown[] = []
  try {
    for (let step = generator.next(); !step.done; step = generator.next()) values.push(step.value)
    return { values }
  } catch (error) {
    return fail(error, subscription, emission, policy, values)
  }
}

/** Reads to the end, or until the emission stops waiting: then it closes the generator. */
async function drainAsync(
  generator: AsyncGenerator<unknown>,
  values: unknown[],
  context: EventContext,
): Promise<unknown[]> {
  const mayAbort = context instanceof TimedContext || hasController(context)
  for await (const value of generator) {
    if (mayAbort && context.signal.aborted) break
    values.push(value)
  }
  return values
}

/** Reading `ctx.signal` creates one; an emission that cannot be aborted need not have it. */
function hasController(context: EventContext): boolean {
  // Contexts are emissions, or made from one.
  return (context as Emission).extra?.controller !== undefined
}

export function isObject(value: unknown): value is object {
  return (typeof value === "object" && value !== null) || typeof value === "function"
}

/** A generator, not just something iterable: an array is a value. */
export function isGenerator(value: object): value is Generator<unknown> {
  return Symbol.iterator in value && "next" in value && typeof value.next === "function"
}

export function isAsyncGenerator(value: object): value is AsyncGenerator<unknown> {
  return Symbol.asyncIterator in value && "next" in value && typeof value.next === "function"
}
