// Diagnostics channels for emissions and handlers, and the reporting of handlers' errors.
import { notify } from "../../shared/callback.ts"
import { NitroError } from "../../shared/errors.ts"
import { printError, publishError, reportError } from "../../shared/report.ts"
import { Trace, type TraceMessage } from "../../shared/trace.ts"
import { label } from "../types/event-type.ts"
import type { ErrorPolicy, EventContext, HandlerFailure } from "../types/types.ts"

/**
 * Published on `nitro:emit:start` and `nitro:emit:end`; one object for both, filled in between.
 * Subscribe with `node:diagnostics_channel`.
 */
export interface EmitMessage extends TraceMessage {
  readonly event: string
  readonly namespace: string | undefined
  readonly mode: "emit" | "emitSync" | "stream"
  readonly context: EventContext
  /** Handlers that ran, from `end` on. */
  handlers?: number
  /** Of those, how many failed, from `end` on. */
  failures?: number
}

/** Published on `nitro:handler:start` and `nitro:handler:end`; one object for both, filled in between. */
export interface HandlerMessage extends TraceMessage {
  readonly event: string
  readonly namespace: string | undefined
  readonly handler: string
  readonly context: EventContext
}

const emits = new Trace<EmitMessage>("nitro:emit")
const handlers = new Trace<HandlerMessage>("nitro:handler")

export function isObserved(): boolean {
  return emits.isWatched || handlers.isWatched
}

export function beginEmit(
  mode: EmitMessage["mode"],
  context: EventContext,
): (handlers: number, failures: number) => void {
  const message: EmitMessage = { event: context.event, namespace: context.namespace, mode, context }
  const end = emits.begin(message)
  return (handlers, failures) => {
    Object.assign(message, { handlers, failures })
    end()
  }
}

export function beginHandler(
  handler: string,
  context: EventContext,
): (failure?: { readonly error: unknown }) => void {
  const message: HandlerMessage = {
    event: context.event,
    namespace: context.namespace,
    handler,
    context,
  }
  const end = handlers.begin(message)
  return failure => {
    if (failure) message.error = failure.error
    end()
  }
}

// A loop fails every handler on its way out with the one error: reporting it once is enough.
const reported = new WeakSet<NitroError>()

/** Never throws. With `throw` the caller gets the error, so it only goes to the channel. */
export function report(
  error: unknown,
  handler: string,
  context: EventContext,
  policy: ErrorPolicy,
): void {
  if (error instanceof NitroError && error.code === "NITRO_EVENT_LOOP") {
    if (reported.has(error)) return
    reported.add(error)
  }
  const failure: HandlerFailure = {
    module: "events",
    event: context.event,
    handler,
    error,
    context,
  }
  const details = { event: context.event, handler, context }
  const isPublished = publishError(error, whereOf(failure), "events", details)
  if (typeof policy === "function") {
    void notify(
      () => policy(failure),
      second => {
        printError(error, whereOf(failure))
        printError(second, whereOf({ ...failure, handler: "onError" }))
      },
    )
  } else if (policy === "report" && !isPublished) printError(error, whereOf(failure))
}

/** A change log's listener failed; the same ways out as for handlers. */
export function reportBusFailure(bus: string, error: unknown): void {
  reportError(error, `a listener of the ${bus} bus`, "events", { bus })
}

function whereOf({ event, handler, context }: HandlerFailure): string {
  return `the handler "${handler}" of the event "${label(event, context.namespace)}"`
}
