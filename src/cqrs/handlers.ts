// A set of handlers: exactly one for each command and query, and everything that happens around it.

import type { z } from "zod"
import { retry, unitOfWork } from "../entity/index.ts"
import { AsyncVariable } from "../shared/async-variable.ts"
import { callSiteOf } from "../shared/call-site.ts"
import { NitroError } from "../shared/errors.ts"
import { runThrough } from "../shared/middleware.ts"
import { type Declared, ModuleDeclarations } from "../shared/module-evaluation.ts"
import "./errors.ts"
import {
  definitionOf,
  isMessage,
  isMessageClass,
  type Message,
  type MessageClass,
  type MessageDefinition,
  type MessageKind,
  verbs,
} from "./message.ts"
import { reported } from "./report.ts"
import type {
  Ask,
  Execute,
  Handle,
  HandleOptions,
  HandlerContext,
  Handlers,
  HandlersOptions,
  Handling,
  Middleware,
  ResultFor,
  SendOptions,
  UseOptions,
} from "./types.ts"

type Called = (...args: never[]) => unknown

interface Entry extends Declared {
  readonly definition: MessageDefinition
  readonly site: string
  readonly handler: (message: Message, context: HandlerContext) => unknown
  readonly options: HandleOptions<Message>
}

/** Runs the handler within the middleware of an app, in each attempt and inside of its unit of work. */
type Within = (work: () => Promise<unknown>) => Promise<unknown>

interface RunOptions extends SendOptions {
  readonly within?: Within
}

/** The set in force. */
const active = new AsyncVariable<Handlers>()

/** Worth another attempt of a whole handler, which reads again what it changes. */
const retryable = ["NITRO_STORE_BUSY", "NITRO_TRANSACTION_CONFLICT", "NITRO_STALE_ENTITY"]

class HandlerSet implements Handlers {
  readonly #base: HandlerSet | undefined
  readonly #entries = new Map<MessageDefinition, Entry>()
  readonly #outer: Middleware[] = []
  readonly #inner: Middleware[] = []
  readonly #declarations = new ModuleDeclarations()

  constructor({ base }: HandlersOptions = {}) {
    if (base !== undefined && !(base instanceof HandlerSet))
      throw misuse("The base of a set of handlers is none.", "Give currentHandlers().")
    this.#base = base
  }

  readonly handle: Handle = (message, handler, options = {}) =>
    this.add(message, handler, options, this.handle)

  /** `handle`, for callers that know the place better. */
  add<C extends MessageClass, Given>(
    message: C,
    handler: (message: InstanceType<C>, context: HandlerContext) => Given,
    options: HandleOptions<InstanceType<C>>,
    called: Called,
  ): Handling<C, ResultFor<InstanceType<C>, Given>> {
    if (!isMessageClass(message))
      throw misuse(`handle was given ${describe(message)}, which is no command or query class.`)
    if (typeof handler !== "function")
      throw misuse(`The handler of ${message.name} is ${describe(handler)}, not a function.`)
    const { definition } = message
    // A module that is evaluated again gives its handlers again.
    const declared = this.#declarations.enter(called)?.declared
    const site = callSiteOf(called)
    const existing =
      this.#entries.get(definition) ??
      [...this.#entries.values()].find(entry => entry.definition.name === definition.name)
    if (existing) {
      throw new NitroError(
        "NITRO_CQRS_TWO_HANDLERS",
        `${existing.definition === definition ? `The ${definition.kind} ${definition.name}` : `Two classes are named ${definition.name}, which`} was given two handlers: at ${existing.site} and at ${site}.`,
        { details: { name: definition.name, sites: [existing.site, site] } },
      )
    }
    // Called only with instances of `message`.
    const entry = { definition, site, handler, options, off: () => off() } as unknown as Entry
    this.#entries.set(definition, entry)
    const off = (): void => {
      declared?.delete(entry)
      if (this.#entries.get(definition) === entry) this.#entries.delete(definition)
    }
    declared?.add(entry)
    const send = (...input: never[]): Promise<unknown> => this.#sendHere(new message(...input))
    // Typed by the class and the handler: the input of its constructor, the result of both.
    return Object.assign(send, { off, [Symbol.dispose]: off }) as unknown as Handling<
      C,
      ResultFor<InstanceType<C>, Given>
    >
  }

  readonly execute: Execute = this.#sender("command")
  readonly ask: Ask = this.#sender("query")

  #sender<Kind extends MessageKind>(kind: Kind) {
    return <Result>(message: Message<Kind, Result>, options?: SendOptions) =>
      // Typed by the message: `handle` takes only handlers of its result.
      this.run(kind, message, options) as Promise<Result>
  }

  readonly use = (middleware: Middleware, options?: UseOptions): (() => void) =>
    this.around(middleware, options, this.use)

  /** `use`, for callers that know the function better that the application called. */
  around(
    middleware: Middleware,
    { inUnitOfWork = false }: UseOptions = {},
    called: Called,
  ): () => void {
    const declared = this.#declarations.enter(called)?.declared
    const list = inUnitOfWork ? this.#inner : this.#outer
    // A new function, so that a middleware may be added twice and removed once.
    const added: Middleware = (message, context, next) => middleware(message, context, next)
    Object.defineProperty(added, "name", { value: middleware.name })
    list.push(added)
    const entry: Declared = {
      off() {
        declared?.delete(entry)
        const at = list.indexOf(added)
        if (at >= 0) list.splice(at, 1)
      },
    }
    declared?.add(entry)
    return () => entry.off()
  }

  // A test's set may stand in front of the one that the function was made for.
  #sendHere(message: Message): Promise<unknown> {
    return sendWithin(active.get() ?? this, message)
  }

  /** `front` is the set that was called: the handler's own messages go there as well. */
  async run(
    kind: MessageKind,
    message: Message,
    options: RunOptions = {},
    front: HandlerSet = this,
  ): Promise<unknown> {
    const definition = definitionFor(kind, message)
    const entry = this.#entries.get(definition)
    if (!entry) {
      if (this.#base) return this.#base.run(kind, message, options, front)
      throw noHandler(definition, this.#entries.keys())
    }
    const context = {
      name: definition.name,
      kind,
      sender: options.sender,
      attempt: 0,
      signal: options.signal,
    }
    return active.run(front, () =>
      reported(context, () =>
        through(this.#outer, message, context, () =>
          this.#attempts(entry, message, context, options.within),
        ),
      ),
    )
  }

  // Without attempts nothing is awaited: while contexts are followed, every promise costs.
  async #attempts(
    entry: Entry,
    message: Message,
    context: HandlerContext & { attempt: number },
    within: Within | undefined,
  ): Promise<unknown> {
    const { definition, handler, options } = entry
    if (options.allow && !(await options.allow(message, context))) {
      throw new NitroError("NITRO_FORBIDDEN", `You may not use ${definition.name}.`)
    }
    const { returns } = definition
    const call = async (): Promise<unknown> => handler(message, context)
    const called =
      this.#inner.length === 0 ? call : () => through(this.#inner, message, context, call)
    const checkedCall = returns
      ? async () => checked(definition.name, returns, await called())
      : called
    const handled = within === undefined ? checkedCall : () => within(checkedCall)
    const attempt = (): Promise<unknown> => {
      context.signal?.throwIfAborted()
      context.attempt++
      if (definition.kind !== "command" || options.unitOfWork === false) return handled()
      const { deadlineMs } = options
      return unitOfWork(handled, {
        name: definition.name,
        ...(deadlineMs === undefined ? {} : { deadlineMs }),
      })
    }
    if (options.retry === undefined) return attempt()
    return retry(attempt, {
      codes: retryable,
      ...(typeof options.retry === "number" ? { attempts: options.retry } : options.retry),
    })
  }
}

/** Calls the middleware one within the other, and `run` innermost. */
function through(
  middleware: readonly Middleware[],
  message: Message,
  context: HandlerContext,
  run: () => Promise<unknown>,
): Promise<unknown> {
  const steps = middleware.map(each => ({
    name: each.name,
    run: (next: () => Promise<unknown>) => each(message, context, next),
  }))
  return runThrough(
    steps,
    run,
    (step, problem) =>
      new NitroError("NITRO_CQRS_NEXT", `The middleware ${step} ${problem} for ${context.name}.`),
  )
}

function noHandler(
  { kind, name }: MessageDefinition,
  handled: Iterable<MessageDefinition>,
): NitroError {
  const names = [...handled].map(definition => definition.name)
  return new NitroError("NITRO_CQRS_NO_HANDLER", `Nothing handles the ${kind} ${name}.`, {
    fix: `Call handle(${name}, ...), and import the file that does so where the application starts. Handled are: ${names.join(", ") || "none"}.`,
  })
}

/** The definition of what was sent. Throws for what is no message of this kind. */
function definitionFor(kind: MessageKind, message: unknown): MessageDefinition {
  const verb = verbs[kind]
  if (!isMessage(message)) {
    throw misuse(
      `${verb} was given ${describe(message)}, which is no ${kind}.`,
      `Call ${verb}(new ${isMessageClass(message) ? message.name : "..."}({ ... })).`,
    )
  }
  const definition = definitionOf(message)
  if (definition.kind === kind) return definition
  throw misuse(
    `${verb} was given ${definition.name}, which is a ${definition.kind}.`,
    `Use \`${verbs[definition.kind]}(${definition.kind})\`.`,
  )
}

async function checked(name: string, returns: z.ZodType, result: unknown): Promise<unknown> {
  const parsed = await returns.safeParseAsync(result)
  if (parsed.success) return parsed.data
  const problems = parsed.error.issues
    .map(({ path, message }) => (path.length > 0 ? `${path.join(".")}: ${message}` : message))
    .join("; ")
  throw new NitroError(
    "NITRO_CQRS_RESULT",
    `The handler of ${name} gave a result that ${name} does not declare: ${problems}.`,
  )
}

function misuse(message: string, fix?: string): NitroError {
  return new NitroError("NITRO_CQRS_DEFINITION", message, fix === undefined ? {} : { fix })
}

function describe(value: unknown): string {
  if (typeof value === "function")
    return `the ${/^class\b/.test(String(value)) ? "class" : "function"} ${value.name || "without a name"}`
  return value === null
    ? "null"
    : typeof value === "object"
      ? "an object"
      : `${typeof value} ${String(value)}`
}

const defaults = new HandlerSet()

/**
 * Sends a message of either kind. `within`: runs the handler of a command, in each attempt, within the middleware of an app; a
 * foreign set of handlers leaves it uncalled.
 */
export function sendWithin(
  handlers: Handlers,
  message: Message,
  options?: SendOptions,
  within?: Within,
): Promise<unknown> {
  const { kind } = definitionOf(message)
  if (handlers instanceof HandlerSet)
    return handlers.run(kind, message, within === undefined ? options : { ...options, within })
  const send: (message: never, options?: SendOptions) => Promise<unknown> = handlers[verbs[kind]]
  // The function for messages of its kind.
  return send(message as never, options)
}

/** A separate set of handlers, for an app beside others in the process or for a test. */
export function createHandlers(options: HandlersOptions = {}): Handlers {
  return new HandlerSet(options)
}

/** Runs `fn` with `handlers` as the current set: what the functions of this module work on, over awaits as well. */
export function withHandlers<T>(handlers: Handlers, fn: () => T): T {
  return active.run(handlers, fn)
}

/** The set in force: that of `withHandlers`, else the process's default. */
export function currentHandlers(): Handlers {
  return active.get() ?? defaults
}

/** `handle` of the current set: gives a command or query its one handler. */
export const handle: Handle = (message, handler, options = {}) => {
  const handlers = currentHandlers()
  return handlers instanceof HandlerSet
    ? handlers.add(message, handler, options, handle)
    : handlers.handle(message, handler, options)
}

/** `execute` of the current set: runs the handler of a command and gives its result. */
export const execute: Execute = (command, options) => currentHandlers().execute(command, options)

/** `ask` of the current set: runs the handler of a query and returns its result. */
export const ask: Ask = (query, options) => currentHandlers().ask(query, options)

/** `use` of the current set: adds middleware around the handlers. */
export const use: Handlers["use"] = (middleware, options) => {
  const handlers = currentHandlers()
  return handlers instanceof HandlerSet
    ? handlers.around(middleware, options, use)
    : handlers.use(middleware, options)
}
