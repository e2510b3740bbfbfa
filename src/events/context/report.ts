// What can be seen from outside: diagnostics channels for emissions and handlers, and where handlers' errors go.
import { channel } from "node:diagnostics_channel"
import { notify } from "../../shared/callback.ts"
import { NitroError } from "../../shared/errors.ts"
import { label } from "../types/event-type.ts"
import type { ErrorPolicy, EventContext, HandlerFailure } from "../types/types.ts"

/**
 * Published on `nitro:emit:start` and `nitro:emit:end`; one object for both, filled in between.
 * Subscribe with `node:diagnostics_channel`.
 */
export interface EmitMessage {
  readonly event: string
  readonly namespace: string | undefined
  readonly mode: "emit" | "emitSync" | "stream"
  readonly context: EventContext
  /** From `end` on. */
  durationMs?: number
  /** Handlers that ran, from `end` on. */
  handlers?: number
  /** Of those, how many failed, from `end` on. */
  failures?: number
}

/** Published on `nitro:handler:start` and `nitro:handler:end`; one object for both, filled in between. */
export interface HandlerMessage {
  readonly event: string
  readonly namespace: string | undefined
  readonly handler: string
  readonly context: EventContext
  /** From `end` on. */
  durationMs?: number
  /** From `end` on, where the handler failed. */
  error?: unknown
}

const emitStart = channel("nitro:emit:start")
const emitEnd = channel("nitro:emit:end")
const handlerStart = channel("nitro:handler:start")
const handlerEnd = channel("nitro:handler:end")
const errors = channel("nitro:error")

export function isObserved(): boolean {
  return (
    emitStart.hasSubscribers ||
    emitEnd.hasSubscribers ||
    handlerStart.hasSubscribers ||
    handlerEnd.hasSubscribers
  )
}

export function beginEmit(
  mode: EmitMessage["mode"],
  context: EventContext,
): (handlers: number, failures: number) => void {
  const message: EmitMessage = { event: context.event, namespace: context.namespace, mode, context }
  const startedAt = performance.now()
  emitStart.publish(message)
  return (handlers, failures) => {
    Object.assign(message, { durationMs: performance.now() - startedAt, handlers, failures })
    emitEnd.publish(message)
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
  const startedAt = performance.now()
  handlerStart.publish(message)
  return failure => {
    message.durationMs = performance.now() - startedAt
    if (failure) message.error = failure.error
    handlerEnd.publish(message)
  }
}

// A loop fails every handler on its way out with the one error: telling it once is enough.
const told = new WeakSet<NitroError>()

/** Never throws. With `throw` the caller gets the error, so it only goes to the channel. */
export function report(
  error: unknown,
  handler: string,
  context: EventContext,
  policy: ErrorPolicy,
): void {
  if (error instanceof NitroError && error.code === "NITRO_EVENT_LOOP") {
    if (told.has(error)) return
    told.add(error)
  }
  const failure: HandlerFailure = {
    module: "events",
    event: context.event,
    handler,
    error,
    context,
  }
  if (errors.hasSubscribers) errors.publish(failure)
  if (typeof policy === "function") {
    void notify(
      () => policy(failure),
      second => {
        print(failure)
        print({ ...failure, handler: "onError", error: second })
      },
    )
  } else if (policy === "report" && !errors.hasSubscribers) print(failure)
}

/** A change log's listener failed; the same ways out as for handlers. */
export function reportBusFailure(bus: string, error: unknown): void {
  if (errors.hasSubscribers) errors.publish({ module: "events", bus, error })
  else console.error(`[nitro] a listener of the ${bus} bus failed:`, error)
}

function print({ event, handler, error, context }: HandlerFailure): void {
  console.error(
    `[nitro] handler "${handler}" of event "${label(event, context.namespace)}" failed:`,
    error,
  )
}
