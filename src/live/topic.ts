// A topic: one live view as this process keeps it, for one page or shared by many. Renders once for all that watch it.
import type { EntityClass } from "../entity/index.ts"
import { storeOf } from "../entity/internal.ts"
import { reportError } from "../shared/report.ts"
import {
  epoch,
  followChanges,
  isCoarse,
  lastSeq,
  lastSeqOf,
  type NumberedChange,
} from "./change-feed.ts"
import { type Cursor, fingerprint } from "./cursor.ts"
import { Follower, renderInside } from "./inside.ts"
import type { ItemProbe } from "./item-probe.ts"
import { ownContext, PersonalView, type RunIn } from "./sharing.ts"

/** Above this many changes that wait, they are dropped and the store is read instead. */
export const maxWaitingChanges: number = 1000

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
export type Replace = () => Promise<void>

export interface TopicSetup {
  /** Runs what reads and renders in the async context that the view belongs to. */
  readonly inContext: RunIn
  /** Whether the same content is right for every page that asks for the view. */
  readonly isShared: boolean
  /** Throws `PersonalView` once the content turned out to depend on who asks. */
  readonly assertShared?: () => void
  readonly onEnd: (topic: Topic) => void
}

/**
 * A subclass says how to show the view (`load`, `text`) and what changes do to it (`apply`). Both prepare first and commit
 * at once, so that every subscriber sees a state as a whole. Changes are applied in order, after the load.
 */
export abstract class Topic {
  /** HTML id of the element that the topic fills. */
  readonly regionId: string
  readonly isShared: boolean
  /** Of a view with rows: tells whether pages may share it. */
  readonly probe: ItemProbe | undefined = undefined
  readonly #setup: TopicSetup
  readonly #follower: Follower = new Follower(entity => this.follow(entity))
  readonly #following = new Map<EntityClass, () => void>()
  readonly #subscribers = new Set<Subscriber>()
  readonly #replacements = new Map<Subscriber, Replace>()
  /** No other process can change what the topic shows. */
  #isExclusive = true
  #work: Promise<void> | undefined
  #isScheduled = false
  #isEnded = false
  #waiting: NumberedChange[] = []
  /** The first change that subscribers have not been sent: one that waits, or is being applied. */
  #firstUnsent: number | undefined
  #firstWaiting: number | undefined
  #mustLoad = false
  #bytes: WeakRef<Uint8Array> | undefined
  #digest: string | undefined
  #inside: RunIn | undefined

  constructor(regionId: string, setup: TopicSetup) {
    this.regionId = regionId
    this.isShared = setup.isShared
    this.#setup = setup
  }

  /** Classes of which every change concerns the topic. */
  protected abstract readonly entities: readonly EntityClass[]
  /** Reads the truth from the store. */
  protected abstract load(): Promise<Commit>
  protected abstract apply(changes: readonly NumberedChange[]): Promise<Commit>
  /** The events that make the region of any page true, whatever it showed before. */
  protected abstract text(): string

  /** Resolves once the topic shows every change announced so far. Rejects when it cannot be loaded. */
  ready(): Promise<void> {
    this.#work ??= this.#begin()
    return this.#work
  }

  /** The same, with what other processes changed before this call. */
  fresh(): Promise<void> {
    if (this.#work === undefined || this.#isExclusive) return this.ready()
    this.#mustLoad = true
    return this.#schedule()
  }

  subscribe(subscriber: Subscriber): void {
    this.#subscribers.add(subscriber)
  }

  unsubscribe(subscriber: Subscriber): void {
    this.#replacements.delete(subscriber)
    if (this.#subscribers.delete(subscriber) && this.#subscribers.size === 0) this.#stop()
  }

  /** What `subscriber` does when pages may not share the topic any longer; without it its stream ends. */
  onPersonal(subscriber: Subscriber, replace: Replace): void {
    if (this.#subscribers.has(subscriber)) this.#replacements.set(subscriber, replace)
  }

  /** Pages may not share it: each gets a topic of its own. */
  endSharing(): void {
    for (const [subscriber, replace] of [...this.#replacements]) {
      replace().catch((error: unknown) => {
        reportError(error, `the live view #${this.regionId}`, "live")
        subscriber.end()
      })
    }
    this.end()
  }

  /** Ends the streams of all subscribers: their pages come again, and are judged anew. */
  end(): void {
    for (const subscriber of [...this.#subscribers]) subscriber.end()
    this.#stop()
  }

  /** Subscribers were sent everything up to this change. */
  get settled(): number {
    return this.#firstUnsent === undefined ? lastSeq() : this.#firstUnsent - 1
  }

  /** True when nothing can have changed since a page with this cursor; false where another process may have written. */
  isUnchangedSince(cursor: Cursor): boolean {
    if (!this.#isExclusive || cursor.epoch !== epoch) return false
    for (const entity of this.#following.keys()) if (lastSeqOf(entity) > cursor.seq) return false
    return true
  }

  /** Whether numbers of changes alone prove that a page is up to date. */
  get provesByNumber(): boolean {
    return this.isShared && this.#isExclusive
  }

  /** The present state as events. Shared while anybody holds it: many pages may wait for the same. */
  snapshot(): Uint8Array {
    let bytes = this.#bytes?.deref()
    if (bytes === undefined) {
      bytes = Buffer.from(this.text())
      this.#bytes = new WeakRef(bytes)
    }
    return bytes
  }

  get digest(): string {
    this.#digest ??= fingerprint(this.snapshot())
    return this.#digest
  }

  /** From now on changes of `entity` concern the topic. */
  protected follow(entity: EntityClass): void {
    if (this.#isEnded || this.#following.has(entity)) return
    const { partition, capabilities } = storeOf(entity)
    if (capabilities.durable) this.#isExclusive = false
    // What happens in another session must not even cause a patch.
    const end = followChanges(
      entity,
      numbered => numbered.change.partition === partition && this.#enqueue(numbered),
    )
    this.#following.set(entity, end)
  }

  protected run<T>(work: () => T): T {
    // Made once: each change runs in it.
    this.#inside ??= this.#setup.inContext(() => renderInside(this.#follower, ownContext))
    return this.#inside(work)
  }

  async #begin(): Promise<void> {
    try {
      this.run(() => {
        for (const entity of this.entities) this.follow(entity)
      })
      const commit = await this.#prepare(() => this.load())
      commit()
    } catch (error) {
      // A failed start must not be shared with the next page.
      this.#stop()
      throw error
    }
  }

  #enqueue(numbered: NumberedChange): void {
    this.#firstUnsent ??= numbered.seq
    this.#firstWaiting ??= numbered.seq
    this.#waiting.push(numbered)
    if (this.#waiting.length > maxWaitingChanges) {
      this.#waiting = []
      this.#mustLoad = true
    }
    void this.#schedule()
  }

  /** All changes of one turn of the event loop are one batch: one render, one write per connection. */
  #schedule(): Promise<void> {
    const before = this.#work ?? Promise.resolve()
    if (this.#isScheduled) return before
    this.#isScheduled = true
    this.#work = before.then(nextTurn).then(() => this.#runBatch())
    // Whoever waits for it gets the error; a change waits for nothing.
    this.#work.catch(() => undefined)
    return this.#work
  }

  async #runBatch(): Promise<void> {
    this.#isScheduled = false
    const changes = this.#waiting
    const mustLoad =
      this.#mustLoad ||
      changes.some(({ change }) => isCoarse(change) || !this.entities.includes(change.entity))
    this.#waiting = []
    this.#firstWaiting = undefined
    this.#mustLoad = false
    if (this.#isEnded) return
    const commit = await this.#prepareAgain(
      mustLoad ? () => this.load() : () => this.apply(changes),
    )
    if (!commit || this.#isEnded) return
    const patches = commit()
    this.#firstUnsent = this.#firstWaiting
    if (patches === undefined) return
    this.#bytes = undefined
    this.#digest = undefined
    for (const subscriber of [...this.#subscribers]) subscriber.receive(this, patches)
  }

  /** After a failure the store is read; a topic that fails twice ends, since nothing is known of what its pages show. */
  async #prepareAgain(prepare: () => Promise<Commit>): Promise<Commit | undefined> {
    try {
      return await this.#prepare(prepare)
    } catch (error) {
      if (error instanceof PersonalView) this.endSharing()
      const again = this.#isEnded
        ? undefined
        : await this.#prepare(() => this.load()).catch(() => undefined)
      // Ended meanwhile, it was not to be shared, or nobody is left.
      if (this.#isEnded) return undefined
      reportError(error, `the live view #${this.regionId}`, "live")
      if (again === undefined) this.end()
      return again
    }
  }

  async #prepare(prepare: () => Promise<Commit>): Promise<Commit> {
    const commit = await this.run(prepare)
    this.#setup.assertShared?.()
    return commit
  }

  #stop(): void {
    if (this.#isEnded) return
    this.#isEnded = true
    for (const end of this.#following.values()) end()
    this.#following.clear()
    this.#waiting = []
    this.#setup.onEnd(this)
  }
}

function nextTurn(): Promise<void> {
  return new Promise(resolve => setImmediate(resolve))
}
