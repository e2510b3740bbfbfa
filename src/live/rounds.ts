// The rounds in which the live views of an app are rendered: the first change after a rest at once, a burst of changes together.

/**
 * Between the starts of two rounds. Less than the time between two pictures of a screen, and enough that an app with many
 * changes renders its views, and writes to its pages, once for all that came meanwhile.
 */
export const roundMs: number = 5

export class Rounds {
  #startedAt = Number.NEGATIVE_INFINITY
  #next: Promise<void> | undefined
  #start: (() => void) | undefined
  /** While the next round waits for its time. */
  #timer: NodeJS.Timeout | undefined

  /** Resolves when the next round starts: at the end of this turn of the event loop at the earliest. */
  next(): Promise<void> {
    this.#next ??= new Promise(resolve => {
      const start = (): void => {
        this.#startedAt = performance.now()
        this.#next = undefined
        this.#start = undefined
        this.#timer = undefined
        resolve()
      }
      this.#start = start
      const restMs = this.#startedAt + roundMs - performance.now()
      if (restMs > 0) this.#timer = setTimeout(start, restMs)
      else setImmediate(start)
    })
    return this.#next
  }

  /** Starts the next round without a rest, for a caller that waits for it. */
  hurry(): void {
    if (this.#timer === undefined || this.#start === undefined) return
    clearTimeout(this.#timer)
    this.#timer = undefined
    setImmediate(this.#start)
  }
}
