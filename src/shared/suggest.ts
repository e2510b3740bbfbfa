// "Did you mean": the nearest known name to one that is not known.

/** A sentence for an error's `fix`: the nearest name, else the list of the known ones. */
export function suggest(wrong: string, known: Iterable<string>): string {
  const names = [...known]
  let best: string | undefined
  let bestDistance = Math.max(1, Math.floor(wrong.length / 3)) + 1
  for (const name of names) {
    const distance = editDistance(wrong.toLowerCase(), name.toLowerCase(), bestDistance)
    if (distance < bestDistance) {
      best = name
      bestDistance = distance
    }
  }
  return best === undefined ? `Known names: ${names.join(", ")}.` : `Did you mean "${best}"?`
}

/** Levenshtein distance, given up as soon as it reaches `limit`. */
function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) >= limit) return limit
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const substitution = (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min((row[j] as number) + 1, (next[j - 1] as number) + 1, substitution))
    }
    if (Math.min(...next) >= limit) return limit
    row = next
  }
  return row[b.length] as number
}
