// Public types of events: handlers, results, options, and the interface of a registry.
import type { SchemaInput, SchemaOutput, StandardSchema } from "./standard-schema.ts"

/**
 * Payload types of events addressed by string, for those who prefer names to imports. Empty until you add to it:
 * `declare module "nitro-ts/events" { interface EventMap { "order.placed": Order } }`.
 */
// biome-ignore lint/suspicious/noEmptyInterface: it is filled by declaration merging in user code
export interface EventMap {}

declare const payloadType: unique symbol

/** A declared event. The same object for the same name, so it can be compared and used as a key. */
export interface EventType<out Payload = unknown, in Input = Payload> {
  readonly name: string
  /** Undefined outside namespaces. */
  readonly namespace: string | undefined
  readonly schema: StandardSchema | undefined
  /** Whether handlers wait for the commit of the unit of work around the emission. */
  readonly afterCommit: boolean
  /** Types only: never present at run time. */
  readonly [payloadType]?: (input: Input) => Payload
}

/** The context of a handler and of `when`. */
export interface EventContext {
  /** Name of the emitted event, which a pattern cannot know beforehand. */
  readonly event: string
  readonly namespace: string | undefined
  /** The `sender` given to `emit`; by default the payload itself. */
  readonly sender: unknown
  /** A UUID for this emission. */
  readonly id: string
  /** Shared by everything that one first emission set off, over awaits as well: its id, or what `emit` or `withContext` was given. */
  readonly correlationId: string
  /** Id of the emission whose handler emitted this one. */
  readonly causationId: string | undefined
  /** Aborts when the handler times out, the emission is aborted, or the stream is cancelled. */
  readonly signal: AbortSignal
  readonly stopped: boolean
  /** Keeps handlers that have not started from starting. The only way a handler can do so. */
  stop(): void
}

/**
 * The outcome of one call of a handler. `values` holds what a generator yielded; beside an `error`, what it yielded before.
 * `"error" in result` detects a failure; `handler` names the one that failed.
 */
export type HandlerResult =
  | { readonly value: unknown; readonly values?: undefined; readonly error?: undefined }
  | { readonly values: readonly unknown[]; readonly value?: undefined; readonly error?: undefined }
  | {
      readonly error: unknown
      readonly handler: string
      readonly values?: readonly unknown[]
      readonly value?: undefined
    }

/** One for each handler that was called, in their order. */
export type Results = readonly HandlerResult[]

/** May return a value, a promise, or be a generator. Its result never decides whether others run. */
export type Handler<Payload = unknown> = (payload: Payload, context: EventContext) => unknown

/** A failed handler, as `onError` gets it. */
export interface HandlerFailure {
  readonly module: "events"
  readonly event: string
  readonly handler: string
  readonly error: unknown
  readonly context: EventContext
}

/**
 * How errors of handlers are handled besides standing in the results. `report` (default): published on the diagnostics
 * channel `nitro:error`, or printed with `console.error` without a subscriber. `throw`: an `AggregateError` after
 * all handlers ran. A function gets each failure instead of the console.
 */
export type ErrorPolicy = "report" | "throw" | ((failure: HandlerFailure) => void)

export interface SubscribeOptions<Payload = unknown> {
  /** Only emissions of this sender, compared with `Object.is`. Held weakly when it is an object. */
  readonly sender?: unknown
  /** Higher runs earlier; equal ones in the order of subscription. Default 0. */
  readonly priority?: number
  /** The handler is skipped when this returns false, throws, or returns a promise; the last two are reported. */
  readonly when?: (payload: Payload, context: EventContext) => boolean
  /** Unsubscribes before the first call that `sender` and `when` let through. */
  readonly once?: boolean
  /** Unsubscribes when it aborts. */
  readonly signal?: AbortSignal
  /** An object: the subscription lives as long as it does. `true`: as long as the handler is held elsewhere. */
  readonly weak?: object | true
  /** Milliseconds until the handler counts as failed with `NITRO_EVENT_TIMEOUT`. For `stream`: until each next value. */
  readonly timeoutMs?: number
  /** Name in results, failures and `listeners`. Default: the function's name. */
  readonly name?: string
}

export interface EmitSyncOptions {
  /** The sender; default: the payload itself. */
  readonly sender?: unknown
  /** Default: the registry's, which is `report`. */
  readonly onError?: ErrorPolicy
  /** Called with each returned value, in order; a promise is `NITRO_ASYNC_CALLBACK`. True stops like `ctx.stop()`. In parallel `emit` a promise's value comes too late to stop others. */
  readonly stopWhen?: (value: unknown) => boolean
  /** Default: that of the surrounding emission or `withContext`, else this emission's own id. */
  readonly correlationId?: string
  /** Default: the id of the surrounding emission. */
  readonly causationId?: string
}

export interface EmitOptions extends EmitSyncOptions {
  /** One handler after the other. Default: all at once. */
  readonly sequential?: boolean
  /** For every handler without a `timeoutMs`. */
  readonly timeoutMs?: number
  /** Rejects with its reason at once, starts no further handler, aborts `ctx.signal` of those under way. */
  readonly signal?: AbortSignal
}

/** `sequential`: one handler's values after the other's. */
export type StreamOptions = Omit<EmitOptions, "stopWhen">

/** Unsubscribes; again does nothing. Works with `using`. */
export interface Off {
  (): void
  [Symbol.dispose](): void
}

/** One subscription, as `listeners` shows it. */
export interface Listener {
  /** The name or pattern subscribed to. */
  readonly event: string
  readonly handler: string
  readonly priority: number
  readonly once: boolean
  readonly weak: boolean
}

export type PayloadOf<Name extends string> = Name extends keyof EventMap ? EventMap[Name] : unknown

export interface Subscribe {
  <Payload>(
    event: EventType<Payload, never>,
    handler: Handler<Payload>,
    options?: SubscribeOptions<Payload>,
  ): Off
  /** A name or a pattern. A name in `EventMap` has its payload's type; else annotate the handler's parameter. */
  <Name extends string, Payload extends PayloadOf<Name>>(
    event: Name,
    handler: Handler<Payload>,
    options?: SubscribeOptions<Payload>,
  ): Off
}

export interface Emit<Options, Result> {
  /** The payload may be left out where the event allows undefined. */
  (event: EventType<unknown, undefined>, payload?: undefined, options?: Options): Result
  <Input>(event: EventType<unknown, Input>, payload: Input, options?: Options): Result
  <Name extends string>(event: Name, payload?: PayloadOf<Name>, options?: Options): Result
}

export interface DeclareOptions {
  /**
   * Emitted inside of a unit of work, the handlers run after the outermost unit has committed, and never when it is rolled
   * back. `emit` validates at once, keeps a reference to the payload and resolves to an empty list; the handlers' errors go to
   * the channel `nitro:error`. `stream`, `stopWhen` and `onError: "throw"` are refused there. Default: false.
   */
  readonly afterCommit?: boolean
}

export interface Declare {
  <const S extends StandardSchema>(
    name: string,
    options: DeclareOptions & { readonly schema: S },
  ): EventType<SchemaOutput<S>, SchemaInput<S>>
  <Payload = unknown>(name: string, options?: DeclareOptions): EventType<Payload>
}

/**
 * A set of subscriptions. The functions of `nitro-ts/events` work on the current one; an app or a test can have its own.
 * Its members may be taken out of it: `const { on, emit } = createEvents()`.
 */
export interface Events {
  /** Declares an event, or finds the declared one. */
  readonly event: Declare
  /** Subscribes to a declared event, a name, or a pattern; the event need not exist yet. */
  readonly on: Subscribe
  /**
   * Calls the handlers in order of priority without waiting in between, and resolves to one result per handler when all are done.
   * Rejects only for `onError: "throw"`, an aborted `signal`, and a payload or name that is refused before any handler ran.
   */
  readonly emit: Emit<EmitOptions, Promise<readonly HandlerResult[]>>
  /** Calls the handlers one after the other, now. The value of an async handler is its promise, whose rejection is reported. */
  readonly emitSync: Emit<EmitSyncOptions, readonly HandlerResult[]>
  /** Values of all handlers as they come, generators' one by one. Handlers start with the first read; leaving the loop closes them. */
  readonly stream: Emit<StreamOptions, EventStream>
  /** Events of the same names that are apart from these; patterns do not reach across. */
  readonly namespace: (name: string) => Events
  /** Subscriptions an emission of this name would call, in order; for a pattern, those made with that very pattern. */
  readonly listeners: (event: EventType<unknown, never> | string) => Listener[]
  readonly hasListeners: (event: EventType<unknown, never> | string) => boolean
  /** Ends every subscription, in namespaces too. */
  readonly clear: () => void
}

/** Reads one value at a time. A generator continues only when its last value was read and a further read waits. */
export interface EventStream extends AsyncIterableIterator<unknown> {
  next(): Promise<IteratorResult<unknown, undefined>>
  return(): Promise<IteratorResult<unknown, undefined>>
  [Symbol.asyncIterator](): EventStream
}

export interface EventsOptions {
  /** Default `report`. */
  readonly onError?: ErrorPolicy
  /** Emissions nested in each other's running handlers before `NITRO_EVENT_LOOP`. Default 100. */
  readonly maxDepth?: number
  /** Emissions running at once below one first emission before `NITRO_EVENT_LOOP`: a loop that branches grows wide before it grows deep. Default 100,000. */
  readonly maxRunning?: number
}
