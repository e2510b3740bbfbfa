// A batch: the patches of a turn as they add up for a stream. Streams that receive the same in the same order share one.
import { Frame } from "./frame.ts"
import type { Patches, Topic } from "./topic.ts"

export class Batch {
  readonly #moves: boolean
  readonly #former: Batch | undefined
  readonly #topic: Topic | undefined
  readonly #isShared: boolean
  /** Removals go out before anything else. */
  readonly #leaving: string
  readonly #rest: string
  #next: Map<Patches, Batch> | undefined
  #frames: Map<string, Frame> | undefined

  private constructor(
    moves: boolean,
    former: Batch | undefined,
    topic: Topic | undefined,
    leaving: string,
    rest: string,
  ) {
    this.#moves = moves
    this.#former = former
    this.#topic = topic
    this.#isShared = former === undefined || (former.#isShared && topic?.isShared === true)
    this.#leaving = leaving
    this.#rest = rest
  }

  /** `moves`: for clients that move an element that they have. */
  static empty(moves: boolean): Batch {
    return new Batch(moves, undefined, undefined, "", "")
  }

  get length(): number {
    return this.#leaving.length + this.#rest.length
  }

  /** The topics that the patches are of; one may come more than once. */
  get topics(): readonly Topic[] {
    const former = this.#former?.topics ?? []
    return this.#topic === undefined ? former : [...former, this.#topic]
  }

  plus(topic: Topic, patches: Patches): Batch {
    this.#next ??= new Map()
    let next = this.#next.get(patches)
    if (next === undefined) {
      const rest = this.#moves ? patches.moving : patches.plain
      // Of one topic the order must stay: what came before it may need what is removed now.
      const isFirst = !this.topics.includes(topic)
      next = isFirst
        ? new Batch(this.#moves, this, topic, this.#leaving + patches.leaving, this.#rest + rest)
        : new Batch(this.#moves, this, topic, this.#leaving, this.#rest + patches.leaving + rest)
      this.#next.set(patches, next)
    }
    return next
  }

  /** Everything in it, and after it the id of the last event. */
  frame(id: string): Frame {
    this.#frames ??= new Map()
    let frame = this.#frames.get(id)
    if (frame === undefined) {
      frame = Frame.of(this.#leaving + this.#rest + id, this.#isShared)
      this.#frames.set(id, frame)
    }
    return frame
  }
}
