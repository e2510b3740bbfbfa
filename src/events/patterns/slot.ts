// One name of one registry: its own subscriptions, and what an emission of it calls, patterns included.
import { findDeclared, resolution } from "../types/event-type.ts"
import type { ErrorPolicy } from "../types/types.ts"
import type { PatternLog } from "./pattern-log.ts"
import { matches, type PatternTrie } from "./pattern-trie.ts"
import { plainHandlers, Resolved, type SubscriptionUpdate } from "./resolved.ts"
import { byPriority, type Subscription } from "./subscription.ts"

/** More changes than this between two emissions are cheaper to sort anew, and not to be held on to. */
const maxChanges = 1_000

/** The patterns of the registry, as a slot uses them. */
export interface Patterns {
  readonly trie: PatternTrie<Subscription>
  readonly log: PatternLog
}

export class Slot {
  readonly name: string
  readonly namespace: string | undefined
  readonly maxDepth: number
  readonly maxRunning: number
  readonly onError: ErrorPolicy
  readonly #patterns: Patterns
  readonly #exact: Set<Subscription> = new Set()
  /** Undefined while `#base` is out of date. */
  private resolved: Resolved | undefined = undefined
  /** The latest resolution, brought up to date by the changes since. */
  #base: Resolved | undefined = undefined
  /** Undefined while there are none. */
  #changes: SubscriptionUpdate[] | undefined = undefined
  #schemas = 0
  #patternVersion = 0
  /** The root registry, until this slot is dropped for being unused. */
  root: object | undefined

  constructor(
    name: string,
    namespace: string | undefined,
    root: { readonly maxDepth: number; readonly maxRunning: number; readonly onError: ErrorPolicy },
    patterns: Patterns,
  ) {
    this.name = name
    this.namespace = namespace
    this.root = root
    this.maxDepth = root.maxDepth
    this.maxRunning = root.maxRunning
    this.onError = root.onError
    this.#patterns = patterns
  }

  get exact(): ReadonlySet<Subscription> {
    return this.#exact
  }

  add(subscription: Subscription): void {
    this.#exact.add(subscription)
    this.#note({ subscription, isAdded: true })
  }

  /** False where it is not there. */
  delete(subscription: Subscription): boolean {
    if (!this.#exact.delete(subscription)) return false
    this.#note({ subscription, isAdded: false })
    return true
  }

  #note(change: SubscriptionUpdate): void {
    this.resolved = undefined
    if (this.#base === undefined) return
    this.#changes ??= []
    if (this.#exact.size > 0 && this.#changes.length < maxChanges) this.#changes.push(change)
    else this.#base = this.#changes = undefined
  }

  resolve(): Resolved {
    const resolved = this.resolved
    return resolved !== undefined && resolved.generation === resolution.generation
      ? resolved
      : this.#refresh()
  }

  #refresh(): Resolved {
    const base = this.#base
    const patterns =
      base && this.#schemas === resolution.schemas
        ? this.#patterns.log.since(this.#patternVersion)
        : undefined
    let resolved: Resolved
    if (base === undefined || patterns === undefined) resolved = this.#build()
    else {
      const covering = patterns.filter(({ subscription }) => matches(subscription.event, this.name))
      resolved = base.with([...(this.#changes ?? []), ...covering], resolution.generation)
    }
    this.#changes = undefined
    this.#schemas = resolution.schemas
    this.#patternVersion = this.#patterns.log.version
    this.#base = resolved
    this.resolved = resolved
    return resolved
  }

  #build(): Resolved {
    const { trie } = this.#patterns
    const covering = trie.isEmpty ? [] : trie.find(this.name)
    const subscriptions = [...this.#exact, ...covering].sort(byPriority)
    const { schema, afterCommit = false } = findDeclared(this.name, this.namespace) ?? {}
    const rules = { schema, afterCommit, throws: this.onError === "throw" }
    return new Resolved(resolution.generation, subscriptions, rules, plainHandlers(subscriptions))
  }
}
