// Merges what the handlers of one emission produce into one stream: fair, no faster than it is read, closed when left.
import { isThenable } from "../../shared/callback.ts"
import { Emission } from "../context/emission.ts"
import { setIds } from "../context/nesting.ts"
import { beginEmit, beginHandler, isObserved } from "../context/report.ts"
import { emissions, surrounding, trackContext } from "../context/tracking.ts"
import type { Slot } from "../patterns/slot.ts"
import type { Subscription } from "../patterns/subscription.ts"
import { failuresOf } from "../run/failures.ts"
import { check } from "../run/payload.ts"
import { fail, isAsyncGenerator, isGenerator, isObject } from "../run/run-handler.ts"
import { TimeLimit } from "../run/time-limit.ts"
import type { ErrorPolicy, EventStream, Handler, StreamOptions } from "../types/types.ts"

type Step = IteratorResult<unknown, undefined>

export function openStream(slot: Slot, payload: unknown, options: StreamOptions = {}): EventStream {
  return new MergedStream(slot, payload, options)
}

interface Reader {
  readonly resolve: (step: Step) => void
  readonly reject: (reason: unknown) => void
}

class MergedStream implements EventStream {
  readonly #slot: Slot
  readonly #payload: unknown
  readonly #options: StreamOptions
  readonly #policy: ErrorPolicy
  readonly #outer: Emission | undefined = surrounding()
  readonly #sources = new Set<Source>()
  /** At most one value per source. */
  readonly #ready: { readonly value: unknown; readonly source: Source | undefined }[] = []
  /** Sources whose value was read. The next read pulls from them again, so that a reader who leaves finds them at rest. */
  readonly #resting: Source[] = []
  readonly #readers: Reader[] = []
  #waitingInTurn: Subscription[] = []
  #isServing = false
  #state: "new" | "starting" | "running" | "over" = "new"
  #failure: { readonly error: unknown } | undefined
  #emission: Emission | undefined
  #handlers = 0
  readonly #errors: unknown[] = []
  #end: ReturnType<typeof beginEmit> | undefined
  readonly #onAbort = (): void => this.#abort()

  constructor(slot: Slot, payload: unknown, options: StreamOptions) {
    trackContext()
    this.#slot = slot
    this.#payload = payload
    this.#options = options
    this.#policy = options.onError ?? slot.onError
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  next(): Promise<Step> {
    if (this.#state === "new") this.#start()
    return new Promise((resolve, reject) => {
      this.#readers.push({ resolve, reject })
      this.#serve()
    })
  }

  /** Ends the stream: handlers see `ctx.signal` abort, generators that wait at a `yield` are closed before this resolves. */
  async return(): Promise<Step> {
    await this.#close(new DOMException("The stream of this event was closed.", "AbortError"))
    return { done: true, value: undefined }
  }

  #start(): void {
    this.#state = "starting"
    const { signal } = this.#options
    if (signal?.aborted) {
      this.#abort()
      return
    }
    signal?.addEventListener("abort", this.#onAbort, { once: true })
    try {
      const resolved = this.#slot.resolve()
      const checked = resolved.schema
        ? check(resolved.schema, this.#payload, this.#slot)
        : this.#payload
      if (resolved.schema && checked instanceof Promise) {
        checked.then(
          value => this.#begin(resolved.subscriptions, value),
          error => this.#refuse(error),
        )
      } else this.#begin(resolved.subscriptions, checked)
    } catch (error) {
      this.#refuse(error)
    }
  }

  #begin(subscriptions: readonly Subscription[], payload: unknown): void {
    if (this.#state === "over") return
    const { sender = this.#payload, correlationId, causationId } = this.#options
    try {
      // The emission belongs to where the stream was made, which may not be where it is read.
      this.#emission = new Emission(this.#slot, sender, this.#outer)
    } catch (error) {
      this.#refuse(error)
      return
    }
    setIds(this.#emission, correlationId, causationId)
    if (isObserved()) this.#end = beginEmit("stream", this.#emission)
    this.#state = "running"
    this.#waitingInTurn = [...subscriptions]
    this.#openMore(payload)
  }

  #openMore(payload: unknown): void {
    // Called when the emission is there.
    const emission = this.#emission as Emission
    while (this.#state === "running" && this.#waitingInTurn.length > 0) {
      if (this.#options.sequential && this.#sources.size > 0) return
      // The list is not empty.
      const subscription = this.#waitingInTurn.shift() as Subscription
      const handler = emission.stopped
        ? undefined
        : emissions.run(emission, () => subscription.admit(payload, emission, this.#policy))
      if (!handler) continue
      this.#handlers++
      const source = new Source(subscription, emission, this.#options.timeoutMs, {
        value: (value, more) => this.#offer(value, more ? source : undefined),
        end: failure => {
          this.#sources.delete(source)
          if (failure) {
            this.#errors.push(failure.error)
            fail(failure.error, subscription, emission, this.#policy)
          }
          this.#openMore(payload)
          this.#serve()
        },
      })
      this.#sources.add(source)
      source.open(handler, payload)
    }
    this.#serve()
  }

  #offer(value: unknown, source: Source | undefined): void {
    if (this.#state !== "running") return
    this.#ready.push({ value, source })
    this.#serve()
  }

  // Pulling from a source may bring a value at once, and so lead back here: the outer call handles it.
  #serve(): void {
    if (this.#isServing) return
    this.#isServing = true
    while (this.#readers.length > 0) {
      for (const source of this.#resting.splice(0)) source.pull()
      const item = this.#ready.shift()
      if (item) {
        this.#readers.shift()?.resolve({ done: false, value: item.value })
        if (item.source) this.#resting.push(item.source)
      } else if (!this.#endReader()) break
    }
    this.#isServing = false
  }

  /** With nothing ready: the end for one reader, or false where something may still come. */
  #endReader(): boolean {
    const isExhausted =
      this.#state === "running" && this.#sources.size === 0 && this.#waitingInTurn.length === 0
    if (isExhausted) {
      const failed = this.#policy === "throw" && this.#errors.length > 0
      this.#finish(
        failed ? { error: failuresOf(this.#slot, this.#errors, this.#handlers) } : undefined,
      )
    }
    if (this.#state !== "over") return false
    const reader = this.#readers.shift()
    if (this.#failure) reader?.reject(this.#failure.error)
    else reader?.resolve({ done: true, value: undefined })
    this.#failure = undefined
    return true
  }

  #finish(failure: { readonly error: unknown } | undefined): void {
    this.#state = "over"
    this.#failure = failure
    this.#waitingInTurn = []
    this.#options.signal?.removeEventListener("abort", this.#onAbort)
    this.#emission?.finish()
    this.#end?.(this.#handlers, this.#errors.length)
  }

  #refuse(error: unknown): void {
    if (this.#state !== "over") this.#finish({ error })
    this.#serve()
  }

  #abort(): void {
    const reason: unknown = this.#options.signal?.reason
    if (this.#state === "over") return
    this.#failure = { error: reason }
    void this.#close(reason)
  }

  async #close(reason: unknown): Promise<void> {
    if (this.#state === "over") return
    this.#finish(this.#failure)
    this.#ready.length = 0
    this.#resting.length = 0
    this.#emission?.abort(reason)
    const closing = [...this.#sources].map(source => source.close())
    this.#sources.clear()
    this.#serve()
    await Promise.all(closing)
  }
}

interface Sink {
  /** `more`: the source waits to be pulled. */
  value(value: unknown, more: boolean): void
  end(failure?: { readonly error: unknown }): void
}

/** One handler's contribution: nothing, a value, a value to come, or a generator that is pulled. */
class Source {
  readonly #subscription: Subscription
  readonly #emission: Emission
  readonly #timeoutMs: number | undefined
  readonly #sink: Sink
  #limit: TimeLimit | undefined
  #generator: Generator<unknown> | AsyncGenerator<unknown> | undefined
  #isPulling = false
  #isOver = false
  #endMessage: ReturnType<typeof beginHandler> | undefined

  constructor(
    subscription: Subscription,
    emission: Emission,
    timeoutMs: number | undefined,
    sink: Sink,
  ) {
    this.#subscription = subscription
    this.#emission = emission
    this.#timeoutMs = subscription.timeoutMs ?? timeoutMs
    this.#sink = sink
  }

  open(handler: Handler<never>, payload: unknown): void {
    if (this.#timeoutMs !== undefined)
      this.#limit = new TimeLimit(this.#timeoutMs, this.#subscription, this.#emission)
    const context = this.#limit?.context ?? this.#emission
    if (isObserved()) this.#endMessage = beginHandler(this.#subscription.name, context)
    try {
      // The overloads of `on` typed it by the event that it listens to.
      const value = emissions.run(this.#emission, () => handler(payload as never, context))
      if (isObject(value) && (isGenerator(value) || isAsyncGenerator(value))) {
        this.#generator = value
        this.pull()
      } else if (isThenable(value)) {
        this.#race(value).then(
          result => this.#finish(undefined, result),
          error => this.#finish({ error }),
        )
      } else this.#finish(undefined, value)
    } catch (error) {
      this.#finish({ error })
    }
  }

  pull(): void {
    const generator = this.#generator
    if (this.#isOver || !generator) return
    this.#isPulling = true
    try {
      const step = emissions.run(this.#emission, (): Step | Promise<Step> => generator.next())
      if (isThenable(step)) {
        this.#limit?.restart()
        this.#race<Step>(step).then(
          result => this.#take(result),
          error => this.#fail(error),
        )
      } else this.#take(step)
    } catch (error) {
      this.#finish({ error })
    }
  }

  /** Waits for the generator's clean-up where it can run at once; one that is busy cleans up when it comes to its next `yield`. */
  async close(): Promise<void> {
    if (this.#isOver) return
    this.#isOver = true
    this.#limit?.clear()
    this.#endMessage?.()
    const closing = this.#returnGenerator()
    if (!this.#isPulling) await closing
  }

  #race<T>(promise: PromiseLike<T>): Promise<T> {
    return this.#limit ? this.#limit.race(promise) : Promise.resolve(promise)
  }

  #take(step: Step): void {
    this.#isPulling = false
    if (this.#isOver) return
    if (step.done) {
      this.#finish(undefined)
      return
    }
    this.#limit?.pause()
    this.#sink.value(step.value, true)
  }

  #fail(error: unknown): void {
    // After a time-out the generator is still at work: it is closed as soon as it yields.
    void this.#returnGenerator()
    this.#isPulling = false
    this.#finish({ error })
  }

  #finish(failure: { readonly error: unknown } | undefined, value?: unknown): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#limit?.clear()
    this.#endMessage?.(failure)
    if (value !== undefined) this.#sink.value(value, false)
    this.#sink.end(failure)
  }

  async #returnGenerator(): Promise<void> {
    try {
      await emissions.run(this.#emission, () => this.#generator?.return(undefined))
    } catch (error) {
      fail(error, this.#subscription, this.#emission, "report")
    }
  }
}
