// The ratio of two commits as an interval, and when it is called a slowdown.

/** A ratio of the figure now to the one before; with 95 % confidence the median lies from `low` to `high`. */
export interface Interval {
  readonly ratio: number
  readonly low: number
  readonly high: number
}

/** `slower` and `faster` are beyond 5 % as a whole interval; `same` is within 5 %; `unclear` reaches over one of the limits. */
export type Verdict = "slower" | "faster" | "same" | "unclear"

const limit = 1.05

/**
 * The median of the ratios of pairs with its 95 % interval by order statistics: it assumes nothing about the distribution
 * (Conover, Practical Nonparametric Statistics, 3.2). Needs six pairs; with fewer the interval is the whole range.
 */
export function intervalOf(ratios: readonly number[]): Interval {
  const sorted = [...ratios].sort((a, b) => a - b)
  const count = sorted.length
  const at = (index: number): number => sorted[index] ?? Number.NaN
  const cut = cutOf(count)
  return {
    ratio: (at((count - 1) >> 1) + at(count >> 1)) / 2,
    low: at(cut),
    high: at(count - 1 - cut),
  }
}

/** How many values may be cut from each end so that the rest still covers the median in 95 of 100 samples. */
function cutOf(count: number): number {
  let coefficient = 1
  let probability = 0
  for (let cut = 0; ; cut++) {
    probability += coefficient / 2 ** count
    if (probability > 0.025) return Math.max(0, cut - 1)
    coefficient = (coefficient * (count - cut)) / (cut + 1)
  }
}

export function verdictOf({ low, high }: Interval): Verdict {
  if (low > limit) return "slower"
  if (high < 1 / limit) return "faster"
  return low >= 1 / limit && high <= limit ? "same" : "unclear"
}
