// The results of one emission, gathered as its handlers settle.
import type { Emission } from "../context/emission.ts"
import { countInFlight } from "../context/tracking.ts"
import { NOTHING } from "../patterns/resolved.ts"
import type { Subscription } from "../patterns/subscription.ts"
import type { ErrorPolicy, HandlerResult, Results } from "../types/types.ts"
import { fail } from "./run-handler.ts"

/** Until the first promise: the list of results comes with it, or with `finish`. */
const none: HandlerResult[] = []

/** Waits for the promises among the results, each of which takes the place it was given when its handler was called. */
export class Gathering {
  // Not `#private`: those cost several times as much to make, and one of these is made per emission.
  private readonly emission: Emission
  private readonly policy: ErrorPolicy
  private left = 0
  private results: HandlerResult[] = none
  private resolve: ((results: Results) => void) | undefined
  // The latest promise is followed in `finish`, whose result is then that of `then`: one promise less per emission.
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
      // Set together with `latest`.
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
    // Set together with `latest`.
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
        if (value !== undefined) this.results[index] = { value }
        this.arrived()
      },
      error => {
        this.results[index] = fail(error, subscription, this.emission, this.policy)
        this.arrived()
      },
    )
  }

  private lastValue(
    index: number,
    value: unknown,
    failure?: HandlerResult,
  ): Results | Promise<Results> {
    const { results } = this
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
    this.resolve?.(this.results)
  }
}

export function put(
  results: HandlerResult[],
  index: number,
  result: HandlerResult | Promise<HandlerResult>,
  gathering: Gathering | undefined,
): void {
  if (!(result instanceof Promise)) results[index] = result
  else if (gathering) gathering.add(results, index, result)
  else results[index] = { value: handOut(result) }
}

/** The promise that `emitSync` returns. Its failure is reported already, so it need not be handled. */
function handOut(result: Promise<HandlerResult>): Promise<unknown> {
  const value = result.then(settled => {
    if ("error" in settled && settled !== NOTHING) throw settled.error
    return settled.values ?? settled.value
  })
  value.catch(() => {})
  return value
}
