// Runs handlers by every option that an emission or a subscription may have.
import { syncResult } from "../../shared/callback.ts"
import { Emission } from "../context/emission.ts"
import { setIds } from "../context/nesting.ts"
import { beginEmit, isObserved } from "../context/report.ts"
import { emissions, surrounding, trackContext } from "../context/tracking.ts"
import type { Resolved } from "../patterns/resolved.ts"
import type { Slot } from "../patterns/slot.ts"
import type { Subscription } from "../patterns/subscription.ts"
import type {
  EmitOptions,
  EmitSyncOptions,
  ErrorPolicy,
  HandlerResult,
  Results,
} from "../types/types.ts"
import { onAbort } from "./abort.ts"
import { failuresIn, throwFailures } from "./failures.ts"
import { Gathering, put } from "./gathering.ts"
import { runHandler } from "./run-handler.ts"

interface Run {
  readonly policy: ErrorPolicy
  readonly latePolicy?: ErrorPolicy
  readonly timeoutMs?: number | undefined
  readonly stopWhen?: ((value: unknown) => boolean) | undefined
}

export function runEach(
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
    const result = runHandler(subscription, handler, payload, emission, {
      policy,
      latePolicy,
      timeoutMs,
    })
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
    const result = await runHandler(subscription, handler, payload, emission, { policy, timeoutMs })
    results.push(result)
    if (stopWhen && isStop(result, stopWhen)) return
  }
}

export function emitSyncWith(
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
    emissions.run(
      emission,
      runEach,
      resolved.subscriptions,
      payload,
      emission,
      run,
      results,
      undefined,
    )
  } finally {
    emission.finish()
    end?.(results.length, failuresIn(results).length)
  }
  if (policy === "throw") throwFailures(results, slot)
  return results
}

export function emitWith(
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
    const done = emissions.run(emission, () => {
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

function isStop(result: HandlerResult, stopWhen: (value: unknown) => boolean): boolean {
  return "value" in result && syncResult(stopWhen(result.value), "`stopWhen`")
}
