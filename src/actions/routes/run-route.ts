// Runs the work of a route in time: in a unit of work where it writes, and until its deadline.
import { unitOfWork } from "../../entity/index.ts"
import { beforeDeadline, defaultDeadlineMs, isDeadline } from "../../shared/deadline.ts"
import { TimedCall } from "../context/timed-call.ts"
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
  /** Of the app. */
  readonly deadlineMs: number | undefined
}

/** Rejects with `NITRO_DEADLINE` when the deadline of the route is over, or else that of the app. */
export function runInTime<T>(
  route: Pick<Route, "name" | "deadlineMs">,
  { inUnit, request, deadlineMs: appDeadlineMs }: TimedRun,
  work: (call: TimedCall) => Promise<T>,
): Promise<T> {
  const call = new TimedCall(request)
  const deadlineMs = deadlineOf(route, appDeadlineMs)
  if (!inUnit) return beforeDeadline(work(call), deadlineMs, route.name, error => call.abort(error))
  return unitOfWork(() => work(call), { name: route.name, deadlineMs }).catch((error: unknown) => {
    if (isDeadline(error)) call.abort(error)
    throw error
  })
}
