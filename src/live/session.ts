// One open page: the stream of patches to it, bounded in memory, true again after every gap.
import { comment, sseHeaders } from "../datastar/index.ts"
import { changedSince, currentCursor } from "./change-feed.ts"
import type { Subscriber, Topic } from "./topic.ts"

/** Above this many queued bytes nothing more is queued: the page gets the present state once it has caught up. */
const maxQueuedBytes = 64 * 1024
/** A page that has not taken a byte for this long is closed; it comes back when it can. */
const maxStalledMs = 30_000
/** Well below the 60 s after which common proxies close a silent connection. */
const heartbeatMs = 15_000
const maxSessions = 10_000

const open = new Set<LiveSession>()
const encoder = new TextEncoder()
let heartbeat: NodeJS.Timeout | undefined

export class LiveSession implements Subscriber {
  /** What the page knows already. */
  readonly cursor: string
  readonly #topics = new Map<Topic, () => void>()
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined
  #pending = ""
  #pendingSeq = 0
  #stalledSince = 0

  constructor(cursor: string) {
    this.cursor = cursor
  }

  get size(): number {
    return this.#topics.size
  }

  /** Watches a topic from now on; the page is told of it when the stream opens. */
  watch(topic: Topic): void {
    if (!this.#topics.has(topic)) this.#topics.set(topic, topic.subscribe(this))
  }

  /** Call once the page has been rendered, so that every topic is known. Answers 503 when the process is full. */
  async answer(): Promise<Response> {
    if (open.size >= maxSessions) {
      this.close()
      return new Response(null, { status: 503, headers: { "retry-after": "5" } })
    }
    await Promise.all([...this.#topics.keys()].map(topic => topic.ready()))
    const body = new ReadableStream<Uint8Array>(
      {
        start: controller => {
          this.#controller = controller
          open.add(this)
          startHeartbeat()
          const missed = this.#snapshots(topic => topic.entities.some(entity => changedSince(this.cursor, entity)))
          // Something must be sent at once, or a proxy holds the headers back and the page does not know it is connected.
          this.#send(missed === "" ? String(comment("live")) : missed + idLine(currentCursor()))
        },
        pull: () => {
          if (this.#stalledSince === 0) return
          this.#stalledSince = 0
          this.#send(this.#snapshots(() => true) + idLine(currentCursor()))
        },
        cancel: () => this.close(),
      },
      { highWaterMark: maxQueuedBytes, size: chunk => chunk?.byteLength ?? 0 },
    )
    return new Response(body, { headers: sseHeaders })
  }

  receive(_topic: Topic, patches: string, seq: number): void {
    // Before the stream opens the snapshot will say it; while stalled the snapshot after it will.
    if (!this.#controller || this.#stalledSince !== 0) return
    if (this.#pending === "") setImmediate(() => this.#flush())
    this.#pending += patches
    this.#pendingSeq = Math.max(this.#pendingSeq, seq)
  }

  #flush(): void {
    const patches = this.#pending
    this.#pending = ""
    if (this.#controller && patches !== "") this.#send(patches + idLine(`${currentCursor().split(":")[0]}:${this.#pendingSeq}`))
  }

  #snapshots(wanted: (topic: Topic) => boolean): string {
    return [...this.#topics.keys()]
      .filter(wanted)
      .map(topic => topic.snapshot())
      .join("")
  }

  #send(text: string): void {
    const controller = this.#controller
    if (!controller) return
    controller.enqueue(encoder.encode(text))
    if ((controller.desiredSize ?? 0) < 0 && this.#stalledSince === 0) this.#stalledSince = Date.now()
  }

  beat(now: number): void {
    if (this.#stalledSince !== 0) {
      if (now - this.#stalledSince > maxStalledMs) this.close()
      return
    }
    this.#send(String(comment("")))
  }

  /** Ends the stream from this side. The page reconnects by itself. */
  close(): void {
    open.delete(this)
    for (const end of this.#topics.values()) end()
    this.#topics.clear()
    const controller = this.#controller
    this.#controller = undefined
    try {
      controller?.close()
    } catch {
      // The other side had closed it first.
    }
    if (open.size === 0) clearInterval(heartbeat)
  }
}

// An event without data sets the last event id and does nothing else (HTML standard, 9.2.6).
function idLine(cursor: string): string {
  return `id: ${cursor}\n\n`
}

function startHeartbeat(): void {
  if (open.size > 1) return
  clearInterval(heartbeat)
  heartbeat = setInterval(() => {
    const now = Date.now()
    for (const session of [...open]) session.beat(now)
  }, heartbeatMs)
  heartbeat.unref()
}

/** Number of open streams of this process. */
export function openSessions(): number {
  return open.size
}

/** Ends every open stream, so that a server can close: the pages reconnect to whoever answers next. */
export function closeSessions(): void {
  for (const session of [...open]) session.close()
}
