// Intervals sorted by their lower bound, so that those around a value are found without looking at all of them.
import { type Comparable, compareValues } from "../../entity/internal.ts"

interface Interval<T> {
  readonly from: Comparable | undefined
  readonly to: Comparable | undefined
  readonly item: T
  isRemoved: boolean
}

/** An interval tree laid out in one sorted array: the middle of each part of it is the root of that part. */
export class Intervals<T> {
  #sorted: Interval<T>[] = []
  /** For the root of each part, the upper bound that is highest in the part; undefined: open. */
  #highest: (Comparable | undefined)[] = []
  #isSorted = true

  /** A bound that is undefined is open. Returns what removes the interval. */
  add(from: Comparable | undefined, to: Comparable | undefined, item: T): () => void {
    const interval = { from, to, item, isRemoved: false }
    this.#sorted.push(interval)
    this.#isSorted = false
    return () => {
      interval.isRemoved = true
      this.#isSorted = false
    }
  }

  get isEmpty(): boolean {
    if (!this.#isSorted) this.#sort()
    return this.#sorted.length === 0
  }

  /** Calls `take` for the interval of each that holds `value`, bounds included. */
  around(value: Comparable, take: (item: T) => void): void {
    if (!this.#isSorted) this.#sort()
    this.#search(0, this.#sorted.length, value, take)
  }

  #search(begin: number, end: number, value: Comparable, take: (item: T) => void): void {
    if (begin >= end) return
    const middle = (begin + end) >> 1
    if (isBelow(this.#highest[middle], value)) return
    this.#search(begin, middle, value, take)
    // In range.
    const { from, to, item } = this.#sorted[middle] as Interval<T>
    if (from !== undefined && compareValues(from, value) > 0) return
    if (!isBelow(to, value)) take(item)
    this.#search(middle + 1, end, value, take)
  }

  /** Cheap where little changed: the array is sorted but for its end. */
  #sort(): void {
    this.#sorted = this.#sorted.filter(({ isRemoved }) => !isRemoved).sort(byLowerBound)
    this.#highest = []
    this.#measure(0, this.#sorted.length)
    this.#isSorted = true
  }

  #measure(begin: number, end: number): void {
    if (begin >= end) return
    const middle = (begin + end) >> 1
    this.#measure(begin, middle)
    this.#measure(middle + 1, end)
    // In range.
    let highest = (this.#sorted[middle] as Interval<T>).to
    for (const [from, to] of [
      [begin, middle],
      [middle + 1, end],
    ] as const)
      if (from < to) highest = higher(highest, this.#highest[(from + to) >> 1])
    this.#highest[middle] = highest
  }
}

function isBelow(bound: Comparable | undefined, value: Comparable): boolean {
  return bound !== undefined && compareValues(bound, value) < 0
}

function higher(
  one: Comparable | undefined,
  other: Comparable | undefined,
): Comparable | undefined {
  if (one === undefined || other === undefined) return undefined
  return compareValues(one, other) < 0 ? other : one
}

function byLowerBound(
  { from: one }: { readonly from: Comparable | undefined },
  { from: other }: { readonly from: Comparable | undefined },
): number {
  if (one === undefined || other === undefined)
    return (one === undefined ? 0 : 1) - (other === undefined ? 0 : 1)
  return compareValues(one, other)
}
