// Streams of live pages for all windows of a browser: one for an address, at most four in all, and polls for the rest.

/** The client's core as seen by one page. */
export interface LivePage {
  readonly el: Element
  /** The page's own address with `_nitro=EPOCH:SEQ:LAYOUT~ASKER`. */
  readonly url: string
  readonly signal: AbortSignal
  /** Reads a stream until it ends for good. */
  readonly read: (url: string, more: Opening) => Promise<void>
  readonly dispatch: (type: string, el: Element, args: Readonly<Record<string, string>>) => void
  readonly lost: (connection: object, waitMs: number) => void
  readonly reconnected: (connection: object) => void
}

interface Opening {
  readonly signal: AbortSignal
  readonly lastEventId: string
  readonly onId: (id: string) => void
  /** A poll: what was missed, and the end. */
  readonly isPoll: boolean
}

/**
 * `join`: a window wants to follow, and has everything up to `cursor`. `welcome`: it may, from here on. `beat`: a leader exists.
 * Everything else is passed on from the stream.
 */
type Message = { readonly from: string } & (
  | { readonly kind: "join"; readonly cursor: string }
  | { readonly kind: "welcome"; readonly to: string }
  | { readonly kind: "beat" }
  | { readonly kind: "id"; readonly cursor: string }
  | {
      readonly kind: "event"
      readonly type: string
      readonly args: Readonly<Record<string, string>>
    }
)

const maxStreams = 4
/** An HTTP/1.1 browser has six connections to a host: two are left to load pages, to write and to poll. */
const pollMs = 4000
const beatMs = 2000
/** A leader that says nothing for so long is frozen: another window takes its place. */
const silenceMs = 9000
/** How long a leader collects those who follow before it opens the stream. */
const collectMs = 40

const running = new WeakMap<Element, AbortController>()

/** Keeps the page up to date while it is visible. Resolves when its element is gone or `signal` aborts. */
export async function share(page: LivePage): Promise<void> {
  running.get(page.el)?.abort()
  const controller = new AbortController()
  running.set(page.el, controller)
  const ended = AbortSignal.any([page.signal, controller.signal])
  const sharing = new Sharing(page)
  while (!ended.aborted) {
    await until(() => !document.hidden, ended)
    if (ended.aborted || !page.el.isConnected) return
    const visibility = new AbortController()
    const check = (): void => {
      if (document.hidden || ended.aborted) visibility.abort()
    }
    document.addEventListener("visibilitychange", check, { signal: visibility.signal })
    ended.addEventListener("abort", check, { signal: visibility.signal })
    await sharing.take(visibility.signal)
    visibility.abort()
  }
}

/** Resolves once the document's visibility fits, or at the abort. */
function until(isDone: () => boolean, signal: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    const over = new AbortController()
    const check = (): void => {
      if (!isDone() && !signal.aborted) return
      over.abort()
      resolve()
    }
    document.addEventListener("visibilitychange", check, { signal: over.signal })
    signal.addEventListener("abort", check, { signal: over.signal })
    check()
  })
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise(resolve =>
    signal.aborted ? resolve() : signal.addEventListener("abort", () => resolve(), { once: true }),
  )

const sleep = (milliseconds: number, signal: AbortSignal): Promise<void> =>
  Promise.race([new Promise<void>(resolve => setTimeout(resolve, milliseconds)), aborted(signal)])

class Sharing {
  readonly #page: LivePage
  /** Address and viewer: other pages, and pages of another user, are never mixed. */
  readonly #name: string
  readonly #me = crypto.getRandomValues(new Uint32Array(2)).join("-")
  #channel: BroadcastChannel | undefined
  /** Id of the last event. Empty: the page has what it was rendered with. */
  #cursor = ""
  /** The leader that lets this window follow. */
  #leader = ""
  #receivedAt = 0
  #isLeading = false
  /** Patches were passed on whose id is not known yet. */
  #isBetween = false
  /** Windows that follow once the stream is opened anew. */
  readonly #joining = new Map<string, string>()
  #reopen = new AbortController()

  constructor(page: LivePage) {
    this.#page = page
    const address = new URL(page.url)
    const cursor = address.searchParams.get("_nitro") ?? ""
    address.searchParams.set("_nitro", cursor.split(":").slice(2).join(":"))
    this.#name = `nitro ${address.href}`
  }

  /** Follows or leads until `signal` aborts. */
  async take(signal: AbortSignal): Promise<void> {
    const channel = new BroadcastChannel(this.#name)
    this.#channel = channel
    channel.onmessage = ({ data }: MessageEvent<Message>) => this.#receive(data)
    let steals = false
    while (!signal.aborted && this.#page.el.isConnected) {
      const turn = new AbortController()
      const end = (): void => turn.abort()
      signal.addEventListener("abort", end, { signal: turn.signal })
      this.#leader = ""
      this.#receivedAt = Date.now()
      this.#post({ kind: "join", cursor: this.#cursor })
      const watchdog = setInterval(() => {
        if (this.#isLeading || Date.now() - this.#receivedAt < silenceMs) return
        steals = true
        end()
      }, beatMs)
      const lead = (): Promise<void> => this.#lead(turn.signal)
      await navigator.locks
        .request(this.#name, steals ? { steal: true } : { signal: turn.signal }, lead)
        // It was taken away from this window, which was frozen; or the turn is over.
        .catch(() => {})
      steals &&= turn.signal.aborted && !this.#isLeading
      this.#isLeading = false
      clearInterval(watchdog)
      end()
      this.#page.reconnected(this)
    }
    channel.close()
  }

  #post(
    message: Message extends infer M ? (M extends Message ? Omit<M, "from"> : never) : never,
  ): void {
    try {
      this.#channel?.postMessage({ ...message, from: this.#me })
    } catch {
      // Closed: the window is hidden by now.
    }
  }

  #receive(message: Message): void {
    if (message.kind === "join") {
      if (this.#isLeading) this.#join(message.from, message.cursor)
      return
    }
    this.#receivedAt = Date.now()
    if (message.kind === "welcome") {
      if (message.to === this.#me) this.#leader = message.from
    } else if (message.from !== this.#leader) {
      if (message.kind === "beat" && !this.#isLeading)
        this.#post({ kind: "join", cursor: this.#cursor })
    } else if (message.kind === "id") this.#cursor = message.cursor
    else if (message.kind === "event") {
      const { type, args } = message
      if (type === "retrying") this.#page.lost(this, 1000)
      if (type === "reconnected") this.#page.reconnected(this)
      this.#page.dispatch(type, this.#page.el, args)
    }
  }

  #join(window: string, cursor: string): void {
    if (cursor !== "" && cursor === this.#cursor && !this.#isBetween)
      this.#post({ kind: "welcome", to: window })
    else {
      this.#joining.set(window, cursor)
      this.#reopen.abort()
    }
  }

  async #lead(signal: AbortSignal): Promise<void> {
    this.#isLeading = true
    const listening = new AbortController()
    signal.addEventListener("abort", () => listening.abort(), { signal: listening.signal })
    const pass = ({ detail: { type, el, argsRaw } }: DocumentEventMap["datastar-fetch"]): void => {
      if (
        el !== this.#page.el ||
        type === "started" ||
        type === "finished" ||
        this.#reopen.signal.aborted
      )
        return
      if (type.startsWith("datastar-")) this.#isBetween = true
      this.#post({ kind: "event", type, args: { ...argsRaw } })
    }
    document.addEventListener("datastar-fetch", pass, { signal: listening.signal })
    const beat = setInterval(() => this.#post({ kind: "beat" }), beatMs)
    // Those who followed another leader join this one.
    this.#post({ kind: "beat" })
    let hasSlot = false
    let isPolling = false
    takeSlot(signal, () => {
      hasSlot = true
      if (isPolling) this.#reopen.abort()
    })
    while (!signal.aborted && this.#page.el.isConnected) {
      await sleep(collectMs, signal)
      this.#reopen = new AbortController()
      const over = AbortSignal.any([signal, this.#reopen.signal])
      // If one window has another state, all of them get everything anew.
      const isKnown = [...this.#joining.values()].every(
        cursor => cursor !== "" && cursor === this.#cursor,
      )
      for (const window of this.#joining.keys()) this.#post({ kind: "welcome", to: window })
      this.#joining.clear()
      this.#isBetween = false
      isPolling = !hasSlot
      await this.#open(isKnown, isPolling, over)
      // A stream that ended for good is not opened again; a poll is.
      await (isPolling ? sleep(pollMs, over) : this.#page.el.isConnected && aborted(over))
    }
    clearInterval(beat)
    listening.abort()
  }

  async #open(isKnown: boolean, isPoll: boolean, signal: AbortSignal): Promise<void> {
    const address = new URL(this.#page.url)
    if (!isKnown) address.searchParams.set("_nitro", "")
    if (isPoll) address.searchParams.set("_nitro_once", "1")
    const onId = (cursor: string): void => {
      if (signal.aborted) return
      this.#cursor = cursor
      this.#isBetween = false
      this.#post({ kind: "id", cursor })
    }
    // The failed read was reported; the loop goes on.
    await this.#page
      .read(address.href, { signal, lastEventId: isKnown ? this.#cursor : "", onId, isPoll })
      .catch(() => {})
  }
}

/** Waits for one of the few streams that a browser may have open, and holds it until `signal` aborts. */
function takeSlot(signal: AbortSignal, onTake: () => void): void {
  const waiting = new AbortController()
  signal.addEventListener("abort", () => waiting.abort())
  for (let slot = 0; slot < maxStreams; slot++) {
    navigator.locks
      .request(`nitro stream ${slot}`, { signal: waiting.signal }, () => {
        if (waiting.signal.aborted) return undefined
        waiting.abort()
        onTake()
        return aborted(signal)
      })
      .catch(() => {})
  }
}
