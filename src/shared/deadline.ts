// Deadlines: a limit on how long work of the application may take.
import { setTimeout as sleep } from "node:timers/promises"
import { NitroError } from "./errors.ts"

/** Default limit of a unit of work, a transaction or a request, in milliseconds. */
export const defaultDeadlineMs = 30_000

const longestTimerMs = 2 ** 31 - 1
/** How long a caller waits after the deadline for the rollback of a store that does not respond. */
const rollbackPatienceMs = 1_000

/**
 * Settles as `running` does, or rejects with `NITRO_DEADLINE` after `deadlineMs`, once `onLate` was called with that error.
 * `work` is the subject of its message.
 */
export function beforeDeadline<T>(
  running: Promise<T>,
  deadlineMs: number,
  work: string,
  onLate?: (error: NitroError) => void,
): Promise<T> {
  if (deadlineMs > longestTimerMs) return running
  return new Promise((resolve, reject) => {
    const late = (): void => {
      const error = new NitroError(
        "NITRO_DEADLINE",
        `${work} did not finish within ${deadlineMs} ms and was stopped.`,
      )
      onLate?.(error)
      reject(error)
    }
    const timer = setTimeout(late, deadlineMs)
    running.then(
      value => {
        clearTimeout(timer)
        resolve(value)
      },
      (error: unknown) => {
        clearTimeout(timer)
        reject(error)
      },
    )
  })
}

export function isDeadline(error: unknown): boolean {
  return error instanceof NitroError && error.code === "NITRO_DEADLINE"
}

/** Resolves when the rollback that `error` caused is done; after a deadline, one second later at the latest. */
export async function rolledBack(rollback: Promise<void>, error: unknown): Promise<void> {
  await (isDeadline(error)
    ? Promise.race([rollback, sleep(rollbackPatienceMs, undefined, { ref: false })])
    : rollback)
}

/** `beforeDeadline` for a transaction; `depth` is 1 for one that is not inside of another. */
export function inTime<T>(
  running: Promise<T>,
  depth: number,
  { deadlineMs, holder }: { readonly deadlineMs?: number; readonly holder?: string } = {},
): Promise<T> {
  const limit = deadlineMs ?? (depth > 1 ? Number.POSITIVE_INFINITY : defaultDeadlineMs)
  return beforeDeadline(running, limit, `The ${holder ?? "transaction"}`)
}
