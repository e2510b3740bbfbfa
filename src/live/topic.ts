// A topic: one live view as this process keeps it, for one page or shared by many. Renders once for all that watch it.
import type { EntityClass } from "../entity/index.ts"
import { storeOf } from "../entity/internal.ts"
import type { EntityId } from "../entity/store.ts"
import { reportError } from "../shared/report.ts"
import { patches as patchTrace, topics as topicTrace } from "../shared/trace.ts"
import type { MaybePromise } from "../shared/types.ts"
import { canonicalText } from "./canonical.ts"
import type { ChangeFeed, ChangeReader, NumberedChange } from "./change-feed.ts"
import { type Cursor, fingerprint } from "./cursor.ts"
import { Frame } from "./frame.ts"
import { Follower, renderInside } from "./inside.ts"
import type { ItemProbe } from "./item-probe.ts"
import { type Interest, isCoarse, type Watch } from "./matching/watches.ts"
import type { Rounds } from "./rounds.ts"
import { ownContext, PersonalView, type RunIn } from "./sharing.ts"

/** Above this many changes that wait, they are dropped and the store is read instead. */
export const maxWaitingChanges: number = 1000
/** A topic with more watches of one class follows all changes of the class. */
const maxWatches = 100

/** Encoded events. They differ where a client can move an element that it has; others remove it and insert it anew. */
export interface Patches {
  /** Removals of what leaves the view. They go out before anything else: it may come into another view of the page. */
  readonly leaving: string
  readonly plain: string
  readonly moving: string
}

/** Puts what was prepared into effect, at once, and returns what it means for pages that showed the state before. */
export type Commit = () => Patches | undefined

/** A page that watches a topic. */
export interface Subscriber {
  receive(topic: Topic, patches: Patches): void
  /** The topic cannot go on: the page has to come again. */
  end(): void
}

/** Finds another topic for a subscriber of a shared one that turned out to be personal. */
export interface Replacement {
  replace(): Promise<void>
}

export interface TopicSetup {
  /** Runs what reads and renders in the async context that the view belongs to. */
  readonly inContext: RunIn
  /** Whether the same content is right for every page with the view. */
  readonly isShared: boolean
  readonly feed: ChangeFeed
  readonly rounds: Rounds
  /** Throws `PersonalView` once the content turned out to depend on the user. */
  readonly assertShared?: () => void
  readonly onEnd: (topic: Topic) => void
}

/**
 * A subclass says how to show the view (`load`, `text`) and what changes do to it (`apply`). Both prepare first and commit
 * at once, so that every subscriber sees a state as a whole. Changes are applied in order, after the load.
 */
export abstract class Topic implements ChangeReader {
  /** HTML id of the element that the topic fills. */
  readonly regionId: string
  readonly isShared: boolean
  /** Of a view with rows: checks whether pages may share it. */
  readonly probe: ItemProbe | undefined = undefined
  readonly #setup: TopicSetup
  readonly #follower: Follower = new Follower(interest => this.follow(interest))
  readonly #watches = new Map<string, Watch<ChangeReader>>()
  /** The classes that it watches, with the number of watches. */
  readonly #classes = new Map<EntityClass, number>()
  readonly #subscribers = new Map<Subscriber, Replacement | undefined>()
  /** No other process can change what the topic shows. */
  #isExclusive = true
  #work: Promise<unknown> | undefined
  #isScheduled = false
  /** A caller waits for the round that is scheduled. */
  #isAwaited = false
  #isEnded = false
  #waiting: NumberedChange[] = []
  /** Subscribers were sent everything up to this change; undefined: everything. */
  #sentUpTo: number | undefined
  /** The same, once the batch that runs is over. */
  #appliedUpTo: number | undefined
  #mustLoad = false
  #snapshot: WeakRef<Frame> | undefined
  #digest: string | undefined
  #inside: RunIn | undefined
  #endTrace: (() => void) | undefined

  constructor(regionId: string, setup: TopicSetup) {
    this.regionId = regionId
    this.isShared = setup.isShared
    this.#setup = setup
  }

  /** The changes that concern the topic; of one class of these, `apply` may be given changes. */
  protected abstract readonly interests: readonly Interest[]
  /** The class whose changes `apply` takes; others make the topic load. Undefined: all do. */
  protected abstract readonly applies: EntityClass | undefined
  /** Reads the truth from the store. */
  protected abstract load(): Promise<Commit>
  protected abstract apply(changes: readonly NumberedChange[]): Promise<Commit>
  /** The events that make the region of any page true, whatever it showed before. */
  protected abstract text(): string

  /** Resolves once the topic shows every change announced so far. Rejects when it cannot be loaded. */
  ready(): Promise<unknown> {
    this.#work ??= this.#begin()
    if (this.#isScheduled) {
      this.#isAwaited = true
      this.#setup.rounds.hurry()
    }
    return this.#work
  }

  /** The same, with what other processes changed before this call. */
  fresh(): Promise<unknown> {
    if (this.#work === undefined || this.#isExclusive) return this.ready()
    this.#mustLoad = true
    void this.#schedule()
    return this.ready()
  }

  subscribe(subscriber: Subscriber): void {
    if (!this.#subscribers.has(subscriber)) this.#subscribers.set(subscriber, undefined)
  }

  unsubscribe(subscriber: Subscriber): void {
    if (this.#subscribers.delete(subscriber) && this.#subscribers.size === 0) this.#stop()
  }

  /** Replaces the topic of `subscriber` when pages may not share it any longer; without it its stream ends. */
  onPersonal(subscriber: Subscriber, replacement: Replacement): void {
    if (this.#subscribers.has(subscriber)) this.#subscribers.set(subscriber, replacement)
  }

  /** Pages may not share it: each gets a separate topic. */
  endSharing(): void {
    for (const [subscriber, replacement] of [...this.#subscribers]) {
      replacement?.replace().catch((error: unknown) => {
        reportError(error, `the live view #${this.regionId}`, "live")
        subscriber.end()
      })
    }
    this.end()
  }

  /** Ends the streams of all subscribers: their pages come again, and are judged anew. */
  end(): void {
    for (const subscriber of [...this.#subscribers.keys()]) subscriber.end()
    this.#stop()
  }

  /** Subscribers were sent everything up to this change. */
  get settled(): number {
    return this.#sentUpTo ?? this.#setup.feed.last
  }

  /** True when nothing can have changed since a page with this cursor; false where another process may have written. */
  isUnchangedSince(cursor: Cursor): boolean {
    return (
      this.#isExclusive && this.#setup.feed.isUnchangedSince(cursor.place, this.#classes.keys())
    )
  }

  /** Whether numbers of changes alone prove that a page is up to date. */
  get provesByNumber(): boolean {
    return this.isShared && this.#isExclusive
  }

  /** The present state as events. Shared while it is held: many pages may wait for the same. */
  snapshot(): Frame {
    let frame = this.#snapshot?.deref()
    if (frame === undefined) {
      frame = Frame.of(this.text(), this.isShared)
      this.#snapshot = new WeakRef(frame)
    }
    return frame
  }

  get digest(): string {
    this.#digest ??= fingerprint(this.snapshot().bytes)
    return this.#digest
  }

  /** From now on these changes concern the topic. */
  protected follow(interest: Interest): void {
    if (this.#isEnded) return
    const { entity, where, fields, leaving } = interest
    const all = canonicalText([entity])
    const key =
      where === undefined && fields === undefined
        ? all
        : canonicalText([entity, where, fields && [...fields].sort(), leaving])
    if (this.#watches.has(key) || this.#watches.has(all)) return
    const count = this.#classes.get(entity) ?? 0
    // Queries of views inside of it may differ at each rendering.
    if (count >= maxWatches && key !== all) {
      this.follow({ entity, leaving: true })
      return
    }
    const store = storeOf(entity)
    const { partition, capabilities } = store
    if (capabilities.durable || capabilities.announces) this.#isExclusive = false
    this.#setup.feed.warnOfOtherLog(store)
    this.#classes.set(entity, count + 1)
    this.#watches.set(key, this.#setup.feed.watch(interest, partition, this))
  }

  /** Its watch of an interest; undefined before it follows, and where it follows the whole class. */
  protected watchOf(entity: EntityClass): Watch<ChangeReader> | undefined {
    for (const watch of this.#watches.values()) if (watch.interest.entity === entity) return watch
    return undefined
  }

  /** Rows of changes that wait. */
  protected waitingIds(): Set<EntityId> {
    return new Set(this.#waiting.map(({ change }) => change.id))
  }

  protected run<T>(work: () => T): T {
    // Made once: each change runs in it.
    this.#inside ??= this.#setup.inContext(() => renderInside(this.#follower, ownContext))
    return this.#inside(work)
  }

  async #begin(): Promise<void> {
    if (topicTrace.isWatched)
      this.#endTrace = topicTrace.begin({ id: this.regionId, isShared: this.isShared })
    try {
      this.run(() => {
        for (const interest of this.interests) this.follow(interest)
      })
      const commit = await this.#load()
      commit()
    } catch (error) {
      // A failed start must not be shared with the next page.
      this.#stop()
      throw error
    }
  }

  receive(numbered: NumberedChange): void {
    if (this.#isEnded) return
    this.#note(numbered.previous)
    this.#waiting.push(numbered)
    if (this.#waiting.length > maxWaitingChanges) {
      this.#waiting = []
      this.#mustLoad = true
    }
    void this.#schedule()
  }

  reload(previous: number): void {
    if (this.#isEnded) return
    this.#note(previous)
    this.#mustLoad = true
    void this.#schedule()
  }

  #note(previous: number): void {
    this.#sentUpTo ??= previous
    this.#appliedUpTo ??= previous
  }

  /** All changes until the next round are one batch: one render, one write per connection. */
  #schedule(): Promise<unknown> {
    const before = this.#work ?? Promise.resolve()
    if (this.#isScheduled) return before
    this.#isScheduled = true
    this.#work = before.then(() => this.#nextRound()).then(() => this.#runBatch())
    // The error reaches the caller that awaits it; a change waits for nothing.
    this.#work.catch(() => undefined)
    return this.#work
  }

  #nextRound(): Promise<void> {
    const { rounds } = this.#setup
    const next = rounds.next()
    if (this.#isAwaited) rounds.hurry()
    return next
  }

  #runBatch(): MaybePromise<unknown> {
    this.#isScheduled = false
    this.#isAwaited = false
    const changes = this.#waiting
    const mustLoad =
      this.#mustLoad ||
      changes.some(({ change }) => isCoarse(change) || change.entity !== this.applies)
    this.#waiting = []
    this.#appliedUpTo = undefined
    this.#mustLoad = false
    if (this.#isEnded) return undefined
    const prepare = mustLoad ? () => this.load() : () => this.apply(changes)
    if (!patchTrace.isWatched) return this.#renew(prepare)
    const message = { id: this.regionId, changes: changes.length }
    return patchTrace.run<Patches | undefined>(
      message,
      () => this.#renew(prepare),
      (patches, traced) => {
        traced.streams = patches === undefined ? 0 : this.#subscribers.size
        traced.bytes =
          patches === undefined ? 0 : Buffer.byteLength(patches.leaving + patches.moving)
      },
    )
  }

  /** Returns what it sent, while that is traced. Few promises, since each costs, and each change comes here for each view that it concerns. */
  async #renew(prepare: () => Promise<Commit>): Promise<Patches | undefined> {
    let commit: Commit | undefined
    try {
      commit = await this.run(prepare)
      this.#setup.assertShared?.()
    } catch (error) {
      commit = await this.#loadAfter(error)
    }
    if (!commit || this.#isEnded) return undefined
    const patches = commit()
    this.#sentUpTo = this.#appliedUpTo
    if (patches === undefined) return undefined
    this.#snapshot = undefined
    this.#digest = undefined
    for (const subscriber of [...this.#subscribers.keys()]) subscriber.receive(this, patches)
    // The last promise is kept, and would keep them.
    return patchTrace.isWatched ? patches : undefined
  }

  /** After a failure the store is read; a topic that fails twice ends, since nothing is known of what its pages show. */
  async #loadAfter(error: unknown): Promise<Commit | undefined> {
    if (error instanceof PersonalView) this.endSharing()
    const commit = this.#isEnded ? undefined : await this.#load().catch(() => undefined)
    // Ended meanwhile, no longer shared, or without subscribers.
    if (this.#isEnded) return undefined
    reportError(error, `the live view #${this.regionId}`, "live")
    if (commit === undefined) this.end()
    return commit
  }

  async #load(): Promise<Commit> {
    const commit = await this.run(() => this.load())
    this.#setup.assertShared?.()
    return commit
  }

  #stop(): void {
    if (this.#isEnded) return
    this.#isEnded = true
    this.#endTrace?.()
    for (const watch of this.#watches.values()) watch.end()
    this.#watches.clear()
    this.#waiting = []
    this.#setup.onEnd(this)
  }
}
