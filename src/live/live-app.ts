// The live state of one app: topics by their content, open streams and their number, the heartbeat.
import type { User } from "../actions/index.ts"
import type { AppPart } from "../actions/internal.ts"
import { reportError } from "../shared/report.ts"
import { HashCache } from "./hash-cache.ts"
import { Hub } from "./hub.ts"
import { Renewals } from "./renewals.ts"
import { Rounds } from "./rounds.ts"
import { Slices } from "./slices.ts"
import type { Stream } from "./stream.ts"
import type { Topic } from "./topic.ts"

/** Well below the 60 s after which common proxies close a silent connection. */
const heartbeatMs = 15_000

export class LiveApp {
  readonly #topics = new Map<string, Topic>()
  readonly #streams = new Set<Stream>()
  readonly renewals: Renewals = new Renewals()
  readonly hub: Hub = new Hub()
  readonly rounds: Rounds = new Rounds()
  readonly hashes: HashCache = new HashCache()
  readonly #maxStreams: number
  readonly #beats = new Slices<readonly [stream: Stream, now: number]>(([stream, now]) =>
    beat(stream, now),
  )
  #heartbeat: NodeJS.Timeout | undefined

  constructor(maxStreams: number) {
    this.#maxStreams = maxStreams
  }

  get streams(): ReadonlySet<Stream> {
    return this.#streams
  }

  get topics(): ReadonlyMap<string, Topic> {
    return this.#topics
  }

  /** A further stream gets 503 and tries again. */
  get isFull(): boolean {
    return this.#streams.size >= this.#maxStreams
  }

  add(stream: Stream): void {
    this.#streams.add(stream)
    if (this.#heartbeat !== undefined) return
    this.#heartbeat = setInterval(() => this.beat(Date.now()), heartbeatMs)
    this.#heartbeat.unref()
  }

  remove(stream: Stream): void {
    this.#streams.delete(stream)
    if (this.#streams.size > 0) return
    clearInterval(this.#heartbeat)
    this.#heartbeat = undefined
  }

  /** Sends heartbeats, in slices as changes are sent. */
  beat(now: number): void {
    for (const stream of this.#streams) this.#beats.add([stream, now])
  }

  /** The topic under a key; `make` gets what to call when it ends. */
  topic<T extends Topic>(key: string, make: (onEnd: (topic: Topic) => void) => T): T {
    // A key names the kind of its topic.
    const existing = this.#topics.get(key) as T | undefined
    if (existing !== undefined) return existing
    const topic = make(ended => {
      // Another may have taken its place.
      if (this.#topics.get(key) === ended) this.#topics.delete(key)
    })
    this.#topics.set(key, topic)
    return topic
  }

  /** Ends the streams whose user is chosen. Returns how many. */
  end(choose: (user: User | undefined) => boolean = () => true): number {
    const streams = [...this.#streams].filter(({ user }) => choose(user))
    for (const stream of streams) stream.end()
    return streams.length
  }
}

function beat(stream: Stream, now: number): void {
  try {
    stream.beat(now)
  } catch (error) {
    reportError(error, "the heartbeat of a live stream", "live")
    stream.end()
  }
}

export const liveApp: AppPart<LiveApp> = {
  name: "live streams",
  make: ({ limits }) => new LiveApp(limits.maxStreams),
  close: live => void live.end(),
}
