// One open page: the stream of patches to it, bounded in memory, true again after every gap.
import type { User } from "../actions/index.ts"
import { comment } from "../datastar/index.ts"
import { type StreamMessage, streams } from "../shared/trace.ts"
import type { Batch } from "./batch.ts"
import { type Cursor, cursorText, fingerprint } from "./cursor.ts"
import { Frame, pieceBytes } from "./frame.ts"
import type { Flushed, Hub } from "./hub.ts"
import { maxQueuedBytes, type Sink } from "./sink.ts"
import type { Patches, Subscriber, Topic } from "./topic.ts"

/** A page whose handler takes longer than this gets no stream. */
export const maxOpeningMs: number = 60_000
/** A page that has not taken a byte for this long is closed; it comes back when it can. */
export const maxStalledMs: number = 30_000

/**
 * `opening`: the page is being rendered, and the topics it watches become known. `open`: what changes is sent at the end of
 * the turn. `behind`: the sink is full, so that changes only note whose snapshot is owed; what `rest` holds goes out as the
 * reader takes it, and only then the snapshots. `ended`: nothing is watched or held any more.
 */
export type StreamState = "opening" | "open" | "behind" | "ended"

export interface StreamOptions {
  /** Of the page, without its query. */
  readonly path: string
  readonly hub: Hub
  /** The state of the page; undefined if it is unknown. */
  readonly page: Cursor | undefined
  /** Our client reads it: it moves an element that it has, instead of taking it for a new one. */
  readonly isOfClient: boolean
  readonly onEnd: (stream: Stream) => void
}

/** Fingerprints of the views of a page and of its user. */
export interface PageIdentity {
  readonly layout: string
  readonly viewer: string
}

const heartbeat = Frame.of(String(comment("")), true)

export class Stream implements Subscriber, Flushed {
  /** The user at the opening, as `context().user` was then. */
  user: User | undefined
  readonly #options: StreamOptions
  readonly #topics = new Set<Topic>()
  readonly #startedAt = Date.now()
  #state: StreamState = "opening"
  #layout = ""
  #sink: Sink | undefined
  /** Patches of this turn. */
  #batch: Batch | undefined
  #isScheduled = false
  /** Topics of which patches were dropped. */
  readonly #owed = new Set<Topic>()
  /** Frames that the sink has not taken yet. */
  #rest: Frame[] = []
  #sentCursor = ""
  #writtenBytes = 0
  #takenBytes = 0
  #takenAt = 0

  readonly #trace: { readonly message: StreamMessage; readonly end: () => void } | undefined

  constructor(options: StreamOptions) {
    this.#options = options
    if (!streams.isWatched) return
    const message: StreamMessage = { path: options.path }
    this.#trace = { message, end: streams.begin(message) }
  }

  /** The state of the page. */
  get page(): Cursor | undefined {
    return this.#options.page
  }

  get isOfClient(): boolean {
    return this.#options.isOfClient
  }

  get state(): StreamState {
    return this.#state
  }

  /** Number of topics that it watches. */
  get size(): number {
    return this.#topics.size
  }

  /** Watches a topic from now on. False unless the page is being rendered: what comes later is not in it. */
  watch(topic: Topic): boolean {
    if (this.#state !== "opening") return false
    this.#add(topic)
    return true
  }

  #add(topic: Topic): void {
    this.#topics.add(topic)
    topic.subscribe(this)
  }

  unwatch(topic: Topic): void {
    if (!this.#topics.delete(topic)) return
    topic.unsubscribe(this)
    this.#owed.delete(topic)
  }

  /** Watches `topic` instead of another that fills the same element. */
  async replace(former: Topic, topic: Topic): Promise<void> {
    if (!this.#topics.has(former)) return
    this.#add(topic)
    this.unwatch(former)
    await topic.ready()
    if (this.#state === "ended" || this.#state === "opening") return
    this.#owed.add(topic)
    this.#schedule()
  }

  /** Resolves once every topic shows what had changed before. */
  async ready(): Promise<void> {
    await Promise.all([...this.#topics].map(topic => topic.ready()))
  }

  /** Starts to write: first what the page missed, with the cursor that it has then. A second sink takes the place of the first. */
  attach(identity: PageIdentity, sink: Sink): void {
    if (this.#state === "ended") {
      sink.close()
      return
    }
    this.#layout = identity.layout
    this.#sink = sink
    this.#batch = undefined
    this.#owed.clear()
    this.#rest = []
    this.#writtenBytes = 0
    this.#takenBytes = 0
    this.#takenAt = Date.now()
    this.#state = "open"
    sink.onDrain(() => this.#drained())
    this.#deliver(undefined, this.#missed(identity), true)
  }

  receive(topic: Topic, patches: Patches): void {
    // Updates missed while the page opens are found when it is open.
    if (this.#state === "behind" || this.#owed.has(topic)) this.#owed.add(topic)
    else if (this.#state === "open") {
      this.#batch ??= this.#options.hub.empty(this.isOfClient)
      this.#batch = this.#batch.plus(topic, patches)
      if (this.#batch.length > maxQueuedBytes) this.#oweBatch()
      this.#schedule()
    }
  }

  #schedule(): void {
    if (this.#isScheduled) return
    this.#isScheduled = true
    this.#options.hub.schedule(this)
  }

  /** Drops the patches of this turn: snapshots will say the same, and pages share them. */
  #oweBatch(): void {
    for (const topic of this.#batch?.topics ?? [])
      if (this.#topics.has(topic)) this.#owed.add(topic)
    this.#batch = undefined
  }

  /** The end of the turn: everything that it brought is written at once. */
  flush(): void {
    this.#isScheduled = false
    this.#send()
  }

  #send(): void {
    if (this.#state === "behind") this.#oweBatch()
    const batch = this.#batch
    if (this.#state !== "open" || (batch === undefined && this.#owed.size === 0)) return
    const owed = [...this.#owed]
    this.#batch = undefined
    this.#owed.clear()
    this.#deliver(batch, owed)
  }

  /** The cursor goes last: a page that has it has all before it. */
  #deliver(
    batch: Batch | undefined,
    snapshots: readonly Topic[],
    withDigest: boolean = snapshots.length > 0,
  ): void {
    const cursor = this.#cursor(withDigest)
    this.#sentCursor = cursor
    const id = `id: ${cursor}\n\n`
    if (snapshots.length === 0)
      this.#rest.push(batch === undefined ? this.#options.hub.idFrame(id) : batch.frame(id))
    else {
      // A snapshot may be of an element that another topic filled until now.
      const parts = [
        ...(batch === undefined ? [] : [batch.frame("")]),
        ...snapshots.map(topic => topic.snapshot()),
        this.#options.hub.idFrame(id),
      ]
      const isShort = parts.reduce((sum, { bytes }) => sum + bytes.byteLength, 0) <= pieceBytes
      if (isShort) this.#rest.push(this.#options.hub.join(parts))
      else for (const part of parts) this.#rest.push(...part.pieces)
    }
    this.#pump()
  }

  #drained(): void {
    if (this.#state !== "behind") return
    this.#pump()
    this.#send()
  }

  #pump(): void {
    let accepts = true
    let frame = this.#rest.shift()
    while (frame !== undefined) {
      try {
        this.#writtenBytes += frame.bytes.byteLength
        accepts = this.#sink?.write(frame) ?? false
      } catch {
        // The other side closed it.
        this.end()
        return
      }
      frame = accepts ? this.#rest.shift() : undefined
    }
    if (this.#state !== "ended") this.#state = accepts ? "open" : "behind"
  }

  #missed(identity: PageIdentity): Topic[] {
    const { page } = this.#options
    if (page === undefined || page.layout !== this.#layout) return [...this.#topics]
    if (page.digest !== undefined && page.digest === this.#digest()) return []
    // A personal view may depend on the user, who may be another by now.
    return [...this.#topics].filter(
      topic =>
        !((topic.isShared || page.viewer === identity.viewer) && topic.isUnchangedSince(page)),
    )
  }

  /** The state of the page once everything was sent. Numbers alone do not prove the content of every topic; a digest does, at a cost. */
  #cursor(withDigest: boolean): string {
    let settled = Number.POSITIVE_INFINITY
    let needsDigest = false
    for (const topic of this.#topics) {
      settled = Math.min(settled, topic.settled)
      needsDigest ||= !topic.provesByNumber
    }
    return withDigest && needsDigest
      ? cursorText(settled, this.#layout, this.#digest())
      : this.#options.hub.cursor(settled, this.#layout)
  }

  #digest(): string {
    const digests = [...this.#topics]
      .sort((a, b) => (a.regionId < b.regionId ? -1 : 1))
      .map(topic => topic.digest)
    return fingerprint(digests.join())
  }

  /** Called every few seconds: keeps the connection alive, and ends it when its page is gone without a word. */
  beat(now: number): void {
    if (this.#state === "opening" && now - this.#startedAt > maxOpeningMs) this.end()
    const sink = this.#sink
    if (sink === undefined) return
    const takenBytes = this.#writtenBytes - sink.queuedBytes
    if (takenBytes > this.#takenBytes || sink.queuedBytes === 0) {
      this.#takenBytes = takenBytes
      this.#takenAt = now
    } else if (now - this.#takenAt > maxStalledMs) this.end()
    if (this.#state !== "open" || this.#isScheduled || sink.queuedBytes > 0) return
    if (this.#cursor(true) !== this.#sentCursor) this.#deliver(undefined, [], true)
    else {
      this.#rest.push(heartbeat)
      this.#pump()
    }
  }

  /** Ends the stream from this side and releases its topics. The page reconnects, and its route handles it anew. */
  end(): void {
    if (this.#state === "ended") return
    this.#state = "ended"
    if (this.#trace !== undefined) {
      this.#trace.message.bytes = this.#writtenBytes
      this.#trace.end()
    }
    for (const topic of this.#topics) topic.unsubscribe(this)
    this.#topics.clear()
    this.#batch = undefined
    this.#owed.clear()
    this.#rest = []
    const sink = this.#sink
    this.#sink = undefined
    this.#options.onEnd(this)
    try {
      sink?.close()
    } catch {
      // The other side had closed it first.
    }
  }
}
