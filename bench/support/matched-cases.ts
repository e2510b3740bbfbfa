// Pairs the cases of a bench in two source trees by case, contender and metric: indexes change when cases are added.
import type { Listed } from "./probe.ts"

export interface Matched {
  readonly now: Listed
  readonly before: Listed
}

export interface MatchedCases {
  readonly matched: readonly Matched[]
  /** Cases without a partner, as text. */
  readonly onlyNow: readonly string[]
  readonly onlyBefore: readonly string[]
}

/** A name that occurs twice is paired in the order of the lists. Rivals are left out unless `withRivals`. */
export function matchCases(
  now: readonly Listed[],
  before: readonly Listed[],
  withRivals = false,
): MatchedCases {
  const rest = new Map<string, Listed[]>()
  const measured = (each: Listed): boolean => withRivals || !each.isRival
  for (const each of before.filter(measured))
    rest.set(nameOf(each), [...(rest.get(nameOf(each)) ?? []), each])
  const matched: Matched[] = []
  const onlyNow: string[] = []
  for (const each of now.filter(measured)) {
    const partner = rest.get(nameOf(each))?.shift()
    if (partner) matched.push({ now: each, before: partner })
    else onlyNow.push(nameOf(each))
  }
  return { matched, onlyNow, onlyBefore: [...rest.values()].flat().map(nameOf) }
}

function nameOf({ case: title, contender, metric, isRival }: Listed): string {
  return `${title}, ${contender}, ${metric}${isRival ? ", rival" : ""}`
}
