// Finds the rows of a list that may stay where they are when its order changes, so that as few as possible are moved.

/** The longest run of numbers that is ascending, given in any order with others between: indexes into `values`. The casts hold: all positions are in range. */
export function longestAscending(values: readonly number[]): Set<number> {
  // `ends[n]` is the index of the smallest value that ends a run of n + 1 values; `before` links each value to the one before it.
  const ends: number[] = []
  const before: number[] = []
  for (const [index, value] of values.entries()) {
    let low = 0
    let high = ends.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((values[ends[middle] as number] as number) < value) low = middle + 1
      else high = middle
    }
    before[index] = low === 0 ? -1 : (ends[low - 1] as number)
    ends[low] = index
  }
  const fixed = new Set<number>()
  for (let index = ends.at(-1) ?? -1; index >= 0; index = before[index] as number) fixed.add(index)
  return fixed
}
