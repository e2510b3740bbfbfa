// Runs the handlers of one emission: at once, one after the other, or without ever waiting.
import { answerNow } from "../../shared/callback.ts"
import { NitroError } from "../../shared/errors.ts"
import "../types/errors.ts"
import {
  countInFlight,
  Emission,
  enter,
  isTracking,
  leave,
  scope,
  setIds,
  surrounding,
  trackContext,
} from "../context/context.ts"
import { beginEmit, isObserved, report } from "../context/report.ts"
import { NOTHING, type Resolved } from "../patterns/resolved.ts"
import type { Slot } from "../patterns/slot.ts"
import { ended, type Subscription } from "../patterns/subscription.ts"
import { label } from "../types/event-type.ts"
import type { SchemaResult, StandardSchema } from "../types/standard-schema.ts"
import type {
  EmitOptions,
  EmitSyncOptions,
  ErrorPolicy,
  Handler,
  HandlerResult,
} from "../types/types.ts"
import { call, fail, settle } from "./call.ts"
import { deferToCommit } from "./deferral.ts"

type Results = readonly HandlerResult[]
const none: Results = Object.freeze([])

export function emitSync(
  slot: Slot,
  payload: unknown,
  options: EmitSyncOptions | undefined,
): Results {
  const resolved = slot.resolve()
  const { plain } = resolved
  if (plain === undefined || options !== undefined || isObserved())
    return emitSyncChecked(slot, resolved, payload, options)
  if (plain.length === 0) return none
  const emission = new Emission(slot, payload, surrounding())
  const isTracked = isTracking()
  const outer = enter(emission, isTracked)
  try {
    return runPlain(resolved, plain, payload, emission, undefined)
  } finally {
    emission.finish()
    leave(outer, isTracked)
  }
}

/** Apart from the usual way, which stays small enough for V8 to put it into its callers. */
function emitSyncChecked(
  slot: Slot,
  resolved: Resolved,
  payload: unknown,
  options: EmitSyncOptions | undefined,
): Results {
  const checked = resolved.schema ? checkSync(resolved.schema, payload, slot) : payload
  const asked = { sender: payload, ...options }
  return resolved.afterCommit && defer(slot, checked, asked)
    ? none
    : emitSyncWith(slot, resolved, checked, asked)
}

export function emit(
  slot: Slot,
  payload: unknown,
  options: EmitOptions | undefined,
): Promise<Results> {
  try {
    const resolved = slot.resolve()
    const { plain } = resolved
    if (plain === undefined || options !== undefined || isObserved())
      return emitChecked(slot, resolved, payload, options)
    if (plain.length === 0) return Promise.resolve(none)
    const emission = new Emission(slot, payload, surrounding())
    const gathering = new Gathering(emission, slot.onError)
    const isTracked = isTracking()
    const outer = enter(emission, isTracked)
    try {
      return gathering.finish(runPlain(resolved, plain, payload, emission, gathering))
    } finally {
      leave(outer, isTracked)
    }
  } catch (error) {
    return refuse(error, slot)
  }
}

/**
 * The common case, and the one that is measured: handlers with nothing to ask. With a gathering their promises are
 * waited for, else they are handed out. Only while nothing was stopped or unsubscribed is the list still true.
 */
function runPlain(
  resolved: Resolved,
  handlers: readonly Handler<never>[],
  payload: unknown,
  emission: Emission,
  gathering: Gathering | undefined,
): Results {
  const policy = (emission.place as Slot).onError
  const endedBefore = ended.count
  let results: HandlerResult[] | undefined
  let index = 0
  while (index < handlers.length) {
    try {
      const value = (handlers[index] as Handler)(payload, emission)
      if (value !== undefined) {
        results ??= resolved.template.slice()
        const subscription = resolved.subscriptions[index] as Subscription
        if (gathering !== undefined && value instanceof Promise)
          gathering.watch(results, index, value, subscription)
        else
          put(
            results,
            index,
            settle(value, subscription, emission, { policy, latePolicy: policy }),
            gathering,
          )
      }
    } catch (error) {
      results ??= resolved.template.slice()
      results[index] = fail(error, resolved.subscriptions[index] as Subscription, emission, policy)
    }
    index++
    if (emission.flags !== 0 || ended.count !== endedBefore) {
      results ??= resolved.template.slice()
      results.length = index
      runEach(
        resolved.subscriptions.slice(index),
        payload,
        emission,
        { policy },
        results,
        gathering,
      )
      return results
    }
  }
  return results ?? resolved.nothing ?? resolved.template.slice()
}

interface Run {
  readonly policy: ErrorPolicy
  readonly latePolicy?: ErrorPolicy
  readonly timeoutMs?: number | undefined
  readonly stopWhen?: ((value: unknown) => boolean) | undefined
}

function runEach(
  subscriptions: readonly Subscription[],
  payload: unknown,
  emission: Emission,
  { policy, latePolicy, timeoutMs, stopWhen }: Run,
  results: HandlerResult[],
  gathering: Gathering | undefined,
): void {
  for (const subscription of subscriptions) {
    if (emission.stopped) return
    const handler = subscription.admit(payload, emission, policy)
    if (!handler) continue
    const result = call(subscription, handler, payload, emission, { policy, latePolicy, timeoutMs })
    put(results, results.length, result, gathering)
    if (stopWhen && !(result instanceof Promise) && isStop(result, stopWhen)) return
  }
}

async function runInTurn(
  subscriptions: readonly Subscription[],
  payload: unknown,
  emission: Emission,
  { policy, timeoutMs, stopWhen }: Run,
  results: HandlerResult[],
): Promise<void> {
  for (const subscription of subscriptions) {
    if (emission.stopped || emission.extra?.controller?.signal.aborted) return
    const handler = subscription.admit(payload, emission, policy)
    if (!handler) continue
    const result = await call(subscription, handler, payload, emission, { policy, timeoutMs })
    results.push(result)
    if (stopWhen && isStop(result, stopWhen)) return
  }
}

function emitSyncWith(
  slot: Slot,
  resolved: Resolved,
  payload: unknown,
  options: EmitSyncOptions,
): Results {
  trackContext()
  const emission = new Emission(slot, options.sender, surrounding())
  setIds(emission, options.correlationId, options.causationId)
  const policy = options.onError ?? slot.onError
  const run: Run = {
    policy,
    latePolicy: policy === "throw" ? "report" : policy,
    stopWhen: options.stopWhen,
  }
  const results: HandlerResult[] = []
  const end = isObserved() ? beginEmit("emitSync", emission) : undefined
  try {
    scope.run(emission, runEach, resolved.subscriptions, payload, emission, run, results, undefined)
  } finally {
    emission.finish()
    end?.(results.length, failuresIn(results).length)
  }
  if (policy === "throw") throwFailures(results, slot)
  return results
}

function emitChecked(
  slot: Slot,
  resolved: Resolved,
  payload: unknown,
  options: EmitOptions | undefined,
): Promise<Results> {
  options?.signal?.throwIfAborted()
  const asked = { sender: payload, ...options }
  const checked = resolved.schema ? check(resolved.schema, payload, slot) : payload
  // Without a schema a promise is a payload like any other.
  if (resolved.schema && isPromise(checked))
    return checked.then(value => emitOrDefer(slot, resolved, value, asked))
  return emitOrDefer(slot, resolved, checked, asked)
}

function emitOrDefer(
  slot: Slot,
  resolved: Resolved,
  payload: unknown,
  options: EmitOptions,
): Promise<Results> {
  return resolved.afterCommit && defer(slot, payload, options)
    ? Promise.resolve(none)
    : emitWith(slot, resolved, payload, options)
}

/** Leaves the emission to the unit of work around it; false without one. */
function defer(slot: Slot, payload: unknown, options: EmitOptions): boolean {
  return deferToCommit(slot, options, later => emitWith(slot, slot.resolve(), payload, later))
}

function emitWith(
  slot: Slot,
  resolved: Resolved,
  payload: unknown,
  options: EmitOptions,
): Promise<Results> {
  trackContext()
  const emission = new Emission(slot, options.sender, surrounding())
  setIds(emission, options.correlationId, options.causationId)
  return runAll(slot, resolved, payload, options, emission)
}

async function runAll(
  slot: Slot,
  { subscriptions }: Resolved,
  payload: unknown,
  options: EmitOptions,
  emission: Emission,
): Promise<Results> {
  const { signal, timeoutMs, stopWhen } = options
  const run: Run = { policy: options.onError ?? slot.onError, timeoutMs, stopWhen }
  const results: HandlerResult[] = []
  const end = isObserved() ? beginEmit("emit", emission) : undefined
  const abort = signal && onAbort(signal, emission)
  try {
    const gathering = new Gathering(emission, run.policy)
    const done = scope.run(emission, () => {
      if (options.sequential) return runInTurn(subscriptions, payload, emission, run, results)
      runEach(subscriptions, payload, emission, run, results, gathering)
      return gathering.finish(results)
    })
    await (abort ? Promise.race([done, abort.promise]) : done)
  } finally {
    abort?.clear()
    emission.finish()
    end?.(results.length, failuresIn(results).length)
  }
  if (run.policy === "throw") throwFailures(results, slot)
  return results
}

/** Waits for the promises among the results, each of which takes the place it was given when its handler was called. */
class Gathering {
  // Not `#private`: those cost several times as much to make, and one of these is made per emission.
  private readonly emission: Emission
  private readonly policy: ErrorPolicy
  private left = 0
  private results: HandlerResult[] | undefined
  private resolve: ((results: Results) => void) | undefined
  // The latest promise is followed in `finish`, whose answer then is what `then` returns: one promise less per emission.
  private latest: Promise<unknown> | undefined
  private latestIndex = 0
  private latestSubscription: Subscription | undefined

  constructor(emission: Emission, policy: ErrorPolicy) {
    this.emission = emission
    this.policy = policy
  }

  /** Spares a promise per handler: the handler's own is followed. */
  watch(
    results: HandlerResult[],
    index: number,
    promise: Promise<unknown>,
    subscription: Subscription,
  ): void {
    if (this.latest !== undefined)
      this.follow(this.latest, this.latestIndex, this.latestSubscription as Subscription)
    this.results = results
    this.latest = promise
    this.latestIndex = index
    this.latestSubscription = subscription
    this.left++
  }

  add(results: HandlerResult[], index: number, promise: Promise<HandlerResult>): void {
    results[index] = NOTHING
    this.left++
    void promise.then(result => {
      results[index] = result
      this.arrived()
    })
  }

  finish(results: Results): Promise<Results> {
    if (this.left === 0) {
      this.emission.finish()
      return Promise.resolve(results)
    }
    countInFlight(1)
    // Only a list that grew here can have promises in it.
    this.results = results as HandlerResult[]
    if (this.latest === undefined) return this.rest()
    const index = this.latestIndex
    const subscription = this.latestSubscription as Subscription
    return this.latest.then(
      value => this.lastValue(index, value),
      error =>
        this.lastValue(index, undefined, fail(error, subscription, this.emission, this.policy)),
    )
  }

  private follow(promise: Promise<unknown>, index: number, subscription: Subscription): void {
    promise.then(
      value => {
        if (value !== undefined) (this.results as HandlerResult[])[index] = { value }
        this.arrived()
      },
      error => {
        ;(this.results as HandlerResult[])[index] = fail(
          error,
          subscription,
          this.emission,
          this.policy,
        )
        this.arrived()
      },
    )
  }

  private lastValue(
    index: number,
    value: unknown,
    failure?: HandlerResult,
  ): Results | Promise<Results> {
    const results = this.results as HandlerResult[]
    if (failure !== undefined) results[index] = failure
    else if (value !== undefined) results[index] = { value }
    if (this.left > 1) {
      this.left--
      return this.rest()
    }
    this.arrived()
    return results
  }

  private rest(): Promise<Results> {
    return new Promise(resolve => {
      this.resolve = resolve
    })
  }

  private arrived(): void {
    if (--this.left > 0) return
    countInFlight(-1)
    this.emission.finish()
    this.resolve?.(this.results as Results)
  }
}

function put(
  results: HandlerResult[],
  index: number,
  result: HandlerResult | Promise<HandlerResult>,
  gathering: Gathering | undefined,
): void {
  if (!(result instanceof Promise)) results[index] = result
  else if (gathering) gathering.add(results, index, result)
  else results[index] = { value: handOut(result) }
}

/** The promise `emitSync` hands out. Its failure is reported already, so nobody needs to look at it. */
function handOut(result: Promise<HandlerResult>): Promise<unknown> {
  const value = result.then(settled => {
    if ("error" in settled && settled !== NOTHING) throw settled.error
    return settled.values ?? settled.value
  })
  value.catch(() => {})
  return value
}

function isStop(result: HandlerResult, stopWhen: (value: unknown) => boolean): boolean {
  return "value" in result && answerNow(stopWhen(result.value), "`stopWhen`")
}

export function failuresIn(results: Results): unknown[] {
  return results.flatMap(result => ("error" in result ? [result.error] : []))
}

function throwFailures(results: Results, slot: Slot): void {
  const errors = failuresIn(results)
  if (errors.length > 0) throw failuresOf(slot, errors, results.length)
}

export function failuresOf(slot: Slot, errors: unknown[], handlers: number): AggregateError {
  return new AggregateError(
    errors,
    `${errors.length} of ${handlers} handlers of "${label(slot.name, slot.namespace)}" failed.`,
  )
}

/** A loop is told of here, because those who make one seldom await: the rejection must not end the process. */
export function refuse(error: unknown, slot: Slot): Promise<never> {
  const refused = Promise.reject(error)
  if (error instanceof NitroError && error.code === "NITRO_EVENT_LOOP") {
    refused.catch(() => {})
    report(
      error,
      "emit",
      new Emission(slot, undefined, undefined),
      slot.onError === "throw" ? "report" : slot.onError,
    )
  }
  return refused
}

/** Aborts the emission along with the signal. */
export function onAbort(
  signal: AbortSignal,
  emission: Emission,
): { readonly promise: Promise<never>; clear(): void } {
  let reject: (reason: unknown) => void = () => {}
  const promise = new Promise<never>((_, no) => {
    reject = no
  })
  promise.catch(() => {})
  const listener = () => {
    emission.stop()
    emission.abort(signal.reason)
    reject(signal.reason)
  }
  signal.addEventListener("abort", listener, { once: true })
  return { promise, clear: () => signal.removeEventListener("abort", listener) }
}

export function check(schema: StandardSchema, payload: unknown, slot: Slot): unknown {
  const result = schema["~standard"].validate(payload)
  return isPromise(result)
    ? result.then(settled => accept(settled as SchemaResult<unknown>, slot))
    : accept(result, slot)
}

function checkSync(schema: StandardSchema, payload: unknown, slot: Slot): unknown {
  const checked = check(schema, payload, slot)
  if (!isPromise(checked)) return checked
  checked.catch(() => {})
  throw new NitroError(
    "NITRO_EVENT_ASYNC_SCHEMA",
    `The schema of "${label(slot.name, slot.namespace)}" validates asynchronously, and emitSync cannot wait.`,
  )
}

function accept(result: SchemaResult<unknown>, slot: Slot): unknown {
  if (!result.issues) return result.value
  const issues = result.issues.map(issue => {
    const path = (issue.path ?? [])
      .map(part => String(typeof part === "object" ? part.key : part))
      .join(".")
    return { path, message: issue.message }
  })
  const told = issues
    .map(({ path, message }) => (path ? `${path}: ${message}` : message))
    .join("; ")
  throw new NitroError(
    "NITRO_EVENT_PAYLOAD",
    `The payload of "${label(slot.name, slot.namespace)}" is refused: ${told}.`,
    {
      details: { issues },
    },
  )
}

function isPromise(value: unknown): value is Promise<unknown> {
  return value instanceof Promise
}
