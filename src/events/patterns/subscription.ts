// One handler on one name or pattern: what it admits, and how it ends.
import { syncResult } from "../../shared/callback.ts"
import { NitroError } from "../../shared/errors.ts"
import "../types/errors.ts"
import type { Declared } from "../../shared/module-evaluation.ts"
import { report } from "../context/report.ts"
import type {
  ErrorPolicy,
  EventContext,
  Handler,
  Listener,
  SubscribeOptions,
} from "../types/types.ts"

/** Where a subscription is filed, so that it can end itself. */
export interface Home {
  remove(subscription: Subscription): void
}

/** Subscriptions ended so far: an emission under way looks here to see whether its list still holds. */
export const ended: { count: number } = { count: 0 }

let count = 0

export class Subscription {
  readonly event: string
  readonly home: Home
  readonly priority: number
  readonly order: number = count++
  readonly name: string
  readonly once: boolean
  readonly timeoutMs: number | undefined
  readonly when: ((payload: never, context: EventContext) => boolean) | undefined
  readonly #handler: Handler<never> | WeakRef<Handler<never>>
  readonly #sender: unknown
  readonly #filtersSender: boolean
  readonly #owner: WeakRef<object> | undefined
  #signal: AbortSignal | undefined
  #onAbort: (() => void) | undefined
  active = true
  /** The declarations of the module that made it while it was evaluated. */
  declaredIn: Set<Declared> | undefined

  constructor(
    event: string,
    home: Home,
    handler: Handler<never>,
    options: SubscribeOptions<never>,
  ) {
    this.event = event
    this.home = home
    this.priority = options.priority ?? 0
    this.name = options.name ?? (handler.name || "anonymous")
    this.once = options.once ?? false
    this.timeoutMs = options.timeoutMs
    this.when = options.when
    this.#filtersSender = options.sender !== undefined
    this.#sender = isObject(options.sender) ? new WeakRef(options.sender) : options.sender
    if (isObject(options.sender)) ends.register(options.sender, this, this)
    this.#handler = options.weak === undefined ? handler : new WeakRef(handler)
    if (options.weak !== undefined)
      ends.register(options.weak === true ? handler : options.weak, this, this)
    if (isObject(options.weak)) {
      this.#owner = new WeakRef(options.weak)
      keepWith(options.weak, handler)
    }
  }

  /** The handler if it can be called without any check; else undefined. */
  get plainHandler(): Handler<never> | undefined {
    const isPlain = !this.#filtersSender && !this.when && !this.once && this.timeoutMs === undefined
    return isPlain && typeof this.#handler === "function" ? this.#handler : undefined
  }

  get isWeak(): boolean {
    return this.#handler instanceof WeakRef
  }

  endWith(signal: AbortSignal): void {
    this.#signal = signal
    const onAbort = (): void => this.off()
    this.#onAbort = onAbort
    signal.addEventListener("abort", onAbort, { once: true })
  }

  /** The handler if this emission is for it; ends a `once` subscription, so that a nested emission cannot call it again. */
  admit(payload: unknown, context: EventContext, policy: ErrorPolicy): Handler<never> | undefined {
    if (!this.active) return undefined
    if (this.#filtersSender) {
      const sender = this.#sender instanceof WeakRef ? this.#sender.deref() : this.#sender
      if (!Object.is(sender, context.sender)) return undefined
    }
    const handler = typeof this.#handler === "function" ? this.#handler : this.#handler.deref()
    if (!handler) return undefined
    if (this.when) {
      try {
        // The overloads of `on` typed it by the event that it listens to.
        if (!syncResult(this.when(payload as never, context), `\`when\` of ${this.name}`))
          return undefined
      } catch (error) {
        // Handlers without a verdict do not run: a broken guard must not let anything through.
        report(error, `when of ${this.name}`, context, policy === "throw" ? "report" : policy)
        return undefined
      }
    }
    if (this.once) this.off()
    return handler
  }

  off(): void {
    if (!this.active) return
    this.active = false
    ended.count++
    ends.unregister(this)
    if (this.#onAbort) this.#signal?.removeEventListener("abort", this.#onAbort)
    const owner = this.#owner?.deref()
    if (owner && this.#handler instanceof WeakRef) release(owner, this.#handler.deref())
    this.declaredIn?.delete(this)
    this.home.remove(this)
  }

  describe(): Listener {
    return {
      event: this.event,
      handler: this.name,
      priority: this.priority,
      once: this.once,
      weak: this.isWeak,
    }
  }
}

/** Higher priority first, then the earlier subscription. */
export function byPriority(a: Subscription, b: Subscription): number {
  return b.priority - a.priority || a.order - b.order
}

export function assertHandler(handler: unknown, event: string): void {
  if (typeof handler !== "function") {
    throw new NitroError(
      "NITRO_EVENT_HANDLER",
      `on("${event}", ...) was given ${handler === null ? "null" : typeof handler} instead of a function.`,
      {
        fix: "Pass the handler as the second argument and options as the third.",
      },
    )
  }
}

const ends = new FinalizationRegistry<Subscription>(subscription => subscription.off())

// Keyed by the owner, so a handler that mentions its owner does not keep it alive.
const handlersOf = new WeakMap<object, Map<Handler<never>, number>>()

function keepWith(owner: object, handler: Handler<never>): void {
  const handlers = handlersOf.get(owner) ?? new Map<Handler<never>, number>()
  handlersOf.set(owner, handlers.set(handler, (handlers.get(handler) ?? 0) + 1))
}

function release(owner: object, handler: Handler<never> | undefined): void {
  const handlers = handlersOf.get(owner)
  const uses = handler && handlers?.get(handler)
  if (!handlers || !handler || !uses) return
  if (uses > 1) handlers.set(handler, uses - 1)
  else handlers.delete(handler)
}

function isObject(value: unknown): value is object {
  return (typeof value === "object" && value !== null) || typeof value === "function"
}
