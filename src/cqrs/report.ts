// Diagnostics channels for commands and queries, at no cost without a subscriber.
import { Trace, type TraceMessage } from "../shared/trace.ts"
import type { HandlerContext } from "./types.ts"

/**
 * Published on `nitro:execute:start` and `nitro:execute:end` for commands, on `nitro:ask:start` and `nitro:ask:end` for
 * queries; one object for both, filled in between.
 */
export interface MessageReport extends TraceMessage {
  /** Name of the command or query class. */
  readonly name: string
  /** The context of the caller; its `attempt` counts up while it runs. */
  readonly context: HandlerContext
}

const traces: Readonly<Record<HandlerContext["kind"], Trace<MessageReport>>> = {
  command: new Trace("nitro:execute"),
  query: new Trace("nitro:ask"),
}

export async function reported<T>(context: HandlerContext, run: () => Promise<T>): Promise<T> {
  const trace = traces[context.kind]
  return trace.isWatched ? await trace.run({ name: context.name, context }, run) : await run()
}
