// Runs handlers without options, which is the common case and the one that is measured.
import type { Emission } from "../context/emission.ts"
import type { Resolved } from "../patterns/resolved.ts"
import type { Slot } from "../patterns/slot.ts"
import { ended, type Subscription } from "../patterns/subscription.ts"
import type { Handler, HandlerResult, Results } from "../types/types.ts"
import { type Gathering, put } from "./gathering.ts"
import { runEach } from "./general-path.ts"
import { fail, settle } from "./run-handler.ts"

/**
 * The common case, and the measured one: handlers without checks. With a gathering their promises are
 * waited for, else they are handed out. Only while nothing was stopped or unsubscribed is the list still true.
 */
export function runPlain(
  resolved: Resolved,
  handlers: readonly Handler<never>[],
  payload: unknown,
  emission: Emission,
  gathering: Gathering | undefined,
): Results {
  // Emissions begin at slots.
  const policy = (emission.place as Slot).onError
  const endedBefore = ended.count
  let results: HandlerResult[] | undefined
  let index = 0
  while (index < handlers.length) {
    try {
      // In range, and typed by the event: so are the subscriptions, one a handler.
      const value = (handlers[index] as Handler)(payload, emission)
      if (value !== undefined) {
        results ??= resolved.template.slice()
        // One for each handler.
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
      // One for each handler.
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
