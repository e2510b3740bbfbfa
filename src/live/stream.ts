// One open page: the stream of patches to it, bounded in memory, true again after every gap.
import type { User } from "../actions/index.ts"
import { comment } from "../datastar/index.ts"
import { type Cursor, cursorText, fingerprint } from "./cursor.ts"
import { maxQueuedBytes, type Sink } from "./sink.ts"
import type { Patches, Subscriber, Topic } from "./topic.ts"

/** A page whose handler takes longer than this gets no stream. */
export const maxOpeningMs: number = 60_000
/** A page that has not taken a byte for this long is closed; it comes back when it can. */
export const maxStalledMs: number = 30_000
/** Large snapshots are written in pieces, so that a slow reader shows that it goes on. */
export const pieceBytes: number = 16 * 1024

/**
 * `opening`: the page is being rendered, and the topics it watches become known. `open`: what changes is sent at the end of
 * the turn. `behind`: the sink is full, so that changes only note whose snapshot is owed; what `rest` holds goes out as the
 * reader takes it, and only then the snapshots. `ended`: nothing is watched or held any more.
 */
export type StreamState = "opening" | "open" | "behind" | "ended"

export interface StreamOptions {
  /** What the page has; undefined when nothing is known of it. */
  readonly page: Cursor | undefined
  /** Our client reads it: it moves an element that it has, instead of taking it for a new one. */
  readonly isOfClient: boolean
  readonly onEnd: (stream: Stream) => void
}

/** Fingerprints of which views a page shows and who asks for it. */
export interface PageIdentity {
  readonly layout: string
  readonly asker: string
}

const encoder = new TextEncoder()
const heartbeat = encoder.encode(String(comment("")))

export class Stream implements Subscriber {
  /** Who opened it, as `context().user` was then. */
  user: User | undefined
  readonly #options: StreamOptions
  readonly #topics = new Set<Topic>()
  readonly #startedAt = Date.now()
  #state: StreamState = "opening"
  #layout = ""
  #asker = ""
  #sink: Sink | undefined
  /** Patches of this turn, and the topics that they are of. */
  #leaving = ""
  #pending = ""
  readonly #pendingOf = new Set<Topic>()
  #isFlushing = false
  /** Topics of which patches were dropped. */
  readonly #owed = new Set<Topic>()
  /** What the sink has not been given yet. */
  #rest: Uint8Array[] = []
  #sentCursor = ""
  #writtenBytes = 0
  #takenBytes = 0
  #takenAt = 0

  constructor(options: StreamOptions) {
    this.#options = options
  }

  /** What the page has. */
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
    this.#pendingOf.delete(topic)
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
    this.#scheduleFlush()
  }

  /** Resolves once every topic shows what had changed before. */
  async ready(): Promise<void> {
    await Promise.all([...this.#topics].map(topic => topic.ready()))
  }

  /** Starts to write: first what the page missed, with the cursor that it has then. */
  attach({ layout, asker }: PageIdentity, sink: Sink): void {
    this.#layout = layout
    this.#asker = asker
    this.#sink = sink
    this.#takenAt = Date.now()
    this.#state = "open"
    sink.onDrain(() => this.#drained())
    this.#deliver("", this.#missed(), true)
  }

  receive(topic: Topic, { leaving, plain, moving }: Patches): void {
    // What a page misses while it opens is found out when it is open.
    if (this.#state === "behind" || this.#owed.has(topic)) this.#owed.add(topic)
    else if (this.#state === "open") {
      const patches = this.isOfClient ? moving : plain
      // Of one topic the order must stay: what came before it may need what is removed now.
      if (this.#pendingOf.has(topic)) this.#pending += leaving + patches
      else {
        this.#pendingOf.add(topic)
        this.#leaving += leaving
        this.#pending += patches
      }
      if (this.#leaving.length + this.#pending.length > maxQueuedBytes) this.#owePending()
      this.#scheduleFlush()
    }
  }

  #scheduleFlush(): void {
    if (this.#isFlushing) return
    this.#isFlushing = true
    setImmediate(() => {
      this.#isFlushing = false
      this.#flush()
    })
  }

  /** Drops the patches of this turn: snapshots will say the same, and pages share them. */
  #owePending(): void {
    for (const topic of this.#pendingOf) this.#owed.add(topic)
    this.#pendingOf.clear()
    this.#leaving = ""
    this.#pending = ""
  }

  #flush(): void {
    if (this.#state === "behind") this.#owePending()
    const patches = this.#leaving + this.#pending
    if (this.#state !== "open" || (patches === "" && this.#owed.size === 0)) return
    const owed = [...this.#owed]
    this.#leaving = ""
    this.#pending = ""
    this.#pendingOf.clear()
    this.#owed.clear()
    this.#deliver(patches, owed)
  }

  /** The cursor goes last: a page that has it has all before it. */
  #deliver(
    patches: string,
    snapshots: readonly Topic[],
    withDigest: boolean = snapshots.length > 0,
  ): void {
    const cursor = this.#cursor(withDigest)
    this.#sentCursor = cursor
    const id = `id: ${cursor}\n\n`
    // A snapshot may be of an element that another topic filled until now.
    const parts =
      snapshots.length === 0
        ? [encoder.encode(patches + id)]
        : [
            ...(patches === "" ? [] : [encoder.encode(patches)]),
            ...snapshots.map(topic => topic.snapshot()),
            encoder.encode(id),
          ]
    // Snapshots are shared by pages that wait for the same, so only small ones are copied into one write.
    const isSmall =
      parts.length > 1 && parts.reduce((sum, { byteLength }) => sum + byteLength, 0) <= pieceBytes
    this.#rest.push(...(isSmall ? [Buffer.concat(parts)] : parts))
    this.#pump()
  }

  #drained(): void {
    if (this.#state !== "behind") return
    this.#pump()
    this.#flush()
  }

  #pump(): void {
    let accepts = true
    for (
      let piece = this.#nextPiece();
      piece !== undefined;
      piece = accepts ? this.#nextPiece() : undefined
    ) {
      try {
        this.#writtenBytes += piece.byteLength
        accepts = this.#sink?.write(piece) ?? false
      } catch {
        // The other side closed it.
        this.end()
        return
      }
    }
    if (this.#state !== "ended") this.#state = accepts ? "open" : "behind"
  }

  #nextPiece(): Uint8Array | undefined {
    const [first] = this.#rest
    if (first === undefined || first.byteLength <= pieceBytes) return this.#rest.shift()
    this.#rest[0] = first.subarray(pieceBytes)
    return first.subarray(0, pieceBytes)
  }

  #missed(): Topic[] {
    const { page } = this.#options
    if (page === undefined || page.layout !== this.#layout) return [...this.#topics]
    if (page.digest !== undefined && page.digest === this.#digest()) return []
    // A view of its own may depend on who asks, which may be another by now.
    return [...this.#topics].filter(
      topic => !((topic.isShared || page.asker === this.#asker) && topic.isUnchangedSince(page)),
    )
  }

  /** What the page has once everything was sent. Numbers alone do not prove the content of every topic; a digest does, at a cost. */
  #cursor(withDigest: boolean): string {
    let settled = Number.POSITIVE_INFINITY
    let needsDigest = false
    for (const topic of this.#topics) {
      settled = Math.min(settled, topic.settled)
      needsDigest ||= !topic.provesByNumber
    }
    return cursorText(settled, this.#layout, withDigest && needsDigest ? this.#digest() : undefined)
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
    const taken = this.#writtenBytes - sink.queuedBytes
    if (taken > this.#takenBytes || sink.queuedBytes === 0) {
      this.#takenBytes = taken
      this.#takenAt = now
    } else if (now - this.#takenAt > maxStalledMs) this.end()
    if (this.#state !== "open" || this.#isFlushing || sink.queuedBytes > 0) return
    if (this.#cursor(true) !== this.#sentCursor) this.#deliver("", [], true)
    else {
      this.#rest.push(heartbeat)
      this.#pump()
    }
  }

  /** Ends the stream from this side and lets go of its topics. The page comes back, and its route answers it anew. */
  end(): void {
    if (this.#state === "ended") return
    this.#state = "ended"
    for (const topic of this.#topics) topic.unsubscribe(this)
    this.#topics.clear()
    this.#owePending()
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
