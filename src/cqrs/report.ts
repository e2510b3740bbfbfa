// What can be seen from outside: diagnostics channels for commands and queries. They cost nothing while nobody listens.
import { channel } from "node:diagnostics_channel"
import type { HandlerContext } from "./types.ts"

/**
 * Published on `nitro:execute:start` and `nitro:execute:end` for commands, on `nitro:ask:start` and `nitro:ask:end` for
 * queries; one object for both, filled in between.
 */
export interface MessageReport {
  /** Name of the command or query class. */
  readonly name: string
  /** Where it was asked for; its `attempt` counts up while it runs. */
  readonly context: HandlerContext
  /** From `end` on, all attempts included. */
  durationMs?: number
  /** From `end` on, where it failed. */
  error?: unknown
}

const channels = {
  command: { start: channel("nitro:execute:start"), end: channel("nitro:execute:end") },
  query: { start: channel("nitro:ask:start"), end: channel("nitro:ask:end") },
}

export async function reported<T>(context: HandlerContext, run: () => Promise<T>): Promise<T> {
  const { start, end } = channels[context.kind]
  if (!start.hasSubscribers && !end.hasSubscribers) return run()
  const report: MessageReport = { name: context.name, context }
  const startedAt = performance.now()
  start.publish(report)
  try {
    return await run()
  } catch (error) {
    report.error = error
    throw error
  } finally {
    report.durationMs = performance.now() - startedAt
    end.publish(report)
  }
}
