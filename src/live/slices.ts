// Work on many streams, a slice at a time: other requests run between two slices.

/** A slice ends when this time has passed. Other requests wait that long at most. */
export const sliceMs: number = 2
/** Between two looks at the clock. */
const itemsPerLook = 8

/** Takes items off a queue in slices, one slice in a turn of the event loop. */
export class Slices<T> {
  readonly #work: (item: T) => void
  readonly #beforeSlice: () => void
  #queue: T[] = []
  /** The first item that is left. */
  #at = 0
  #isRunning = false

  /** `work` must not throw. */
  constructor(work: (item: T) => void, beforeSlice: () => void = () => {}) {
    this.#work = work
    this.#beforeSlice = beforeSlice
  }

  add(item: T): void {
    this.#queue.push(item)
    if (this.#isRunning) return
    this.#isRunning = true
    setImmediate(() => this.#run())
  }

  #run(): void {
    this.#beforeSlice()
    // Later items, which the work may add, come after those that are left.
    const end = this.#queue.length
    const deadline = performance.now() + sliceMs
    for (let count = 1; this.#at < end; count++) {
      // It is below the end.
      this.#work(this.#queue[this.#at++] as T)
      if (count % itemsPerLook === 0 && performance.now() >= deadline) break
    }
    if (this.#at === this.#queue.length) {
      this.#queue = []
      this.#at = 0
    }
    this.#isRunning = this.#queue.length > 0
    if (this.#isRunning) setImmediate(() => this.#run())
  }
}
