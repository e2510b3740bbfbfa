// Runs the work of a route in time: in a unit of work where it writes, and until its deadline.
import { isNitroError, unitOfWork } from "../../entity/index.ts"
import { beforeDeadline, defaultDeadlineMs, isDeadline } from "../../shared/deadline.ts"
import { reportError } from "../../shared/report.ts"
import { TimedCall } from "../context/timed-call.ts"
import type { RequestBody } from "../contract/request-body.ts"
import type { Route } from "../contract/route.ts"

export function deadlineOf(
  { deadlineMs }: Pick<Route, "deadlineMs">,
  appDeadlineMs: number | undefined,
): number {
  return deadlineMs ?? appDeadlineMs ?? defaultDeadlineMs
}

export interface TimedRun {
  /** Whether the work is one unit of work. */
  readonly inUnit: boolean
  readonly request: Request
  /** Of an action that reads it as a stream. */
  readonly body?: RequestBody | undefined
  /** Of the app. */
  readonly deadlineMs: number | undefined
}

/** Rejects with `NITRO_DEADLINE` when the deadline of the route is over, or else that of the app. */
export function runInTime<T>(
  route: Pick<Route, "name" | "deadlineMs">,
  { inUnit, request, body, deadlineMs: appDeadlineMs }: TimedRun,
  work: (call: TimedCall) => Promise<T>,
): Promise<T> {
  const call = new TimedCall(request, body)
  const deadlineMs = deadlineOf(route, appDeadlineMs)
  const late = (error: unknown): void => {
    call.abort(error)
    // The client has its 504 already, so nothing else would show how the work ended.
    running?.catch((failure: unknown) => {
      if (failure !== error && !isConsequence(failure))
        reportError(failure, `${route.name}, after its deadline`, "actions")
    })
  }
  let running: Promise<T> | undefined
  const run = (): Promise<T> => (running = work(call))
  if (!inUnit) return beforeDeadline(run(), deadlineMs, route.name, late)
  return unitOfWork(run, { name: route.name, deadlineMs }).catch((error: unknown) => {
    if (isDeadline(error)) late(error)
    throw error
  })
}

/** The work came back to a unit that was rolled back, read a body that had ended, or gave up by the signal. */
function isConsequence(failure: unknown): boolean {
  return (
    isNitroError(failure, "NITRO_UNIT_ENDED") ||
    isNitroError(failure, "NITRO_BODY_ENDED") ||
    (failure instanceof Error && failure.name === "AbortError")
  )
}
