// What one name resolves to: its own subscriptions and those of patterns that cover it, in calling order.
import { findDeclared, resolution } from "./event-type.ts"
import type { PatternTrie } from "./pattern-trie.ts"
import type { StandardSchema } from "./standard-schema.ts"
import { byPriority, type Subscription } from "./subscription.ts"
import type { ErrorPolicy, Handler, HandlerResult } from "./types.ts"

/** The result of a handler that returned nothing: one frozen object, since most handlers do. */
export const NOTHING: HandlerResult = Object.freeze({ value: undefined })

export interface Resolved {
  readonly generation: number
  readonly subscriptions: readonly Subscription[]
  /** The handlers alone, when neither they, the event's declaration, nor the registry's policy ask for anything but the call. */
  readonly plain: readonly Handler<never>[] | undefined
  readonly schema: StandardSchema | undefined
  /** Inside of a unit of work the handlers wait for its commit. */
  readonly afterCommit: boolean
  /** The results when every handler returned nothing. Frozen and shared. */
  readonly nothing: readonly HandlerResult[]
  /** The same, to be copied: slicing a frozen array is slow. */
  readonly template: readonly HandlerResult[]
}

export class Slot {
  readonly name: string
  readonly namespace: string | undefined
  readonly maxDepth: number
  readonly maxRunning: number
  readonly onError: ErrorPolicy
  readonly #patterns: PatternTrie<Subscription>
  readonly exact: Set<Subscription> = new Set()
  resolved: Resolved | undefined = undefined
  /** The root registry, until this slot is dropped for being unused. */
  root: object | undefined

  constructor(
    name: string,
    namespace: string | undefined,
    root: { readonly maxDepth: number; readonly maxRunning: number; readonly onError: ErrorPolicy },
    patterns: PatternTrie<Subscription>,
  ) {
    this.name = name
    this.namespace = namespace
    this.root = root
    this.maxDepth = root.maxDepth
    this.maxRunning = root.maxRunning
    this.onError = root.onError
    this.#patterns = patterns
  }

  resolve(): Resolved {
    const { resolved } = this
    if (resolved !== undefined && resolved.generation === resolution.generation) return resolved
    const covering = this.#patterns.isEmpty ? [] : this.#patterns.find(this.name)
    const subscriptions = [...this.exact, ...covering].sort(byPriority)
    const { schema, afterCommit = false } = findDeclared(this.name, this.namespace) ?? {}
    const handlers = subscriptions.flatMap(subscription => subscription.plainHandler ?? [])
    this.resolved = {
      generation: resolution.generation,
      subscriptions,
      plain: handlers.length === subscriptions.length && !schema && !afterCommit && this.onError !== "throw" ? handlers : undefined,
      schema,
      afterCommit,
      nothing: Object.freeze(subscriptions.map(() => NOTHING)),
      template: subscriptions.map(() => NOTHING),
    }
    return this.resolved
  }
}
