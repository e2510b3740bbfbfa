// "Did you mean": the nearest known name to one that is not known.

/** A sentence for an error's `fix`: the nearest name, else the list of the known ones. */
export function suggest(wrong: string, candidates: Iterable<string>): string {
  const names = [...candidates]
  const best = nearest(wrong, names)
  return best === undefined ? `Known names: ${names.join(", ")}.` : `Did you mean "${best}"?`
}

/** The name that `wrong` was probably meant to be, or undefined. */
export function nearest(wrong: string, names: Iterable<string>): string | undefined {
  let best: string | undefined
  let bestDistance = Math.max(1, Math.floor(wrong.length / 3)) + 1
  for (const name of names) {
    const distance = editDistance(wrong.toLowerCase(), name.toLowerCase(), bestDistance)
    if (distance < bestDistance) {
      best = name
      bestDistance = distance
    }
  }
  return best
}

/** Edits from `a` to `b` (swapping two neighbours is one), given up as soon as they reach `limit`. */
function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) >= limit) return limit
  let before: number[] = []
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1]
      const edits = [at(row, j) + 1, at(next, j - 1) + 1, at(row, j - 1) + (same ? 0 : 1)]
      const swapped = !same && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      if (swapped) edits.push(at(before, j - 2) + 1)
      next.push(Math.min(...edits))
    }
    if (Math.min(...next) >= limit) return limit
    before = row
    row = next
  }
  return at(row, b.length)
}

/** There is a number at `index`. */
const at = (row: readonly number[], index: number): number => row[index] ?? 0
