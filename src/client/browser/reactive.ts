// Signals, computed values and effects: writes mark possible changes, reads find the real ones; no glitches.

const CLEAN = 0
const CHECK: number = 1
const DIRTY: number = 2
/** Effects that keep triggering each other are stopped after this many rounds. */
const MAX_ROUNDS = 100

let active: Reaction<unknown> | undefined
let depth = 0
let flushing = false
let queue: Reaction<unknown>[] = []
let onFlushed: () => void = () => {}
let onError: (error: unknown) => void = error => console.error(error)

/** Sets the callbacks for the end of each outermost batch, and for errors in effects. */
export function configure(options: { flushed: () => void; error: (error: unknown) => void }): void {
  onFlushed = options.flushed
  onError = options.error
}

/** True while an effect or a computed value is collecting what it depends on. */
export const isTracking = (): boolean => active !== undefined

abstract class Source<T> {
  readonly observers = new Set<Reaction<unknown>>()
  abstract get(): T
  abstract peek(): T

  /** Notifies every observer that this source has changed. */
  notify(): void {
    for (const observer of [...this.observers]) observer.mark(DIRTY)
    if (!depth) flush()
  }

  protected track(): void {
    if (!active) return
    this.observers.add(active)
    active.sources.add(this)
  }
}

export class Signal<T> extends Source<T> {
  #value: T

  constructor(value: T) {
    super()
    this.#value = value
  }

  get(): T {
    this.track()
    return this.#value
  }

  peek(): T {
    return this.#value
  }

  /** True when the value differs from the one before. */
  set(value: T): boolean {
    if (Object.is(value, this.#value)) return false
    this.#value = value
    this.notify()
    return true
  }
}

/** A computed value (lazy) or an effect (eager): a function that knows what it read in its last run. */
export class Reaction<T> extends Source<T> {
  readonly sources = new Set<Source<unknown>>()
  readonly #fn: () => T
  readonly #eager: boolean
  #value: T | undefined
  #state = DIRTY
  #running = false
  #disposed = false

  constructor(fn: () => T, eager: boolean) {
    super()
    this.#fn = fn
    this.#eager = eager
  }

  get(): T {
    this.track()
    return this.peek()
  }

  peek(): T {
    if (this.#running) throw new RangeError("A computed signal depends on itself.")
    this.refresh()
    // `refresh` has set it.
    return this.#value as T
  }

  mark(state: number): void {
    // An effect that writes a value it reads does not run again because of that write.
    if (this.#state >= state || this.#running || this.#disposed) return
    const wasClean = this.#state === CLEAN
    this.#state = state
    if (!wasClean) return
    if (this.#eager) queue.push(this)
    else for (const observer of this.observers) observer.mark(CHECK)
  }

  refresh(): void {
    if (this.#disposed) return
    if (this.#state === CHECK) {
      for (const source of this.sources) {
        if (source instanceof Reaction) source.refresh()
        if (this.#state === DIRTY) break
      }
    }
    if (this.#state === DIRTY) this.run()
    else this.#state = CLEAN
  }

  /** Runs now, whether or not anything changed. */
  run(): void {
    this.#release()
    const outer = active
    active = this
    this.#running = true
    let value: T
    let failed = true
    try {
      value = this.#fn()
      failed = false
    } finally {
      // A computed value that failed is tried again by the next reader; an effect waits for a change.
      this.#state = failed && !this.#eager ? DIRTY : CLEAN
      active = outer
      this.#running = false
    }
    if (Object.is(value, this.#value)) return
    this.#value = value
    for (const observer of this.observers) observer.#state = DIRTY
  }

  dispose(): void {
    this.#disposed = true
    this.#release()
  }

  #release(): void {
    for (const source of this.sources) source.observers.delete(this)
    this.sources.clear()
  }
}

export interface Effect {
  /** Runs the effect again although no signal changed. */
  rerun(): void
  dispose(): void
}

/** Runs `fn` now and after each change of what it read. Its errors are reported, not thrown. */
export function effect(fn: () => void): Effect {
  const reaction = new Reaction<void>(fn, true)
  const attempt = (): void => {
    try {
      reaction.run()
    } catch (error) {
      onError(error)
    }
  }
  attempt()
  return { rerun: attempt, dispose: () => reaction.dispose() }
}

export function untracked<T>(fn: () => T): T {
  const outer = active
  active = undefined
  try {
    return fn()
  } finally {
    active = outer
  }
}

/** Effects run once, after `fn`, however many signals it wrote. */
export function batch<T>(fn: () => T): T {
  depth++
  try {
    return fn()
  } finally {
    if (!--depth) flush()
  }
}

function flush(): void {
  if (flushing) return
  flushing = true
  try {
    for (let round = 0; queue.length; round++) {
      const reactions = queue
      queue = []
      if (round === MAX_ROUNDS) {
        onError(
          new RangeError(
            `Effects still trigger each other after ${MAX_ROUNDS} rounds; they were stopped.`,
          ),
        )
        break
      }
      for (const reaction of reactions) {
        try {
          reaction.refresh()
        } catch (error) {
          onError(error)
        }
      }
    }
  } finally {
    flushing = false
  }
  onFlushed()
}
