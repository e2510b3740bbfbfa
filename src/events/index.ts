// The door of events: named events, handlers, streams, and the contract of a change log between processes.
import { ambientEmission, currentContext } from "./context/ambient.ts"
import { emissions, surrounding } from "./context/tracking.ts"
import { Registry } from "./registry.ts"
import type {
  Declare,
  Emit,
  EmitOptions,
  EmitSyncOptions,
  EventStream,
  Events,
  EventsOptions,
  EventType,
  Handler,
  HandlerResult,
  Listener,
  Off,
  StreamOptions,
  Subscribe,
  SubscribeOptions,
} from "./types/types.ts"

export type {
  BusCapabilities,
  BusListener,
  Change,
  Cursor,
  EventBus,
  JsonRow,
  JsonValue,
  LoggedChange,
} from "./bus/bus.ts"
export { type MemoryBusOptions, memoryBus } from "./bus/memory-bus.ts"
export type { EmitMessage, HandlerMessage } from "./context/report.ts"
export { matches } from "./patterns/pattern-trie.ts"
export type { StandardSchema } from "./types/standard-schema.ts"
export type {
  Emit,
  EmitOptions,
  EmitSyncOptions,
  ErrorPolicy,
  EventContext,
  EventMap,
  EventStream,
  Events,
  EventsOptions,
  EventType,
  Handler,
  HandlerFailure,
  HandlerResult,
  Listener,
  Off,
  StreamOptions,
  Subscribe,
  SubscribeOptions,
} from "./types/types.ts"
export { currentContext }

const defaults: Registry = new Registry()

/** A separate registry, for an app beside others in the process or for a test. */
export function createEvents(options: EventsOptions = {}): Events {
  return new Registry(options)
}

/** Runs `fn` with `events` as the current registry: what the functions of this module work on, over awaits as well. */
export function withEvents<T>(events: Events, fn: () => T): T {
  return emissions.run(ambientEmission({ override: events }), fn)
}

/** Runs `fn` so that emissions in it carry these ids: a request's correlation id, the id of a message that was received. */
export function withContext<T>(
  ids: { readonly correlationId?: string; readonly causationId?: string },
  fn: () => T,
): T {
  return emissions.run(ambientEmission(ids), fn)
}

/** The registry in force: that of `withEvents`, else the process's default. */
export function currentEvents(): Events {
  return surrounding()?.extra?.override ?? defaults
}

/**
 * Declares a named event; the same object for the same name. With a schema (Standard Schema: zod, valibot, ...) payloads
 * are checked at `emit` and handlers get its output.
 * @example const placed = event<Order>("order.placed")
 */
export const event: Declare = defaults.event

/** Passed through untouched: what a caller may give is what the overloads above the cast allow. */
type Target = EventType<unknown, never> & string

/** `on` of the current registry: subscribes to a declared event, a name, or a pattern such as `order.*`. */
export const on: Subscribe = (
  target: unknown,
  handler: Handler<never>,
  options?: SubscribeOptions<never>,
): Off => {
  const events = currentEvents()
  // The overloads have taken the target.
  return events instanceof Registry
    ? events.subscribe(target as Target, handler, options, on)
    : events.on(target as Target, handler, options)
}

/** `emit` of the current registry: calls all handlers, resolves to one result per handler. */
export const emit: Emit<EmitOptions, Promise<readonly HandlerResult[]>> = (
  target: unknown,
  payload?: unknown,
  options?: EmitOptions,
) =>
  // Typed by the overloads of `Emit`.
  currentEvents().emit(target as string, payload, options)

/** `emitSync` of the current registry: calls all handlers now, returns one result per handler. */
export const emitSync: Emit<EmitSyncOptions, readonly HandlerResult[]> = (
  target: unknown,
  payload?: unknown,
  options?: EmitSyncOptions,
) =>
  // Typed by the overloads of `Emit`.
  currentEvents().emitSync(target as string, payload, options)

/** `stream` of the current registry: the values of all handlers as they come. */
export const stream: Emit<StreamOptions, EventStream> = (
  target: unknown,
  payload?: unknown,
  options?: StreamOptions,
) =>
  // Typed by the overloads of `Emit`.
  currentEvents().stream(target as string, payload, options)

/** Events apart from those without a namespace, in the current registry: `namespace("billing").event("paid")`. */
export function namespace(name: string): Events {
  return currentEvents().namespace(name)
}

/** The subscriptions that an emission of this name would call in the current registry, in order; for a pattern, those under it. */
export function listeners(target: EventType<unknown, never> | string): Listener[] {
  return currentEvents().listeners(target)
}

export function hasListeners(target: EventType<unknown, never> | string): boolean {
  return currentEvents().hasListeners(target)
}
