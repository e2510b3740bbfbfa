// A set of subscriptions: files them by name or pattern, finds them again, and hands emissions to what runs them.
import { ModuleDeclarations } from "../shared/module-evaluation.ts"
import { openUnit } from "../shared/open-unit.ts"
import { trackFor } from "./context/tracking.ts"
import { PatternLog } from "./patterns/pattern-log.ts"
import { PatternTrie } from "./patterns/pattern-trie.ts"
import type { SubscriptionUpdate } from "./patterns/resolved.ts"
import { type Patterns, Slot } from "./patterns/slot.ts"
import { assertHandler, byPriority, type Home, Subscription } from "./patterns/subscription.ts"
import { cannotWait } from "./run/deferral.ts"
import { emit, emitSync } from "./run/emit.ts"
import { openStream } from "./stream/stream.ts"
import {
  type Declaration,
  type DeclaredEvent,
  declareEvent,
  resolution,
} from "./types/event-type.ts"
import { assertEventName, isPattern } from "./types/names.ts"
import type {
  Declare,
  Emit,
  EmitOptions,
  EmitSyncOptions,
  ErrorPolicy,
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

/** Every event type is a declared one: `event()` is the only maker, and the interface only hides its fields. */
type Target = EventType<unknown, never> | string

type Called = (...args: never[]) => unknown

const isDevelopment = process.env["NODE_ENV"] !== "production"

/** Names without subscriptions that are cached: enough for speed, bounded for names made from data. */
const maxUnusedSlots = 10_000

export class Registry implements Events, Home {
  readonly maxDepth: number
  readonly maxRunning: number
  readonly onError: ErrorPolicy
  readonly #name: string | undefined
  readonly #root: Registry
  readonly #slots = new Map<string, Slot>()
  readonly #patterns: Patterns = {
    trie: new PatternTrie<Subscription>(),
    log: new PatternLog(),
  }
  readonly #patternSubscriptions = new Map<string, Set<Subscription>>()
  readonly #namespaces = new Map<string, Registry>()
  readonly #declarations = new ModuleDeclarations()
  #unusedSlots = 0

  constructor(options: EventsOptions = {}, root?: Registry, name?: string) {
    this.maxDepth = options.maxDepth ?? 100
    this.maxRunning = options.maxRunning ?? 100_000
    this.onError = options.onError ?? "report"
    this.#root = root ?? this
    this.#name = name
  }

  readonly event: Declare = (name: string, options?: Declaration): never =>
    // Typed by the overloads of `Declare`.
    declareEvent(name, this.#name, options, this.event) as never

  readonly on: Subscribe = (
    target: Target,
    handler: Handler<never>,
    options?: SubscribeOptions<never>,
  ): Off => this.subscribe(target, handler, options, this.on)

  /** `on`, for callers that know the function better that the application called. */
  subscribe(
    target: Target,
    handler: Handler<never>,
    options: SubscribeOptions<never> = {},
    called: Called,
  ): Off {
    const name = typeof target === "string" ? target : target.name
    assertHandler(handler, name)
    if (options.signal?.aborted) return offOf(undefined)
    const home = typeof target === "string" ? this : this.#homeOf(target)
    trackFor(handler)
    // Modules are evaluated again where applications are developed; looking for it costs more than subscribing.
    const declared = isDevelopment ? this.#root.#declarations.enter(called)?.declared : undefined
    const subscription = new Subscription(name, home, handler, options)
    home.#add(subscription)
    if (declared !== undefined) {
      subscription.declaredIn = declared
      declared.add(subscription)
    }
    if (options.signal) subscription.endWith(options.signal)
    return offOf(subscription)
  }

  readonly emit: Emit<EmitOptions, Promise<readonly HandlerResult[]>> = (
    target: Target,
    payload?: unknown,
    options?: EmitOptions,
  ) => emit(this.slotOf(target), payload, options)

  readonly emitSync: Emit<EmitSyncOptions, readonly HandlerResult[]> = (
    target: Target,
    payload?: unknown,
    options?: EmitSyncOptions,
  ) => emitSync(this.slotOf(target), payload, options)

  readonly stream: Emit<StreamOptions, EventStream> = (
    target: Target,
    payload?: unknown,
    options?: StreamOptions,
  ) => {
    const slot = this.slotOf(target)
    if (slot.resolve().afterCommit && openUnit() !== undefined) throw cannotWait(slot, "streamed")
    return openStream(slot, payload, options)
  }

  readonly namespace = (name: string): Registry => {
    if (this.#root !== this) return this.#root.namespace(`${this.#name}.${name}`)
    let namespace = this.#namespaces.get(name)
    if (!namespace) {
      assertEventName(name, "namespace")
      namespace = new Registry(this, this, name)
      this.#namespaces.set(name, namespace)
    }
    return namespace
  }

  readonly listeners = (target: Target): Listener[] =>
    this.#find(target).map(subscription => subscription.describe())

  readonly hasListeners = (target: Target): boolean => this.#find(target).length > 0

  readonly clear = (): void => {
    for (const slot of this.#slots.values())
      for (const subscription of [...slot.exact]) subscription.off()
    for (const subscriptions of [...this.#patternSubscriptions.values()])
      for (const subscription of [...subscriptions]) subscription.off()
    for (const registry of this.#namespaces.values()) registry.clear()
  }

  /** Where emissions of a name start. */
  slotOf(target: Target): Slot {
    if (typeof target === "string") return this.#slots.get(target) ?? this.#makeSlot(target)
    // Events are made by `declareEvent` alone.
    const declared = target as DeclaredEvent
    const { cache } = declared
    // Only the line below writes it, with a slot.
    if (cache !== undefined && cache.root === this.#root) return cache as Slot
    const slot = this.#homeOf(target).slotOf(target.name)
    declared.cache = slot
    return slot
  }

  remove(subscription: Subscription): void {
    const { event } = subscription
    if (isPattern(event)) {
      const same = this.#patternSubscriptions.get(event)
      same?.delete(subscription)
      if (same?.size === 0) this.#patternSubscriptions.delete(event)
      this.#patterns.trie.remove(event, subscription)
      this.#patternChanged({ subscription, isAdded: false })
      return
    }
    const slot = this.#slots.get(event)
    if (!slot?.delete(subscription)) return
    if (slot.exact.size === 0) this.#unusedSlots++
  }

  #homeOf(event: EventType<unknown, never>): Registry {
    return event.namespace === undefined ? this.#root : this.#root.namespace(event.namespace)
  }

  #add(subscription: Subscription): void {
    const { event } = subscription
    if (isPattern(event)) {
      this.#patterns.trie.add(event, subscription)
      const same = this.#patternSubscriptions.get(event)
      if (same) same.add(subscription)
      else this.#patternSubscriptions.set(event, new Set([subscription]))
      this.#patternChanged({ subscription, isAdded: true })
      return
    }
    const slot = this.slotOf(event)
    if (slot.exact.size === 0) this.#unusedSlots--
    slot.add(subscription)
  }

  #patternChanged(change: SubscriptionUpdate): void {
    this.#patterns.log.add(change)
    resolution.generation++
  }

  #find(target: Target): readonly Subscription[] {
    if (typeof target !== "string") return this.slotOf(target).resolve().subscriptions
    if (isPattern(target))
      return [...(this.#patternSubscriptions.get(target) ?? [])].sort(byPriority)
    return this.slotOf(target).resolve().subscriptions
  }

  #makeSlot(name: string): Slot {
    assertEventName(name)
    if (this.#unusedSlots >= maxUnusedSlots) this.#dropUnusedSlots()
    const slot = new Slot(name, this.#name, this.#root, this.#patterns)
    this.#slots.set(name, slot)
    this.#unusedSlots++
    return slot
  }

  #dropUnusedSlots(): void {
    for (const [name, slot] of this.#slots) {
      if (slot.exact.size > 0) continue
      // A declared event may still point at it; without a root it looks again.
      slot.root = undefined
      this.#slots.delete(name)
    }
    this.#unusedSlots = 0
  }
}

function offOf(subscription: Subscription | undefined): Off {
  const off = () => subscription?.off()
  return Object.assign(off, { [Symbol.dispose]: off })
}
