// A topic: one live view as this process keeps it, shared by every page that shows it. Renders once for all of them.
import { AsyncLocalStorage } from "node:async_hooks"
import { type EntityClass, storeOf } from "../entity/index.ts"
import { reportError } from "../shared/report.ts"
import { followChanges, type NumberedChange } from "./change-feed.ts"

/** A page that watches a topic. */
export interface Subscriber {
  /** Takes encoded patches of `topic`; `seq` is the change they come from. */
  receive(topic: Topic, patches: string, seq: number): void
}

/**
 * A subclass says what to show (`load`, `snapshot`) and what a change does to it (`apply`). Changes are applied one
 * after another, each after the load is done, so that none is lost between the query and the subscription.
 */
export abstract class Topic {
  /** HTML id of the element that the topic fills; the same on every page and in every process. */
  readonly regionId: string
  readonly entities: readonly EntityClass[]
  /** By entity: whose rows the topic shows, of those that each session has for itself. */
  readonly #partitions: ReadonlyMap<EntityClass, string | undefined>
  readonly #subscribers = new Set<Subscriber>()
  readonly #ends: (() => void)[] = []
  readonly #onIdle: () => void
  // Work runs where the topic was made, not in the request that happens to change a row.
  readonly #inOwnContext: <T>(run: () => T) => T = AsyncLocalStorage.snapshot()
  #work: Promise<void> = Promise.resolve()
  #waiting: NumberedChange[] = []
  #started = false
  // After a failure nothing is known of what the pages show: the next change starts again from the store.
  #lost = false

  constructor(regionId: string, entities: readonly EntityClass[], onIdle: () => void) {
    this.regionId = regionId
    this.entities = entities
    this.#partitions = new Map(entities.map(entity => [entity, storeOf(entity).partition]))
    this.#onIdle = onIdle
  }

  /** Reads the truth from the store. */
  protected abstract load(): Promise<void>
  /** Applies the changes of one turn and returns encoded patches, or the empty string. */
  protected abstract apply(changes: readonly NumberedChange[]): Promise<string>
  /** The patch that makes the region of any page true, whatever it showed before. */
  abstract snapshot(): string

  /** Resolves once the topic shows every change announced so far. */
  ready(): Promise<void> {
    if (!this.#started) {
      this.#started = true
      for (const [entity, partition] of this.#partitions) {
        // What happens in another session must not even cause a patch.
        this.#ends.push(followChanges(entity, change => change.change.partition === partition && this.#enqueue(change)))
      }
      this.#work = this.#inOwnContext(() => this.load())
      // A failed start must not be shared with the next page.
      this.#work.catch(() => this.#stop())
    }
    return this.#work
  }

  subscribe(subscriber: Subscriber): () => void {
    this.#subscribers.add(subscriber)
    return () => {
      this.#subscribers.delete(subscriber)
      if (this.#subscribers.size === 0) this.#stop()
    }
  }

  #enqueue(change: NumberedChange): void {
    this.#waiting.push(change)
    // All changes of one turn of the event loop are one batch: one render, one write per connection.
    if (this.#waiting.length === 1) this.#work = this.#work.then(() => nextTurn()).then(() => this.#drain())
  }

  async #drain(): Promise<void> {
    const changes = this.#waiting
    this.#waiting = []
    const seq = changes.at(-1)?.seq ?? 0
    try {
      if (this.#lost) return await this.#startAgain(seq)
      const patches = await this.#inOwnContext(() => this.apply(changes))
      if (patches !== "") this.#send(patches, seq)
    } catch (error) {
      reportError(error, `the live view #${this.regionId}`)
      this.#lost = true
      await this.#startAgain(seq)
    }
  }

  async #startAgain(seq: number): Promise<void> {
    try {
      await this.#inOwnContext(() => this.load())
      this.#lost = false
      this.#send(this.snapshot(), seq)
    } catch (error) {
      reportError(error, `the live view #${this.regionId}`)
    }
  }

  #send(patches: string, seq: number): void {
    for (const subscriber of this.#subscribers) subscriber.receive(this, patches, seq)
  }

  #stop(): void {
    for (const end of this.#ends.splice(0)) end()
    this.#onIdle()
  }
}

function nextTurn(): Promise<void> {
  return new Promise(resolve => setImmediate(resolve))
}
