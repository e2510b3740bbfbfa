// Public types of commands and queries: handlers and their context, options, and the interface of a set of handlers.
import type { RetryOptions } from "../entity/index.ts"
import type { MaybePromise } from "../shared/types.ts"
import type { Message, MessageClass, MessageKind } from "./message.ts"

/** The context of handlers, rules and middleware, besides the message. */
export interface HandlerContext {
  /** Name of the command or query class. */
  readonly name: string
  readonly kind: MessageKind
  /** The sender: the `:sender` of the route, or the option of the caller of `execute`. */
  readonly sender: string | undefined
  /** 1, and one more each time it is tried again; 0 before the first. */
  readonly attempt: number
  readonly signal: AbortSignal | undefined
}

export interface SendOptions {
  readonly sender?: string
  /** Aborted before it begins or between two attempts, the call rejects with its reason. A handler may look at `context.signal`. */
  readonly signal?: AbortSignal
}

export interface HandleOptions<M> {
  /** Called before the handler and its unit of work: false refuses with `NITRO_FORBIDDEN`. */
  readonly allow?: (message: M, context: HandlerContext) => MaybePromise<boolean>
  /** Runs the handler in a unit of work. Default: true for commands; queries never do. */
  readonly unitOfWork?: boolean
  /** Milliseconds until that unit of work is taken back and the sender gets `NITRO_DEADLINE`. Default: 30000, within another unit none. */
  readonly deadlineMs?: number
  /**
   * Tries again, each time in a new unit of work, what a busy store, a conflict or an outdated copy made fail: a number of
   * attempts, or more precisely. Default: once. Mind what else the handler does that no rollback takes back. Within a unit
   * of work of the caller it runs once, since only the whole can be repeated.
   */
  readonly retry?: number | RetryOptions
}

/**
 * Calls `next` once to go on, and returns another result than its own, or throws. Returns undefined: the result of `next`.
 * A second call, and neither a call nor a result, are `NITRO_CQRS_NEXT`.
 */
export type Middleware = (
  message: Message,
  context: HandlerContext,
  next: () => Promise<unknown>,
) => unknown

export interface UseOptions {
  /** Runs in each attempt, inside of its unit of work, next to the handler. Default: once, around everything. */
  readonly inUnitOfWork?: boolean
}

type GivenFor<M> = M extends Message<MessageKind, unknown, infer Given> ? Given : never
type DeclaredFor<M> = M extends Message<MessageKind, infer Result> ? Result : never
export type ResultFor<M, Given> = unknown extends DeclaredFor<M> ? Awaited<Given> : DeclaredFor<M>

/** Returned by `handle`: the handler's command or query as a function, with the types of both. */
export interface Handling<C extends MessageClass, Result> {
  /** Makes the message of its input and sends it, like `execute(new PlaceOrder(input))`. */
  (...input: ConstructorParameters<C>): Promise<Result>
  /** Takes the handler away; again does nothing. */
  off(): void
  [Symbol.dispose](): void
}

export type Handle = <
  C extends MessageClass,
  Given extends MaybePromise<GivenFor<InstanceType<C>>>,
>(
  message: C,
  handler: (message: InstanceType<C>, context: HandlerContext) => Given,
  options?: HandleOptions<InstanceType<C>>,
) => Handling<C, ResultFor<InstanceType<C>, Given>>

type Send<Kind extends MessageKind> = <Result>(
  message: Message<Kind, Result>,
  options?: SendOptions,
) => Promise<Result>
export type Execute = Send<"command">
export type Ask = Send<"query">

/** A set of handlers. The functions of `nitro-ts/cqrs` work on the current one; an app or a test can have its own. */
export interface Handlers {
  /** Gives a command or query its one handler. Throws `NITRO_CQRS_TWO_HANDLERS`, which names both places. */
  readonly handle: Handle
  /** Runs the handler of a command. Rejects with what it throws, and with `NITRO_CQRS_NO_HANDLER`. */
  readonly execute: Execute
  /** Runs the handler of a query. */
  readonly ask: Ask
  /** Adds middleware; the first added is the outermost. Returns what takes it away. */
  readonly use: (middleware: Middleware, options?: UseOptions) => () => void
}

export interface HandlersOptions {
  /** Where to look for handlers that are not given here: a test replaces one and keeps the others. */
  readonly base?: Handlers
}
