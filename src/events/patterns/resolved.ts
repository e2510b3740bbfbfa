// The subscriptions called by an emission of one name, in calling order, kept in step with single changes instead of sorted anew.
import type { StandardSchema } from "../types/standard-schema.ts"
import type { Handler, HandlerResult } from "../types/types.ts"
import { byPriority, type Subscription } from "./subscription.ts"

/** The result of a handler that returned nothing: one frozen object, since most handlers do. */
export const NOTHING: HandlerResult = Object.freeze({ value: undefined })

/** One subscription that came or went. */
export interface SubscriptionUpdate {
  readonly subscription: Subscription
  readonly isAdded: boolean
}

export interface ResolvedRules {
  readonly schema: StandardSchema | undefined
  /** Inside of a unit of work the handlers wait for its commit. */
  readonly afterCommit: boolean
  readonly throws: boolean
}

/** Freezing a long list takes longer than calling its handlers. */
const maxFrozen = 1_000

export class Resolved {
  /** The generation of patterns and schemas that it is true for. */
  generation: number
  readonly subscriptions: readonly Subscription[]
  /** The handlers alone, if neither they, the event's declaration, nor the registry's policy need more than the call. */
  readonly plain: readonly Handler<never>[] | undefined
  readonly schema: StandardSchema | undefined
  readonly afterCommit: boolean
  /** The results when every handler returned nothing, frozen and shared. Undefined for a long list. */
  readonly nothing: readonly HandlerResult[] | undefined
  private sharedTemplate: readonly HandlerResult[] | undefined = undefined
  private readonly rules: ResolvedRules

  constructor(
    generation: number,
    subscriptions: readonly Subscription[],
    rules: ResolvedRules,
    handlers: readonly Handler<never>[] | undefined,
  ) {
    this.generation = generation
    this.subscriptions = subscriptions
    this.rules = rules
    this.schema = rules.schema
    this.afterCommit = rules.afterCommit
    const { length } = subscriptions
    this.nothing =
      length > maxFrozen ? undefined : Object.freeze(new Array<HandlerResult>(length).fill(NOTHING))
    this.plain = rules.schema || rules.afterCommit || rules.throws ? undefined : handlers
  }

  /** The same, to be copied: slicing a frozen list is slow. */
  get template(): readonly HandlerResult[] {
    this.sharedTemplate ??= new Array<HandlerResult>(this.subscriptions.length).fill(NOTHING)
    return this.sharedTemplate
  }

  /** With these changes, in one pass over the list at most; a subscription that is added last needs none. */
  with(changes: readonly SubscriptionUpdate[], generation: number): Resolved {
    const added = new Set<Subscription>()
    const removed = new Set<Subscription>()
    for (const { subscription, isAdded } of changes) {
      if (isAdded) added.add(subscription)
      else if (!added.delete(subscription)) removed.add(subscription)
    }
    if (added.size === 0 && removed.size === 0) {
      this.generation = generation
      return this
    }
    const sorted = [...added].sort(byPriority)
    const last = this.subscriptions.at(-1)
    const first = sorted[0]
    const isAppended =
      removed.size === 0 &&
      (last === undefined || first === undefined || byPriority(last, first) < 0)
    const subscriptions = isAppended
      ? this.subscriptions.concat(sorted)
      : merged(this.subscriptions, sorted, removed)
    const more = isAppended && this.plain !== undefined ? plainHandlers(sorted) : undefined
    const handlers = more === undefined ? plainHandlers(subscriptions) : this.plain?.concat(more)
    return new Resolved(generation, subscriptions, this.rules, handlers)
  }
}

/** Undefined if one of them needs more than the call. */
export function plainHandlers(
  subscriptions: readonly Subscription[],
): readonly Handler<never>[] | undefined {
  const handlers: Handler<never>[] = []
  for (const { plainHandler } of subscriptions) {
    if (plainHandler === undefined) return undefined
    handlers.push(plainHandler)
  }
  return handlers
}

/** Both lists are sorted. */
function merged(
  list: readonly Subscription[],
  added: readonly Subscription[],
  removed: ReadonlySet<Subscription>,
): readonly Subscription[] {
  const result: Subscription[] = []
  let next = 0
  for (const subscription of list) {
    if (removed.has(subscription)) continue
    for (
      let one = added[next];
      one !== undefined && byPriority(one, subscription) < 0;
      one = added[++next]
    )
      result.push(one)
    result.push(subscription)
  }
  for (const one of added.slice(next)) result.push(one)
  return result
}
