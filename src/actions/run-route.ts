// Runs the work of a route in time: in a unit of work where it writes, and until its deadline.
import { unitOfWork } from "../entity/index.ts"
import { beforeDeadline, defaultDeadlineMs, isDeadline } from "../shared/deadline.ts"
import type { Route } from "./route.ts"
import { TimedCall } from "./timed-call.ts"

export function deadlineOf({ deadlineMs }: Pick<Route, "deadlineMs">, appDeadlineMs: number | undefined): number {
  return deadlineMs ?? appDeadlineMs ?? defaultDeadlineMs
}

/** Throws `NITRO_DEADLINE` when the deadline of the route is over, or else that of the app. */
export async function runInTime<T>(
  route: Pick<Route, "name" | "deadlineMs"> & { readonly inUnit: boolean },
  request: Request,
  appDeadlineMs: number | undefined,
  work: (call: TimedCall) => Promise<T>,
): Promise<T> {
  const call = new TimedCall(request)
  const deadlineMs = deadlineOf(route, appDeadlineMs)
  try {
    if (!route.inUnit) return await beforeDeadline(work(call), deadlineMs, route.name)
    return await unitOfWork(() => work(call), { name: route.name, deadlineMs })
  } catch (error) {
    if (isDeadline(error)) call.abort(error)
    throw error
  }
}
